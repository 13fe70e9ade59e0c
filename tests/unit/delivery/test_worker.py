"""The worker over a real outbox and a messenger that does as it is told."""

import asyncio
from datetime import timedelta

from bot.bootstrap import Stores
from bot.delivery.pacer import Pacer
from bot.delivery.worker import Worker, backoff
from bot.domain.delivery import Ambiguous, Later, Moved, Refused, Sent, Unreachable
from bot.domain.edition import Edition, Mark
from bot.domain.message import Message
from bot.domain.subscription import Address
from bot.storage import keys
from bot.storage.outbox import Chunk
from bot.storage.pace import Pace
from bot.subscriptions import Reader, Subscriptions
from tests.storage.moments import come_due, waits
from tests.unit.delivery.fake_messenger import Call, FakeMessenger

EDITION = Edition(id="e1", message=Message(text="Hello"), articles=("a1",))


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
        (wait,) = await waits(stores)
        assert expected - 0.9 < wait <= expected
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
    worker = Worker(stores.outbox, stores.subscriptions, subscriptions, messenger, pacer, in_flight=64)
    messenger.will(-1, Later(timedelta(seconds=30)))
    await stores.outbox.owe(EDITION, chats[:1])
    await worker.run_until_idle()
    assert pacer.held == timedelta(seconds=30)
    (wait,) = await waits(stores)
    assert 29 < wait <= 30


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


async def test_a_topic_that_is_closed_is_parked_alone(
    stores: Stores, worker: Worker, subscriptions: Subscriptions, messenger: FakeMessenger, chats: list[int]
) -> None:
    numbers = []
    for thread_id in (None, 7, 8):
        await subscriptions.subscribe(Reader(Address(-4, thread_id)), ["policy"])
        record = await stores.subscriptions.read(Address(-4, thread_id))
        assert record
        numbers.append(record.number)
    messenger.will(-4, Unreachable("Bad Request: TOPIC_CLOSED", topic_only=True))
    await stores.outbox.owe(EDITION, numbers[1:2])
    await worker.run_until_idle()
    await stores.outbox.owe(EDITION.model_copy(update={"id": "e2"}), numbers)
    await worker.run_until_idle()
    found = await stores.subscriptions.read_numbers(numbers)
    assert [found[number].subscription.parked for number in numbers] == [None, "Bad Request: TOPIC_CLOSED", None]
    assert len(messenger.sent_to(-4)) == 1 + 2


async def test_a_chat_that_cannot_be_reached_is_parked_with_all_its_topics(
    stores: Stores, worker: Worker, subscriptions: Subscriptions, messenger: FakeMessenger, chats: list[int]
) -> None:
    await subscriptions.subscribe(Reader(Address(-1, 7)), ["policy"])
    messenger.will(-1, Unreachable("Forbidden: bot was kicked"))
    await stores.outbox.owe(EDITION, chats[:1])
    await worker.run_until_idle()
    assert {one.subscription.parked for one in await stores.subscriptions.of_chat(-1)} == {
        "Forbidden: bot was kicked"
    }


async def test_one_subscription_that_cannot_be_read_keeps_no_other_waiting(
    stores: Stores, worker: Worker, messenger: FakeMessenger, chats: list[int]
) -> None:
    await stores.redis.hset(keys.SUBSCRIPTIONS, str(chats[1]), "{")
    await stores.outbox.owe(EDITION, chats)
    await worker.run_until_idle()
    assert sorted(call.chat_id for call in messenger.calls) == [-3, -1]
    counts = await stores.outbox.counts()
    assert (counts["sent"], counts["skipped"], counts["chunks_waiting"]) == (2, 1, 0)


async def test_one_edition_that_cannot_be_read_keeps_no_other_waiting(
    stores: Stores, worker: Worker, messenger: FakeMessenger, chats: list[int]
) -> None:
    """Its chunk stays in the outbox."""
    await stores.outbox.owe(EDITION.model_copy(update={"id": "bad"}), chats[:1])
    await stores.redis.set(keys.edition("bad"), "{")
    await stores.outbox.owe(EDITION, chats[1:])
    await worker.run_until_idle()
    assert sorted(call.chat_id for call in messenger.calls) == [-3, -2]
    assert (await stores.outbox.counts())["chunks_waiting"] == 1


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


async def test_a_chunk_of_many_keeps_each_ones_mark(stores: Stores) -> None:
    await stores.outbox.owe(EDITION, list(range(1, 251)))
    entries = await stores.outbox.chunks.take(10, None, asyncio.Event())
    chunks: list[Chunk] = [await stores.outbox.open(entry) for entry in entries]
    assert [len(chunk.numbers) for chunk in chunks] == [100, 100, 50]
    assert [number for chunk in chunks for number in chunk.numbers] == list(range(1, 251))
    await stores.outbox.settle(chunks[1], 99, Mark.SKIPPED)
    marks = (await stores.outbox.open(entries[1])).marks
    assert marks == (Mark.OWED,) * 99 + (Mark.SKIPPED,)
