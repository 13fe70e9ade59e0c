"""When the next message may go out."""

import asyncio
from datetime import timedelta

from bot.storage.pace import Pace


class Pacer:
    """Slots come from the budget that all processes share; `hold` delays those of this process."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._held_until = 0.0

    async def slot(self) -> None:
        """Returns when it is our turn."""
        loop = asyncio.get_running_loop()
        while True:
            wait = self._held_until - loop.time()
            if wait <= 0:
                break
            await asyncio.sleep(wait)
        await asyncio.sleep((await self._pace.reserve()).total_seconds())

    def hold(self, wait: timedelta) -> None:
        """Telegram has asked to wait: nothing more from here until then."""
        until = asyncio.get_running_loop().time() + wait.total_seconds()
        self._held_until = max(self._held_until, until)
