"""The worker over a real outbox and a messenger that does as it is told."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.bootstrap import Stores
from bot.delivery.pacer import Pacer
from bot.delivery.worker import Worker, backoff, owed
from bot.domain.delivery import Ambiguous, Later, Moved, Refused, Sent, Unreachable
from bot.domain.message import Message
from bot.domain.schedule import Schedule
from bot.domain.subscription import Address, Subscription
from bot.storage.outbox import Chunk, Edition, Mark
from bot.storage.pace import Pace
from bot.storage.streams import Presence
from bot.subscriptions import Reader, Subscriptions
from tests.storage.moments import abandon
from tests.unit.delivery.fake_messenger import Call, FakeMessenger
from tests.unit.samples import CATEGORIES, NOW

EDITION = Edition(id="e1", message=Message(text="Hello"), articles=("a1",))


@pytest.fixture
def messenger() -> FakeMessenger:
    return FakeMessenger()


@pytest.fixture
def subscriptions(stores: Stores) -> Subscriptions:
    return Subscriptions(stores.subscriptions, stores.categories, stores.clock, timezone="UTC", language="en")


@pytest.fixture
def worker(stores: Stores, subscriptions: Subscriptions, messenger: FakeMessenger) -> Worker:
    pacer = Pacer(Pace(stores.redis, 1_000_000))
    return Worker(stores.outbox, stores.subscriptions, subscriptions, messenger, pacer)


@pytest.fixture
async def chats(stores: Stores, subscriptions: Subscriptions) -> list[int]:
    """Three subscribed chats; gives their subscriptions' numbers."""
    for category in CATEGORIES:
        await stores.categories.add(category)
    numbers = []
    for chat_id in (-1, -2, -3):
        await subscriptions.subscribe(Reader(Address(chat_id)), ["policy"])
        record = await stores.subscriptions.read(Address(chat_id))
        assert record
        numbers.append(record.number)
    return numbers


async def come_due(stores: Stores) -> int:
    """What was postponed, whenever to."""
    return await stores.outbox.promote(datetime.now(UTC) + timedelta(days=1))


async def test_everyone_gets_it_once(
    stores: Stores, worker: Worker, messenger: FakeMessenger, chats: list[int]
) -> None:
    await stores.outbox.owe(EDITION, chats)
    await worker.run_until_idle()
    assert sorted(call.chat_id for call in messenger.calls) == [-3, -2, -1]
    assert {(call.text, call.silent) for call in messenger.calls} == {("Hello", False)}
    assert await stores.outbox.counts() == {
        "sent": 3,
        "chunks_waiting": 0,
        "plans_waiting": 0,
        "postponed_waiting": 0,
    }
    assert await stores.outbox.receipt("e1", chats[0]) is not None
    assert not await worker.step(asyncio.Event(), None)


async def test_one_chat_in_trouble_keeps_nobody_waiting(
    stores: Stores, worker: Worker, messenger: FakeMessenger, chats: list[int]
) -> None:
    messenger.will(-1, Later(), RuntimeError("our own fault"))
    await stores.outbox.owe(EDITION, chats)
    await worker.run_until_idle()
    assert messenger.sent_to(-2) == messenger.sent_to(-3) == ["Hello"]
    assert (await stores.outbox.counts())["postponed_waiting"] == 1
    await come_due(stores)
    await worker.run_until_idle()
    counts = await stores.outbox.counts()
    assert (counts["sent"], counts["failed"], counts["postponed_waiting"]) == (2, 1, 0)


async def test_what_was_certainly_not_sent_is_sent_again_aloud(
    stores: Stores, worker: Worker, messenger: FakeMessenger, chats: list[int]
) -> None:
    messenger.will(-1, Later(), Later(), Sent(7))
    await stores.outbox.owe(EDITION, chats[:1])
    for _ in range(3):
        await worker.run_until_idle()
        await come_due(stores)
    assert messenger.calls == [Call("send", -1, "Hello")] * 3
    assert await stores.outbox.receipt("e1", chats[0]) == 7


