import asyncio
from collections.abc import Iterator

import aiohttp
import pytest
from yarl import URL

from bot.telegram import request as module
from bot.telegram.request import AiohttpRequest, AnswerLost, NotSent
from tests.unit.telegram.servers import Connection, serving

SECRET = "bot123456:SECRET"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("_CONNECT_TIMEOUT", "_ANSWER_TIMEOUT", "_GRACE"):
        monkeypatch.setattr(module, name, 0.2)
    yield


async def echo(connection: Connection) -> None:
    while True:
        await connection.answer(await connection.read())


async def test_status_and_body_of_the_answer(request_: AiohttpRequest) -> None:
    async with serving(echo) as url:
        assert await request_.post_json(url / SECRET, b'{"a":1}') == (200, b'{"a":1}')
        assert await request_.do_request(str(url / SECRET), "GET") == (200, b"")


async def test_one_connection_serves_many_calls(request_: AiohttpRequest) -> None:
    connections = []

    async def handle(connection: Connection) -> None:
        connections.append(connection)
        await echo(connection)

    async with serving(handle) as url:
        for _ in range(5):
            await request_.post_json(url, b"{}")
        assert len(connections) == 1


async def test_json_says_that_it_is(request_: AiohttpRequest) -> None:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        assert b"POST / HTTP/1.1" in head
        found = b"Content-Type: application/json\r\n" in head
        writer.write(b"HTTP/1.1 %d OK\r\nContent-Length: 0\r\n\r\n" % (200 if found else 400))
        writer.close()

    async with await asyncio.start_server(handle, "127.0.0.1", 0) as server:
        url = URL(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/")
        assert (await request_.post_json(url, b"{}"))[0] == 200


async def test_nobody_there_is_not_sent(request_: AiohttpRequest) -> None:
    async with serving(echo) as url:
        pass
    with pytest.raises(NotSent):
        await request_.post_json(url / SECRET, b"{}")
    with pytest.raises(NotSent) as caught:
        await request_.do_request(str(url / SECRET), "POST")
    assert "SECRET" not in str(caught.value)
    assert caught.value.__cause__ is None


async def test_no_free_connection_is_not_sent(impatient: None) -> None:
    busy, done = asyncio.Event(), asyncio.Event()

    async def handle(connection: Connection) -> None:
        busy.set()
        await done.wait()
        await connection.answer(await connection.read())

    request = AiohttpRequest(connections=1)
    await request.initialize()
    async with serving(handle) as url:
        first = asyncio.create_task(request.do_request(str(url), "POST", read_timeout=None))
        await busy.wait()
        with pytest.raises(NotSent):
            await request.post_json(url, b"{}")
        done.set()
        await first
    await request.shutdown()


@pytest.mark.parametrize("partly", [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"])
async def test_a_server_that_breaks_off_may_have_carried_it_out(request_: AiohttpRequest, partly: bytes) -> None:
    async def handle(connection: Connection) -> None:
        await connection.read()
        await connection.write(partly)

    async with serving(handle) as url:
        with pytest.raises(AnswerLost) as caught:
            await request_.post_json(url / SECRET, b"{}")
        assert "SECRET" not in str(caught.value)
        with pytest.raises(AnswerLost):
            await request_.do_request(str(url), "POST")


async def test_it_is_never_sent_twice(request_: AiohttpRequest) -> None:
    """Not even over a connection that was kept, where the methods that are idempotent are tried again."""
    seen: list[bytes] = []

    async def handle(connection: Connection) -> None:
        await connection.answer(await connection.read())
        seen.append(await connection.read())

    async with serving(handle) as url:
        await request_.post_json(url, b"1")
        with pytest.raises(AnswerLost):
            await request_.post_json(url, b"2")
        assert seen == [b"2"]


async def test_a_kept_connection_that_is_gone_before_it_is_used_is_not_sent(
    request_: AiohttpRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bytes] = []

    async def handle(connection: Connection) -> None:
        while True:
            seen.append(await connection.read())
            await connection.answer(b"")

    taken = aiohttp.TCPConnector.connect

    async def take_and_lose(self: aiohttp.TCPConnector, *args: object, **kwargs: object) -> object:
        connection = await taken(self, *args, **kwargs)  # type: ignore[arg-type]
        assert connection.transport is not None
        connection.transport.abort()
        return connection

    async with serving(handle) as url:
        await request_.post_json(url, b"1")
        with monkeypatch.context() as patch:
            patch.setattr(aiohttp.TCPConnector, "connect", take_and_lose)
            with pytest.raises(NotSent):
                await request_.post_json(url, b"2")
        await request_.post_json(url, b"3")
        assert seen == [b"1", b"3"]


async def test_silence_may_mean_that_it_was_carried_out(impatient: None) -> None:
    async def handle(connection: Connection) -> None:
        await connection.read()
        await connection.read()

    request = AiohttpRequest()
    await request.initialize()
    async with serving(handle) as url:
        with pytest.raises(AnswerLost):
            await request.post_json(url, b"{}")
    await request.shutdown()


async def test_an_answer_that_trickles_ends_too(impatient: None) -> None:
    async def handle(connection: Connection) -> None:
        await connection.read()
        await connection.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        while True:
            await connection.write(b"x")
            await asyncio.sleep(0.02)

    request = AiohttpRequest()
    await request.initialize()
    async with serving(handle) as url, asyncio.timeout(20):
        with pytest.raises(AnswerLost):
            await request.post_json(url, b"{}")
    await request.shutdown()


async def test_nothing_is_sent_where_an_answer_points_to(request_: AiohttpRequest) -> None:
    async def handle(connection: Connection) -> None:
        await connection.read()
        await connection.answer(b"", "302 Found", "Location: /elsewhere")

    async with serving(handle) as url:
        assert await request_.post_json(url, b"{}") == (302, b"")
