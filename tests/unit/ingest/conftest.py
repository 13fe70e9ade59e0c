import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from bot.bootstrap import Reading, Stores, build_services
from bot.domain.draft import Preview
from bot.domain.feed import Feed, Health
from bot.ingest.fetch import Fetcher
from bot.ingest.parsing import Parsers
from bot.services import Services
from config.settings import Settings
from tests.sites import Site, open_site
from tests.unit.samples import CATEGORIES

#: Of real feeds there are none here: see tests/benchmarks/corpus.py.
collect_ignore = [] if os.environ.get("NEWSBOT_CORPUS") else ["test_corpus.py"]


@dataclass
class Told:
    """A desk that notes what editors are told."""

    notices: list[str] = field(default_factory=list)
    drafts: list[Preview] = field(default_factory=list)

    async def trouble(self, feed: Feed, health: Health) -> None:
        self.notices.append(f"trouble {feed.url}")

    async def recovered(self, feed: Feed) -> None:
        self.notices.append(f"recovered {feed.url}")

    async def gone(self, feed: Feed) -> None:
        self.notices.append(f"gone {feed.url}")

    async def draft(self, feed: Feed, preview: Preview) -> None:
        self.drafts.append(preview)


@pytest.fixture
def desk() -> Told:
    return Told()


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with open_site() as opened:
        yield opened


@pytest.fixture
async def reading() -> AsyncIterator[Reading]:
    """It may ask this machine, and need not spare it."""
    async with Fetcher(agent="newsbot/tests", allow_private=True, spacing=0) as fetcher, Parsers() as parsers:
        yield Reading(fetcher, parsers)


@pytest.fixture
async def feeding(stores: Stores, reading: Reading, desk: Told) -> Services:
    """All that a front door may call, with three categories, and what it takes to read feeds."""
    for category in CATEGORIES:
        await stores.categories.add(category)
    return build_services(stores, Settings.model_validate({}), "newsbot", reading, desk)
