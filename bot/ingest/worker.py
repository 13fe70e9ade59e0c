"""The process that `ingest/parsing` has read what strangers send.

Requests come on standard input, one pickle after the other: a function by its name, its arguments, the seconds of
processor time that it may take. Each is answered on standard output: eight bytes of length, then an `Answer` as JSON.
That is no pickle, as who has taken over this process would with one have the process that reads it.
A job that takes longer is ended with the process, by the kernel, so that no code, however stuck, escapes it.
It ends when its input ends, so with the process that started it too.
"""

import gc
import logging
import os
import pickle
import resource
import signal
import struct
import sys
import traceback
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, Generic, TypeVar, get_type_hints

from pydantic import BaseModel

T = TypeVar("T")

LENGTH = struct.Struct("!Q")
#: Bytes that a job may need beyond what the process has before it.
MOST_MEMORY = 200 * 1024 * 1024
#: A process that has grown by so much makes room for a fresh one.
_WORN = 64 * 1024 * 1024
#: Characters of a traceback, whose end says most.
_MOST_TOLD = 4_000


class Answer(BaseModel, Generic[T]):
    """`broken`: what was raised instead of a value, as text; `costly`: it ran out of memory; `last`: the process
    takes no more."""

    value: T | None = None
    broken: str = ""
    costly: bool = False
    last: bool = False


@lru_cache(64)  # for each of what there is to be asked, instead of each time
def answer_of(job: Callable[..., Any]) -> type[Answer[Any]]:
    """Of a function that says what it returns: that is what its answer is checked for."""
    kind: Any = get_type_hints(job)["return"]
    return Answer[kind]


def main() -> None:
    # Whoever stops the bot signals all its processes; this one is of use until the one that asks it has finished.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(10)  # answering readers goes first
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints is no answer
    logging.disable()  # nor of interest: they complain of what they were given
    start = 0
    while True:
        try:
            job, arguments, seconds = pickle.load(requests)  # noqa: S301 - from the process that started this one
        except EOFError:
            return
        start = start or _size()
        answer = _limited(job, arguments, seconds, start)
        answers.write(LENGTH.pack(len(answer)) + answer)
        answers.flush()


def _limited(job: Callable[..., Any], arguments: tuple[Any, ...], seconds: float, start: int) -> bytes:
    _limit_memory(_size() + MOST_MEMORY if start else resource.RLIM_INFINITY)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        value = job(*arguments)
        return answer_of(job)(value=value, last=_worn(start)).model_dump_json().encode()
    except MemoryError:
        return b'{"costly": true, "last": true}'
    except Exception:  # whatever a stranger's text makes a parser raise ends that job only
        told = traceback.format_exc(limit=-5).encode(errors="backslashreplace").decode()
        return Answer[None](broken=told[-_MOST_TOLD:], last=_worn(start)).model_dump_json().encode()
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        _limit_memory(resource.RLIM_INFINITY)


def _worn(start: int) -> bool:
    if _size() - start < _WORN:
        return False
    gc.collect()
    return _size() - start >= _WORN


def _limit_memory(most: int) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def _size() -> int:
    """Bytes of address space; 0 where the system does not tell, which then has no limit of memory."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    except OSError:
        return 0
