"""What has become of deliveries, as it is written."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from bot.bootstrap import Stores
from bot.domain.delivery import Cause
from bot.domain.edition import Edition, Mark, Urgency
from bot.storage import keys
from bot.storage.orders import order
from bot.storage.outbox import Chunk
from bot.storage.settlements import RECALLABLE, Batch, Settlement, Settlements
from bot.storage.tasks import Task
from tests.storage.chunks import (
    EDITION,
    begun,
    candidate,
    check_accounts,
    marks_of,
    owed,
    settle,
    subscribed,
    take,
)
from tests.storage.moments import waits

DUE = datetime(2030, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)
ENDS = {
    Mark.SENT: "77",
    Mark.FAILED: "refused",
    Mark.AMBIGUOUS: "ambiguous",
    Mark.SKIPPED: None,
}


def task_of(chunk: Chunk, position: int = 0, **more: Any) -> Task:
    values = {"attempt": 0, "again": False, **more}
    number = chunk.numbers[position]
    return Task(chunk.urgency, chunk.edition_id, number, chunk.planned, **values)


def waiting(chunk: Chunk, position: int, task: Task, key: str = keys.LATER, before: Mark = Mark.OWED) -> Settlement:
    return Settlement(chunk, position, before, Mark.POSTPONED, None, key, DUE.timestamp(), task)


async def write(stores: Stores, *settled: Settlement, **more: Any) -> None:
    await Settlements(stores.redis).write(Batch(settled=list(settled), **more))


async def tried(stores: Stores, *chat_ids: int, edition: Edition = EDITION) -> Chunk:
    """All of a chunk are being tried."""
    chunk = await owed(stores, *await subscribed(stores, *chat_ids), edition=edition)
    await begun(stores, *(candidate(chunk, place) for place in range(len(chat_ids))))
    return chunk


# -- ends -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("again", [False, True], ids=["tried once", "tried twice"])
@pytest.mark.parametrize("end", list(ENDS))
async def test_an_end_is_marked_counted_and_kept(stores: Stores, end: Mark, again: bool) -> None:
    chunk = await tried(stores, 5, 6)
    before = Mark.TRYING_AGAIN if again else Mark.TRYING
    if again:
        await begun(stores, candidate(chunk, 0, Mark.TRYING))
    await settle(stores, chunk, 0, end, ENDS[end], before=before)
    assert (await marks_of(stores, chunk))[0] == end
    counts = await stores.outbox.counts()
    assert (counts[end.name.lower()], counts["in_flight"]) == (1, 1)
    assert await stores.outbox.receipt("e1", chunk.numbers[0]) == ENDS[end]
    await check_accounts(stores)


@pytest.mark.parametrize("end", [end for end in ENDS if end is not Mark.SENT])
@pytest.mark.parametrize("present", [mark for mark in Mark if mark is not Mark.TRYING])
async def test_only_what_was_sent_is_written_over_what_others_have_made_of_it(
    stores: Stores, end: Mark, present: Mark
) -> None:
    chunk = await owed(stores, 3, 4)
    await settle(stores, chunk, 0, present)
    counts = await stores.outbox.counts()
    await settle(stores, chunk, 0, end, ENDS[end], before=Mark.TRYING)
    assert (await marks_of(stores, chunk))[0] == present
    assert await stores.outbox.counts() == counts
    assert await stores.outbox.receipt("e1", 3) is None


async def test_what_was_sent_was_sent_whatever_others_think(stores: Stores) -> None:
    """Another process had taken it over, and tries it again."""
    chunk = await tried(stores, 5, 6)
    await begun(stores, candidate(chunk, 0, Mark.TRYING))
    await settle(stores, chunk, 0, Mark.SENT, "77", before=Mark.TRYING)
    assert (await marks_of(stores, chunk))[0] == Mark.SENT
    await settle(stores, chunk, 0, Mark.SENT, "78", before=Mark.TRYING_AGAIN)
    await settle(stores, chunk, 0, Mark.AMBIGUOUS, "ambiguous", before=Mark.TRYING_AGAIN)
    assert await stores.outbox.receipt("e1", chunk.numbers[0]) == "77"
    assert (await stores.outbox.counts())["sent"] == 1
    await check_accounts(stores)


@pytest.mark.parametrize("end", [Mark.FAILED, Mark.AMBIGUOUS, Mark.SKIPPED])
async def test_a_late_answer_takes_the_place_of_another_end(stores: Stores, end: Mark) -> None:
    """Whoever took it over had given up."""
    chunk = await tried(stores, 5, 6)
    await settle(stores, chunk, 0, end, ENDS[end], before=Mark.TRYING)
    await settle(stores, chunk, 0, Mark.SENT, "77", before=Mark.TRYING)
    assert (await marks_of(stores, chunk))[0] == Mark.SENT
    assert await stores.outbox.receipt("e1", chunk.numbers[0]) == "77"
    await check_accounts(stores)


async def test_a_try_that_is_handed_back_is_owed_as_before(stores: Stores) -> None:
    chunk = await tried(stores, 5)
    await settle(stores, chunk, 0, Mark.OWED, before=Mark.TRYING)
    assert await marks_of(stores, chunk) == [Mark.OWED]
    assert (await stores.outbox.counts())["in_flight"] == 0
    await check_accounts(stores)


async def test_written_twice_it_does_no_harm(stores: Stores) -> None:
    """The store's answer was lost."""
    chats = range(1, len(ENDS) + 3)
    chunk = await tried(stores, *chats)
    settled = [
        Settlement(chunk, position, Mark.TRYING, end, receipt) for position, (end, receipt) in enumerate(ENDS.items())
    ]
    settled.append(waiting(chunk, len(ENDS), task_of(chunk, len(ENDS)), before=Mark.TRYING))
    settled.append(Settlement(chunk, len(ENDS) + 1, Mark.TRYING, Mark.OWED))
    seen = []
    for _ in range(2):
        await write(stores, *settled)
        await check_accounts(stores)
        seen.append((await stores.outbox.counts(), await marks_of(stores, chunk), len(await waits(stores))))
    assert seen[0] == seen[1]


