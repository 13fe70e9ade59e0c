"""When the next message may go out."""

import asyncio
from contextlib import suppress
from datetime import timedelta

from bot.storage.pace import Pace


class Pacer:
    """Slots come from the budget that all processes share; `hold` delays those of this process."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._held_until = 0.0

    async def slot(self, stopping: asyncio.Event) -> bool:
        """Returns when it is our turn, or False when told to stop before."""
        loop = asyncio.get_running_loop()
        while (wait := self._held_until - loop.time()) > 0:
            if await _stopped_within(wait, stopping):
                return False
        return not await _stopped_within((await self._pace.reserve()).total_seconds(), stopping)

    def hold(self, wait: timedelta) -> None:
        """Telegram has asked to wait: nothing more from here until then."""
        until = asyncio.get_running_loop().time() + wait.total_seconds()
        self._held_until = max(self._held_until, until)


async def _stopped_within(seconds: float, stopping: asyncio.Event) -> bool:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stopping.wait()
    return stopping.is_set()
