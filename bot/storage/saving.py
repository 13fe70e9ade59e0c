"""One step that saves subscriptions, keeps all that is found by them in line, and owes what the changes settle."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import Any

import orjson

from bot.domain.edition import Edition
from bot.domain.moment import to_ms
from bot.domain.subscription import Subscription
from bot.storage import keys
from bot.storage.clock import PRESENT
from bot.storage.connection import Client
from bot.storage.due import MOVE_DUE, due_slot, minute_of
from bot.storage.orders import CHUNK_SIZE
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
    """What is to be stored in the place of a record, and the editions, stored before, that are owed with that."""

    record: Record
    after: Subscription | None
    owed: Sequence[Edition] = ()
    guard: Guard = field(default_factory=Guard)


@dataclass(frozen=True, slots=True)
class Packed:
    """A change as it is stored: under that number, packed with these words and their numbers."""

    change: Change
    number: int
    value: bytes
    words: dict[str, int]


# ARGV: JSON of all changes, named as in `_arguments` and `_task` below, then for each what was read and what is to be
# stored. Words and articles are looked at once for all, so that one that has changed stops all of them.
_SAVE = (
    MOVE_DUE
    + PRESENT
    + """
local words, minutes, articles, plans, newcomers, clock, counters = unpack(KEYS)
local batch = cjson.decode(ARGV[1])
local now = string.format('%.0f', present(clock) + 1)
local oldest = redis.call('XRANGE', plans, '-', '+', 'COUNT', 1)[1]
local owed = {}

local function all(result)
  local results = {}
  for place = 1, #batch.tasks do results[place] = result end
  return results
end

local function holds(task, read)
  if (redis.call('HGET', task.numbers, task.address) or '') ~= task.known then return false end
  if (redis.call('HGET', task.records, task.field) or '') ~= read then return false end
  for _, arrivals in ipairs(task.quiet) do
    if redis.call('ZCOUNT', arrivals, '(' .. task.moment, now) > 0 then return false end
  end
  for _, plan in ipairs(task.plans) do
    local come_to = tonumber(redis.call('HGET', plan[2], 'cursor') or '0')
    if come_to > task.byte or #redis.call('XRANGE', plans, plan[1], plan[1]) == 0 then return false end
  end
  return true
end

local function save(task, packed)
  if packed == '' then
    redis.call('HDEL', task.numbers, task.address)
    redis.call('HDEL', task.records, task.field)
  else
    if task.known == '' then redis.call('HSET', task.numbers, task.address, task.number) end
    redis.call('HSET', task.records, task.field, packed)
  end
  move_due(minutes, task.number, batch.due .. task.was_due, task.was_due, batch.due .. task.due, task.due)
  for _, parked in ipairs(task.parked) do
    redis.call('ZREM', parked[1], task.number)
    if parked[2] ~= '' then redis.call('ZADD', parked[1], parked[2], task.number) end
  end
  for _, bit in ipairs(task.bits) do redis.call('SETBIT', bit[1], task.number, bit[2]) end
  for _, plan in ipairs(task.plans) do redis.call('HINCRBY', plan[2], 'left', 1) end
  for _, one in ipairs(task.instant) do
    if oldest and tonumber(one[2]) >= tonumber(oldest[2][4]) then redis.call('ZADD', newcomers, one[2], one[1]) end
  end
  for _, edition in ipairs(task.owed) do
    owed[edition] = owed[edition] or {}
    table.insert(owed[edition], task.number)
  end
end

for _, word in ipairs(batch.words) do
  if redis.call('HGET', words, word[1]) ~= word[2] then return all(2) end
end
for _, article in ipairs(batch.articles) do
  if redis.call('HSTRLEN', articles, article[1]) ~= article[2] then return all(0) end
end
local results = all(0)
for place, task in ipairs(batch.tasks) do
  if holds(task, ARGV[2 * place]) then
    save(task, ARGV[2 * place + 1])
    results[place] = 1
  end
