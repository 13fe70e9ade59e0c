"""The store's clock is put back, as by whoever minds the machine: nothing is lost by it, and nothing comes twice."""

from datetime import timedelta

import pytest

from bot.domain.schedule import Schedule
from tests.simulation.clock import needs_library
from tests.simulation.day import READER, Day

pytestmark = needs_library
SLOT = timedelta(hours=8)
STEPS = [timedelta(seconds=5), timedelta(minutes=2), timedelta(hours=2), timedelta(hours=20)]


@pytest.mark.parametrize("back", STEPS, ids=str)
async def test_a_digest_comes_once_and_what_is_published_then_comes_with_the_next(day: Day, back: timedelta) -> None:
    await day.services.changes.reschedule(READER, Schedule.parse("daily 08:00"))
    await day.services.subscriptions.subscribe(READER, ["policy"])
    await day.at(SLOT - timedelta(seconds=1))
    await day.publish("n1")
    await day.at(SLOT + timedelta(seconds=1))
    assert day.had() == [("n1",)]
    await day.at(SLOT - back)
    await day.publish("n2")
    await day.at(SLOT + timedelta(seconds=1))
    assert day.had() == [("n1",)]
    await day.publish("n3")
    await day.at(SLOT + timedelta(days=1, seconds=1))
    assert [sorted(ids) for ids in day.had()] == [["n1"], ["n2", "n3"]]


@pytest.mark.parametrize("back", STEPS, ids=str)
async def test_who_asks_for_it_then_gets_what_is_new(day: Day, back: timedelta) -> None:
    await day.services.changes.reschedule(READER, Schedule.parse("daily 08:00"))
    await day.services.subscriptions.subscribe(READER, ["policy"])
    await day.at(SLOT - timedelta(seconds=1))
    await day.publish("n1")
    await day.at(SLOT + timedelta(seconds=1))
    await day.at(SLOT - back)
    await day.publish("n2")
    await day.services.changes.send_now(READER)
    await day.at(SLOT + timedelta(minutes=1))
    await day.at(SLOT + timedelta(days=1, seconds=1))
    assert day.had() == [("n1",), ("n2",)]


@pytest.mark.parametrize("back", STEPS, ids=str)
async def test_at_once_stays_at_once(day: Day, back: timedelta) -> None:
    await day.at(SLOT)
    await day.services.subscriptions.subscribe(READER, ["policy"])
    await day.at(SLOT - back)
    await day.publish("n1")
    assert day.had() == [("n1",)]
