"""Subscriptions, each under a small number that never changes, and who wants what.

Who is subscribed to a category stands in bitmaps over the numbers: some three bytes a chat for all categories
together, and an order in which all subscribers can be gone through that holds across restarts.
"""

import logging
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import orjson
from pydantic import ValidationError

from bot.domain.subscription import Address, Subscription
from bot.storage import keys
from bot.storage.connection import Client
from bot.storage.outbox import Command

_LOG = logging.getLogger(__name__)

# Saves only over what was read, and runs, in the same step, the commands that owe what the change settles.
_SAVE = """
local number = redis.call('HGET', KEYS[1], ARGV[1])
local current = number and redis.call('HGET', KEYS[2], number) or ''
if current ~= ARGV[2] then return -1 end
for _, article in ipairs(cjson.decode(ARGV[7])) do
  if redis.call('HEXISTS', KEYS[5], article) == 0 then return -1 end
end
local time = redis.call('TIME')
local now = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
for i = 1, tonumber(ARGV[9]) do
  if redis.call('ZCOUNT', KEYS[#KEYS - i + 1], '(' .. ARGV[8], now) > 0 then return -1 end
end
if not number then
  number = redis.call('INCR', KEYS[3])
  redis.call('HSET', KEYS[1], ARGV[1], number)
end
if ARGV[3] == '' then
  redis.call('HDEL', KEYS[1], ARGV[1])
  redis.call('HDEL', KEYS[2], number)
else
  redis.call('HSET', KEYS[2], number, ARGV[3])
end
if ARGV[4] == '' then redis.call('ZREM', KEYS[4], number) else redis.call('ZADD', KEYS[4], ARGV[4], number) end
local bits = cjson.decode(ARGV[5])
for i, bit in ipairs(bits) do redis.call('SETBIT', KEYS[5 + i], number, bit) end
for _, command in ipairs(cjson.decode(ARGV[6])) do redis.call(unpack(command)) end
return tonumber(number)
"""

_MOVE = """
local number = redis.call('HGET', KEYS[1], ARGV[1])
if not number or redis.call('HGET', KEYS[2], number) ~= ARGV[4] then return -1 end
if redis.call('HEXISTS', KEYS[1], ARGV[2]) == 1 then return 0 end
redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('HSET', KEYS[1], ARGV[2], number)
redis.call('HSET', KEYS[2], number, ARGV[3])
return 1
"""


@dataclass(frozen=True, slots=True)
class Record:
    """A subscription as it was read; `number` is 0 for one that is not stored yet."""

    number: int
    subscription: Subscription
    raw: bytes


