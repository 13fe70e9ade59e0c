"""The worker over a real outbox and a messenger that does as it is told."""

import asyncio
from datetime import timedelta

import pytest

from bot.bootstrap import Stores, build_worker
from bot.delivery.conclusions import backoff
from bot.delivery.worker import Worker
from bot.domain.delivery import Flooded, Later, Sent
from bot.domain.edition import Edition, Urgency
from bot.domain.message import Message
from bot.domain.subscription import Address
from bot.storage import keys
from bot.storage.pace import Limits, Pace
from bot.subscriptions import Reader
from tests.storage.chunks import check_accounts, take
from tests.storage.moments import come_due, free, waits
from tests.unit.delivery.fake_alerts import FakeAlerts
from tests.unit.delivery.fake_messenger import Call, FakeMessenger
from tests.unit.delivery.known_chats import KnownChats
from tests.unit.delivery.processes import Gate, worker_of
from tests.unit.samples import CATEGORIES

EDITION = Edition(id="e1", message=Message(text="Hello"), articles=("a1",))


def another(edition_id: str, **more: object) -> Edition:
    return EDITION.model_copy(update={"id": edition_id, "message": Message(text=edition_id), **more})


async def test_everyone_gets_it_once(
    stores: Stores, worker: Worker, messenger: FakeMessenger, chats: list[int]
) -> None:
    await stores.outbox.owe(EDITION, chats)
    await worker.run_until_idle()
    assert sorted(call.chat_id for call in messenger.calls) == [-3, -2, -1]
    assert {(call.text, call.silent, call.plain) for call in messenger.calls} == {("Hello", False, False)}
    assert messenger.encoded == 1, "once for all"
    assert await stores.outbox.counts() == {
        "owed": 3,
        "sent": 3,
        "in_flight": 0,
        "chunks_waiting": 0,
        "postponed_waiting": 0,
        "doubts_waiting": 0,
    }
    assert {number async for number, _ in stores.outbox.receipts("e1")} == set(chats)
    await worker.run_until_idle()
    assert len(messenger.calls) == 3


async def test_many_chunks(
    stores: Stores, worker: Worker, messenger: FakeMessenger, subscriptions: KnownChats
) -> None:
    await stores.categories.add(CATEGORIES[0])
    numbers = []
    for chat_id in range(1, 251):
        await subscriptions.subscribe(Reader(Address(chat_id)), ["policy"])
        record = await stores.subscriptions.read(Address(chat_id))
        assert record
        numbers.append(record.number)
    await stores.outbox.owe(EDITION, numbers)
    await worker.run_until_idle()
    assert sorted(call.chat_id for call in messenger.calls) == list(range(1, 251))
    assert messenger.most_at_once == 1


async def test_it_waits_for_work_until_told_to_stop(
    stores: Stores, worker: Worker, messenger: FakeMessenger, chats: list[int]
) -> None:
    stopping = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(worker.run(stopping))
        for count in (1, 2):
            await stores.outbox.owe(another(f"e{count}"), chats[:1])
            await messenger.has_had(count)
        stopping.set()
    assert messenger.sent_to(-1) == ["e1", "e2"]


async def test_one_chat_in_trouble_keeps_nobody_waiting(
    stores: Stores, worker: Worker, messenger: FakeMessenger, chats: list[int]
) -> None:
    messenger.will(-1, Later(), *[RuntimeError("our own fault")] * 2)
    await stores.outbox.owe(EDITION, chats)
    await worker.run_until_idle()
    assert messenger.sent_to(-2) == messenger.sent_to(-3) == ["Hello"]
    counts = await stores.outbox.counts()
    assert (counts["sent"], counts["failed"]) == (2, 1)


@pytest.mark.parametrize("outcome", [Later(), Flooded(timedelta(milliseconds=20))])
async def test_what_was_certainly_not_sent_is_sent_again_aloud(
    stores: Stores, worker: Worker, messenger: FakeMessenger, chats: list[int], outcome: Later | Flooded
) -> None:
    messenger.will(-1, outcome, outcome, Sent(7))
    await stores.outbox.owe(EDITION, chats[:1])
    await worker.run_until_idle()
    assert messenger.calls == [Call("send", -1, "Hello")] * 3
    assert await stores.outbox.receipt("e1", chats[0]) == "7"


