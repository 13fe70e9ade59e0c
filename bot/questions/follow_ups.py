"""Whether a question can only be understood from what was said before: “why?”, “and when?”, “who said that?”."""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from functools import cache
from importlib.resources import files

from bot.domain.answer import paragraphs
from bot.domain.article import Article

_WORD = re.compile(r"\w+(?:['’]\w+)*")
_LOOKED_AT = 4000
#: A question of more words says itself what it is about.
_MOST_WORDS = 12
#: So many words of its own may stand beside one that points back: “and when was it built?”, “what about the ferry?”
_MOST_OWN = 2
#: Words are the same if they begin with the same letters, but for so many at the end; of short ones all but the last.
_ENDING, _SHORT = 3, 4


class Reference(Enum):
    """To what was said before."""

    NONE = "none"
    SOME = "some"  # few words say what it is about: “who decided?”, “and when was it built?”
    ALL = "all"  # no word says what it is about


@dataclass(frozen=True, slots=True)
class _Language:
    """`small`: words that name nothing; `back`: those that point at what was said; `on`: with which one goes on."""

    small: frozenset[str]
    back: frozenset[str]
    on: tuple[str, ...]


def reference(text: str) -> Reference:
    found = [_reference(_words(text), language) for language in _languages().values()]
    return next((one for one in (Reference.ALL, Reference.SOME) if one in found), Reference.NONE)


def is_wordless(text: str) -> bool:
    """Nothing but signs and emoji."""
    return not any(character.isalnum() for character in text[:_LOOKED_AT])


def is_about(text: str, article: Article) -> bool:
    """Whether the article holds every word of the text that names something."""
    asked = _named(_words(text))
    if not asked:
        return False
    pairs = (part for pair in article.faq for part in (pair.question, pair.answer))
    held = {_begin(word) for part in (article.title, *paragraphs(article), *pairs) for word in _words(part)}
    return all(_begin(word) in held for word in asked)


def _reference(words: list[str], language: _Language) -> Reference:
    own = [word for word in words if word not in language.small]
    if len(own) <= 1:
        return Reference.SOME if own else Reference.ALL
    goes_on = " ".join(words).startswith(language.on)
    points = any(word in language.back for word in words)
    few = len(words) <= _MOST_WORDS and len(own) <= _MOST_OWN
    return Reference.SOME if few and (goes_on or points) else Reference.NONE


def _named(words: Iterable[str]) -> list[str]:
    """In the language in which the fewest are left: the one that is spoken, as a rule."""
    each = list(words)
    return min(([word for word in each if word not in language.small] for language in _languages().values()), key=len)


def _words(text: str) -> list[str]:
    found = (match[0].casefold() for match in _WORD.finditer(text[:_LOOKED_AT]))
    return [_without_and(re.split("['’]", word)[0] or word) for word in found]


def _without_and(word: str) -> str:
    """Arabic writes “and” and “so” together with the word that follows."""
    return word[1:] if word[0] in "وف" and word[1:] in _languages()["ar"].small else word


def _begin(word: str) -> str:
    return word[: max(_SHORT, len(word) - _ENDING)]


@cache
def _languages() -> dict[str, _Language]:
    read = tomllib.loads((files("bot.questions") / "follow_ups.toml").read_text("utf-8"))
    return {code: _language(**words) for code, words in read.items()}


def _language(small: str, back: str, on: Iterable[str]) -> _Language:
    pointing = frozenset(back.split())
    return _Language(frozenset(small.split()) | pointing, pointing, tuple(f"{begin} " for begin in on))