@pytest.mark.parametrize(("before", "end"), [(Mark.TRYING, Mark.SENT), (Mark.OWED, Mark.SKIPPED)])
async def test_written_twice_with_the_end_of_its_chunk_it_does_no_harm(
    stores: Stores, before: Mark, end: Mark
) -> None:
    chunk = await tried(stores, 5) if before is Mark.TRYING else await owed(stores, 3)
    for _ in range(2):
        await settle(stores, chunk, 0, end, ENDS[end], before=before)
    assert (await stores.outbox.counts())[end.name.lower()] == 1
    assert not await stores.redis.exists(keys.marks(chunk.urgency, chunk.id))
    await check_accounts(stores)


async def test_what_two_have_sent_counts_once_although_one_has_finished_the_chunk(stores: Stores) -> None:
    """One was taken for dead while it waited for Telegram's answer; the other tries again."""
    chunk = await tried(stores, 5)
    await begun(stores, candidate(chunk, 0, Mark.TRYING))
    await settle(stores, chunk, 0, Mark.SENT, "77", before=Mark.TRYING)
    await settle(stores, chunk, 0, Mark.SENT, "78", before=Mark.TRYING_AGAIN)
    assert (await stores.outbox.counts())["sent"] == 1
    assert not await stores.redis.exists(keys.marks(chunk.urgency, chunk.id))
    await check_accounts(stores)


async def test_what_is_finished_leaves_nothing(stores: Stores) -> None:
    first, second = await tried(stores, 5), await owed(stores, 3)
    await settle(stores, first, 0, Mark.SENT, "7", before=Mark.TRYING)
    assert not await stores.redis.exists(keys.marks(first.urgency, first.id))
    assert (await stores.redis.xpending(keys.outbox(first.urgency), "workers"))["pending"] == 1
    assert [chunk.id for chunk in await stores.outbox.left_over()] == [second.id]
    await check_accounts(stores)


async def test_nothing_is_written_of_nothing(stores: Stores) -> None:
    await write(stores)
    assert not Batch()
    await check_accounts(stores)


