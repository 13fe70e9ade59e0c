"""HTTP/1.1 with connections that are kept and requests that are pipelined: what a Bot API server needs of it."""

import asyncio
import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import orjson

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
#: As api.telegram.org sends them.
_HEAD = (
    b"HTTP/1.1 %d %s\r\nServer: nginx/1.18.0\r\nDate: Sun, 22 Nov 2026 12:00:00 GMT\r\n"
    b"Content-Type: application/json\r\nContent-Length: %d\r\nConnection: keep-alive\r\n"
    b"Strict-Transport-Security: max-age=31536000; includeSubDomains; preload\r\n"
    b"Access-Control-Allow-Origin: *\r\nAccess-Control-Allow-Methods: GET, POST, OPTIONS\r\n"
    b"Access-Control-Expose-Headers: Content-Length,Content-Type,Date,Server,Connection\r\n\r\n%s"
)
_REASONS = {status.value: status.phrase.encode() for status in HTTPStatus}


class Connection(asyncio.Protocol):
    """Gives each request, once it is complete, to `serve`: where to answer, the target, the body."""

    def __init__(self, serve: Callable[[asyncio.Transport, str, bytes], None]) -> None:
        self._serve = serve
        self._unread = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._unread += data
        while True:
            head, end, rest = self._unread.partition(b"\r\n\r\n")
            length = int(found[1]) if (found := _LENGTH.search(head)) else 0
            if not end or len(rest) < length:
                return
            self._unread = rest[length:]
            self._serve(self._transport, head.split(b" ", 2)[1].decode(), rest[:length])


def response(status: int, body: bytes) -> bytes:
    return _HEAD % (status, _REASONS[status], len(body), body)


def ok(result: bytes) -> bytes:
    return response(200, b'{"ok":true,"result":%s}' % result)


def refusal(status: int, description: str, **more: Any) -> bytes:
    """https://core.telegram.org/bots/api#making-requests"""
    return response(status, orjson.dumps({"ok": False, "error_code": status, "description": description, **more}))
