import asyncio
from datetime import UTC, datetime, timedelta

from bot.bootstrap import Stores
from bot.domain.article import Added
from bot.storage import keys
from tests.unit.samples import FULL, NOW, article


async def test_what_is_published_is_stored_and_owed_once(stores: Stores) -> None:
    assert await stores.articles.publish(FULL)
    assert not await stores.articles.publish(FULL.model_copy(update={"title": "Other"}))
    stored = await stores.articles.get("full")
    assert stored
    assert stored.article == FULL
    assert await stores.plans.unplanned() == {"full"}
    ((_, plan),) = await stores.redis.xrange(keys.PLANS)
    assert plan == {b"id": b"full", b"arrived": str(stored.arrived).encode()}


async def test_an_article_arrives_by_the_stores_clock_and_after_what_was_settled_before(stores: Stores) -> None:
    before = await stores.clock.now()
    await stores.articles.publish(FULL)
    stored = await stores.articles.get("full")
    assert stored
    assert stored.arrived > int(before.timestamp() * 1000)
    assert [
        one.article.id
        for one in (await stores.articles.owed({"policy": before}, before + timedelta(hours=1)))["policy"]
    ]
    assert (await stores.articles.owed({"policy": before + timedelta(hours=1)}, before + timedelta(hours=2)))[
        "policy"
    ] == []


async def test_what_is_kept_is_owed_to_nobody(stores: Stores) -> None:
    assert await stores.articles.keep(FULL) is Added.NEW
    assert await stores.plans.unplanned() == set()
    stored = await stores.articles.get("full")
    assert stored
    assert (stored.arrived, stored.owed) == (int(NOW.timestamp() * 1000), False)
    assert (await stores.articles.owed({"policy": NOW - timedelta(days=1)}, NOW + timedelta(days=1)))["policy"] == []


async def test_what_was_published_elsewhere_is_owed_with_the_digests_that_reach_back_so_far(stores: Stores) -> None:
    arrived = NOW + timedelta(days=1)
    assert await stores.articles.keep(FULL, arrived) is Added.NEW
    assert await stores.plans.unplanned() == set()
    (stored,) = (await stores.articles.owed({"policy": NOW}, arrived))["policy"]
    assert stored.owed
    assert (await stores.articles.owed({"policy": arrived}, arrived + timedelta(days=1)))["policy"] == []


async def test_a_change_of_category_takes_along_what_is_owed_and_nothing_else(stores: Stores) -> None:
    await stores.articles.keep(article("owed"), NOW)
    await stores.articles.keep(article("kept"))
    for name in ("owed", "kept"):
        assert await stores.articles.keep(article(name, "tech"), NOW + timedelta(hours=5)) is Added.CHANGED
    day = (NOW - timedelta(days=1), NOW + timedelta(days=1))
    assert [one.article.id for one in (await stores.articles.owed({"tech": day[0]}, day[1]))["tech"]] == ["owed"]
    assert (await stores.articles.owed({"policy": day[0]}, day[1]))["policy"] == []
    kept = await stores.articles.get("kept")
    assert kept
    assert not kept.owed


async def test_what_is_kept_again_is_known_or_changed_and_keeps_its_arrival(stores: Stores) -> None:
    arrived = NOW + timedelta(days=1)
    await stores.articles.keep(FULL, arrived)
    assert await stores.articles.keep(FULL) is Added.KNOWN
    moved = FULL.model_copy(update={"category": "tech", "title": "Other"})
    assert await stores.articles.keep(moved) is Added.CHANGED
    stored = await stores.articles.get("full")
    assert stored
    assert (stored.article, stored.arrived) == (moved, int(arrived.timestamp() * 1000))
    assert (await stores.articles.count("policy"), await stores.articles.count("tech")) == (0, 1)
    assert await stores.articles.count() == 1


async def test_articles_from_before_computers(stores: Stores) -> None:
    """And from the beginning of their time, which feeds give for “unknown”."""
    for name, published in (("old", datetime(1851, 9, 18, tzinfo=UTC)), ("zero", datetime.fromtimestamp(0, UTC))):
        await stores.articles.keep(article(name, published=published))
    await stores.articles.keep(FULL)
    assert [one.article.id for one in await stores.articles.latest(count=5)] == ["full", "zero", "old"]
    assert await stores.articles.get("old") is not None


async def test_newest_first_a_page_at_a_time(stores: Stores) -> None:
    for number in range(7):
        slug = "tech" if number % 2 else "policy"
        await stores.articles.keep(article(f"a{number}", slug, published=NOW + timedelta(minutes=number)))
    assert [one.article.id for one in await stores.articles.latest(count=3)] == ["a6", "a5", "a4"]
    assert [one.article.id for one in await stores.articles.latest(skip=5, count=3)] == ["a1", "a0"]
    assert [one.article.id for one in await stores.articles.latest("tech", skip=1, count=1)] == ["a3"]
    assert await stores.articles.latest("gone", count=3) == []
    assert await stores.articles.latest(skip=99, count=3) == []
    assert await stores.articles.count("tech") == 3
    assert await stores.articles.count_since("policy", NOW) == 3
    assert await stores.articles.count_since("policy", NOW - timedelta(seconds=1)) == 4


