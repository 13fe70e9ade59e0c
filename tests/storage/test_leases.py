"""The queues under the outbox: who has taken what, and what becomes of it when they die."""

import asyncio
from datetime import timedelta

import pytest

from bot.bootstrap import Stores
from bot.domain.edition import Edition, Mark
from bot.domain.message import Message
from bot.storage import keys, streams
from bot.storage.outbox import Chunk, Outbox
from bot.storage.streams import Entry, LeaseQueue, Presence
from tests.storage.moments import abandon, blocked

EDITION = Edition(id="e1", message=Message(text="Hello"))


async def take(stores: Stores, count: int = 10) -> list[Entry]:
    return await stores.outbox.chunks.take(count, None, asyncio.Event())


async def owed(stores: Stores, *numbers: int) -> Chunk:
    await stores.outbox.owe(EDITION, numbers)
    (entry,) = await take(stores)
    return await stores.outbox.open(entry)


@pytest.fixture
async def other(stores: Stores) -> Outbox:
    """Another process's."""
    return Outbox(stores.redis, Presence(stores.redis, "other"))


async def test_preparing_twice_keeps_what_is_there(stores: Stores) -> None:
    await stores.outbox.owe(EDITION, [1])
    await stores.outbox.prepare()
    assert len(await take(stores)) == 1


async def test_what_was_owed_before_anyone_was_ready_is_taken(stores: Stores) -> None:
    await stores.redis.delete(keys.OUTBOX)
    await stores.outbox.owe(EDITION, [1])
    await stores.outbox.prepare()
    assert len(await take(stores)) == 1


async def test_each_entry_goes_to_one(stores: Stores, other: Outbox) -> None:
    for number in range(1, 5):
        await stores.outbox.owe(EDITION, [number])
    mine, theirs = await take(stores, 3), await other.chunks.take(3, None, asyncio.Event())
    assert (len(mine), len(theirs)) == (3, 1)
    assert await take(stores) == []


async def test_waiting_ends_with_the_first_entry(stores: Stores) -> None:
    async with asyncio.TaskGroup() as tasks:
        waiting = tasks.create_task(stores.outbox.chunks.take(5, timedelta(seconds=20), asyncio.Event()))
        await stores.outbox.owe(EDITION, [1])
    assert len(waiting.result()) == 1


async def test_waiting_ends_when_told_to_stop(stores: Stores) -> None:
    stopping = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        waiting = tasks.create_task(stores.outbox.chunks.take(5, timedelta(hours=1), stopping))
        await blocked(stores.redis)
        stopping.set()
    assert waiting.result() == []


async def test_what_a_living_process_took_stays_with_it(stores: Stores, other: Outbox) -> None:
    await owed(stores, 1)
    await abandon(stores, stores.presence)
    await stores.presence.show()
    assert await other.chunks.take_over() == []


async def test_what_a_dead_process_left_is_taken_over_once(stores: Stores, other: Outbox) -> None:
    chunk = await owed(stores, 1, 2)
    await stores.outbox.settle(chunk, 0, Mark.SENT, 7)
    await abandon(stores, stores.presence)
    third = Outbox(stores.redis, Presence(stores.redis, "third"))
    taken = await asyncio.gather(other.chunks.take_over(), third.chunks.take_over())
    (entry,) = [entry for entries in taken for entry in entries]
    assert (await other.open(entry)).marks == (Mark.SENT, Mark.OWED)
    assert await other.chunks.take_over() == []


async def test_what_was_taken_a_moment_ago_is_not_taken_over(stores: Stores, other: Outbox) -> None:
    """Its process may be about to show that it lives."""
    await owed(stores, 1)
    await abandon(stores, stores.presence, idle_ms=0)
    assert await other.chunks.take_over() == []


async def test_what_was_finished_meanwhile_is_not_taken_over(stores: Stores, other: Outbox) -> None:
    chunk = await owed(stores, 1)
    await abandon(stores, stores.presence)
    await stores.redis.xdel(keys.OUTBOX, chunk.entry.id)
    assert await other.chunks.take_over() == []


async def test_dead_processes_that_left_nothing_are_forgotten_after_a_while(
    stores: Stores, other: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not at once: what a name that is dropped takes at that moment would be lost with it."""
    chunk = await owed(stores, 1)
    await stores.outbox.finish(chunk)
    await abandon(stores, stores.presence)
    await other.chunks.take_over()
    names = [consumer["name"].decode() for consumer in await stores.redis.xinfo_consumers(keys.OUTBOX, "workers")]
    assert names == [stores.presence.name]
    monkeypatch.setattr(streams, "_FORGOTTEN_MS", -1)  # the server's own clock cannot be put forward
    await other.chunks.take_over()
    assert await stores.redis.xinfo_consumers(keys.OUTBOX, "workers") == []


async def test_what_a_process_took_and_did_not_finish_it_finds_again(stores: Stores, other: Outbox) -> None:
    first, second = await owed(stores, 1), await owed(stores, 2)
    await stores.outbox.finish(first)
    assert await stores.outbox.chunks.left_over() == [second.entry]
    assert await other.chunks.left_over() == []


async def test_presence_is_shown_and_taken_down(stores: Stores) -> None:
    presence = Presence(stores.redis, "me", timedelta(seconds=10))
    async with presence.shown():
        assert 0 < await stores.redis.pttl(keys.presence("me")) <= 10_000
    assert not await stores.redis.exists(keys.presence("me"))


async def test_presence_is_shown_again_before_it_ends(stores: Stores) -> None:
    shown = asyncio.Queue[None]()

    class Counted(Presence):
        async def show(self) -> None:
            await super().show()
            shown.put_nowait(None)

    async with Counted(stores.redis, "me", timedelta(milliseconds=60)).shown():
        for _ in range(3):
            await shown.get()
        assert await stores.redis.exists(keys.presence("me"))


async def test_queues_are_apart(stores: Stores) -> None:
    queue = LeaseQueue(stores.redis, keys.PLANS, stores.presence)
    await stores.outbox.owe(EDITION, [1])
    assert await queue.take(5, None, asyncio.Event()) == []
