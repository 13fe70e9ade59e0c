"""The web part's server."""

import socket
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.rendering.wording import _, speaking, spoken
from bot.storage.connection import StoreError

_LARGEST_REQUEST = 1_000_000
#: UnicodeError is of a host that no name can be, such as 127.0.0..1.
_NO_PLACE = (OSError, UnicodeError)
OWN_ADDRESS = "NEWSBOT_WEB_HOST to an address of this machine"


@asynccontextmanager
async def web_server(routes: Iterable[web.RouteDef], host: str, port: int) -> AsyncIterator[int]:
    """Serves until the block ends; gives the port. Raises OSError if it cannot listen there."""
    application = web.Application(client_max_size=_LARGEST_REQUEST, middlewares=[_in_their_language, _store_away])
    application.add_routes(routes)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=5)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except _NO_PLACE as error:
            hint = f"set NEWSBOT_WEB_PORT to another port, or to 0 for any free one, or {OWN_ADDRESS}"
            raise OSError(f"the web part cannot listen on {host}:{port} ({_why(error)}): {hint}.") from error
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()


@web.middleware
async def _in_their_language(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The first that the bot speaks of those that the browser asks for, as browsers list them: best first.

    https://www.rfc-editor.org/rfc/rfc9110#name-accept-language
    """
    asked = request.headers.get("Accept-Language", "").split(",")
    with speaking(next((code for tag in asked if (code := spoken(tag.split(";")[0].strip()))), "en")):
        response = await handler(request)
    response.headers["Vary"] = "Accept-Language"
    return response


@web.middleware
async def _store_away(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A store that does not answer is told in a word, whoever asks."""
    try:
        return await handler(request)
    except StoreError:
        return web.Response(status=503, text=_("The store does not answer. Please try again in a minute."))


def cannot_listen(host: str, port: int) -> str:
    """Why this port cannot be had; empty if it can."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except _NO_PLACE as error:
            return _why(error)
    return ""


def _why(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
