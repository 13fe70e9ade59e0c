"""Categories, drafts, handled updates, the clock and the pace."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.bootstrap import Stores
from bot.domain.article import Added
from bot.domain.category import Category
from bot.domain.draft import Draft
from bot.domain.subscription import ChatKind
from bot.storage import keys
from bot.storage.connection import StoreError, connect
from bot.storage.drafts import KEPT
from bot.storage.managers import Managed
from tests.unit.samples import CATEGORIES, FULL


async def test_categories_keep_the_order_in_which_they_were_added(stores: Stores) -> None:
    for category in CATEGORIES:
        assert await stores.categories.add(category)
    assert not await stores.categories.add(Category(slug="policy", name="Other name"))
    assert await stores.categories.all() == CATEGORIES
    assert await stores.categories.get("policy") == CATEGORIES[0]
    assert await stores.categories.get("gone") is None


async def test_a_category_that_was_removed_leaves_the_order_of_the_others(stores: Stores) -> None:
    for category in CATEGORIES:
        await stores.categories.add(category)
    await stores.categories.remove(CATEGORIES[0].slug)
    new = Category(slug="aaa", name="New")
    assert await stores.categories.add(new)
    assert await stores.categories.all() == [*CATEGORIES[1:], new]


async def test_without_categories_there_are_none(stores: Stores) -> None:
    assert await stores.categories.all() == []


async def test_what_somebody_manages_is_kept_for_an_hour(stores: Stores) -> None:
    managed = Managed(chat_id=-1001, kind=ChatKind.CHANNEL, title="Daily")
    assert await stores.managers.managed_by(7) is None
    await stores.managers.begin(7, managed)
    assert await stores.managers.managed_by(7) == managed
    assert await stores.managers.managed_by(8) is None
    assert 3500 < await stores.redis.ttl(keys.managed_by(7)) <= 3600
    assert await stores.managers.end(7)
    assert not await stores.managers.end(7)
    assert await stores.managers.managed_by(7) is None


async def test_a_refusal_is_told_once_in_some_minutes(stores: Stores) -> None:
    assert await stores.managers.refuse(-5, 7)
    assert not await stores.managers.refuse(-5, 7)
    assert await stores.managers.refuse(-5, 8)
    assert await stores.managers.refuse(-6, 7)
    assert 0 < await stores.redis.ttl(keys.refused(-5, 7)) <= 180


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


async def test_categories_are_renamed_and_names_survive(stores: Stores) -> None:
    tech = Category(slug="tech", name="Tech", names={"de": "Technik", "ru": "Техника"})
    assert await stores.categories.put(tech) is Added.NEW
    assert await stores.categories.put(tech) is Added.KNOWN
    assert await stores.categories.put(Category(slug="tech", name="Technology", names={"de": "IT"})) is Added.CHANGED
    stored = await stores.categories.get("tech")
    assert stored and (stored.name, stored.names) == ("Technology", {"de": "IT", "ru": "Техника"})
    renamed = await stores.categories.rename("tech", "Tecnología", "es")
    assert renamed == await stores.categories.get("tech")
    assert renamed and renamed.called("es") == "Tecnología"
    assert await stores.categories.rename("gone", "Gone") is None
