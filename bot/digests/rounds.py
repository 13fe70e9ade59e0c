"""Digests whose time has come, for many chats in one go.

due → may it come now → what waits → worded, once for all who are told alike → stored → owed and settled, each chat
for itself
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.digests.backlog import Backlog, Stock
from bot.digests.press import Press, Print
from bot.domain.edition import Edition, Urgency
from bot.domain.hold import Holding, rested
from bot.domain.subscription import Subscription
from bot.storage.clock import StoreClock
from bot.storage.connection import StoreError
from bot.storage.outbox import Outbox
from bot.storage.records import Record
from bot.storage.saving import Change, Guard
from bot.storage.subscriptions import SubscriptionStore

_LOG = logging.getLogger(__name__)
_AT_ONCE = 500
#: What is later than this was missed, and can wait until those are served whose time is now.
_LATE = timedelta(hours=1)
_TRIED_AGAIN = timedelta(minutes=10)
#: A conversation in a group is interrupted after so long, rested or not.
_LONGEST_TALK = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Due:
    """A chat whose digest may come now; `held`: together with what was held."""

    record: Record
    slugs: list[str]
    held: bool
    edition: Edition | None
    guard: Guard


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
        turns = [(record, await self._turn(record, now)) for record in await self._store.due(now, count=_AT_ONCE)]
        ready = [(record, slugs) for record, slugs in turns if slugs is not None]
        if not ready:
            return False
        stock = await self._backlog.stock([(record.subscription, slugs) for record, slugs in ready], now)
        printing = await self._press.open()
        found = [await self._safely(record, slugs, stock, printing, now) for record, slugs in ready]
        due = [one for one in found if one]
        await self._outbox.store({one.edition.id: one.edition for one in due if one.edition}.values())
        await self._store.save_all([_change(one, now) for one in due])
        return bool(due)

    async def _turn(self, record: Record, now: datetime) -> list[str] | None:
        """The categories whose time it is; None if nothing may come now: it is looked at again when it may."""
        subscription = record.subscription
        slugs = subscription.categories_due(now)
        wait = subscription.quiet_until(now) or await self._talking_until(subscription, now)
        if wait is None and not slugs and not subscription.hold_is_over(now):
            wait = subscription.next_due(now)
        if wait is None:
            return slugs
        await self._store.put_off(record, wait)
        return None

    async def _talking_until(self, subscription: Subscription, now: datetime) -> datetime | None:
        hold = subscription.hold
        if hold is None or hold.cause is not Holding.TALK or hold.until > now:
            return None
        until = rested(await self._store.talked_at(subscription.address))
        until = min(until, hold.began + _LONGEST_TALK)
        return until if until > now else None

    async def _safely(
        self, record: Record, slugs: list[str], stock: Stock, printing: Print, now: datetime
    ) -> Due | None:
        """None for one that cannot be worded: it keeps no other waiting."""
        try:
            return await self._due(record, slugs, stock, printing, now)
        except StoreError:
            raise
        except Exception:
            _LOG.exception("the digest of subscription %s could not be made", record.number)
            await self._store.put_off(record, now + _TRIED_AGAIN)
            return None

    async def _due(self, record: Record, slugs: list[str], stock: Stock, printing: Print, now: datetime) -> Due:
        subscription = record.subscription
        held = subscription.hold_is_over(now)
        waiting, guard = await self._backlog.due(record, stock, slugs, now, held=held, ends=held)
        late = now - (record.due or now) > _LATE
        edition = printing.digest(subscription, waiting, now, Urgency.CATCH_UP if late else Urgency.REGULAR)
        return Due(record, slugs, held, edition, guard)


def _change(due: Due, now: datetime) -> Change:
    after = due.record.subscription.settle(due.slugs, now, held=due.held)
    return Change(due.record, after, [due.edition] if due.edition else (), due.guard)
