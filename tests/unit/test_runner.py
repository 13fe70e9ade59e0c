"""How a process begins."""

import asyncio

from bot.bootstrap import Stores
from bot.runner import _become_receiver
from bot.storage.connection import connect
from bot.storage.streams import Presence
from bot.storage.updates import UpdateLog


class ComesBack(UpdateLog):
    """Over a store that nobody reaches at first."""

    def __init__(self, stores: Stores) -> None:
        super().__init__(nowhere := connect("redis://127.0.0.1:1"), Presence(nowhere, "test"))
        self._then = stores.updates
        self.failed = 0

    async def become_receiver(self) -> bool:
        if not self.failed:
            self.failed += 1
            return await super().become_receiver()
        return await self._then.become_receiver()


async def test_a_store_that_is_away_at_the_start_is_waited_for(stores: Stores) -> None:
    updates = ComesBack(stores)
    assert await _become_receiver(updates, asyncio.Event())
    assert updates.failed
    await updates._redis.aclose()
