"""Lists of feeds as other readers keep them: http://opml.org/spec2.opml"""

import codecs
import re
from collections.abc import Iterable, Sequence
from xml.etree import ElementTree

import listparser

from bot.domain.category import Category
from bot.domain.feed import Feed
from bot.domain.outline import Outline
from bot.ingest.plain_text import shortened

#: Bytes; a thousand feeds take some 200 kB.
MAX_BYTES = 2_000_000
#: Characters.
_LONGEST_NAME = 100
SUFFIXES = (".opml", ".xml")


def read_outlines(content: bytes) -> list[Outline] | None:
    """None if this is no such list. It is read as HTML is, which knows no entities that could make it grow; but one
    that is nested deeply can cost many seconds."""
    read = listparser.parse(_declared(content))
    if not read.feeds and (read.get("bozo") or not read.get("version")):
        return None
    found: dict[str, Outline] = {}
    for feed in read.feeds:
        paths = [*feed.get("categories", []), *([tag] for tag in feed.get("tags", []))]
        folders = dict.fromkeys(name for path in reversed(paths) for name in reversed(path) if name.strip())
        found.setdefault(
            feed.url, Outline(feed.url, shortened(feed.get("title") or "", _LONGEST_NAME), tuple(folders))
        )
    return list(found.values())


def _declared(content: bytes) -> bytes:
    """With its encoding said, where it says none: that is UTF-8 then (https://www.w3.org/TR/xml/#charencoding), which
    libxml2 takes for Latin-1."""
    if content.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, b"<?xml")):
        return content
    return codecs.BOM_UTF8 + content


def write_outlines(feeds: Iterable[Feed], categories: Sequence[Category]) -> bytes:
    """A folder for each category that has any."""
    root = ElementTree.Element("opml", version="2.0")
    ElementTree.SubElement(ElementTree.SubElement(root, "head"), "title").text = "Feeds"
    body = ElementTree.SubElement(root, "body")
    names = {category.slug: _xml_text(category.name) for category in categories}
    folders: dict[str, ElementTree.Element] = {}
    for feed in sorted(feeds, key=lambda feed: (feed.category, feed.url)):
        if feed.category not in folders:
            name = names.get(feed.category, feed.category)
            folders[feed.category] = ElementTree.SubElement(body, "outline", text=name)
        name = _xml_text(feed.name or feed.url)
        ElementTree.SubElement(folders[feed.category], "outline", type="rss", text=name, title=name, xmlUrl=feed.url)
    ElementTree.indent(root)
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + bytes(ElementTree.tostring(root, "utf-8"))


def _xml_text(text: str) -> str:
    """Without what XML cannot hold: https://www.w3.org/TR/xml/#charsets"""
    return re.sub("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "", text)
