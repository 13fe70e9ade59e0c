"""When a chat wants what it subscribed to, by its own clock.

The words stored, exported and typed are the same: `instant`, `hourly`, `daily 08:00 18:00`, `weekdays 08:00`,
`weekly mon,thu 08:00`. What people type may differ in case, commas, and the form of times and days; `mon-fri 8am` is
understood, too.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from itertools import takewhile
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import PlainSerializer, PlainValidator, WithJsonSchema

from bot.domain.daytime import read_time, tidied

MAX_TIMES = 6
#: By which schedules are told apart when typed, Monday first, as datetime.weekday counts.
DAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
EVERY_DAY = tuple(range(7))
MONDAY_TO_FRIDAY = tuple(range(5))
_KINDS = {
    "daily": EVERY_DAY,
    "day": EVERY_DAY,
    "weekdays": MONDAY_TO_FRIDAY,
    "weekday": MONDAY_TO_FRIDAY,
    "weekends": (5, 6),
    "weekend": (5, 6),
}
_SEPARATORS = re.compile(r"[\s,;]+")
_FILLERS = frozenset({"and", "at", "on", "every", "each"})
_WITHOUT_TIMES = {"instant": False, "hourly": True, "hour": True}
_SHORTEST_DAY = 3
_HOUR = timedelta(hours=1)
_SLOTS_KEPT = 4096
#: From the day before: what the clock skips may come a day late. To more than a week later, for one day a week.
_DAYS_AROUND = range(-1, 10)


class ScheduleError(ValueError):
    """The words are no schedule."""


class Kind(StrEnum):
    INSTANT = "instant"
    HOURLY = "hourly"
    DAILY = "daily"
    WEEKDAYS = "weekdays"
    WEEKLY = "weekly"


@dataclass(frozen=True, slots=True)
class Schedule:
    """`times` of the local clock on those `days` of the week (0 is Monday), both growing and each once; without
    times: every hour, or as soon as an article is published."""

    times: tuple[time, ...] = ()
    days: tuple[int, ...] = EVERY_DAY
    hourly: bool = False

    @property
    def instant(self) -> bool:
        return not self.times and not self.hourly

    @property
    def kind(self) -> Kind:
        if not self.times:
            return Kind.HOURLY if self.hourly else Kind.INSTANT
        return {EVERY_DAY: Kind.DAILY, MONDAY_TO_FRIDAY: Kind.WEEKDAYS}.get(self.days, Kind.WEEKLY)

    @classmethod
    def parse(cls, words: str, usual: tuple[time, ...] = ()) -> Self:
        """`usual`: the times of a schedule that names none; without them it must. Raises ScheduleError."""
        told = [word for word in _SEPARATORS.split(tidied(words.casefold())) if word and word not in _FILLERS]
        if len(told) == 1 and told[0] in _WITHOUT_TIMES:
            return cls(hourly=_WITHOUT_TIMES[told[0]])
        names = list(takewhile(lambda word: read_time(word) is None, told))
        days = _days_of(names) if told else ()
        times = [read_time(word) for word in told[len(names) :]] or list(usual)
        if not days or None in times or not 1 <= len(times) <= MAX_TIMES:
            raise ScheduleError(words)
        return cls(tuple(sorted({moment for moment in times if moment is not None})), days)

    def __str__(self) -> str:
        kind = self.kind
        days = [",".join(DAY_NAMES[day][:_SHORTEST_DAY] for day in self.days)] if kind is Kind.WEEKLY else []
        return " ".join([kind, *days, *(f"{t:%H:%M}" for t in self.times)])

    def next_slot(self, after: datetime, zone: ZoneInfo) -> datetime | None:
        """The first slot later than `after`, in UTC; none for an instant schedule.

        A local time that a clock change skips is taken later by as much, one that it repeats the first time
        (PEP 495, fold=0), so that each local day has each slot once. Hourly is whenever the clock shows a full hour,
        also one that it shows twice.
        """
        if self.hourly:
            return next(hour for hour in _full_hours(after, zone) if hour > after)
        return _slot_after(self, after, zone) if self.times else None

    def last_slot(self, until: datetime, zone: ZoneInfo) -> datetime | None:
        """The latest slot at or before `until`, in UTC; none for an instant schedule. See next_slot."""
        if self.hourly:
            return next(hour for hour in reversed(_full_hours(until, zone)) if hour <= until)
        return _slot_until(self, until, zone) if self.times else None

    def slots(self, day: int, zone: ZoneInfo) -> tuple[datetime, ...]:
        """Of one local day, by its ordinal, in UTC."""
        return _slots(self.times, day, zone) if (day + 6) % 7 in self.days else ()


# Kept, since all who were settled together ask for the same.


@lru_cache(_SLOTS_KEPT)
def _slot_after(schedule: Schedule, after: datetime, zone: ZoneInfo) -> datetime | None:
    today = after.astimezone(zone).toordinal()
    for offset in _DAYS_AROUND:
        later = [slot for slot in schedule.slots(today + offset, zone) if slot > after]
        if later:  # a slot that is late for its day may be overtaken by one of the next
            return min([*later, *(slot for slot in schedule.slots(today + offset + 1, zone) if slot > after)])
    return None


@lru_cache(_SLOTS_KEPT)
def _slot_until(schedule: Schedule, until: datetime, zone: ZoneInfo) -> datetime | None:
    today = until.astimezone(zone).toordinal()
    for offset in _DAYS_AROUND:
        earlier = [slot for slot in schedule.slots(today - offset, zone) if slot <= until]
        if earlier:
            return max([*earlier, *(slot for slot in schedule.slots(today - offset - 1, zone) if slot <= until)])
    return None


@lru_cache(_SLOTS_KEPT)
def _slots(times: tuple[time, ...], day: int, zone: ZoneInfo) -> tuple[datetime, ...]:
    """The same few days are asked for by all whose digests are due together."""
    local = date.fromordinal(day)
    return tuple(datetime.combine(local, clock_time, zone).astimezone(UTC) for clock_time in times)


def _days_of(names: list[str]) -> tuple[int, ...]:
    """Every day where none is named; empty where a name is no day's."""
    if not names:
        return EVERY_DAY
    if len(names) == 1 and names[0] in _KINDS:
        return _KINDS[names[0]]
    found = [_span(name) for name in (names[1:] if names[0] == "weekly" else names)]
    return tuple(sorted({day for span in found for day in span})) if all(found) else ()


