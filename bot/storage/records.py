"""Subscriptions as they are stored: packed into some fifty bytes each.

A record is a MessagePack array (https://msgpack.org) in which slugs, time zones, languages and the like stand as
numbers of an ever-growing table of words, and moments as milliseconds. What does not fit this form is kept as JSON,
which begins with a byte that no such array begins with.

Schedules are packed as times of day and are no words: anyone can type millions of them, and words never go.
"""

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time
from functools import cached_property, lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from pydantic import ValidationError

from bot.domain.delivery import Cause
from bot.domain.digest import Form
from bot.domain.hold import Hold, Holding
from bot.domain.moment import from_ms, to_ms
from bot.domain.quiet import Quiet
from bot.domain.schedule import EVERY_DAY, Schedule
from bot.domain.subscription import ChatKind, Parked, Slot, Subscription
from bot.storage.words import Words

#: Milliseconds from the beginning of 1970 to the end of the calendar (datetime.max), and the largest chat id.
_LAST_MOMENT = 253_402_300_799_999
_LARGEST = 2**63 - 1
_SCHEDULES_SHARED = 4096
#: What stands before the minutes of a schedule that is not daily; no day has so many minutes.
_HOURLY = 0xFFFF
_ON_DAYS = 0x8000
_ZONES_SHARED = 1024
#: Whose digests come together were settled together.
_MOMENTS_SHARED = 4096


@dataclass(frozen=True)
class Record:
    """A subscription as it was read; `number` is 0 for one that is not stored yet."""

    number: int
    subscription: Subscription
    raw: bytes

    @cached_property
    def slots(self) -> list[Slot]:
        return self.subscription.slots()

    @cached_property
    def due(self) -> datetime | None:
        """When its digest is due, if it is to get one."""
        return None if self.subscription.parked else self.subscription.digest_due(self.slots)


class Unreadable(Exception):
    """What is stored is no subscription."""


class _Hold(msgspec.Struct, array_like=True, frozen=True, gc=False):
    cause: str
    began: int
    until: int
    breaking: bool
    articles: list[str]


