"""Looks at how delivery goes as a whole: what is to be tried again, who is to be parked, and whether to rest.

postponed → back into the outbox when it is due
a chat found out of reach → a minute later: park it, try again, or give up
many chats failing alike → nobody is parked, sending rests, the owners are told
"""

import logging
from datetime import UTC, datetime, timedelta
from typing import Protocol

from bot.delivery.alerts import Alerts
from bot.delivery.health import MINUTES, failing_alike, rest_after, uncertain, verdict
from bot.domain.delivery import Cause
from bot.domain.moment import from_ms
from bot.domain.subscription import Address
from bot.storage import keys
from bot.storage.breaker import Breaker, Rest
from bot.storage.clock import StoreClock
from bot.storage.settlements import Settlements
from bot.storage.subscriptions import SubscriptionStore
from bot.storage.tasks import Task

_LOG = logging.getLogger(__name__)


class Chats(Protocol):
    """What delivery learns of chats goes here."""

    async def park(self, address: Address, cause: Cause) -> None: ...

    async def come_back(self, chat_id: int) -> None: ...

    async def move(self, old_chat_id: int, new_chat_id: int) -> None: ...

    async def heard_at(self, chat_id: int) -> int:
        """When somebody there last spoke to the bot, in the store's ms; 0 if that is long ago."""


class Watch:
    def __init__(
        self,
        settlements: Settlements,
        breaker: Breaker,
        store: SubscriptionStore,
        chats: Chats,
        clock: StoreClock,
        alerts: Alerts,
    ) -> None:
        self.uncertain = False
        self.rest: Rest | None = None
        self._settlements = settlements
        self._breaker = breaker
        self._store = store
        self._chats = chats
        self._clock = clock
        self._alerts = alerts
        self._ahead = timedelta()

    def now(self) -> datetime:
        """By the store's clock, as it was at the last look."""
        return datetime.now(UTC) + self._ahead

    @property
    def resting(self) -> bool:
        return self.rest is not None and self.now() < self.rest.until

    async def look(self) -> None:
        """One look around; about once a second."""
        now = await self._clock.now()
        self._ahead = now - datetime.now(UTC)
        minutes = await self._settlements.outcomes(now, MINUTES)
        self.uncertain = uncertain(minutes)
        await self._guard(failing_alike(minutes), now)
        for task in await self._settlements.due(keys.LATER, now):
            await self._settlements.owe_again(keys.LATER, task)
        for task in await self._settlements.due(keys.DOUBTS, now):
            await self._judge(task, now)

    async def _guard(self, cause: Cause | None, now: datetime) -> None:
        stored = await self._breaker.read()
        self.rest = stored.rest
        if cause is None or self.resting:
            return
        trips = stored.rest.trips + 1 if stored.rest and stored.rest.cause is cause else 1
        rest = Rest(cause=cause, since=now, until=now + rest_after(trips), trips=trips)
        if await self._breaker.trip(stored, rest):
            self.rest = rest
            _LOG.error("many chats cannot be written to (%s): sending rests until %s", cause, rest.until)
            await self._alerts.failing_alike(cause, rest_after(trips))

    async def _judge(self, task: Task, now: datetime) -> None:
        found = from_ms(task.found)
        cause = task.cause or Cause.NOT_FOUND
        alike = self.rest is not None and self.rest.cause is cause and self.rest.covers(found)
        if alike and self.resting:
            return
        heard = await self._chats.heard_at(task.chat_id) > task.found
        decided = verdict(cause, task.refusals, alike=alike, heard=heard)
        if decided.park:
            await self._park(task.number, cause)
        if decided.again is None:
            await self._settlements.give_up(task)
        elif decided.again:
            await self._settlements.postpone(task, now + decided.again)
        else:
            await self._settlements.owe_again(keys.DOUBTS, task, refusals=task.refusals + int(not heard))

    async def _park(self, number: int, cause: Cause) -> None:
        record = (await self._store.read_numbers([number])).get(number)
        if record and record.subscription.parked is None:
            await self._chats.park(record.subscription.address, cause)