async def test_waits_grow_with_each_try(
    stores: Stores, worker: Worker, messenger: FakeMessenger, chats: list[int]
) -> None:
    messenger.will(-1, *[Later()] * 3)
    await stores.outbox.owe(EDITION, chats[:1])
    for expected in (1, 2, 4):
        await worker.run_until_idle()
        due = await stores.outbox.next_due()
        assert due is not None
        assert expected - 0.9 < (due - datetime.now(UTC)).total_seconds() <= expected
        await come_due(stores)


def test_backoff_has_an_end() -> None:
    waits = [backoff(attempt).total_seconds() for attempt in (0, 1, 2, 9, 10, 1000)]
    assert waits == [1, 2, 4, 512, 600, 600]


async def test_as_long_as_telegram_asks_nothing_goes_out(
    stores: Stores, subscriptions: Subscriptions, messenger: FakeMessenger, chats: list[int]
) -> None:
    class Held(Pacer):
        held = timedelta()

        def hold(self, wait: timedelta) -> None:
            self.held = wait

    pacer = Held(Pace(stores.redis, 1_000_000))
    worker = Worker(stores.outbox, stores.subscriptions, subscriptions, messenger, pacer)
    messenger.will(-1, Later(timedelta(seconds=30)))
    await stores.outbox.owe(EDITION, chats[:1])
    await worker.run_until_idle()
    assert pacer.held == timedelta(seconds=30)
    due = await stores.outbox.next_due()
    assert due is not None
    assert 29 < (due - datetime.now(UTC)).total_seconds() <= 30


async def test_what_may_have_been_sent_is_sent_once_more_silently_and_never_a_third_time(
    stores: Stores, worker: Worker, messenger: FakeMessenger, chats: list[int]
) -> None:
    messenger.will(-1, Ambiguous(), Ambiguous())
    await stores.outbox.owe(EDITION, chats[:1])
    for _ in range(3):
        await worker.run_until_idle()
        await come_due(stores)
    assert [call.silent for call in messenger.calls] == [False, True]
    assert (await stores.outbox.counts())["ambiguous"] == 1


async def test_doubt_survives_a_wait(
    stores: Stores, worker: Worker, messenger: FakeMessenger, chats: list[int]
) -> None:
    messenger.will(-1, Ambiguous(), Later(), Sent(5))
    await stores.outbox.owe(EDITION, chats[:1])
    for _ in range(3):
        await worker.run_until_idle()
        await come_due(stores)
    assert [call.silent for call in messenger.calls] == [False, True, True]


async def test_who_cannot_be_reached_is_parked_and_gets_nothing_more(
    stores: Stores, worker: Worker, messenger: FakeMessenger, chats: list[int]
) -> None:
    messenger.will(-1, Unreachable("Forbidden: bot was blocked"))
    await stores.outbox.owe(EDITION, chats)
    await worker.run_until_idle()
    record = await stores.subscriptions.read(Address(-1))
    assert record
    assert record.subscription.parked == "Forbidden: bot was blocked"
    assert "policy" in record.subscription.categories
    await stores.outbox.owe(EDITION.model_copy(update={"id": "e2"}), chats)
    await worker.run_until_idle()
    assert len(messenger.sent_to(-1)) == 1
    assert len(messenger.sent_to(-2)) == 2


async def test_a_group_that_has_moved_gets_it_under_its_new_number(
    stores: Stores, worker: Worker, messenger: FakeMessenger, chats: list[int]
) -> None:
    messenger.will(-1, Moved(-1001))
    await stores.outbox.owe(EDITION, chats[:1])
    await worker.run_until_idle()
    assert [call.chat_id for call in messenger.calls] == [-1, -1001]
    assert await stores.subscriptions.read(Address(-1)) is None


async def test_a_group_that_has_moved_to_where_it_subscribed_already_is_not_tried_for_ever(
    stores: Stores, worker: Worker, subscriptions: Subscriptions, messenger: FakeMessenger, chats: list[int]
) -> None:
    await subscriptions.subscribe(Reader(Address(-1001)), ["tech"])
    messenger.will(-1, *[Moved(-1001)] * 5)
    await stores.outbox.owe(EDITION, chats[:1])
    await worker.run_until_idle()
    assert [call.chat_id for call in messenger.calls] == [-1]
    record = await stores.subscriptions.read(Address(-1001))
    assert record
    assert set(record.subscription.categories) == {"policy", "tech"}
    assert await stores.subscriptions.count("policy") == 3


