"""How surely articles that tell the same are joined, and what looking for them costs.

python -m tests.benchmarks.stories --corpus FOLDER

The folder has files of JSON lines named `*_events.jsonl`: `id`, `source`, `title`, `teaser`, `link`, `published`,
`event` (null for what is alone) and `related` (events that it may or may not belong to: such pairs do not count). It
is no part of the project. Without one only the costs are measured.
"""

import argparse
import json
import random
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path
from statistics import median
from typing import Any

from bot.domain.article import Article, Source
from bot.ingest.likeness import Recent
from tests.benchmarks.rows import exit_code, row, tell

_PRECISION, _RECALL, _B_CUBED = 0.95, 0.64, 0.95
_MOST_MS = 20.0
_KNOWN, _NEW = 2000, 200
_ORDERS = 5

Told = dict[str, Any]


def measure(told: Sequence[Told]) -> list[dict[str, Any]]:
    """As they were published, and, only reported, in other orders."""
    in_turn = sorted(told, key=lambda one: str(one["published"]))
    found = score(told, file(in_turn))
    targets = {"pair precision": _PRECISION, "pair recall": _RECALL, "B-cubed F1": _B_CUBED}
    rows = [tell(row(what, found[what], at_least=least, of=len(told))) for what, least in targets.items()]
    for seed in range(_ORDERS):
        shuffled = random.Random(seed).sample(in_turn, len(in_turn))  # noqa: S311 – the same orders each time
        tell(row(f"in another order ({seed})", **score(told, file(shuffled))))
    return rows


def file(told: Iterable[Told]) -> dict[int, str]:
    """The story of each, as one after the other is filed."""
    recent, stories, found = Recent(), dict[str, tuple[Article, list[Article]]](), dict[int, str]()
    for one in told:
        article = _article(one)
        story = recent.same_story(article)
        lead, joined = stories[story] if story else (article, [])
        if story:
            lead, joined = lead.joined_by(article), [*joined, article]
        recent.put(lead, joined)
        stories[lead.id], found[one["id"]] = (lead, joined), lead.id
    return found


def score(told: Sequence[Told], found: dict[int, str]) -> dict[str, float]:
    """Of pairs from different sources; B-cubed (Bagga and Baldwin, 1998) of all that is labelled."""
    same = joined = right = 0
    for one, other in combinations(told, 2):
        if one["source"] == other["source"]:
            continue
        alike = one["event"] is not None and one["event"] == other["event"]
        together = found[one["id"]] == found[other["id"]]
        if alike or not _may_be_alike(one, other):
            same, joined, right = same + alike, joined + together, right + (alike and together)
    labelled = [one for one in told if one["event"] or not one["related"]]
    return {
        "pair precision": round(right / joined, 3),
        "pair recall": round(right / same, 3),
        "B-cubed F1": round(_b_cubed(labelled, found), 3),
    }


def _may_be_alike(one: Told, other: Told) -> bool:
    return bool({one["event"], *one["related"]} & {other["event"], *other["related"]} - {None})


def _b_cubed(told: Sequence[Told], found: dict[int, str]) -> float:
    events, stories = defaultdict[object, set[int]](set), defaultdict[str, set[int]](set)
    for one in told:
        events[one["event"] or one["id"]].add(one["id"])
        stories[found[one["id"]]].add(one["id"])
    precision = recall = 0.0
    for one in told:
        event, story = events[one["event"] or one["id"]], stories[found[one["id"]]]
        precision += len(event & story) / len(story) / len(told)
        recall += len(event & story) / len(event) / len(told)
    return 2 * precision * recall / (precision + recall)


def _article(one: Told) -> Article:
    source = Source(name=one["source"], url=one["link"])
    return Article(
        id=f"a{one['id']}", category="world", title=one["title"], teaser=one["teaser"] or "", source=source,
        published=one["published"],
    )  # fmt: skip


def costs() -> list[dict[str, Any]]:
    """Processor time for each new article beside so many known ones, of words as frequent as those of a language."""
    made = list(_made(_KNOWN + _NEW))
    recent = Recent()
    began = time.process_time()
    for article in made[:_KNOWN]:
        recent.put(article)
    tell(row("to remember one, ms", round((time.process_time() - began) / _KNOWN * 1000, 3)))
    took = []
    for article in made[_KNOWN:]:
        began = time.process_time()
        recent.same_story(article)
        recent.put(article)
        took.append((time.process_time() - began) * 1000)
    tell(row(f"to look for one among {_KNOWN}, ms, half of them", round(median(took), 2)))
    worst = sorted(took)[-3]  # that something else ran meanwhile is not counted against it
    return [tell(row(f"to look for one among {_KNOWN}, ms, at most", round(worst, 2), at_most=_MOST_MS))]


def _made(count: int) -> Iterable[Article]:
    """By Zipf's law: the n-th word is n times as rare as the first."""
    chance = random.Random(1)  # noqa: S311 – the same words each time
    words = [f"{n:x}wort" for n in range(20_000)]
    weights = [1 / n for n in range(1, len(words) + 1)]
    now = datetime(2026, 1, 1, tzinfo=UTC)
    for n in range(count):
        said = chance.choices(words, weights, k=60)
        yield Article(
            id=f"m{n}", category="world", title=" ".join(said[:10]), teaser=" ".join(said[10:]),
            source=Source(name=f"Source {n % 50}"), published=now + timedelta(minutes=n),
        )  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--corpus", type=Path)
    folder = parser.parse_args().corpus
    rows = costs()
    for path in sorted(folder.glob("*_events.jsonl")) if folder else []:
        rows += measure([json.loads(line) for line in path.read_text("utf-8").splitlines()])
    return exit_code(rows)


if __name__ == "__main__":
    sys.exit(main())
