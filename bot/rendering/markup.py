"""Telegram's HTML: https://core.telegram.org/bots/api#html-style

Whatever readers, editors and feeds wrote passes through `escape` before it becomes part of a message.
"""

import re
from collections.abc import Iterable
from html import escape as _escape

#: Room for what a client or a later edit adds; Telegram counts after parsing, we count with the tags.
SAFE_TEXT = 4000
_SENTENCE_END = re.compile(r"[.!?…。؟][\"”’»)]*(?=\s)")
#: Controls, and marks that let a text reach beyond its own direction; joiners stay, scripts and emoji need them.
_UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def escape(text: str) -> str:
    return _escape(_UNWANTED.sub("", text), quote=False)


def bold(text: str) -> str:
    return f"<b>{escape(text)}</b>"


def italic(text: str) -> str:
    return f"<i>{escape(text)}</i>"


def link(label: str, url: str) -> str:
    return f'<a href="{_escape(url)}">{escape(label)}</a>'


def quotation(text: str, *, folded: bool = False) -> str:
    return f"<blockquote{' expandable' if folded else ''}>{escape(text)}</blockquote>"


def units(text: str) -> int:
    """How Telegram counts: in UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def shorten(text: str, limit: int) -> str:
    """At most `limit` units, cut at the end of a sentence, else of a word, else anywhere but within a character."""
    text = " ".join(text.split())
    if units(text) <= limit:
        return text
    cut = text.encode("utf-16-le")[: (limit - 1) * 2].decode("utf-16-le", "ignore")
    sentences = [match.end() for match in _SENTENCE_END.finditer(cut)]
    if sentences and sentences[-1] >= len(cut) // 2:
        return cut[: sentences[-1]]
    head, space, _ = cut.rpartition(" ")
    return (head if space and len(head) >= len(cut) // 2 else cut) + "…"


def fill(paragraphs: Iterable[str], *, limit: int = SAFE_TEXT, gap: str = "\n\n") -> list[str]:
    """Paragraphs of markup, none longer than `limit`, joined into as few messages as hold them."""
    messages: list[str] = []
    for paragraph in paragraphs:
        joined = gap.join([messages[-1], paragraph]) if messages else paragraph
        if messages and units(joined) <= limit:
            messages[-1] = joined
        else:
            messages.append(paragraph)
    return messages


def pieces(text: str, limit: int) -> list[str]:
    """Plain text in pieces whose markup stays within `limit` units, cut between words where there are any."""
    rest, found = text, list[str]()
    while units(escape(rest)) > limit:
        cut = rest[:limit]
        while units(escape(cut)) > limit:
            cut = cut[: len(cut) * 9 // 10]
        head = cut.rpartition(" ")[0] or cut
        found.append(head)
        rest = rest[len(head) :].lstrip()
    return [*found, rest] if rest else found


def counted(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"
