"""A message owed to many chats, and processes that deliver it."""

import secrets
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from bot.bootstrap import Stores, open_stores
from bot.domain.edition import Edition
from bot.domain.message import Message
from bot.domain.schedule import Schedule
from bot.domain.subscription import ChatKind, Subscription
from bot.runner import begin
from bot.storage import keys
from bot.storage.server import embedded_server
from config.settings import Settings
from tests.benchmarks.fill import SLUGS, Bulk
from tests.chaos.telegram import Telegram, Try, bot_api
from tests.process import Process, newsbot

_TOKEN = "4242:a-token-that-only-this-server-knows"
_FIRST_CHAT = 1000


class Broadcast:
    """`url`: the store's."""

    def __init__(self, folder: Path, url: str, stores: Stores, telegram: Telegram) -> None:
        self.stores = stores
        self.telegram = telegram
        self._folder = folder
        self._url = url
        self.edition_of: dict[int, str] = {}
        self.number_of: dict[int, int] = {}

    async def subscribe(self, subscriptions: Sequence[Subscription]) -> None:
        bulk = Bulk(self.stores.redis)
        await bulk.take(subscriptions)
        await bulk.write(_nothing)
        self.number_of = {one.chat_id: number for number, one in enumerate(subscriptions, 1)}

    async def owe(self, chats: Iterable[int]) -> str:
        """One message to each; gives its edition."""
        chosen, edition = list(chats), secrets.token_hex(4)
        await self.stores.outbox.owe(
            Edition(id=edition, message=Message(text=f"News {edition}")), [self.number_of[chat] for chat in chosen]
        )
        self.edition_of |= dict.fromkeys(chosen, edition)
        return edition

    def run(self, name: str, *parts: str, **settings: object) -> AbstractAsyncContextManager[Process]:
        """A process of that name, from when it runs."""
        told = {"token": _TOKEN, "api_url": f"{self.telegram.url}/{name}", "redis_url": self._url, "web_port": 0}
        only = ",".join(parts or ["delivery"])
        return newsbot("run", "--only", only, folder=self._folder, until="running", **(told | settings))

    async def without_receipt(self, tries: Sequence[Try]) -> set[int]:
        """The chats of these tries of which the store does not know that they have the message."""
        async with self.stores.redis.pipeline(transaction=False) as pipe:
            for one in tries:
                pipe.hexists(*keys.receipt(self.edition_of[one.chat_id], self.number_of[one.chat_id]))
            found = await pipe.execute()
        return {one.chat_id for one, known in zip(tries, found, strict=True) if not known}

    async def receipt(self, chat_id: int) -> str | None:
        return await self.stores.outbox.receipt(self.edition_of[chat_id], self.number_of[chat_id])

    async def end_presence(self, process: Process) -> None:
        """As if the ten seconds had passed for which a dead process's sign of life stands."""
        for key in await self.stores.redis.keys(keys.presence(f"{process.running.pid}-*")):
            await self.stores.redis.delete(key)

    async def left(self) -> int:
        """Chunks that are not finished, deliveries that wait for a later time."""
        counts = await self.stores.outbox.counts()
        return counts["chunks_waiting"] + counts["postponed_waiting"] + counts["doubts_waiting"]


@asynccontextmanager
async def broadcast(folder: Path, url: str, telegram: Telegram) -> AsyncIterator[Broadcast]:
    async with open_stores(Settings.model_validate({"redis_url": url})) as stores:
        await begin(stores)
        yield Broadcast(folder, url, stores, telegram)


@asynccontextmanager
async def delivering(folder: Path) -> AsyncIterator[Broadcast]:
    """With a store and a Bot API server of its own."""
    async with (
        embedded_server(folder / "data") as url,
        bot_api() as telegram,
        broadcast(folder, url, telegram) as cast,
    ):
        yield cast


def reader(number: int) -> Subscription:
    return subscriber(_FIRST_CHAT + number)


def subscriber(chat_id: int, *, kind: ChatKind = ChatKind.PRIVATE, thread_id: int | None = None) -> Subscription:
    return Subscription(
        chat_id=chat_id,
        thread_id=thread_id,
        kind=kind,
        categories={SLUGS[0]: Schedule()},
        since={SLUGS[0]: datetime(2026, 11, 22, tzinfo=UTC)},
        timezone="UTC",
        language="en",
    )


async def _nothing(_: str) -> None:
    pass