async def test_what_telegram_refuses_is_not_tried_again(
    stores: Stores, worker: Worker, messenger: FakeMessenger, chats: list[int]
) -> None:
    messenger.will(-1, Refused("can't parse entities"))
    await stores.outbox.owe(EDITION, chats[:1])
    await worker.run_until_idle()
    assert await come_due(stores) == 0
    assert (await stores.outbox.counts())["failed"] == 1
    record = await stores.subscriptions.read(Address(-1))
    assert record
    assert record.subscription.parked is None


async def test_who_has_gone_or_unsubscribed_gets_nothing(
    stores: Stores, worker: Worker, subscriptions: Subscriptions, messenger: FakeMessenger, chats: list[int]
) -> None:
    record = await stores.subscriptions.read(Address(-3))
    assert record
    arrived = int(record.subscription.settled_until("policy").timestamp() * 1000) + 1
    await stores.outbox.owe(EDITION.model_copy(update={"category": "policy", "arrived": arrived}), [*chats, 99])
    await subscriptions.forget(-1)
    await subscriptions.unsubscribe(Reader(Address(-2)), ["policy"])
    await worker.run_until_idle()
    assert [call.chat_id for call in messenger.calls] == [-3]
    assert (await stores.outbox.counts())["skipped"] == 3


async def test_what_was_sent_can_be_changed_and_deleted(
    stores: Stores, worker: Worker, messenger: FakeMessenger, chats: list[int]
) -> None:
    messenger.will(-1, Sent(41))
    await stores.outbox.owe(EDITION, chats[:1])
    await worker.run_until_idle()
    await stores.outbox.owe(Edition(id="e2", action="edit", of="e1", message=Message(text="Better")), chats[:2])
    await worker.run_until_idle()
    await stores.outbox.owe(Edition(id="e3", action="delete", of="e1"), chats[:1])
    await worker.run_until_idle()
    assert messenger.calls[1:] == [Call("edit", -1, "Better", 41), Call("delete", -1, message_id=41)]
    assert (await stores.outbox.counts())["failed"] == 1  # the second chat has nothing that could be changed


async def test_what_is_recalled_is_sent_to_nobody_else(
    stores: Stores, worker: Worker, messenger: FakeMessenger, chats: list[int]
) -> None:
    messenger.will(-1, Sent(41))
    await stores.outbox.owe(EDITION, chats[:1])
    await worker.run_until_idle()
    await stores.outbox.owe(EDITION, chats[1:])
    assert await stores.outbox.recall(EDITION, Edition(id="r", action="delete", of="e1"), None) == 1
    await worker.run_until_idle()
    assert messenger.calls[1:] == [Call("delete", -1, message_id=41)]


async def test_what_was_just_on_its_way_when_it_was_recalled_is_taken_back_too(
    stores: Stores, worker: Worker, messenger: FakeMessenger, chats: list[int]
) -> None:
    messenger.hang()
    messenger.will(-1, Sent(41))
    await stores.outbox.owe(EDITION, chats[:1])
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(worker.run_until_idle())
        await messenger.called.wait()
        assert await stores.outbox.recall(EDITION, Edition(id="r", action="delete", of="e1"), None) == 0
        messenger.answering.set()
    assert messenger.calls[1:] == [Call("delete", -1, message_id=41)]


async def test_a_worker_that_dies_leaves_its_chunk_to_the_next(
    stores: Stores, worker: Worker, subscriptions: Subscriptions, messenger: FakeMessenger, chats: list[int]
) -> None:
    """It had settled the first, was trying the second and had not come to the third."""
    await stores.outbox.owe(EDITION, chats)
    (entry,) = await stores.outbox.chunks.take(1, None, asyncio.Event())
    chunk = await stores.outbox.open(entry)
    await stores.outbox.settle(chunk, 0, Mark.SENT, 1)
    await stores.outbox.mark_trying(chunk, 1, Mark.TRYING)
    await abandon(stores, stores.presence)
    await _successor(stores, subscriptions, messenger).run_until_idle()
    assert {(call.chat_id, call.silent) for call in messenger.calls} == {(-2, True), (-3, False)}
    assert len(messenger.calls) == 2
    assert (await stores.outbox.counts())["chunks_waiting"] == 0