class SubscriptionStore:
    def __init__(self, redis: Client) -> None:
        self._redis = redis
        self._save = redis.register_script(_SAVE)
        self._move = redis.register_script(_MOVE)

    async def read(self, address: Address) -> Record | None:
        number = await self._redis.hget(keys.NUMBERS, keys.address(address))
        raw = await self._redis.hget(keys.SUBSCRIPTIONS, number) if number is not None else None
        return Record(int(number), Subscription.model_validate_json(raw), raw) if raw is not None else None

    async def read_numbers(self, numbers: list[int]) -> dict[int, Record]:
        """Those stored and readable."""
        values = await self._redis.hmget(keys.SUBSCRIPTIONS, [str(number) for number in numbers])
        read = [_readable(number, raw) for number, raw in zip(numbers, values, strict=True) if raw is not None]
        return {record.number: record for record in read if record}

    async def change_stored(self, address: Address, change: Callable[[Subscription], Subscription]) -> None:
        """Nothing, where nothing is stored."""
        while record := await self.read(address):
            if await self.save(record, change(record.subscription)):
                return

    async def change(
        self, blank: Subscription, change: Callable[[Subscription], Subscription]
    ) -> tuple[Subscription, Subscription]:
        """Applies `change` to what is stored at the address of `blank`, or to `blank`; gives before and after."""
        while True:
            record = await self.read(blank.address) or Record(0, blank, b"")
            after = change(record.subscription)
            if after == record.subscription and record.number:
                return record.subscription, after
            if await self.save(record, after):
                return record.subscription, after

    async def save(
        self,
        record: Record,
        after: Subscription | None,
        owing: Sequence[Command] = (),
        articles: Sequence[str] = (),
        *,
        settled: tuple[datetime, list[str]] | None = None,
    ) -> bool:
        """Together with the commands that owe what it settles; no `after` removes it. False, with nothing done, if
        the record has changed since it was read, one of these articles was taken back, or, with `settled`, something
        has arrived in one of those categories after that moment."""
        before = record.subscription
        until, quiet = settled or (datetime.fromtimestamp(0, UTC), [])
        slugs = list({*before.categories, *(after.categories if after else {})})
        due = after.digest_due() if after and not after.parked else None
        saved = await self._save(
            keys=[
                keys.NUMBERS,
                keys.SUBSCRIPTIONS,
                keys.LAST_NUMBER,
                keys.DUE,
                keys.ARTICLES,
                *_bitmaps(slugs),
                *(keys.owed_in(slug) for slug in quiet),
            ],
            args=[
                keys.address(before.address),
                record.raw,
                after.model_dump_json() if after else "",
                int(due.timestamp()) if due else "",
                orjson.dumps(_bits(slugs, after)),
                orjson.dumps(list(owing)),
                orjson.dumps(list(articles)),
                int(until.timestamp() * 1000),
                len(quiet),
            ],
        )
        return int(saved) > 0

    async def remove(self, address: Address) -> bool:
        """False if there was nothing."""
        while record := await self.read(address):
            if await self.save(record, None):
                return True
        return False

    async def move(self, old: Address, new_chat_id: int) -> bool:
        """To the id that a group has as a supergroup, where it joins what is stored there already; False if there
        was nothing to move."""
        while old.chat_id != new_chat_id and (record := await self.read(old)):
            after = record.subscription.move(new_chat_id)
            moved = await self._move(
                keys=[keys.NUMBERS, keys.SUBSCRIPTIONS],
                args=[keys.address(old), keys.address(after.address), after.model_dump_json(), record.raw],
            )
            if moved > 0:
                return True
            if moved == 0:
                await self.change(after, after.adopted_by)
                if await self.save(record, None):
                    return True
        return False

    async def of_chat(self, chat_id: int) -> list[Record]:
        """Those of a chat and of all its topics."""
        if chat_id > 0:
            record = await self.read(Address(chat_id))
            return [record] if record else []
        found = self._redis.hscan_iter(keys.NUMBERS, match=f"{chat_id}:*", count=1000)
        numbers = [int(number) async for _, number in found]
        return list((await self.read_numbers(numbers)).values()) if numbers else []

    async def due(self, now: datetime, *, count: int) -> list[Record]:
        """Those whose digest is due, the longest waiting first."""
        numbers = await self._redis.zrange(keys.DUE, "-inf", int(now.timestamp()), byscore=True, offset=0, num=count)
        return list((await self.read_numbers([int(n) for n in numbers])).values()) if numbers else []

    async def count(self, slug: str) -> int:
        return int(await self._redis.bitcount(keys.subscribers_of(slug)))

    async def all(self) -> AsyncIterator[Subscription]:
        async for number, raw in self._redis.hscan_iter(keys.SUBSCRIPTIONS, count=1000):
            if record := _readable(int(number), raw):
                yield record.subscription


def _readable(number: int, raw: bytes) -> Record | None:
    """One that cannot be read is left out and logged, so that it keeps no other waiting."""
    try:
        return Record(number, Subscription.model_validate_json(raw), raw)
    except ValidationError as error:
        _LOG.error("subscription %s cannot be read: %s", number, error)
        return None


def _bitmaps(slugs: list[str]) -> list[str]:
    return [key for slug in slugs for key in (keys.subscribers_of(slug), keys.instant_subscribers_of(slug))]


def _bits(slugs: list[str], subscription: Subscription | None) -> list[int]:
    """For each category: subscribed, and wants it at once."""
    if subscription is None or subscription.parked:
        return [0, 0] * len(slugs)
    schedules = [subscription.categories.get(slug) for slug in slugs]
    return [
        bit for schedule in schedules for bit in (int(schedule is not None), int(bool(schedule and schedule.instant)))
    ]
