"""A few hours of one reader, told step by step."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.domain.category import Category
from tests.simulation.clock import server_with_clock
from tests.simulation.day import MIDNIGHT, Day
from tests.simulation.world import Chats, Service, in_haste, services_of, stores_of


@pytest.fixture
async def day(tmp_path: Path) -> AsyncIterator[Day]:
    async with server_with_clock(tmp_path, MIDNIGHT) as (url, clock), stores_of(url) as stores:
        await stores.categories.add(Category(slug="policy", name="Policy"))
        services, chats = services_of(stores), Chats(clock, stores.outbox)
        with in_haste():
            yield Day(clock, services, Service(stores, chats), chats)