async def test_owed_counts_after_the_one_moment_up_to_the_other(stores: Stores) -> None:
    for minutes in range(4):
        await stores.articles.keep(article(f"a{minutes}"), NOW + timedelta(minutes=minutes))
    found = (await stores.articles.owed({"policy": NOW}, NOW + timedelta(minutes=2)))["policy"]
    assert [one.article.id for one in found] == ["a2", "a1"]


async def test_many_come_in_the_order_asked_for(stores: Stores) -> None:
    for name in ("a", "b", "c"):
        await stores.articles.keep(article(name))
    assert [one.article.id for one in await stores.articles.get_many(["c", "gone", "a"])] == ["c", "a"]
    assert await stores.articles.get_many([]) == []
    assert await stores.articles.get("gone") is None


async def test_what_is_removed_leaves_nothing(stores: Stores) -> None:
    await stores.articles.keep(FULL, NOW)
    stored = await stores.articles.get("full")
    assert stored
    await stores.articles.remove(stored)
    await stores.articles.remove(stored)
    assert await stores.articles.get("full") is None
    assert (await stores.articles.owed({"policy": NOW - timedelta(days=1)}, NOW + timedelta(days=1)))["policy"] == []
    assert await stores.articles.latest(count=5) == []
    assert await stores.articles.count("policy") == 0


async def test_all_are_told_oldest_first(stores: Stores) -> None:
    for number in range(250):
        await stores.articles.keep(article(f"a{number}", published=NOW - timedelta(minutes=number)))
    assert [one.article.id async for one in stores.articles.all()] == [
        f"a{number}" for number in reversed(range(250))
    ]


async def test_what_is_not_listed_is_stored_and_told_last_and_owed_to_nobody(stores: Stores) -> None:
    general = article("general", listed=False)
    assert await stores.articles.keep_new(general)
    assert not await stores.articles.keep_new(general)
    assert not await stores.articles.publish(general)
    assert await stores.articles.keep(article("a2", published=NOW + timedelta(days=1))) is Added.NEW
    assert [one.article.id async for one in stores.articles.all()] == ["a2", "general"]
    assert [one.article.id for one in await stores.articles.latest("policy", count=5)] == ["a2"]
    assert await stores.articles.count() == await stores.articles.count("policy") == 1
    assert await stores.articles.arrived_after(0) == ["a2"]


async def test_an_article_enters_the_lists_and_leaves_them(stores: Stores) -> None:
    await stores.articles.keep(article(), NOW)
    for listed in (False, True, False):
        await stores.articles.change("a1", lambda old, to=listed: old.model_copy(update={"listed": to}))  # type: ignore[misc]
        assert await stores.articles.count() == await stores.articles.count("policy") == int(listed)
        assert [one.article.listed async for one in stores.articles.all()] == [listed]
    assert (await stores.articles.owed({"policy": NOW - timedelta(days=1)}, NOW + timedelta(days=1)))["policy"] == []
    stored = await stores.articles.get("a1")
    assert stored
    await stores.articles.remove(stored)
    assert [one async for one in stores.articles.all()] == []


async def test_changes_are_told_once_each(stores: Stores) -> None:
    running = asyncio.Event()
    assert await stores.articles.last_change() == "0"
    await stores.articles.publish(FULL)
    await stores.articles.keep(article())
    changes = await stores.articles.await_changes("0", running)
    assert [one for _, one in changes] == ["full", "a1"]
    change, _ = changes[-1]
    assert await stores.articles.last_change() == change
    assert await stores.articles.has_change(change)
    assert not await stores.articles.has_change("1-1")
    await stores.articles.keep(article(title="Other"))
    changes = await stores.articles.await_changes(change, running)
    assert [one for _, one in changes] == ["a1"]
    assert await stores.articles.changes_after(change, 10) == changes


async def test_a_change_wakes_who_waits_for_it(stores: Stores) -> None:
    async with asyncio.TaskGroup() as tasks:
        waiting = tasks.create_task(stores.articles.await_changes("0", asyncio.Event()))
        await stores.articles.publish(FULL)
    assert [one for _, one in waiting.result()] == ["full"]


async def test_an_article_lies_in_the_store_as_json(stores: Stores) -> None:
    await stores.articles.keep(FULL)
    await stores.articles.keep(article(), NOW)
    milliseconds = int(NOW.timestamp() * 1000)
    assert await stores.redis.hgetall(keys.ARTICLES) == {
        b"full": f"{milliseconds}:0:{FULL.model_dump_json()}".encode(),
        b"a1": f"{milliseconds}:1:{article().model_dump_json()}".encode(),
    }
