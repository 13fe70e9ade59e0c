"""What has been begun is ended by somebody."""

from bot.bootstrap import Stores
from bot.storage.begun import Begun, BegunStore
from bot.storage.streams import Presence

FIRST, SECOND = Begun(-5, 1), Begun(7, 2)


async def test_what_a_killed_process_has_begun_is_found_once(stores: Stores) -> None:
    other = Presence(stores.redis, "other")
    theirs = BegunStore(stores.redis, other)
    async with other.shown():
        for begun in (FIRST, SECOND):
            await theirs.note(begun)
        await theirs.end(SECOND)
        assert await stores.begun.take_abandoned() == []
    assert await stores.begun.take_abandoned() == [FIRST]
    assert await stores.begun.take_abandoned() == []


async def test_ones_own_is_not_abandoned(stores: Stores) -> None:
    await stores.begun.note(FIRST)
    assert await stores.begun.take_abandoned() == []
