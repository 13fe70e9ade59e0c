"""The benchmarks' stand-in for Telegram answers each request in its turn and counts what it let pass."""

import asyncio
from collections.abc import AsyncIterator

import orjson
import pytest

from tests.benchmarks.limits import Limits
from tests.benchmarks.telegram import Telegram
from tests.benchmarks.wire import Connection


@pytest.fixture
def telegram() -> Telegram:
    return Telegram(Limits(rate=1, capacity=3, chat_capacity=2), latency=0.001, long_echo=True)


@pytest.fixture
async def connection(telegram: Telegram) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    server = await asyncio.get_running_loop().create_server(lambda: Connection(telegram.request), "127.0.0.1", 0)
    async with server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        yield reader, writer
        writer.close()
        await writer.wait_closed()


def _request(target: str, content: object) -> bytes:
    body = orjson.dumps(content)
    return b"POST %s HTTP/1.1\r\nContent-Length: %d\r\n\r\n%s" % (target.encode(), len(body), body)


async def _answer(reader: asyncio.StreamReader) -> dict[str, object]:
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r")[0])
    answer: dict[str, object] = orjson.loads(await reader.readexactly(length))
    return answer


async def test_messages_are_echoed_refused_and_counted(
    telegram: Telegram, connection: tuple[asyncio.StreamReader, asyncio.StreamWriter]
) -> None:
    reader, writer = connection
    chats = [7, 7, 7, 8, 9]
    writer.write(b"".join(_request("/bot42:token/sendMessage", {"chat_id": chat, "text": "News"}) for chat in chats))
    answers = [await _answer(reader) for _ in chats]
    assert [answer["ok"] for answer in answers] == [True, True, False, True, False]
    assert answers[4]["parameters"] == {"retry_after": 1}
    echoed = answers[3]["result"]
    assert isinstance(echoed, dict) and (echoed["message_id"], echoed["chat"]["id"]) == (3, 8)
    report = telegram.report()
    assert report["sent"] == 3 and report["chats"] == 2
    assert report["copies"] == {2: 1, 1: 1}
    assert report["refused"] == {"chat": 1, "global": 1}


async def test_request_that_comes_in_pieces(connection: tuple[asyncio.StreamReader, asyncio.StreamWriter]) -> None:
    reader, writer = connection
    request = _request("/bot42:token/sendMessage", {"chat_id": 7, "text": "News"})
    for start in range(0, len(request), 10):
        writer.write(request[start : start + 10])
        await writer.drain()
        await asyncio.sleep(0)
    assert (await _answer(reader))["ok"]


async def test_what_people_say_ends_a_long_poll_and_is_timed(
    telegram: Telegram, connection: tuple[asyncio.StreamReader, asyncio.StreamWriter]
) -> None:
    reader, writer = connection
    writer.write(_request("/bot42:token/getUpdates", {"timeout": 25}))
    writer.write(_request("/say", [[7, "/help"]]))
    said = await _answer(reader)  # the report that /say gives comes at once, the poll's answer after the latency
    assert said["unanswered"] == 1
    updates = (await _answer(reader))["result"]
    assert isinstance(updates, list) and updates[0]["message"]["text"] == "/help"
    writer.write(_request("/bot42:token/sendMessage", {"chat_id": 7, "text": "Help"}))
    await _answer(reader)
    report = telegram.report()
    assert report["unanswered"] == 0 and 0 < report["answers"][0] < 10
