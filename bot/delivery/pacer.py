"""Slots for answers to people, from the same budget as all other messages."""

import asyncio
from datetime import timedelta

from bot.storage.pace import Pace

#: Nobody waits longer for an answer; with that much to wait it is not given.
_LONGEST_WAIT = timedelta(seconds=20)


class FloodWait(Exception):
    """Telegram has asked to wait for longer than an answer is worth waiting for."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(f"the next slot comes after {wait}")
        self.wait = wait


class Pacer:
    def __init__(self, pace: Pace) -> None:
        self._pace = pace

    async def answer_slot(self, chat_id: int) -> None:
        """Returns when the answer may go; raises FloodWait."""
        wait = await self._pace.answer_slot(chat_id, _LONGEST_WAIT)
        if wait > _LONGEST_WAIT:
            raise FloodWait(wait)
        await asyncio.sleep(wait.total_seconds())

    async def refused(self, chat_id: int, wait: timedelta) -> None:
        """Telegram has refused an answer and asks to wait."""
        await self._pace.refused(chat_id, wait)
