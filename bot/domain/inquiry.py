"""A question that nothing stored answers, as it waits for an editor."""

import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.article import FaqPair
from bot.domain.muting import words_of
from bot.domain.subscription import Address

#: Characters of a question that are kept; nobody asks one thing in more.
LONGEST_QUESTION = 300
#: Of which so many are looked at, whatever there is between its words.
_MOST_READ = 4096
#: What cannot be stored as text, and what nobody sees.
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]+|\s+")
_UNSTORABLE = re.compile(r"[\ud800-\udfff]+")
#: With this begins the id of the article that answers what no other is about, before its category's slug.
_GENERAL = "faq-"
#: With this begins an answer's first line that words the question anew, as in an article's text.
_REWORDS = "Q."


class Why(StrEnum):
    UNANSWERED = "unanswered"  # nothing stored answers it
    WRONG = "wrong"  # the asker says that what was shown does not
    ASKED = "asked"  # the asker wants it to reach the editors


@dataclass(frozen=True, slots=True)
class Inquiry:
    """`address`: where it was asked, and is to be answered, in `language` if the chat has chosen none. `nearest`: the
    ids of the articles closest to it, first that from which it was answered, if that was wrong; `shown`: the words of
    that answer. `about`: the article of which it was asked or answered, if any."""

    question: str
    address: Address
    language: str
    nearest: tuple[str, ...]
    why: Why
    shown: str = ""
    about: str = ""


def in_short(question: str) -> str:
    """As it is kept: on one line, and no longer than a question is."""
    return _UNSEEN.sub(" ", question[:_MOST_READ]).strip()[:LONGEST_QUESTION].rstrip()


def alike(question: str) -> str:
    """The same for questions that differ in capitals, accents and marks only; empty where there are no words."""
    return words_of(in_short(question)).strip()


def id_of(question: str, about: str = "") -> str:
    """The same for questions that are alike, about the article of that id where one is named; twelve hexadecimal
    digits, for buttons."""
    asked = f"{alike(question)}\0{about}" if about else alike(question)
    return hashlib.blake2b(asked.encode(), digest_size=6).hexdigest()


def general_id(slug: str) -> str:
    return f"{_GENERAL}{slug}"


def general_slug(article_id: str) -> str | None:
    """Of which category's general questions it is the article; None if it is another one."""
    slug = article_id.removeprefix(_GENERAL)
    return slug if slug != article_id else None


def read_reply(question: str, reply: str) -> FaqPair:
    """What an editor has written in reply to a question, word for word. Raises ValidationError if it is empty."""
    text = _UNSTORABLE.sub("", reply).strip()
    first, _, rest = text.partition("\n")
    reworded = in_short(first.removeprefix(_REWORDS)) if first.startswith(_REWORDS) else ""
    if reworded and rest.strip():
        return FaqPair(question=reworded, answer=rest)
    return FaqPair(question=question, answer=text)
