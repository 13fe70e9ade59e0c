"""What a page says of itself: its <meta>, its JSON-LD, and its headings."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from bot.ingest import json_ld
from bot.ingest.plain_text import clean


@dataclass(frozen=True, slots=True)
class Reading:
    """`url`: where it was found; `node`: that of its JSON-LD which is about the article; `root`: None for a file that
    is JSON-LD alone."""

    url: str
    meta: dict[str, str]
    node: json_ld.Node
    nodes: list[json_ld.Node]
    root: HtmlElement | None

    @classmethod
    def of(cls, root: HtmlElement, url: str) -> "Reading":
        meta = dict[str, str]()
        for element in root.iter("meta"):
            name = element.get("property") or element.get("name") or element.get("itemprop")
            if name and (told := clean(element.get("content") or "")):
                meta.setdefault(name.strip().lower(), told)
        scripts = [
            json_ld.loads(script.text or "")
            for script in root.iter("script")
            if (script.get("type") or "").strip().lower().startswith("application/ld+json")
        ]
        nodes = json_ld.nodes(scripts)
        addresses = [url, meta.get("og:url", ""), *addresses_in(root, "canonical")]
        return cls(url, meta, json_ld.article_of(nodes, filter(None, addresses)), nodes, root)

    @property
    def host(self) -> str:
        return host(self.url)

    @property
    def site(self) -> str:
        """Its name."""
        publisher = json_ld.text(self.node, "publisher")
        return self.first("og:site_name") or publisher or self.first("application-name")

    def first(self, *names: str) -> str:
        return next((self.meta[name] for name in names if name in self.meta), "")

    def elements(self, *tags: str) -> Iterator[HtmlElement]:
        return iter(()) if self.root is None else self.root.iter(*tags)

    def texts(self, *tags: str) -> list[str]:
        """What stands in the elements of these kinds that say anything, each once."""
        return list(dict.fromkeys(text for element in self.elements(*tags) if (text := text_of(element))))

    def leads_home(self, heading: HtmlElement) -> bool:
        """As the name of a site does, and no title."""
        around = heading.getparent()
        links = [around] if around is not None and around.tag == "a" else heading.iter("a")
        return any(self._is_home(link.get("href") or "") for link in links)

    def _is_home(self, address: str) -> bool:
        base = self.url or "https://its.invalid/page"
        if not address.strip() or not urlsplit(base).path.strip("/"):
            return False  # it may be the home page itself
        try:
            there = urlsplit(urljoin(base, address.strip()))
        except ValueError:
            return False
        return not there.path.strip("/") and not there.query


def addresses_in(root: HtmlElement | None, kind: str) -> list[str]:
    """Of its <link>s of a kind."""
    links = () if root is None else root.iter("link")
    return [link.get("href") or "" for link in links if kind in (link.get("rel") or "").lower().split()]


def text_of(element: HtmlElement) -> str:
    return clean(" ".join(element.itertext()))


def host(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")


def same(text: str) -> str:
    """What two ways to write the same have in common."""
    return re.sub(r"[\W_]+", " ", text).strip().casefold()
