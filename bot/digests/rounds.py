"""Digests whose time has come, for many chats in one go.

due → may it come now → what waits → worded, once for all who are told alike → stored → owed and settled, each chat
for itself
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.digests.backlog import Backlog, Stock
from bot.digests.press import Press, Print
from bot.domain.edition import Urgency
from bot.domain.hold import Hold, Holding, rested
from bot.domain.subscription import Address, Waits
from bot.storage.clock import StoreClock
from bot.storage.connection import StoreError
from bot.storage.outbox import Outbox
from bot.storage.records import Record
from bot.storage.saving import Change
from bot.storage.subscriptions import SubscriptionStore

_LOG = logging.getLogger(__name__)
_AT_ONCE = 500
#: What is later than this was missed, and can wait until those are served whose time is now.
_LATE = timedelta(hours=1)
_TRIED_AGAIN = timedelta(minutes=10)
#: A conversation in a group is interrupted after so long, rested or not.
_LONGEST_TALK = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Turn:
    """A chat whose digest may come now, with what waits for it in which categories."""

    record: Record
    slugs: list[str]
    waits: list[Waits]


class Rounds:
    def __init__(
        self, store: SubscriptionStore, backlog: Backlog, press: Press, outbox: Outbox, clock: StoreClock
    ) -> None:
        self._store = store
        self._backlog = backlog
        self._press = press
        self._outbox = outbox
        self._clock = clock

    async def go(self) -> bool:
        """False if nothing was due."""
        now = await self._clock.now()
        looked_at = [await self._turn(record, now) for record in await self._store.due(now, count=_AT_ONCE)]
        turns = [turn for turn in looked_at if turn]
        if not turns:
            return False
        stock = await self._backlog.stock([(turn.record.subscription, turn.waits) for turn in turns], now)
        printing = await self._press.open()
        found = [await self._safely(turn, stock, printing, now) for turn in turns]
        changes = [one for one in found if one]
        await self._outbox.store(printing.editions.values())
        await self._store.save_all(changes)
        return bool(changes)

    async def _turn(self, record: Record, now: datetime) -> Turn | None:
        """None if nothing may come now: it is looked at again when it may."""
        subscription = record.subscription
        slugs = subscription.categories_due(now, record.slots)
        wait = subscription.quiet_until(now)
        if wait is None and subscription.hold:
            wait = await self._talking_until(subscription.address, subscription.hold, now)
        if wait is None and not slugs and not subscription.hold_is_over(now):
            wait = subscription.next_due(now)
        if wait is None:
            return Turn(record, slugs, subscription.waits(slugs))
        await self._store.put_off(record, wait)
        return None

    async def _talking_until(self, address: Address, hold: Hold, now: datetime) -> datetime | None:
        if hold.cause is not Holding.TALK or hold.until > now:
            return None
        until = rested(await self._store.talked_at(address))
        until = min(until, hold.began + _LONGEST_TALK)
        return until if until > now else None

    async def _safely(self, turn: Turn, stock: Stock, printing: Print, now: datetime) -> Change | None:
        """None for one that cannot be worded: it keeps no other waiting."""
        try:
            return await self._due(turn, stock, printing, now)
        except StoreError:
            raise
        except Exception:
            _LOG.exception("the digest of subscription %s could not be made", turn.record.number)
            await self._store.put_off(turn.record, now + _TRIED_AGAIN)
            return None

    async def _due(self, turn: Turn, stock: Stock, printing: Print, now: datetime) -> Change:
        record, subscription = turn.record, turn.record.subscription
        held = subscription.hold_is_over(now)
        waiting, guard = await self._backlog.due(record, stock, turn.waits, now, held=held, ends=held)
        late = now - (record.due or now) > _LATE
        edition = printing.digest(subscription, waiting, now, Urgency.CATCH_UP if late else Urgency.REGULAR)
        return Change(record, subscription.settle(turn.slugs, now, held=held), [edition] if edition else (), guard)
