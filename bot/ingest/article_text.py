"""An article as text: what an editor pastes and what `newsbot import` takes.

    text → blocks → lines that mean something set apart → category, title, teaser, body, source, picture, related, FAQ

The links behind pasted text are woven into it first, each after the words that bear it, so that whatever a line
turns out to be, its link is at hand.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import HttpUrl, TypeAdapter, ValidationError

from bot.domain.article import Article, FaqPair, RelatedArticle, Source, TextLink, WebUrl, article_id
from bot.domain.category import Category, find_category, nearest_slugs
from bot.domain.draft import Problem, Unreadable

MAX_TITLE = 300
MAX_TEXT = 500_000

#: Private-use characters that stand around a woven-in link.
_OPEN, _CLOSE = "\ue000", "\ue001"
#: Taken out of the text itself: those two, and what no message and no store can carry.
_UNUSABLE = re.compile(f"[{_OPEN}{_CLOSE}\0\ud800-\udfff]")
#: What a line may begin and end with, and an empty one hold, without showing.
_EDGE = " \t\u00a0\u200b\ufeff"
_BEHIND = f"{_OPEN}[^{_CLOSE}]*{_CLOSE}"
_LINK = re.compile(f"{_OPEN}([^{_CLOSE}]*){_CLOSE}")
# Spaces are taken for good (++): a text that only begins like one of these must not be tried in every way there is.
_READ_MORE = re.compile(rf"Read more(?:{_BEHIND})?\s++([^\n→]{{1,2400}}+)→[ \t]*+(?:{_BEHIND})?", re.I)
_SOURCE_LINE = re.compile(r"^Continue reading at\s++(.{1,120}?)\s*→\s*$", re.I)
# In just these capitals: "She could continue reading at home." is the article's own.
_SOURCE_SENTENCE = re.compile(r"Continue reading at\s++([^\n→]{1,80}?)\.?\s*$")
_ADDRESS_LINE = re.compile(r"^(Link|Image):\s*(\S+)\s*$", re.I)
#: An address without its scheme; a word alone ("Link: below") is none.
_BARE_ADDRESS = re.compile(r"^[\w-]+(?:\.[\w-]+)+(?:[:/?#]|$)")
_NAVIGATION = re.compile(r"^More in\s++.{1,80}→\s*$", re.I)
_FAQ_HEADING = re.compile(r"^(?:Frequently Asked Questions|FAQ)\s*:?\s*$", re.I)
_QUESTION = re.compile(r"^Q\s*[.:]\s*(.+)$", re.S)
#: Without a heading before it only this form is a stored question: "Q: …" is how interviews are printed.
_BARE_QUESTION = re.compile(r"^Q\.\s*\S.*\?$", re.S)
_ANSWER_MARK = re.compile(r"^A\s*[.:]\s+")

_URL: TypeAdapter[str] = TypeAdapter(WebUrl)


@dataclass(slots=True)
class _Parts:
    lead: list[str] = field(default_factory=list)
    related: list[RelatedArticle] = field(default_factory=list)
    faq: list[tuple[str, list[str]]] = field(default_factory=list)
    source_name: str | None = None
    source_url: str | None = None
    image: str | None = None


def read_article(
    text: str,
    categories: Sequence[Category],
    now: datetime,
    links: Iterable[TextLink] = (),
    category: str | None = None,
) -> Article | Unreadable:
    """`category`, a slug, stands in for a first line that names none."""
    if not text.strip():
        return Unreadable(Problem.EMPTY)
    if len(text) > MAX_TEXT:
        return Unreadable(Problem.TOO_LONG)
    parts = _take_apart(_blocks(_weave(text, links)))
    named = find_category(parts.lead[0], categories) if parts.lead else None
    if named or (category and _looks_like_category(parts.lead)):
        del parts.lead[0]
    slug = category or (named.slug if named else None)
    if slug is None:
        word = parts.lead[0] if parts.lead else ""
        return Unreadable(Problem.NO_CATEGORY, word, tuple(nearest_slugs(word, categories)))
    if not parts.lead:
        return Unreadable(Problem.NO_TITLE)
    if len(parts.lead[0]) > MAX_TITLE:
        return Unreadable(Problem.TITLE_TOO_LONG)
    return _article(slug, parts, now)


def write_article(article: Article) -> str:
    """The text that `read_article` reads as this article, but for what no text tells: its id and time, the links of
    related titles, and paragraphs that the text form takes for something else. Without a teaser, the first paragraph
    becomes one."""
    blocks = [article.category, _one_line(article.title), _one_line(article.teaser)]
    blocks += [_one_line(paragraph) for paragraph in article.body]
    blocks += [f"Read more {_one_line(related.title)} →" for related in article.related]
    if article.source:
        blocks.append(f"Continue reading at {_one_line(article.source.name)} →")
        blocks[-1] += f"\nLink: {article.source.url}" if article.source.url else ""
    if article.image:
        blocks.append(f"Image: {article.image}")
    if article.faq:
        blocks.append("Frequently Asked Questions")
        blocks += [block for pair in article.faq for block in (f"Q.{_one_line(pair.question)}", pair.answer)]
    return "\n\n".join(block for block in blocks if block)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _article(slug: str, parts: _Parts, now: datetime) -> Article:
    title, *rest = parts.lead
    teaser, body = (rest[0], rest[1:]) if rest else ("", [])
    source = Source(name=parts.source_name, url=parts.source_url) if parts.source_name else None
    if source is None and parts.source_url:
        source = Source(name=HttpUrl(parts.source_url).unicode_host() or parts.source_url, url=parts.source_url)
    return Article(
        id=article_id(slug, title, teaser, *body),
        category=slug,
        title=title,
        teaser=teaser,
        body=tuple(body),
        source=source,
        related=tuple(parts.related),
        faq=tuple(FaqPair(question=q, answer="\n\n".join(a)) for q, a in parts.faq if a),
        published=now,
        image=parts.image,
    )


def _weave(text: str, links: Iterable[TextLink]) -> str:
    pieces, done = [], 0
    for link in sorted(links, key=lambda link: link.end):
        pieces.append(_plain(text[done : link.end]) + f"{_OPEN}{_plain(link.url)}{_CLOSE}")
        done = link.end
    return "".join([*pieces, _plain(text[done:])])


def _plain(text: str) -> str:
    return _UNUSABLE.sub("", text)


def _blocks(text: str) -> list[str]:
    """Paragraphs, and lines that mean something of themselves; a text without blank lines has one a line."""
    text = re.sub(r"\r\n?|\u2028", "\n", text).replace("\u2029", "\n\n").strip()
    blank = re.compile(rf"\n[{_EDGE}]*\n\s*")
    paragraphs = blank.split(text) if blank.search(text) else text.split("\n")
    return [block for paragraph in paragraphs for block in _set_apart(paragraph) if block]


def _set_apart(paragraph: str) -> list[str]:
    blocks, prose = [], list[str]()
    for line in (line.strip(_EDGE).strip() for line in paragraph.split("\n")):
        if _means_something(line):
            blocks += [" ".join(prose), line]
            prose = []
        elif line:
            prose.append(line)
    return [*blocks, " ".join(prose)]


def _means_something(line: str) -> bool:
    bare = _LINK.sub("", line)
    patterns = (_SOURCE_LINE, _ADDRESS_LINE, _NAVIGATION, _FAQ_HEADING, _QUESTION)
    return any(pattern.match(bare) for pattern in patterns) or bool(_READ_MORE.fullmatch(line))


def _take_apart(blocks: list[str]) -> _Parts:
    parts = _Parts()
    in_faq = False
    for block in blocks:
        rest = _take_related(block, parts)
        bare = _LINK.sub("", rest).strip()
        if not bare or _NAVIGATION.match(bare) or _take_source(rest, bare, parts):
            continue
        if _FAQ_HEADING.match(bare):
            in_faq = True
        elif in_faq or _BARE_QUESTION.match(bare):
            in_faq = True
            _take_faq(bare, parts)
        elif prose := _take_source_sentence(bare, parts):
            parts.lead.append(prose)
    return parts


def _take_related(block: str, parts: _Parts) -> str:
    for match in _READ_MORE.finditer(block):
        title = _LINK.sub("", match[1]).strip()
        if title:
            parts.related.append(RelatedArticle(title=title, url=_first_url(match[0])))
    rest = _READ_MORE.sub(" ", block)
    return (rest if rest == block else re.sub("  +", " ", rest)).strip()


def _take_source(block: str, bare: str, parts: _Parts) -> bool:
    if match := _ADDRESS_LINE.match(bare):
        bare_address = f"https://{match[2]}" if _BARE_ADDRESS.match(match[2]) else ""
        url = _checked(match[2]) or _checked(bare_address) or _first_url(block)
        if match[1].casefold() == "image":
            parts.image = url or parts.image
        else:
            parts.source_url = url or parts.source_url
        return True
    if match := _SOURCE_LINE.match(bare):
        parts.source_name = match[1]
        parts.source_url = _first_url(block) or parts.source_url
        return True
    return False


def _take_source_sentence(bare: str, parts: _Parts) -> str:
    match = _SOURCE_SENTENCE.search(bare)
    if match is None:
        return bare
    parts.source_name = parts.source_name or match[1]
    return bare[: match.start()].strip()


def _take_faq(bare: str, parts: _Parts) -> None:
    if match := _QUESTION.match(bare):
        parts.faq.append((match[1].strip(), []))
    elif not parts.faq:
        parts.lead.append(bare)
    else:
        answer = parts.faq[-1][1]
        answer.append(bare if answer else _ANSWER_MARK.sub("", bare))


def _first_url(block: str) -> str | None:
    return next((url for match in _LINK.finditer(block) if (url := _checked(match[1]))), None)


def _checked(url: str) -> str | None:
    try:
        return _URL.validate_python(url)
    except ValidationError:
        return None


def _looks_like_category(lead: list[str]) -> bool:
    """A single word in the first line was meant as one; more are likelier a title without a category before it."""
    return bool(lead) and len(lead[0].split()) == 1 and len(lead[0]) <= 32
