"""What is owed: the outbox, and the queues under it."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.bootstrap import Stores
from bot.domain.message import Message
from bot.storage import keys
from bot.storage.outbox import CHUNK_SIZE, RECALLABLE, Chunk, Edition, Mark, Outbox, order
from bot.storage.streams import Entry, LeaseQueue, Presence
from tests.storage.moments import abandon, blocked

EDITION = Edition(id="e1", message=Message(text="<b>Hello</b> “😀”"), articles=("a1", "a2"))


async def take(stores: Stores, count: int = 10) -> list[Entry]:
    return await stores.outbox.chunks.take(count, None, asyncio.Event())


async def owed(stores: Stores, *numbers: int, edition: Edition = EDITION) -> Chunk:
    await stores.outbox.owe(edition, numbers)
    (entry,) = await take(stores)
    return await stores.outbox.open(entry)


# -- owing and settling ---------------------------------------------------------------------------------------------


async def test_an_edition_is_stored_before_it_is_sent(stores: Stores) -> None:
    chunk = await owed(stores, 3, 5)
    assert (chunk.edition_id, chunk.numbers, chunk.attempt, chunk.again) == ("e1", (3, 5), 0, False)
    assert chunk.marks == (Mark.OWED, Mark.OWED)
    assert await stores.outbox.edition("e1") == EDITION
    assert await stores.outbox.editions_of("a1") == await stores.outbox.editions_of("a2") == ["e1"]
    assert await stores.outbox.edition("gone") is None


async def test_an_edition_for_nobody_is_no_work(stores: Stores) -> None:
    await stores.outbox.owe(EDITION, [])
    assert await take(stores) == []


@pytest.mark.parametrize("mark", list(Mark))
async def test_marks_are_kept_each_at_its_place(stores: Stores, mark: Mark) -> None:
    chunk = await owed(stores, *range(1, CHUNK_SIZE + 1))
    await stores.outbox.mark_trying(chunk, 57, mark)
    marks = (await stores.outbox.open(chunk.entry)).marks
    assert [position for position, found in enumerate(marks) if found is mark] == (
        list(range(CHUNK_SIZE)) if mark is Mark.OWED else [57]
    )


async def test_a_receipt_is_kept_for_as_long_as_the_message_can_be_deleted(stores: Stores) -> None:
    chunk = await owed(stores, 3, 5)
    await stores.outbox.settle(chunk, 1, Mark.SENT, 77)
    assert await stores.outbox.receipt("e1", 5) == 77
    assert await stores.outbox.receipt("e1", 3) is None
    for key in (keys.receipts("e1"), keys.edition("e1")):
        assert 0 < await stores.redis.ttl(key) <= RECALLABLE.total_seconds()
    assert (await stores.outbox.counts())["sent"] == 1


async def test_what_is_finished_leaves_nothing(stores: Stores) -> None:
    chunk = await owed(stores, 3)
    await stores.outbox.settle(chunk, 0, Mark.SKIPPED)
    await stores.outbox.finish(chunk)
    assert await stores.outbox.chunks.waiting() == 0
    assert not await stores.redis.exists(keys.marks(chunk.entry.id))
    assert (await stores.redis.xpending(keys.OUTBOX, "workers"))["pending"] == 0


# -- later ----------------------------------------------------------------------------------------------------------


async def test_what_is_postponed_comes_back_when_it_is_due(stores: Stores) -> None:
    chunk = await owed(stores, 3, 5)
    due = datetime(2030, 1, 1, tzinfo=UTC)
    await stores.outbox.postpone(chunk, 1, due, again=True)
    await stores.outbox.finish(chunk)
    assert await stores.outbox.next_due() == due
    assert await stores.outbox.promote(due - timedelta(seconds=1)) == 0
    assert await stores.outbox.promote(due) == 1
    assert await stores.outbox.promote(due) == 0
    (entry,) = await take(stores)
    back = await stores.outbox.open(entry)
    assert (back.edition_id, back.numbers, back.attempt, back.again) == ("e1", (5,), 1, True)
    await stores.outbox.postpone(back, 0, due, again=False)
    await stores.outbox.promote(due)
    (entry,) = await take(stores)
    again = await stores.outbox.open(entry)
    assert (again.attempt, again.again) == (2, True), "doubt does not go away"
    assert await stores.outbox.next_due() is None


async def test_of_two_who_promote_at_once_one_does(stores: Stores) -> None:
    chunk = await owed(stores, *range(1, 31))
    for position in range(30):
        await stores.outbox.postpone(chunk, position, datetime.now(UTC), again=False)
    await asyncio.gather(*(stores.outbox.promote(datetime.now(UTC)) for _ in range(5)))
    numbers = [number for entry in await take(stores, 99) for number in (await stores.outbox.open(entry)).numbers]
    assert sorted(numbers) == list(range(1, 31))


# -- plans ----------------------------------------------------------------------------------------------------------


async def test_a_plan_advances_once_from_where_it_stood(stores: Stores) -> None:
    plan = Entry("1-1", {})
    assert await stores.outbox.plan_cursor(plan) == 0
    assert await stores.outbox.advance_plan(plan, 0, 4096, order(EDITION, list(range(1, 251))))
    assert not await stores.outbox.advance_plan(plan, 0, 4096, order(EDITION, [1]))
    assert await stores.outbox.plan_cursor(plan) == 4096
    assert await stores.outbox.chunks.waiting() == 3
    assert await stores.outbox.advance_plan(plan, 4096, 8192, order(EDITION, []))
    await stores.outbox.finish_plan(plan)
    assert await stores.outbox.plan_cursor(plan) == 0


async def test_a_full_slice_goes_into_the_outbox_in_one_step(stores: Stores) -> None:
    numbers = list(range(1, 4096 * 8))
    assert await stores.outbox.advance_plan(Entry("1-1", {}), 0, 4096, order(EDITION, numbers))
    chunks = [await stores.outbox.open(entry) for entry in await take(stores, 999)]
    assert [number for chunk in chunks for number in chunk.numbers] == numbers


# -- taking back ----------------------------------------------------------------------------------------------------


async def test_a_recall_follows_whom_it_reached(stores: Stores) -> None:
    chunk = await owed(stores, 3, 5)
    await stores.outbox.settle(chunk, 0, Mark.SENT, 77)
    recall = Edition(id="r1", action="delete", of="e1")
    assert await stores.outbox.recall(EDITION, recall, None) == 1
    (entry,) = await take(stores)
    following = await stores.outbox.open(entry)
    assert (following.edition_id, following.numbers) == ("r1", (3,))
    assert await stores.outbox.edition("e1") is None
    await stores.outbox.settle(chunk, 1, Mark.SENT, 78)
    (entry,) = await take(stores)
    assert (await stores.outbox.open(entry)).numbers == (5,), "it was on its way when it was recalled"


async def test_a_replacement_is_what_the_others_get(stores: Stores) -> None:
    await owed(stores, 3)
    better = EDITION.model_copy(update={"message": Message(text="Better")})
    assert await stores.outbox.recall(EDITION, Edition(id="r1", action="edit", of="e1"), better) == 0
    assert await stores.outbox.edition("e1") == better


async def test_an_article_that_is_forgotten_has_no_editions(stores: Stores) -> None:
    await stores.outbox.owe(EDITION, [1])
    await stores.outbox.forget_article("a1")
    assert await stores.outbox.editions_of("a1") == []
    assert await stores.outbox.editions_of("a2") == ["e1"]


async def test_nothing_counts_as_nothing(stores: Stores) -> None:
    assert await stores.outbox.counts() == {"chunks_waiting": 0, "plans_waiting": 0, "postponed_waiting": 0}


# -- leases ---------------------------------------------------------------------------------------------------------


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


async def test_dead_processes_that_left_nothing_are_forgotten(stores: Stores, other: Outbox) -> None:
    chunk = await owed(stores, 1)
    await stores.outbox.finish(chunk)
    await abandon(stores, stores.presence)
    await other.chunks.take_over()
    assert await stores.redis.xinfo_consumers(keys.OUTBOX, "workers") == []


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
