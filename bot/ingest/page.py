"""A page as an article: what it says of itself first, and only what is missing there from what it looks like.

Title: JSON-LD, Open Graph, the only <h1>, <title> without the site's name. Teaser: Open Graph, JSON-LD, the
description, the first paragraph. These are right more often than what readers of layouts find, and take a tenth of
the time; the text itself is found by trafilatura. All of it runs in a worker process (bot/ingest/parsing.py), for a
page can be made to cost minutes.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Any
from urllib.parse import urljoin, urlsplit

from htmldate import find_date
from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring
from pydantic import TypeAdapter, ValidationError
from trafilatura import bare_extraction

from bot.domain.article import Source, WebUrl, article_id, is_web_url
from bot.domain.feed import Failure, Fault
from bot.domain.link import canonical, without_login, without_tracking
from bot.domain.page import Page
from bot.ingest import json_ld
from bot.ingest.article_text import MAX_TEXT, MAX_TITLE
from bot.ingest.charset import decode
from bot.ingest.dates import moment
from bot.ingest.plain_text import clean, excerpt

#: Around a site's name in a title.
_SEPARATOR = re.compile(r"\s+[|–—·•»«:‹›-]+\s+")
_ELLIPSIS = re.compile(r"\s*(?:…|\.\.\.)$")
_LONGEST_SITE = 60
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_FEED = re.compile(r"<(?:rss|feed|rdf:RDF)[\s>]", re.I)
_HTML = re.compile(r"<!doctype html|<html[\s>]", re.I)
_MARKUP = re.compile(r"<(?:!doctype|html|head|body|title|meta|article|div|p|h1)[\s>]", re.I)
#: Characters.
_BEGINNING = 2_000
_MOST_BEFORE_MARKUP = 20_000

_URL: TypeAdapter[str] = TypeAdapter(WebUrl)


def read_page(body: bytes, url: str = "", content_type: str = "", *, whole: bool = True) -> Page | Failure:
    """`url`: where it was found, "" for a file; `whole`: with its text, which takes most of the time. No
    password of ours gets into it."""
    url = without_login(url)
    text = decode(body, content_type)
    if _FEED.search(text, 0, _BEGINNING) and not _HTML.search(text, 0, _BEGINNING):
        return Failure(fault=Fault.NOT_AN_ARTICLE, detail="feed")
    if not _MARKUP.search(text, 0, _MOST_BEFORE_MARKUP):
        return Failure(fault=Fault.NOT_AN_ARTICLE, detail=content_type.partition(";")[0].strip())
    try:
        root = document_fromstring(text.encode("utf-8", "replace"), HTMLParser(encoding="utf-8"))
    except (etree.LxmlError, ValueError):
        return Failure(fault=Fault.NOT_AN_ARTICLE)
    return _page(_Reading.of(root, url), whole=whole)


def read_json_ld(data: Any) -> Page | Failure:
    """An article as schema.org has it, in a file of its own."""
    found = json_ld.nodes([data])
    return _page(_Reading("", {}, json_ld.article_of(found), found, None), whole=True)


@dataclass(frozen=True, slots=True)
class _Reading:
    """What a page says of itself: its <meta>, and its JSON-LD; `node` is that of the article."""

    url: str
    meta: dict[str, str]
    node: json_ld.Node
    nodes: list[json_ld.Node]
    root: HtmlElement | None

    @classmethod
    def of(cls, root: HtmlElement, url: str) -> "_Reading":
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
        addresses = [
            url,
            meta.get("og:url", ""),
            *(element.get("href") or "" for element in _links(root, "canonical")),
        ]
        return cls(url, meta, json_ld.article_of(nodes, filter(None, addresses)), nodes, root)

    def first(self, *names: str) -> str:
        return next((self.meta[name] for name in names if name in self.meta), "")

    def texts(self, tag: str) -> list[str]:
        """What stands in the elements of this kind that say anything, each once."""
        if self.root is None:
            return []
        each = (clean(" ".join(element.itertext())) for element in self.root.iter(tag))
        return list(dict.fromkeys(text for text in each if text))


def _page(reading: _Reading, *, whole: bool) -> Page | Failure:
    title = _title(reading)
    if not title:
        return Failure(fault=Fault.NOT_AN_ARTICLE)
    link = _link(reading)
    faq = json_ld.faq_of(reading.nodes)
    text = _text(reading) if whole else []
    teaser = _teaser(reading, title, text)
    name = _site(reading) or _host(link or reading.url)
    shown = [title, teaser, name, *reading.texts("h1")]
    shown += [part for pair in faq for part in (pair.question, *pair.answer.split("\n\n"))]
    told = {_same(part) for part in shown}
    body = _within(paragraph for paragraph in text if _same(paragraph) not in told)
    return Page(
        id=article_id(canonical(link)) if link else None,
        title=title,
        teaser=teaser,
        body=tuple(body),
        source=Source(name=name, url=link or None) if name else None,
        faq=faq,
        published=_published(reading),
        image=_image(reading),
        partial=str(reading.node.get("isAccessibleForFree", "")).lower() == "false",
        section=json_ld.text(reading.node, "articleSection") or reading.first("article:section"),
    )


def _title(reading: _Reading) -> str:
    headings = reading.texts("h1")
    only = headings[0] if len(headings) == 1 else ""
    shared = _without_site(reading.first("og:title", "twitter:title"), reading)
    named = json_ld.text(reading.node, "headline") or json_ld.text(reading.node, "name")
    if _ELLIPSIS.search(named):  # cut, as search engines once demanded of a headline
        stem = _ELLIPSIS.sub("", named)
        named = next((whole for whole in (shared, *headings) if whole.startswith(stem)), named)
    own = reading.texts("title")
    title = named or shared or only or (_without_site(own[0], reading) if own else "") or "".join(headings[:1])
    return excerpt(title, MAX_TITLE) if len(title) > MAX_TITLE else title


def _without_site(title: str, reading: _Reading) -> str:
    """A title often ends, or begins, with the name of its site: that which the page gives, else what is short."""
    names = {_same(name) for name in (_site(reading), _host(reading.url))}
    title = title[: 2 * MAX_TITLE]
    while pieces := list(_SEPARATOR.finditer(title)):
        before, last = title[: pieces[-1].start()], title[pieces[-1].end() :]
        first, after = title[: pieces[0].start()], title[pieces[0].end() :]
        if _same(last) in names or (not _site(reading) and _may_be_a_site(last, before, pieces[-1][0])):
            title = before
        elif _same(first) in names:
            title = after
        else:
            break
    return title


def _may_be_a_site(last: str, before: str, separator: str) -> bool:
    """A hyphen or a dot stands in titles of their own too."""
    return len(last) < min(_LONGEST_SITE, len(before)) and separator.strip() in "|–—»"


def _site(reading: _Reading) -> str:
    publisher = json_ld.text(reading.node, "publisher")
    return reading.first("og:site_name") or publisher or reading.first("application-name")


def _teaser(reading: _Reading, title: str, text: Sequence[str]) -> str:
    candidates = [
        reading.first("og:description"),
        json_ld.text(reading.node, "description"),
        reading.first("description", "twitter:description", "dc.description"),
    ]
    teaser = next((told for told in candidates if told and _same(told) != _same(title)), "")
    if not teaser:
        teaser = next((paragraph for paragraph in text if _same(paragraph) != _same(title)), "")
    elif _ELLIPSIS.search(teaser):
        stem = _ELLIPSIS.sub("", teaser)
        teaser = next((paragraph for paragraph in text if paragraph.startswith(stem)), teaser)
    return excerpt(teaser)


def _text(reading: _Reading) -> list[str]:
    """trafilatura's reading of the page, else what JSON-LD says that its text is."""
    told = json_ld.paragraphs(reading.node.get("articleBody"))
    if reading.root is None:
        return told
    found = bare_extraction(reading.root, fast=True, include_comments=False, include_tables=False)
    text = getattr(found, "text", None) or ""
    read = [line for paragraph in text.split("\n") if (line := clean(paragraph.removeprefix("- ")))]
    return told if sum(map(len, told)) > 2 * sum(map(len, read)) else read


