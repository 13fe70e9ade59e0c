"""A process that ends in the middle, and two that come to the same chunk."""

import asyncio

from bot.bootstrap import Stores
from bot.delivery.pacer import Pacer
from bot.delivery.worker import Worker
from bot.domain.edition import Edition, Mark
from bot.domain.message import Message
from bot.storage.outbox import Outbox
from bot.storage.pace import Pace
from bot.storage.streams import Presence
from bot.subscriptions import Subscriptions
from tests.storage.moments import abandon
from tests.unit.delivery.fake_messenger import FakeMessenger

EDITION = Edition(id="e1", message=Message(text="Hello"), articles=("a1",))


class Gate(Pacer):
    """Our turn comes when the gate opens."""

    def __init__(self, pace: Pace) -> None:
        super().__init__(pace)
        self.waited = asyncio.Event()
        self.open = asyncio.Event()

    async def slot(self, stopping: asyncio.Event) -> bool:
        self.waited.set()
        await self.open.wait()
        return True


class Slots(Pacer):
    """Our turn comes so many times; then we are told to stop while we wait."""

    def __init__(self, pace: Pace, slots: int) -> None:
        super().__init__(pace)
        self._slots = slots

    async def slot(self, stopping: asyncio.Event) -> bool:
        self._slots -= 1
        if self._slots < 0:
            stopping.set()
        return self._slots >= 0


def successor_of(stores: Stores, subscriptions: Subscriptions, messenger: FakeMessenger) -> Worker:
    """Another process."""
    outbox = Outbox(stores.redis, Presence(stores.redis, "successor"))
    return Worker(
        outbox, stores.subscriptions, subscriptions, messenger, Pacer(Pace(stores.redis, 1_000_000)), in_flight=64
    )


async def test_a_worker_that_dies_leaves_its_chunk_to_the_next(
    stores: Stores, subscriptions: Subscriptions, messenger: FakeMessenger, chats: list[int]
) -> None:
    """It had settled the first, was trying the second and had not come to the third."""
    await stores.outbox.owe(EDITION, chats)
    (entry,) = await stores.outbox.chunks.take(1, None, asyncio.Event())
    chunk = await stores.outbox.open(entry)
    await stores.outbox.settle(chunk, 0, Mark.SENT, 1)
    await stores.outbox.begin_try(chunk, 1, Mark.TRYING)
    await abandon(stores, stores.presence)
    await successor_of(stores, subscriptions, messenger).run_until_idle()
    assert {(call.chat_id, call.silent) for call in messenger.calls} == {(-2, True), (-3, False)}
    assert len(messenger.calls) == 2
    assert (await stores.outbox.counts())["chunks_waiting"] == 0


async def test_what_was_tried_twice_when_a_worker_died_is_left(
    stores: Stores, subscriptions: Subscriptions, messenger: FakeMessenger, chats: list[int]
) -> None:
    await stores.outbox.owe(EDITION, chats[:1])
    (entry,) = await stores.outbox.chunks.take(1, None, asyncio.Event())
    await stores.outbox.begin_try(await stores.outbox.open(entry), 0, Mark.TRYING_AGAIN)
    await abandon(stores, stores.presence)
    await successor_of(stores, subscriptions, messenger).run_until_idle()
    assert messenger.calls == []
    assert (await stores.outbox.counts())["ambiguous"] == 1


async def test_of_two_workers_with_the_same_chunk_one_sends(
    stores: Stores, subscriptions: Subscriptions, messenger: FakeMessenger, chats: list[int]
) -> None:
    """The first was out of reach while it waited for its turn, and was taken for dead; it wakes while the second
    is sending."""
    gate = Gate(Pace(stores.redis, 1))
    first = Worker(stores.outbox, stores.subscriptions, subscriptions, messenger, gate, in_flight=64)
    await stores.outbox.owe(EDITION, chats)
    messenger.hang()
    async with asyncio.TaskGroup() as tasks:
        waking = tasks.create_task(first.step(asyncio.Event(), None))
        await gate.waited.wait()
        await abandon(stores, stores.presence)
        tasks.create_task(successor_of(stores, subscriptions, messenger).run_until_idle())
        while len(messenger.calls) < len(chats):
            messenger.called.clear()
            await messenger.called.wait()
        gate.open.set()
        await waking
        messenger.answering.set()
    assert sorted(call.chat_id for call in messenger.calls) == [-3, -2, -1]
    assert (await stores.outbox.counts())["sent"] == 3


