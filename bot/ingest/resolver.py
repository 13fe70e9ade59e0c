"""Names become addresses in threads of their own: a name server that does not answer holds a thread for many seconds,
and those that the event loop has for everything are few."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from socket import AI_ADDRCONFIG, SOCK_STREAM, AddressFamily, getaddrinfo

from aiohttp.abc import AbstractResolver, ResolveResult

#: Twice as many as fetches at once, since a look-up goes on after the fetch has given up on it.
_THREADS = 64


class Resolver(AbstractResolver):
    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="resolver")

    async def resolve(
        self, host: str, port: int = 0, family: AddressFamily = AddressFamily.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Raises socket.gaierror, and UnicodeError for what cannot be a name."""
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(
            self._threads, getaddrinfo, host, port, family, SOCK_STREAM, 0, AI_ADDRCONFIG
        )
        return [
            ResolveResult(hostname=host, host=str(address[0]), port=port, family=kind, proto=protocol, flags=0)
            for kind, _, protocol, _, address in found
        ]

    async def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