end
for place, edition in ipairs(batch.editions) do
  local members = owed[place]
  if members then
    redis.call('XADD', edition.stream, '*', 'e', edition.id, 'n', table.concat(members, ','), unpack(edition.more))
    redis.call('HINCRBY', counters, 'owed', #members)
  end
end
return results
"""
)
_FIXED = (
    keys.WORDS, keys.DUE_MINUTES, keys.ARTICLES, keys.PLANS, keys.NEWCOMERS, keys.CLOCK, keys.COUNTERS
)  # fmt: skip


class Saving:
    def __init__(self, redis: Client) -> None:
        self._save = redis.register_script(_SAVE)

    async def save_all(self, many: Sequence[Packed], alone: Container[str]) -> list[Saved]:
        """Each for itself; `alone`: the ids of editions that are owed to a single subscription."""
        saved: list[Saved] = []
        for start in range(0, len(many), CHUNK_SIZE):
            saved += map(Saved, await self._save(*_arguments(many[start : start + CHUNK_SIZE], alone)))
        return saved


def _arguments(many: Sequence[Packed], alone: Container[str]) -> tuple[tuple[str, ...], list[bytes]]:
    """The keys and arguments of the script; the keys that stand in a task lie in the same slot."""
    words: dict[str, int] = {}
    articles: dict[str, int] = {}
    editions: dict[str, Edition] = {}
    stored: list[bytes] = []
    for one in many:
        words.update(one.words)
        articles.update(one.change.guard.articles)
        editions.update((edition.id, edition) for edition in one.change.owed)
        stored += one.change.record.raw, one.value
    places = {edition_id: place for place, edition_id in enumerate(editions, 1)}
    batch = {
        "words": [(word, str(number)) for word, number in words.items()],
        "articles": list(articles.items()),
        "editions": [_owing(edition, alone=edition.id in alone) for edition in editions.values()],
        "due": keys.DUE,
        "tasks": [_task(one, places) for one in many],
    }
    return _FIXED, [orjson.dumps(batch), *stored]


def _task(packed: Packed, places: Mapping[str, int]) -> dict[str, Any]:
    change, number = packed.change, packed.number
    record, after, guard = change.record, change.after, change.guard
    before = record.subscription if record.number else None
    was_due, due = minute_of(record.due) if before else None, minute_of(due_slot(after))
    records, field = keys.record(number)
    return {
        "numbers": keys.numbers(record.subscription.chat_id),
        "address": keys.address(record.subscription.address),
        "number": str(number),
        "known": str(record.number or ""),
        "records": records,
        "field": field,
        "quiet": [keys.owed_in(slug) for slug in guard.categories if guard.moment],
        "moment": str(to_ms(guard.moment)) if guard.moment else "",
        "plans": [(entry_id, keys.fan_out(entry_id)) for entry_id in guard.plans],
        "byte": number // 8,
        "was_due": "" if was_due is None else str(was_due),
        "due": "" if due is None else str(due),
        "parked": _parked(before, after),
        "bits": _bits(before, after),
        "instant": _instant(number, after),
        "owed": [places[edition.id] for edition in change.owed],
    }


def _owing(edition: Edition, *, alone: bool) -> dict[str, Any]:
    return {"stream": keys.outbox(edition.urgency), "id": edition.id, "more": ["o", "1"] if alone else []}


def _parked(before: Subscription | None, after: Subscription | None) -> list[tuple[str, str]]:
    """For each cause that it was or is parked for: the index, and the score in it or ''."""
    was = {keys.parked(before.parked.cause): ""} if before and before.parked else {}
    now = {keys.parked(after.parked.cause): str(to_ms(after.parked.since))} if after and after.parked else {}
    return list({**was, **now}.items())


def _bits(before: Subscription | None, after: Subscription | None) -> list[tuple[str, int]]:
    """Those that change."""
    if before and after and _wishes(before) == _wishes(after):
        return []
    was, now = bits_of(before), bits_of(after)
    return [*((key, 0) for key in was - now), *((key, 1) for key in now - was)]


def _wishes(subscription: Subscription) -> tuple[object, ...]:
    """What its bits follow from."""
    s = subscription
    return s.categories, s.hold, s.parked is None, s.muted


def bits_of(subscription: Subscription | None) -> set[str]:
    """The bitmaps in which it has a one: of each category for those subscribed, for those who want it at once, and
    for those who at present would want breaking news alone; and of those who have muted anything."""
    if subscription is None:
        return set()
    found = {keys.MUTING} if subscription.muted else set()
    for slug in subscription.categories if not subscription.parked else ():
        found.add(keys.subscribers_of(slug))
        if subscription.at_once(slug):
            found.add(keys.instant_subscribers_of(slug))
        elif subscription.at_once(slug, breaking=True):
            found.add(keys.let_through(slug))
    return found


def _instant(number: int, after: Subscription | None) -> list[tuple[str, str]]:
    """What a plan that has begun must know of it, see plans.py."""
    if after is None or after.parked:
        return []
    at_once = (slug for slug in after.categories if after.at_once(slug))
    return [(keys.newcomer(number, slug), str(to_ms(after.settled_until(slug)))) for slug in at_once]
