"""How well a pasted page is read, and what that costs.

python -m tests.benchmarks.pages [--corpus FOLDER] [--rounds 1]

The pages of `page_samples.py` are served by another process, and read as those of an editor are: fetched, and parsed
in a worker process. Counted is the processor time of both sides of that. The corpus, which is no part of the project,
is a folder of pages with `labels.jsonl`: `file`, and, where it is known, `url`, `content_type`, `title`, `teaser`,
`date` (a day, as 2026-11-23).
"""

import argparse
import asyncio
import json
import resource
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlsplit

import psutil
from aiohttp import web

from bot.domain.feed import Failure
from bot.domain.page import Page
from bot.ingest.fetch import Fetcher
from bot.ingest.pages import MAX_PAGE, Pages
from bot.ingest.parsing import Parsers
from tests.benchmarks.corpus import Tally
from tests.benchmarks.page_samples import Sample, samples
from tests.benchmarks.rows import exit_code, row, tell

_TITLES, _TEASERS, _DATES = 0.75, 0.76, 0.86
_MOST_MS, _MOST_HOSTILE_MS = 150.0, 5_000.0
#: Of the words of a teaser, how many have to be the expected ones.
_ALIKE = 0.8
_SHOWN = 12


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    pages = list(labelled(chosen.corpus) if chosen.corpus else samples())
    if chosen.serve:
        asyncio.run(serve(pages))
        return 0
    return asyncio.run(measure(pages, chosen.corpus, chosen.rounds))


def labelled(folder: Path) -> Iterator[Sample]:
    for line in (folder / "labels.jsonl").read_text("utf-8").splitlines():
        told = json.loads(line)
        body = (folder / told["file"]).read_bytes()[:MAX_PAGE]
        yield Sample(
            told["file"], body, told.get("title") or "", told.get("teaser"), told.get("date"),
            told.get("content_type") or "text/html", path=urlsplit(told.get("url") or "").path or "/story",
        )  # fmt: skip


async def serve(pages: Sequence[Sample]) -> None:
    """Until its standard input ends; tells its port."""

    async def page(request: web.Request) -> web.Response:
        sample = pages[int(request.match_info["number"])]
        return web.Response(body=sample.body, headers={"Content-Type": sample.content_type})

    application = web.Application()
    application.add_routes([web.get("/{number:[0-9]+}{rest:/.*}", page)])
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    sys.stdout.write(f"{runner.addresses[0][1]}\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)
    await runner.cleanup()


@asynccontextmanager
async def _served(folder: Path | None) -> AsyncIterator[str]:
    corpus = ("--corpus", str(folder)) if folder else ()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.benchmarks.pages", "--serve", *corpus,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdin and process.stdout
    try:
        yield f"http://127.0.0.1:{int(await process.stdout.readline())}"
    finally:
        process.stdin.close()
        await process.wait()


async def measure(pages: Sequence[Sample], folder: Path | None, rounds: int) -> int:
    tally, took, hostile = Tally(), list[float](), dict[str, float]()
    async with (
        _served(folder) as address,
        Fetcher(agent="newsbot/benchmark", allow_private=True, spacing=0) as fetcher,
        Parsers() as parsers,
    ):
        reader = Pages(fetcher, parsers)
        _, first = await _read(reader, f"{address}/0/")  # which starts the process that reads
        for number, sample in list(enumerate(pages)) * rounds:
            page, ms = await _read(reader, f"{address}/{number}{sample.path}")
            compare(tally, sample, page)
            if sample.hostile:
                hostile[sample.name] = ms
            else:
                took.append(ms)
    return exit_code([tell(one) for one in [*_accuracy(tally), *_costs(first, took, hostile)]])


async def _read(reader: Pages, url: str) -> tuple[Page | Failure, float]:
    """And the milliseconds of processor time that it took here and in the process that reads."""
    before = _cpu()
    page = await reader.fetch(url)
    return page, (_cpu() - before) * 1000


def _cpu() -> float:
    """Seconds, of this process and those of its children that it has ended or that read for it."""
    own = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    running = [
        child.cpu_times() for child in psutil.Process().children() if "bot.ingest.worker" in " ".join(child.cmdline())
    ]
    return sum(one.ru_utime + one.ru_stime for one in own) + sum(one.user + one.system for one in running)


def compare(tally: Tally, sample: Sample, page: Page | Failure) -> None:
    kind = "hostile " if sample.hostile else ""
    read = Page(title="–") if isinstance(page, Failure) else page
    why = page.fault if isinstance(page, Failure) else ""
    if sample.title:
        tally.add(
            f"{kind}title", _plain(read.title) == _plain(sample.title), sample.name, read.title, sample.title, why
        )
    if sample.teaser:
        tally.add(f"{kind}teaser", _alike(read.teaser, sample.teaser), sample.name, read.teaser, sample.teaser)
    if sample.day:
        tally.add(f"{kind}date", _on(sample.day, read.published), sample.name, read.published, sample.day)


def _plain(text: str) -> str:
    return " ".join(text.split())


def _alike(read: str, expected: str) -> bool:
    """By the words that they share, or, where words are not set apart, by their letters."""
    one, other = (
        Counter(text.casefold().split() if text.isascii() else text.casefold()) for text in (read, expected)
    )
    shared = sum((one & other).values())
    return bool(shared) and 2 * shared / (one.total() + other.total()) >= _ALIKE


def _on(day: str, published: datetime | None) -> bool:
    """Whether it is that day where it was published, wherever that is."""
    noon = datetime.combine(date.fromisoformat(day), time(12), UTC)
    return published is not None and abs(published - noon) <= timedelta(days=1)


def _accuracy(tally: Tally) -> Iterator[dict[str, Any]]:
    targets = {"title": _TITLES, "teaser": _TEASERS, "date": _DATES, "hostile title": 1.0}
    for what, least in targets.items():
        if tally.of[what]:
            wrong = tally.wrong.get(what, [])[:_SHOWN]
            yield row(
                f"{what} as expected", round(tally.share(what), 3), at_least=least, of=tally.of[what], wrong=wrong
            )


def _costs(first: float, took: Sequence[float], hostile: Mapping[str, float]) -> Iterator[dict[str, Any]]:
    slowest = sorted(took)
    yield row("CPU of the first page, ms, for which a process is started", round(first))
    yield row("CPU a page, ms, half of them", round(median(took), 1))
    yield row("CPU a page, ms, 95 of 100", round(slowest[int(len(slowest) * 0.95)], 1), at_most=_MOST_MS)
    yield row("CPU a page, ms, at most", round(slowest[-1], 1))
    if hostile:
        each = {name: round(ms) for name, ms in hostile.items()}
        yield row(
            "CPU of a page that is made to cost, ms, at most", max(each.values()), at_most=_MOST_HOSTILE_MS, **each
        )


if __name__ == "__main__":
    sys.exit(main())
