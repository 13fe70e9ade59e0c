"""A fast stand-in for api.telegram.org, a process of its own: it answers, keeps limits, and counts.

    python -m tests.benchmarks.telegram --port 0 --latency 40 --rate 30

Prints its port, and ends when its standard input does. Besides the Bot API's methods it has `GET /count` (messages
sent and refused, cheap), `GET /report` (all that it knows) and `POST /say` (a JSON list of [chat id, text] that
people write to the bot: how soon each is answered is in the report). Requests that are pipelined are answered in
their order, but for a long poll, which should have its connection to itself.
"""

import argparse
import asyncio
import sys
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import fields
from typing import Any

import orjson

from tests.benchmarks.limits import Limiter, Limits
from tests.benchmarks.payload import echo
from tests.benchmarks.wire import Connection, ok, refusal, response

_ME = b'{"id":4242,"is_bot":true,"first_name":"News","username":"newsbot","can_join_groups":true}'
_TRUE = ("deletemessage", "answercallbackquery", "deletewebhook", "sendchataction")
_LIMITED = ("sendmessage", "editmessagetext")
_LONG_POLL = 1.0


class Telegram:
    """Time is this process's own; a message is sent when its request has arrived and was not refused."""

    def __init__(self, limits: Limits | None, latency: float, *, long_echo: bool) -> None:
        """`latency`: seconds from a request to its answer."""
        self._limiter = Limiter(limits) if limits else None
        self._latency = latency
        self._echo = echo(long=long_echo)
        self._sent = 0
        self._first = self._last = 0.0
        self._copies: Counter[tuple[int, int]] = Counter()
        self._refused: Counter[str] = Counter()
        self._unknown: Counter[str] = Counter()
        self._updates: deque[dict[str, Any]] = deque()
        self._said = 0
        self._unanswered: dict[int, float] = {}
        self._answers: list[float] = []
        self._polls: list[Callable[[], None]] = []
        self._outgoing: deque[tuple[float, asyncio.Transport, bytes]] = deque()

    def request(self, transport: asyncio.Transport, target: str, body: bytes) -> None:
        method = target.rpartition("/")[2].lower()
        if not target.startswith("/bot"):
            self._control(transport, method, body)
        elif method == "getupdates":
            self._poll(transport, orjson.loads(body) if body else {})
        elif method in _LIMITED:
            self._later(transport, self._message(method, orjson.loads(body)))
        elif method == "getme":
            self._later(transport, ok(_ME))
        elif method in _TRUE or method.startswith("setmy"):
            self._later(transport, ok(b"true"))
        else:
            self._unknown[method] += 1
            self._later(transport, refusal(404, "Not Found"))

    def _message(self, method: str, parameters: dict[str, Any]) -> bytes:
        now, chat_id = time.monotonic(), int(parameters["chat_id"])
        if self._limiter and (refused := self._limiter.refuse(chat_id, now)):
            self._refused[refused.scope] += 1
            description = f"Too Many Requests: retry after {refused.retry_after}"
            return refusal(429, description, parameters={"retry_after": refused.retry_after})
        if method == "sendmessage":
            self._sent += 1
            self._first = self._first or now
            self._last = now
            self._copies[chat_id, hash(parameters["text"])] += 1
            if (asked := self._unanswered.pop(chat_id, None)) is not None:
                self._answers.append(now - asked)
        return ok(self._echo % (self._sent, chat_id))

    def _later(self, transport: asyncio.Transport, answer: bytes) -> None:
        """All wait equally long, so one queue keeps them in order."""
        loop = asyncio.get_running_loop()
        if not self._outgoing:
            loop.call_later(self._latency, self._flush)
        self._outgoing.append((loop.time() + self._latency, transport, answer))

    def _flush(self) -> None:
        loop = asyncio.get_running_loop()
        while self._outgoing and self._outgoing[0][0] <= loop.time():
            _, transport, answer = self._outgoing.popleft()
            transport.write(answer)
        if self._outgoing:
            loop.call_at(self._outgoing[0][0], self._flush)

    def _poll(self, transport: asyncio.Transport, parameters: dict[str, Any]) -> None:
        """What is below the offset has been handled: https://core.telegram.org/bots/api#getupdates"""
        while self._updates and self._updates[0]["update_id"] < parameters.get("offset", 0):
            self._updates.popleft()

        def answer() -> None:
            if answer in self._polls:
                self._polls.remove(answer)
                self._later(transport, ok(orjson.dumps(list(self._updates)[:100])))

        self._polls.append(answer)
        if self._updates:
            answer()
        else:
            asyncio.get_running_loop().call_later(min(_LONG_POLL, parameters.get("timeout", 0)), answer)

    def _control(self, transport: asyncio.Transport, what: str, body: bytes) -> None:
        if what == "say":
            for chat_id, text in orjson.loads(body):
                self._say(chat_id, text)
            for answer in list(self._polls):
                answer()
        report = self.count() if what == "count" else self.report()
        transport.write(response(200, orjson.dumps(report, option=orjson.OPT_NON_STR_KEYS)))

    def _say(self, chat_id: int, text: str) -> None:
        self._said += 1
        person = {"id": chat_id, "first_name": "Rita"}
        message: dict[str, Any] = {
            "message_id": self._said,
            "from": person | {"is_bot": False, "language_code": "en"},
            "chat": person | {"type": "private"},
            "date": int(time.time()),
            "text": text,
        }
        if text.startswith("/"):
            message["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text.split()[0])}]
        self._updates.append({"update_id": self._said, "message": message})
        self._unanswered.setdefault(chat_id, time.monotonic())

    def count(self) -> dict[str, int]:
        return {"sent": self._sent, "refused": sum(self._refused.values())}

    def report(self) -> dict[str, Any]:
        """`copies`: how many of the (chat, text) pairs arrived how often; `span` in seconds from the first message to
        the last, `first` and `last` by this machine's monotonic clock; `answers` in seconds."""
        span = self._last - self._first
        return {
            "sent": self._sent,
            "copies": Counter(self._copies.values()),
            "chats": len({chat_id for chat_id, _ in self._copies}),
            "refused": self._refused,
            "first": self._first,
            "last": self._last,
            "span": span,
            "per_second": (self._sent - 1) / span if span else 0,
            "answers": self._answers,
            "unanswered": len(self._unanswered),
            "unknown": self._unknown,
        }


def _arguments() -> argparse.ArgumentParser:
    """One option for each limit; without --rate, there are none."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--latency", type=float, default=40, help="milliseconds")
    parser.add_argument("--echo", choices=["long", "short"], default="long", help="what sendMessage answers")
    for field in fields(Limits):
        option = f"--{field.name.replace('_', '-')}"
        if field.name == "punitive":
            parser.add_argument(option, action="store_true")
        else:
            parser.add_argument(option, type=float, default=None if field.name == "rate" else field.default)
    return parser


async def serve(options: argparse.Namespace) -> None:
    limits = (
        Limits(**{field.name: getattr(options, field.name) for field in fields(Limits)}) if options.rate else None
    )
    telegram = Telegram(limits, options.latency / 1000, long_echo=options.echo == "long")
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(telegram.request), "127.0.0.1", options.port, backlog=1024)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve(_arguments().parse_args()))
