"""What people have saved."""

from datetime import UTC, datetime, timedelta

from bot.bootstrap import Stores
from bot.storage.saved import MOST_SAVED

NOW = datetime(2026, 11, 22, tzinfo=UTC)


async def test_the_newest_first_and_each_once(stores: Stores) -> None:
    for article_id, moment in (("b", NOW), ("a", NOW + timedelta(seconds=1))):
        await stores.saved.restore(1, {article_id: moment})
    assert await stores.saved.save(1, "b") == 0
    assert await stores.saved.all(1) == {"a": NOW + timedelta(seconds=1), "b": NOW}
    assert await stores.saved.all(2) == {}


async def test_a_chat_keeps_so_many_and_the_oldest_go(stores: Stores) -> None:
    await stores.saved.restore(1, {f"a{n}": NOW + timedelta(seconds=n) for n in range(MOST_SAVED)})
    assert await stores.saved.save(1, "a5") == 0
    assert await stores.saved.save(1, "new") == 1
    kept = list(await stores.saved.all(1))
    assert (kept[0], kept[-1], len(kept)) == ("new", "a1", MOST_SAVED)


async def test_what_is_taken_out_leaves_no_trace(stores: Stores) -> None:
    await stores.saved.save(1, "a")
    await stores.saved.save(1, "b")
    await stores.saved.save(2, "a")
    await stores.saved.unsave(1, "a")
    assert list(await stores.saved.all(1)) == ["b"]
    await stores.saved.unsave(1, "b")
    assert [chat async for chat in stores.saved.chats()] == [2]
    assert await stores.saved.forget(2)
    assert not await stores.saved.forget(2)
    assert await stores.redis.keys("*saved*") == []
