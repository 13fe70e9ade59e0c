"""How long it takes until an article is owed to a million instant subscribers, and what that takes.

.venv/bin/python -m tests.benchmarks.planning [COUNT]
"""

import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path

from bot.bootstrap import Stores, build_services, open_stores
from bot.domain.article import Article
from bot.domain.category import Category
from bot.domain.edition import Urgency
from bot.storage import keys
from bot.storage.connection import Client, connect
from bot.storage.server import embedded_server
from config.settings import Settings
from tests.benchmarks.fill import NOW, SLUGS, Bulk, readers

COUNT = 1_000_000
ARTICLE = Article(id="a1", category=SLUGS[0], title="A Title", teaser="A teaser of some words.", published=NOW)


async def plan(url: str) -> dict[str, object]:
    """In a process of its own: publishes, plans, and measures itself."""
    async with open_stores(Settings.model_validate({"redis_url": url})) as stores:
        await stores.outbox.prepare()
        await stores.plans.prepare()
        await stores.categories.add(Category(slug=SLUGS[0], name="One"))
        services = build_services(stores, Settings.model_validate({}), "newsbot")
        before = await _used(stores.redis)
        began = time.perf_counter()
        await services.articles.publish(ARTICLE)
        first = asyncio.create_task(_first_chunk(stores))
        await services.planner.run_until_idle()
        ended = time.perf_counter()
        chosen = int(await stores.redis.bitcount(keys.instant_subscribers_of(SLUGS[0])))
        return {
            "recipients": chosen,
            "seconds_until_first_chunk": round(await first - began, 3),
            "seconds_until_all_queued": round(ended - began, 2),
            "bytes_a_queued_recipient": round((await _used(stores.redis) - before) / chosen, 1),
            "peak_rss_mb": round(_peak_kib() / 1024, 1),
        }


async def _first_chunk(stores: Stores) -> float:
    """When a worker would have had it."""
    await stores.redis.xread({keys.outbox(Urgency.REGULAR): "0"}, count=1, block=0)
    return time.perf_counter()


def _peak_kib() -> int:
    """VmHWM of proc(5); getrusage would count what the parent held when it started this process."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmHWM:")))


async def _used(redis: Client) -> int:
    return int((await redis.info("memory"))["used_memory"])


async def measure(count: int) -> str:
    with tempfile.TemporaryDirectory() as folder:
        async with embedded_server(Path(folder)) as url, connect(url) as redis:
            bulk = Bulk(redis)
            await bulk.take(readers(count, daily=False, slugs=SLUGS[:5]))
            await bulk.write(lambda _: asyncio.sleep(0))
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "tests.benchmarks.planning", url, stdout=asyncio.subprocess.PIPE
            )
            output, _ = await process.communicate()
            return output.decode()


if __name__ == "__main__":
    argument = sys.argv[1] if len(sys.argv) > 1 else str(COUNT)
    if argument.isdigit():
        sys.stdout.write(asyncio.run(measure(int(argument))))
    else:
        sys.stdout.write(json.dumps(asyncio.run(plan(argument)), indent=2) + "\n")