# -- receipts after a recall -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", list(ENDS))
async def test_who_was_reached_after_the_recall_is_added_to_it(stores: Stores, end: Mark) -> None:
    """And nobody else: what may have arrived cannot be taken back without its number."""
    chunk = await tried(stores, 5)
    await stores.outbox.recall(EDITION, Edition(id="r1", action="delete", of="e1"), None)
    await settle(stores, chunk, 0, end, ENDS[end], before=Mark.TRYING)
    following = await take(stores.outbox)
    assert [(one.edition_id, one.numbers) for one in following] == (
        [("r1", chunk.numbers)] if end is Mark.SENT else []
    )
    await check_accounts(stores)


# -- later ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("before", [Mark.OWED, Mark.TRYING])
async def test_what_is_postponed_comes_back_when_it_is_due(stores: Stores, before: Mark) -> None:
    chunk = await tried(stores, 5) if before is Mark.TRYING else await owed(stores, 3)
    settlements = Settlements(stores.redis)
    task = task_of(chunk, attempt=3, again=True, refusals=2)
    await write(stores, waiting(chunk, 0, task, before=before))
    await check_accounts(stores)
    assert await settlements.due(keys.LATER, DUE - SECOND) == []
    assert await settlements.due(keys.LATER, DUE) == [task]
    for _ in range(2):
        await settlements.owe_again(keys.LATER, task)
        await check_accounts(stores)
    (back,) = await take(stores.outbox)
    assert (back.edition_id, back.numbers, back.urgency) == ("e1", chunk.numbers, chunk.urgency)
    assert (back.attempt, back.again, back.refusals) == (3, True, 2)
    assert await settlements.due(keys.LATER, DUE) == []


async def test_when_someone_was_chosen_is_not_forgotten_by_waiting(stores: Stores) -> None:
    for command in order(EDITION, [3], planned=1_795_341_600_123):
        await stores.redis.execute_command(*command)
    for _ in range(2):
        (chunk,) = await take(stores.outbox)
        assert chunk.planned == 1_795_341_600_123
        task = task_of(chunk)
        await write(stores, waiting(chunk, 0, task))
        await Settlements(stores.redis).owe_again(keys.LATER, task)


@pytest.mark.parametrize("urgency", list(Urgency))
async def test_what_has_waited_keeps_its_urgency(stores: Stores, urgency: Urgency) -> None:
    chunk = await owed(stores, 3, edition=EDITION.model_copy(update={"urgency": urgency}))
    task = task_of(chunk)
    await write(stores, waiting(chunk, 0, task))
    (found,) = await Settlements(stores.redis).due(keys.LATER, DUE)
    await Settlements(stores.redis).owe_again(keys.LATER, found)
    assert [one.urgency for one in await take(stores.outbox)] == [urgency]


async def test_of_two_who_promote_at_once_one_does(stores: Stores) -> None:
    chunk = await owed(stores, *range(1, 31))
    await write(stores, *(waiting(chunk, n, task_of(chunk, n)) for n in range(30)))

    async def promote() -> None:
        settlements = Settlements(stores.redis)
        for task in await settlements.due(keys.LATER, DUE):
            await settlements.owe_again(keys.LATER, task)

    await asyncio.gather(*(promote() for _ in range(5)))
    assert sorted(number for one in await take(stores.outbox, 99) for number in one.numbers) == list(range(1, 31))
    await check_accounts(stores)


async def test_the_longest_waiting_come_first(stores: Stores) -> None:
    chunk = await owed(stores, *range(1, 6))
    for position, days in enumerate((3, 1, 4, 2, 5)):
        due = (DUE + timedelta(days=days)).timestamp()
        one = Settlement(chunk, position, Mark.OWED, Mark.POSTPONED, None, keys.LATER, due, task_of(chunk, position))
        await write(stores, one)
    found = await Settlements(stores.redis).due(keys.LATER, DUE + timedelta(days=4))
    assert [task.number for task in found] == [2, 4, 1, 3]


async def test_an_edition_stays_for_as_long_as_someone_waits_for_it(stores: Stores) -> None:
    chunk = await owed(stores, 3, 5)
    await stores.redis.expire(keys.edition("e1"), 60)
    await write(stores, waiting(chunk, 0, task_of(chunk)))
    assert await stores.redis.ttl(keys.edition("e1")) > RECALLABLE.total_seconds() - 60


