"""What a worker is made to do in tests."""

import os
import pickle
import signal
import sys
import time
from pathlib import Path

from bot.domain.feed import Failure
from bot.domain.page import Page
from bot.ingest.worker import LENGTH


def echo(*values: object) -> tuple[object, ...]:
    return values


def pid() -> int:
    return os.getpid()


def environment() -> dict[str, str]:
    return dict(os.environ)


def spin() -> None:
    while True:
        pass


def sleep() -> None:
    time.sleep(60)


def eat(size: int) -> int:
    return len(b"x" * size)


def hoard(size: int) -> int:
    """Takes memory and does not give it back."""
    sys.modules[__name__].__dict__.setdefault("hoarded", []).append(b"x" * size)
    return os.getpid()


def crash() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def fail() -> None:
    raise ValueError("no\nsuch thing")


def deep(levels: int = 100_000) -> int:
    return deep(levels - 1) + 1 if levels else 0


def chatter() -> str:
    sys.stdout.write("this is no answer\n")
    sys.stdout.flush()
    os.write(1, b"nor this\n")
    return "an answer"


def answer_with_code(touched: str) -> int:
    _answer_instead(pickle.dumps(_Code(touched)))
    return 1


def answer_without_end(_: str) -> int:
    _answer_instead(b"", 2**62)
    return 1


def answer_something_else(_: str) -> int:
    _answer_instead(b'{"value": {"an": "object"}}')
    return 1


class _Code:
    def __init__(self, touched: str) -> None:
        self.touched = touched

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (Path(self.touched),)


def page_that_breaks(_: bytes, __: str, ___: str, whole: bool) -> Page | Failure:
    if whole:
        raise ValueError("too deep")
    return Page(title="Without its text")


def _answer_instead(content: bytes, length: int | None = None) -> None:
    """Where the answers go: the first pipe that is not one of the usual three."""
    for number in range(3, 10):
        try:
            os.write(number, LENGTH.pack(len(content) if length is None else length) + content)
        except OSError:
            continue
        return
