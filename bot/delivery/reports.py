"""How delivery goes as a whole, and what has become of one article for one chat: nothing is dropped unseen."""

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

from bot.delivery.health import MINUTES, uncertain
from bot.domain.article import Article, StoredArticle
from bot.domain.delivery import Cause
from bot.domain.edition import Edition, Mark
from bot.domain.fate import (
    Arrived,
    Failed,
    Fate,
    Held,
    Imported,
    LeftOut,
    Muted,
    NoSuchArticle,
    NotSubscribed,
    OnItsWay,
    OtherCategory,
    PublishedBefore,
    TooLongAgo,
    WithDigest,
)
from bot.domain.link import without_secrets
from bot.domain.moment import from_ms
from bot.domain.muting import muting
from bot.domain.status import RefusedMessage, Resting, Status
from bot.domain.subscription import Address, Subscription
from bot.storage.articles import ArticleStore
from bot.storage.breaker import Breaker
from bot.storage.clock import StoreClock
from bot.storage.feeds import FeedStore
from bot.storage.outbox import Outbox
from bot.storage.pace import Pace
from bot.storage.plans import Plans
from bot.storage.settlements import RECALLABLE, Settlements
from bot.storage.subscriptions import SubscriptionStore
from bot.storage.tasks import Task

#: How a delivery can end.
_ENDS = ("sent", "ambiguous", "failed", "skipped")
#: Older refusals are no news to anybody.
_REFUSALS_TOLD = timedelta(days=7)


class Reports:
    def __init__(
        self,
        outbox: Outbox,
        plans: Plans,
        settlements: Settlements,
        pace: Pace,
        breaker: Breaker,
        articles: ArticleStore,
        store: SubscriptionStore,
        feeds: FeedStore,
        clock: StoreClock,
        *,
        rate: float,
    ) -> None:
        """`rate`: the messages a second that are set."""
        self._outbox = outbox
        self._plans = plans
        self._settlements = settlements
        self._pace = pace
        self._breaker = breaker
        self._articles = articles
        self._store = store
        self._feeds = feeds
        self._clock = clock
        self._rate = rate

    # -- as a whole ---------------------------------------------------------------------------------------------

    async def status(self) -> Status:
        now = await self._clock.now()
        counts = await self._outbox.counts()
        minutes = await self._settlements.outcomes(now, MINUTES)
        speed = await self._pace.speed()
        return Status(
            at=now,
            owed=counts.get("owed", 0),
            ended={name: counts.get(name, 0) for name in _ENDS},
            in_flight=max(0, counts.get("in_flight", 0)),
            postponed=counts["postponed_waiting"],
            in_doubt=counts["doubts_waiting"],
            chunks=counts["chunks_waiting"],
            waiting_since=await self._outbox.waiting_since(),
            unplanned=len(await self._plans.unplanned()),
            minutes=MINUTES,
            tries=sum(minutes, Counter()),
            tried_just_now=any(minutes[:2]),
            uncertain=uncertain(minutes),
            rate=speed.rate,
            rate_set=self._rate,
            paused=speed.paused,
            resting=await self._resting(now),
            parked=await self._store.parked_counts(),
            refused=await self._refused(now),
            feeds=await self._feeds.count(),
            feeds_in_trouble=await self._feeds_in_trouble(),
            feeds_due_since=await self._feeds.turns.waiting_since(now),
            polls=await self._feeds.polls(),
        )

    async def resting(self) -> Resting | None:
        return await self._resting(await self._clock.now())

    async def _resting(self, now: datetime) -> Resting | None:
        rest = (await self._breaker.read()).rest
        return Resting(rest.cause, rest.until) if rest and rest.until > now else None

    async def _refused(self, now: datetime) -> tuple[RefusedMessage, ...]:
        told = [one for one in await self._outbox.refusals() if now - one[1] < _REFUSALS_TOLD]
        articles = await self._articles_of([edition_id for edition_id, _, _ in told])
        titles = {
            stored.article.id: stored.article.title for stored in await self._articles.get_many(articles.values())
        }
        return tuple(
            RefusedMessage(edition_id, article := articles.get(edition_id), titles.get(article or ""), at, reason)
            for edition_id, at, reason in told
        )

    async def _feeds_in_trouble(self) -> tuple[str, ...]:
        feeds = [await self._feeds.get(url) for url in await self._feeds.in_trouble()]
        return tuple(feed.name or without_secrets(feed.url) for feed in feeds if feed)

    async def _articles_of(self, edition_ids: list[str]) -> dict[str, str]:
        """The first article that each tells of; what takes a message back tells of that message's."""
        editions = await self._editions(edition_ids)
        others = await self._editions([edition.of for edition in editions.values() if edition.of])
        told = {name: others.get(edition.of or "", edition).articles for name, edition in editions.items()}
        return {name: articles[0] for name, articles in told.items() if articles}

    async def _editions(self, edition_ids: list[str]) -> dict[str, Edition]:
        raw = await self._outbox.raw_editions(edition_ids) if edition_ids else {}
        return {name: Edition.model_validate_json(value) for name, value in raw.items()}

    # -- one article, one chat ----------------------------------------------------------------------------------

    async def fate(self, article_id: str, address: Address) -> Fate:
        """Told from receipts and the outbox, also of what has joined it; where these know nothing, from the
        subscription as it is now."""
        stored = await self._articles.get(article_id)
        if stored is None:
            return NoSuchArticle()
        record = await self._store.read(address)
        if record is None:
            return NotSubscribed()
        editions, known = list[Edition](), list[Fate]()
        for told in (article_id, *await self._articles.joined_ids(article_id)):
            telling = await self._editions(await self._outbox.editions_to(told, record.number))
            bringing = [edition for edition in telling.values() if not edition.answer]
            editions += bringing
            for edition in bringing:
                if fate := await self._delivery(edition, record.number, record.subscription):
                    known.append(await self._in_place_of(fate, edition, told))
        if known:
            return min(known, key=_rank)
        in_digest = any(edition.category is None for edition in editions)
        why = reason(stored, record.subscription, await self._clock.now(), in_digest=in_digest)
        if isinstance(why, LeftOut) and article_id in await self._plans.unplanned():
            return OnItsWay()
        return why

    async def _in_place_of(self, fate: Fate, edition: Edition, article_id: str) -> Fate:
        """What has arrived, with the title of the article that told its story, if that was another one."""
        lead = edition.digest.lead_of(article_id) if edition.digest else None
        if not isinstance(fate, Arrived) or lead in (None, article_id):
            return fate
        stored = await self._articles.get(lead or "")
        return replace(fate, told_by=stored.article.title) if stored else fate

    async def _delivery(self, edition: Edition, number: int, subscription: Subscription) -> Fate | None:
        """What is known of an edition that was chosen for this subscription, if it was."""
        if fate := await self._ended(edition, number):
            return fate
        mark = await self._outbox.find(edition.id, number)
        if mark in (Mark.TRYING, Mark.TRYING_AGAIN):
            return OnItsWay(trying=True)
        if waiting := await self._settlements.waiting(edition.id, number):
            return _postponed(edition, subscription, *waiting)
        if mark in (Mark.OWED, Mark.POSTPONED):  # whoever was postponed and waits no longer is in a later chunk
            return _unwanted(edition, subscription) or OnItsWay()
        return await self._ended(edition, number)  # it may have ended while we looked

    async def _ended(self, edition: Edition, number: int) -> Fate | None:
        receipt = await self._outbox.receipt(edition.id, number)
        if receipt is None:
            return None
        if receipt.isdigit() or receipt == "ambiguous":
            return _arrived(edition, int(receipt) if receipt.isdigit() else None)
        return Failed(Cause(receipt) if receipt in set(Cause) else None)


