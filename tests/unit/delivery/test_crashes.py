"""A process that ends in the middle, and two that come to the same chunk."""

import asyncio

import pytest

from bot.bootstrap import Stores
from bot.delivery.worker import Worker
from bot.domain.edition import Edition, Mark
from bot.domain.message import Message
from bot.storage import keys
from bot.storage.outbox import Outbox
from bot.storage.streams import Presence
from tests.storage.chunks import begun, candidate, check_accounts, marks_of, owed, settle, take
from tests.storage.moments import abandon
from tests.unit.delivery.fake_messenger import FakeMessenger
from tests.unit.delivery.processes import Gate, worker_of

EDITION = Edition(id="e1", message=Message(text="Hello"), articles=("a1",))
CHATS = [-3, -2, -1]


def to(messenger: FakeMessenger) -> list[int]:
    return sorted(call.chat_id for call in messenger.calls)


async def test_a_worker_that_dies_leaves_its_chunk_to_the_next(
    stores: Stores, messenger: FakeMessenger, chats: list[int], swift: None
) -> None:
    """It had settled the first, was trying the second and had not come to the third."""
    chunk = await owed(stores, *chats, edition=EDITION)
    await begun(stores, candidate(chunk, 0), candidate(chunk, 1))
    await settle(stores, chunk, 0, Mark.SENT, "1", before=Mark.TRYING)
    await abandon(stores, stores.presence)
    await worker_of(stores, messenger, name="successor").run_until_idle()
    assert {(call.chat_id, call.silent) for call in messenger.calls} == {(-2, True), (-3, False)}
    assert len(messenger.calls) == 2
    assert (await stores.outbox.counts())["chunks_waiting"] == 0
    await check_accounts(stores)


async def test_what_was_tried_twice_when_a_worker_died_is_left(
    stores: Stores, messenger: FakeMessenger, chats: list[int], swift: None
) -> None:
    chunk = await owed(stores, chats[0], edition=EDITION)
    for mark in (Mark.OWED, Mark.TRYING):
        await begun(stores, candidate(chunk, 0, mark))
    await abandon(stores, stores.presence)
    await worker_of(stores, messenger, name="successor").run_until_idle()
    assert messenger.calls == []
    assert (await stores.outbox.counts())["ambiguous"] == 1
    assert await stores.outbox.receipt("e1", chats[0]) == "ambiguous"
    await check_accounts(stores)


