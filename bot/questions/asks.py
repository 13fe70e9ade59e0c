"""What a question asks for: a time, a place, a person, a reason, an amount.

“How much is a ticket?” is not answered by where tickets are sold, though both questions name nothing else.
"""

import tomllib
from functools import cache
from importlib.resources import files
from re import Pattern

from bot.questions.phrases import pattern

#: Characters of a question that are read.
_LONGEST = 300
_ANY = "other"


def asks_for(question: str, language: str) -> str:
    """Empty where its words do not tell."""
    kinds = _kinds(question, language)
    return kinds[0] if kinds and kinds[0] != _ANY else ""


def asks_else(wanted: str, question: str, language: str) -> bool:
    """Whether the question surely asks for something else than is `wanted`."""
    kinds = _kinds(question, language) if wanted else ()
    return bool(kinds) and kinds[0] != _ANY and wanted not in kinds


@cache
def _tables() -> dict[str, Pattern[str]]:
    read = tomllib.loads((files("bot.questions") / "asks.toml").read_text("utf-8"))
    return {
        language: pattern("|".join(f"(?P<{kind}>{words})" for kind, words in kinds.items()))
        for language, kinds in read.items()
    }


def _kinds(question: str, language: str) -> tuple[str, ...]:
    """In the order of their words."""
    words = _tables().get(language)
    return tuple(str(found.lastgroup) for found in words.finditer(question[:_LONGEST])) if words else ()