def _arrived(edition: Edition, message_id: int | None) -> Arrived:
    return Arrived(
        message_id,
        in_digest=edition.category is None,
        at=from_ms(edition.arrived) if edition.arrived else None,
        day=edition.digest.day if edition.digest else None,
    )


def reason(stored: StoredArticle, subscription: Subscription, now: datetime, *, in_digest: bool) -> Fate:
    """Why an article of which no delivery is known did not come; `in_digest`: one that told of it was chosen."""
    slug, arrived = stored.article.category, from_ms(stored.arrived)
    if not subscription.categories:
        return NotSubscribed()
    if slug not in subscription.categories:
        return OtherCategory(tuple(subscription.categories))
    if not stored.owed:
        return Imported()
    recent = now - arrived < RECALLABLE
    if subscription.parked and (recent or arrived >= subscription.parked.since):
        return subscription.parked
    if waiting := _waiting(stored.article, subscription, arrived):
        return waiting
    if not recent:
        return TooLongAgo()
    settled = subscription.settled_until(slug)
    return LeftOut() if in_digest or arrived > settled else PublishedBefore(settled)


def _waiting(article: Article, subscription: Subscription, arrived: datetime) -> Fate | None:
    """If it is to come later, or is muted."""
    if word := muting(article, subscription.muted):
        return Muted(word)
    hold, slug = subscription.hold, article.category
    if hold and subscription.is_held(article.id, slug, arrived, breaking=article.breaking):
        return Held(hold.cause, hold.until)
    if subscription.instant(slug) or arrived <= subscription.settled_until(slug):
        return None
    due = subscription.slot_after(slug, arrived)
    return WithDigest(due) if due else None


def _unwanted(edition: Edition, subscription: Subscription) -> Fate | None:
    """Why what is still owed will be left out when its turn comes, if it will."""
    if not subscription.categories:
        return NotSubscribed()
    if edition.category and edition.category not in subscription.categories:
        return OtherCategory(tuple(subscription.categories))
    return subscription.parked


def _postponed(edition: Edition, subscription: Subscription, task: Task, until: datetime) -> Fate:
    """A chat that could not be written to is tried again although it is parked."""
    if task.cause is None and not task.refusals and (unwanted := _unwanted(edition, subscription)):
        return unwanted
    parked = subscription.parked.cause if subscription.parked else None
    return OnItsWay(until=until, cause=task.cause or parked)


def _rank(fate: Fate) -> int:
    """Of several, what is surest."""
    if isinstance(fate, Arrived):
        return 1 if fate.message_id is None else 0
    return 2 if isinstance(fate, OnItsWay) else 3
