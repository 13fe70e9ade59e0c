"""A store of its own for a benchmark, with subscribers, and messages owed to them."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from bot.bootstrap import Stores, build_services, open_stores
from bot.domain.edition import Edition
from bot.domain.message import Message
from bot.domain.subscription import Address, ChatKind
from bot.runner import begin
from bot.storage.server import embedded_server
from bot.subscriptions import Reader, Subscriptions
from config.settings import Settings
from tests.benchmarks import payload

_AT_ONCE = 500


class Owed:
    """`url`: the store's, for the processes that are to deliver."""

    def __init__(self, url: str, stores: Stores, subscriptions: Subscriptions) -> None:
        self.url = url
        self.stores = stores
        self._subscriptions = subscriptions

    async def subscribe(self, chats: Sequence[int]) -> list[int]:
        """The numbers of these chats' subscriptions."""
        numbers: list[int] = []
        for start in range(0, len(chats), _AT_ONCE):
            numbers += await asyncio.gather(*(self._subscribe(chat) for chat in chats[start : start + _AT_ONCE]))
        return numbers

    async def _subscribe(self, chat_id: int) -> int:
        kind = ChatKind.SUPERGROUP if chat_id < 0 else ChatKind.PRIVATE
        await self._subscriptions.subscribe(Reader(Address(chat_id), kind), ["policy"])
        record = await self.stores.subscriptions.read(Address(chat_id))
        assert record
        return record.number

    async def owe(self, numbers: Sequence[int], *, pages: int = 1) -> None:
        """The same digest to each, in so many parts."""
        if not numbers:
            return
        batch, message = secrets.token_hex(4), payload.digest()
        for page in range(1, pages + 1):
            text = f"{message.text}\n\n{batch}, part {page} of {pages}"
            part = Message(text=text, buttons=message.buttons)
            await self.stores.outbox.owe(Edition(id=f"{batch}-{page}", message=part), numbers)


@asynccontextmanager
async def empty_store(folder: Path) -> AsyncIterator[Owed]:
    async with embedded_server(folder / "data") as url:
        settings = Settings.model_validate({"redis_url": url})
        async with open_stores(settings) as stores:
            await begin(stores)
            yield Owed(url, stores, build_services(stores, settings, "newsbot").subscriptions)
