"""A published article goes to all who want its category at once.

    plan → a slice of the category's subscribers, without those who have muted it → a chunk in the outbox

A category that brings more than a chat can take at once is made hourly for that chat, which is told so, once.
"""

import logging
from datetime import timedelta
from typing import Protocol

from bot.domain.article import StoredArticle
from bot.domain.edition import Edition, Urgency
from bot.domain.moment import from_ms
from bot.domain.muting import muting
from bot.rendering.articles import teaser
from bot.rendering.links import Links
from bot.rendering.names import names_of
from bot.rendering.wording import in_languages
from bot.storage.articles import ArticleStore
from bot.storage.categories import CategoryStore
from bot.storage.connection import StoreError
from bot.storage.orders import order
from bot.storage.plans import Plans, Slice
from bot.storage.streams import Entry
from bot.storage.subscriptions import SubscriptionStore

_LOG = logging.getLogger(__name__)
#: Bytes of a category's bitmap that one step looks at: eight times as many subscribers.
_SLICE = 4096
_HOUR = timedelta(hours=1)


class Calming(Protocol):
    async def calm(self, number: int, slug: str, most: int) -> None:
        """Makes a category hourly for a chat, and tells it so."""


class Broadcast:
    def __init__(
        self,
        plans: Plans,
        articles: ArticleStore,
        categories: CategoryStore,
        store: SubscriptionStore,
        links: Links,
        calming: Calming,
        *,
        most_an_hour: int,
    ) -> None:
        """`most_an_hour`: as many articles of a category come at once within an hour."""
        self._plans = plans
        self._articles = articles
        self._categories = categories
        self._store = store
        self._links = links
        self._calming = calming
        self._most = most_an_hour

    async def send_all(self, plans: list[Entry]) -> None:
        """One that cannot be worded is left to a later start, and keeps no other waiting."""
        for plan in plans:
            try:
                await self.send(plan)
            except StoreError:
                raise
            except Exception:
                _LOG.exception("article %s could not be sent to its subscribers", plan.fields.get(b"id"))

    async def send(self, plan: Entry) -> None:
        while stored := await self._articles.get(plan.fields[b"id"].decode()):
            if stored.arrived != int(plan.fields[b"arrived"]):
                break  # taken back, and published once more under a plan of its own
            article = stored.article
            part = await self._plans.next_slice(plan, article.category, _SLICE, breaking=article.breaking)
            if await self._calmed(stored, part):
                continue  # they are no longer in it
            commands = order(await self._edition(stored), await self._wanting(stored, part), part.planned)
            end = part.start + _SLICE
            advanced = await self._plans.advance(plan, article.id, part, end, commands, length=stored.length)
            if advanced and not part.more:
                break
            if not advanced and await self._plans.standing(plan) is None:
                break  # finished by another planner meanwhile; what was taken back or corrected is read again
        await self._plans.finish(plan)

    async def _edition(self, stored: StoredArticle) -> Edition:
        article, categories = stored.article, await self._categories.all()
        edition = Edition(
            id=f"{article.id}-{stored.arrived}",
            urgency=Urgency.BREAKING if article.breaking else Urgency.REGULAR,
            articles=(article.id,),
            category=article.category,
            arrived=stored.arrived,
        )
        return edition.reworded(in_languages(lambda: teaser(article, names_of(categories), self._links)))

    async def _wanting(self, stored: StoredArticle, part: Slice) -> list[int]:
        """Without those who have muted it."""
        if not part.muting:
            return part.numbers
        records = await self._store.read_numbers(part.muting)
        out = {n for n, record in records.items() if muting(stored.article, record.subscription.muted)}
        return [number for number in part.numbers if number not in out]

    async def _calmed(self, stored: StoredArticle, part: Slice) -> bool:
        """Whether the category has become hourly for any of these, but for who has quiet hours: that night's first
        comes here before a hold keeps them. Counted is the hour up to its arrival, so that whoever goes on after a
        kill comes to the same."""
        slug, arrived = stored.article.category, from_ms(stored.arrived)
        if stored.article.breaking or await self._articles.count_owed(slug, arrived - _HOUR, arrived) <= self._most:
            return False
        records = await self._store.read_numbers(part.numbers)
        chats = {number: record.subscription for number, record in records.items()}
        busy = [n for n, chat in chats.items() if slug not in chat.calmed and chat.quiet_until(arrived) is None]
        for number in busy:
            await self._calming.calm(number, slug, self._most)
        return bool(busy)
