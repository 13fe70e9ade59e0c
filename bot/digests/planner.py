"""Whose turn it is, and what they are owed: from published articles and due digests to the outbox.

    plan (a published article) → its category's instant subscribers, a slice at a time → chunks in the outbox
    due subscription → its articles since it was last settled → worded → in the outbox and settled, in one step

Every step is guarded by what it read, so that any number of planners may run, and one that is killed is continued.
"""

import asyncio
import logging
from datetime import UTC, datetime, timedelta

from bot.digests.compose import compose
from bot.domain.article import Article, StoredArticle
from bot.domain.edition import Edition
from bot.domain.schedule import Schedule
from bot.domain.subscription import Subscription
from bot.rendering.articles import teaser
from bot.rendering.digests import digest, pages
from bot.rendering.links import Links
from bot.storage.articles import ArticleStore
from bot.storage.categories import CategoryStore
from bot.storage.clock import StoreClock
from bot.storage.connection import StoreError
from bot.storage.outbox import Command, Outbox, order
from bot.storage.streams import Entry
from bot.storage.subscriptions import Record, SubscriptionStore
from bot.subscriptions import Reader, Subscriptions

_LOG = logging.getLogger(__name__)
#: Bytes of a category's bitmap that one step looks at: eight times as many subscribers.
_SLICE = 4096
_DUE_AT_ONCE = 100
_POLL = timedelta(seconds=1)


class Planner:
    def __init__(
        self,
        outbox: Outbox,
        articles: ArticleStore,
        store: SubscriptionStore,
        subscriptions: Subscriptions,
        categories: CategoryStore,
        clock: StoreClock,
        links: Links,
    ) -> None:
        self._outbox = outbox
        self._articles = articles
        self._store = store
        self._subscriptions = subscriptions
        self._categories = categories
        self._clock = clock
        self._links = links

    async def step(self, stopping: asyncio.Event, wait: timedelta | None = _POLL) -> bool:
        """One round; waits for published articles no longer than `wait`. False if there was nothing to do."""
        plans = [*await self._outbox.plans.take_over(), *await self._outbox.plans.take(10, wait, stopping)]
        await self._fan_out_all(plans)
        now = await self._clock.now()
        due = await self._store.due(now, count=_DUE_AT_ONCE)
        settled = [await self._settle_safely(record, now) for record in due]
        return bool(plans) or any(settled)

    async def run_until_idle(self) -> None:
        while await self.step(asyncio.Event(), None):
            pass

    async def run(self, stopping: asyncio.Event) -> None:
        await self._fan_out_all(await self._outbox.plans.left_over())
        busy = True
        while not stopping.is_set():
            busy = await self.step(stopping, None if busy else _POLL)

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
                articles=(article.id,),
                category=article.category,
                arrived=stored.arrived,
            )
            planned = int((await self._clock.now()).timestamp() * 1000)
            start = await self._outbox.plan_cursor(plan)
            numbers, more = await self._outbox.instant_subscribers(article.category, start, _SLICE)
            commands = order(edition, await self._unsettled(numbers, stored), planned)
            advanced = await self._outbox.advance_plan(plan, article.id, start, start + _SLICE, commands)
            if not more or (not advanced and await self._outbox.plan_cursor(plan) == start):
                break  # the end, or finished by another planner meanwhile
        await self._outbox.finish_plan(plan)

    async def _unsettled(self, numbers: list[int], stored: StoredArticle) -> list[int]:
        """Without those who have had the article with a digest, as who has just changed to at once has."""
        records = await self._store.read_numbers(numbers) if numbers else {}
        slug, arrived = stored.article.category, datetime.fromtimestamp(stored.arrived / 1000, UTC)
        had = {n for n, record in records.items() if record.subscription.settled_until(slug) >= arrived}
        return [number for number in numbers if number not in had]

    # -- digests ------------------------------------------------------------------------------------------------

    async def send_now(self, reader: Reader) -> int:
        """Owes the chat at once what its next digest would bring; gives the number of articles."""
        while record := await self._store.read(reader.address):
            now = await self._clock.now()
            sent = await self._settle(record, record.subscription.digested_categories(), now)
            if sent is not None:
                return sent
        return 0

    async def reschedule(self, reader: Reader, schedule: Schedule) -> Subscription:
        """What is waiting for a digest comes at once if there are to be digests no more; what waits to be sent
        at once comes with the first digest if there are to be digests from now on."""
        while True:
            blank = self._subscriptions.blank(reader)
            record = await self._store.read(reader.address) or Record(0, blank, b"")
            now = await self._clock.now()
            old = record.subscription
            after = old.with_schedule(schedule)
            owing: list[Command] = []
            articles: list[str] = []
            if schedule.instant:
                owing, articles = await self._order(record, old.digested_categories(), now)
                after = after.settle(old.digested_categories(), now)
            else:
                for slug in (slug for slug, when in old.categories.items() if when.instant):
                    unplanned = await self._first_unplanned(slug, now)
                    after = after.settle([slug], max(unplanned, old.settled_until(slug)))
            if await self._store.save(record, after, owing, articles, settled=(now, list(old.categories))):
                return after

    async def _first_unplanned(self, slug: str, now: datetime) -> datetime:
        """Just before the first article of a category that is not yet in the outbox for everyone; now if all are."""
        waiting = await self._articles.get_many(await self._outbox.unplanned())
        arrivals = [
            datetime.fromtimestamp((stored.arrived - 1) / 1000, now.tzinfo)
            for stored in waiting
            if stored.article.category == slug
        ]
        return min([now, *arrivals])

    async def _settle_safely(self, record: Record, now: datetime) -> bool:
        """False for one that cannot be worded: it keeps no other waiting."""
        try:
            await self._settle(record, record.subscription.categories_due(now), now)
        except StoreError:
            raise
        except Exception:
            _LOG.exception("the digest of subscription %s could not be made", record.number)
            return False
        return True

    async def _settle(self, record: Record, slugs: list[str], now: datetime) -> int | None:
        """Owes what these categories have brought until now; None if someone else was faster."""
        owing, articles = await self._order(record, slugs, now)
        after = record.subscription.settle(slugs, now)
        saved = await self._store.save(record, after, owing, articles)
        return len(articles) if saved else None

    async def _order(self, record: Record, slugs: list[str], now: datetime) -> tuple[list[Command], list[str]]:
        """The commands that owe a digest, and the ids of the articles that it tells of."""
        articles = await self._collect(record.subscription, slugs, now)
        if not articles or not record.number:
            return [], []
        names = {category.slug: category.name for category in await self._categories.all()}
        commands: list[Command] = []
        parts = pages(articles)
        for number, part in enumerate(parts, 1):
            edition = Edition(
                id=f"d{record.number}-{int(now.timestamp() * 1000)}-{number}",
                message=digest(part, names, self._links, page=number, of=len(parts)),
                articles=tuple(article.id for article in part),
                page=number,
                pages=len(parts),
            )
            commands += order(edition, [record.number])
        return commands, [article.id for article in articles]

    async def _collect(self, subscription: Subscription, slugs: list[str], now: datetime) -> list[Article]:
        arrived = {slug: await self._articles.owed(slug, subscription.settled_until(slug), now) for slug in slugs}
        return compose({slug: [stored.article for stored in found] for slug, found in arrived.items()})
