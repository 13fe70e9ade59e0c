"""The only place that wires the parts together."""

import hashlib
import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from importlib.metadata import version

from bot.articles import Articles
from bot.delivery.alerts import Alerts
from bot.delivery.conclusions import Conclusions
from bot.delivery.dispatcher import Dispatcher
from bot.delivery.gate import Gate
from bot.delivery.line import Line
from bot.delivery.messenger import Messenger
from bot.delivery.reports import Reports
from bot.delivery.sender import Sender
from bot.delivery.settler import Settler
from bot.delivery.watch import Chats, Watch
from bot.delivery.worker import Worker
from bot.digests.backlog import Backlog
from bot.digests.broadcast import Broadcast
from bot.digests.changes import Changes
from bot.digests.holds import Holds
from bot.digests.planner import Planner
from bot.digests.press import Press
from bot.digests.rounds import Rounds
from bot.ingest.desk import Desk, NoDesk
from bot.ingest.discovery import Discovery
from bot.ingest.drafts import Drafts
from bot.ingest.feeds import Feeds
from bot.ingest.fetch import Fetcher
from bot.ingest.filing import Filing, Publisher, Reviewers
from bot.ingest.pages import Pages
from bot.ingest.parsing import Parsers
from bot.ingest.push import Pushes
from bot.ingest.stories import Stories
from bot.places.atlas import Atlas
from bot.questions.answer import Questions
from bot.questions.conversations import Conversations
from bot.questions.inbox import Inbox
from bot.rendering.links import Links
from bot.services import Services
from bot.storage.articles import ArticleStore
from bot.storage.begun import BegunStore
from bot.storage.breaker import Breaker
from bot.storage.categories import CategoryStore
from bot.storage.clock import StoreClock
from bot.storage.connection import Client, connect
from bot.storage.drafts import DraftStore
from bot.storage.exchanges import ExchangeStore
from bot.storage.feeds import FeedStore
from bot.storage.inquiries import InquiryStore
from bot.storage.managers import ManagerStore
from bot.storage.offers import OfferStore
from bot.storage.outbox import Outbox
from bot.storage.pace import Pace
from bot.storage.plans import Plans
from bot.storage.pushes import PushStore
from bot.storage.saved import SavedStore
from bot.storage.server import embedded_server
from bot.storage.settlements import Settlements
from bot.storage.stories import StoryStore
from bot.storage.streams import Presence
from bot.storage.subscriptions import SubscriptionStore
from bot.storage.tries import Tries
from bot.storage.updates import UpdateLog
from bot.subscriptions import Subscriptions
from bot.telegram.desk import TelegramDesk
from bot.telegram.messenger import TelegramMessenger
from config.settings import Settings


@dataclass(frozen=True, slots=True)
class Stores:
    """The nouns as they are stored, over one connection."""

    redis: Client
    presence: Presence
    articles: ArticleStore
    begun: BegunStore
    categories: CategoryStore
    clock: StoreClock
    drafts: DraftStore
    exchanges: ExchangeStore
    feeds: FeedStore
    inquiries: InquiryStore
    managers: ManagerStore
    offers: OfferStore
    outbox: Outbox
    plans: Plans
    saved: SavedStore
    stories: StoryStore
    subscriptions: SubscriptionStore
    updates: UpdateLog


@asynccontextmanager
async def open_stores(settings: Settings) -> AsyncIterator[Stores]:
    """Over the server that the settings name, else over the embedded one. Raises ServerError."""
    if settings.redis_url:
        async with _stores(settings.redis_url) as stores:
            yield stores
    else:
        async with embedded_server(settings.data_folder) as url, _stores(url) as stores:
            yield stores


