"""Reading what strangers send, feeds and pages, in processes that may be ended.

bytes → a worker process that is started when it is first needed → a `Document`, or why there is none. The loop only
waits; a text that is made to cost hours is ended after its seconds, and the next finds a fresh process.
"""

import asyncio
import logging
import os
import pickle
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Any, Self, TypeVar

from pydantic import ValidationError

from bot.domain.feed import Document, Failure, Fault
from bot.ingest.worker import LENGTH, Answer, answer_of

T = TypeVar("T")

#: Seconds of processor time that a feed gets.
SECONDS = 10.0
#: Seconds on the clock after which a job is ended, however little it did.
_WALL = 30.0
#: Seconds without work after which a process gives its memory back.
_REST = 60.0
#: Bytes. Known ways to make a parser slow cost the square of the length: below this they cost three seconds at most,
#: so that whoever is larger does not keep the others waiting.
_SMALL = 128 * 1024

#: Bytes: more than the largest document of a thousand entries has.
_LONGEST_ANSWER = 32 * 1024 * 1024

_LOG = logging.getLogger(__name__)


class Parsers:
    """An async context manager. Small feeds, large ones, those that cost too much before, and everything else have a
    process each, so that none waits for a worse one.

    `seconds` of processor time for a feed, `wall` on the clock for anything, `rest` until an idle process ends."""

    def __init__(self, *, seconds: float = SECONDS, wall: float = _WALL, rest: float = _REST) -> None:
        self._seconds = seconds
        self._small, self._large, self._again, self._others = (_Worker(wall, rest) for _ in range(4))
        self._costly = set[str]()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        for worker in (self._small, self._large, self._again, self._others):
            await worker.end()

    async def feed(self, body: bytes, url: str, content_type: str = "") -> Document | Failure:
        worker = self._again if url in self._costly else self._small if len(body) <= _SMALL else self._large
        job = (body, url, content_type)
        document: Document | Failure = await self._result(worker, _read_feed, job, self._seconds)
        if isinstance(document, Failure) and document.fault is Fault.TOO_COSTLY:
            self._costly.add(url)
        else:
            self._costly.discard(url)
        return document

    async def run(self, reader: Callable[..., T], *args: Any, seconds: float = SECONDS) -> T | Failure:
        """What a function at a module's top makes of arguments that can be pickled, within so much processor time. It
        says what it returns, which must be such as pydantic writes as JSON and reads again."""
        result: T | Failure = await self._result(self._others, reader, args, seconds)
        return result

    async def _result(self, worker: "_Worker", job: Any, arguments: tuple[Any, ...], seconds: float) -> Any:
        request = pickle.dumps((job, arguments, seconds), pickle.HIGHEST_PROTOCOL)
        answer = await worker.ask(request, answer_of(job))
        if answer is None or answer.costly:
            return Failure(fault=Fault.TOO_COSTLY)
        if answer.broken:
            _LOG.warning("a parser has failed: %s", answer.broken)
            return Failure(fault=Fault.NOT_A_FEED, detail=answer.broken.strip().rpartition("\n")[2][:200])
        return answer.value


def _read_feed(body: bytes, url: str, content_type: str) -> Document | Failure:
    from bot.ingest.feed_document import read_feed  # in the worker only: the parser takes memory and time to import

    return read_feed(body, url, content_type)


class _Worker:
    """One job at a time; the others wait for their turn."""

    def __init__(self, wall: float, rest: float) -> None:
        self._wall, self._rest = wall, rest
        self._turn = asyncio.Lock()
        self._process: Process | None = None
        self._ended = False
        self._resting: asyncio.TimerHandle | None = None

    async def ask(self, request: bytes, kind: type[Answer[Any]]) -> Answer[Any] | None:
        """None if it did not live to answer, or not in a way that makes sense."""
        async with self._turn:
            if self._ended:
                return None
            self._stay()
            answer: Answer[Any] | None = None
            try:
                process = await self._present()
                async with asyncio.timeout(self._wall):
                    answer = kind.model_validate_json(await _exchange(process, request))
            except (TimeoutError, asyncio.IncompleteReadError, ConnectionError, ValidationError):
                pass
            finally:
                if answer is None or answer.last:  # also where this was cancelled
                    await self._kill()
            self._resting = asyncio.get_running_loop().call_later(self._rest, self._retire)
            return answer

    async def end(self) -> None:
        """Whoever still waits for an answer gets none."""
        self._ended = True
        if self._process:
            _signal(self._process)
        async with self._turn:
            self._stay()
            await self._kill()

    async def _present(self) -> Process:
        if self._process and (self._process.returncode is not None or _leaving(self._process)):
            await self._kill()
        if not self._process:
            self._process = await _start()
        return self._process

    def _stay(self) -> None:
        if self._resting:
            self._resting.cancel()
            self._resting = None

    def _retire(self) -> None:
        if self._process and self._process.stdin:
            self._process.stdin.close()

    async def _kill(self) -> None:
        process, self._process = self._process, None
        if process:
            _signal(process)
            await process.wait()


def _signal(process: Process) -> None:
    with suppress(ProcessLookupError):
        process.kill()


def _leaving(process: Process) -> bool:
    return process.stdin is None or process.stdin.is_closing()


async def _start() -> Process:
    # It reads what strangers send, so it gets no secrets: of the environment only where modules lie.
    environment = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PATH": os.environ.get("PATH", "")}
    # Not as `-m`, by which the module, and what it answers, would go by the name of `__main__`.
    command = (sys.executable, "-P", "-c", "from bot.ingest.worker import main; main()")
    return await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, env=environment)


async def _exchange(process: Process, request: bytes) -> bytes:
    """Raises IncompleteReadError and ConnectionError."""
    assert process.stdin and process.stdout  # noqa: S101 - both are pipes
    process.stdin.write(request)
    await process.stdin.drain()
    (length,) = LENGTH.unpack(await process.stdout.readexactly(LENGTH.size))
    if length > _LONGEST_ANSWER:
        raise ConnectionError("its answer has no end")
    return await process.stdout.readexactly(length)
