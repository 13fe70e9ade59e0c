"""The sandbox as an HTTP server on this computer."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiohttp import web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.http import RawRequestMessage
from aiohttp.streams import StreamReader
from aiohttp.web_protocol import RequestHandler

from bot.sandbox.bot_face import BotFace
from bot.sandbox.client_face import ClientFace
from bot.sandbox.state import State
from bot.sandbox.static import page_file
from bot.sandbox.stream import Stream

BODY_LIMIT = 60 * 1024 * 1024  # bytes: a file of 50 MB and the form around it
GRACE = 2.0  # seconds for running requests when the server stops

Site = Callable[[web.BaseRequest], web.StreamResponse | None]


class Sandbox:
    """A Telegram of one's own. `token` is the bot's, of Telegram's form 123456:ABC…; port 0 takes a free one; what
    lies in `pictures` is served at /pictures/; `site` is asked before it for whatever is not for bots and clients."""

    def __init__(
        self,
        *,
        token: str,
        username: str = "demo_news_bot",
        name: str = "Demo News",
        inline: bool = True,
        host: str = "127.0.0.1",
        port: int = 0,
        pictures: Path | None = None,
        site: Site | None = None,
    ) -> None:
        self.url = ""
        self._pictures = pictures
        self._site = site
        self._host = host
        self._port = port
        self._closing = asyncio.Event()
        self._state = State(token=token, username=username, name=name, inline=inline)
        self._bot = BotFace(self._state, self._closing)
        self._client = ClientFace(self._state, Stream(self._state.events, self._closing))
        self._hosts: frozenset[str] = frozenset()
        self._runner: web.ServerRunner | None = None

    def introduce(self, intro: dict[str, Any]) -> None:
        """{"title", "text", "steps": […]}: what the chat page tells a newcomer."""
        self._state.intro = intro

    async def start(self) -> None:
        """Binds the port. Raises OSError when it is taken."""
        server = web.Server(self._answer, request_factory=_request, access_log=None)
        self._runner = web.ServerRunner(server, shutdown_timeout=GRACE)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, self._host, self._port).start()
        except OSError:
            await self._runner.cleanup()
            raise
        port = self._runner.addresses[0][1]
        self._hosts = frozenset(f"{host}:{port}" for host in (self._host, "127.0.0.1", "localhost"))
        self.url = f"http://{self._host}:{port}"

    async def stop(self) -> None:
        """Ends long polls, event streams and pressed buttons at once, then closes the port."""
        self._closing.set()
        self._state.updates.interrupt(None)
        self._state.events.wake_all()
        for query in self._state.queries.values():
            query.answer.cancel()
        await self._state.webhook.stop()
        if self._runner is not None:
            await self._runner.cleanup()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        path = request.path
        if path.startswith("/bot"):
            return await self._bot.answer(request)
        if path.startswith("/file/bot"):
            return await self._bot.file(request)
        if request.headers.get("Host", "") not in self._hosts:
            return web.Response(status=403, text="This is for the computer that the sandbox runs on.")
        if path.startswith("/client/"):
            return await self._client.answer(request)
        own = self._site(request) if self._site else None
        return own or page_file(path, self._pictures)


def _request(
    message: RawRequestMessage,
    payload: StreamReader,
    protocol: RequestHandler,
    writer: AbstractStreamWriter,
    task: "asyncio.Task[None]",
) -> web.BaseRequest:
    """A request whose body may be as large as a file upload; aiohttp's own limit is 1 MB."""
    loop = asyncio.get_running_loop()
    return web.BaseRequest(message, payload, protocol, writer, task, loop, client_max_size=BODY_LIMIT)
