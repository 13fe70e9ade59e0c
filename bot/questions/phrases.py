"""The table of how people narrow a question, made ready to be met: phrases.toml."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from re import Pattern
from typing import Any

from babel import Locale

#: Of what follows a day's or a source's name, these make it a part of the subject: “Monday's vote”.
_APART = r"(?![\w-]|['’]\w)"

_LATIN = re.compile("[a-z]", re.IGNORECASE)
_LETTERS = {"ru": re.compile("[а-яё]", re.IGNORECASE), "ar": re.compile("[ء-ي]")}


@dataclass(frozen=True, slots=True)
class Phrases:
    """Of one language. Each pattern meets whole words of a text in which words are parted by single spaces."""

    language: str
    table: dict[str, Any]
    periods: Pattern[str]
    units: dict[str, tuple[Pattern[str], Pattern[str]]]
    numbers: list[Pattern[str]]
    skip: Pattern[str]
    day_names: frozenset[str]

    def meets(self, entry: str, text: str) -> re.Match[str] | None:
        """The first of that entry of the table."""
        return pattern(self.table[entry]).search(text)

    def each(self, entry: str, text: str) -> Iterator[re.Match[str]]:
        return pattern(self.table[entry]).finditer(text)

    def begins(self, entry: str, text: str) -> re.Match[str] | None:
        return pattern(self.table[entry]).match(text)

    def leads(self, entry: str, text: str, position: int) -> re.Match[str] | None:
        """The one that begins there."""
        return pattern(self.table[entry]).match(text, position)

    def is_one(self, entry: str, word: str) -> bool:
        return bool(pattern(self.table[entry]).fullmatch(word))

    def says_nothing(self, text: str) -> bool:
        """Whether it asks for nothing but what there is: “what happened?”"""
        words = re.findall(r"\w+", text)
        return all(self.is_one("nothing", word) for word in words)


def phrases_in(text: str) -> list[Phrases]:
    """Of the languages in whose letters anything in it is written."""
    return [words for words in phrases() if _LETTERS.get(words.language, _LATIN).search(text)]


@cache
def phrases() -> tuple[Phrases, ...]:
    table = tomllib.loads((files("bot.questions") / "phrases.toml").read_text("utf-8"))
    return tuple(_phrases(language, entries) for language, entries in table.items())


@cache
def pattern(alternatives: str) -> Pattern[str]:
    """Of whole words; one without alternatives meets nothing."""
    return re.compile(rf"(?<!\w)(?:{alternatives})(?!\w)" if alternatives else r"(?!)", re.IGNORECASE)


def _phrases(language: str, table: dict[str, Any]) -> Phrases:
    unit = "|".join(form for forms in table["units"].values() for form in forms)
    number = rf"(?:\d{{1,3}}|{table['numbers']})"
    periods = "|".join(
        f"(?P<{name}>{words.replace('{unit}', f'(?:{unit})').replace('{number}', number)})"
        for name, words in table["periods"].items()
    )
    return Phrases(
        language,
        table,
        re.compile(rf"(?<!\w)(?:{periods}){table['owned']}{_APART}", re.IGNORECASE),
        {name: (pattern(one), pattern(several)) for name, (one, several) in table["units"].items()},
        [pattern(words) for words in table["numbers"].split("|")],
        re.compile(rf"(?:{table['skip']}) ", re.IGNORECASE),
        frozenset(_day_names(language)),
    )


def _day_names(language: str) -> Iterator[str]:
    """Of weekdays and months, in small letters, as the Unicode CLDR has them (https://cldr.unicode.org); in Russian,
    where they are met in any case, only whole."""
    locale = Locale.parse(language)
    for names in (locale.days, locale.months):
        for width in ("wide",) if language == "ru" else ("wide", "abbreviated"):
            yield from (plain(name).rstrip(".") for name in names["format"][width].values())


def plain(word: str) -> str:
    """In small letters; in Arabic without the article, and with one form of the letter alef."""
    return re.sub("^ال", "", re.sub("[أإآ]", "ا", word.casefold()))
