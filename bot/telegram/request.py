"""HTTP to the Bot API through aiohttp, for python-telegram-bot and for our own calls.

In place of its httpx, which costs many times the CPU, and because delivery must know one thing more than
python-telegram-bot tells: whether a request that failed can have reached Telegram.

aiohttp itself sends a request again over a new connection only for methods that are idempotent, which POST is not
(aiohttp.client.IDEMPOTENT_METHODS): each call here is one try. A connection kept alive may be closed by the server at
the very moment at which it is used again, and what comes of that (ServerDisconnectedError, ECONNRESET) looks the same
whether the server had read the request or not. So it counts as ambiguous, unless the body never left for the
connection: see `_Body`.
"""

from contextlib import suppress
from typing import Any, cast

import aiohttp
import orjson
from aiohttp.abc import AbstractStreamWriter
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData
from yarl import URL

#: Seconds: until there is a connection (waiting for a free one included), between the bytes of an answer, and, since
#: a server that lets them trickle must not hold a call for ever, for the rest of it; for files, for all of it.
_CONNECT_TIMEOUT = 10.0
_ANSWER_TIMEOUT = 30.0
_GRACE = 5.0
_FILE_TIMEOUT = 300.0
#: Connections outlive the pauses between messages, as a TLS handshake costs more than one; but they end before the 75
#: seconds after which servers close them (nginx's keepalive_timeout), lest that meets a request on its way.
_KEEP_ALIVE = 60.0


class NotSent(NetworkError):
    """The request certainly did not reach Telegram: no connection came about, or it was gone before it was used."""


class AnswerLost(TimedOut):
    """The request went out, no answer came: it may have been carried out."""


class AiohttpRequest(BaseRequest):
    """`connections`: as many requests may be under way at once."""

    def __init__(self, connections: int = 128) -> None:
        self._connections = connections
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float | None:
        return _ANSWER_TIMEOUT

    async def initialize(self) -> None:
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=_KEEP_ALIVE)
            # For `post_json` a deadline alone, since each further timer costs CPU with every message.
            timeout = aiohttp.ClientTimeout(total=_CONNECT_TIMEOUT + _ANSWER_TIMEOUT, connect=_CONNECT_TIMEOUT)
            self._session = aiohttp.ClientSession(
                connector=connector, cookie_jar=aiohttp.DummyCookieJar(), timeout=timeout
            )

    async def shutdown(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def post_json(self, url: URL, body: bytes) -> tuple[int, bytes]:
        """`body` is JSON. Raises NotSent or AnswerLost, as `do_request` does."""
        payload = _Body(body, content_type="application/json")
        try:
            async with self._open().post(url, data=payload, allow_redirects=False) as response:
                return response.status, await response.read()
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise _failure(error, written=payload.written) from None

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Status and body of the answer. Raises NotSent or AnswerLost, never with the address in its words,
        since that holds the token."""
        answer = _ANSWER_TIMEOUT if read_timeout is BaseRequest.DEFAULT_NONE else read_timeout
        files = request_data is None or request_data.contains_files
        timeout = _timeout(answer, files=files)
        try:
            async with self._open().request(method, url, timeout=timeout, **_content(request_data)) as response:
                return response.status, await response.read()
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise _failure(error) from None

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        with suppress(orjson.JSONDecodeError):
            return cast("dict[str, Any]", orjson.loads(payload))
        raise TelegramError("the Bot API server's answer is no JSON")

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise RuntimeError("the request object is not initialized")
        return self._session


class _Body(aiohttp.BytesPayload):
    """A body that knows whether any of the request went to its connection: aiohttp holds the head back and writes it
    together with the first bytes of the body, here all of them."""

    written = False

    async def write_with_length(self, writer: AbstractStreamWriter, content_length: int | None) -> None:
        transport = writer.transport
        self.written = transport is not None and not transport.is_closing()
        await super().write_with_length(writer, content_length)


def _failure(error: Exception, *, written: bool = True) -> TelegramError:
    kind = type(error).__name__
    if isinstance(error, (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)):
        return NotSent(f"no connection to the Bot API server: {kind}")
    if not written:
        return NotSent(f"the connection to the Bot API server was gone: {kind}")
    return AnswerLost(f"no answer from the Bot API server: {kind}")


def _timeout(answer: float | None, *, files: bool = False) -> aiohttp.ClientTimeout:
    """`answer` is None where the caller waits however long it takes."""
    whole = None if answer is None else _FILE_TIMEOUT if files else _CONNECT_TIMEOUT + answer + _GRACE
    return aiohttp.ClientTimeout(total=whole, connect=_CONNECT_TIMEOUT, sock_read=answer)


def _content(data: RequestData | None) -> dict[str, Any]:
    if data is None:
        return {}
    if data.contains_files and data.multipart_data:
        form = aiohttp.FormData(default_to_multipart=True)
        for name, value in data.json_parameters.items():
            form.add_field(name, value)
        for name, (filename, content, mime) in data.multipart_data.items():
            form.add_field(name, content, filename=filename, content_type=mime)
        return {"data": form}
    return {"json": data.parameters}
