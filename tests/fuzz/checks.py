"""What must hold for any bytes. Each raises where it does not."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from itertools import pairwise

from bot.domain.article import Article, TextLink
from bot.domain.category import Category
from bot.domain.draft import Unreadable
from bot.domain.feed import Document, Entry, Failure
from bot.domain.link import canonical, without_tracking
from bot.ingest.article_text import MAX_TITLE, read_article
from bot.ingest.entries import web_url
from bot.ingest.feed_document import read_feed
from bot.ingest.plain_text import LONGEST_TEASER, clean, excerpt, pictures
from bot.ingest.worker import answer_of

_UNSEEN = re.compile("[\0-\x1f\x7f-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
_TAG = re.compile(r"</?(?:a|b|br|p|script|img|div)(?:[\s/][^<>]*)?>|<!--", re.I)
_NOW = datetime(2026, 2, 3, tzinfo=UTC)
_CATEGORIES = (Category(slug="policy", name="Policy"), Category(slug="tech", name="Technology"))
_ENDS = re.compile(b"[\x00-\x1f]")


def feed(data: bytes) -> None:
    """The first byte decides what the server says of the others."""
    said = ("", "text/xml; charset=iso-8859-1", "application/json", "text/html; charset=utf-16")[
        data[0] % 4 if data else 0
    ]
    for body in (data, data[1:]):
        read = read_feed(body, "https://feeds.example/a/feed.xml", said)
        # As its worker sends it: a text with half a character, say, could not be.
        answer = answer_of(read_feed)
        assert answer.model_validate_json(answer(value=read).model_dump_json().encode()).value == read
        for entry in read.entries if isinstance(read, Document) else ():
            _entry(entry)
        assert isinstance(read, Document | Failure)


def _entry(entry: Entry) -> None:
    for words in (entry.title, entry.teaser, entry.id):
        assert not _UNSEEN.search(words), words
    for words in (entry.title, entry.teaser):
        assert not _TAG.search(words), words
    assert len(entry.title) <= MAX_TITLE
    assert len(entry.teaser) <= LONGEST_TEASER
    for url in (entry.link, entry.image):
        assert url is None or url.lower().startswith(("http://", "https://")), url
    assert Entry.model_validate_json(entry.model_dump_json()) == entry


def article(data: bytes) -> None:
    """Links stand behind the words between control characters."""
    text = data.decode("utf-8", "surrogateescape")
    ends = [found.start() for found in _ENDS.finditer(data)]
    links = [TextLink(start=a, end=b, url="https://e.example/" + "x" * (a % 3)) for a, b in pairwise(ends)]
    for category in (None, "tech"):
        read = read_article(text, _CATEGORIES, _NOW, links, category)
        assert isinstance(read, Article | Unreadable)
        if isinstance(read, Article):
            assert len(read.title) <= MAX_TITLE
            assert Article.model_validate_json(read.model_dump_json()) == read


def text(data: bytes) -> None:
    markup = data.decode("utf-8", "surrogateescape")
    words = clean(markup)
    assert not _UNSEEN.search(words), words
    assert not _TAG.search(words), words
    assert words == " ".join(words.split()), words
    assert len(excerpt(words, 40)) <= 40
    list(pictures(markup))


def link(data: bytes) -> None:
    url = data.decode("utf-8", "replace")
    for whole in (url, "https://e.example/" + url, "https://www.google.com/url?q=" + url):
        if (address := web_url(whole, "")) is None:
            continue
        bare = without_tracking(address)
        assert without_tracking(bare) == bare
        assert canonical(canonical(address)) == canonical(address) == canonical(bare)


CHECKS: Mapping[str, Callable[[bytes], None]] = {"feed": feed, "article": article, "text": text, "link": link}