async def test_of_two_workers_with_the_same_chunk_one_sends(
    stores: Stores, messenger: FakeMessenger, chats: list[int], worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first was out of reach while it waited for its turn, and was taken for dead; it wakes while the second
    is sending."""
    gate, stopping = Gate(worker, monkeypatch), asyncio.Event()
    await stores.outbox.owe(EDITION, chats)
    messenger.hang()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(worker.run(stopping))
        await gate.waited.wait()
        await abandon(stores, stores.presence)
        sending = tasks.create_task(worker_of(stores, messenger, name="successor").run_until_idle())
        await messenger.has_had(len(chats))
        gate.open.set()
        await gate.given.wait()
        messenger.answering.set()
        await sending
        stopping.set()
    assert to(messenger) == CHATS
    assert (await stores.outbox.counts())["sent"] == 3


async def test_a_worker_that_wakes_when_its_chunk_is_finished_sends_nothing(
    stores: Stores, messenger: FakeMessenger, chats: list[int], worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(worker, monkeypatch)
    await stores.outbox.owe(EDITION, chats)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(worker.run_until_idle())
        await gate.waited.wait()
        await abandon(stores, stores.presence)
        await worker_of(stores, messenger, name="successor").run_until_idle()
        gate.open.set()
    assert to(messenger) == CHATS
    assert (await stores.outbox.counts())["chunks_waiting"] == 0
    assert [key async for key in stores.redis.scan_iter("*:marks:*")] == []


async def test_an_answer_that_comes_when_another_has_taken_over_counts(
    stores: Stores, messenger: FakeMessenger, chats: list[int], swift: None
) -> None:
    """Nobody knew that it would: the other has sent it once more, silently, and hears later."""
    await stores.outbox.owe(EDITION, chats[:1])
    late = FakeMessenger()
    for one in (messenger, late):
        one.hang()
    async with asyncio.TaskGroup() as tasks:
        first = tasks.create_task(worker_of(stores, messenger).run_until_idle())
        await messenger.has_had(1)
        await abandon(stores, stores.presence)
        tasks.create_task(worker_of(stores, late, name="successor").run_until_idle())
        await late.has_had(1)
        messenger.answering.set()
        await asyncio.wait([first])
        late.answering.set()
    assert [call.silent for call in (*messenger.calls, *late.calls)] == [False, True]
    await check_accounts(stores)


async def stopped_after(count: int, worker: Worker, messenger: FakeMessenger, stores: Stores) -> None:
    """It is told to stop while so many wait for an answer."""
    stopping = asyncio.Event()
    messenger.hang()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(worker.run(stopping))
        await messenger.has_had(count)
        stopping.set()
        for _ in range(20):  # round trips, in which every loop hears of it
            await stores.clock.now()
        messenger.answering.set()


async def test_stopped_in_between_the_rest_stays_in_the_outbox(
    stores: Stores, messenger: FakeMessenger, chats: list[int], swift: None
) -> None:
    await stores.outbox.owe(EDITION, chats)
    await stopped_after(len(chats) - 1, worker_of(stores, messenger, in_flight=len(chats) - 1), messenger, stores)
    assert len(set(to(messenger))) == len(messenger.calls) == len(chats) - 1
    counts = await stores.outbox.counts()
    assert (counts["sent"], counts["in_flight"], counts["chunks_waiting"]) == (len(chats) - 1, 0, 1)
    (chunk,) = await stores.outbox.left_over()
    assert sorted(chunk.marks) == sorted([Mark.SENT] * (len(chats) - 1) + [Mark.OWED])
    await check_accounts(stores)


async def test_what_a_worker_left_it_goes_on_with_when_it_runs_again(
    stores: Stores, messenger: FakeMessenger, chats: list[int], swift: None
) -> None:
    """As after the store was away, with no other process there."""
    worker = worker_of(stores, messenger, in_flight=1)
    await stores.outbox.owe(EDITION, chats)
    await stopped_after(1, worker, messenger, stores)
    assert len(messenger.calls) == 1
    await worker.run_until_idle()
    assert to(messenger) == CHATS
    assert {call.silent for call in messenger.calls} == {False}
    assert (await stores.outbox.counts())["sent"] == 3
    await check_accounts(stores)


async def test_slots_do_not_pile_up_while_telegram_hangs(
    stores: Stores, messenger: FakeMessenger, chats: list[int], swift: None
) -> None:
    """Else they would all be used at once when it answers again, and overrun its limits."""
    await stores.outbox.owe(EDITION, chats)
    worker = worker_of(stores, messenger, in_flight=1)
    messenger.hang()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(worker.run_until_idle())
        await messenger.has_had(1)
        reserved = await stores.redis.hget(keys.PACE, "next")
        for _ in range(20):  # round trips, in which a second slot would have been taken
            await stores.clock.now()
        assert await stores.redis.hget(keys.PACE, "next") == reserved
        assert (await stores.outbox.counts())["in_flight"] == 1
        messenger.answering.set()
    assert to(messenger) == CHATS
    await check_accounts(stores)


async def test_a_chunk_that_names_nobody_left_is_closed_by_whoever_takes_it_over(
    stores: Stores, messenger: FakeMessenger, chats: list[int], swift: None
) -> None:
    """Its process died between the last mark and the end of the chunk."""
    chunk = await owed(stores, *chats[:2], edition=EDITION)
    await settle(stores, chunk, 0, Mark.SENT, "1")
    await settle(stores, chunk, 1, Mark.SKIPPED)
    await abandon(stores, stores.presence)
    await worker_of(stores, messenger, name="successor").run_until_idle()
    assert messenger.calls == []
    assert (await stores.outbox.counts())["chunks_waiting"] == 0
    assert await marks_of(stores, chunk) == [Mark.OWED] * 2, "they are gone"
    assert await take(Outbox(stores.redis, Presence(stores.redis, "third"))) == []
