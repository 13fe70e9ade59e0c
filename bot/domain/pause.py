"""Until when nothing shall come, as people write it."""

import re
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

_SPAN = re.compile(r"(\d{1,4})\s*(h|d|w)(?:ours?|ays?|eeks?)?", re.IGNORECASE)
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_BEFORE = re.compile(r"(?:until|till?|to|for|in|bis(?: zum)?|hasta(?: el)?|до|حتى)\s+", re.IGNORECASE)
#: A day as it is written in many countries, which dateparser takes for a time where it can be one: `5.12.`
_DOTTED = re.compile(r"(\d{1,2})\.(0?[1-9]|1[0-2])(?:\.(?=\s)|\.?$)")
_LONGEST = timedelta(days=366)
#: More letters than any date has.
_MOST_LETTERS = 40


class NoPause(Enum):
    """Why words say no end of a pause."""

    UNKNOWN = "unknown"
    OVER = "over"
    TOO_LONG = "too_long"


def pause_end(words: str, now: datetime, zone: ZoneInfo, language: str) -> datetime | NoPause:
    """`7d`, `12 hours`, `2w`; or a day, which ends the pause where it begins, or a moment of it: `2026-12-24`,
    `tomorrow`, `friday 8am`, `24 dec`, by the clock of `zone`, in English or the `language` of that code."""
    said = words.strip()
    said = said[match.end() :] if (match := _BEFORE.match(said)) else said
    if match := _SPAN.fullmatch(said):
        until: datetime | None = now + int(match[1]) * _UNITS[match[2].casefold()]
    else:
        until = _moment(said, now.astimezone(zone), language)
    if until is None:
        return NoPause.UNKNOWN
    if until <= now:
        return NoPause.OVER
    return until if until <= now + _LONGEST else NoPause.TOO_LONG


def _moment(words: str, now: datetime, language: str) -> datetime | None:
    """In UTC."""
    local = _day(words) or _told(words, now, language)
    if local is None:
        return None
    try:
        return (local if local.tzinfo else local.replace(tzinfo=now.tzinfo)).astimezone(UTC)
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC) if local.year > now.year else datetime.min.replace(tzinfo=UTC)


def _day(words: str) -> datetime | None:
    """https://en.wikipedia.org/wiki/ISO_8601"""
    try:
        return datetime.combine(date.fromisoformat(words), time())
    except ValueError:
        return None


def _told(words: str, now: datetime, language: str) -> datetime | None:
    """A day alone is its beginning, and the next one of that name."""
    if len(words) > _MOST_LETTERS or words.isdecimal():
        return None
    from dateparser.date import DateDataParser  # 20 MB that few processes ever need

    settings = {
        "PREFER_DATES_FROM": "future",
        "DATE_ORDER": "DMY",
        "RELATIVE_BASE": now.replace(tzinfo=None),
        "RETURN_TIME_AS_PERIOD": True,
    }
    from_now = settings | {"PREFER_DAY_OF_MONTH": "current", "PARSERS": ["relative-time"]}  # `3 months`
    by_calendar = settings | {"PREFER_DAY_OF_MONTH": "first"}  # `march`
    languages, words = list(dict.fromkeys([language, "en"])), _DOTTED.sub(r"\1/\2", words, count=1)
    for one in (from_now, by_calendar):
        found = DateDataParser(languages=languages, settings=one).get_date_data(words)
        moment: datetime | None = found.date_obj
        if moment:
            break
    if moment and found.period not in ("time", "part_of_day"):
        return datetime.combine(moment, time(), moment.tzinfo)
    return moment