def _within(paragraphs: Iterable[str]) -> list[str]:
    """As many as an article may have text."""
    taken, room = list[str](), MAX_TEXT // 2
    for paragraph in paragraphs:
        room -= len(paragraph)
        if room < 0:
            break
        taken.append(paragraph)
    return taken


def _link(reading: _Reading) -> str:
    """The address that the page gives as its own, unless that cannot be: a home page for an article, which careless
    templates give, or a machine that no reader reaches. "" where it is too long to be kept."""
    given = [element.get("href") or "" for element in _links(reading.root, "canonical")]
    given += [reading.first("og:url"), *json_ld.addresses_of(reading.node)]
    told = (absolute for address in given if (absolute := _absolute(address, reading.url)))
    link = without_tracking(next((one for one in told if _may_be_its_own(one, reading.url)), reading.url))
    return link if is_web_url(link) else ""


def _may_be_its_own(address: str, url: str) -> bool:
    """`url`: where the page was found."""
    told, found = urlsplit(address), urlsplit(url)
    is_page = bool(told.path.strip("/") or told.query or not found.path.strip("/"))
    return is_page and (told.hostname == found.hostname or _reachable(told.hostname or ""))


def _reachable(host: str) -> bool:
    try:
        return ip_address(host).is_global
    except ValueError:
        return "." in host.strip(".") and not host.endswith((".local", ".localhost", ".internal", ".test"))


def _published(reading: _Reading) -> datetime | None:
    given = [json_ld.text(reading.node, "datePublished")]
    given.append(
        reading.first("article:published_time", "datepublished", "parsely-pub-date", "dc.date.issued", "date")
    )
    if reading.root is not None:
        given += [element.get("datetime") or "" for element in reading.root.iter("time")][:1]
    if reading.root is not None:
        given.append(find_date(reading.root, original_date=True, extensive_search=False) or "")
    now = datetime.now(UTC)
    # A day alone is its noon, which is that day almost everywhere.
    told = (f"{one}T12:00" if _DAY.fullmatch(one) else one for one in given if one)
    return next((when.astimezone(UTC) for one in told if (when := moment(one, None, now))), None)


def _image(reading: _Reading) -> str | None:
    given = [reading.first("og:image:secure_url", "og:image", "og:image:url", "twitter:image")]
    given.append(json_ld.address_in(reading.node.get("image")))
    return next((address for told in given if (address := _absolute(told, reading.url))), None)


def _links(root: HtmlElement | None, kind: str) -> list[HtmlElement]:
    return (
        []
        if root is None
        else [link for link in root.iter("link") if kind in (link.get("rel") or "").lower().split()]
    )


def _absolute(address: str, base: str) -> str:
    """ "" for none that a browser would open."""
    try:
        return _URL.validate_python(urljoin(base, address.strip())) if address.strip() else ""
    except (ValidationError, ValueError):
        return ""


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")


def _same(text: str) -> str:
    """What two ways to write the same have in common."""
    return re.sub(r"[\W_]+", " ", text).strip().casefold()
