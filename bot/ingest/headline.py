"""How an article is called, of all that its page calls itself."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.ingest import json_ld
from bot.ingest.article_text import MAX_TITLE
from bot.ingest.plain_text import excerpt
from bot.ingest.reading import Reading, text_of

#: Around a site's name in a title; an underscore or a bar needs no space.
_SEPARATOR = re.compile(r"\s+[|–—·•»«:‹›-]+\s+|\s*[|｜]\s*|(?<=\S)_(?=\S)")
_MARKS = "|–—·•»«:‹›-_｜"
#: Behind which a site stands more often than what belongs to the title, of which no title has several.
_CERTAIN = "|»_｜"
_ELLIPSIS = re.compile(r"\s*(?:…|\[?\.\.\.\]?)$")
_LONGEST_SITE = 60
_MOST_WORDS = 4


@dataclass(frozen=True, slots=True)
class _Known:
    """What the site is called, and the headings that may be the title."""

    site: str
    names: frozenset[str]
    headings: tuple[str, ...]

    @classmethod
    def of(cls, reading: Reading) -> "_Known":
        """Its address tells a name too: `linden-courier.example` is “The Linden Courier”."""
        homes = [text_of(heading) for heading in reading.elements("h1") if reading.leads_home(heading)]
        told = (reading.site, reading.host, *reading.host.split("."), *homes)
        names = frozenset(filter(None, map(_squashed, told)))
        return cls(reading.site, names, tuple(one for one in reading.texts("h1") if _squashed(one) not in names))

    def is_site(self, text: str) -> bool:
        return _squashed(text) in self.names


def title_of(reading: Reading) -> str:
    """JSON-LD, Open Graph, a heading that <title> begins or ends with, the only <h1>, <title>: the first that there
    is, without the site's name."""
    known = _Known.of(reading)
    shared = reading.first("og:title", "twitter:title", "dcterms.title", "dc.title", "parsely-title")
    shared = _without_site(shared, known)
    named = _whole(_without_known(_named(reading), known), (shared, *known.headings))
    title = named or shared or _of_what_is_seen(reading, known)
    return excerpt(title, MAX_TITLE) if len(title) > MAX_TITLE else title


def _named(reading: Reading) -> str:
    """In schema.org's words, in a script or in attributes."""
    marked = (one for one in reading.elements("h1", "h2") if "headline" in (one.get("itemprop") or "").split())
    told = json_ld.text(reading.node, "headline") or json_ld.text(reading.node, "name")
    return told or next(filter(None, map(text_of, marked)), "")


def _whole(named: str, others: Iterable[str]) -> str:
    """It may be cut, as search engines once demanded of a headline."""
    if not _ELLIPSIS.search(named):
        return named
    stem = _ELLIPSIS.sub("", named)
    return next((other for other in others if other.startswith(stem)), named)


def _of_what_is_seen(reading: Reading, known: _Known) -> str:
    title = next(iter(reading.texts("title")), "")
    parts = (text for text in reading.texts("h1", "h2", "h3") if not known.is_site(text) and _is_part(text, title))
    part = max(parts, key=len, default="")
    if 2 * len(part) >= len(title) > 0:
        return part
    only = known.headings[0] if len(known.headings) == 1 else ""
    return only or _without_site(title, known) or "".join((known.headings or reading.texts("h1"))[:1])


def _is_part(heading: str, title: str) -> bool:
    """Whether a title is the heading and something set apart from it, or the heading alone."""
    if title.startswith(heading):
        rest = title[len(heading) :].lstrip()
        return not rest or rest[0] in _MARKS
    return title.endswith(heading) and title[: -len(heading)].rstrip()[-1:] in tuple(_MARKS)


def _without_site(title: str, known: _Known) -> str:
    """A title often ends, or begins, with the name of its site: that which the page gives, else what is short; and
    before that with a section's."""
    if heading := _heading_in(title, known):
        return heading
    title, cut = _without_names(title, known)
    while pieces := list(_SEPARATOR.finditer(title)):
        before, last, mark = title[: pieces[-1].start()], title[pieces[-1].end() :], pieces[-1][0].strip()
        if not ((not known.site or (cut and mark in _CERTAIN)) and _may_be_a_site(last, before, mark)):
            break
        title = before
    return title


def _without_known(title: str, known: _Known) -> str:
    """Without what is certainly no part of it: what a heading lacks, or a known name of the site."""
    return _heading_in(title, known) or _without_names(title, known)[0]


def _heading_in(title: str, known: _Known) -> str:
    """That of which most of it consists."""
    parts = (heading for heading in known.headings if 2 * len(heading) >= len(title) and _is_part(heading, title))
    return next(parts, "")


def _without_names(title: str, known: _Known) -> tuple[str, bool]:
    """And whether one stood behind it."""
    title, cut = title[: 2 * MAX_TITLE], False
    while pieces := list(_SEPARATOR.finditer(title)):
        before, last = title[: pieces[-1].start()], title[pieces[-1].end() :]
        first, after = title[: pieces[0].start()], title[pieces[0].end() :]
        if before and known.is_site(last):
            title, cut = before, True
        elif after and known.is_site(first):
            title = after
        else:
            break
    return title, cut


def _may_be_a_site(last: str, before: str, mark: str) -> bool:
    """A hyphen or a dot stands in titles of their own too, and dashes before words that go on."""
    if not mark or len(last) >= min(_LONGEST_SITE, len(before)):
        return False
    return mark in _CERTAIN or (mark in "–—" and len(last.split()) <= _MOST_WORDS and "," not in last)


def _squashed(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).casefold().removeprefix("the")
