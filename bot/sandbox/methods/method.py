"""What the sandbox knows of a Bot API method: its name, its parameters and how to run it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from bot.sandbox.parameters import Parameters
from bot.sandbox.state import State

Run = Callable[[State, Parameters], Any | Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Method:
    name: str
    run: Run
    parameters: frozenset[str]
    posts: bool = False  # puts a message in a chat: flood limits and lost answers are meant for it


@dataclass(frozen=True, slots=True)
class Described:
    """A result with the sentence that Telegram adds to it ("Webhook was set")."""

    result: Any
    description: str


def method(name: str, run: Run, parameters: str = "", *, posts: bool = False) -> Method:
    return Method(name, run, frozenset(parameters.split()), posts)
