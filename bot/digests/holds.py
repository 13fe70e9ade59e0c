"""Holds: what was chosen for a chat that is not to be disturbed now comes with a digest when that is over."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.digests.backlog import Backlog, Coming
from bot.domain.article import StoredArticle
from bot.domain.hold import Hold, Holding
from bot.domain.subscription import Subscription
from bot.storage.clock import StoreClock
from bot.storage.records import Record
from bot.storage.saving import Guard
from bot.storage.subscriptions import SubscriptionStore


class Holds:
    def __init__(self, store: SubscriptionStore, backlog: Backlog, clock: StoreClock) -> None:
        self._store = store
        self._backlog = backlog
        self._clock = clock

    async def hold(self, number: int, cause: Holding, until: datetime, articles: Sequence[str]) -> None:
        """Keeps these articles, and from now on all that would come at once. A pause stays one until it is over,
        whatever else asks for quiet."""
        while record := (await self._store.read_numbers([number])).get(number):
            old, through = record.subscription.hold, _lets_through(record.subscription, cause)
            if old is None or (old.breaking is not through and _replaces(old, cause)):
                if old is None and articles:
                    until = await self._still(record, cause, until)
                hold = Hold(cause=cause, began=until, until=until, breaking=through)
                done = await self._begin(record, hold, articles)
            else:
                same = {"cause": cause, "until": until, "breaking": through} if _replaces(old, cause) else {}
                done = await self._keep(record, old.model_copy(update=same), articles)
            if done:
                return

    async def _begin(self, record: Record, hold: Hold, articles: Sequence[str]) -> bool:
        """From now on; with what an earlier hold has kept, and what the plans have still to bring."""
        subscription = record.subscription
        before = await self._clock.now()
        coming = (await self._backlog.coming_to(record)).only(lambda one: not _passes(one, hold))
        held_later = replace(record, subscription=subscription.with_hold(hold))
        through = await self._backlog.coming_to(held_later) if hold.breaking and subscription.hold else Coming()
        now = await self._clock.now()
        held = [slug for slug in subscription.categories if subscription.hold and subscription.instant(slug)]
        waits = subscription.waits(held)
        waiting = (await self._backlog.stock([(subscription, waits)], now)).waiting(subscription, waits, held=True)
        found = [one for one in (*waiting, *coming.articles) if one not in through.articles]
        kept = [one.article.id for one in found]
        guard = Guard({}, list(subscription.categories), before, [*coming.plans, *through.plans])
        return await self._keep(record, hold.begin(now), [*articles, *kept], guard)

    async def _still(self, record: Record, cause: Holding, until: datetime) -> datetime:
        """Until when what was just kept from coming waits: the chat may have ended its pause or its quiet hours
        since that was looked at."""
        now = await self._clock.now()
        if cause is Holding.QUIET:
            return record.subscription.quiet_until(now) or now
        return now if cause is Holding.PAUSE else until

    async def _keep(self, record: Record, hold: Hold, articles: Sequence[str], guard: Guard | None = None) -> bool:
        kept = hold.keep(articles)
        if kept == record.subscription.hold:
            return True
        return await self._store.save(record, record.subscription.with_hold(kept), guard=guard)


def _lets_through(subscription: Subscription, cause: Holding) -> bool:
    """In the quiet hours if the chat wants it so; people in conversation can be told breaking news."""
    if cause is Holding.QUIET:
        return bool(subscription.quiet and subscription.quiet.breaking)
    return cause is Holding.TALK


def _replaces(old: Hold, cause: Holding) -> bool:
    return cause is Holding.PAUSE or old.cause is not Holding.PAUSE


def _passes(stored: StoredArticle, hold: Hold) -> bool:
    return hold.breaking and stored.article.breaking
