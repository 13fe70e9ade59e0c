"""Each article once, however close what chats, editors and planners do comes together."""

import asyncio
from typing import Any

import pytest

from bot.bootstrap import Stores
from bot.delivery.worker import Worker
from bot.domain.schedule import Schedule
from bot.services import Services
from bot.storage import keys
from bot.storage.plans import Slice
from bot.storage.streams import Entry
from tests.storage.moments import a_moment_later
from tests.unit.delivery.changes import AT_ONCE, DAILY, READER, change_to, everything_sent
from tests.unit.delivery.fake_messenger import FakeMessenger
from tests.unit.samples import FULL


@pytest.mark.parametrize(
    ("first", "planned_after", "changes"), [(DAILY, 1, 2), (DAILY, 3, 4), (AT_ONCE, 2, 3)], ids=str
)
async def test_flips_with_the_planner_between(
    services: Services,
    stores: Stores,
    worker: Worker,
    messenger: FakeMessenger,
    first: Schedule,
    planned_after: int,
    changes: int,
) -> None:
    """What a change to at once has sent with the digest is chosen for the chat again by a late planner; the next
    change back to digests makes it look as if it had been chosen before anything was settled."""
    await services.subscriptions.subscribe(READER, ["policy"])
    await change_to(services, stores, first)
    await services.articles.publish(FULL)
    second = DAILY if first.instant else AT_ONCE
    for number in range(changes):
        if number == planned_after:
            await services.planner.run_until_idle()
        await change_to(services, stores, second if number % 2 == 0 else first)
    await everything_sent(services, stores, worker)
    assert len(messenger.sent_to(1)) == 1


async def test_published_again_between_the_planners_look_and_its_step(
    services: Services,
    stores: Stores,
    worker: Worker,
    messenger: FakeMessenger,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await services.subscriptions.subscribe(READER, ["policy"])
    await a_moment_later(stores)
    await services.articles.publish(FULL)
    look, looks = stores.plans.next_slice, 0

    async def slowly(plan: Entry, slug: str, length: int, *, breaking: bool) -> Slice:
        nonlocal looks
        looks += 1
        if looks == 1:
            await services.articles.retract("full")
            await a_moment_later(stores)
            await services.articles.publish(FULL)
        return await look(plan, slug, length, breaking=breaking)

    monkeypatch.setattr(stores.plans, "next_slice", slowly)
    await everything_sent(services, stores, worker)
    assert looks >= 2
    assert len(messenger.sent_to(1)) == 1


async def test_a_successor_of_a_finished_plan_with_many_readers_ends(services: Services, stores: Stores) -> None:
    await stores.redis.setbit(keys.instant_subscribers_of("policy"), 4096 * 8 + 9, 1)
    await services.articles.publish(FULL)
    (plan,) = await stores.plans.queue.take(1, None, asyncio.Event())
    await stores.plans.finish(plan)
    async with asyncio.timeout(10):
        await services.planner._broadcast.send(plan)
    assert (await stores.outbox.counts())["chunks_waiting"] == 0


async def test_a_recall_that_stops_half_way_is_finished(
    stores: Stores, services: Services, worker: Worker, messenger: FakeMessenger, monkeypatch: pytest.MonkeyPatch
) -> None:
    await services.subscriptions.subscribe(READER, ["policy"])
    await a_moment_later(stores)
    await services.articles.publish(FULL)
    await services.planner.run_until_idle()
    await worker.run_until_idle()
    with monkeypatch.context() as patch, pytest.raises(ConnectionError):
        patch.setattr(stores.outbox, "receipts", _away)
        await services.articles.retract("full")
    await services.articles.retract("full")
    await worker.run_until_idle()
    assert [call.what for call in messenger.calls] == ["send", "delete"]


def _away(edition_id: str) -> None:
    raise ConnectionError


async def test_published_while_the_change_to_at_once_is_made(
    stores: Stores, services: Services, worker: Worker, messenger: FakeMessenger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Planned before the change is saved, when the chat was not yet to be sent it at once; after the change's moment,
    so that no digest tells of it either."""
    await services.subscriptions.subscribe(READER, ["policy"])
    await change_to(services, stores, DAILY)
    save, saves = stores.subscriptions.save, 0

    async def slowly(*arguments: Any, **more: Any) -> bool:
        nonlocal saves
        saves += 1
        if saves == 1:
            await a_moment_later(stores)
            await services.articles.publish(FULL)
            await services.planner.run_until_idle()
        return await save(*arguments, **more)

    monkeypatch.setattr(stores.subscriptions, "save", slowly)
    await services.changes.reschedule(READER, AT_ONCE)
    await everything_sent(services, stores, worker)
    assert len(messenger.sent_to(1)) == 1


async def test_published_while_the_change_to_digests_is_made(
    stores: Stores, services: Services, worker: Worker, messenger: FakeMessenger, monkeypatch: pytest.MonkeyPatch
) -> None:
    await services.subscriptions.subscribe(READER, ["policy"])
    await a_moment_later(stores)
    save, saves = stores.subscriptions.save, 0

    async def slowly(*arguments: Any, **more: Any) -> bool:
        nonlocal saves
        saves += 1
        if saves == 1:
            await a_moment_later(stores)
            await services.articles.publish(FULL)
            await services.planner.run_until_idle()
            await worker.run_until_idle()
        return await save(*arguments, **more)

    monkeypatch.setattr(stores.subscriptions, "save", slowly)
    await services.changes.reschedule(READER, DAILY)
    await everything_sent(services, stores, worker)
    assert len(messenger.sent_to(1)) == 1
