"""What it costs to ask a thousand feeds of fifty entries, half of them unchanged, and what else it does to a process.

python -m tests.benchmarks.polling [--quick] [--feeds 1000] [--cycles 10]

The feeds lie on as many hosts (the addresses of 127.0.0.0/16, as Linux has them), served by another process. Counted
is the processor time of the process that asks and of those that read for it, against `feedparser.parse` of the
changed feeds alone.
"""

import argparse
import asyncio
import gc
import io
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import feedparser
import psutil
from aiohttp import web

from bot.bootstrap import Reading, Stores, build_services, open_stores
from bot.domain.category import Category
from bot.domain.feed import Feed
from bot.ingest.feeds import Feeds
from bot.ingest.fetch import Fetcher
from bot.ingest.parsing import Parsers
from bot.storage import keys
from config.settings import Settings
from tests.benchmarks.rows import exit_code, row, tell

_ENTRIES = 50
_MOST_TIMES, _MOST_LAG, _MOST_SHARE, _MOST_GROWTH = 1.3, 0.05, 0.05, 1.05
_TEASER = (
    "<p>The council of <b>pier {n}</b> has decided: from May on, ships pay by length &amp; draught, as its speaker "
    'told <a href="https://quay{feed}.example/people/speaker">this paper</a> on Monday. Fishermen &#8211; some of '
    'whom have been here for long &#8211; are not amused.</p><img src="https://quay{feed}.example/i/{n}.jpg" alt=""/>'
)


def document(feed: int, version: int) -> bytes:
    items = "".join(
        f"<item><title>Pier {n} of harbour {feed} decides on its toll</title>"
        f"<link>https://quay{feed}.example/news/{n}?utm_source=rss</link><guid>https://quay{feed}.example/?p={n}</guid>"
        f"<description><![CDATA[{_TEASER.format(n=n, feed=feed)}]]></description>"
        f"<pubDate>Mon, 23 Nov 2026 {n // 60 % 24:02}:{n % 60:02}:00 GMT</pubDate></item>"
        for n in range(version + _ENTRIES, version, -1)
    )
    head = f"<title>Harbour {feed}</title><link>https://quay{feed}.example/</link><description>News</description>"
    return f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>{head}{items}</channel></rss>'.encode()


def version_of(feed: int, cycle: int) -> int:
    """Every other one changes with a cycle."""
    return (cycle + feed % 2) // 2


