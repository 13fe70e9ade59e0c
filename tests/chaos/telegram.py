"""A Bot API server in the test's own process: fast, sick where it is told to be, and it remembers every try.

Each process that is tested has its own API address under it, `url` and a name, so that who sent what is known.
"""

import asyncio
import time
from collections import Counter, defaultdict, deque
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson

from tests.benchmarks.wire import Connection, ok, refusal

_ME = b'{"id":4242,"is_bot":true,"first_name":"News","username":"newsbot"}'
#: Seconds from a request to its answer.
LATENCY = 0.04


@dataclass(frozen=True, slots=True)
class Fault:
    """What a try meets: a refusal if it has a `status`; else, if `breaks`, a connection that ends without an answer,
    the message having `arrived` or not; else an answer after `slow` seconds more."""

    status: int = 0
    description: str = ""
    parameters: dict[str, int] = field(default_factory=dict)
    breaks: bool = False
    arrived: bool = False
    slow: float = 0.0

    def answer(self) -> bytes:
        more = {"parameters": self.parameters} if self.parameters else {}
        return refusal(self.status, self.description, **more)


_WELL = Fault(arrived=True)


@dataclass(slots=True)
class Try:
    """`at` and `answered`: seconds of this machine's monotonic clock; `arrived`: it stands in the chat."""

    sender: str
    chat_id: int
    text: str
    silent: bool
    at: float
    arrived: bool
    answered: float | None = None


class Telegram:
    def __init__(self) -> None:
        self.url = ""
        self.tries: list[Try] = []
        self.reached: set[int] = set()
        self.faults: dict[int, deque[Fault]] = {}
        self.lasting: dict[int, Fault] = {}
        self._connections: defaultdict[str, set[asyncio.Transport]] = defaultdict(set)

    def request(self, transport: asyncio.Transport, target: str, body: bytes) -> None:
        sender, method = target.split("/")[1], target.rpartition("/")[2].lower()
        self._connections[sender].add(transport)
        if method == "sendmessage":
            self._send(transport, sender, orjson.loads(body))
        else:
            self._later(LATENCY, transport, ok(_ME if method == "getme" else b"true"))

    def _send(self, transport: asyncio.Transport, sender: str, told: dict[str, Any]) -> None:
        chat_id = told["chat_id"]
        waiting = self.faults.get(chat_id)
        fault = waiting.popleft() if waiting else self.lasting.get(chat_id, _WELL)
        silent = bool(told.get("disable_notification"))
        one = Try(sender, chat_id, told["text"], silent, time.monotonic(), fault.arrived and not fault.status)
        self.tries.append(one)
        if one.arrived:
            self.reached.add(chat_id)
        if fault.breaks:
            asyncio.get_running_loop().call_later(LATENCY, transport.abort)
        elif fault.status:
            self._later(LATENCY, transport, fault.answer(), one)
        else:
            result = b'{"message_id":%d,"date":1795348800,"chat":{"id":%d}}' % (len(self.tries), chat_id)
            self._later(LATENCY + fault.slow, transport, ok(result), one)

    def _later(self, seconds: float, transport: asyncio.Transport, answer: bytes, one: Try | None = None) -> None:
        def write() -> None:
            if transport.is_closing():
                return
            transport.write(answer)
            if one:
                one.answered = time.monotonic()

        asyncio.get_running_loop().call_later(seconds, write)

    def forget(self, transport: asyncio.Transport) -> None:
        for transports in self._connections.values():
            transports.discard(transport)

    async def gone(self, sender: str) -> None:
        """Until all that a dead process has sent is read."""
        while self._connections[sender]:  # noqa: ASYNC110 – the kernel ends the connections
            await asyncio.sleep(0.005)

    async def until(self, true: Callable[[], bool]) -> None:
        while not true():  # noqa: ASYNC110 – each message may change it
            await asyncio.sleep(0.005)

    def copies(self, of: Iterable[Try] | None = None) -> Counter[int]:
        """How many stand in each chat."""
        return Counter(one.chat_id for one in (self.tries if of is None else of) if one.arrived)

    def repeats(self) -> list[Try]:
        """Copies of what stood in its chat before."""
        seen: set[tuple[int, str]] = set()
        found = []
        for one in (one for one in self.tries if one.arrived):
            if (one.chat_id, one.text) in seen:
                found.append(one)
            seen.add((one.chat_id, one.text))
        return found


class _Connection(Connection):
    def __init__(self, telegram: Telegram) -> None:
        super().__init__(telegram.request)
        self._telegram = telegram

    def connection_lost(self, error: Exception | None) -> None:
        self._telegram.forget(self._transport)


@asynccontextmanager
async def bot_api() -> AsyncIterator[Telegram]:
    telegram = Telegram()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(telegram), "127.0.0.1", 0, backlog=1024)
    telegram.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield telegram
    finally:
        server.close()
        await server.wait_closed()
