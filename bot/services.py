"""All that a front door may call."""

from dataclasses import dataclass

from bot.articles import Articles
from bot.delivery.reports import Reports
from bot.digests.changes import Changes
from bot.digests.planner import Planner
from bot.ingest.drafts import Drafts
from bot.places.atlas import Atlas
from bot.questions.answer import Questions
from bot.rendering.links import Links
from bot.storage.categories import CategoryStore
from bot.storage.clock import StoreClock
from bot.storage.managers import ManagerStore
from bot.storage.outbox import Outbox
from bot.storage.saved import SavedStore
from bot.storage.updates import UpdateLog
from bot.subscriptions import Subscriptions


@dataclass(frozen=True, slots=True)
class Services:
    """`owners`: the Telegram user ids of those who may edit."""

    articles: Articles
    atlas: Atlas
    categories: CategoryStore
    changes: Changes
    clock: StoreClock
    drafts: Drafts
    links: Links
    managers: ManagerStore
    outbox: Outbox
    owners: frozenset[int]
    planner: Planner
    questions: Questions
    reports: Reports
    saved: SavedStore
    subscriptions: Subscriptions
    updates: UpdateLog
