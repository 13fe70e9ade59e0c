"""A sandbox, and the application as the bot builds it."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.sandbox.client import Chat, Client
from bot.sandbox.server import Sandbox
from bot.telegram.application import build_application
from bot.telegram.context import NewsApplication
from bot.telegram.messenger import TelegramMessenger
from bot.telegram.request import AiohttpRequest

TOKEN = "123456:ABC-def_1234"


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(token=TOKEN) as server:
        yield server


@pytest.fixture
async def client(sandbox: Sandbox) -> AsyncIterator[Client]:
    async with aiohttp.ClientSession() as session:
        yield Client(sandbox.url, session)


@pytest.fixture
async def chat(client: Client) -> Chat:
    person = await client.new_person("Ann")
    await person.private.say("/start")
    return person.private


@pytest.fixture
async def application(sandbox: Sandbox) -> AsyncIterator[NewsApplication]:
    built = build_application(TOKEN, sandbox.url)
    await built.bot.initialize()
    yield built
    await built.bot.shutdown()


@pytest.fixture
def messenger(application: NewsApplication) -> TelegramMessenger:
    return TelegramMessenger(application.bot)


@pytest.fixture
async def request_() -> AsyncIterator[AiohttpRequest]:
    made = AiohttpRequest(connections=1)
    await made.initialize()
    yield made
    await made.shutdown()
