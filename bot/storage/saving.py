"""One step that saves a subscription, keeps all that is found by it in line, and owes what the change settles."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum

import orjson

from bot.domain.subscription import Subscription
from bot.storage import keys
from bot.storage.clock import PRESENT
from bot.storage.connection import Client
from bot.storage.due import MOVE_DUE, due_slot, minute_of
from bot.storage.outbox import Command
from bot.storage.records import Record


class Saved(IntEnum):
    OVERTAKEN = 0  # something that it builds on has changed
    DONE = 1
    WORDS_CHANGED = 2  # the table of words is not as it was when the record was packed


@dataclass(frozen=True, slots=True)
class Guard:
    """What a change builds on, beside the record: these `articles` are stored, each still of that length (a
    correction makes it longer); nothing has arrived in `categories` after `moment` (with none, nobody looks); these
    `plans` (ids of their entries) are not finished, and have not come to the subscription, and shall not."""

    articles: Mapping[str, int] = field(default_factory=dict)
    categories: Sequence[str] = ()
    moment: datetime | None = None
    plans: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be stored in the place of a record, and the commands that owe what it settles."""

    record: Record
    after: Subscription | None
    owing: Sequence[Command] = ()
    guard: Guard = field(default_factory=Guard)


@dataclass(frozen=True, slots=True)
class Packed:
    """A change as it is stored: under that number, packed with these words and their numbers."""

    change: Change
    number: int
    value: bytes
    words: dict[str, int]


# ARGV: what was read, what is to be stored, and JSON of the rest, named as in `task` below.
_SAVE = (
    MOVE_DUE
    + PRESENT
    + """
local numbers, records, words, minutes, articles, plans, newcomers, clock = unpack(KEYS)
local read, packed, task = ARGV[1], ARGV[2], cjson.decode(ARGV[3])
if (redis.call('HGET', numbers, task.address) or '') ~= task.known then return 0 end
if (redis.call('HGET', records, task.field) or '') ~= read then return 0 end
for _, word in ipairs(task.words) do
  if redis.call('HGET', words, word[1]) ~= word[2] then return 2 end
end
for _, article in ipairs(task.articles) do
  if redis.call('HSTRLEN', articles, article[1]) ~= article[2] then return 0 end
end
local now = string.format('%.0f', present(clock) + 1)
for _, owed in ipairs(task.quiet) do
  if redis.call('ZCOUNT', owed, '(' .. task.moment, now) > 0 then return 0 end
end
for _, plan in ipairs(task.plans) do
  local come_to = tonumber(redis.call('HGET', plan[2], 'cursor') or '0')
  if come_to > task.byte or #redis.call('XRANGE', plans, plan[1], plan[1]) == 0 then return 0 end
end
if packed == '' then
  redis.call('HDEL', numbers, task.address)
  redis.call('HDEL', records, task.field)
else
  redis.call('HSET', numbers, task.address, task.number)
  redis.call('HSET', records, task.field, packed)
end
move_due(minutes, task.number, task.due[1], task.due[2], task.due[3], task.due[4])
for _, parked in ipairs(task.parked) do
  redis.call('ZREM', parked[1], task.number)
  if parked[2] ~= '' then redis.call('ZADD', parked[1], parked[2], task.number) end
end
for _, bit in ipairs(task.bits) do redis.call('SETBIT', bit[1], task.number, bit[2]) end
for _, plan in ipairs(task.plans) do redis.call('HINCRBY', plan[2], 'left', 1) end
local oldest = #task.instant > 0 and redis.call('XRANGE', plans, '-', '+', 'COUNT', 1)[1]
for _, one in ipairs(task.instant) do
  if oldest and tonumber(one[2]) >= tonumber(oldest[2][4]) then redis.call('ZADD', newcomers, one[2], one[1]) end
end
for _, command in ipairs(task.commands) do redis.call(unpack(command)) end
return 1
"""
)


