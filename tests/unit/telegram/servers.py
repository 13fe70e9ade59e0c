"""HTTP servers that answer as a test says, byte for byte."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from yarl import URL


class Connection:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def read(self) -> bytes:
        """The body of the next request. Raises IncompleteReadError when the client has closed."""
        head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        length = head.partition(b"content-length:")[2].split(b"\r\n")[0]
        return await self._reader.readexactly(int(length or 0))

    async def answer(self, body: bytes, status: str = "200 OK", *headers: str) -> None:
        head = "\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""])
        await self.write(head.encode() + body)

    async def write(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    async def close(self) -> None:
        self._writer.close()
        with suppress(ConnectionError):
            await self._writer.wait_closed()


@asynccontextmanager
async def serving(handle: Callable[[Connection], Awaitable[None]]) -> AsyncIterator[URL]:
    """`handle` gets each new connection, and has it to itself; it is closed afterwards."""
    running = set[asyncio.Task[None]]()

    async def run(connection: Connection) -> None:
        try:
            with suppress(asyncio.IncompleteReadError, ConnectionError):
                await handle(connection)
        finally:
            await connection.close()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        running.add(asyncio.create_task(run(Connection(reader, writer))))

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    async with server:
        yield URL(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/")
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
