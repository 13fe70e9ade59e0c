"""All that a front door may call."""

from dataclasses import dataclass

from bot.articles import Articles
from bot.delivery.reports import Reports
from bot.digests.planner import Planner
from bot.ingest.drafts import Drafts
from bot.questions.answer import Questions
from bot.rendering.links import Links
from bot.storage.categories import CategoryStore
from bot.storage.clock import StoreClock
from bot.storage.outbox import Outbox
from bot.storage.updates import UpdateLog
from bot.subscriptions import Subscriptions


@dataclass(frozen=True, slots=True)
class Services:
    """`owners`: the Telegram user ids of those who may edit."""

    articles: Articles
    categories: CategoryStore
    clock: StoreClock
    drafts: Drafts
    links: Links
    outbox: Outbox
    owners: frozenset[int]
    planner: Planner
    questions: Questions
    reports: Reports
    subscriptions: Subscriptions
    updates: UpdateLog
