"""The queues under the outbox: who has taken what, and what becomes of it when they die."""

import asyncio
from datetime import timedelta

import pytest

from bot.bootstrap import Stores
from bot.domain.edition import Mark, Urgency
from bot.storage import keys, streams
from bot.storage.outbox import Outbox
from bot.storage.streams import LeaseQueue, Presence, take_any
from tests.storage.chunks import EDITION, owed, settle, take
from tests.storage.moments import abandon, blocked

REGULAR = keys.outbox(Urgency.REGULAR)


@pytest.fixture
async def other(stores: Stores) -> Outbox:
    """Another process's."""
    return Outbox(stores.redis, Presence(stores.redis, "other"))


async def test_preparing_twice_keeps_what_is_there(stores: Stores) -> None:
    await stores.outbox.owe(EDITION, [1])
    await stores.outbox.prepare()
    assert len(await take(stores.outbox)) == 1


async def test_what_was_owed_before_anyone_was_ready_is_taken(stores: Stores) -> None:
    await stores.redis.delete(REGULAR)
    await stores.outbox.owe(EDITION, [1])
    await stores.outbox.prepare()
    assert len(await take(stores.outbox)) == 1


async def test_each_entry_goes_to_one(stores: Stores, other: Outbox) -> None:
    for number in range(1, 5):
        await stores.outbox.owe(EDITION, [number])
    mine, theirs = await take(stores.outbox, 3), await take(other, 3)
    assert (len(mine), len(theirs)) == (3, 1)
    assert await take(stores.outbox) == []


async def test_waiting_ends_with_the_first_entry(stores: Stores) -> None:
    async with asyncio.TaskGroup() as tasks:
        waiting = tasks.create_task(stores.outbox.take({Urgency.REGULAR: 5}, timedelta(seconds=20), asyncio.Event()))
        await stores.outbox.owe(EDITION, [1])
    assert len(waiting.result()) == 1


async def test_waiting_ends_when_told_to_stop(stores: Stores) -> None:
    stopping = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        waiting = tasks.create_task(stores.outbox.take({Urgency.REGULAR: 5}, timedelta(hours=1), stopping))
        await blocked(stores.redis)
        stopping.set()
    assert waiting.result() == []


async def test_what_a_living_process_took_stays_with_it(stores: Stores, other: Outbox) -> None:
    await owed(stores, 1)
    await abandon(stores, stores.presence)
    await stores.presence.show()
    assert await other.take_over() == []


async def test_what_a_dead_process_left_is_taken_over_once(stores: Stores, other: Outbox) -> None:
    chunk = await owed(stores, 1, 2)
    await settle(stores, chunk, 0, Mark.SENT, "7")
    await abandon(stores, stores.presence)
    third = Outbox(stores.redis, Presence(stores.redis, "third"))
    taken = await asyncio.gather(other.take_over(), third.take_over())
    (found,) = [one for chunks in taken for one in chunks]
    assert (found.id, found.marks) == (chunk.id, [Mark.SENT, Mark.OWED])
    assert await other.take_over() == []


async def test_what_was_taken_a_moment_ago_is_not_taken_over(stores: Stores, other: Outbox) -> None:
    """Its process may be about to show that it lives."""
    await owed(stores, 1)
    await abandon(stores, stores.presence, idle_ms=0)
    assert await other.take_over() == []


async def test_what_was_finished_meanwhile_is_not_taken_over(stores: Stores, other: Outbox) -> None:
    chunk = await owed(stores, 1)
    await abandon(stores, stores.presence)
    await stores.redis.xdel(REGULAR, chunk.id)
    assert await other.take_over() == []


async def test_dead_processes_that_left_nothing_are_forgotten_after_a_while(
    stores: Stores, other: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not at once: what a name that is dropped takes at that moment would be lost with it."""
    chunk = await owed(stores, 1)
    await settle(stores, chunk, 0, Mark.SKIPPED)
    await abandon(stores, stores.presence)
    await other.take_over()
    names = [consumer["name"].decode() for consumer in await stores.redis.xinfo_consumers(REGULAR, "workers")]
    assert names == [stores.presence.name]
    monkeypatch.setattr(streams, "_FORGOTTEN_MS", -1)  # the server's own clock cannot be put forward
    await other.take_over()
    assert await stores.redis.xinfo_consumers(REGULAR, "workers") == []


async def test_what_a_process_took_and_did_not_finish_it_finds_again(stores: Stores, other: Outbox) -> None:
    first, second = await owed(stores, 1), await owed(stores, 2)
    await settle(stores, first, 0, Mark.SKIPPED)
    assert [chunk.id for chunk in await stores.outbox.left_over()] == [second.id]
    assert await other.left_over() == []


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
    await queue.prepare()
    await stores.outbox.owe(EDITION, [1])
    assert await queue.take(5, None, asyncio.Event()) == []


# -- several queues at once -----------------------------------------------------------------------------------------


@pytest.fixture
async def queues(stores: Stores) -> list[LeaseQueue]:
    queues = [LeaseQueue(stores.redis, f"{{newsbot}}:test:{name}", stores.presence) for name in "abc"]
    for queue in queues:
        await queue.prepare()
    return queues


async def put(stores: Stores, queue: LeaseQueue, count: int) -> None:
    for number in range(count):
        await stores.redis.xadd(queue.stream, {"n": number})


async def test_of_several_queues_each_gives_its_own(stores: Stores, queues: list[LeaseQueue]) -> None:
    first, second, third = queues
    await put(stores, first, 1)
    await put(stores, third, 3)
    taken = await take_any(dict.fromkeys(queues, 2), None, asyncio.Event())
    assert {queue: len(entries) for queue, entries in taken.items()} == {first: 1, second: 0, third: 2}
    taken = await take_any(dict.fromkeys(queues, 2), None, asyncio.Event())
    assert [entry.fields for entry in taken[third]] == [{b"n": b"2"}]


async def test_none_gives_more_than_was_asked_of_it(stores: Stores, queues: list[LeaseQueue]) -> None:
    for queue in queues:
        await put(stores, queue, 5)
    taken = await take_any(dict(zip(queues, (1, 2, 3), strict=True)), None, asyncio.Event())
    assert all(1 <= len(taken[queue]) <= most for queue, most in zip(queues, (1, 2, 3), strict=True))


async def test_nothing_in_any_of_several_queues(queues: list[LeaseQueue]) -> None:
    assert await take_any(dict.fromkeys(queues, 2), None, asyncio.Event()) == {queue: [] for queue in queues}


async def test_waiting_for_several_ends_with_the_first_entry_of_any(stores: Stores, queues: list[LeaseQueue]) -> None:
    async with asyncio.TaskGroup() as tasks:
        waiting = tasks.create_task(take_any(dict.fromkeys(queues, 2), timedelta(seconds=20), asyncio.Event()))
        await blocked(stores.redis)
        await put(stores, queues[1], 1)
    assert [len(entries) for entries in waiting.result().values()] == [0, 1, 0]


async def test_waiting_for_several_ends_when_told_to_stop(stores: Stores, queues: list[LeaseQueue]) -> None:
    stopping = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        waiting = tasks.create_task(take_any(dict.fromkeys(queues, 2), timedelta(hours=1), stopping))
        await blocked(stores.redis)
        stopping.set()
    assert waiting.result() == {queue: [] for queue in queues}
