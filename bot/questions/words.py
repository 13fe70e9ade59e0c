"""Texts as the words that they are searched by: in one case, without accents, without their endings.

Endings are those of the text's language (https://snowballstem.org); a text in a language that is not known here is
searched by whole words.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

import Stemmer
from stop_words import get_stop_words

#: Languages whose endings and small words are known; those with a script of their own are told by it.
_STEMMERS = {"en": "english", "de": "german", "es": "spanish", "ru": "russian", "ar": "arabic"}
_SCRIPTS = {"ru": re.compile("[\u0400-\u04ff]"), "ar": re.compile("[\u0600-\u06ff]")}
_LATIN = ("en", "de", "es")
_WORD = re.compile(r"[^\W_]+(?:['’.][^\W_]+)*")
_SAMPLE = 2000


@dataclass(frozen=True, slots=True)
class Word:
    """`stem`: what it is found by; it stands at `start` to `end` of its text. `small`: it says nothing of what a text
    is about."""

    text: str
    stem: str
    start: int
    end: int
    small: bool


def language_of(text: str, known: Collection[str] = _LATIN) -> str:
    """By its script, else by its small words among the `known` languages of the Latin one; English where nothing
    tells."""
    sample = text[:_SAMPLE]
    letters = sum(map(str.isalpha, sample)) or 1
    for code, script in _SCRIPTS.items():
        if len(script.findall(sample)) / letters > 0.5:
            return code
    words = Counter(match[0].casefold() for match in _WORD.finditer(sample))
    scores = {code: sum(words[word] for word in _telling_small_words(code)) for code in _LATIN if code in known}
    return max(scores, key=scores.__getitem__, default="en")


def words_of(text: str, language: str) -> list[Word]:
    small = small_words(language)
    found = []
    for match in _WORD.finditer(text):
        whole = match[0].casefold().replace("’", "'")
        word = whole.partition("'")[0] or whole
        found.append(Word(word, stem(word, language), match.start(), match.end(), bool({word, whole} & small)))
    return found


@lru_cache(200_000)
def stem(word: str, language: str) -> str:
    """Of a word in small letters; without its accents."""
    return bare(_stemmer(language).stemWord(word)) or word


def bare(word: str) -> str:
    """Without its accents."""
    letters = unicodedata.normalize("NFKD", word)
    return "".join(c for c in letters if not (unicodedata.combining(c) or c.isspace()))


@cache
def small_words(language: str) -> frozenset[str]:
    """Those that say nothing of what is asked about."""
    if language == "en":
        return frozenset((files("bot.questions") / "stop_words.txt").read_text("utf-8").split())
    return frozenset(word for phrase in get_stop_words(language) for word in _WORD.findall(phrase.casefold()))


@cache
def _telling_small_words(language: str) -> frozenset[str]:
    """Those that no other language of its script has."""
    others = [small_words(other) for other in _LATIN if other != language]
    return small_words(language).difference(*others)


@cache
def _stemmer(language: str) -> Stemmer.Stemmer:
    return Stemmer.Stemmer(_STEMMERS[language])