# -- doubts ---------------------------------------------------------------------------------------------------------


async def doubted(stores: Stores, **more: Any) -> tuple[Settlements, Task]:
    chunk = await tried(stores, 5)
    task = task_of(chunk, cause=Cause.NOT_FOUND, found=1_795_341_600_123, chat_id=5, **more)
    await write(stores, waiting(chunk, 0, task, keys.DOUBTS, Mark.TRYING))
    await check_accounts(stores)
    settlements = Settlements(stores.redis)
    (found,) = await settlements.due(keys.DOUBTS, DUE)
    assert found == task
    return settlements, found


async def test_a_doubt_that_is_tried_again_knows_how_often_it_was_refused(stores: Stores) -> None:
    settlements, task = await doubted(stores)
    await settlements.owe_again(keys.DOUBTS, task, refusals=1)
    (back,) = await take(stores.outbox)
    assert (back.refusals, back.numbers) == (1, (task.number,))
    await check_accounts(stores)


async def test_a_doubt_that_is_given_up_has_failed_once(stores: Stores) -> None:
    settlements, task = await doubted(stores)
    await asyncio.gather(*(settlements.give_up(task) for _ in range(3)))
    await settlements.owe_again(keys.DOUBTS, task)
    await settlements.postpone(task, DUE)
    assert await take(stores.outbox) == []
    counts = await stores.outbox.counts()
    assert (counts["failed"], counts["postponed"], counts["doubts_waiting"]) == (1, 0, 0)
    assert await stores.outbox.receipt("e1", task.number) == "not_found"
    assert {number: text async for number, text in stores.outbox.receipts("e1")} == {task.number: "not_found"}
    await check_accounts(stores)


async def test_a_doubt_waits_for_the_next_run_once(stores: Stores) -> None:
    settlements, task = await doubted(stores, refusals=1)
    await asyncio.gather(*(settlements.postpone(task, DUE) for _ in range(3)))
    assert await settlements.due(keys.DOUBTS, DUE) == []
    (later,) = await settlements.due(keys.LATER, DUE)
    assert (later.refusals, later.cause, later.number) == (2, None, task.number)
    await check_accounts(stores)
    await settlements.owe_again(keys.LATER, later)
    (back,) = await take(stores.outbox)
    assert back.refusals == 2


# -- what is told of the tries ---------------------------------------------------------------------------------------


async def test_outcomes_are_told_by_minute(stores: Stores) -> None:
    now = datetime.fromtimestamp((await stores.redis.time())[0], UTC)
    minute = int(now.timestamp()) // 60
    await stores.redis.hset(keys.outcomes(minute - 2), "sent", 7)
    chunk = await tried(stores, 5)
    for _ in range(2):
        await write(stores, Settlement(chunk, 0, Mark.TRYING, Mark.OWED), outcomes=Counter(sent=2, blocked=1))
    told = await Settlements(stores.redis).outcomes(now, 4)
    assert sum(told, Counter()) == Counter(sent=11, blocked=2)
    assert Counter(sent=7) in told[2:]
    written = [key async for key in stores.redis.scan_iter(f"{keys.OUTCOMES}*")]
    lives = [await stores.redis.ttl(key) for key in written if key != keys.outcomes(minute - 2).encode()]
    assert all(0 < life <= 3600 for life in lives)
    await settle(stores, chunk, 0, Mark.SKIPPED)


def test_a_task_is_stored_as_it_was() -> None:
    tasks = [
        Task(Urgency.CATCH_UP, "e:1", 7, 1_795_341_600_123, 3, again=True),
        Task(Urgency.BREAKING, "é", 1_000_000, 0, 0, again=False, refusals=2, chat_id=-1001234567890, found=9),
        *(Task(Urgency.REGULAR, "e", 1, 1, 1, again=False, cause=cause) for cause in Cause),
    ]
    assert [Task.decode(task.encode()) for task in tasks] == tasks
    assert all(one.encode() != other.encode() for one, other in pairwise(tasks))
