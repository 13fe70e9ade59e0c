"""The store goes away in the middle of a broadcast, and comes back."""

import asyncio
import os
import re
import signal
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
import pytest

from bot.bootstrap import messages_in_flight
from bot.storage.connection import connect
from bot.storage.server import embedded_server
from tests.chaos.broadcast import Broadcast, broadcast, reader
from tests.chaos.store import Store, store
from tests.chaos.telegram import Telegram, bot_api
from tests.process import Process

pytestmark = [pytest.mark.chaos, pytest.mark.xdist_group("chaos")]

_RATE = 300
_MESSAGES = 2400
_AWAY = 10.0
#: Valkey may hold back what it writes for two seconds while the disk is busy, and so forget that long.
_FORGOTTEN = 2.0
#: A busy machine's own.
_MARGIN = 0.5
_SOON = 8.0


async def test_embedded_store_killed(tmp_path: Path) -> None:
    """The bot starts it again from its file, and repeats at most what was not yet in that: silently, and only what
    was in flight or answered in its last two seconds."""
    async with AsyncExitStack() as stack:
        telegram = await stack.enter_async_context(bot_api())
        async with embedded_server(tmp_path / "data") as url, broadcast(tmp_path, url, telegram) as cast:
            await cast.subscribe([reader(number) for number in range(_MESSAGES)])
            await cast.owe(cast.number_of)
        process = await stack.enter_async_context(cast.run("bot", send_rate=_RATE, paid_broadcast=True, redis_url=""))
        await telegram.until(lambda: len(telegram.tries) >= 600)
        async with connect(f"unix://{tmp_path}/data/valkey/valkey.sock") as redis:
            pid = int((await redis.info("server"))["process_id"])
            killed = time.monotonic()
            os.kill(pid, signal.SIGKILL)
        await telegram.until(lambda: len(telegram.reached) == _MESSAGES)
        process.running.terminate()
        said = await process.end()
    assert process.running.returncode == 0 and "Traceback" not in said
    _check_repeats(telegram, killed)
    assert all(one.silent for one in telegram.repeats())


async def test_store_held(tmp_path: Path) -> None:
    async def away(server: Store) -> None:
        server.hold()

    async def back(server: Store) -> None:
        server.release()

    await _away_for_a_while(tmp_path, away, back)


async def test_store_killed_and_started_again(tmp_path: Path) -> None:
    async def away(server: Store) -> None:
        await asyncio.to_thread(server.kill)

    async def back(server: Store) -> None:
        await server.start()

    await _away_for_a_while(tmp_path, away, back)


async def _away_for_a_while(
    folder: Path, away: Callable[[Store], Awaitable[None]], back: Callable[[Store], Awaitable[None]]
) -> None:
    """With two processes: each may take the other for dead, whose sign of life has run out meanwhile."""
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(store(folder / "store"))
        telegram = await stack.enter_async_context(bot_api())
        cast = await stack.enter_async_context(broadcast(folder, server.url, telegram))
        session = await stack.enter_async_context(aiohttp.ClientSession())
        await cast.subscribe([reader(number) for number in range(_MESSAGES)])
        bots = await asyncio.gather(
            *(
                stack.enter_async_context(cast.run(name, "delivery", "web", send_rate=_RATE, paid_broadcast=True))
                for name in ("first", "second")
            )
        )
        await cast.owe(cast.number_of)
        await telegram.until(lambda: len(telegram.tries) >= 600)
        gone = time.monotonic()
        await away(server)
        for process in bots:
            await _is_not_ready(session, process)
        await asyncio.sleep(gone + _AWAY - time.monotonic())
        before = len(telegram.tries)
        await back(server)
        returned = time.monotonic()
        for process in bots:
            await _until_ready(session, process)
        ready = time.monotonic()
        await telegram.until(lambda: len(telegram.tries) > before)
        resumed = time.monotonic()
        await telegram.until(lambda: len(telegram.reached) == _MESSAGES)
        counts = await _until_settled(cast)
        said = [await _stop(process) for process in bots]
    assert ready - returned < _SOON
    assert resumed - returned < _SOON
    _check_repeats(telegram, gone)
    assert all(one.silent for one in telegram.repeats())
    assert all(len(words.splitlines()) < 100 and "Traceback" not in words for words in said)
    assert counts["sent"] + counts.get("ambiguous", 0) == counts["owed"] == _MESSAGES


def _check_repeats(telegram: Telegram, gone: float) -> None:
    """Only of what was in flight when the store went, or was answered shortly before, which it may have forgotten."""
    repeated = {one.chat_id for one in telegram.repeats()}
    shortly = {
        one.chat_id for one in telegram.tries if one.answered is None or one.answered > gone - _FORGOTTEN - _MARGIN
    }
    assert repeated <= shortly
    assert len(repeated) <= 2 * messages_in_flight(_RATE)
    assert max(telegram.copies().values()) <= 2


async def _is_not_ready(session: aiohttp.ClientSession, process: Process) -> None:
    asked = time.monotonic()
    async with session.get(f"{_address(process)}/health/ready") as response:
        words = (await response.json())["status"]
    assert response.status == 503 and "the store did not answer" in words
    assert time.monotonic() - asked < 2 + _SOON


async def _until_ready(session: aiohttp.ClientSession, process: Process) -> None:
    while True:
        async with session.get(f"{_address(process)}/health/ready") as response:
            if response.status == 200:
                return
        await asyncio.sleep(0.05)


def _address(process: Process) -> str:
    found = re.search(r"listens on (http://\S+)", "".join(process.said))
    assert found
    return found[1]


async def _until_settled(cast: Broadcast) -> dict[str, int]:
    while True:
        counts = await cast.stores.outbox.counts()
        if counts["sent"] + counts.get("ambiguous", 0) >= counts["owed"]:
            return counts
        await asyncio.sleep(0.05)


async def _stop(process: Process) -> str:
    process.running.terminate()
    said = await process.end()
    assert process.running.returncode == 0, said
    return said
