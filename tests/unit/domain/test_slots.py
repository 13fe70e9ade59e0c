"""Every zone of the tz database and every change of its clock from 2024 to 2030, against a walk along the clock."""

from datetime import UTC, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.schedule import EVERY_DAY, MAX_TIMES, MONDAY_TO_FRIDAY, Schedule
from tests.unit.domain.walking import DAY, MINUTE, Walk, transitions, zones

QUARTER = timedelta(minutes=15)
TIMES = st.integers(0, 24 * 60 - 1).map(lambda minute: time(*divmod(minute, 60)))
DAYS = (
    st.just(EVERY_DAY)
    | st.just(MONDAY_TO_FRIDAY)
    | st.sets(st.sampled_from(EVERY_DAY), min_size=1).map(lambda days: tuple(sorted(days)))
)
HOURLY = Schedule(hourly=True)


@cache
def changes() -> list[tuple[ZoneInfo, datetime]]:
    return [(zone, moment) for zone in zones() for moment in transitions(zone)]


@st.composite
def clocks(draw: st.DrawFn) -> tuple[ZoneInfo, datetime]:
    """A zone and a moment: half of the time one at which its clock changes."""
    if draw(st.booleans()):
        return changes()[draw(st.integers(0, len(changes()) - 1))]
    minute = draw(st.integers(28_401_120, 32_082_480))  # 2024 to 2030
    every = zones()
    return every[draw(st.integers(0, len(every) - 1))], datetime.fromtimestamp(minute * 60, UTC)


@st.composite
def schedules(draw: st.DrawFn, near: datetime) -> Schedule:
    """Times of day, often those that the clock shows within two hours of that moment."""
    if draw(st.integers(0, 9)) == 0:
        return HOURLY
    close = st.integers(-150, 150).map(lambda minutes: (near + minutes * MINUTE).time())
    times = draw(st.sets(TIMES | close, min_size=1, max_size=MAX_TIMES))
    return Schedule(tuple(sorted(times)), draw(DAYS))


@settings(max_examples=40)
@given(clocks(), st.data())
def test_slots_are_those_that_a_walk_along_the_clock_finds(
    clock: tuple[ZoneInfo, datetime], data: st.DataObject
) -> None:
    zone, moment = clock
    schedule = data.draw(schedules(near=moment.astimezone(zone).replace(tzinfo=None)))
    walk = Walk(zone, moment - 10 * DAY, 20, MINUTE)
    _compare(schedule, zone, walk.slots(schedule), moment - 9 * DAY, moment + 9 * DAY)
    at = moment + data.draw(st.timedeltas(-DAY, DAY))
    found = walk.slots(schedule)
    assert schedule.next_slot(at, zone) == next(slot for slot in found if slot > at)
    assert schedule.last_slot(at, zone) == next(slot for slot in reversed(found) if slot <= at)


def test_no_change_of_any_clock_loses_or_repeats_a_slot() -> None:
    """All that were decreed so far lie on quarters of an hour."""
    assert len(changes()) > 1000
    seen = set()
    for zone, moment in changes():
        assert moment.timestamp() % QUARTER.total_seconds() == 0
        walk = Walk(zone, moment - 3 * DAY, 6, QUARTER)
        alike = tuple(shown for shown, _ in walk.looks), moment
        if alike in seen:  # another name of the same zone
            continue
        seen.add(alike)
        local = moment.astimezone(zone)
        around = sorted({(local.replace(tzinfo=None) + n * QUARTER).time() for n in (-6, -5, -4, -2, -1, 0, 1, 4)})
        for times in (around[:4], around[4:]):
            for days in (EVERY_DAY, MONDAY_TO_FRIDAY, (local.weekday(),)):
                schedule = Schedule(tuple(times), days)
                _compare(schedule, zone, walk.slots(schedule), moment - 2 * DAY, moment + 2 * DAY)
        _compare(HOURLY, zone, walk.slots(HOURLY), moment - 2 * DAY, moment + 2 * DAY)


def _compare(schedule: Schedule, zone: ZoneInfo, found: list[datetime], start: datetime, end: datetime) -> None:
    """From slot to slot, there and back."""
    expected = [slot for slot in found if start < slot <= end]
    forth, slot = list[datetime](), schedule.next_slot(start, zone)
    while slot and slot <= end:
        forth.append(slot)
        slot = schedule.next_slot(slot, zone)
    assert forth == expected, (zone, str(schedule))
    back, slot = list[datetime](), schedule.last_slot(end, zone)
    while slot and slot > start:
        back.append(slot)
        slot = schedule.last_slot(slot - timedelta(microseconds=1), zone)
    assert back[::-1] == expected, (zone, str(schedule))


