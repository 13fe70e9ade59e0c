"""When a chat wants what it subscribed to: `instant`, or `daily` at times of its own clock.

The words stored, exported and typed are the same: `instant`, `daily 08:00 18:00`.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import PlainSerializer, PlainValidator, WithJsonSchema

_TIME = re.compile(r"^([01]?\d|2[0-3])[:.]([0-5]\d)$")
MAX_TIMES = 6


class ScheduleError(ValueError):
    """The words are no schedule."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """Without times: as soon as an article is published."""

    times: tuple[time, ...] = ()

    @property
    def instant(self) -> bool:
        return not self.times

    @classmethod
    def parse(cls, words: str) -> Self:
        """Raises ScheduleError."""
        kind, *clock_times = words.replace(",", " ").split() or [""]
        if kind.casefold() == "instant" and not clock_times:
            return cls()
        if kind.casefold() != "daily" or not 1 <= len(clock_times) <= MAX_TIMES:
            raise ScheduleError(words)
        matches = [_TIME.match(clock_time) for clock_time in clock_times]
        if not all(matches):
            raise ScheduleError(words)
        return cls(tuple(sorted({time(int(match[1]), int(match[2])) for match in matches if match})))

    def __str__(self) -> str:
        return " ".join(["daily", *(f"{t:%H:%M}" for t in self.times)]) if self.times else "instant"

    def next_slot(self, after: datetime, zone: ZoneInfo) -> datetime | None:
        """The first slot later than `after`, in UTC; none for an instant schedule.

        A local time that a clock change skips is taken an hour later, one that it repeats the first time
        (PEP 495, fold=0), so that each local day has each slot once.
        """
        day = after.astimezone(zone).date() - timedelta(days=1)
        slots = (
            datetime.combine(day + timedelta(days=offset), clock_time, zone).astimezone(UTC)
            for offset in range(4)
            for clock_time in self.times
        )
        return min((slot for slot in slots if slot > after), default=None)


def _validated(value: object) -> Schedule:
    return value if isinstance(value, Schedule) else Schedule.parse(str(value))


#: A schedule as a field of a model: words outside, a value inside.
ScheduleField = Annotated[
    Schedule, PlainValidator(_validated), PlainSerializer(str), WithJsonSchema({"type": "string"})
]
