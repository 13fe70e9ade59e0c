"""A real sandbox on loopback, a person's hand on it, and two clients of the bot face: raw HTTP and an SDK."""

from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import aiohttp
import pytest
from telegram import Bot

from bot.sandbox.client import Client, Person
from bot.sandbox.server import Sandbox

TOKEN = "123456:ABC-def_1234"
Call = Callable[..., Coroutine[Any, Any, dict[str, Any]]]


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(token=TOKEN) as server:
        yield server


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def client(sandbox: Sandbox, http: aiohttp.ClientSession) -> Client:
    return Client(sandbox.url, http)


@pytest.fixture
async def bot(sandbox: Sandbox) -> AsyncIterator[Bot]:
    """python-telegram-bot as it comes, told nothing but the address."""
    async with Bot(TOKEN, base_url=f"{sandbox.url}/bot", base_file_url=f"{sandbox.url}/file/bot") as sdk:
        yield sdk


@pytest.fixture
async def ann(client: Client) -> Person:
    """Somebody who has written to the bot."""
    person = await client.new_person("Ann", username="ann")
    await person.private.say("/start")
    return person


@pytest.fixture
def call(sandbox: Sandbox, http: aiohttp.ClientSession) -> Call:
    """A Bot API call as JSON; the whole answer is given back."""

    async def run(method: str, **parameters: Any) -> dict[str, Any]:
        async with http.post(f"{sandbox.url}/bot{TOKEN}/{method}", json=parameters) as answer:
            content: dict[str, Any] = await answer.json()
            assert content["ok"] is (answer.status == 200)
            return content

    return run
