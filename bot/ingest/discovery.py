"""From what an editor gives to a feed: an address may be the feed's own, or that of a page that names one.

address → fetched → read as a feed | as a page: the feeds that it names, then where sites often have one
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from bot.domain.feed import Document, Failure, Fault
from bot.domain.outline import Outline
from bot.ingest.fetch import Fetched, Fetcher, Unchanged
from bot.ingest.opml import read_outlines
from bot.ingest.parsing import Parsers

#: https://html.spec.whatwg.org/multipage/links.html#link-type-alternate, and https://www.jsonfeed.org/version/1.1/
_FEED_TYPES = frozenset(
    {"application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml"}
)
#: Where sites have their feed that name none, by what the best-known publishing systems do.
_USUAL = ("/feed", "/rss.xml", "/atom.xml", "/feed.xml", "/index.xml")
_MOST_NAMED = 5
#: Where these happen and no scheme was given, plain http may have been meant; where a certificate is wrong, it was
#: not: somebody may stand in between.
_NO_HTTPS = frozenset({Fault.NO_CONNECTION, Fault.BAD_ANSWER})
#: Characters of a page, whose head names the feeds.
_READ = 500_000
_FEED_SCHEME = re.compile(r"^feed:(//(?=https?:))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Found:
    """`url` is where the feed is to be fetched; `others` are further feeds that the page names."""

    url: str
    document: Document
    others: tuple[str, ...] = ()


class Discovery:
    def __init__(self, fetcher: Fetcher, parsers: Parsers) -> None:
        self._fetcher = fetcher
        self._parsers = parsers

    async def find(self, address: str) -> Found | Failure:
        """`address` may lack its scheme."""
        url = completed(address)
        got = await self._fetch(url)
        if isinstance(got, Failure) and got.fault in _NO_HTTPS and url != address.strip():
            url = "http" + url.removeprefix("https")
            got = await self._fetch(url)
        if isinstance(got, Failure):
            return got
        found = await self._read(url, got)
        if isinstance(found, Found) or found.fault is not Fault.NOT_A_FEED:
            return found
        named = await self._parsers.run(feeds_named, got.body, got.url)
        links = [] if isinstance(named, Failure) else named[:_MOST_NAMED]
        return await self._first_of(links, got.url) or found

    async def listed(self, content: bytes) -> list[Outline] | None:
        """The feeds of a file from another reader; None if it is no list of them."""
        outlines = await self._parsers.run(read_outlines, content)
        return None if isinstance(outlines, Failure) else outlines

    async def _first_of(self, links: list[str], page: str) -> Found | None:
        root = urlsplit(page)._replace(path="", query="", fragment="").geturl()
        for link in links or [root + path for path in _USUAL]:
            got = await self._fetch(link)
            found = got if isinstance(got, Failure) else await self._read(link, got)
            if isinstance(found, Found):
                others = tuple(other for other in links if other != link)
                return Found(found.url, found.document, others)
        return None

    async def _fetch(self, url: str) -> Fetched | Failure:
        got = await self._fetcher.get(url, patient=False)
        # What was not asked conditionally cannot be unchanged (RFC 9110, 15.4.5).
        return Failure(fault=Fault.BAD_ANSWER) if isinstance(got, Unchanged) else got

    async def _read(self, url: str, got: Fetched) -> Found | Failure:
        document = await self._parsers.feed(got.body, got.url, got.content_type)
        return document if isinstance(document, Failure) else Found(got.moved or url, document)


def completed(address: str) -> str:
    """With https where no scheme is named; `feed:` is what some sites write before one, or in its place."""
    address = _FEED_SCHEME.sub("", address.strip())
    if address.startswith("//"):
        return "https:" + address
    return address if re.match(r"[a-z][a-z0-9+.-]*://", address, re.IGNORECASE) else "https://" + address


def feeds_named(body: bytes, url: str) -> list[str]:
    """The feeds that a page names in its head, those of comments last. Runs in a worker process."""
    reader = _LinkReader(url)
    reader.feed(body[:_READ].decode("utf-8", "replace"))
    return list(dict.fromkeys(_comments_last(reader.found)))


def _comments_last(found: Iterable[tuple[str, str]]) -> list[str]:
    ordered = sorted(found, key=lambda one: "comment" in f"{one[0]} {one[1]}".casefold())
    return [link for link, _ in ordered if link.startswith(("https://", "http://"))]


class _LinkReader(HTMLParser):
    def __init__(self, url: str) -> None:
        super().__init__()
        self._base = url
        self.found: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "base" and given.get("href"):
            self._base = self._joined(given["href"]) or self._base
        kind = given.get("type", "").split(";")[0].strip().casefold()
        if tag == "link" and kind in _FEED_TYPES and "alternate" in given.get("rel", "").casefold().split():
            self.found.append((self._joined(given.get("href", "")), given.get("title", "")))

    def _joined(self, link: str) -> str:
        """ "" for what can be no address, which costs the page none of its others."""
        try:
            return urljoin(self._base, link.strip())
        except ValueError:
            return ""
