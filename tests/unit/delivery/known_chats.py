"""Chats as delivery knows them, and what they have said."""

from bot.bootstrap import Stores
from bot.domain.delivery import Cause
from bot.domain.subscription import Address
from bot.subscriptions import Subscriptions
from tests.storage.moments import a_moment_later


class KnownChats(Subscriptions):
    def __init__(self, stores: Stores) -> None:
        super().__init__(
            stores.subscriptions,
            stores.categories,
            stores.saved,
            stores.exchanges,
            stores.inquiries,
            stores.clock,
            timezone="UTC",
            language="en",
        )
        self._stores = stores

    async def speaks(self, chat_id: int) -> None:
        """Somebody there, a moment from now, so that it is after whatever was found before."""
        await a_moment_later(self._stores)
        await self.heard_from(Address(chat_id))

    async def parked(self, address: Address) -> Cause | None:
        record = await self._stores.subscriptions.read(address)
        assert record
        return record.subscription.parked.cause if record.subscription.parked else None