@asynccontextmanager
async def _stores(url: str) -> AsyncIterator[Stores]:
    redis = connect(url)
    try:
        presence = Presence(redis, f"{os.getpid()}-{secrets.token_hex(4)}")
        yield Stores(
            redis=redis,
            presence=presence,
            articles=ArticleStore(redis),
            begun=BegunStore(redis, presence),
            categories=CategoryStore(redis),
            clock=StoreClock(redis),
            drafts=DraftStore(redis),
            exchanges=ExchangeStore(redis),
            feeds=FeedStore(redis),
            inquiries=InquiryStore(redis),
            managers=ManagerStore(redis),
            offers=OfferStore(redis),
            outbox=Outbox(redis, presence),
            plans=Plans(redis, presence),
            saved=SavedStore(redis),
            stories=StoryStore(redis),
            subscriptions=SubscriptionStore(redis),
            updates=UpdateLog(redis, presence),
        )
    finally:
        await redis.aclose()


@dataclass(frozen=True, slots=True)
class Reading:
    """How other people's servers are asked, and what they answer is read."""

    fetcher: Fetcher
    parsers: Parsers


@asynccontextmanager
async def open_reading(settings: Settings, bot_username: str) -> AsyncIterator[Reading]:
    """Costs nothing until something is to be read. Whom a server's owner may turn to stands in each request."""
    contact = settings.public_url or f"https://t.me/{bot_username}"
    agent = f"newsbot/{version('newsbot')} (+{contact})"
    async with (
        Fetcher(agent=agent, allow_private=settings.allow_private_addresses) as fetcher,
        Parsers() as parsers,
    ):
        yield Reading(fetcher, parsers)


def build_services(
    stores: Stores,
    settings: Settings,
    bot_username: str,
    reading: Reading | None = None,
    desk: Desk | None = None,
) -> Services:
    """Without `reading` nothing can be fetched; without `desk` editors are not told of feeds."""
    links = Links(bot_username, settings.public_url)
    articles = Articles(stores.articles, stores.stories, stores.categories, stores.outbox, links)
    subscriptions = _build_subscriptions(stores, settings)
    changes = _build_changes(stores, subscriptions, links)
    stories = Stories(stores.articles, stores.stories, stores.clock)
    drafts = Drafts(stores.drafts, articles, stories, stores.categories, subscriptions, stores.clock)
    reading = reading or Reading(Fetcher(agent="newsbot"), Parsers())
    pushes = _build_pushes(stores, settings, reading.fetcher)
    questions = _build_questions(stores, settings, articles)
    inbox = Inbox(
        stores.inquiries,
        articles,
        stores.categories,
        subscriptions,
        questions,
        stores.outbox,
        links,
        stores.clock,
    )
    return Services(
        articles=articles,
        atlas=Atlas(),
        begun=stores.begun,
        categories=stores.categories,
        changes=changes,
        clock=stores.clock,
        conversations=Conversations(questions, articles, stores.categories, stores.exchanges, inbox, stores.clock),
        discovery=Discovery(reading.fetcher, reading.parsers),
        drafts=drafts,
        feeds=_build_feeds(stores, reading, stories, drafts, pushes, desk or NoDesk()),
        inbox=inbox,
        links=links,
        managers=stores.managers,
        offers=stores.offers,
        outbox=stores.outbox,
        owners=frozenset(settings.owners),
        pages=Pages(reading.fetcher, reading.parsers),
        planner=_build_planner(stores, subscriptions, changes, links, settings.most_an_hour),
        pushes=pushes,
        questions=questions,
        reports=Reports(
            stores.outbox,
            stores.plans,
            Settlements(stores.redis),
            Pace(stores.redis, settings.send_rate),
            Breaker(stores.redis),
            stores.articles,
            stores.subscriptions,
            stores.feeds,
            stores.clock,
            rate=settings.send_rate,
        ),
        saved=stores.saved,
        stories=stories,
        subscriptions=subscriptions,
        updates=stores.updates,
    )


def _build_questions(stores: Stores, settings: Settings, articles: Articles) -> Questions:
    return Questions(
        stores.articles,
        articles,
        stores.clock,
        settings.data_folder,
        by_meaning=settings.answers_by_meaning,
        expiry=timedelta(days=settings.answer_days) if settings.answer_days else None,
    )


