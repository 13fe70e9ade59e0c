"""A page as an article: what it says of itself first, and only what is missing there from what it looks like.

Title: `headline`. Teaser: Open Graph, JSON-LD, the description, the first paragraph. These are right more often
than what readers of layouts find, and take a tenth of the time; the text itself is found by trafilatura. All of it
runs in a worker process (bot/ingest/parsing.py), for a page can be made to cost minutes.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from ipaddress import ip_address
from itertools import islice
from typing import Any
from urllib.parse import urljoin, urlsplit

from htmldate import find_date
from lxml import etree
from lxml.html import HTMLParser, document_fromstring
from pydantic import TypeAdapter, ValidationError
from trafilatura import bare_extraction
from trafilatura.settings import use_config

from bot.domain.article import Source, WebUrl, article_id, is_web_url
from bot.domain.feed import Failure, Fault
from bot.domain.link import canonical, without_login, without_tracking
from bot.domain.page import Page
from bot.ingest import json_ld
from bot.ingest.article_text import MAX_TEXT
from bot.ingest.charset import decode
from bot.ingest.dates import moment
from bot.ingest.headline import title_of
from bot.ingest.plain_text import clean, excerpt
from bot.ingest.reading import Reading, addresses_in, host, same, text_of

_ELLIPSIS = re.compile(r"\s*(?:…|\[?\.\.\.\]?|\[…\])$")
#: What a paragraph of a text ends with, and neither its date nor who wrote it.
_SENTENCE_END = re.compile(r"[.!?…:。！？؟।۔][\"'”’»«)\]」』]*$")
#: Bytes, of which a letter has the more, the more it says.
_SHORTEST_SENTENCE = 36
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_FEED = re.compile(r"<(?:rss|feed|rdf:RDF)[\s>]", re.I)
_HTML = re.compile(r"<!doctype html|<html[\s>]", re.I)
_MARKUP = re.compile(r"<(?:!doctype|html|head|body|title|meta|article|div|p|h1)[\s>]", re.I)
#: Characters.
_BEGINNING = 2_000
_MOST_BEFORE_MARKUP = 20_000
_LONG_TAG = re.compile(r"<([a-z][\w:-]{0,60})\s[^<>]{20000,}>?", re.I)
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
#: To read the attributes of one element takes the square of their number.
_MOST_ATTRIBUTES = 1_000
#: Elements: the text of more takes seconds to be found. Pages of news have some thousands.
_MOST_ELEMENTS = 40_000
_MOST_PARAGRAPHS = 1_000
#: Characters that a text has at least, or else all of the page is taken for it: a short one of Chinese has fewer.
_SHORTEST_TEXT, _SHORTEST_DENSE_TEXT = 250, 80
_DENSE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")

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
        lean = _LONG_TAG.sub(_few_attributes, text)
        root = document_fromstring(lean.encode("utf-8", "replace"), HTMLParser(encoding="utf-8"))
    except (etree.LxmlError, ValueError):
        return Failure(fault=Fault.NOT_AN_ARTICLE)
    return _page(Reading.of(root, url), whole=whole)


def read_json_ld(data: Any) -> Page | Failure:
    """An article as schema.org has it, in a file of its own."""
    found = json_ld.nodes([data])
    return _page(Reading("", {}, json_ld.article_of(found), found, None), whole=True)


def _page(reading: Reading, *, whole: bool) -> Page | Failure:
    title = title_of(reading)
    if not title:
        return Failure(fault=Fault.NOT_AN_ARTICLE)
    link = _link(reading)
    faq = json_ld.faq_of(reading.nodes)
    text = _text(reading, title) if whole else []
    teaser = _teaser(reading, title, text)
    name = reading.site or host(link or reading.url)
    shown = [title, teaser, name, *reading.texts("h1")]
    shown += [part for pair in faq for part in (pair.question, *pair.answer.split("\n\n"))]
    told = {same(part) for part in shown}
    body = _within(paragraph for paragraph in text if same(paragraph) not in told)
    return Page(
        id=article_id(canonical(link)) if link else None,
        title=title,
        teaser=teaser,
        body=tuple(body),
        source=Source(name=name, url=link or None) if name else None,
        faq=faq,
        published=_published(reading, title, link),
        image=_image(reading),
        partial=str(reading.node.get("isAccessibleForFree", "")).lower() == "false",
        section=json_ld.text(reading.node, "articleSection") or reading.first("article:section"),
    )


def _teaser(reading: Reading, title: str, text: Sequence[str]) -> str:
    candidates = [
        reading.first("og:description"),
        json_ld.text(reading.node, "description"),
        reading.first("description", "twitter:description", "dc.description"),
    ]
    teaser = next((told for told in candidates if told and same(told) != same(title)), "")
    if not teaser:
        paragraphs = text or map(text_of, islice(reading.elements("p"), _MOST_PARAGRAPHS))
        teaser = _beginning([paragraph for paragraph in paragraphs if same(paragraph) not in {"", same(title)}])
    elif _ELLIPSIS.search(teaser):
        stem = _ELLIPSIS.sub("", teaser)
        teaser = next((paragraph for paragraph in text if paragraph.startswith(stem)), teaser)
    return excerpt(teaser)


def _beginning(paragraphs: Sequence[str]) -> str:
    """The first that says something; before it often stand a date, and who has written it."""
    return next(filter(_is_said, paragraphs), next(iter(paragraphs), ""))


def _is_said(paragraph: str) -> bool:
    return len(paragraph.encode()) >= _SHORTEST_SENTENCE and bool(_SENTENCE_END.search(paragraph))


def _text(reading: Reading, title: str) -> list[str]:
    """trafilatura's reading of the page, else what JSON-LD says that its text is."""
    told = json_ld.paragraphs(reading.node.get("articleBody"))
    if reading.root is None or sum(1 for _ in reading.root.iter()) > _MOST_ELEMENTS:
        return told
    config = use_config()
    config.set("DEFAULT", "MIN_EXTRACTED_SIZE", str(_SHORTEST_DENSE_TEXT if _DENSE.search(title) else _SHORTEST_TEXT))
    found = bare_extraction(reading.root, fast=True, include_comments=False, include_tables=False, config=config)
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