@given(clocks(), TIMES, DAYS)
def test_each_local_day_has_each_slot_once(
    clock: tuple[ZoneInfo, datetime], moment: time, days: tuple[int, ...]
) -> None:
    zone, middle = clock
    schedule, start = Schedule((moment,), days), middle - 15 * DAY
    slots, slot = list[datetime](), schedule.next_slot(start, zone)
    while slot and slot <= middle + 15 * DAY:
        slots.append(slot)
        slot = schedule.next_slot(slot, zone)
    first = (slots[0].astimezone(zone) - timedelta(hours=moment.hour, minutes=moment.minute)).date()
    wanted = [first + number * DAY for number in range(40)]
    expected = [day for day in wanted if day.weekday() in days][: len(slots)]
    # What the clock skips comes later by as much, at most a few hours.
    for day, slot in zip(expected, slots, strict=True):
        late = slot.astimezone(zone).replace(tzinfo=None) - datetime.combine(day, moment)
        assert timedelta() <= late <= timedelta(hours=3)


@pytest.mark.parametrize(
    ("zone", "start", "hours"),
    [
        # Half-hour offset.
        ("Asia/Kolkata", "2026-01-01T00:00", ["00:30", "01:30", "02:30"]),
        ("Asia/Kathmandu", "2026-01-01T00:15", ["01:15", "02:15"]),
        # 02:00 to 02:59 come twice, and are two hours for everybody.
        ("Europe/Berlin", "2026-10-24T23:30", ["00:00", "01:00", "02:00"]),
        ("Europe/Berlin", "2026-03-29T00:00", ["01:00", "02:00"]),
        # The clock goes from 01:59 to 01:30, and half a year later from 01:59 to 02:30.
        ("Australia/Lord_Howe", "2026-04-04T13:59", ["14:00", "15:30", "16:30"]),
        ("Australia/Lord_Howe", "2026-10-03T14:00", ["14:30", "16:00", "17:00"]),
    ],
)
def test_hourly_is_whenever_the_clock_shows_a_full_hour(zone: str, start: str, hours: list[str]) -> None:
    moment = datetime.fromisoformat(start).replace(tzinfo=UTC)
    for hour in hours:
        found = HOURLY.next_slot(moment, ZoneInfo(zone))
        assert found and f"{found:%H:%M}" == hour
        assert HOURLY.last_slot(found, ZoneInfo(zone)) == found
        moment = found


@pytest.mark.parametrize(
    ("words", "after", "slots"),
    [
        ("weekdays 08:00", "2026-11-20T12:00", ["2026-11-23T07:00", "2026-11-24T07:00"]),
        ("weekly mon 08:00", "2026-11-23T07:00", ["2026-11-30T07:00", "2026-12-07T07:00"]),
        ("weekly sun 02:30", "2026-03-28T12:00", ["2026-03-29T01:30", "2026-04-05T00:30"]),
        ("weekly thu,mon 18:00 08:00", "2026-11-23T07:00", ["2026-11-23T17:00", "2026-11-26T07:00"]),
    ],
)
def test_days_of_the_week_are_those_of_the_local_calendar(words: str, after: str, slots: list[str]) -> None:
    moment, zone, schedule = datetime.fromisoformat(after).replace(tzinfo=UTC), ZoneInfo("Europe/Berlin"), words
    for expected in slots:
        found = Schedule.parse(schedule).next_slot(moment, zone)
        assert found == datetime.fromisoformat(expected).replace(tzinfo=UTC)
        moment = found


def test_an_instant_schedule_has_no_slots() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    assert Schedule().next_slot(now, ZoneInfo("UTC")) is Schedule().last_slot(now, ZoneInfo("UTC")) is None


def test_a_slot_that_is_late_for_its_day_may_be_overtaken_by_one_of_the_next() -> None:
    """Toronto's clock went from 23:30 on 30 March 1919 to 00:30 on the 31st."""
    zone, schedule = ZoneInfo("America/Toronto"), Schedule.parse("daily 00:30 23:45")
    start = datetime(1919, 3, 31, 4, tzinfo=UTC)
    slots = [datetime(1919, 3, 31, 4, minute, tzinfo=UTC) for minute in (30, 45)]
    walk = Walk(zone, start - 2 * DAY, 4, QUARTER)
    assert [slot for slot in walk.slots(schedule) if start < slot < start + timedelta(hours=1)] == slots
    _compare(schedule, zone, slots, start, start + timedelta(hours=1))
