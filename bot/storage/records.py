"""Subscriptions as they are stored: packed into some fifty bytes each.

A record is a MessagePack array (https://msgpack.org) in which slugs, time zones, languages and the like stand as
numbers of an ever-growing table of words, and moments as milliseconds. What does not fit this form, such as a
category with a schedule of its own, is kept as JSON, which begins with a byte that no such array begins with.

Schedules are packed as times of day and are no words: anyone can type millions of them, and words never go.
"""

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

import msgspec
from pydantic import ValidationError

from bot.domain.delivery import Cause
from bot.domain.schedule import Schedule
from bot.domain.subscription import ChatKind, Parked, Subscription
from bot.storage import keys
from bot.storage.connection import Client

#: Milliseconds from the beginning of 1970 to the end of the calendar (datetime.max), and the largest chat id.
_LAST_MOMENT = 253_402_300_799_999
_LARGEST = 2**63 - 1
_SCHEDULES_SHARED = 4096
_ZONES_SHARED = 1024


@dataclass(frozen=True, slots=True)
class Record:
    """A subscription as it was read; `number` is 0 for one that is not stored yet."""

    number: int
    subscription: Subscription
    raw: bytes


class Unreadable(Exception):
    """What is stored is no subscription."""


class UnknownWord(Exception):
    """The table of words in this process lacks it: load it anew."""


class _Packed(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """`kind`, `timezone`, `language`, and the cause in `parked` are numbers of words; `schedule` holds the minutes of
    the day, two bytes each; `categories` holds in turn a slug's word and, in ms after `since`, its own `since`."""

    chat_id: int
    thread_id: int
    kind: int
    timezone: int
    language: int
    schedule: bytes
    since: int
    categories: list[int]
    parked: tuple[int, int] | None = None


_INTERN = """
for _, word in ipairs(ARGV) do
  if redis.call('HEXISTS', KEYS[1], word) == 0 then
    redis.call('HSET', KEYS[1], word, redis.call('HLEN', KEYS[1]) + 1)
  end
end
return redis.call('HGETALL', KEYS[1])
"""


class _Words(dict[int, str]):
    def __missing__(self, number: int) -> str:
        raise UnknownWord(number)


class Words:
    """The table of words as this process knows it; all processes add to the one in the store.

    What `by_number` lacks raises UnknownWord.
    """

    def __init__(self, redis: Client) -> None:
        self._intern = redis.register_script(_INTERN)
        self._numbers: dict[str, int] = {}
        self.by_number: dict[int, str] = _Words()

    async def learn(self, words: Iterable[str] = ()) -> None:
        """Loads the table, in which these words stand from now on at the latest."""
        rows = iter(await self._intern(keys=[keys.WORDS], args=list(words)))
        self.know({word.decode(): int(number) for word, number in zip(rows, rows, strict=True)})

    def know(self, numbers: dict[str, int]) -> None:
        """That this is the table."""
        self._numbers = numbers
        self.by_number = _Words((number, word) for word, number in numbers.items())

    def number(self, word: str) -> int:
        """Raises UnknownWord."""
        try:
            return self._numbers[word]
        except KeyError:
            raise UnknownWord(word) from None


class Records:
    def __init__(self, words: Words) -> None:
        self._words = words
        self._encode = msgspec.msgpack.Encoder().encode
        self._decode = msgspec.msgpack.Decoder(_Packed).decode
        self._schedule = lru_cache(_SCHEDULES_SHARED)(_schedule)
        self._zone = lru_cache(_ZONES_SHARED)(ZoneInfo)
        self._kind = lru_cache(ChatKind)

    def pack(self, subscription: Subscription) -> tuple[bytes, dict[str, int]]:
        """With the words in it and their numbers. Raises UnknownWord."""
        s, since = subscription, {slug: _ms(moment) for slug, moment in subscription.since.items()}
        if _exceptional(s, since.values()):
            return s.model_dump_json().encode(), {}
        number = {word: self._words.number(word) for word in words_of(s)}
        first = min(since.values(), default=0)
        packed = _Packed(
            chat_id=s.chat_id,
            thread_id=s.thread_id or 0,
            kind=number[s.kind.value],
            timezone=number[s.timezone],
            language=number[s.language],
            schedule=struct.pack(f">{len(s.schedule.times)}H", *(t.hour * 60 + t.minute for t in s.schedule.times)),
            since=first,
            categories=[part for slug in s.categories for part in (number[slug], since[slug] - first)],
            parked=(number[s.parked.cause.value], _ms(s.parked.since)) if s.parked else None,
        )
        return self._encode(packed), number

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
        pairs, first, moment = iter(packed.categories), packed.since, datetime.fromtimestamp
        since = {words[slug]: moment((first + later) / 1000, UTC) for slug, later in zip(pairs, pairs, strict=True)}
        timezone = words[packed.timezone]
        self._zone(timezone)
        return Subscription.model_construct(
            chat_id=packed.chat_id,
            thread_id=packed.thread_id or None,
            kind=self._kind(words[packed.kind]),
            categories=dict.fromkeys(since, schedule),
            schedule=schedule,
            timezone=timezone,
            language=words[packed.language],
            since=since,
            parked=self._parked(*packed.parked) if packed.parked else None,
        )

    def _parked(self, cause: int, since: int) -> Parked:
        return Parked.model_construct(cause=Cause(self._words.by_number[cause]), since=_moment(since))


def words_of(subscription: Subscription) -> set[str]:
    s = subscription
    return {s.kind.value, s.timezone, s.language, *s.categories, *([s.parked.cause.value] if s.parked else [])}


def _exceptional(subscription: Subscription, moments: Iterable[int]) -> bool:
    s = subscription
    parked = [_ms(s.parked.since)] if s.parked else []
    return (
        any(schedule != s.schedule for schedule in s.categories.values())
        or s.categories.keys() != s.since.keys()
        or not all(0 <= moment <= _LAST_MOMENT for moment in (*moments, *parked))
        or max(abs(s.chat_id), s.thread_id or 0) > _LARGEST
    )


def _schedule(packed: bytes) -> Schedule:
    minutes = struct.unpack(f">{len(packed) // 2}H", packed)
    return Schedule(tuple(time(*divmod(minute, 60)) for minute in minutes))


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _moment(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)