def _link(reading: Reading) -> str:
    """The address that the page gives as its own, unless that cannot be: a home page for an article, which careless
    templates give, or a machine that no reader reaches. "" where it is too long to be kept."""
    given = addresses_in(reading.root, "canonical")
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


def _published(reading: Reading, title: str, link: str) -> datetime | None:
    now = datetime.now(UTC)
    for told in _times(reading, title, link):
        # A day alone is its noon, which is that day almost everywhere.
        if when := moment(f"{told}T12:00" if _DAY.fullmatch(told) else told, None, now):
            return min(when, now)  # where that noon, or a clock that is fast, is still to come
    return None


def _times(reading: Reading, title: str, link: str) -> Iterator[str]:
    """As they stand there, the surest first. What looks through the whole page takes longest."""
    yield json_ld.text(reading.node, "datePublished")
    yield reading.first("article:published_time", "datepublished", "parsely-pub-date", "dc.date.issued", "date")
    yield _time_of(reading, title)
    if reading.root is not None:
        yield find_date(reading.root, original_date=True, extensive_search=False, url=link or None) or ""


def _time_of(reading: Reading, title: str) -> str:
    """The first that is said to be that of the article, else the first behind the title, before which those of other
    articles may stand, else the first of all."""
    behind, found = False, dict[int, str]()
    for element in reading.elements("h1", "h2", "h3", "time"):
        if element.tag == "time":
            rank = 0 if element.get("itemprop") == "datePublished" else 1 if behind else 2
            found.setdefault(rank, element.get("datetime") or "")
        else:
            behind = behind or same(text_of(element)) == same(title)
    return found[min(found)] if found else ""


def _image(reading: Reading) -> str | None:
    given = [reading.first("og:image:secure_url", "og:image", "og:image:url", "twitter:image")]
    given.append(json_ld.address_in(reading.node.get("image")))
    return next((address for told in given if (address := _absolute(told, reading.url))), None)


def _absolute(address: str, base: str) -> str:
    """ "" for none that a browser would open."""
    try:
        return _URL.validate_python(urljoin(base, address.strip())) if address.strip() else ""
    except (ValidationError, ValueError):
        return ""


def _few_attributes(tag: re.Match[str]) -> str:
    """The tag without them, if they are too many."""
    return tag[0] if len(_QUOTED.sub("", tag[0]).split()) <= _MOST_ATTRIBUTES else f"<{tag[1]}>"
