"""What a subscriber takes in the store, and what reading one costs.

.venv/bin/python -m tests.benchmarks.subscribers [COUNT] [--stock]     (--stock: with a server's own settings)
"""

import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path

from bot.storage import keys
from bot.storage.connection import Client, connect
from bot.storage.server import embedded_server
from bot.storage.subscriptions import SubscriptionStore
from tests.benchmarks.fill import Bulk, fill_one_by_one, readers

COUNT = 1_000_000
SAMPLE = 3000
READ = 100_000
_STOCK = {"hash-max-listpack-value": 64, "set-max-intset-entries": 512}


async def measure(count: int, *, stock: bool) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        async with embedded_server(Path(folder)) as url, connect(url) as redis:
            for name, value in _STOCK.items() if stock else ():
                await redis.config_set(name, value)
            await _check_sample(redis)
            before, sizes = await _used(redis), dict[str, float]()

            async def note(structure: str) -> None:
                sizes[structure] = round((await _used(redis) - before) / count - sum(sizes.values()), 1)

            bulk = Bulk(redis)
            await bulk.take(readers(count))
            await bulk.write(note)
            return {
                "subscribers": count,
                "bytes_a_subscriber": round((await _used(redis) - before) / count, 1),
                "of_which": sizes,
                "decode_microseconds": round(await _decoding(redis, min(count, READ)), 2),
            }


async def _check_sample(redis: Client) -> None:
    """The bulk writes the same bytes as the product. Raises RuntimeError."""
    await fill_one_by_one(redis, readers(SAMPLE))
    expected = await _everything(redis)
    await redis.flushall()
    bulk = Bulk(redis)
    await bulk.take(readers(SAMPLE))
    await bulk.write(lambda _: asyncio.sleep(0))
    if await _everything(redis) != expected:
        raise RuntimeError("the bulk is not what the product writes")
    await redis.flushall()


async def _everything(redis: Client) -> dict[bytes, bytes]:
    """Each key as it would be dumped."""
    return {key: await redis.dump(key) async for key in redis.scan_iter()}


async def _used(redis: Client) -> int:
    return int((await redis.info("memory"))["used_memory"])


async def _decoding(redis: Client, count: int) -> float:
    store, raws = SubscriptionStore(redis), []
    for key in keys.records_until(count):
        raws += await redis.hvals(key)
    for _ in range(2):  # the first time loads the words
        began = time.perf_counter()
        for raw in raws:
            await store.decode(1, raw)
        spent = time.perf_counter() - began
    return spent / len(raws) * 1e6


if __name__ == "__main__":
    arguments = [argument for argument in sys.argv[1:] if argument != "--stock"]
    wanted = int(arguments[0]) if arguments else COUNT
    sys.stdout.write(json.dumps(asyncio.run(measure(wanted, stock="--stock" in sys.argv)), indent=2) + "\n")