async def test_waits_grow_with_each_try(
    stores: Stores, messenger: FakeMessenger, chats: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What has to wait for longer than a while waits in the outbox."""
    monkeypatch.setattr("bot.delivery.dispatcher._PATIENCE", timedelta())
    messenger.will(-1, *[Later()] * 3)
    await stores.outbox.owe(EDITION, chats[:1])
    for expected in (1, 2, 4):
        await worker_of(stores, messenger).run_until_idle()
        (wait,) = await waits(stores)
        assert expected - 0.9 < wait <= expected
        await come_due(stores)


def test_backoff_has_an_end() -> None:
    waits = [backoff(attempt).total_seconds() for attempt in (0, 1, 2, 9, 10, 1000)]
    assert waits == [1, 2, 4, 512, 600, 600]


async def test_as_long_as_telegram_asks_nothing_goes_to_that_chat(
    stores: Stores, worker: Worker, messenger: FakeMessenger, chats: list[int]
) -> None:
    """All that it is owed waits in the outbox, where any process finds it."""
    messenger.will(-1, Flooded(timedelta(minutes=10)))
    for name in ("e1", "e2", "e3"):
        await stores.outbox.owe(another(name), chats)
    await worker.run_until_idle()
    assert messenger.sent_to(-1) == ["e1"]
    assert messenger.sent_to(-2) == messenger.sent_to(-3) == ["e1", "e2", "e3"]
    assert all(590 < wait <= 600 for wait in await waits(stores))
    await stores.outbox.owe(another("e4"), chats[:1])
    await worker.run_until_idle()
    assert len(await waits(stores)) == 4
    assert await come_due(stores) == 4
    await worker.run_until_idle()
    assert sorted(messenger.sent_to(-1)) == ["e1", "e1", "e2", "e3", "e4"]
    assert {call.silent for call in messenger.calls} == {False}


async def test_what_is_postponed_is_taken_up_when_it_is_due(
    stores: Stores, worker: Worker, messenger: FakeMessenger, chats: list[int]
) -> None:
    messenger.will(-1, Flooded(timedelta(minutes=10)))
    await stores.outbox.owe(EDITION, chats[:1])
    await worker.run_until_idle()
    await worker.run_until_idle()
    assert len(messenger.calls) == 1
    ((task, _),) = await stores.redis.zrange(keys.LATER, 0, -1, withscores=True)
    await stores.redis.zadd(keys.LATER, {task: 1.0})
    await free(stores, -1)
    await worker.run_until_idle()
    assert len(messenger.calls) == 2
    assert (await stores.outbox.counts())["sent"] == 1


async def test_messages_to_a_chat_keep_their_order(
    stores: Stores, worker: Worker, messenger: FakeMessenger, chats: list[int]
) -> None:
    messenger.will(-1, Sent(1), Later(), Later())
    for number in range(5):
        await stores.outbox.owe(another(f"e{number}"), chats)
    await worker.run_until_idle()
    assert messenger.sent_to(-1) == ["e0", "e1", "e1", "e1", "e2", "e3", "e4"]
    assert messenger.sent_to(-2) == ["e0", "e1", "e2", "e3", "e4"]
    assert messenger.most_at_once == 1


async def test_the_urgent_goes_first(stores: Stores, messenger: FakeMessenger, chats: list[int], swift: None) -> None:
    for urgency in reversed(Urgency):
        await stores.outbox.owe(another(urgency, urgency=urgency), chats)
    await worker_of(stores, messenger, in_flight=1).run_until_idle()
    assert [call.text for call in messenger.calls] == [urgency for urgency in Urgency for _ in chats]


async def test_one_subscription_that_cannot_be_read_keeps_no_other_waiting(
    stores: Stores, worker: Worker, messenger: FakeMessenger, chats: list[int]
) -> None:
    await stores.redis.hset(*keys.record(chats[1]), "{")
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


async def test_who_has_gone_or_unsubscribed_gets_nothing(
    stores: Stores, worker: Worker, subscriptions: KnownChats, messenger: FakeMessenger, chats: list[int]
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


@pytest.mark.parametrize("change", ["forget", "unsubscribe", "nothing"])
async def test_who_leaves_while_it_waits_for_its_turn_gets_nothing(
    stores: Stores,
    worker: Worker,
    subscriptions: KnownChats,
    messenger: FakeMessenger,
    chats: list[int],
    monkeypatch: pytest.MonkeyPatch,
    change: str,
) -> None:
    """What stands in the store at its turn counts, not what was read with the chunk."""
    gate = Gate(worker, monkeypatch)
    await stores.outbox.owe(EDITION, chats[:1])
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(worker.run_until_idle())
        await gate.waited.wait()
        if change == "forget":
            await subscriptions.forget(-1)
        elif change == "unsubscribe":
            await subscriptions.unsubscribe(Reader(Address(-1)), ["policy"])
        else:
            await subscriptions.set_timezone(Reader(Address(-1)), "Europe/Berlin")
        gate.open.set()
    assert len(messenger.calls) == int(change == "nothing")
    assert (await stores.outbox.counts()).get("in_flight", 0) == 0


async def test_who_is_owed_the_same_twice_gets_it_once(
    stores: Stores, subscriptions: KnownChats, messenger: FakeMessenger, chats: list[int], swift: None
) -> None:
    """As a chat gets no two messages at the same moment, the receipt of the first is there."""
    pace = Pace(stores.redis, 1000, Limits(chat_gap=timedelta(milliseconds=100)))
    worker = build_worker(stores, subscriptions, messenger, FakeAlerts(), pace, in_flight=9)
    await stores.outbox.owe(EDITION, [chats[0], chats[0]])
    await stores.outbox.owe(EDITION, chats[:1])
    await worker.run_until_idle()
    await stores.outbox.owe(EDITION, chats[:1])
    await worker.run_until_idle()
    assert messenger.sent_to(-1) == ["Hello"]
    counts = await stores.outbox.counts()
    assert (counts["sent"], counts["skipped"]) == (1, 3)
    assert await take(stores.outbox) == []
    await check_accounts(stores)


async def test_everyone_gets_it_in_their_language(
    stores: Stores, worker: Worker, messenger: FakeMessenger, subscriptions: KnownChats, chats: list[int]
) -> None:
    """Each is made once; a language that it is not worded in gets the edition's own."""
    for chat_id, code in ((-1, "de"), (-2, "ru"), (-3, "fr")):
        await subscriptions.set_language(Reader(Address(chat_id)), code)
    said = {code: Message(text=code) for code in ("en", "de", "ru")}
    await stores.outbox.owe(EDITION.reworded(said), chats)
    await worker.run_until_idle()
    assert {call.chat_id: call.text for call in messenger.calls} == {-1: "de", -2: "ru", -3: "en"}
    assert messenger.encoded == 3
    better = {code: Message(text=f"{code}!") for code in said}
    assert (
        await stores.outbox.recall(EDITION, Edition(id="r1", action="edit", of="e1"), EDITION.reworded(better)) == 3
    )
    await worker.run_until_idle()
    assert {call.chat_id: call.text for call in messenger.calls[3:]} == {-1: "de!", -2: "ru!", -3: "en!"}
