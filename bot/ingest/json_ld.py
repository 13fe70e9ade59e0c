"""What a page says of itself in schema.org's words, as JSON: https://schema.org/NewsArticle, https://schema.org/FAQPage"""

import html
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from bot.domain.article import FaqPair
from bot.ingest.plain_text import clean

Node = dict[str, Any]

_ARTICLE = re.compile(r"(?:https?://schema\.org/)?(?:\w*Article|\w*BlogPosting|Report|AnalysisNewsArticle)")
_FAQ = re.compile(r"(?:https?://schema\.org/)?FAQPage")
#: What some systems wrap around a script, for browsers that are long gone.
_BEFORE = re.compile(r"\A\s*(?://)?\s*(?:<!--|/?\*?<!\[CDATA\[(?:\*/)?)")
_AFTER = re.compile(r"(?:;|(?://|/\*)?\s*(?:-->|\]\]>)\s*(?:\*/)?|\s)+\Z")
_PARAGRAPH = re.compile(r"</(?:p|li|div|h\d)>|<br\s*/?>|\n", re.I)
_MOST_NODES = 5_000
_MOST_PAIRS = 50
_LONGEST_ANSWER = 5_000


def loads(text: str) -> Any:
    """As lenient as those who read such scripts for search engines; None for what is no JSON."""
    for candidate in (text, html.unescape(text)):
        try:
            return json.loads(_AFTER.sub("", _BEFORE.sub("", candidate)), strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def nodes(scripts: Iterable[Any]) -> list[Node]:
    """Every object in them, whatever lists, graphs and other objects it stands in; those further out first."""
    found, level = list[Node](), list(scripts)
    while level and len(found) < _MOST_NODES:
        below = list[Any]()
        for value in level[:_MOST_NODES]:
            if isinstance(value, dict):
                found.append(value)
                below += value.values()
            elif isinstance(value, list):
                below += value
        level = below
    return found


def article_of(found: Iterable[Node], addresses: Iterable[str] = ()) -> Node:
    """That which the page is about: the first at one of its addresses, else the first of all; {} if there is none."""
    articles = [node for node in found if _is(node, _ARTICLE) and (text(node, "headline") or text(node, "name"))]
    wanted = {address.rstrip("/") for address in addresses}
    here = (node for node in articles if {address.rstrip("/") for address in addresses_of(node)} & wanted)
    return next(here, articles[0] if articles else {})


def addresses_of(node: Node) -> list[str]:
    """Where it says that it stands."""
    values = [node.get("url"), node.get("@id"), node.get("mainEntityOfPage")]
    return [address for value in values if (address := address_in(value))]


def address_in(value: Any) -> str:
    """Of an address itself, an object that has one, or the first of several."""
    while isinstance(value, list) and value:
        value = value[0]
    if isinstance(value, dict):
        value = value.get("url") or value.get("contentUrl") or value.get("@id")
    return value.strip() if isinstance(value, str) else ""


def text(node: Node, name: str) -> str:
    """A value, or its name, as clean text."""
    value = node.get(name)
    while isinstance(value, list) and value:
        value = value[0]
    if isinstance(value, dict):
        value = value.get("name") or value.get("@value") or value.get("text")
    return clean(value) if isinstance(value, str) else ""


def paragraphs(markup: Any) -> list[str]:
    if not isinstance(markup, str):
        return []
    return [told for part in _PARAGRAPH.split(markup) if (told := clean(part))]


def faq_of(found: Iterable[Node]) -> tuple[FaqPair, ...]:
    """The page's questions, each once."""
    pairs = dict[str, FaqPair]()
    for question, answer in _questions(found):
        if len(pairs) < _MOST_PAIRS and question and answer:
            pairs.setdefault(question.casefold(), FaqPair(question=question, answer=answer[:_LONGEST_ANSWER]))
    return tuple(pairs.values())


def _questions(found: Iterable[Node]) -> Iterator[tuple[str, str]]:
    for page in found:
        if not _is(page, _FAQ):
            continue
        entities = page.get("mainEntity")
        for entity in entities if isinstance(entities, list) else [entities]:
            if isinstance(entity, dict):
                answers = entity.get("acceptedAnswer")
                answer = answers[0] if isinstance(answers, list) and answers else answers
                told = paragraphs(answer.get("text")) if isinstance(answer, dict) else []
                yield text(entity, "name"), "\n\n".join(told)


def _is(node: Node, kind: re.Pattern[str]) -> bool:
    kinds = node.get("@type")
    return any(
        isinstance(one, str) and kind.fullmatch(one) for one in (kinds if isinstance(kinds, list) else [kinds])
    )
