"""What a chat's clock shows, written from its jumps: no date is ever computed in local time, no fold looked at."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from tests.simulation.scenario import DAYS

MINUTE = timedelta(minutes=1)
#: What is looked at reaches so far beyond the time that is simulated.
_BEYOND = timedelta(days=12)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Between two jumps; `ahead` of UTC."""

    begins: datetime
    ends: datetime
    ahead: timedelta


class LocalTime:
    """A zone's clock in a limited time."""

    def __init__(self, zone: str, begins: datetime, ends: datetime) -> None:
        self.begins = begins
        self.ends = ends
        self._zone = ZoneInfo(zone)
        self.stretches = self._stretches()

    def shows(self, date: datetime, minute: int) -> datetime:
        """When the clock first shows that minute of that day (its midnight, as if in UTC), in UTC. What it jumps
        over comes when it would have come without the jump."""
        wanted = date + minute * MINUTE
        for stretch in self.stretches:
            moment = wanted - stretch.ahead
            if stretch.begins <= moment < stretch.ends:
                return moment
        before = [stretch for stretch in self.stretches if stretch.ends + stretch.ahead <= wanted]
        return wanted - before[-1].ahead

    def full_hours(self) -> Iterator[datetime]:
        """Whenever it shows one."""
        for stretch in self.stretches:
            local = (stretch.begins + stretch.ahead).replace(minute=0, second=0, microsecond=0)
            while (moment := local - stretch.ahead) < stretch.ends:
                if moment >= stretch.begins:
                    yield moment
                local += timedelta(hours=1)

    def after(self, moment: datetime, start: int, end: int) -> datetime:
        """The first moment from then on at which it does not show a time from `start` to `end` (minutes)."""
        while True:
            stretch = next(one for one in self.stretches if one.begins <= moment < one.ends)
            local = moment + stretch.ahead
            midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
            shown = (local - midnight) / MINUTE
            if not (start <= shown < end if start < end else shown >= start or shown < end):
                return moment
            over = midnight + end * MINUTE
            over += timedelta(days=over <= local)
            moment = min(over - stretch.ahead, stretch.ends)

    def _stretches(self) -> list[Stretch]:
        """Looks at the clock each hour, and closer where it jumped between."""
        found, began, at = list[Stretch](), self.begins, self.begins
        while at < self.ends:
            later = at + timedelta(hours=1)
            if self._ahead(later) != self._ahead(at):
                jump = next(at + n * MINUTE for n in range(61) if self._ahead(at + n * MINUTE) != self._ahead(at))
                found.append(Stretch(began, jump, self._ahead(at)))
                began = jump
            at = later
        return [*found, Stretch(began, self.ends, self._ahead(began))]

    def _ahead(self, moment: datetime) -> timedelta:
        return moment.astimezone(self._zone).utcoffset() or timedelta()


@lru_cache(1000)
def local_time(zone: str, begins: datetime, ends: datetime) -> LocalTime:
    return LocalTime(zone, begins - _BEYOND, ends + _BEYOND)


@lru_cache(200)
def slots(when: str, zone: str, begins: datetime, ends: datetime) -> list[datetime]:
    """The moments of a schedule that is typed as `hourly`, `daily 08:00 18:00`, `weekdays 08:00` or
    `weekly mon,thu 08:00`; oldest first."""
    clock = local_time(zone, begins, ends)
    if when == "hourly":
        return list(clock.full_hours())
    kind, *times = when.split()
    days: Sequence[str] = DAYS[:5] if kind == "weekdays" else times.pop(0).split(",") if kind == "weekly" else DAYS
    first = begins.replace(hour=0, minute=0) - timedelta(days=8)
    dates = [first + timedelta(days=n) for n in range((ends - begins).days + 20)]
    wanted = [date for date in dates if DAYS[date.weekday()] in days]
    return sorted({clock.shows(date, int(time[:2]) * 60 + int(time[3:])) for date in wanted for time in times})
