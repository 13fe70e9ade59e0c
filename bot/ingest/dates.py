"""When an entry says that it was published, in the forms that the parser of feeds misreads or does not know."""

import re
from calendar import timegm
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from time import struct_time

#: Before this, and this much after now, a time is a mistake.
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
MOST_AHEAD = timedelta(days=1)

_CLOCK = r"(?:[T ,]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?)?\s*(?:Z|UTC|GMT|([+-]\d{2}):?(\d{2}))?"
_YEAR_FIRST = re.compile(rf"(\d{{4}})[/.](\d{{1,2}})[/.](\d{{1,2}}){_CLOCK}")
_DAY_FIRST = re.compile(rf"(\d{{1,2}})\.(\d{{1,2}})\.(\d{{4}}){_CLOCK}")
_NAMED_MONTH = re.compile(
    rf"(?:[^\W\d]+\.?,?\s+)?(\d{{1,2}})\.?(?:\s+de)?\s+([^\W\d]{{3,}})\.?(?:\s+de)?\s+(\d{{4}}){_CLOCK}"
)
_EPOCH = re.compile(r"\d{9,10}(?:\d{3})?")
#: Sixty seconds in a minute (a second in between, or a sloppy clock).
_LEAP = re.compile(r"(:\d{2}):60\b")

#: How months begin in the languages of feeds that do not keep to English.
_MONTHS = (
    "jan ene gen янв",
    "feb fév fev фев",
    "mar mär mrt мар",
    "apr abr avr апр",
    "may mai mag maj мая май mei",
    "jun juin giu июн",
    "jul juil lug июл",
    "aug ago aoû aou авг",
    "sep set сен",
    "oct okt out ott окт",
    "nov ноя",
    "dec dez dic déc дек",
)


def moment(text: str, parsed: struct_time | None, now: datetime) -> datetime | None:
    """`parsed`: what the parser made of `text`. None for what is no time, or an impossible one."""
    try:
        when = _own_reading(text.strip()) or (_utc(parsed) if parsed else _other_reading(text))
    except (ValueError, OverflowError, OSError, TypeError):
        return None
    return when.astimezone(UTC) if when and EARLIEST < when < now + MOST_AHEAD else None


def _utc(parsed: struct_time) -> datetime:
    return datetime.fromtimestamp(timegm(parsed), UTC)


def _other_reading(text: str) -> datetime | None:
    text = _LEAP.sub(r"\1:59", text.strip())
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        when = parsedate_to_datetime(text)
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def _own_reading(text: str) -> datetime | None:
    if _EPOCH.fullmatch(text):
        seconds = int(text)
        return datetime.fromtimestamp(seconds / 1000 if len(text) > 11 else seconds, UTC)
    if found := _YEAR_FIRST.fullmatch(text):
        return _at(found[1], int(found[2]), found[3], found.groups()[3:])
    if found := _DAY_FIRST.fullmatch(text):
        return _at(found[3], int(found[2]), found[1], found.groups()[3:])
    if (found := _NAMED_MONTH.fullmatch(text)) and (month := _month(found[2])):
        return _at(found[3], month, found[1], found.groups()[3:])
    return None


def _at(year: str, month: int, day: str, clock: tuple[str | None, ...]) -> datetime:
    hour, minute, second, ahead, ahead_minutes = (int(part or 0) for part in clock)
    offset = timedelta(hours=ahead, minutes=ahead_minutes if ahead >= 0 else -ahead_minutes)
    return datetime(int(year), month, int(day), hour, minute, min(second, 59), tzinfo=UTC) - offset


@lru_cache(256)
def _month(name: str) -> int | None:
    name = name.lower()
    hits = [number for number, starts in enumerate(_MONTHS, 1) if any(name.startswith(s) for s in starts.split())]
    return hits[0] if hits else None
