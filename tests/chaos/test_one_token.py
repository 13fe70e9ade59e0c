"""Two bots with one token, by mistake or since the first was killed: one of them receives."""

import asyncio
import time
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
import pytest

from bot.sandbox.client import Client, Person
from bot.sandbox.server import Sandbox
from tests.process import Process, newsbot, python

pytestmark = [pytest.mark.chaos, pytest.mark.xdist_group("chaos")]

_TOKEN = "4242:a-token-that-only-this-sandbox-knows"
_STOPS = "Another process receives this token's updates, so this one stops."
#: Seconds.
_SAME_STORE, _OTHER_STORE = 60, 120
#: As if the process had run for a minute when it begins, and so was no newcomer.
_LONG_SINCE = "import bot.telegram.intake as i, bot.cli as c; i._NEWCOMER = 0.0; c.main()"


def _settings(sandbox: Sandbox, folder: Path) -> dict[str, object]:
    return {"token": _TOKEN, "api_url": sandbox.url, "web_port": 0, "data_dir": folder}


async def _answers(person: Person) -> list[str]:
    """What comes to one word, within a while in which it would come twice."""
    await person.private.say("/categories")
    first = await person.private.next(timeout=30)
    return [one["text"] for one in (first, *await person.private.quiet(1.0))]


async def _stopped(process: Process, began: float) -> float:
    """How long it took; it says why, and that it is no success."""
    said = await process.end()
    assert process.running.returncode not in (None, 0)
    assert _STOPS in " ".join(said.split()) and "Traceback" not in said
    return time.monotonic() - began


async def test_second_with_the_same_store(tmp_path: Path) -> None:
    async with Sandbox(token=_TOKEN) as sandbox, aiohttp.ClientSession() as session, AsyncExitStack() as stack:
        reader = await Client(sandbox.url, session).new_person("Rita")
        settings = _settings(sandbox, tmp_path / "data")
        first = await stack.enter_async_context(newsbot("run", folder=tmp_path, until="running", **settings))
        began = time.monotonic()
        second = await stack.enter_async_context(newsbot("run", folder=tmp_path, until="running", **settings))
        stopping = asyncio.create_task(_stopped(second, began))
        while not stopping.done():
            assert len(await _answers(reader)) == 1
        assert await stopping < _SAME_STORE
        assert len(await _answers(reader)) == 1
        assert first.running.returncode is None


async def test_second_with_a_store_of_its_own(tmp_path: Path) -> None:
    """The newcomer stops; the one that has run for long answers all the while."""
    async with Sandbox(token=_TOKEN) as sandbox, aiohttp.ClientSession() as session, AsyncExitStack() as stack:
        reader = await Client(sandbox.url, session).new_person("Rita")
        first = await stack.enter_async_context(
            python(
                *("-c", _LONG_SINCE, "run"),
                folder=tmp_path,
                until="running",
                **_settings(sandbox, tmp_path / "first"),
            )
        )
        began = time.monotonic()
        second = await stack.enter_async_context(
            newsbot("run", folder=tmp_path, until="running", **_settings(sandbox, tmp_path / "second"))
        )
        assert await _stopped(second, began) < _OTHER_STORE
        assert len(await _answers(reader)) == 1
        assert first.running.returncode is None


async def test_two_that_start_together(tmp_path: Path) -> None:
    """With a store each: chance decides which of them stops, and the other goes on."""
    async with Sandbox(token=_TOKEN) as sandbox, aiohttp.ClientSession() as session, AsyncExitStack() as stack:
        reader = await Client(sandbox.url, session).new_person("Rita")
        began = time.monotonic()
        both = await asyncio.gather(
            *(
                stack.enter_async_context(
                    newsbot("run", folder=tmp_path, until="running", **_settings(sandbox, tmp_path / name))
                )
                for name in ("one", "other")
            )
        )
        ends = [asyncio.create_task(process.running.wait()) for process in both]
        done, lasting = await asyncio.wait(ends, timeout=_OTHER_STORE, return_when=asyncio.FIRST_COMPLETED)
        assert len(done) == len(lasting) == 1
        await _stopped(both[ends.index(done.pop())], began)
        assert len(await _answers(reader)) == 1
        for end in lasting:
            assert not end.done()
            end.cancel()


async def test_killed_receiver_is_replaced(tmp_path: Path) -> None:
    """No false alarm: the sign of life of a killed process stands for a while."""
    async with Sandbox(token=_TOKEN) as sandbox, aiohttp.ClientSession() as session, AsyncExitStack() as stack:
        reader = await Client(sandbox.url, session).new_person("Rita")
        settings = _settings(sandbox, tmp_path / "data")
        first = await stack.enter_async_context(newsbot("run", folder=tmp_path, until="running", **settings))
        assert len(await _answers(reader)) == 1
        killed = time.monotonic()
        first.running.kill()
        await first.end()
        second = await stack.enter_async_context(newsbot("run", folder=tmp_path, until="running", **settings))
        assert len(await _answers(reader)) == 1
        assert time.monotonic() - killed < _SAME_STORE
        second.running.terminate()
        assert _STOPS not in await second.end()
        assert second.running.returncode == 0
