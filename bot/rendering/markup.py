"""Telegram's HTML: https://core.telegram.org/bots/api#html-style

Whatever readers, editors and feeds wrote passes through `escape` before it becomes part of a message.
"""

import re
import unicodedata
from collections.abc import Iterable
from html import escape as _escape

#: UTF-16 units after parsing: https://core.telegram.org/bots/api#sendmessage
LONGEST_TEXT = 4096
#: Room for what a client or a later edit adds; Telegram counts after parsing, we count with the tags.
SAFE_TEXT = 4000
#: Telegram shows so many entities of a message and drops the later ones without a word, whether they come from tags
#: or it finds them in the text (telegram.constants.MessageLimit.MESSAGE_ENTITIES); undocumented, so we stay below.
_MOST_ENTITIES = 90
#: Where Telegram may find one: in #tags, @names, /commands, $TICKERS and addresses.
_FOUND = re.compile(r"(?<=[#@/$.])(?=\w)|(?<=:)(?=//)")
_TAG = re.compile("<[^>]*>")
_WORD_JOINER = "\u2060"
#: Bytes of markup. A digest has ten addresses, and of a text only 35,000 bytes are read, markup and all (td,
#: clean_input_string), so that what is cut there could not be parsed.
_LONGEST_ADDRESS = 1400
_MOST_BYTES = 34_000
_BLANK = frozenset({"Cc", "Cf", "Cs", "Mn", "Zl", "Zp", "Zs"})
_JOINERS = "\u200d\ufe0e\ufe0f"
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


def fits(url: str) -> bool:
    """Whether an address is short enough to stand behind words."""
    return len(_escape(url).encode()) <= _LONGEST_ADDRESS


def units(text: str) -> int:
    """How Telegram counts: in UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def cut(text: str, limit: int) -> str:
    """At most `limit` units, cut anywhere but within what a reader sees as one character."""
    if units(text) <= limit:
        return text
    end = len(text.encode("utf-16-le")[: (limit - 1) * 2].decode("utf-16-le", "ignore"))
    return text[: _boundary(text, end)] + "…"


def shorten(text: str, limit: int) -> str:
    """At most `limit` units, cut at the end of a sentence, else of a word, else as `cut` does."""
    text = " ".join(text.split())
    if units(text) <= limit:
        return text
    begin = cut(text, limit)[:-1]
    sentences = [match.end() for match in _SENTENCE_END.finditer(begin)]
    if sentences and units(begin[: sentences[-1]]) >= units(begin) // 2:
        return begin[: sentences[-1]]
    head, space, _ = begin.rpartition(" ")
    return (head if space and units(head) >= units(begin) // 2 else begin) + "…"


def _boundary(text: str, end: int) -> int:
    """The last place up to `end` that is not within a letter and its marks, an emoji of several or a flag. Marks
    without end, which some write for fun, are cut all the same."""
    place = end
    while 0 < place < len(text) and end - place < min(32, end // 2):
        if not _belongs(text, place):
            return place
        place -= 1
    return end


def _belongs(text: str, place: int) -> bool:
    after = text[place]
    if text[place - 1] == "\u200d" or after in _JOINERS or "\U0001f3fb" <= after <= "\U0001f3ff":
        return True  # the rest of a joined emoji; its form, its skin
    if _is_flag_letter(after):
        letters = next((i for i in range(place) if not _is_flag_letter(text[place - 1 - i])), place)
        return letters % 2 == 1  # a flag is two
    return unicodedata.category(after) in ("Mn", "Mc", "Me")


def _is_flag_letter(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def calm(text: str, most: int) -> str:
    """With an invisible mark that keeps Telegram from making tags, names and addresses of it, where these would be
    more than `most`, and so push out of the message the links that we put there."""
    return _FOUND.sub(_WORD_JOINER, text) if len(_FOUND.findall(text)) > most else text


def brief(text: str, limit: int, most: int) -> str:
    """`shorten`, and `calm`."""
    short = shorten(text, limit)
    return shorten(calm(short, most), limit)


def fill(paragraphs: Iterable[str], *, limit: int = SAFE_TEXT, gap: str = "\n\n") -> list[str]:
    """Paragraphs of markup, none longer than `limit`, joined into as few messages as hold them and their entities."""
    messages: list[str] = []
    for paragraph in paragraphs:
        joined = gap.join([messages[-1], paragraph]) if messages else paragraph
        if messages and units(joined) <= limit and _entities(joined) <= _MOST_ENTITIES:
            messages[-1] = joined
        else:
            messages.append(paragraph)
    return messages


class Room:
    """What is left of one message, as paragraphs of markup are taken into it."""

    def __init__(self) -> None:
        self._left: tuple[int, ...] = (SAFE_TEXT, _MOST_ENTITIES, _MOST_BYTES)

    def takes(self, paragraph: str, *, spare: int = 0) -> bool:
        """With the line ends around it, and with so many units to spare."""
        text = _TAG.sub("", paragraph)
        size = (units(text) + 2, _entities(paragraph), len(paragraph.encode()) + 2)
        left = tuple(have - need for have, need in zip(self._left, size, strict=True))
        if min(left) < 0 or left[0] < spare:
            return False
        self._left = left
        return True


def _entities(markup: str) -> int:
    """No fewer than Telegram finds."""
    return markup.count("</") + len(_FOUND.findall(_TAG.sub("", markup)))


def pieces(text: str, limit: int) -> list[str]:
    """Plain text in pieces whose markup stays within `limit` units, cut between words where there are any."""
    rest, found = text, list[str]()
    while len(rest) > limit or units(escape(rest)) > limit:
        begin = rest[:limit]
        while units(escape(begin)) > limit:
            begin = begin[: len(begin) * 9 // 10]
        head = begin.rpartition(" ")[0] or begin[: _boundary(rest, len(begin))]
        found.append(head)
        rest = rest[len(head) :].lstrip()
    return [*found, rest] if rest else found


def label(text: str, limit: int = 80) -> str:
    """For a button, which takes no markup and must show something."""
    short = shorten(_UNWANTED.sub("", text), limit)
    return short if visible(short) else "…"


def visible(text: str) -> bool:
    """Whether there is anything to see, which Telegram demands of a message and of a button."""
    return any(unicodedata.category(character) not in _BLANK for character in text)
