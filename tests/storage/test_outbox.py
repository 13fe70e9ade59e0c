"""What is owed: the outbox."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.bootstrap import Stores
from bot.domain.edition import Edition, Mark
from bot.domain.message import Message
from bot.domain.subscription import Address, Subscription
from bot.storage import keys
from bot.storage.outbox import CHUNK_SIZE, RECALLABLE, Chunk, order
from bot.storage.streams import Entry
from tests.unit.samples import NOW, article

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
    assert await stores.outbox.begin_try(chunk, 57, mark)
    marks = (await stores.outbox.open(chunk.entry)).marks
    assert [position for position, found in enumerate(marks) if found is mark] == (
        list(range(CHUNK_SIZE)) if mark is Mark.OWED else [57]
    )


async def test_who_begins_a_try_gets_what_is_stored_by_then(stores: Stores) -> None:
    """Not what stood there when the chunk was opened."""
    reader = Subscription(chat_id=5).subscribe(["policy"], NOW)
    await stores.subscriptions.change(reader, lambda old: old)
    record = await stores.subscriptions.read(Address(5))
    assert record
    chunk = await owed(stores, record.number, 99)
    better = EDITION.model_copy(update={"message": Message(text="Better")})
    await stores.outbox.recall(EDITION, Edition(id="r1", action="edit", of="e1"), better)
    await stores.subscriptions.change(reader, lambda old: old.park("blocked"))
    begun = await stores.outbox.begin_try(chunk, 0, Mark.TRYING)
    assert begun
    assert begun[0] == better
    assert Subscription.model_validate_json(begun[1]) == reader.park("blocked")
    assert await stores.outbox.begin_try(chunk, 1, Mark.TRYING) == (better, b"")
    await stores.outbox.recall(EDITION, Edition(id="r2", action="delete", of="e1"), None)
    fresh = await stores.outbox.open(chunk.entry)
    assert await stores.outbox.begin_try(fresh, 1, Mark.TRYING_AGAIN) == (None, b"")


@pytest.mark.parametrize("mark", [mark for mark in Mark if mark is not Mark.OWED])
async def test_of_two_who_begin_a_try_one_may(stores: Stores, mark: Mark) -> None:
    """Whatever became of it under the other's hand."""
    chunk = await owed(stores, 3, 5)
    same = await stores.outbox.open(chunk.entry)
    assert await stores.outbox.begin_try(chunk, 1, mark)
    assert await stores.outbox.begin_try(same, 1, Mark.TRYING) is None
    assert (await stores.outbox.open(chunk.entry)).marks == (Mark.OWED, mark)
    assert await stores.outbox.begin_try(same, 0, Mark.TRYING)


async def test_a_try_that_was_in_doubt_is_begun_again_by_one(stores: Stores) -> None:
    chunk = await owed(stores, 3)
    await stores.outbox.begin_try(chunk, 0, Mark.TRYING)
    chunks = [await stores.outbox.open(chunk.entry) for _ in range(5)]
    begun = await asyncio.gather(*(stores.outbox.begin_try(one, 0, Mark.TRYING_AGAIN) for one in chunks))
    assert len([one for one in begun if one]) == 1


async def test_an_edition_that_nobody_gets_goes_by_itself(stores: Stores) -> None:
    await owed(stores, 3)
    assert 48 * 3600 < await stores.redis.ttl(keys.edition("e1")) <= 30 * 24 * 3600
    assert order(EDITION, []) == []


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
    assert [score for _, score in await stores.redis.zrange(keys.LATER, 0, -1, withscores=True)] == [due.timestamp()]
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
    assert await stores.redis.zcard(keys.LATER) == 0


async def test_when_someone_was_chosen_is_not_forgotten_by_waiting(stores: Stores) -> None:
    async with stores.redis.pipeline() as pipe:
        for command in order(EDITION, [3], planned=1_795_341_600_123):
            pipe.execute_command(*command)
        await pipe.execute()
    for _ in range(2):
        (entry,) = await take(stores)
        chunk = await stores.outbox.open(entry)
        assert chunk.planned == 1_795_341_600_123
        await stores.outbox.postpone(chunk, 0, datetime.now(UTC), again=False)
        await stores.outbox.promote(datetime.now(UTC) + timedelta(days=1))


async def test_of_two_who_promote_at_once_one_does(stores: Stores) -> None:
    chunk = await owed(stores, *range(1, 31))
    for position in range(30):
        await stores.outbox.postpone(chunk, position, datetime.now(UTC), again=False)
    await asyncio.gather(*(stores.outbox.promote(datetime.now(UTC)) for _ in range(5)))
    numbers = [number for entry in await take(stores, 99) for number in (await stores.outbox.open(entry)).numbers]
    assert sorted(numbers) == list(range(1, 31))


# -- plans ----------------------------------------------------------------------------------------------------------


async def published(stores: Stores) -> Entry:
    assert await stores.articles.publish(article("a1"))
    (plan,) = await stores.outbox.plans.take(1, None, asyncio.Event())
    return plan


async def test_a_plan_advances_once_from_where_it_stood(stores: Stores) -> None:
    plan = await published(stores)
    assert await stores.outbox.plan_cursor(plan) == 0
    assert await stores.outbox.advance_plan(plan, "a1", 0, 4096, order(EDITION, list(range(1, 251))))
    assert not await stores.outbox.advance_plan(plan, "a1", 0, 4096, order(EDITION, [1]))
    assert await stores.outbox.plan_cursor(plan) == 4096
    assert await stores.outbox.chunks.waiting() == 3
    assert await stores.outbox.advance_plan(plan, "a1", 4096, 8192, order(EDITION, []))
    await stores.outbox.finish_plan(plan)
    assert await stores.outbox.plan_cursor(plan) == 0


@pytest.mark.parametrize("start", [0, 4096])
async def test_a_plan_that_is_finished_advances_no_more(stores: Stores, start: int) -> None:
    """Whatever cursor a successor has read: it is gone with the plan, and would be 0 again."""
    plan = await published(stores)
    assert await stores.outbox.advance_plan(plan, "a1", 0, 4096, order(EDITION, [1]))
    await stores.outbox.finish_plan(plan)
    assert not await stores.outbox.advance_plan(plan, "a1", start, start + 4096, order(EDITION, [2]))
    assert await stores.outbox.chunks.waiting() == 1
    assert not await stores.redis.exists(keys.fan_out(plan.id))


async def test_the_plan_of_an_article_that_was_taken_back_advances_no_more(stores: Stores) -> None:
    plan = await published(stores)
    stored = await stores.articles.get("a1")
    assert stored
    await stores.articles.remove(stored)
    assert not await stores.outbox.advance_plan(plan, "a1", 0, 4096, order(EDITION, [1]))
    assert await stores.outbox.chunks.waiting() == 0
    assert await stores.outbox.edition("e1") is None


async def test_a_full_slice_goes_into_the_outbox_in_one_step(stores: Stores) -> None:
    numbers = list(range(1, 4096 * 8))
    plan = await published(stores)
    assert await stores.outbox.advance_plan(plan, "a1", 0, 4096, order(EDITION, numbers))
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
