"""The web part's server."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from aiohttp import web

_LARGEST_REQUEST = 1_000_000


@asynccontextmanager
async def web_server(routes: Iterable[web.RouteDef], host: str, port: int) -> AsyncIterator[int]:
    """Serves until the block ends; gives the port. Raises OSError if it cannot listen there."""
    application = web.Application(client_max_size=_LARGEST_REQUEST)
    application.add_routes(routes)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=5)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()
