"""What waits for chats: articles that have arrived since they were last settled, and have not been sent at once."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter

from bot.domain.article import StoredArticle
from bot.domain.moment import to_ms
from bot.domain.muting import muting
from bot.domain.subscription import Subscription
from bot.storage.articles import ArticleStore
from bot.storage.plans import Plans, Unfinished
from bot.storage.records import Record
from bot.storage.saving import Guard

#: Articles by the slug of the category in which a chat gets them.
Waiting = dict[str, Sequence[StoredArticle]]


#: By which a digest tells which articles it tells of, and in which wording: a correction makes one longer.
identity = attrgetter("article.id", "length")


@dataclass(frozen=True, slots=True)
class Coming:
    """Plans that have still to come to a chat, by the ids of their entries, and what they would bring it at once."""

    plans: list[str] = field(default_factory=list)
    articles: list[StoredArticle] = field(default_factory=list)

    def only(self, wanted: Callable[[StoredArticle], bool]) -> "Coming":
        kept = [(plan, one) for plan, one in zip(self.plans, self.articles, strict=True) if wanted(one)]
        return Coming([plan for plan, _ in kept], [one for _, one in kept])


class Stock:
    """What has arrived in some categories, newest first, and what is held, for many chats at once."""

    def __init__(self, arrived: Mapping[str, Sequence[StoredArticle]], held: Iterable[StoredArticle]) -> None:
        self._arrived = arrived
        self._held = {stored.article.id: stored for stored in held}
        self._later: dict[tuple[str, datetime, bool], Sequence[StoredArticle]] = {}

    def waiting(self, subscription: Subscription, slugs: Sequence[str], *, held: bool) -> Waiting:
        """What these categories have for a chat, each article once. `held`: also what was held before."""
        found = {slug: some for slug in slugs if (some := self._since(subscription, slug))}
        if held and subscription.hold:
            kept = (self._held[one] for one in subscription.hold.articles if one in self._held)
            add(found, (stored for stored in kept if stored.article.category in subscription.categories))
        if not subscription.muted:
            return found
        return {slug: [one for one in some if _is_wanted(subscription, one)] for slug, some in found.items()}

    def _since(self, subscription: Subscription, slug: str) -> Sequence[StoredArticle]:
        since, hold = subscription.waits_since(slug), subscription.hold
        if since is None:
            return ()
        through = hold is not None and hold.breaking and subscription.categories[slug].instant
        asked = slug, since, through
        if asked not in self._later:
            moment = to_ms(since)
            found = (stored for stored in self._arrived.get(slug, ()) if stored.arrived > moment)
            self._later[asked] = [stored for stored in found if not (through and stored.article.breaking)]
        return self._later[asked]


class Backlog:
    def __init__(self, articles: ArticleStore, plans: Plans) -> None:
        self._articles = articles
        self._plans = plans

    async def stock(self, wanted: Iterable[tuple[Subscription, Sequence[str]]], now: datetime) -> Stock:
        """For these chats with categories of theirs, and for all that is held for them, until now."""
        since: dict[str, datetime] = {}
        held: set[str] = set()
        for subscription, slugs in wanted:
            held.update(subscription.hold.articles if subscription.hold else ())
            for slug in slugs:
                if (moment := subscription.waits_since(slug)) is not None:
                    since[slug] = min(moment, since.get(slug, moment))
        return Stock(await self._articles.owed(since, now), await self._articles.get_many(held))

    async def due(
        self, record: Record, stock: Stock, slugs: Sequence[str], now: datetime, *, held: bool, ends: bool
    ) -> tuple[Waiting, Guard]:
        """What waits in these categories, and what whoever tells of it builds on. `held`: also what is held; `ends`:
        the hold is over, and nothing may come past it until that is written."""
        subscription, hold = record.subscription, record.subscription.hold
        waiting = stock.waiting(subscription, slugs, held=held)
        if hold is None or not ends:
            return waiting, Guard(lengths(waiting))
        coming = (await self.coming_to(record)).only(lambda one: is_breaking(one) and one.arrived <= to_ms(now))
        add(waiting, coming.articles)
        return waiting, Guard(lengths(waiting), list(subscription.categories), now, coming.plans)

    async def coming_to(self, record: Record) -> Coming:
        """What would still be sent to a chat at once, as its subscription is now."""
        plans = await self._plans.coming_to(record.number) if record.number else []
        stored = {one.article.id: one for one in await self._articles.get_many(plan.article_id for plan in plans)}
        wanted = [plan for plan in reversed(plans) if _wants_at_once(record.subscription, plan, stored)]
        return Coming([plan.entry_id for plan in wanted], [stored[plan.article_id] for plan in wanted])


def add(waiting: Waiting, articles: Iterable[StoredArticle]) -> None:
    """Those that are not in it yet."""
    for stored in articles:
        category = waiting.get(stored.article.category, ())
        if stored not in category:
            waiting[stored.article.category] = [*category, stored]


def lengths(waiting: Waiting) -> dict[str, int]:
    return {article_id: length for some in waiting.values() for article_id, length in map(identity, some)}


def is_breaking(stored: StoredArticle) -> bool:
    return stored.article.breaking


def _is_wanted(subscription: Subscription, stored: StoredArticle) -> bool:
    return not subscription.muted or muting(stored.article, subscription.muted) is None


def _wants_at_once(subscription: Subscription, plan: Unfinished, known: dict[str, StoredArticle]) -> bool:
    stored = known.get(plan.article_id)
    if stored is None or stored.arrived != plan.arrived or subscription.parked:
        return False
    slug = stored.article.category
    return (
        subscription.at_once(slug, breaking=stored.article.breaking)
        and stored.arrived > to_ms(subscription.settled_until(slug))
        and _is_wanted(subscription, stored)
    )
