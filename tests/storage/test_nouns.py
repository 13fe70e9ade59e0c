"""Categories, feeds, drafts, handled updates, the clock and the pace."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.bootstrap import Stores
from bot.domain.category import Category
from bot.storage import keys
from bot.storage.connection import StoreError, connect
from bot.storage.drafts import KEPT, Draft
from tests.unit.samples import CATEGORIES, FULL


async def test_categories_keep_the_order_in_which_they_were_added(stores: Stores) -> None:
    for category in CATEGORIES:
        assert await stores.categories.add(category)
    assert not await stores.categories.add(Category(slug="policy", name="Other name"))
    assert await stores.categories.all() == CATEGORIES
    assert await stores.categories.get("policy") == CATEGORIES[0]
    assert await stores.categories.get("gone") is None


async def test_without_categories_there_are_none(stores: Stores) -> None:
    assert await stores.categories.all() == []


async def test_feeds(stores: Stores) -> None:
    assert await stores.feeds.add("https://a.example/feed", "policy")
    assert not await stores.feeds.add("https://a.example/feed", "tech")
    assert await stores.feeds.all() == {"https://a.example/feed": "tech"}


async def test_a_draft_is_kept_for_a_week(stores: Stores) -> None:
    draft = Draft(id="d1", text="policy\n\nTitle \u202e😀", article=FULL)
    await stores.drafts.save(draft)
    assert await stores.drafts.get("d1") == draft
    assert await stores.redis.ttl(keys.draft("d1")) > (KEPT - timedelta(minutes=1)).total_seconds()
    assert await stores.drafts.discard("d1")
    assert not await stores.drafts.discard("d1")
    assert await stores.drafts.get("d1") is None


async def test_an_update_is_handled_once(stores: Stores) -> None:
    assert not await stores.updates.handled(5)
    await stores.updates.mark_handled(5)
    await stores.updates.mark_handled(5)
    assert await stores.updates.handled(5)
    assert not await stores.updates.handled(6)
    # Telegram keeps updates for 24 hours: https://core.telegram.org/bots/api#getting-updates
    assert await stores.redis.ttl(keys.update(5)) > 24 * 3600


async def test_the_clock_is_the_stores_and_never_goes_back(stores: Stores) -> None:
    seconds, microseconds = await stores.redis.time()
    now = await stores.clock.now()
    assert now.tzinfo is UTC
    assert now.microsecond % 1000 == 0
    server = datetime.fromtimestamp(seconds, UTC) + timedelta(microseconds=microseconds)
    assert timedelta(milliseconds=-2) <= now - server < timedelta(seconds=5)
    moments = [await stores.clock.now() for _ in range(50)]
    assert moments == sorted(moments)


async def test_a_server_that_is_away_is_told_as_such() -> None:
    client = connect("redis://127.0.0.1:1/0?socket_connect_timeout=1")
    with pytest.raises(StoreError):
        await client.ping()
    await client.aclose()
