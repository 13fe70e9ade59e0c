"""Which days and hours words name: “Monday”, “the 3rd of November”, “last week”, “8am”, “this morning”.

Weekdays and dates are read by dateparser, and only such words come to it; it is loaded with the first of them, since
it takes 20 MB and a moment.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import lru_cache
from typing import Any

from bot.questions.phrases import Phrases, plain

DAY = timedelta(days=1)
_UNITS = {"hour": DAY / 24, "day": DAY, "week": 7 * DAY, "month": 31 * DAY, "year": 366 * DAY}
#: Hours of today that a part of it begins and ends with.
_PARTS = {"morning": (0, 12), "afternoon": (12, 18), "evening": (18, 24), "night": (-6, 6)}
#: “the last days”: a few.
_SEVERAL = 3
_MOST_WORDS = 6
_NUMBER = re.compile(r"\d{1,2}(?:st|nd|rd|th|\.)?|\d{4}", re.IGNORECASE)
_DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[./]\d{1,2}[./]\d{4}")
_COMMA_YEAR = re.compile(r", \d{4}(?!\d)")
_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")
_AFTER = re.compile(r"(?![\w-]|['’]\w)")


@dataclass(frozen=True, slots=True)
class Span:
    """A time that words name, from `start` up to `end`; `stop`: where in the text the words end.

    `past`: it surely is not one ahead."""

    start: datetime
    end: datetime
    stop: int
    past: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """Of words of one language, at `now` in the zone of whoever says them. `tries`: how often words may still be read
    as a date; it takes a millisecond."""

    words: Phrases
    now: datetime
    tries: Iterator[int]


def span_at(text: str, position: int, reading: Reading) -> Span | None:
    """What is named there, behind a space."""
    start = position + 1 if text[position : position + 1] == " " else position
    found = reading.words.periods.match(text, start)
    day = period(found, reading) if found else _hour(text, start, reading) or _day(text, start, reading)
    if day is None:
        return None
    hour = _clock(text, day.stop, reading.words) if day.end - day.start == DAY else None
    return _at(day, hour) if hour else day


def period(found: re.Match[str], reading: Reading) -> Span:
    kind = found.lastgroup or "today"
    if kind == "lately":
        return Span(reading.now - _length(reading.words, found[0]), reading.now, found.end(), past=True)
    if kind == "ago":
        day = _midnight(reading.now - _length(reading.words, found[0]))
        return Span(day, day + DAY, found.end(), past=True)
    start, end = _calendar(kind, reading.now)
    return Span(start, end, found.end(), past=end <= reading.now and kind != "weekend")


def _length(words: Phrases, said: str) -> timedelta:
    for name, (one, several) in words.units.items():
        if one.search(said) or several.search(said):
            digits = re.search(r"\d+", said)
            counted = (n for n, number in enumerate(words.numbers, 1) if number.search(said))
            return (int(digits[0]) if digits else next(counted, 1 if one.search(said) else _SEVERAL)) * _UNITS[name]
    raise ValueError(f"no unit of time in {said!r}")


def _calendar(kind: str, now: datetime) -> tuple[datetime, datetime]:
    today = _midnight(now)
    if kind in _PARTS:
        start, end = (today + hours * _UNITS["hour"] for hours in _PARTS[kind])
        return (start, end) if start <= now else (today, today + DAY)
    if kind in ("today", "yesterday", "day_before"):
        start = today - {"today": 0, "yesterday": 1, "day_before": 2}[kind] * DAY
        return start, start + DAY
    if kind == "weekend":
        saturday = today - (today.weekday() + 2) % 7 * DAY
        return saturday, saturday + 2 * DAY
    this, _, unit = kind.partition("_")
    start = {
        "week": today - today.weekday() * DAY,
        "month": today.replace(day=1),
        "year": today.replace(month=1, day=1),
    }[unit]
    if this == "last":
        return _begin(start - DAY, unit), start
    return start, _next(start, unit)


def _begin(day: datetime, unit: str) -> datetime:
    if unit == "week":
        return day - day.weekday() * DAY
    return day.replace(day=1) if unit == "month" else day.replace(month=1, day=1)


def _next(start: datetime, unit: str) -> datetime:
    if unit in ("day", "week"):
        return start + _UNITS[unit]
    return _begin(start + (32 if unit == "month" else 367) * DAY, unit)


def _midnight(moment: datetime) -> datetime:
    return datetime.combine(moment, time(), moment.tzinfo)


def _day(text: str, start: int, reading: Reading) -> Span | None:
    """A weekday, a date or a month, in as many words as make one."""
    if skip := reading.words.skip.match(text, start):
        start = skip.end()
    said, ends, past = _day_words(text, start, reading.words)
    for count in range(len(said), 0, -1):
        words = " ".join(said[:count])
        if _DATE.fullmatch(said[0]) or any(plain(word)[:3].isalpha() for word in said[:count]):
            if next(reading.tries, None) is None:
                return None
            found = _parsed(reading.words.language, words, _midnight(reading.now).replace(tzinfo=None))
            if found and _AFTER.match(text, ends[count - 1]):
                begin, unit = found[0].replace(tzinfo=reading.now.tzinfo), found[1]
                named = bool(_YEAR.search(words)) and begin < reading.now
                return Span(begin, _next(begin, unit), ends[-1 if past else count - 1], past or named)
    return None


def _hour(text: str, start: int, reading: Reading) -> Span | None:
    """The last time that the clock showed it, or that of the day that is named behind it: “8am on Monday”."""
    hour = _clock(text, start, reading.words)
    if hour is None:
        return None
    told, stop = hour
    on = reading.words.leads("on", text, stop + 1)
    behind = on.end() + 1 if on else stop + 1
    found = reading.words.periods.match(text, behind)
    day = period(found, reading) if found else _day(text, behind, reading)
    if day and day.end - day.start <= DAY:
        return _at(day, (told, day.stop))
    begin = datetime.combine(reading.now, told, reading.now.tzinfo)
    begin -= DAY if begin > reading.now else 0 * DAY
    return Span(begin, begin, stop, past=False)


def _at(day: Span, hour: tuple[time, int]) -> Span:
    told, stop = hour
    begin = datetime.combine(day.start, told, day.start.tzinfo)
    return Span(begin, begin, stop, day.past)


def _clock(text: str, position: int, words: Phrases) -> tuple[time, int] | None:
    """The time of the day that is named there, and where its words end."""
    start = position + 1 if text[position : position + 1] == " " else position
    found = words.leads("clock", text, start)
    if found is None or not _AFTER.match(text, found.end()):
        return None
    if found["noon"] or found["midnight"]:
        return time(12 if found["noon"] else 0), found.end()
    hour, minute = (*map(int, re.findall(r"\d+", found[0])), 0)[:2]
    if found["early"] or found["late"]:
        hour = hour % 12 + (12 if found["late"] else 0) if 1 <= hour <= 12 else hour
    return (time(hour, minute), found.end()) if hour < 24 and minute < 60 else None


def _day_words(text: str, start: int, words: Phrases) -> tuple[list[str], list[int], bool]:
    """Those that may name a day, where each ends, and whether they say that it is past."""
    past = False
    said: list[str] = []
    ends: list[int] = []
    for found in re.finditer(r"\S+", text[start : start + 60]):
        bare = found[0].rstrip(',?!;:)؟،؛…»”"')
        word, end = bare.rstrip("."), start + found.start() + len(bare)
        if words.is_one("last", word):
            past = True
            ends[-1:] = [end] if ends else []
        elif _NUMBER.fullmatch(bare) or _DATE.fullmatch(word) or (said and words.is_one("joins", word)):
            said.append(bare if _NUMBER.fullmatch(bare) else word)
            ends.append(end)
        elif name := _day_name(words, word):
            said.append(name)
            ends.append(end)
        else:
            break
        if len(said) == _MOST_WORDS or (bare != found[0] and not _COMMA_YEAR.match(text, end)):
            break
    return said, ends, past


def _day_name(words: Phrases, word: str) -> str | None:
    """A weekday or month; one in Russian in the case that dateparser knows."""
    wanted = plain(word)
    if not word.isalpha():
        return None
    if words.language == "ru":
        return next((name for name in words.day_names if _same_but_ending(name, wanted)), None)
    near = any(len(wanted) >= 3 and name.startswith(wanted[:3]) for name in words.day_names)
    return word if near else None


def _same_but_ending(name: str, word: str) -> bool:
    return abs(len(name) - len(word)) <= 1 and len(word) > 2 and name[: len(name) - 1] == word[: len(name) - 1]


def _parsed(language: str, words: str, today: datetime) -> tuple[datetime, str] | None:
    """The beginning of the day or month, and which of both it is."""
    data = _parser(language, today).get_date_data(words.strip(" .,"))
    moment, unit = data.date_obj, data.period
    if moment is None or unit not in ("day", "month"):
        return None
    return datetime.combine(moment.date(), time()), unit


@lru_cache(maxsize=16)
def _parser(language: str, today: datetime) -> Any:
    """One a day, since dateparser keeps all settings that it has ever been given."""
    from dateparser.date import DateDataParser

    settings = {
        "PREFER_DATES_FROM": "past",
        "PREFER_DAY_OF_MONTH": "first",
        "DATE_ORDER": "DMY",
        "RELATIVE_BASE": today,
        "RETURN_TIME_AS_PERIOD": True,
    }
    return DateDataParser(languages=[language], settings=settings)
