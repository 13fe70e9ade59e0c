"""What has become of an article for a chat, and of all that is owed: after real runs of planner and worker."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.bootstrap import Stores, build_worker
from bot.delivery.worker import Worker
from bot.domain.delivery import Ambiguous, Cause, Flooded, Outcome, Refused, Unreachable
from bot.domain.digest import Digest
from bot.domain.edition import Edition, Urgency
from bot.domain.fate import (
    Arrived,
    Failed,
    Fate,
    Held,
    Imported,
    LeftOut,
    Muted,
    NoSuchArticle,
    NotSubscribed,
    OnItsWay,
    OtherCategory,
    PublishedBefore,
    TooLongAgo,
    WithDigest,
)
from bot.domain.hold import Holding
from bot.domain.message import Message
from bot.domain.schedule import Schedule
from bot.domain.subscription import Address, Parked
from bot.services import Services
from bot.storage import keys
from bot.storage.breaker import Breaker, Rest
from bot.storage.tasks import Task
from bot.subscriptions import Reader
from tests.storage.chunks import fast
from tests.storage.moments import a_moment_later
from tests.unit.delivery.fake_alerts import FakeAlerts
from tests.unit.delivery.fake_messenger import FakeMessenger
from tests.unit.samples import FULL, article

HERE = Address(1)
READER = Reader(HERE)
DAILY = Schedule.parse("daily 08:00")


def a_worker(stores: Stores, services: Services, messenger: FakeMessenger, doubt: timedelta) -> Worker:
    return build_worker(
        stores, services.subscriptions, messenger, FakeAlerts(), fast(stores), in_flight=64, doubt=doubt
    )


@pytest.fixture
def worker(stores: Stores, services: Services, messenger: FakeMessenger, swift: None) -> Worker:
    """Chats that cannot be written to stay in doubt."""
    return a_worker(stores, services, messenger, timedelta(minutes=1))


@pytest.fixture
async def subscribed(services: Services, stores: Stores) -> None:
    await services.subscriptions.subscribe(READER, ["policy"])
    await a_moment_later(stores)


async def published(services: Services, stores: Stores) -> None:
    await services.articles.publish(FULL)
    await a_moment_later(stores)
    await services.planner.run_until_idle()


async def fate(services: Services) -> Fate:
    """Without when it came."""
    told = await services.reports.fate(FULL.id, HERE)
    return replace(told, at=None, day=None) if isinstance(told, Arrived) else told


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        ([], Arrived(1, in_digest=False)),
        ([Ambiguous(), Ambiguous()], Arrived(None, in_digest=False)),
        ([Refused("no"), Refused("no"), Refused("no")], Failed(None)),
    ],
    ids=["sent", "ambiguous", "refused"],
)
@pytest.mark.usefixtures("subscribed")
async def test_what_was_sent_at_once(
    services: Services,
    stores: Stores,
    worker: Worker,
    messenger: FakeMessenger,
    outcomes: list[Outcome],
    expected: Fate,
) -> None:
    messenger.will(HERE.chat_id, *outcomes)
    await published(services, stores)
    await worker.run_until_idle()
    assert await fate(services) == expected


@pytest.mark.usefixtures("subscribed")
async def test_what_came_with_a_digest(services: Services, stores: Stores, worker: Worker) -> None:
    await services.changes.reschedule(READER, DAILY)
    await a_moment_later(stores)
    await published(services, stores)
    before = await fate(services)
    assert isinstance(before, WithDigest)
    assert before.due.astimezone((await services.subscriptions.get(READER)).zone).hour == 8
    await services.changes.send_now(READER)
    assert await fate(services) == OnItsWay()
    await worker.run_until_idle()
    assert await fate(services) == Arrived(1, in_digest=True)
    arrived = await services.reports.fate(FULL.id, HERE)
    assert isinstance(arrived, Arrived)
    assert (arrived.day, arrived.at) == ((await services.clock.now()).date(), None)


@pytest.mark.usefixtures("subscribed")
async def test_what_is_on_its_way(
    services: Services, stores: Stores, worker: Worker, messenger: FakeMessenger
) -> None:
    await services.articles.publish(FULL)
    await a_moment_later(stores)
    assert await fate(services) == OnItsWay(), "not yet in the outbox"
    await services.planner.run_until_idle()
    assert await fate(services) == OnItsWay(), "in the outbox"
    messenger.hang()
    delivering = asyncio.create_task(worker.run_until_idle())
    await messenger.called.wait()
    assert await fate(services) == OnItsWay(trying=True)
    assert (await services.reports.status()).in_flight == 1
    messenger.answering.set()
    await delivering


@pytest.mark.usefixtures("subscribed")
async def test_what_telegram_puts_off(
    services: Services, stores: Stores, worker: Worker, messenger: FakeMessenger
) -> None:
    messenger.will(HERE.chat_id, Flooded(timedelta(minutes=10)))
    await published(services, stores)
    await worker.run_until_idle()
    found = await fate(services)
    assert isinstance(found, OnItsWay)
    assert found.until
    assert found.cause is None
    wait = found.until - await stores.clock.now()
    assert timedelta(minutes=9) < wait <= timedelta(minutes=10, seconds=1)
    status = await services.reports.status()
    assert (status.left, status.postponed, status.in_doubt) == (1, 1, 0)
    await services.subscriptions.unsubscribe(READER, ["policy"])
    assert await fate(services) == NotSubscribed()


@pytest.mark.usefixtures("subscribed")
async def test_a_chat_in_doubt(services: Services, stores: Stores, worker: Worker, messenger: FakeMessenger) -> None:
    messenger.will(HERE.chat_id, Unreachable(Cause.BLOCKED))
    await published(services, stores)
    await worker.run_until_idle()
    found = await fate(services)
    assert isinstance(found, OnItsWay)
    assert (found.cause, found.until is not None) == (Cause.BLOCKED, True)
    assert (await services.reports.status()).in_doubt == 1


@pytest.mark.usefixtures("subscribed", "swift")
async def test_a_chat_given_up(services: Services, stores: Stores, messenger: FakeMessenger) -> None:
    worker = a_worker(stores, services, messenger, timedelta())
    messenger.will(HERE.chat_id, Unreachable(Cause.BLOCKED))
    await published(services, stores)
    await worker.run_until_idle()
    await a_moment_later(stores)
    await worker.run_until_idle()
    assert await fate(services) == Failed(Cause.BLOCKED)
    status = await services.reports.status()
    assert (status.parked[Cause.BLOCKED], status.ended["failed"], status.left) == (1, 1, 0)
    another = article("another")
    await services.articles.publish(another)
    parked = await services.reports.fate(another.id, HERE)
    assert isinstance(parked, Parked)
    assert parked.cause is Cause.BLOCKED


@pytest.mark.usefixtures("subscribed")
async def test_left_out_when_its_turn_came(services: Services, stores: Stores, worker: Worker) -> None:
    await published(services, stores)
    await services.subscriptions.park(HERE, Cause.REMOVED)
    assert isinstance(await fate(services), Parked), "its turn will be in vain"
    await worker.run_until_idle()
    await services.subscriptions.come_back(HERE.chat_id)
    assert await fate(services) == LeftOut()
    assert (await services.reports.status()).ended["skipped"] == 1


async def test_never_owed(services: Services, stores: Stores) -> None:
    assert await fate(services) == NoSuchArticle()
    await published(services, stores)
    assert await fate(services) == NotSubscribed()
    await services.subscriptions.subscribe(READER, ["tech"])
    assert await fate(services) == OtherCategory(("tech",))
    await services.subscriptions.subscribe(READER, ["policy"])
    found = await fate(services)
    assert isinstance(found, PublishedBefore)
    assert found.settled == (await services.subscriptions.get(READER)).since["policy"]


@pytest.mark.usefixtures("subscribed")
async def test_never_to_be_sent_or_too_long_ago(services: Services, stores: Stores) -> None:
    await stores.articles.keep(FULL)
    assert await fate(services) == Imported()
    old = article("old")
    await stores.articles.keep(old, await stores.clock.now() - timedelta(days=3))
    assert await services.reports.fate(old.id, HERE) == TooLongAgo()


@pytest.mark.usefixtures("subscribed")
async def test_the_digests_of_others_are_left_where_they_are(services: Services, stores: Stores) -> None:
    got, owed, waiting, other = (Edition(id=f"d-1700000000000-{n}", articles=("full",)) for n in range(4))
    await stores.outbox.store([got, owed, waiting, other])
    await stores.redis.hset(*keys.receipt(got.id, 1), "77")
    await stores.outbox.owe(owed, [5, 1])
    await stores.outbox.owe(other, [11, 2])
    task = Task(Urgency.REGULAR, waiting.id, 1, planned=0, attempt=0, again=False)
    await stores.redis.zadd(keys.LATER, {task.encode(): 1})
    assert await stores.outbox.editions_to("full", 1) == [got.id, owed.id, waiting.id]


@pytest.mark.usefixtures("subscribed")
async def test_what_telegram_refused_is_listed(
    services: Services, stores: Stores, worker: Worker, messenger: FakeMessenger
) -> None:
    messenger.will(HERE.chat_id, Refused("Bad Request: <x>", for_all=True), Refused("still bad", for_all=True))
    await published(services, stores)
    await worker.run_until_idle()
    (told,) = (await services.reports.status()).refused
    assert (told.article, told.title, told.reason) == (FULL.id, FULL.title, "still bad")


async def test_status_adds_up(services: Services, stores: Stores, worker: Worker, messenger: FakeMessenger) -> None:
    chats = [Address(number) for number in range(1, 6)]
    for address in chats:
        await services.subscriptions.subscribe(Reader(address), ["policy"])
    await a_moment_later(stores)
    await published(services, stores)
    waiting = await services.reports.status()
    assert (waiting.owed, waiting.left, waiting.chunks, waiting.tried_just_now) == (5, 5, 1, False)
    assert waiting.waiting_since
    messenger.will(2, Flooded(timedelta(minutes=10)))
    messenger.will(3, Unreachable(Cause.BLOCKED))
    await worker.run_until_idle()
    status = await services.reports.status()
    assert (status.ended["sent"], status.left, status.postponed, status.in_doubt) == (3, 2, 1, 1)
    assert dict(status.tries) == {"sent": 3, "flooded": 1, "blocked": 1}
    assert (status.waiting_since, status.in_flight, status.tried_just_now) == (None, 0, True)


async def test_status_tells_how_fast_it_may_go(services: Services, stores: Stores) -> None:
    status = await services.reports.status()
    assert (status.rate, status.rate_set, status.paused, status.resting) == (29.7, 30, timedelta(), None)
    assert not status.slowed
    now = await stores.clock.now()
    us = int((now + timedelta(minutes=1)).timestamp() * 1_000_000)
    await stores.redis.hset(keys.PACE, mapping={"paused": us, "cut": "0.5", "since": us})
    breaker = Breaker(stores.redis)
    rest: dict[str, Any] = {"cause": Cause.NOT_FOUND, "since": now, "until": now + timedelta(minutes=5)}
    await breaker.trip(await breaker.read(), Rest(**rest))
    status = await services.reports.status()
    assert status.slowed
    assert timedelta(seconds=50) < status.paused <= timedelta(minutes=1)
    assert status.resting
    assert status.resting == await services.reports.resting()
    await breaker.trip(await breaker.read(), Rest(**{**rest, "until": now}))
    assert await services.reports.resting() is None


async def test_what_is_muted_or_held(services: Services, stores: Stores, worker: Worker) -> None:
    await services.subscriptions.subscribe(READER, ["policy"])
    await a_moment_later(stores)
    await services.changes.pause(READER, until := await stores.clock.now() + timedelta(days=1))
    await published(services, stores)
    assert await fate(services) == Held(Holding.PAUSE, until)
    await services.subscriptions.mute(READER, "toll")
    assert await fate(services) == Muted("toll")


async def test_what_another_article_told(services: Services, stores: Stores, worker: Worker) -> None:
    """In the digest it was named with it."""
    await services.subscriptions.subscribe(READER, ["policy"])
    made = Digest(stories=(("a2", "full"),), day=FULL.published.date())
    edition = Edition(id="d-1-2", message=Message(text="Digest"), articles=made.articles, digest=made)
    for one in (FULL, article("a2")):
        await stores.articles.publish(one)
    await stores.outbox.owe(edition, [1])
    await worker.run_until_idle()
    assert await fate(services) == Arrived(1, in_digest=True, told_by="Title of a2")