async def test_a_worker_that_wakes_when_its_chunk_is_finished_sends_nothing(
    stores: Stores, subscriptions: Subscriptions, messenger: FakeMessenger, chats: list[int]
) -> None:
    gate = Gate(Pace(stores.redis, 1))
    first = Worker(stores.outbox, stores.subscriptions, subscriptions, messenger, gate, in_flight=64)
    await stores.outbox.owe(EDITION, chats)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(first.step(asyncio.Event(), None))
        await gate.waited.wait()
        await abandon(stores, stores.presence)
        await successor_of(stores, subscriptions, messenger).run_until_idle()
        gate.open.set()
    assert sorted(call.chat_id for call in messenger.calls) == [-3, -2, -1]
    assert (await stores.outbox.counts())["chunks_waiting"] == 0


async def test_stopped_in_between_the_rest_stays_in_the_outbox(
    stores: Stores, subscriptions: Subscriptions, messenger: FakeMessenger, chats: list[int]
) -> None:
    pacer = Slots(Pace(stores.redis, 1), len(chats) - 1)
    worker = Worker(stores.outbox, stores.subscriptions, subscriptions, messenger, pacer, in_flight=64)
    await stores.outbox.owe(EDITION, chats)
    await worker.run(asyncio.Event())
    tried = [call.chat_id for call in messenger.calls]
    assert len(tried) == len(set(tried)) == len(chats) - 1
    counts = await stores.outbox.counts()
    assert (counts["sent"], counts["chunks_waiting"]) == (len(chats) - 1, 1)
    (entry,) = await stores.outbox.chunks.left_over()
    marks = (await stores.outbox.open(entry)).marks
    assert sorted(marks) == sorted([Mark.SENT] * (len(chats) - 1) + [Mark.OWED])


async def test_what_a_worker_left_it_goes_on_with_when_it_runs_again(
    stores: Stores, subscriptions: Subscriptions, messenger: FakeMessenger, chats: list[int]
) -> None:
    """As after the store was away, with no other process there."""
    await stores.outbox.owe(EDITION, chats)
    for slots in (1, len(chats) - 1):
        pacer = Slots(Pace(stores.redis, 1), slots)
        worker = Worker(stores.outbox, stores.subscriptions, subscriptions, messenger, pacer, in_flight=64)
        if slots > 1:
            await stores.outbox.owe(EDITION.model_copy(update={"id": "e2"}), chats[:1])  # at which it stops
        await worker.run(asyncio.Event())
    assert sorted(call.chat_id for call in messenger.calls) == [-3, -2, -1]
    assert {call.silent for call in messenger.calls} == {False}
    assert (await stores.outbox.counts())["sent"] == 3


class Counted(Pacer):
    """Every turn comes at once, and is counted."""

    def __init__(self, pace: Pace) -> None:
        super().__init__(pace)
        self.given = 0

    async def slot(self, stopping: asyncio.Event) -> bool:
        self.given += 1
        return True


async def test_slots_do_not_pile_up_while_telegram_hangs(
    stores: Stores, subscriptions: Subscriptions, messenger: FakeMessenger, chats: list[int]
) -> None:
    """Else they would all be used at once when it answers again, and overrun its limits."""
    await stores.outbox.owe(EDITION, chats)
    pacer = Counted(Pace(stores.redis, 1_000_000))
    worker = Worker(stores.outbox, stores.subscriptions, subscriptions, messenger, pacer, in_flight=1)
    messenger.hang()
    delivering = asyncio.create_task(worker.run_until_idle())
    await messenger.called.wait()
    await stores.clock.now()  # a round trip, in which a second slot would have been taken
    assert pacer.given == 1
    messenger.answering.set()
    await delivering
    assert pacer.given == len(chats) == len(messenger.calls)
