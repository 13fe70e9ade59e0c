"""A feed's bytes as a document: RSS 0.9x to 2.0, RDF, Atom and JSON Feed. It runs in a worker of `ingest/parsing`,
as the parser takes as long and as much memory as a hostile feed makes it.

What the parser is known to misread is put right before it (`ingest/repair`) or after it (`dates`, `plain_text`).
"""

import io
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import chain
from typing import Any
from xml.sax import SAXException

import feedparser

from bot.domain.feed import Document, Entry, Failure, Fault
from bot.domain.link import without_login
from bot.ingest import json_feed, repair
from bot.ingest.dates import moment
from bot.ingest.entries import MOST_ENTRIES, feed_title, made_entry, web_url, with_own_ids
from bot.ingest.plain_text import pictures

#: https://web.resource.org/rss/1.0/modules/syndication/ in minutes.
_PERIODS = {"hourly": 60, "daily": 1440, "weekly": 7 * 1440, "monthly": 30 * 1440, "yearly": 365 * 1440}


def read_feed(body: bytes, url: str, content_type: str = "") -> Document | Failure:
    """`url`: where it came from; addresses in it may be relative to that, but get no password of ours."""
    url = without_login(url)
    now = datetime.now(UTC)
    body = body.lstrip(b" \t\r\n")
    if json_feed.looks_like(body):
        return json_feed.read(body, url, now)
    try:
        parsed = _parse(body, content_type)
    except MemoryError:
        raise
    except Exception as error:  # the parser raises whatever its own assumptions lead to, such as a KeyError
        return Failure(fault=Fault.NOT_A_FEED, detail=type(error).__name__)
    if parsed.get("version") or (parsed.entries and b"<html" not in body[:2000].lower()):
        return _document(parsed, url, now)
    return Failure(fault=Fault.NOT_A_FEED)


def _parse(body: bytes, content_type: str) -> Any:
    charset = repair.encoding(body, content_type)
    if charset == "utf-8":
        body = repair.without_slips(body)
    body = repair.without_halves(body)
    # Without the feed's own address, against which the parser would resolve each link again and again: that is ours.
    headers = {"content-type": "application/xml" + (f"; charset={charset}" if charset else "")}
    parsed = _parsed(body, headers)
    if isinstance(parsed.get("bozo_exception"), SAXException):
        repaired = repair.without_bare_ampersands(body)
        if repaired != body:
            parsed = _parsed(repaired, headers)
    return parsed


def _parsed(body: bytes, headers: Mapping[str, str]) -> Any:
    # Always a stream: the parser opens a file or an address that it is given as text. Cleaning is ours.
    return feedparser.parse(
        io.BytesIO(body), response_headers=dict(headers), sanitize_html=False, resolve_relative_uris=False
    )


def _document(parsed: Any, url: str, now: datetime) -> Document:
    feed = parsed.feed
    entries = (_entry(said, url, now) for said in parsed.entries[:MOST_ENTRIES])
    return Document(
        title=feed_title(_text(feed, "title")),
        link=_link(feed, url),
        entries=with_own_ids(entries),
        ttl=_ttl(feed),
        hub=next(_linked(feed, "hub", url), None),
        topic=next(_linked(feed, "self", url), None),
    )


def _entry(said: Any, url: str, now: datetime) -> Entry:
    texts = [_text(said, "summary"), *(_text(part, "value") for part in said.get("content") or ())]
    return made_entry(
        identity=_text(said, "id"),
        link=_link(said, url),
        title=_text(said, "title"),
        texts=texts,
        published=_published(said, now),
        image=_image(said, texts, url),
    )


def _text(said: Any, name: str) -> str:
    # Not `said[name]`, which answers with another time where the one asked for is missing.
    value = dict.get(said, name)
    return value if isinstance(value, str) else ""


def _link(said: Any, url: str) -> str | None:
    """The first address of a page, not the last, and the one before a redirector, where a feed tells it. An empty
    one, which resolves to the feed's own address, is none."""
    found = chain(
        (web_url(_text(said, "feedburner_origlink"), url),),
        _linked(said, "alternate", url),
        (web_url(_text(said, name), "") for name in ("link", "id")),
    )
    return next((address for address in found if address and address != url), None)


def _linked(said: Any, rel: str, url: str) -> Iterator[str]:
    links = [link for link in dict.get(said, "links") or () if link.get("rel") == rel]
    # Pages before other forms of the same, such as a PDF or the entry's own feed.
    links.sort(key=lambda link: "html" not in (link.get("type") or "html"))
    return (address for link in links if (address := web_url(link.get("href"), url)))


def _published(said: Any, now: datetime) -> datetime | None:
    times = (
        moment(_text(said, name), dict.get(said, name + "_parsed"), now)
        for name in ("published", "updated", "created")
    )
    return next(filter(None, times), None)


def _image(said: Any, texts: list[str], url: str) -> str | None:
    media = [part for part in said.get("media_content") or () if part.get("medium") == "image" or _is_image(part)]
    media += said.get("media_thumbnail") or ()
    media += [{"url": part.get("href")} for part in said.get("enclosures") or () if _is_image(part)]
    addresses = [part.get("url") or "" for part in media]
    told = (address for text in texts for address in pictures(text))
    return next(filter(None, (web_url(address, url) for address in chain(addresses, told))), None)


def _is_image(part: Any) -> bool:
    return str(part.get("type") or "").startswith("image/")


def _ttl(feed: Any) -> int | None:
    try:
        minutes = int(_text(feed, "ttl") or 0)
        if not minutes:
            minutes = _PERIODS.get(_text(feed, "sy_updateperiod").strip().lower(), 0)
            minutes //= max(1, int(_text(feed, "sy_updatefrequency") or 1))
    except ValueError:
        return None
    return min(minutes, _PERIODS["yearly"]) if minutes > 0 else None