def _span(name: str) -> tuple[int, ...]:
    """One day, or several in a row: `fri-mon`. Empty where that is none."""
    first, dash, last = name.partition("-")
    begin, end = _day(first), _day(last if dash else first)
    if begin is None or end is None:
        return ()
    return tuple((begin + offset) % 7 for offset in range((end - begin) % 7 + 1))


def _day(word: str) -> int | None:
    """By its English name, or its first letters, also in the plural."""
    name = word.rstrip(".").removesuffix("s") if word.endswith("days") else word.rstrip(".")
    fits = (number for number, day in enumerate(DAY_NAMES) if len(name) >= _SHORTEST_DAY and day.startswith(name))
    return next(fits, None)


def _full_hours(near: datetime, zone: ZoneInfo) -> tuple[datetime, ...]:
    """Moments within some two hours at which the zone's clock shows a full hour, in UTC."""
    return _full_hours_around(int(near.timestamp() // 3600), zone)


@lru_cache(_SLOTS_KEPT)
def _full_hours_around(hour: int, zone: ZoneInfo) -> tuple[datetime, ...]:
    """Its offset may be no whole number of hours, and may change by half of one (Australia/Lord_Howe)."""
    near = datetime.fromtimestamp(hour * 3600, UTC)
    nearby = [(near + timedelta(hours=hours)).astimezone(zone) for hours in (-2, 0, 2, 3)]
    found = set[datetime]()
    for offset in {local.utcoffset() or timedelta() for local in nearby}:
        full = (near + offset).replace(minute=0, second=0, microsecond=0) - offset
        around = (full + number * _HOUR for number in range(-3, 4))
        found.update(moment for moment in around if _shows_full_hour(moment.astimezone(zone)))
    return tuple(sorted(found))


def _shows_full_hour(local: datetime) -> bool:
    return not local.minute and not local.second


def _validated(value: object) -> Schedule:
    return value if isinstance(value, Schedule) else Schedule.parse(str(value))


#: A schedule as a field of a model: words outside, a value inside.
ScheduleField = Annotated[
    Schedule, PlainValidator(_validated), PlainSerializer(str), WithJsonSchema({"type": "string"})
]
