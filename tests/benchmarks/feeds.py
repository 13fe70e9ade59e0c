"""How faithfully feeds are read, and what it costs beside the parser alone.

python -m tests.benchmarks.feeds --corpus FOLDER
"""

import argparse
import asyncio
import io
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import mean, quantiles

import feedparser

from bot.domain.feed import Document
from bot.ingest import json_feed
from bot.ingest.feed_document import read_feed
from bot.ingest.parsing import Parsers
from tests.benchmarks.corpus import Known, Tally, compare, corpus
from tests.benchmarks.lag import lag
from tests.benchmarks.rows import exit_code, row, tell

_TITLE, _LINK, _DATE = 0.99, 0.99, 0.985
_MOST_COST = 1.3
_MOST_LAG = 0.05


async def measure(folder: Path) -> int:
    feeds = list(corpus(folder))
    tally = Tally()
    async with Parsers() as parsers, lag() as late:
        began = time.perf_counter()
        for known in feeds:
            document = await parsers.feed(known.body, known.url)
            tally.add("read", isinstance(document, Document), known.name, document)
            if isinstance(document, Document):
                compare(tally, known, document)
        took = time.perf_counter() - began
    targets = {"read": 1.0, "count": 1.0, "title": _TITLE, "link": _LINK, "date": _DATE}
    rows = [
        tell(row(f"{what}: as expected", round(tally.share(what), 4), at_least=least, of=tally.of[what]))
        for what, least in targets.items()
    ]
    for what, wrong in tally.wrong.items():
        tell(row(f"{what}: not as expected", examples=wrong))
    rows.append(tell(row("loop lag meanwhile, p99, s", round(quantiles(late, n=100)[98], 4), at_most=_MOST_LAG)))
    tell(row("feeds a second, one after the other", round(len(feeds) / took, 1)))
    return exit_code([*rows, *costs(feeds)])


def costs(feeds: list[Known]) -> list[dict[str, object]]:
    xml = [known for known in feeds if not json_feed.looks_like(known.body)]
    ours, alone = [], []
    for known in xml:
        ours.append(_best(partial(read_feed, known.body, known.url)))
        alone.append(_best(partial(_alone, known.body)))
    return [
        tell(
            row(
                "processor time a feed, against the parser alone",
                round(sum(ours) / sum(alone), 3),
                at_most=_MOST_COST,
                ours_ms=round(mean(ours) * 1000, 1),
                alone_ms=round(mean(alone) * 1000, 1),
                p95_ms=round(quantiles(ours, n=20)[18] * 1000, 1),
            )
        )
    ]


def _alone(body: bytes) -> object:
    return feedparser.parse(io.BytesIO(body))


def _best(work: Callable[[], object], times: int = 3) -> float:
    found = []
    for _ in range(times):
        began = time.process_time()
        work()
        found.append(time.process_time() - began)
    return min(found)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, required=True, help="see tests/benchmarks/corpus.py")
    sys.exit(asyncio.run(measure(parser.parse_args().corpus)))
