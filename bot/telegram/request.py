"""HTTP to the Bot API through aiohttp, for python-telegram-bot and for our own calls.

In place of its httpx, which costs many times the CPU, and because delivery must know one thing more than
python-telegram-bot tells: whether a request that failed can have reached Telegram.
"""

from contextlib import suppress
from typing import Any, cast

import aiohttp
import orjson
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData

_CONNECT_TIMEOUT = 10.0
_ANSWER_TIMEOUT = 30.0
#: Connections are kept for longer than the pauses between digests; a TLS handshake costs more than a message.
_KEEP_ALIVE = 75.0


class NotSent(NetworkError):
    """The request certainly did not reach Telegram: no connection came about."""


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
            self._session = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())

    async def shutdown(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

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
        if self._session is None:
            raise RuntimeError("the request object is not initialized")
        answer_timeout = _ANSWER_TIMEOUT if read_timeout is BaseRequest.DEFAULT_NONE else read_timeout
        timeout = aiohttp.ClientTimeout(connect=_CONNECT_TIMEOUT, sock_read=answer_timeout)
        try:
            async with self._session.request(method, url, timeout=timeout, **_body(request_data)) as response:
                return response.status, await response.read()
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise NotSent(f"no connection to the Bot API server: {type(error).__name__}") from None
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise AnswerLost(f"no answer from the Bot API server: {type(error).__name__}") from None

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        with suppress(orjson.JSONDecodeError):
            return cast("dict[str, Any]", orjson.loads(payload))
        raise TelegramError("the Bot API server's answer is no JSON")


def _body(data: RequestData | None) -> dict[str, Any]:
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
