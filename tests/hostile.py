"""A server that does all that a feed's server should not, and shows what came of it."""

import asyncio
import gzip
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from functools import cache
from urllib.parse import quote, unquote

FEED = (
    b'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>A feed</title>'
    b"<link>https://example.org/</link><item><title>An entry</title><link>https://example.org/1</link>"
    b"<guid>1</guid><description>What it tells.</description></item></channel></rss>"
)
MEGABYTE = b"x" * 1024 * 1024

Answer = Callable[["Visit"], Awaitable[None]]


class Visit:
    """One request, and the connection on which it came."""

    def __init__(self, head: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request, _, fields = head.partition("\r\n")
        self.path, _, self.query = request.split(" ")[1].partition("?")
        lines = [line.partition(":") for line in fields.splitlines() if line]
        self.headers = {name.lower(): value.strip() for name, _, value in lines}
        self._reader = reader
        self._writer = writer

    async def write(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    async def head(self, *headers: str, status: str = "200 OK") -> None:
        await self.write("\r\n".join([f"HTTP/1.1 {status}", "Connection: close", *headers, "", ""]).encode())

    async def answer(self, body: bytes, *headers: str, status: str = "200 OK") -> None:
        await self.head(f"Content-Length: {len(body)}", *headers, status=status)
        await self.write(body)

    async def until_left(self) -> None:
        await self._reader.read()

    async def drip(self, data: bytes, every: float = 0.05) -> None:
        """Byte by byte."""
        for byte in data:
            await self.write(bytes([byte]))
            await asyncio.sleep(every)


class Hostile:
    """`asked`: how often each path was; `open`: connections that are."""

    def __init__(self, answers: Mapping[str, Answer]) -> None:
        self._answers = answers
        self.port = 0
        self.asked = Counter[str]()
        self.open = 0
        self._changed = asyncio.Condition()

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def to(self, target: str, status: int = 302) -> str:
        """An address that redirects there."""
        return self.url(f"/to/{status}?{quote(target, safe='')}")

    async def left_alone(self) -> None:
        """Waits until nobody is connected."""
        async with self._changed:
            await self._changed.wait_for(lambda: self.open == 0)

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open += 1
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                await self._serve(reader, writer)
                writer.close()
                await writer.wait_closed()
        finally:
            writer.transport.abort()
            with suppress(ConnectionError):
                await writer.wait_closed()
            async with self._changed:
                self.open -= 1
                self._changed.notify_all()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        visit = Visit((await reader.readuntil(b"\r\n\r\n")).decode("latin-1"), reader, writer)
        self.asked[visit.path] += 1
        if visit.path.startswith("/to/"):
            status = visit.path.rpartition("/")[2]
            await visit.head(f"Location: {unquote(visit.query)}", "Content-Length: 0", status=f"{status} Elsewhere")
            return
        await asyncio.wait_for(self._answers.get(visit.path, _nothing)(visit), 50)


@asynccontextmanager
async def hostile_server(answers: Mapping[str, Answer] | None = None) -> AsyncIterator[Hostile]:
    """`answers`: what stands at each path; all tricks."""
    hostile, running = Hostile(answers or ANSWERS), set[asyncio.Task[None]]()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(hostile.accept(reader, writer))
        running.add(task)
        task.add_done_callback(running.discard)

    bomb()  # takes a moment, which is not to be measured
    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    hostile.port = server.sockets[0].getsockname()[1]
    async with server:
        try:
            yield hostile
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)


@asynccontextmanager
async def canary(host: str) -> AsyncIterator[tuple[int, list[object]]]:
    """A port at which nobody should come by, and who did."""
    seen: list[object] = []

    def accept(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(writer.get_extra_info("peername"))
        writer.close()

    server = await asyncio.start_server(accept, host, 0)
    async with server:
        yield server.sockets[0].getsockname()[1], seen


@cache
def bomb() -> bytes:
    """A gzip file of 64 megabytes of zeros, a thousandth of that long."""
    return gzip.compress(bytes(64 * 1024 * 1024))


async def _nothing(visit: Visit) -> None:
    await visit.answer(b"", status="404 Not Found")


async def _silent(visit: Visit) -> None:
    await visit.until_left()


async def _slow_head(visit: Visit) -> None:
    await visit.drip(b"HTTP/1.1 200 OK\r\nX-Long: " + MEGABYTE)


async def _slow_body(visit: Visit) -> None:
    await visit.head("Content-Type: application/rss+xml", f"Content-Length: {len(FEED)}")
    await visit.drip(FEED)


async def _endless(visit: Visit) -> None:
    await visit.head("Content-Type: application/rss+xml")
    while True:
        await visit.write(MEGABYTE)


async def _endless_chunks(visit: Visit) -> None:
    await visit.head("Transfer-Encoding: chunked")
    while True:
        await visit.write(b"1\r\n<\r\n" * 10_000)


async def _endless_head(visit: Visit) -> None:
    await visit.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        await visit.write(b"X-More: of the same\r\n" * 1000)


async def _huge(visit: Visit) -> None:
    await visit.head("Content-Length: 1000000000000")
    await visit.write(MEGABYTE)


async def _bomb(visit: Visit) -> None:
    await visit.answer(bomb(), "Content-Encoding: gzip")


async def _bomb_twice(visit: Visit) -> None:
    await visit.answer(gzip.compress(bomb()), "Content-Encoding: gzip, gzip")


async def _members(visit: Visit) -> None:
    await visit.answer(gzip.compress(b"") * 50_000)


async def _gzip_undeclared(visit: Visit) -> None:
    await visit.answer(gzip.compress(FEED))


async def _gzip_twice(visit: Visit) -> None:
    await visit.answer(gzip.compress(gzip.compress(FEED)), "Content-Encoding: gzip, gzip")


async def _gzip_in_parts(visit: Visit) -> None:
    await visit.answer(gzip.compress(FEED[:100]) + gzip.compress(FEED[100:]) + bytes(512), "Content-Encoding: gzip")


async def _gzip_declared_only(visit: Visit) -> None:
    await visit.answer(FEED, "Content-Encoding: gzip")


async def _gzip_cut(visit: Visit) -> None:
    await visit.answer(gzip.compress(FEED)[:-20], "Content-Encoding: gzip")


async def _gzip_broken(visit: Visit) -> None:
    packed = gzip.compress(FEED)
    await visit.answer(packed[:30] + bytes(30) + packed[60:], "Content-Encoding: gzip")


async def _cut(visit: Visit) -> None:
    await visit.head("Content-Length: 10000")
    await visit.write(FEED)


async def _cut_chunks(visit: Visit) -> None:
    await visit.head("Transfer-Encoding: chunked")
    await visit.write(b"ffff\r\n" + FEED)


async def _bad_chunks(visit: Visit) -> None:
    await visit.head("Transfer-Encoding: chunked")
    await visit.write(b"nonsense\r\n" + FEED)


async def _overlong(visit: Visit) -> None:
    await visit.head(f"Content-Length: {len(FEED)}")
    await visit.write(FEED + MEGABYTE)


async def _two_lengths(visit: Visit) -> None:
    await visit.answer(FEED, "Content-Length: 7")


async def _wrong_type(visit: Visit) -> None:
    await visit.answer(FEED, "Content-Type: image/png; charset=utf-7")


async def _many_headers(visit: Visit) -> None:
    await visit.answer(FEED, *(f"X-{number}: {number}" for number in range(1000)))


async def _long_header(visit: Visit) -> None:
    await visit.answer(FEED, f"X-Long: {'x' * 100_000}")


async def _policy(visit: Visit) -> None:
    await visit.answer(FEED, f"Content-Security-Policy: {'x' * 12_000}")


async def _no_http(visit: Visit) -> None:
    await visit.write(b"SSH-2.0-OpenSSH_9.6\r\n" + bytes(range(256)))


async def _hangs_up(visit: Visit) -> None:
    pass


async def _loop(visit: Visit) -> None:
    await visit.head("Location: /loop", status="301 Moved Permanently")


async def _nowhere(visit: Visit) -> None:
    await visit.head("Location:", "Content-Length: 0", status="302 Found")


async def _redirect_with_body(visit: Visit) -> None:
    await visit.head("Location: /feed", status="302 Found")
    while True:
        await visit.write(MEGABYTE)


async def _costly(visit: Visit) -> None:
    """Feed parsers have been seen to need time with the square of this."""
    attributes = b" ".join(b'a%d="&lt;"' % number for number in range(50_000))
    await visit.answer(FEED.replace(b"<item>", b"<item " + attributes + b">"), "Content-Type: application/rss+xml")


async def _feed(visit: Visit) -> None:
    await visit.answer(FEED, "Content-Type: application/rss+xml")


#: What stands at each path, beside `Hostile.to`.
ANSWERS: dict[str, Answer] = {
    "/feed": _feed,
    "/silent": _silent,
    "/slow-head": _slow_head,
    "/slow-body": _slow_body,
    "/endless": _endless,
    "/endless-chunks": _endless_chunks,
    "/endless-head": _endless_head,
    "/huge": _huge,
    "/bomb": _bomb,
    "/bomb-twice": _bomb_twice,
    "/members": _members,
    "/gzip-undeclared": _gzip_undeclared,
    "/gzip-twice": _gzip_twice,
    "/gzip-in-parts": _gzip_in_parts,
    "/gzip-declared-only": _gzip_declared_only,
    "/gzip-cut": _gzip_cut,
    "/gzip-broken": _gzip_broken,
    "/cut": _cut,
    "/cut-chunks": _cut_chunks,
    "/bad-chunks": _bad_chunks,
    "/overlong": _overlong,
    "/two-lengths": _two_lengths,
    "/wrong-type": _wrong_type,
    "/many-headers": _many_headers,
    "/long-header": _long_header,
    "/policy": _policy,
    "/no-http": _no_http,
    "/hangs-up": _hangs_up,
    "/loop": _loop,
    "/nowhere": _nowhere,
    "/redirect-with-body": _redirect_with_body,
    "/costly": _costly,
}
