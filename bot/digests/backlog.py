"""What waits for chats: articles that have arrived since they were last settled, and have not been sent at once."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from operator import attrgetter

from bot.domain.article import StoredArticle
from bot.domain.moment import to_ms
from bot.domain.muting import muting
from bot.domain.subscription import Subscription, Waits
from bot.storage.articles import ArticleStore
from bot.storage.plans import Plans, Unfinished
from bot.storage.records import Record
from bot.storage.saving import Guard

#: By which a digest tells which articles it tells of, and in which wording: a correction makes one longer.
identity = attrgetter("article.id", "length")


@dataclass(frozen=True, slots=True, eq=False)
class Waiting:
    """Articles by the slug of the category in which chats get them, and their lengths by their ids. All chats for
    whom the same waits share one, by which it is known what is told alike."""

    articles: Mapping[str, Sequence[StoredArticle]]
    lengths: Mapping[str, int]

    @classmethod
    def of(cls, found: Mapping[str, Sequence[StoredArticle]]) -> "Waiting":
        lengths = dict(identity(stored) for some in found.values() for stored in some)
        return cls({slug: some for slug, some in found.items() if some}, lengths)

    def __iter__(self) -> Iterator[StoredArticle]:
        return chain.from_iterable(self.articles.values())

    def with_more(self, articles: Iterable[StoredArticle]) -> "Waiting":
        """Those too that are not in it yet."""
        found = {slug: list(some) for slug, some in self.articles.items()}
        for stored in articles:
            category = found.setdefault(stored.article.category, [])
            if stored not in category:
                category.append(stored)
        return Waiting.of(found)


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
        self._later: dict[Waits, Sequence[StoredArticle]] = {}
        self._waiting: dict[frozenset[Waits], Waiting] = {}

    def waiting(self, subscription: Subscription, waits: Sequence[Waits], *, held: bool) -> Waiting:
        """What of that there is for a chat, each article once. `held`: also what was held before."""
        alike = frozenset(waits)
        if alike not in self._waiting:
            self._waiting[alike] = Waiting.of({one[0]: self._arrived_later(one) for one in waits})
        found = self._waiting[alike]
        if held and subscription.hold:
            kept = (self._held[one] for one in subscription.hold.articles if one in self._held)
            found = found.with_more(stored for stored in kept if stored.article.category in subscription.categories)
        if not subscription.muted:
            return found
        wanted = {
            slug: [one for one in some if _is_wanted(subscription, one)] for slug, some in found.articles.items()
        }
        return Waiting.of(wanted)

    def _arrived_later(self, waits: Waits) -> Sequence[StoredArticle]:
        if waits not in self._later:
            slug, since, but_breaking = waits
            moment = to_ms(since)
            found = (stored for stored in self._arrived.get(slug, ()) if stored.arrived > moment)
            self._later[waits] = [stored for stored in found if not (but_breaking and stored.article.breaking)]
        return self._later[waits]


class Backlog:
    def __init__(self, articles: ArticleStore, plans: Plans) -> None:
        self._articles = articles
        self._plans = plans

    async def stock(self, wanted: Iterable[tuple[Subscription, Sequence[Waits]]], now: datetime) -> Stock:
        """What waits for these chats, and all that is held for them, until now."""
        together, held, since = set[Waits](), set[str](), dict[str, datetime]()
        for subscription, waits in wanted:
            together.update(waits)
            if subscription.hold:
                held.update(subscription.hold.articles)
        for slug, moment, _ in together:
            since[slug] = min(moment, since.get(slug, moment))
        return Stock(await self._articles.owed(since, now), await self._articles.get_many(held))

    async def due(
        self, record: Record, stock: Stock, waits: Sequence[Waits], now: datetime, *, held: bool, ends: bool
    ) -> tuple[Waiting, Guard]:
        """What of that there is, and what whoever tells of it builds on. `held`: also what is held; `ends`: the hold
        is over, and nothing may come past it until that is written."""
        subscription, hold = record.subscription, record.subscription.hold
        waiting = stock.waiting(subscription, waits, held=held)
        if hold is None or not ends:
            return waiting, Guard(waiting.lengths)
        coming = (await self.coming_to(record)).only(lambda one: is_breaking(one) and one.arrived <= to_ms(now))
        waiting = waiting.with_more(coming.articles)
        return waiting, Guard(waiting.lengths, list(subscription.categories), now, coming.plans)

    async def coming_to(self, record: Record) -> Coming:
        """What would still be sent to a chat at once, as its subscription is now."""
        plans = await self._plans.coming_to(record.number) if record.number else []
        stored = {one.article.id: one for one in await self._articles.get_many(plan.article_id for plan in plans)}
        wanted = [plan for plan in reversed(plans) if _wants_at_once(record.subscription, plan, stored)]
        return Coming([plan.entry_id for plan in wanted], [stored[plan.article_id] for plan in wanted])


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
