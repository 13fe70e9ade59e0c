"""The whole bot against a sandbox over HTTP, with people to talk to it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
from pydantic import SecretStr

from bot.runner import Part, run
from bot.sandbox.client import Chat, Client, Person, buttons
from bot.sandbox.server import Sandbox
from bot.services import Services
from bot.storage import keys
from bot.storage.connection import connect
from config.settings import Settings

TOKEN = "4242:a-token-that-only-this-sandbox-knows"
EDITOR_ID = 2001


class World:
    """`reader` and `editor` are private chats; the bot runs between `start` and `stop`, as often as wanted."""

    def __init__(
        self,
        sandbox: Sandbox,
        session: aiohttp.ClientSession,
        client: Client,
        settings: Settings,
        reader: Person,
        editor: Person,
    ) -> None:
        self._session = session
        self.sandbox = sandbox
        self.client = client
        self.settings = settings
        self.reader = reader
        self.editor = editor
        self.services: Services | None = None
        self.web_port = 0
        self._stopping = asyncio.Event()
        self._bot: asyncio.Task[None] | None = None

    @property
    def reading(self) -> Chat:
        return self.reader.private

    @property
    def editing(self) -> Chat:
        return self.editor.private

    async def start(self, *parts: Part) -> None:
        self._stopping = asyncio.Event()
        ready = asyncio.Event()

        async def note(services: Services, port: int | None) -> None:
            self.services, self.web_port = services, port or 0
            ready.set()

        self._bot = asyncio.create_task(
            run(self.settings, frozenset(parts or Part), stopping=self._stopping, ready=note)
        )
        waiting = asyncio.create_task(ready.wait())
        await asyncio.wait([self._bot, waiting], return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if self._bot.done():
            await self._bot

    async def stop(self) -> None:
        self._stopping.set()
        if self._bot:
            await self._bot
            self._bot = None

    async def until(self, true: Callable[[dict[str, int]], bool]) -> None:
        """Waits for what the outbox counts to become so."""
        assert self.services
        while not true(await self.services.outbox.counts()):  # noqa: ASYNC110 – another process may change it
            await asyncio.sleep(0.02)

    async def believe_doubts(self) -> None:
        """As if the minute had passed in which a chat that cannot be written to may be one of many."""
        async with connect(f"unix://{self.settings.data_folder}/valkey/valkey.sock") as redis:
            for task in await redis.zrange(keys.DOUBTS, 0, -1):
                await redis.zadd(keys.DOUBTS, {task: 0})
        await self.until(lambda counts: counts["doubts_waiting"] == 0)

    async def press_too_old(self, person: Person, message: dict[str, Any], data: str) -> None:
        """A button of a message that Telegram shows no more: https://core.telegram.org/bots/api#inaccessiblemessage"""
        presser = {"id": person.id, "is_bot": False, "first_name": person.first_name}
        pressed = {"chat": message["chat"], "message_id": message["message_id"], "date": 0}
        press = {"id": "1", "from": presser, "chat_instance": "1", "message": pressed, "data": data}
        await self.client.put_update(callback_query=press)

    async def download(self, message: dict[str, Any]) -> bytes:
        url = f"{self.sandbox.url}/client/files/{message['document']['file_id']}"
        async with self._session.get(url) as response:
            return await response.read()

    async def post(self, text: str) -> dict[str, Any]:
        """An editor's `/post`, published, and known to those who answer; gives the message that says so."""
        await self.editing.say(f"/post {text}")
        await self.editing.next()
        preview = await self.editing.next()
        await self.editing.press(preview, "Publish")
        published = await self.editing.next()
        await self._until_answered_from()
        return published

    async def _until_answered_from(self) -> None:
        questions = self.services.questions if self.services else None
        while questions and questions._retrieval:
            if questions._retrieval._index.state("change") == await questions._store.last_change():
                return
            await asyncio.sleep(0.01)


def labels(message: dict[str, Any] | None) -> list[str]:
    """What stands on the buttons of a message."""
    return [str(button["text"]) for button in buttons(message or {})]


async def edited(chat: Chat, message: dict[str, Any]) -> dict[str, Any]:
    """What this message becomes next."""
    changed = await chat.changed(message["message_id"])
    assert changed is not None, "it was deleted"
    return changed


async def said(chat: Chat, text: str) -> str:
    """What the bot says to that."""
    await chat.say(text)
    return str((await chat.next())["text"])


@asynccontextmanager
async def open_world(folder: Path, **changes: object) -> AsyncIterator[World]:
    async with Sandbox(token=TOKEN) as sandbox, aiohttp.ClientSession() as session:
        client = Client(sandbox.url, session)
        reader = await client.new_person("Rita")
        editor = await client.new_person("Ed", id=EDITOR_ID)
        values = {
            "token": SecretStr(TOKEN),
            "api_url": sandbox.url,
            "owners": (EDITOR_ID,),
            "data_dir": folder,
            "web_port": 0,
            "send_rate": 1000,
            "answers_by_meaning": False,
            **changes,
        }
        settings = Settings.model_validate(values)
        world = World(sandbox, session, client, settings, reader, editor)
        await world.start()
        try:
            yield world
        finally:
            await world.stop()
