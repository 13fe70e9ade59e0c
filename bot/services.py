"""All that a front door may call."""

from dataclasses import dataclass

from bot.articles import Articles
from bot.delivery.reports import Reports
from bot.digests.changes import Changes
from bot.digests.planner import Planner
from bot.ingest.discovery import Discovery
from bot.ingest.drafts import Drafts
from bot.ingest.feeds import Feeds
from bot.ingest.pages import Pages
from bot.ingest.push import Pushes
from bot.ingest.stories import Stories
from bot.places.atlas import Atlas
from bot.questions.answer import Questions
from bot.questions.conversations import Conversations
from bot.questions.inbox import Inbox
from bot.rendering.links import Links
from bot.storage.begun import BegunStore
from bot.storage.categories import CategoryStore
from bot.storage.clock import StoreClock
from bot.storage.managers import ManagerStore
from bot.storage.offers import OfferStore
from bot.storage.outbox import Outbox
from bot.storage.saved import SavedStore
from bot.storage.updates import UpdateLog
from bot.subscriptions import Subscriptions


@dataclass(frozen=True, slots=True)
class Services:
    """`owners`: the Telegram user ids of those who may edit."""

    articles: Articles
    atlas: Atlas
    begun: BegunStore
    categories: CategoryStore
    changes: Changes
    clock: StoreClock
    conversations: Conversations
    discovery: Discovery
    drafts: Drafts
    feeds: Feeds
    inbox: Inbox
    links: Links
    managers: ManagerStore
    offers: OfferStore
    outbox: Outbox
    owners: frozenset[int]
    pages: Pages
    planner: Planner
    pushes: Pushes
    questions: Questions
    reports: Reports
    saved: SavedStore
    stories: Stories
    subscriptions: Subscriptions
    updates: UpdateLog