class Saving:
    def __init__(self, redis: Client) -> None:
        self._redis = redis
        self._save = redis.register_script(_SAVE)

    async def save(self, packed: Packed) -> Saved:
        return Saved(await self._save(*_arguments(packed)))

    async def save_all(self, many: Sequence[Packed]) -> list[Saved]:
        """Each for itself, in one go."""
        async with self._redis.pipeline(transaction=False) as pipe:
            for packed in many:
                await self._save(*_arguments(packed), client=pipe)
            return [Saved(saved) for saved in await pipe.execute()]


def _arguments(packed: Packed) -> tuple[list[str], list[bytes]]:
    """The keys and arguments of the script."""
    record, after, guard = packed.change.record, packed.change.after, packed.change.guard
    before, stored = record.subscription, record.subscription if record.number else None
    bits, due, parked = bits_of(before, after), _due(stored, after), _parked(stored, after)
    quiet = [keys.owed_in(slug) for slug in guard.categories if guard.moment]
    plans = [(entry_id, keys.fan_out(entry_id)) for entry_id in guard.plans]
    number = packed.number
    task = {
        "address": keys.address(before.address),
        "number": str(number),
        "field": keys.record(number)[1],
        "known": str(record.number or ""),
        "words": [[word, str(packed_as)] for word, packed_as in packed.words.items()],
        "articles": list(guard.articles.items()),
        "quiet": quiet,
        "moment": str(_ms(guard.moment)) if guard.moment else "",
        "plans": plans,
        "byte": number // 8,
        "due": due,
        "parked": parked,
        "bits": bits,
        "instant": _instant(number, after),
        "commands": list(packed.change.owing),
    }
    fixed = [keys.WORDS, keys.DUE_MINUTES, keys.ARTICLES, keys.PLANS, keys.NEWCOMERS, keys.CLOCK]
    varying = [key for key, _ in (*parked, *bits)] + [cursor for _, cursor in plans]
    return (
        [keys.numbers(before.chat_id), keys.record(number)[0], *fixed, *quiet, due[0], due[2], *varying],
        [record.raw, packed.value, orjson.dumps(task)],
    )


def _due(before: Subscription | None, after: Subscription | None) -> list[str]:
    old, new = minute_of(due_slot(before)), minute_of(due_slot(after))
    return [keys.due(old or 0), "" if old is None else str(old), keys.due(new or 0), "" if new is None else str(new)]


def _parked(before: Subscription | None, after: Subscription | None) -> list[tuple[str, str]]:
    """For each cause that it was or is parked for: the index, and the score in it or ''."""
    was = {keys.parked(before.parked.cause): ""} if before and before.parked else {}
    now = {keys.parked(after.parked.cause): str(_ms(after.parked.since))} if after and after.parked else {}
    return list({**was, **now}.items())


def bits_of(before: Subscription, after: Subscription | None) -> list[tuple[str, int]]:
    """For each category: subscribed, wants it at once, would want breaking news; and whether anything is muted."""
    now = after.categories if after and not after.parked else {}
    bits = []
    for slug in {**before.categories, **(after.categories if after else {})}:
        wanted = after if after and slug in now else None
        bits.append((keys.subscribers_of(slug), int(wanted is not None)))
        at_once = bool(wanted and wanted.at_once(slug))
        bits.append((keys.instant_subscribers_of(slug), int(at_once)))
        if before.hold or (after and after.hold):
            through = bool(wanted and not at_once and wanted.at_once(slug, breaking=True))
            bits.append((keys.let_through(slug), int(through)))
    if before.muted or (after and after.muted):
        bits.append((keys.MUTING, int(bool(after and after.muted))))
    return bits


def _instant(number: int, after: Subscription | None) -> list[tuple[str, str]]:
    """What a plan that has begun must know of it, see plans.py."""
    if after is None or after.parked:
        return []
    at_once = (slug for slug in after.categories if after.at_once(slug))
    return [(keys.newcomer(number, slug), str(_ms(after.settled_until(slug)))) for slug in at_once]


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
