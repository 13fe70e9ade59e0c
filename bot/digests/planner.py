"""Whose turn it is, and what they are owed: from published articles and due digests to the outbox.

    plan (a published article) → broadcast: all who want it at once
    due subscriptions → rounds: what has waited for them

Every step is guarded by what it read, so that any number of planners may run, and one that is killed is continued.
"""

import asyncio
from datetime import timedelta

from bot.digests.broadcast import Broadcast
from bot.digests.rounds import Rounds
from bot.storage.plans import Plans
from bot.subscriptions import Subscriptions

_POLL = timedelta(seconds=1)
_FORGET_EVERY = timedelta(minutes=1)


class Planner:
    def __init__(self, plans: Plans, broadcast: Broadcast, rounds: Rounds, subscriptions: Subscriptions) -> None:
        self._plans = plans
        self._broadcast = broadcast
        self._rounds = rounds
        self._subscriptions = subscriptions
        self._forget_at = 0.0

    async def step(self, stopping: asyncio.Event, wait: timedelta | None = _POLL) -> bool:
        """One round; waits for published articles no longer than `wait`. False if there was nothing to do."""
        plans = [*await self._plans.queue.take_over(), *await self._plans.queue.take(10, wait, stopping)]
        await self._broadcast.send_all(plans)
        due = await self._rounds.go()
        await self._forget()
        return bool(plans) or due

    async def run_until_idle(self) -> None:
        while await self.step(asyncio.Event(), None):
            pass

    async def run(self, stopping: asyncio.Event) -> None:
        await self._broadcast.send_all(await self._plans.queue.left_over())
        busy = True
        while not stopping.is_set():
            busy = await self.step(stopping, None if busy else _POLL)

    async def _forget(self) -> None:
        time = asyncio.get_running_loop().time()
        if time >= self._forget_at:
            self._forget_at = time + _FORGET_EVERY.total_seconds()
            await self._subscriptions.forget_unreachable()
            await self._subscriptions.forget_old_questions()
