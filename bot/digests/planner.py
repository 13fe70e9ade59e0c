"""Whose turn it is, and what they are owed: from published articles and due digests to the outbox.

    plan (a published article) → its category's instant subscribers, a slice at a time → chunks in the outbox
    due subscription → its articles since it was last settled → worded → in the outbox and settled, in one step

Every step is guarded by what it read, so that any number of planners may run, and one that is killed is continued.
"""

import asyncio
import logging
from collections import defaultdict
from datetime import datetime, timedelta

from bot.digests.compose import compose
from bot.domain.article import StoredArticle
from bot.domain.edition import Edition, Urgency
from bot.domain.schedule import Schedule
from bot.domain.subscription import Subscription
from bot.rendering.articles import teaser
from bot.rendering.digests import digest, pages
from bot.rendering.links import Links
from bot.storage.articles import ArticleStore
from bot.storage.categories import CategoryStore
from bot.storage.clock import StoreClock
from bot.storage.connection import StoreError
from bot.storage.outbox import Command, order
from bot.storage.plans import Plans
from bot.storage.records import Record
from bot.storage.saving import Guard
from bot.storage.streams import Entry
from bot.storage.subscriptions import SubscriptionStore
from bot.subscriptions import Reader, Subscriptions

_LOG = logging.getLogger(__name__)
#: Bytes of a category's bitmap that one step looks at: eight times as many subscribers.
_SLICE = 4096
_DUE_AT_ONCE = 100
#: What is later than this was missed, and can wait until those are served whose time is now.
_LATE = timedelta(hours=1)
_POLL = timedelta(seconds=1)
_TRIED_AGAIN = timedelta(minutes=10)
_FORGET_EVERY = timedelta(minutes=1)