class _Wishes(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """What few have wished for. `quiet`: two minutes of the day, and whether breaking news comes then; what is muted
    are no words, since anyone can type millions of them."""

    form: str = Form.TEASERS
    quiet: tuple[int, int, bool] | None = None
    muted: list[str] = []
    hold: _Hold | None = None
    calmed: list[int] = []


#: With nothing wished for. To copy it costs half of what making one does, with a look at each default.
_BLANK = Subscription(chat_id=0)


class _Packed(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """`kind`, `timezone`, `language`, and the cause in `parked` are numbers of words; `schedule` holds the minutes of
    the day, two bytes each, after a bit for each day of the week where not every day is meant; `categories` holds in
    turn a slug's word, in ms after `since` its own `since`, and its own schedule where that is another one."""

    chat_id: int
    thread_id: int
    kind: int
    timezone: int
    language: int
    schedule: bytes
    since: int
    categories: list[int | bytes]
    parked: tuple[int, int] | None = None
    wishes: _Wishes | None = None


class Records:
    def __init__(self, words: Words) -> None:
        self._words = words
        self._encode = msgspec.msgpack.Encoder().encode
        self._decode = msgspec.msgpack.Decoder(_Packed).decode
        self._schedule = lru_cache(_SCHEDULES_SHARED)(_schedule)
        self._zone = lru_cache(_ZONES_SHARED)(ZoneInfo)
        self._kind = lru_cache(ChatKind)
        self._moment = lru_cache(_MOMENTS_SHARED)(from_ms)

    def pack(self, subscription: Subscription) -> tuple[bytes, set[str]]:
        """With the words in it. Raises UnknownWord."""
        s, moments = subscription, {moment: to_ms(moment) for moment in set(subscription.since.values())}
        if _exceptional(s, moments.values()):
            return s.model_dump_json().encode(), set()
        number = self._words.by_word
        first = min(moments.values(), default=0)
        later = {moment: ms - first for moment, ms in moments.items()}
        packed = _Packed(
            chat_id=s.chat_id,
            thread_id=s.thread_id or 0,
            kind=number[s.kind.value],
            timezone=number[s.timezone],
            language=number[s.language],
            schedule=_packed(s.schedule),
            since=first,
            categories=_chosen(s, number, later),
            parked=(number[s.parked.cause.value], to_ms(s.parked.since)) if s.parked else None,
            wishes=_wishes(s, number),
        )
        return self._encode(packed), words_of(s)

    def unpack(self, raw: bytes) -> Subscription:
        """Raises Unreadable, UnknownWord."""
        try:
            return Subscription.model_validate_json(raw) if raw.startswith(b"{") else self._unpack(raw)
        except (msgspec.DecodeError, ValidationError, ValueError, LookupError, OSError, struct.error) as error:
            raise Unreadable(str(error)) from error

    def _unpack(self, raw: bytes) -> Subscription:
        """With no look at what was validated before it was packed."""
        packed, words = self._decode(raw), self._words.by_number
        schedule = self._schedule(packed.schedule)
        numbers = [part for part in packed.categories if type(part) is int]
        slugs = [words[slug] for slug in numbers[::2]]
        moments = [self._moment(packed.since + later) for later in numbers[1::2]]
        since = dict(zip(slugs, moments, strict=True))
        categories = dict.fromkeys(slugs, schedule)
        if len(numbers) < len(packed.categories):
            categories |= self._own_schedules(packed.categories)
        timezone = words[packed.timezone]
        self._zone(timezone)
        found: dict[str, Any] = {
            "chat_id": packed.chat_id,
            "thread_id": packed.thread_id or None,
            "kind": self._kind(words[packed.kind]),
            "categories": categories,
            "schedule": schedule,
            "timezone": timezone,
            "language": words[packed.language],
            "since": since,
            "parked": self._parked(*packed.parked) if packed.parked else None,
        }
        if packed.wishes:
            found |= self._wished(packed.wishes)
        return _BLANK.model_copy(update=found)

    def _wished(self, wishes: _Wishes) -> dict[str, Any]:
        return {
            "form": Form(wishes.form),
            "quiet": _quiet(*wishes.quiet) if wishes.quiet else None,
            "muted": tuple(wishes.muted),
            "hold": _hold(wishes.hold) if wishes.hold else None,
            "calmed": tuple(self._words.by_number[slug] for slug in wishes.calmed),
        }

    def _own_schedules(self, parts: list[int | bytes]) -> dict[str, Schedule]:
        """Each stands behind the pair of numbers of its category."""
        words, slugs = self._words.by_number, zip(parts, parts[2:], strict=False)
        return {words[slug]: self._schedule(own) for slug, own in slugs if type(slug) is int and type(own) is bytes}

    def _parked(self, cause: int, since: int) -> Parked:
        return Parked.model_construct(cause=Cause(self._words.by_number[cause]), since=from_ms(since))


def words_of(subscription: Subscription) -> set[str]:
    s = subscription
    parked = [s.parked.cause.value] if s.parked else []
    return {s.kind.value, s.timezone, s.language, *s.categories, *s.calmed, *parked}


def _chosen(s: Subscription, number: dict[str, int], later: dict[datetime, int]) -> list[int | bytes]:
    packed: list[int | bytes] = []
    for slug, own in s.categories.items():
        packed += number[slug], later[s.since[slug]]
        if own is not s.schedule and own != s.schedule:
            packed.append(_packed(own))
    return packed


def _wishes(s: Subscription, number: dict[str, int]) -> _Wishes | None:
    h = s.hold
    if s.form is Form.TEASERS and not (s.quiet or s.muted or h or s.calmed):
        return None
    return _Wishes(
        form=s.form,
        quiet=(_minute(s.quiet.start), _minute(s.quiet.end), s.quiet.breaking) if s.quiet else None,
        muted=list(s.muted),
        hold=_Hold(h.cause, to_ms(h.began), to_ms(h.until), h.breaking, list(h.articles)) if h else None,
        calmed=[number[slug] for slug in s.calmed],
    )


def _quiet(start: int, end: int, breaking: bool) -> Quiet:
    return Quiet.model_construct(start=time(*divmod(start, 60)), end=time(*divmod(end, 60)), breaking=breaking)


def _hold(hold: _Hold) -> Hold:
    return Hold.model_construct(
        cause=Holding(hold.cause),
        began=from_ms(hold.began),
        until=from_ms(hold.until),
        breaking=hold.breaking,
        articles=tuple(hold.articles),
    )


def _minute(moment: time) -> int:
    return moment.hour * 60 + moment.minute


def _exceptional(subscription: Subscription, moments: Iterable[int]) -> bool:
    s = subscription
    parked = [to_ms(s.parked.since)] if s.parked else []
    held = [to_ms(s.hold.began), to_ms(s.hold.until)] if s.hold else []
    outside = [moment for moment in (*moments, *parked, *held) if not 0 <= moment <= _LAST_MOMENT]
    too_large = abs(s.chat_id) > _LARGEST or (s.thread_id or 0) > _LARGEST
    return bool(outside) or too_large or s.categories.keys() != s.since.keys()


@lru_cache(_SCHEDULES_SHARED)
def _packed(schedule: Schedule) -> bytes:
    days = sum(1 << day for day in schedule.days)
    head = [_HOURLY] if schedule.hourly else [_ON_DAYS | days] if schedule.days != EVERY_DAY else []
    numbers = [*head, *(t.hour * 60 + t.minute for t in schedule.times)]
    return struct.pack(f">{len(numbers)}H", *numbers)


def _schedule(packed: bytes) -> Schedule:
    numbers = struct.unpack(f">{len(packed) // 2}H", packed)
    if numbers[:1] == (_HOURLY,):
        return Schedule(hourly=True)
    on_days = numbers[0] & _ON_DAYS if numbers else 0
    days = tuple(day for day in EVERY_DAY if numbers[0] >> day & 1) if on_days else EVERY_DAY
    return Schedule(tuple(time(*divmod(minute, 60)) for minute in numbers[1 if on_days else 0 :]), days)
