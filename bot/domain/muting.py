"""Words that a chat does not want to read: whole words and phrases, in any case, with or without accents."""

import hashlib
import unicodedata
from collections.abc import Iterable
from enum import Enum
from functools import lru_cache

from bot.domain.article import Article

MOST_MUTED = 50
LONGEST_MUTED = 60
_QUOTES = "\"'“”„«»‘’ "
#: The same few articles are looked through for all who have muted anything.
_TEXTS_KEPT = 512


class Unmutable(Enum):
    """Why words cannot be muted."""

    NO_WORD = "no_word"
    ONE_LETTER = "one_letter"  # almost every article has it
    TOO_LONG = "too_long"


def phrase(words: str) -> str:
    """What is kept of words that somebody wants to mute."""
    return " ".join(words.split()).strip(_QUOTES) or words.strip()


def unmutable(words: str) -> Unmutable | None:
    sought = words_of(words).strip()
    if len(sought) < 2:
        return Unmutable.ONE_LETTER if sought else Unmutable.NO_WORD
    return Unmutable.TOO_LONG if len(phrase(words)) > LONGEST_MUTED else None


@lru_cache(_TEXTS_KEPT)
def words_of(text: str) -> str:
    """The words of a text as they are compared, each between two spaces."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    bare = (character for character in plain if not unicodedata.combining(character))
    return f" {' '.join(''.join(one if _in_word(one) else ' ' for one in bare).split())} "


def _in_word(character: str) -> bool:
    """Letters, digits, and vowel signs, which many scripts of India and around it write with their letters."""
    return character.isalnum() or unicodedata.category(character).startswith("M")


def muting(article: Article, muted: Iterable[str]) -> str | None:
    """The muted word that an article has in its title, teaser or body; none if there is none."""
    wanted = [(words_of(word), word) for word in muted]
    if not wanted:
        return None
    text = words_of(" \n ".join((article.title, article.teaser, *article.body)))
    return next((word for sought, word in wanted if sought.strip() and sought in text), None)


def mark_of(word: str) -> str:
    """By which a muted word is told from others in few letters."""
    return hashlib.blake2b(words_of(word).encode(errors="surrogatepass"), digest_size=6).hexdigest()