def serve() -> None:
    """Until its standard input ends; tells its port."""
    cycle = 0

    async def turn(request: web.Request) -> web.Response:
        nonlocal cycle
        cycle = int(request.match_info["cycle"])
        return web.Response()

    async def feed(request: web.Request) -> web.Response:
        number = int(request.match_info["number"])
        tag = f'"{number}-{version_of(number, cycle)}"'
        if request.headers.get("If-None-Match") == tag:
            return web.Response(status=304, headers={"ETag": tag})
        body = document(number, version_of(number, cycle))
        return web.Response(body=body, content_type="application/rss+xml", headers={"ETag": tag})

    async def run() -> None:
        application = web.Application()
        application.add_routes([web.get("/{number:[0-9]+}", feed), web.post("/cycle/{cycle}", turn)])
        runner = web.AppRunner(application, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "0.0.0.0", 0).start()  # noqa: S104 – all of 127.0.0.0/8 is asked for
        sys.stdout.write(f"{runner.addresses[0][1]}\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.read)
        await runner.cleanup()

    asyncio.run(run())


@asynccontextmanager
async def served() -> AsyncIterator[int]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.benchmarks.polling", "--serve", stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdin and process.stdout
    try:
        yield int(await process.stdout.readline())
    finally:
        process.stdin.close()
        await process.wait()


class Lag:
    """How late the loop is, as often as it can be asked."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def watch(self) -> None:
        while True:
            begun = time.perf_counter()
            await asyncio.sleep(0.005)
            self.seconds.append(time.perf_counter() - begun - 0.005)

    def percentile(self, share: float) -> float:
        return sorted(self.seconds)[int(len(self.seconds) * share)]


def _cpu() -> float:
    """Of this process and those that it has ended or runs."""
    own = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    running = [child.cpu_times() for child in _readers()]
    return sum(one.ru_utime + one.ru_stime for one in own) + sum(one.user + one.system for one in running)


def _readers() -> list[psutil.Process]:
    return [one for one in psutil.Process().children() if "bot.ingest.worker" in " ".join(one.cmdline())]


def _megabytes() -> float:
    gc.collect()
    return sum(one.memory_info().rss for one in (psutil.Process(), *_readers())) / 1e6


async def ask_all(feeds: Feeds, stores: Stores, urls: list[str]) -> None:
    await stores.redis.delete(keys.FEED_HOSTS)
    await stores.redis.zadd(keys.FEEDS_DUE, dict.fromkeys(urls, 0))
    await feeds.run_until_idle()


def parse_alone(feeds: int, cycle: int) -> float:
    """Seconds for each changed feed, in the process's own time."""
    some = [document(feed, version_of(feed, cycle)) for feed in range(min(feeds, 20))]
    begun = time.process_time()
    for body in some:
        feedparser.parse(io.BytesIO(body))
    return (time.process_time() - begun) / len(some)


async def measure(count: int, cycles: int) -> int:
    lag, used, alone, megabytes = Lag(), list[float](), list[float](), list[float]()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings.model_validate({"data_dir": Path(folder)})
        async with (
            served() as port,
            open_stores(settings) as stores,
            aiohttp.ClientSession() as session,
            Fetcher(agent="newsbot/benchmark", allow_private=True) as fetcher,
            Parsers() as parsers,
        ):
            await stores.outbox.prepare()
            await stores.plans.prepare()
            await stores.categories.add(Category(slug="tech", name="Tech"))
            feeds = build_services(stores, settings, "newsbot", Reading(fetcher, parsers)).feeds
            urls = [f"http://127.0.{feed // 200 + 1}.{feed % 200 + 1}:{port}/{feed}" for feed in range(count)]
            for url in urls:
                await feeds.add(Feed(url=url, category="tech"))
            await ask_all(feeds, stores, urls)  # the first time is another matter: all is new
            for cycle in range(1, cycles + 1):
                async with session.post(f"http://127.0.0.1:{port}/cycle/{cycle}"):
                    pass
                before, watching = _cpu(), asyncio.create_task(lag.watch())
                await ask_all(feeds, stores, urls)
                watching.cancel()
                used.append(_cpu() - before)
                alone.append(parse_alone(count, cycle))  # in between, as the machine may have other things to do
                megabytes.append(_megabytes())
                sys.stderr.write(json.dumps({"cycle": cycle, "cpu": used[-1], "mb": megabytes[-1]}) + "\n")
            polls, articles = await stores.feeds.polls(), await stores.articles.count()
    changed = sum(
        version_of(feed, n) != version_of(feed, n - 1) for feed in range(count) for n in range(1, cycles + 1)
    )
    asked = {"unchanged": count * cycles - changed, "changed": count + changed}
    each = sum(used) / count / cycles
    rows = [
        row("feeds asked, all told", float(polls == asked), at_least=1, **polls, articles=articles),
        row(
            "CPU, times that of feedparser for the changed ones",
            sum(used) / (sum(alone) / cycles * changed),
            at_most=_MOST_TIMES,
        ),
        row("CPU a feed, ms", each * 1000),
        row("500 feeds every 15 minutes, of a core", each * 500 / 900, at_most=_MOST_SHARE),
        row(
            "how late the loop is, 99 of 100, seconds", lag.percentile(0.99), at_most=_MOST_LAG, most=max(lag.seconds)
        ),
        row(
            "memory, last cycle against the third",
            megabytes[-1] / megabytes[min(2, cycles - 1)],
            at_most=_MOST_GROWTH,
            mb=megabytes[-1],
        ),
    ]
    return exit_code([tell(one) for one in rows])


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--quick", action="store_true", help="100 feeds, 4 cycles")
    options.add_argument("--feeds", type=int, default=1000)
    options.add_argument("--cycles", type=int, default=10)
    options.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.serve:
        serve()
        return
    feeds, cycles = (100, 4) if chosen.quick else (chosen.feeds, chosen.cycles)
    sys.exit(asyncio.run(measure(feeds, cycles)))


if __name__ == "__main__":
    main()
