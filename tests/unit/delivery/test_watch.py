"""Chats that cannot be written to: tried again, parked, given up; and when it is many at once, nobody is."""

from datetime import datetime, timedelta

import pytest

from bot.bootstrap import Stores
from bot.delivery.worker import Worker
from bot.domain.delivery import Cause, Sent, Unreachable
from bot.domain.edition import Edition
from bot.domain.message import Message
from bot.domain.subscription import Address
from bot.storage import keys
from bot.storage.breaker import Breaker
from bot.subscriptions import Reader
from tests.storage.chunks import check_accounts
from tests.storage.moments import come_due, waits
from tests.unit.delivery.fake_alerts import FakeAlerts
from tests.unit.delivery.fake_messenger import FakeMessenger
from tests.unit.delivery.known_chats import KnownChats
from tests.unit.delivery.processes import worker_of

EDITION = Edition(id="e1", message=Message(text="Hello"))
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
AT_ONCE = [Cause.BLOCKED, Cause.DEACTIVATED, Cause.REMOVED, Cause.TOPIC_CLOSED]


@pytest.fixture
async def worker(stores: Stores, messenger: FakeMessenger, alerts: FakeAlerts, swift: None) -> Worker:
    """Its verdicts come when the tests say so, or as late as a real one's."""
    worker = worker_of(stores, messenger, doubt=HOUR)
    worker._watch._alerts = alerts
    return worker


async def judge(stores: Stores, worker: Worker) -> None:
    """The time of the verdict on all that is in doubt has come; what follows from it is done."""
    for task, _ in await stores.redis.zrange(keys.DOUBTS, 0, -1, withscores=True):
        await stores.redis.zadd(keys.DOUBTS, {task: 1.0})
    await worker.run_until_idle()
    await check_accounts(stores)


async def found(stores: Stores, worker: Worker, messenger: FakeMessenger, cause: Cause, *numbers: int) -> None:
    """The first chat is found to be out of reach."""
    messenger.will(-1, Unreachable(cause))
    await stores.outbox.owe(EDITION, numbers)
    await worker.run_until_idle()
    await check_accounts(stores)


@pytest.mark.parametrize("cause", AT_ONCE)
async def test_it_is_parked_after_a_while_and_gets_nothing_more(
    stores: Stores,
    worker: Worker,
    messenger: FakeMessenger,
    subscriptions: KnownChats,
    chats: list[int],
    cause: Cause,
) -> None:
    await found(stores, worker, messenger, cause, *chats)
    assert await subscriptions.parked(Address(-1)) is None
    (wait,) = await waits(stores, keys.DOUBTS)
    assert 3590 < wait <= 3600
    await judge(stores, worker)
    assert await subscriptions.parked(Address(-1)) is cause
    record = await stores.subscriptions.read(Address(-1))
    assert record
    assert "policy" in record.subscription.categories
    counts = await stores.outbox.counts()
    assert (counts["sent"], counts["failed"]) == (2, 1)
    assert await stores.outbox.receipt("e1", chats[0]) == cause
    await stores.outbox.owe(EDITION.model_copy(update={"id": "e2"}), chats)
    await worker.run_until_idle()
    assert len(messenger.sent_to(-1)) == 1
    assert len(messenger.sent_to(-2)) == 2


@pytest.mark.parametrize("cause", list(Cause))
async def test_who_has_spoken_since_is_tried_again(
    stores: Stores,
    worker: Worker,
    messenger: FakeMessenger,
    subscriptions: KnownChats,
    chats: list[int],
    cause: Cause,
) -> None:
    await found(stores, worker, messenger, cause, chats[0])
    await subscriptions.speaks(-1)
    await judge(stores, worker)
    assert await subscriptions.parked(Address(-1)) is None
    assert len(messenger.sent_to(-1)) == 2
    assert (await stores.outbox.counts())["sent"] == 1


async def test_a_chat_is_parked_with_all_its_topics(
    stores: Stores, worker: Worker, messenger: FakeMessenger, subscriptions: KnownChats, chats: list[int]
) -> None:
    await subscriptions.subscribe(Reader(Address(-1, 7)), ["policy"])
    await found(stores, worker, messenger, Cause.REMOVED, chats[0])
    await judge(stores, worker)
    assert [await subscriptions.parked(Address(-1, thread)) for thread in (None, 7)] == [Cause.REMOVED] * 2


async def test_a_topic_that_is_closed_is_parked_alone(
    stores: Stores, worker: Worker, messenger: FakeMessenger, subscriptions: KnownChats, chats: list[int]
) -> None:
    await subscriptions.subscribe(Reader(Address(-1, 7)), ["policy"])
    record = await stores.subscriptions.read(Address(-1, 7))
    assert record
    await found(stores, worker, messenger, Cause.TOPIC_CLOSED, record.number)
    await judge(stores, worker)
    assert await subscriptions.parked(Address(-1, 7)) is Cause.TOPIC_CLOSED
    assert await subscriptions.parked(Address(-1)) is None
    await stores.outbox.owe(EDITION.model_copy(update={"id": "e2"}), [chats[0], record.number])
    await worker.run_until_idle()
    assert len(messenger.sent_to(-1)) == 2


@pytest.mark.parametrize("cause", [Cause.NOT_FOUND, Cause.TOPIC_GONE])
async def test_what_one_refusal_does_not_prove_is_believed_after_three_runs(
    stores: Stores,
    worker: Worker,
    messenger: FakeMessenger,
    subscriptions: KnownChats,
    chats: list[int],
    cause: Cause,
) -> None:
    await found(stores, worker, messenger, cause, chats[0])
    for run in (1, 2):
        await judge(stores, worker)
        assert await subscriptions.parked(Address(-1)) is None
        (wait,) = await waits(stores)
        assert 3590 < wait <= 3600
        messenger.will(-1, Unreachable(cause))
        assert await come_due(stores) == 1
        await worker.run_until_idle()
        assert len(messenger.calls) == run + 1
    await judge(stores, worker)
    assert await subscriptions.parked(Address(-1)) is cause
    assert await stores.outbox.receipt("e1", chats[0]) == cause