def build_desk(stores: Stores, settings: Settings, bot_username: str, messenger: TelegramMessenger) -> TelegramDesk:
    speaks = _build_subscriptions(stores, settings).language_of
    links = Links(bot_username, settings.public_url)
    return TelegramDesk(messenger, settings.owners, speaks, stores.categories, links)


def _build_subscriptions(stores: Stores, settings: Settings) -> Subscriptions:
    return Subscriptions(
        stores.subscriptions,
        stores.categories,
        stores.saved,
        stores.exchanges,
        stores.inquiries,
        stores.clock,
        timezone=settings.timezone,
        language=settings.language,
    )


def _build_pushes(stores: Stores, settings: Settings, fetcher: Fetcher) -> Pushes:
    """The secret is the same in every process that has the token, and of no use to find it."""
    token = settings.token.get_secret_value() if settings.token else ""
    secret = hashlib.sha256(f"push:{token}".encode()).digest()
    return Pushes(PushStore(stores.redis), stores.feeds, fetcher, stores.clock, settings.public_url, secret)


def _build_feeds(
    stores: Stores, reading: Reading, publisher: Publisher, reviewers: Reviewers, pushes: Pushes, desk: Desk
) -> Feeds:
    filing = Filing(stores.feeds.entries, stores.articles, publisher, reviewers, desk)
    return Feeds(stores.feeds, reading.fetcher, reading.parsers, filing, pushes, desk, stores.clock)


def _build_holds(stores: Stores) -> Holds:
    return Holds(stores.subscriptions, Backlog(stores.articles, stores.plans), stores.clock)


def _build_changes(stores: Stores, subscriptions: Subscriptions, links: Links) -> Changes:
    return Changes(
        stores.subscriptions,
        subscriptions,
        _build_holds(stores),
        Backlog(stores.articles, stores.plans),
        Press(stores.categories, links),
        stores.outbox,
        stores.categories,
        stores.clock,
    )


def _build_planner(
    stores: Stores, subscriptions: Subscriptions, changes: Changes, links: Links, most_an_hour: int
) -> Planner:
    backlog, press = Backlog(stores.articles, stores.plans), Press(stores.categories, links)
    return Planner(
        stores.plans,
        Broadcast(
            stores.plans,
            stores.articles,
            stores.categories,
            stores.subscriptions,
            links,
            changes,
            most_an_hour=most_an_hour,
        ),
        Rounds(stores.subscriptions, backlog, press, stores.outbox, stores.clock),
        subscriptions,
    )


def build_worker(
    stores: Stores,
    chats: Chats,
    messenger: Messenger,
    alerts: Alerts,
    pace: Pace,
    *,
    in_flight: int,
    doubt: timedelta = timedelta(minutes=1),
) -> Worker:
    """`doubt`: how long a chat that cannot be written to may still turn out to be one of many."""
    settlements = Settlements(stores.redis)
    line, settler, sender = Line(), Settler(settlements), Sender(stores.outbox, messenger)
    watch = Watch(settlements, Breaker(stores.redis), stores.subscriptions, chats, stores.clock, alerts)
    conclusions = Conclusions(stores.outbox, stores.subscriptions, pace, chats, settler, watch, alerts, doubt=doubt)
    gate = Gate(stores.subscriptions, _build_holds(stores))
    dispatcher = Dispatcher(
        line, stores.subscriptions, pace, Tries(stores.redis), sender, conclusions, watch, gate, in_flight=in_flight
    )
    return Worker(stores.outbox, stores.subscriptions, line, dispatcher, sender, settler, conclusions, watch, gate)


def messages_in_flight(rate: float) -> int:
    """Enough for `rate` messages a second that wait a tenth of one for their slot and then take a fifth."""
    return max(10, int(rate * 0.3))