class Planner:
    def __init__(
        self,
        plans: Plans,
        articles: ArticleStore,
        store: SubscriptionStore,
        subscriptions: Subscriptions,
        categories: CategoryStore,
        clock: StoreClock,
        links: Links,
    ) -> None:
        self._plans = plans
        self._articles = articles
        self._store = store
        self._subscriptions = subscriptions
        self._categories = categories
        self._clock = clock
        self._links = links
        self._forget_at = 0.0

    async def step(self, stopping: asyncio.Event, wait: timedelta | None = _POLL) -> bool:
        """One round; waits for published articles no longer than `wait`. False if there was nothing to do."""
        plans = [*await self._plans.queue.take_over(), *await self._plans.queue.take(10, wait, stopping)]
        await self._fan_out_all(plans)
        now = await self._clock.now()
        due = await self._store.due(now, count=_DUE_AT_ONCE)
        settled = [await self._settle_safely(record, now) for record in due]
        await self._forget()
        return bool(plans) or any(settled)

    async def run_until_idle(self) -> None:
        while await self.step(asyncio.Event(), None):
            pass

    async def run(self, stopping: asyncio.Event) -> None:
        await self._fan_out_all(await self._plans.queue.left_over())
        busy = True
        while not stopping.is_set():
            busy = await self.step(stopping, None if busy else _POLL)

    async def _forget(self) -> None:
        time = asyncio.get_running_loop().time()
        if time >= self._forget_at:
            self._forget_at = time + _FORGET_EVERY.total_seconds()
            await self._subscriptions.forget_unreachable()

    # -- an article for those who want it at once ---------------------------------------------------------------

    async def _fan_out_all(self, plans: list[Entry]) -> None:
        """One that cannot be worded is left to a later start, and keeps no other waiting."""
        for plan in plans:
            try:
                await self._fan_out(plan)
            except StoreError:
                raise
            except Exception:
                _LOG.exception("article %s could not be sent to its subscribers", plan.fields.get(b"id"))

    async def _fan_out(self, plan: Entry) -> None:
        while stored := await self._articles.get(plan.fields[b"id"].decode()):
            if stored.arrived != int(plan.fields[b"arrived"]):
                break  # taken back, and published once more under a plan of its own
            article = stored.article
            edition = Edition(
                id=f"{article.id}-{stored.arrived}",
                message=teaser(article, self._links),
                urgency=Urgency.BREAKING if article.breaking else Urgency.REGULAR,
                articles=(article.id,),
                category=article.category,
                arrived=stored.arrived,
            )
            part = await self._plans.next_slice(plan, article.category, _SLICE)
            commands = order(edition, part.numbers, part.planned)
            end = part.start + _SLICE
            advanced = await self._plans.advance(plan, article.id, part, end, commands, length=stored.length)
            if advanced and not part.more:
                break
            if not advanced and await self._plans.standing(plan) is None:
                break  # finished by another planner meanwhile; what was taken back or corrected is read again
        await self._plans.finish(plan)

    # -- digests ------------------------------------------------------------------------------------------------

    async def send_now(self, reader: Reader) -> int:
        """Owes the chat at once what its next digest would bring; gives the number of articles."""
        while record := await self._store.read(reader.address):
            now = await self._clock.now()
            slugs = record.subscription.digested_categories()
            sent = await self._settle(record, slugs, now, Urgency.BREAKING)  # a person waits for it
            if sent is not None:
                return sent
        return 0

    async def reschedule(self, reader: Reader, schedule: Schedule) -> Subscription:
        """What is waiting, for a digest or to be sent at once, comes now; what is published from now on comes as
        the new schedule says."""
        while True:
            blank = self._subscriptions.blank(reader)
            record = await self._store.read(reader.address) or Record(0, blank, b"")
            old = record.subscription
            # In this order: what arrives after the first is told by the guard, and what the plans have left for
            # this chat until they are asked was chosen before the last.
            before = await self._clock.now()
            plans, waiting = ([], {}) if schedule.instant else await self._waiting(record)
            now = await self._clock.now()
            if schedule.instant:
                waiting = await self._collect(old, old.digested_categories(), now)
            owing, articles = await self._order(record, waiting, now)
            changing = [slug for slug, when in old.categories.items() if when.instant is not schedule.instant]
            after = old.with_schedule(schedule).settle(changing, now)
            guard = Guard(articles, list(old.categories), before, plans)
            if await self._store.save(record, after, owing, guard):
                return after

    async def _waiting(self, record: Record) -> tuple[list[str], dict[str, list[StoredArticle]]]:
        """The plans that have still to come to a chat, and what they would bring it at once."""
        plans = await self._plans.coming_to(record.number)
        stored = {one.article.id: one for one in await self._articles.get_many(plan.article_id for plan in plans)}
        coming: list[str] = []
        found: dict[str, list[StoredArticle]] = defaultdict(list)
        for plan in reversed(plans):
            one = stored.get(plan.article_id)
            if one and one.arrived == plan.arrived and _wants_at_once(record.subscription, one):
                coming.append(plan.entry_id)
                found[one.article.category].append(one)
        return coming, found

    async def _settle_safely(self, record: Record, now: datetime) -> bool:
        """False for one that cannot be worded: it keeps no other waiting."""
        try:
            late = now - (record.subscription.digest_due() or now) > _LATE
            urgency = Urgency.CATCH_UP if late else Urgency.REGULAR
            await self._settle(record, record.subscription.categories_due(now), now, urgency)
        except StoreError:
            raise
        except Exception:
            _LOG.exception("the digest of subscription %s could not be made", record.number)
            await self._store.put_off(record, now + _TRIED_AGAIN)
            return False
        return True

    async def _settle(self, record: Record, slugs: list[str], now: datetime, urgency: Urgency) -> int | None:
        """Owes what these categories have brought until now; None if someone else was faster."""
        waiting = await self._collect(record.subscription, slugs, now)
        owing, articles = await self._order(record, waiting, now, urgency)
        after = record.subscription.settle(slugs, now)
        saved = await self._store.save(record, after, owing, Guard(articles))
        return len(articles) if saved else None

    async def _order(
        self,
        record: Record,
        waiting: dict[str, list[StoredArticle]],
        now: datetime,
        urgency: Urgency = Urgency.REGULAR,
    ) -> tuple[list[Command], dict[str, int]]:
        """The commands that owe a digest of this, and the articles that it tells of, with their lengths."""
        articles = compose({slug: [stored.article for stored in found] for slug, found in waiting.items()})
        if not articles or not record.number:
            return [], {}
        names = {category.slug: category.name for category in await self._categories.all()}
        commands: list[Command] = []
        parts = pages(articles)
        for number, part in enumerate(parts, 1):
            edition = Edition(
                id=f"d{record.number}-{int(now.timestamp() * 1000)}-{number}",
                urgency=urgency,
                message=digest(part, names, self._links, page=number, of=len(parts)),
                articles=tuple(article.id for article in part),
                page=number,
                pages=len(parts),
            )
            commands += order(edition, [record.number])
        lengths = {stored.article.id: stored.length for found in waiting.values() for stored in found}
        return commands, {article.id: lengths[article.id] for article in articles}

    async def _collect(
        self, subscription: Subscription, slugs: list[str], now: datetime
    ) -> dict[str, list[StoredArticle]]:
        """What each of these categories has brought since it was settled."""
        return {slug: await self._articles.owed(slug, subscription.settled_until(slug), now) for slug in slugs}


def _wants_at_once(subscription: Subscription, stored: StoredArticle) -> bool:
    schedule = subscription.categories.get(stored.article.category)
    settled = int(subscription.settled_until(stored.article.category).timestamp() * 1000)
    return bool(schedule and schedule.instant) and not subscription.parked and stored.arrived > settled
