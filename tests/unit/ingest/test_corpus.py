"""Real feeds, where there are any: NEWSBOT_CORPUS names a folder as tests/benchmarks/corpus.py says."""

import os
import re
from pathlib import Path

import pytest

from bot.domain.feed import Document
from bot.ingest.feed_document import read_feed
from tests.benchmarks.corpus import Tally, compare, corpus

FOLDER = Path(os.environ.get("NEWSBOT_CORPUS", ""))
#: What must not be left in a text: marks that nobody sees, entities, and tags of pages.
LEFT = re.compile(
    "[\0-\x1f\x7f-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]|&(?:#\\d+|#x[0-9a-f]+|amp|lt|gt|quot|nbsp);"
    "|</?(?:a|b|br|div|em|i|img|p|script|span|strong)\\b[^<>]*>",
    re.I,
)


@pytest.fixture(scope="module")
def tally() -> Tally:
    tally = Tally()
    for known in corpus(FOLDER):
        document = read_feed(known.body, known.url)
        tally.add("read", isinstance(document, Document), known.name, document)
        if isinstance(document, Document):
            compare(tally, known, document)
            texts = [text for entry in document.entries for text in (entry.title, entry.teaser)]
            left = [text for text in texts if LEFT.search(text)]
            tally.add("clean", not left, known.name, left)
    return tally


@pytest.mark.parametrize(
    ("what", "least"), [("read", 1), ("count", 1), ("clean", 1), ("title", 0.99), ("link", 0.99), ("date", 0.985)]
)
def test_real_feeds_are_read_as_expected(tally: Tally, what: str, least: float) -> None:
    assert tally.share(what) >= least, tally.wrong.get(what)
