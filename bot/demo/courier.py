"""A small news site of the demo's own: pages, and two feeds that gain an entry now and then."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from pathlib import Path
from re import sub
from xml.etree import ElementTree
from zlib import crc32

from aiohttp import web

NAME = "The Larkwick Courier"
#: Of each section: its folder, its category in the bot, its feed's title.
SECTIONS = {"news": ("/courier", "world", NAME), "sport": ("/courier/sport", "sports", f"{NAME}: Sport")}
_AT_FIRST = {"news": 4, "sport": 4}


@dataclass(frozen=True, slots=True)
class Entry:
    section: str
    title: str
    teaser: str

    @property
    def path(self) -> str:
        return f"/courier/{sub('[^a-z0-9]+', '-', self.title.casefold()).strip('-')}.html"


class Courier:
    """What `answer` serves below /courier; `url` is the root under which it does."""

    def __init__(self, file: Path) -> None:
        self._all = [Entry(**row) for row in tomllib.loads(file.read_text("utf-8"))["entry"]]
        now = datetime.now(UTC).replace(microsecond=0)
        self._published: dict[str, datetime] = {}
        for section, count in _AT_FIRST.items():
            for age, entry in enumerate(reversed(self._of(section)[:count])):
                self._published[entry.path] = now - timedelta(hours=1 + 3 * age)

    def grow(self) -> str | None:
        """Publishes the next entry; tells in which section, or None when nothing more happens in Larkwick."""
        entry = next((entry for entry in self._all if entry.path not in self._published), None)
        if entry is None:
            return None
        self._published[entry.path] = datetime.now(UTC).replace(microsecond=0)
        return entry.section

    def answer(self, request: web.BaseRequest) -> web.StreamResponse | None:
        """None for what is not its own."""
        path, root = request.path.rstrip("/"), f"http://{request.host}"
        for section, (folder, _slug, _title) in SECTIONS.items():
            if path == folder:
                return _page(self._front(section, root))
            if path == f"{folder}/feed.xml":
                return _feed(request, self._feed(section, root))
        entry = next((entry for entry in self._all if entry.path == path and path in self._published), None)
        return _page(self._article(entry, root)) if entry else None

    def _of(self, section: str) -> list[Entry]:
        return [entry for entry in self._all if entry.section == section]

    def _newest(self, section: str) -> list[Entry]:
        shown = [entry for entry in self._of(section) if entry.path in self._published]
        return sorted(shown, key=lambda entry: self._published[entry.path], reverse=True)

    def _front(self, section: str, root: str) -> str:
        folder, _slug, title = SECTIONS[section]
        items = [
            f'<li><a href="{e.path}">{escape(e.title)}</a><p>{escape(e.teaser)}</p></li>'
            for e in self._newest(section)
        ]
        feed = f'<link rel="alternate" type="application/rss+xml" href="{root}{folder}/feed.xml">'
        return _document(title, feed, [f"<h1>{escape(title)}</h1>", "<ul>", *items, "</ul>"])

    def _article(self, entry: Entry, root: str) -> str:
        when = self._published[entry.path].isoformat()
        about = {"og:title": entry.title, "og:description": entry.teaser, "og:site_name": NAME, "og:type": "article"}
        about["article:published_time"] = when
        head = [f'<meta property="{name}" content="{escape(value)}">' for name, value in about.items()]
        head.append(f'<link rel="canonical" href="{root}{entry.path}">')
        body = f"<article><h1>{escape(entry.title)}</h1><p>{escape(entry.teaser)}</p></article>"
        return _document(entry.title, "".join(head), [body])

    def _feed(self, section: str, root: str) -> bytes:
        """RSS 2.0: https://www.rssboard.org/rss-specification"""
        folder, _slug, title = SECTIONS[section]
        rss = ElementTree.Element("rss", version="2.0")
        channel = ElementTree.SubElement(rss, "channel")
        _fill(channel, title=title, link=root + folder, description="News from where the map ends.")
        for entry in self._newest(section):
            link, published = root + entry.path, format_datetime(self._published[entry.path])
            item = ElementTree.SubElement(channel, "item")
            _fill(item, title=entry.title, link=link, guid=link, description=entry.teaser, pubDate=published)
        return b'<?xml version="1.0" encoding="UTF-8"?>\n' + bytes(ElementTree.tostring(rss, "utf-8"))


def _fill(element: ElementTree.Element, **texts: str) -> None:
    for name, text in texts.items():
        ElementTree.SubElement(element, name).text = text


def _document(title: str, head: str, body: Sequence[str]) -> str:
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>{head}</head>'
        f"<body>{''.join(body)}</body></html>"
    )


def _page(text: str) -> web.Response:
    return web.Response(text=text, content_type="text/html")


def _feed(request: web.BaseRequest, content: bytes) -> web.Response:
    """304 if it has not changed since it was last asked for."""
    response = web.Response(body=content, content_type="application/rss+xml", charset="utf-8")
    tag = f"{crc32(content):08x}"
    response.headers["ETag"] = f'"{tag}"'
    if any(known.value == tag for known in request.if_none_match or ()):
        return web.Response(status=304, headers={"ETag": f'"{tag}"'})
    return response
