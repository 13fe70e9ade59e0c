"""Dates, times, numbers and lists, as the spoken language writes them.

Skeletons are those of Unicode: https://www.unicode.org/reports/tr35/tr35-dates.html#availableFormats_appendItems
"""

import re
from collections.abc import Sequence
from datetime import date as date_of
from datetime import datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_skeleton, format_timedelta
from babel.lists import format_list
from babel.numbers import format_decimal

from bot.rendering.wording import RIGHT_TO_LEFT, _, isolated, language

#: English as it is written in most of the world: the day before the month, and 24 hours.
_LOCALES = {"en": "en_GB"}
_FIXED_ZONE = re.compile(r"Etc/GMT([+-])(\d+)")


def locale() -> Locale:
    """What Babel calls the spoken language."""
    return _locale(language())


def date(moment: datetime) -> str:
    return format_skeleton("yMMMd", moment, locale=locale())


def day(moment: date_of | datetime) -> str:
    """Without the year."""
    return format_skeleton("MMMd", moment, locale=locale())


def clock(moment: datetime | time, *, seconds: bool = False) -> str:
    """The time of the day, as it is in the moment's own zone."""
    return format_skeleton("Hms" if seconds else "Hm", moment, locale=locale())


def moment(at: datetime, zone: ZoneInfo) -> str:
    """A day and the time of it, by the clock of that zone."""
    local = at.astimezone(zone)
    return _(", ").join([format_skeleton("MMMEd", local, locale=locale()), clock(local)])


def zone_name(name: str) -> str:
    """Zones of a fixed offset are named after it with the other sign: https://en.wikipedia.org/wiki/Tz_database#Area"""
    match = _FIXED_ZONE.fullmatch(name)
    return f"UTC{'+' if match[1] == '-' else '-'}{match[2]}" if match else name


def duration(length: timedelta) -> str:
    """In the largest unit that says about as much."""
    return format_timedelta(length, locale=locale())


def ago(moment: datetime, now: datetime) -> str:
    """How long before `now` it was, or after it will be."""
    return format_timedelta(moment - now, add_direction=True, locale=locale())


def number(value: float, digits: int = 0) -> str:
    return format_decimal(value, "#,##0." + "0" * digits if digits else "#,##0", locale=locale())


def listed(names: Sequence[str]) -> str:
    """These, of which each may have markup. Isolated names have no direction to show: the list has a mark for it
    (https://www.unicode.org/reports/tr9/#P2)."""
    mark = "\u200f" if language() in RIGHT_TO_LEFT else ""
    return mark + _(", ").join(isolated(name) for name in names)


def either(names: Sequence[str]) -> str:
    """One of these; each may have markup."""
    return format_list([isolated(name) for name in names], style="or", locale=locale())


@lru_cache
def _locale(code: str) -> Locale:
    return Locale.parse(_LOCALES.get(code, code))
