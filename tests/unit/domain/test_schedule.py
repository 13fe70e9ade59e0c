from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.schedule import EVERY_DAY, MAX_TIMES, Kind, Schedule, ScheduleError

BERLIN = ZoneInfo("Europe/Berlin")
#: Clocks change by an hour, by half of one (Lord Howe), at midnight (Havana, Beirut), by a whole day (Apia 2011),
#: not at all.
ZONES = st.sampled_from(
    [
        "UTC",
        "Europe/Berlin",
        "America/New_York",
        "Australia/Lord_Howe",
        "America/Havana",
        "Asia/Beirut",
        "Pacific/Apia",
        "Asia/Kathmandu",
        "Africa/Casablanca",
    ]
).map(ZoneInfo)
MOMENTS = st.integers(10**9, 2 * 10**9).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
TIMES = st.times().map(lambda moment: time(moment.hour, moment.minute))
SCHEDULES = st.sets(TIMES, min_size=1, max_size=MAX_TIMES).map(lambda times: Schedule(tuple(sorted(times))))
WORDS = st.sampled_from(
    [
        "instant",
        "hourly",
        "daily",
        "weekdays",
        "weekly",
        "mon",
        "Thursdays",
        "sun.",
        "8:00",
        "23.59",
        "24:00",
        "at",
        "٨:٠٠",
    ]
)
ANY = st.builds(
    lambda times, days: Schedule(tuple(sorted(times)), tuple(sorted(days))),
    st.sets(TIMES, min_size=1, max_size=MAX_TIMES),
    st.sets(st.sampled_from(EVERY_DAY), min_size=1),
) | st.sampled_from([Schedule(), Schedule(hourly=True)])


@pytest.mark.parametrize(
    ("words", "stored"),
    [
        ("instant", "instant"),
        (" INSTANT ", "instant"),
        ("daily 08:00", "daily 08:00"),
        ("daily 8:05", "daily 08:05"),
        ("Daily 18.30, 08.00", "daily 08:00 18:30"),
        ("daily 18:00,08:00 08:00", "daily 08:00 18:00"),
        ("daily 00:00 23:59", "daily 00:00 23:59"),
        ("daily at 8:00 and 18:00", "daily 08:00 18:00"),
        ("daily ٠٨:٣٠", "daily 08:30"),
        ("HOURLY", "hourly"),
        ("weekdays 8:00;18.30", "weekdays 08:00 18:30"),
        ("weekly mon 08:00", "weekly mon 08:00"),
        ("weekly on Mondays at 8.00", "weekly mon 08:00"),
        ("Weekly Thu., MON 08:00", "weekly mon,thu 08:00"),
        ("weekly tues wednesday thurs 18:00 8:00", "weekly tue,wed,thu 08:00 18:00"),
        ("weekly sat,sun,sat 08:00", "weekly sat,sun 08:00"),
        ("weekly mon tue wed thu fri 08:00", "weekdays 08:00"),
        ("weekly sun mon tue wed thu fri sat 08:00", "daily 08:00"),
        ("daily 8", "daily 08:00"),
        ("8:00", "daily 08:00"),
        ("every day at 8 am and 6:30 p.m.", "daily 08:00 18:30"),
        ("daily 12am 12pm 1830 8h15", "daily 00:00 08:15 12:00 18:30"),
        ("Mon-Fri 08:00", "weekdays 08:00"),
        ("weekly fri – mon 8", "weekly mon,fri,sat,sun 08:00"),
        ("monday to wednesday, sat 9", "weekly mon,tue,wed,sat 09:00"),
        ("mon 8:00", "weekly mon 08:00"),
        ("weekends 10", "weekly sat,sun 10:00"),
        ("every hour", "hourly"),
        ("daily 1:00 2:00 3:00 4:00 5:00 6:00", "daily 01:00 02:00 03:00 04:00 05:00 06:00"),
    ],
)
def test_words_that_are_a_schedule(words: str, stored: str) -> None:
    schedule = Schedule.parse(words)
    assert str(schedule) == stored
    assert schedule.instant is (stored == "instant")


@pytest.mark.parametrize(
    "words",
    [
        "",
        " ",
        "now",
        "instant 08:00",
        "daily",
        "daily noon",
        "daily 24:00",
        "daily 24",
        "daily 08:60",
        "daily 13pm",
        "daily 0am",
        "daily 08:00 x",
        "daily -8:00",
        "daily 08:00\x00",
        "at",
        "hourly 08:00",
        "hourly hourly",
        "weekdays",
        "weekdays mon 08:00",
        "daily mon 08:00",
        "weekly",
        "weekly mon",
        "weekly 08:00",
        "weekly m 08:00",
        "weekly mo 08:00",
        "weekly mond4y 08:00",
        "weekly mondayss 08:00",
        "weekly mon 08:00 thu 18:00",
        "weekly mon\x00 08:00",
        "weekly s 08:00",
        "weekly days 08:00",
        "weekly mon- 08:00",
        "-fri 08:00",
        "mon-fri-sun 08:00",
        "biweekly mon 08:00",
        "daily 08:00:00",
        "daily ８:0",
        "8:00-18:00",
        "instant" * 1000,
        "weekly " + "mon " * 5000,
        "daily " + "08:00 " * (MAX_TIMES + 1),
    ],
)
def test_words_that_are_none(words: str) -> None:
    with pytest.raises(ScheduleError):
        Schedule.parse(words)