async def test_whoever_is_found_again_meanwhile_gets_it(
    stores: Stores, worker: Worker, messenger: FakeMessenger, subscriptions: KnownChats, chats: list[int]
) -> None:
    await found(stores, worker, messenger, Cause.NOT_FOUND, chats[0])
    await judge(stores, worker)
    await come_due(stores)
    await worker.run_until_idle()
    assert len(messenger.calls) == 2
    assert (await stores.outbox.counts())["sent"] == 1


async def test_where_the_right_to_write_is_missing_it_is_tried_daily_and_a_success_brings_it_back(
    stores: Stores, worker: Worker, messenger: FakeMessenger, subscriptions: KnownChats, chats: list[int]
) -> None:
    await found(stores, worker, messenger, Cause.NO_RIGHTS, chats[0])
    for _ in range(3):
        await judge(stores, worker)
        assert await subscriptions.parked(Address(-1)) is Cause.NO_RIGHTS
        (wait,) = await waits(stores)
        assert 86_390 < wait <= 86_400
        messenger.will(-1, Unreachable(Cause.NO_RIGHTS))
        await come_due(stores)
        await worker.run_until_idle()
    messenger.forget()
    messenger.will(-1, Sent(7))
    await judge(stores, worker)
    await come_due(stores)
    await worker.run_until_idle()
    assert await subscriptions.parked(Address(-1)) is None
    assert await stores.outbox.receipt("e1", chats[0]) == "7"
    await check_accounts(stores)


async def test_the_right_to_write_is_not_waited_for_for_ever(
    stores: Stores, worker: Worker, messenger: FakeMessenger, subscriptions: KnownChats, chats: list[int]
) -> None:
    messenger.will(-1, *[Unreachable(Cause.NO_RIGHTS)] * 20)
    await stores.outbox.owe(EDITION, chats[:1])
    for _ in range(10):
        await worker.run_until_idle()
        await judge(stores, worker)
        await come_due(stores)
    assert len(messenger.calls) == 7
    assert await subscriptions.parked(Address(-1)) is Cause.NO_RIGHTS
    assert (await stores.outbox.counts())["failed"] == 1


# -- many at once ---------------------------------------------------------------------------------------------------


@pytest.fixture
async def crowd(stores: Stores, subscriptions: KnownChats, chats: list[int]) -> dict[int, int]:
    """Twenty-five chats, by their numbers."""
    numbers = {}
    for chat_id in range(1, 26):
        await subscriptions.subscribe(Reader(Address(chat_id)), ["policy"])
        record = await stores.subscriptions.read(Address(chat_id))
        assert record
        numbers[chat_id] = record.number
    return numbers


async def rest_is_over(stores: Stores) -> None:
    """And so long ago that the minutes say nothing of it any more."""
    breaker = Breaker(stores.redis)
    stored = await breaker.read()
    assert stored.rest
    now = await stores.clock.now()
    assert await breaker.trip(stored, stored.rest.model_copy(update={"until": max(now, stored.rest.since)}))
    async for key in stores.redis.scan_iter(f"{keys.OUTCOMES}*"):
        await stores.redis.delete(key)


async def test_of_many_that_fail_alike_nobody_is_parked_and_sending_rests(
    stores: Stores,
    worker: Worker,
    messenger: FakeMessenger,
    alerts: FakeAlerts,
    subscriptions: KnownChats,
    crowd: dict[int, int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Believed after the third time."""
    monkeypatch.setattr("bot.delivery.worker._LOOK", timedelta(seconds=1))
    for chat_id in crowd:
        messenger.will(chat_id, *[Unreachable(Cause.BLOCKED)] * 9)
    await stores.outbox.owe(EDITION, list(crowd.values()))
    for trips, minutes in enumerate((5, 10, 20), 1):
        await worker.run_until_idle()
        assert len(messenger.calls) == 25 * trips
        await worker.run_until_idle()
        assert alerts.rests[-1] == (Cause.BLOCKED, timedelta(minutes=minutes))
        assert worker._watch.resting
        await judge(stores, worker)
        assert (await stores.outbox.counts())["doubts_waiting"] == 25, "no verdict before the rest is over"
        assert {await subscriptions.parked(Address(chat_id)) for chat_id in crowd} == {None}
        await rest_is_over(stores)
    assert len(alerts.rests) == 3
    await worker.run_until_idle()
    assert {await subscriptions.parked(Address(chat_id)) for chat_id in crowd} == {Cause.BLOCKED}
    assert (await stores.outbox.counts())["failed"] == 25
    assert len(messenger.calls) == 75
    await check_accounts(stores)


async def test_another_process_rests_too_and_tells_nobody_again(
    stores: Stores,
    worker: Worker,
    messenger: FakeMessenger,
    alerts: FakeAlerts,
    crowd: dict[int, int],
) -> None:
    now: datetime = await stores.clock.now()
    minute = int(now.timestamp()) // 60
    for one in (minute, minute + 1):
        await stores.redis.hset(keys.outcomes(one), mapping={"blocked": 40})
    other = worker_of(stores, messenger, name="other")
    for process in (worker, other):
        await process._watch.look()
        assert process._watch.resting
    assert len(alerts.rests) == 1
    stored = await Breaker(stores.redis).read()
    assert stored.rest
    assert (stored.rest.cause, stored.rest.trips) == (Cause.BLOCKED, 1)
