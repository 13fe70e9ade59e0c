"""What people say to a bot that is no question: hello, thanks, commands without their slash; see small_talk.toml."""

import re
import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum
from functools import cache
from importlib.resources import files
from re import Pattern
from typing import Any

from bot.questions.phrases import pattern

#: In characters. Small talk is shorter.
_LONGEST = 100
#: Between words; with what Telegram's apps put beside an emoji: https://unicode.org/reports/tr51/
_GAP = re.compile(r"[\s,.!?:;…~*()¡¿؟،\-–—\"'«»“”\u200d\ufe0f\u2642\u2640\U0001f3fb-\U0001f3ff]*")
#: Ends a greeting before what is asked.
_PAUSE = re.compile(r"\s*[,.!:;…،\n–—👋🙏]")

#: Between the names of categories.
_AND = re.compile(r",(?= )| (?:and|und|y|и|و)(?= )", re.IGNORECASE)


class Kind(Enum):
    """Where several are said, the first of these counts."""

    #: Of the answer before.
    WRONG = "wrong"
    THANKS = "thanks"
    FAREWELL = "farewell"
    GREETING = "greeting"
    #: “yes”, “hm”: with nothing to ask.
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Command:
    """What a command's name and the words behind it would have done."""

    name: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class _Piece:
    """`kind`: None for what says nothing by itself."""

    kind: Kind | None
    stop: int


_Patterns = tuple[tuple[Kind | None, Pattern[str]], ...]
_OPENING = (Kind.GREETING, Kind.THANKS, None)


def small_talk(text: str, commands: Collection[str]) -> Kind | Command | None:
    """`commands`: the names of those that may be meant. None for what may be a question."""
    said = text.strip()
    if len(said) > _LONGEST:
        return None
    if command := _command(" ".join(without_greeting(said).split())):
        return command if command.name in commands else None
    kinds = _kinds(said)
    if not kinds and not re.search(r"\w", said):
        return Kind.OTHER
    return next((kind for kind in Kind if kind in kinds), None)


def without_greeting(text: str) -> str:
    """“Hello, when does the ferry sail?” asks when it sails; what is small talk alone stays as it is."""
    said = text.lstrip()
    head = said[:_LONGEST]
    stop = max(_greeted(head, pieces) for pieces in _patterns())
    rest = said[_skip(said, stop) :]
    asks = stop and re.search(r"\w", rest) and not (len(said) <= _LONGEST and _kinds(said))
    return rest if asks else text


def _greeted(head: str, patterns: _Patterns) -> int:
    """Where the greeting that it begins with ends; 0 if what follows may belong to it: “Hello Kitty”."""
    position, stop, greets = 0, 0, False
    while piece := _piece(head, position, patterns):
        if piece.kind not in _OPENING:
            break
        greets = greets or piece.kind is Kind.GREETING
        rest = head[piece.stop :]
        if _PAUSE.match(rest) or (greets and rest[:1] == " " and not rest[1:2].isupper()):
            stop = piece.stop
        position = _skip(head, piece.stop)
    return stop


def _kinds(said: str) -> set[Kind]:
    """Of all its pieces, which are of one language; none if there is anything else."""
    return next((kinds for patterns in _patterns() if (kinds := _kinds_in(said, patterns))), set())


def _kinds_in(said: str, patterns: _Patterns) -> set[Kind]:
    kinds: set[Kind] = set()
    position = _skip(said, 0)
    while position < len(said):
        piece = _piece(said, position, patterns)
        if piece is None or (piece.kind is None and not kinds):
            return set()
        kinds |= {piece.kind} if piece.kind else set()
        position = _skip(said, piece.stop)
    return kinds


def _skip(said: str, position: int) -> int:
    """To the next word."""
    gap = _GAP.match(said, position)
    return gap.end() if gap else position


def _piece(said: str, position: int, patterns: _Patterns) -> _Piece | None:
    """The longest that begins there."""
    pieces = [
        _Piece(kind, found.end()) for kind, words in patterns if (found := words.match(said, position)) and found[0]
    ]
    return max(pieces, key=lambda piece: piece.stop, default=None)


def _command(said: str) -> Command | None:
    bare = said.strip(" .!?,،؟¿¡/")
    for table in _tables():
        asked = _unpadded(bare, pattern(table["please"]))
        named = (name for name, words in table["commands"].items() if pattern(words).fullmatch(asked))
        if name := next(named, None):
            return Command(name)
        if "?" not in said and (command := _with_words(asked, table["more"])):
            return command
    return None


def _with_words(asked: str, more: dict[str, str]) -> Command | None:
    for name, words in more.items():
        if found := pattern(words).fullmatch(asked):
            groups = found.groupdict()
            return Command(name, _AND.sub("", groups.get("more") or groups.get("also") or ""))
    return None


def _unpadded(said: str, please: Pattern[str]) -> str:
    """Without what politeness puts around a command."""
    words = said
    while found := please.match(words):
        words = words[found.end() :].strip(" ,")
    while found := next((match for match in please.finditer(words) if match.end() == len(words)), None):
        words = words[: found.start()].strip(" ,")
    return words or said


@cache
def _patterns() -> tuple[_Patterns, ...]:
    """What each kind of piece looks like, by language; an emoji is a piece wherever it stands."""
    emoji = tuple((Kind(kind), re.compile(words)) for kind, words in _all()["any"].items())
    return tuple(
        (
            *emoji,
            *((kind, _words(table[kind.value])) for kind in Kind),
            (None, _words(table["beside"])),
        )
        for table in _tables()
    )


def _words(alternatives: str) -> Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{alternatives})(?![\w-]|['’]\w)", re.IGNORECASE)


def _tables() -> list[dict[str, Any]]:
    return [table for language, table in _all().items() if language != "any"]


@cache
def _all() -> dict[str, Any]:
    return tomllib.loads((files("bot.questions") / "small_talk.toml").read_text("utf-8"))