@pytest.mark.parametrize(
    ("words", "stored"),
    [
        ("daily", "daily 07:30"),
        ("weekly mon", "weekly mon 07:30"),
        ("Mon-Fri", "weekdays 07:30"),
        ("weekdays 9", "weekdays 09:00"),
        ("hourly", "hourly"),
    ],
)
def test_where_no_times_are_named_the_usual_ones_are_meant(words: str, stored: str) -> None:
    assert str(Schedule.parse(words, (time(7, 30),))) == stored


@pytest.mark.parametrize("words", ["", "weekly", "sometimes", "weekly 08:00"])
def test_usual_times_make_no_schedule_of_what_is_none(words: str) -> None:
    with pytest.raises(ScheduleError):
        Schedule.parse(words, (time(7, 30),))


@given(st.text() | st.lists(WORDS | st.text(max_size=4)).map(" ".join))
def test_any_words_are_a_schedule_or_refused(words: str) -> None:
    try:
        schedule = Schedule.parse(words)
    except ScheduleError:
        return
    assert Schedule.parse(str(schedule)) == schedule


@given(ANY)
def test_what_is_stored_is_read_back(schedule: Schedule) -> None:
    assert Schedule.parse(str(schedule)) == schedule


@pytest.mark.parametrize(
    "words", ["instant", "hourly", "daily 08:00", "weekdays 08:00", "weekly mon 08:00", "weekly sat,sun 08:00"]
)
def test_the_kind_is_the_first_word(words: str) -> None:
    assert Schedule.parse(words).kind is Kind(words.split()[0])


@given(SCHEDULES, MOMENTS, ZONES)
def test_the_next_slot_comes_later_and_none_lies_between(schedule: Schedule, after: datetime, zone: ZoneInfo) -> None:
    slot = schedule.next_slot(after, zone)
    assert slot is not None
    assert after < slot <= after + timedelta(days=2, hours=1)
    assert slot.tzinfo is UTC
    assert schedule.next_slot(slot - timedelta(seconds=1), zone) == slot
    halfway = after + (slot - after) / 2
    assert schedule.next_slot(halfway, zone) == slot


@given(SCHEDULES, MOMENTS, ZONES)
def test_the_next_slot_is_at_the_local_time_unless_the_clock_skips_it(
    schedule: Schedule, after: datetime, zone: ZoneInfo
) -> None:
    slot = schedule.next_slot(after, zone)
    assert slot is not None
    local = slot.astimezone(zone)
    wanted = [datetime.combine(local.date(), moment, zone).astimezone(UTC) for moment in schedule.times]
    skipped = _gap_before(slot, zone)
    assert slot in wanted or skipped
    assert local.fold == 0 or skipped


@given(TIMES, MOMENTS, ZONES.filter(lambda zone: zone.key != "Pacific/Apia"))
def test_each_local_day_has_each_slot_once(clock_time: time, start: datetime, zone: ZoneInfo) -> None:
    schedule = Schedule((clock_time,))
    slots = [schedule.next_slot(start, zone)]
    while len(slots) < 30 and slots[-1]:
        slots.append(schedule.next_slot(slots[-1], zone))
    local_times = [slot.astimezone(zone).replace(tzinfo=None) for slot in slots if slot]
    first = local_times[0].date() - timedelta(days=int(local_times[0].time() < clock_time))
    for number, (slot, local) in enumerate(zip(slots, local_times, strict=True)):
        # What the clock skips comes later by as much, which for a slot shortly before midnight is the next day.
        late = local - datetime.combine(first + timedelta(days=number), clock_time)
        assert slot
        assert late in (timedelta(), _gap_before(slot, zone))


def _gap_before(slot: datetime, zone: ZoneInfo) -> timedelta:
    """By how much the clock went forward in the last hours before the slot."""
    before, after = (slot - timedelta(hours=2)).astimezone(zone), slot.astimezone(zone)
    return max(timedelta(), (after.utcoffset() or timedelta()) - (before.utcoffset() or timedelta()))


@pytest.mark.parametrize(
    ("words", "after", "slots"),
    [
        ("daily 08:00", "2026-03-28T06:00", ["2026-03-28T07:00", "2026-03-29T06:00"]),
        # 02:30 is skipped and comes at 03:30; 03:00, which is then earlier, is not lost.
        ("daily 02:30 03:00", "2026-03-29T00:00", ["2026-03-29T01:00", "2026-03-29T01:30", "2026-03-30T00:30"]),
        # 02:30 comes twice and counts the first time.
        ("daily 02:30", "2026-10-24T12:00", ["2026-10-25T00:30", "2026-10-26T01:30"]),
        ("daily 00:00", "2026-12-31T22:59", ["2026-12-31T23:00", "2027-01-01T23:00"]),
    ],
)
def test_berlin_keeps_its_time_through_clock_changes(words: str, after: str, slots: list[str]) -> None:
    moment = datetime.fromisoformat(after).replace(tzinfo=UTC)
    for expected in slots:
        found = Schedule.parse(words).next_slot(moment, BERLIN)
        assert found == datetime.fromisoformat(expected).replace(tzinfo=UTC)
        moment = found


def test_a_day_that_the_calendar_skips_loses_no_slot_of_the_next() -> None:
    """Samoa went from 29 to 31 December 2011."""
    apia, schedule = ZoneInfo("Pacific/Apia"), Schedule.parse("daily 08:00 23:00")
    moment, found = datetime(2011, 12, 30, 9, 0, tzinfo=UTC), []
    for _ in range(3):
        slot = schedule.next_slot(moment, apia)
        assert slot
        found.append(slot.astimezone(apia).strftime("%d %H:%M"))
        moment = slot
    assert found == ["31 08:00", "31 23:00", "01 08:00"]
