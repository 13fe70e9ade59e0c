"""Real feeds with what is expected of them: a folder with `manifest.jsonl` (file, host, items),
`golden_entries.jsonl` (file, entries: title, title_alt, link, epoch) and the files. It is no part of the project.
"""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from bot.domain.feed import Document, Entry
from bot.domain.link import without_tracking
from bot.ingest.dates import EARLIEST, MOST_AHEAD


@dataclass(frozen=True, slots=True)
class Known:
    """A feed, and what is known of it."""

    name: str
    body: bytes
    url: str
    count: int
    entries: list[dict[str, Any]]


@dataclass(slots=True)
class Tally:
    """How many of `of` were as expected, and the first few that were not."""

    right: Counter[str] = field(default_factory=Counter)
    of: Counter[str] = field(default_factory=Counter)
    wrong: dict[str, list[str]] = field(default_factory=dict)

    def share(self, what: str) -> float:
        return self.right[what] / self.of[what]

    def add(self, what: str, right: bool, *seen: object) -> None:
        self.of[what] += 1
        self.right[what] += right
        if not right and len(few := self.wrong.setdefault(what, [])) < 20:
            few.append(" | ".join(map(str, seen)))


def corpus(folder: Path) -> Iterator[Known]:
    entries = {line["file"]: line["entries"] for line in _lines(folder / "golden_entries.jsonl")}
    for line in _lines(folder / "manifest.jsonl"):
        name = line["file"]
        url = f"https://{line['host'] or 'feed.example'}/feed.xml"
        yield Known(name, (folder / name).read_bytes(), url, line["items"], entries[name])


def compare(tally: Tally, known: Known, document: Document) -> None:
    tally.add("count", len(document.entries) == known.count, known.name, len(document.entries), known.count)
    if len(document.entries) != len(known.entries):
        return
    for entry, expected in zip(document.entries, known.entries, strict=True):
        _compare(tally, known, entry, expected)


def _compare(tally: Tally, known: Known, entry: Entry, expected: dict[str, Any]) -> None:
    titles = {" ".join((expected.get(name) or "").split()) for name in ("title", "title_alt")} - {""}
    if titles:  # what has none is given one
        tally.add("title", entry.title in titles, known.name, entry.title, titles)
    if expected.get("link"):
        link = without_tracking(urljoin(known.url, expected["link"]))
        # Behind a redirector's address stands the real one, which ends in the same words.
        same = entry.link == link or ("/~r/" in link and _last(entry.link or "") == _last(link))
        tally.add("link", same, known.name, entry.link, link)
    if expected.get("epoch") is not None:
        when = datetime.fromtimestamp(expected["epoch"], UTC)
        possible = EARLIEST < when < datetime.now(UTC) + MOST_AHEAD
        tally.add("date", entry.published == (when if possible else None), known.name, entry.published, when)


def _last(link: str) -> str:
    return urlsplit(link).path.rstrip("/").rpartition("/")[2]


def _lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text().splitlines()]
