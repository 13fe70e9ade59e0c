"""Quiet hours that change while they hold something, and their end where clocks are changed."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.quiet import Quiet
from tests.simulation.clock import needs_library
from tests.simulation.day import READER, Day
from tests.simulation.local_time import local_time

HOUR = timedelta(hours=1)
NIGHT = Quiet.parse("22-7")
BEGINS, ENDS = datetime(2027, 1, 1, tzinfo=UTC), datetime(2027, 12, 31, tzinfo=UTC)
MINUTES = st.sampled_from([*range(0, 240, 30), 1320, 1380, 420])


@given(
    zone=st.sampled_from(sorted(available_timezones())),
    place=st.integers(0, 10),
    hours=st.integers(-30, 3),
    start=MINUTES,
    end=MINUTES,
)
def test_they_are_over_when_the_clock_first_shows_no_time_of_theirs(
    zone: str, place: int, hours: int, start: int, end: int
) -> None:
    """Around the jumps of each zone's clock."""
    if start == end:
        return
    clock = local_time(zone, BEGINS, ENDS)
    stretch = clock.stretches[place % len(clock.stretches)]
    moment = max(stretch.ends, BEGINS) + timedelta(hours=hours) if stretch.ends < ENDS else ENDS
    quiet = Quiet(start=f"{start // 60:02}:{start % 60:02}", end=f"{end // 60:02}:{end % 60:02}")
    assert quiet.over(moment, ZoneInfo(zone)) == clock.after(moment, start, end)


@pytest.fixture
async def night(day: Day) -> Day:
    """At one o'clock, with an article held."""
    await day.services.subscriptions.subscribe(READER, ["policy"])
    await day.services.changes.set_quiet(READER, NIGHT)
    await day.at(HOUR)
    await day.publish("n1")
    assert day.had() == []
    return day


@needs_library
async def test_who_travels_hears_by_the_clock_there(night: Day) -> None:
    await night.services.subscriptions.set_timezone(READER, "Asia/Tokyo")
    await night.at(2 * HOUR)
    assert night.had() == [("n1",)]
    await night.publish("n2")
    assert night.had() == [("n1",), ("n2",)]


@needs_library
async def test_who_travels_from_night_to_night_hears_when_that_ends(night: Day) -> None:
    await night.services.subscriptions.set_timezone(READER, "Atlantic/Azores")
    await night.at(6.9 * HOUR)
    assert night.had() == []
    await night.at(7 * HOUR + timedelta(seconds=1))
    assert night.had() == [("n1",)]


@needs_library
@pytest.mark.parametrize("breaking", [True, False])
async def test_letting_breaking_news_through_or_not_wakes_nobody(night: Day, breaking: bool) -> None:
    await night.services.changes.set_quiet(READER, NIGHT.model_copy(update={"breaking": not breaking}))
    await night.publish("n2")
    await night.services.changes.set_quiet(READER, NIGHT.model_copy(update={"breaking": breaking}))
    await night.publish("n3", breaking=True)
    assert night.had() == ([("n3",)] if breaking else [])
    await night.at(7 * HOUR + timedelta(seconds=1))
    assert sorted(one for ids in night.had() for one in ids) == ["n1", "n2", "n3"]
