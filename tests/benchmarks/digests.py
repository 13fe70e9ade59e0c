"""What it costs to compose and queue the digests of one busy minute, and how many a second planners bring out.

.venv/bin/python -m tests.benchmarks.digests [COUNT] [PLANNERS]

Each reader takes five of six categories, and thirty articles came since yesterday, in all of them.
"""

import asyncio
import json
import resource
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from pathlib import Path

import psutil

from bot.bootstrap import build_services, open_stores
from bot.domain.article import Article
from bot.domain.category import Category
from bot.domain.schedule import Schedule
from bot.domain.subscription import Address
from bot.storage.connection import connect
from bot.storage.server import embedded_server
from bot.subscriptions import Reader
from config.settings import Settings
from tests.benchmarks.fill import SLUGS, Bulk, readers

COUNT = 50_000
_ARTICLES = 30
_CATEGORIES = SLUGS[:6]


async def compose(url: str, chat_id: int) -> str:
    """A planner in a process of its own, that has made a digest before, for that chat. Begins when it is told to;
    tells the CPU seconds that it took."""
    async with open_stores(Settings.model_validate({"redis_url": url})) as stores:
        services = build_services(stores, Settings.model_validate({}), "newsbot")
        await services.changes.send_now(Reader(Address(chat_id)))
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.readline)
        before = resource.getrusage(resource.RUSAGE_SELF)
        await services.planner.run_until_idle()
        after = resource.getrusage(resource.RUSAGE_SELF)
    return str(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


async def fill(url: str, count: int) -> list[int]:
    """The articles, and the readers, whose digests are due now; gives their chats."""
    async with open_stores(Settings.model_validate({"redis_url": url})) as stores:
        await stores.outbox.prepare()
        await stores.plans.prepare()
        for slug in _CATEGORIES:
            await stores.categories.add(Category(slug=slug, name=slug))
        now = await stores.clock.now()
        for number in range(_ARTICLES):
            slug = _CATEGORIES[number % len(_CATEGORIES)]
            await stores.articles.keep(_article(number, slug, now), now)
    async with connect(url) as redis:
        bulk = Bulk(redis)
        daily = Schedule((now.time().replace(second=0, microsecond=0),))
        yesterday = now - timedelta(days=1)
        found = [
            reader.model_copy(
                update={
                    "timezone": "UTC",
                    "schedule": daily,
                    "categories": dict.fromkeys(reader.categories, daily),
                    "since": dict.fromkeys(reader.categories, yesterday),
                }
            )
            for reader in readers(count, slugs=_CATEGORIES)
        ]
        await bulk.take(found)
        await bulk.write(lambda _: asyncio.sleep(0))
    return [reader.chat_id for reader in found]


def _article(number: int, slug: str, published: datetime) -> Article:
    teaser = "A teaser of two sentences, as editors write them. It says what happened and to whom."
    return Article(
        id=f"a{number}", category=slug, title=f"Title {number} of a story", teaser=teaser, published=published
    )


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


async def measure(count: int, planners: int) -> dict[str, object]:
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        url = await stack.enter_async_context(embedded_server(Path(folder)))
        chats = await fill(url, planners + count)
        redis = await stack.enter_async_context(connect(url))
        store = psutil.Process(int((await redis.info("server"))["process_id"]))
        running = [await _planner(url, chat_id) for chat_id in chats[:planners]]
        before, began = _cpu(store), time.perf_counter()
        told = await asyncio.gather(*(process.communicate(b"\n") for process in running))
        seconds = time.perf_counter() - began
        return {
            "digests": count,
            "planners": planners,
            "seconds": round(seconds, 2),
            "a_second": round(count / seconds),
            "planner_cpu_ms_each": round(1000 * sum(float(output) for output, _ in told) / count, 3),
            "store_cpu_ms_each": round(1000 * (_cpu(store) - before) / count, 3),
        }


async def _planner(url: str, chat_id: int) -> asyncio.subprocess.Process:
    """Started and ready."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.benchmarks.digests", url, str(chat_id)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout
    await process.stdout.readline()
    return process


if __name__ == "__main__":
    if sys.argv[1:] and not sys.argv[1].isdigit():
        sys.stdout.write(asyncio.run(compose(sys.argv[1], int(sys.argv[2]))))
    else:
        numbers = [int(argument) for argument in sys.argv[1:]]
        found = measure(*[*numbers, *(COUNT, 1)[len(numbers) :]])
        sys.stdout.write(json.dumps(asyncio.run(found), indent=2) + "\n")