async def test_what_was_tried_twice_when_a_worker_died_is_left(
    stores: Stores, subscriptions: Subscriptions, messenger: FakeMessenger, chats: list[int]
) -> None:
    await stores.outbox.owe(EDITION, chats[:1])
    (entry,) = await stores.outbox.chunks.take(1, None, asyncio.Event())
    await stores.outbox.mark_trying(await stores.outbox.open(entry), 0, Mark.TRYING_AGAIN)
    await abandon(stores, stores.presence)
    await _successor(stores, subscriptions, messenger).run_until_idle()
    assert messenger.calls == []
    assert (await stores.outbox.counts())["ambiguous"] == 1


def _successor(stores: Stores, subscriptions: Subscriptions, messenger: FakeMessenger) -> Worker:
    outbox = type(stores.outbox)(stores.redis, Presence(stores.redis, "successor"))
    return Worker(outbox, stores.subscriptions, subscriptions, messenger, Pacer(Pace(stores.redis, 1_000_000)))


async def test_stopped_in_between_the_rest_stays_in_the_outbox(
    stores: Stores, subscriptions: Subscriptions, messenger: FakeMessenger, chats: list[int]
) -> None:
    stopping = asyncio.Event()

    class OneSlot(Pacer):
        """Our turn comes once; then we are told to stop while we wait."""

        slots = 0

        async def slot(self, stopping: asyncio.Event) -> bool:
            self.slots += 1
            if self.slots > 1:
                stopping.set()
            return self.slots == 1

    worker = Worker(stores.outbox, stores.subscriptions, subscriptions, messenger, OneSlot(Pace(stores.redis, 1)))
    await stores.outbox.owe(EDITION, chats)
    await worker.run(stopping)
    assert [call.chat_id for call in messenger.calls] == [-1]
    counts = await stores.outbox.counts()
    assert (counts["sent"], counts["chunks_waiting"]) == (1, 1)


# -- whether a chat still wants it ----------------------------------------------------------------------------------

MS = int(NOW.timestamp() * 1000)


def instant(arrived: int) -> Edition:
    return Edition(id="e", message=Message(text="x"), category="policy", arrived=arrived)


AT_ONCE = Subscription(chat_id=1).subscribe(["policy"], NOW)
DAILY = AT_ONCE.with_schedule(Schedule.parse("daily 08:00"))


@pytest.mark.parametrize(
    ("edition", "subscription", "wanted"),
    [
        (instant(MS + 1), AT_ONCE, True),
        (instant(MS), AT_ONCE, False),  # it was there before the chat subscribed
        (instant(MS + 1), DAILY, False),  # the digest tells of it
        (instant(MS), DAILY, True),  # it came before the category moved into the digest
        (instant(MS + 1), AT_ONCE.unsubscribe(["policy"]), False),
        (instant(MS + 1), AT_ONCE.park("blocked"), False),
        (EDITION, DAILY, True),
        (EDITION, DAILY.park("blocked"), False),
        (EDITION, Subscription(chat_id=1), True),
        (Edition(id="e", action="delete", of="x"), Subscription(chat_id=1, parked="blocked"), True),
        (Edition(id="e", action="edit", of="x", category="policy"), Subscription(chat_id=1), True),
    ],
)
def test_owed(edition: Edition, subscription: Subscription, wanted: bool) -> None:
    assert owed(edition, subscription) is wanted


async def test_a_chunk_of_many_keeps_each_ones_mark(stores: Stores) -> None:
    await stores.outbox.owe(EDITION, list(range(1, 251)))
    entries = await stores.outbox.chunks.take(10, None, asyncio.Event())
    chunks: list[Chunk] = [await stores.outbox.open(entry) for entry in entries]
    assert [len(chunk.numbers) for chunk in chunks] == [100, 100, 50]
    assert [number for chunk in chunks for number in chunk.numbers] == list(range(1, 251))
    await stores.outbox.settle(chunks[1], 99, Mark.SKIPPED)
    marks = (await stores.outbox.open(entries[1])).marks
    assert marks == (Mark.OWED,) * 99 + (Mark.SKIPPED,)
