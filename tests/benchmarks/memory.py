"""What a process holds that delivers a million messages, and what the store holds for each of them.

python -m tests.benchmarks.memory [--quick]
"""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

import psutil

from bot.storage import keys
from tests.benchmarks.owed import Owed, empty_store
from tests.benchmarks.rows import exit_code, row, tell
from tests.benchmarks.stand_in import TOKEN, stand_in
from tests.process import newsbot

_RATE = 1000
_EARLY, _LATE = 10, 60
_MOST_MB = 120
_MOST_GROWTH = 1.05
_MOST_BYTES = 16
#: Numbers have as many digits as with a million subscribers.
_FIRST_NUMBER = 900_000


async def _used(store: Owed) -> int:
    return int((await store.stores.redis.info("memory"))["used_memory"])


async def measure(chats: int, editions: int, late: float) -> int:
    with tempfile.TemporaryDirectory() as name:
        async with empty_store(Path(name)) as store, stand_in(latency=40) as telegram:
            await store.stores.redis.set(keys.LAST_NUMBER, _FIRST_NUMBER)
            numbers = await store.subscribe(range(1, chats + 1))
            before = await _used(store)
            for _ in range(editions):
                await store.owe(numbers)
            held = (await _used(store) - before) / (chats * editions)
            settings: dict[str, object] = {"token": TOKEN, "api_url": telegram.url, "redis_url": store.url}
            settings |= {"web_port": 0, "send_rate": _RATE, "paid_broadcast": True}
            async with newsbot("run", "--only", "delivery", folder=Path(name), until="running", **settings) as bot:
                process = psutil.Process(bot.running.pid)
                await telegram.until_sent(1)
                await asyncio.sleep(_EARLY)
                early = process.memory_info().rss / 1e6
                await asyncio.sleep(late - _EARLY)
                resident = process.memory_info().rss / 1e6
                report = await telegram.report()
    told = {"sent": report["sent"], "per_second": round(report["per_second"]), "refused": report["refused"]}
    owed = chats * editions
    rows = [
        tell(row("bytes of the store for a queued recipient", round(held, 2), at_most=_MOST_BYTES, owed=owed)),
        tell(row(f"resident MB after {late} s", round(resident, 1), at_most=_MOST_MB, **told)),
        tell(
            row(
                f"growth from {_EARLY} s to {late} s",
                round(resident / early, 3),
                at_most=_MOST_GROWTH,
                early_mb=round(early, 1),
            )
        ),
    ]
    return exit_code(rows)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a tenth of the messages, 20 seconds")
    short = parser.parse_args().quick
    sys.exit(asyncio.run(measure(10_000, 10, 20) if short else measure(10_000, 100, _LATE)))
