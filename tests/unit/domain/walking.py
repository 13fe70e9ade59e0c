"""Slots as someone finds them who only looks at a clock on the wall, again and again: slow, and sure of no rule."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

from bot.domain.schedule import Schedule

FIRST, LAST = datetime(2024, 1, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC)
WEEK, DAY, MINUTE = timedelta(days=7), timedelta(days=1), timedelta(minutes=1)


class Walk:
    """`schedule` asks for times that the clock shows at one of the moments at which it was looked at; slots of the
    first and the last day are not all found."""

    def __init__(self, zone: ZoneInfo, start: datetime, days: int, step: timedelta) -> None:
        moments = [start + number * step for number in range(days * DAY // step)]
        self.looks = [(moment.astimezone(zone).replace(tzinfo=None), moment) for moment in moments]
        self._first = dict[datetime, datetime]()
        for shown, moment in self.looks:
            self._first.setdefault(shown, moment)
        steps = pairwise(self.looks)
        self._leaps = [(look, after) for look, (after, _) in steps if after - look[0] > step]

    def slots(self, schedule: Schedule) -> list[datetime]:
        if schedule.hourly:
            return [moment for shown, moment in self.looks if shown.minute == 0]
        days = sorted({shown.date() for shown, _ in self.looks})
        wanted = [
            datetime.combine(day, clock_time)
            for day in days
            if day.isoweekday() - 1 in schedule.days
            for clock_time in schedule.times
        ]
        return sorted({moment for shown in wanted if (moment := self._moment(shown))})

    def _moment(self, wanted: datetime) -> datetime | None:
        """When the clock first shows it; where it leaps over it, so long after the leap as it lies within."""
        if wanted in self._first:
            return self._first[wanted]
        leaps = (moment + (wanted - shown) for (shown, moment), after in self._leaps if shown < wanted < after)
        return next(leaps, None)


@cache
def zones() -> list[ZoneInfo]:
    return [ZoneInfo(name) for name in sorted(available_timezones())]


def transitions(zone: ZoneInfo) -> Iterator[datetime]:
    """The first minute of each new offset from 2024 to 2030; none of them was there for less than a month."""
    weeks = [FIRST + number * WEEK for number in range((LAST - FIRST) // WEEK)]
    for week, following in pairwise(weeks):
        if week.astimezone(zone).utcoffset() != following.astimezone(zone).utcoffset():
            yield _first_with_other_offset(zone, week, following)


def _first_with_other_offset(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    while after - before > MINUTE:
        middle = before + (after - before) // MINUTE // 2 * MINUTE
        if middle.astimezone(zone).utcoffset() == before.astimezone(zone).utcoffset():
            before = middle
        else:
            after = middle
    return after
