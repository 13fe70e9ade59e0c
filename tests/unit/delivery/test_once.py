"""Each article once, however a chat changes its mind: the planner and the worker together."""

import pytest

from bot.bootstrap import Stores
from bot.delivery.worker import Worker
from bot.domain.schedule import Schedule
from bot.domain.subscription import Address
from bot.services import Services
from bot.subscriptions import Reader
from tests.storage.moments import a_moment_later, come_due
from tests.unit.delivery.changes import AT_ONCE, DAILY, READER, change_to, everything_sent
from tests.unit.delivery.fake_messenger import FakeMessenger
from tests.unit.samples import FULL


@pytest.mark.parametrize(
    ("first", "planned_after"), [(AT_ONCE, 0), (AT_ONCE, 1), (AT_ONCE, 2), (DAILY, 0), (DAILY, 2)], ids=str
)
async def test_to_and_fro_and_the_planner_at_any_time(
    services: Services, stores: Stores, worker: Worker, messenger: FakeMessenger, first: Schedule, planned_after: int
) -> None:
    """Nothing is sent before all changes are made."""
    await services.subscriptions.subscribe(READER, ["policy"])
    await change_to(services, stores, first)
    await services.articles.publish(FULL)
    second = DAILY if first.instant else AT_ONCE
    for number, schedule in enumerate((second, first)):
        if number == planned_after:
            await services.planner.run_until_idle()
        await change_to(services, stores, schedule)
    await everything_sent(services, stores, worker)
    (text,) = messenger.sent_to(1)
    assert FULL.title in text


@pytest.mark.parametrize("planned_after", [0, 1, 2, 3, 4])
@pytest.mark.parametrize("first", [AT_ONCE, DAILY], ids=str)
async def test_to_and_fro_while_things_are_sent(
    services: Services, stores: Stores, worker: Worker, messenger: FakeMessenger, first: Schedule, planned_after: int
) -> None:
    await services.subscriptions.subscribe(READER, ["policy"])
    await change_to(services, stores, first)
    await services.articles.publish(FULL)
    second = DAILY if first.instant else AT_ONCE
    for number, schedule in enumerate((second, first, second, first)):
        if number >= planned_after:
            await services.planner.run_until_idle()
        await worker.run_until_idle()
        await change_to(services, stores, schedule)
    await everything_sent(services, stores, worker)
    assert len(messenger.sent_to(1)) == 1


async def test_from_digests_to_at_once_and_the_planner_comes_late(
    services: Services, stores: Stores, worker: Worker, messenger: FakeMessenger
) -> None:
    """What waited for the digest has gone out with the change."""
    await services.subscriptions.subscribe(READER, ["policy"])
    await change_to(services, stores, DAILY)
    await services.articles.publish(FULL)
    await change_to(services, stores, AT_ONCE)
    await worker.run_until_idle()
    assert len(messenger.sent_to(1)) == 1
    await everything_sent(services, stores, worker)
    assert len(messenger.sent_to(1)) == 1


async def test_from_at_once_to_digests_what_is_on_its_way_is_sent(
    services: Services, stores: Stores, worker: Worker, messenger: FakeMessenger
) -> None:
    await services.subscriptions.subscribe(READER, ["policy"])
    await a_moment_later(stores)
    await services.articles.publish(FULL)
    await services.planner.run_until_idle()
    await change_to(services, stores, DAILY)
    await worker.run_until_idle()
    assert len(messenger.sent_to(1)) == 1
    await everything_sent(services, stores, worker)
    assert len(messenger.sent_to(1)) == 1


async def test_an_article_taken_back_and_published_again_comes_once(
    services: Services, stores: Stores, worker: Worker, messenger: FakeMessenger
) -> None:
    """The planner had not come to the first."""
    await services.subscriptions.subscribe(READER, ["policy"])
    await a_moment_later(stores)
    await services.articles.publish(FULL)
    assert await services.articles.retract("full") == 0
    await a_moment_later(stores)
    await services.articles.publish(FULL)
    await everything_sent(services, stores, worker)
    assert len(messenger.sent_to(1)) == 1
    assert [call.what for call in messenger.calls] == ["send"]


async def test_a_group_that_moves_between_plan_and_delivery_gets_it_once(
    services: Services, stores: Stores, worker: Worker, messenger: FakeMessenger
) -> None:
    await services.subscriptions.subscribe(Reader(Address(-5)), ["policy"])
    await services.subscriptions.subscribe(Reader(Address(-5, 7)), ["policy"])
    await a_moment_later(stores)
    await services.articles.publish(FULL)
    await services.planner.run_until_idle()
    await services.subscriptions.move(-5, -1005)
    await services.subscriptions.move(-5, -1005)
    await worker.run_until_idle()
    await come_due(stores)
    await worker.run_until_idle()
    assert [call.chat_id for call in messenger.calls] == [-1005, -1005]
