"""One step that saves subscriptions, keeps all that is found by them in line, and owes what the changes settle."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import Any

import msgspec

from bot.domain.edition import Edition
from bot.domain.moment import to_ms
from bot.domain.subscription import Address, Subscription
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
    """A change as it is stored: under that number, packed with these words."""

    change: Change
    number: int
    value: bytes
    words: set[str]


class _Task(msgspec.Struct, omit_defaults=True, gc=False):
    """A change as the script takes it, without what there is nothing of: of most digests that is most.

    `records`, `field`: where it is stored; `found_by`, likewise: its number by its address, where that is `new` or
    goes; `owed`: the places of the editions; `parked`, `bits`, `instant`: see the functions of that name. The rest is
    what it builds on."""

    number: str
    records: str
    field: str
    was_due: str | None = None
    due: str | None = None
    owed: list[int] = []
    parked: list[tuple[str, str]] = []
    bits: list[tuple[str, int]] = []
    instant: list[tuple[str, str]] = []
    found_by: tuple[str, str] | None = None
    new: bool = False
    quiet: list[str] = []
    moment: str = ""
    plans: list[tuple[str, str]] = []


# ARGV: JSON of all changes, see `_arguments` and `_Task`, then for each what was read and what is to be stored.
# Words and articles are looked at once for all, so that one that has changed stops all of them. Whoever has
# the same record as when it was read has the same address, too, since each step that changes one changes both.
_SAVE = (
    MOVE_DUE
    + PRESENT
    + """
local words, minutes, articles, plans, newcomers, clock, counters = unpack(KEYS)
local batch = cjson.decode(ARGV[1])
local now = string.format('%.0f', present(clock) + 1)
local oldest = redis.call('XRANGE', plans, '-', '+', 'COUNT', 1)[1]
local owed, leaving, entering = {}, {}, {}

local function all(result)
  local results = {}
  for place = 1, #batch.tasks do results[place] = result end
  return results
end

local function note(many, key, number)
  many[key] = many[key] or {}
  table.insert(many[key], number)
end

local function holds(task, read)
  if (redis.call('HGET', task.records, task.field) or '') ~= read then return false end
  if task.new and redis.call('HEXISTS', unpack(task.found_by)) == 1 then return false end
  for _, arrivals in ipairs(task.quiet or {}) do
    if redis.call('ZCOUNT', arrivals, '(' .. task.moment, now) > 0 then return false end
  end
  for _, plan in ipairs(task.plans or {}) do
    local come_to, byte = tonumber(redis.call('HGET', plan[2], 'cursor') or '0'), math.floor(task.number / 8)
    if come_to > byte or #redis.call('XRANGE', plans, plan[1], plan[1]) == 0 then return false end
  end
  return true
end

local function save(task, packed)
  if packed == '' then
    redis.call('HDEL', unpack(task.found_by))
    redis.call('HDEL', task.records, task.field)
  else
    if task.new then redis.call('HSET', task.found_by[1], task.found_by[2], task.number) end
    redis.call('HSET', task.records, task.field, packed)
  end
  if task.was_due and task.was_due ~= task.due then note(leaving, task.was_due, task.number) end
  if task.due then note(entering, task.due, task.number) end
  for _, parked in ipairs(task.parked or {}) do
    redis.call('ZREM', parked[1], task.number)
    if parked[2] ~= '' then redis.call('ZADD', parked[1], parked[2], task.number) end
  end
  for _, bit in ipairs(task.bits or {}) do redis.call('SETBIT', bit[1], task.number, bit[2]) end
  for _, plan in ipairs(task.plans or {}) do redis.call('HINCRBY', plan[2], 'left', 1) end
  for _, one in ipairs(task.instant or {}) do
    if oldest and tonumber(one[2]) >= tonumber(oldest[2][4]) then redis.call('ZADD', newcomers, one[2], one[1]) end
  end
  for _, edition in ipairs(task.owed or {}) do note(owed, edition, task.number) end
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
for minute, numbers in pairs(leaving) do leave_due(minutes, batch.due .. minute, minute, numbers) end
for minute, numbers in pairs(entering) do enter_due(minutes, batch.due .. minute, minute, numbers) end
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

    async def save_all(
        self, many: Sequence[Packed], numbers: Mapping[str, int], alone: Container[str]
    ) -> list[Saved]:
        """Each for itself. `numbers`: of the words with which they were packed; `alone`: the ids of editions that are
        owed to a single subscription."""
        saved: list[Saved] = []
        for start in range(0, len(many), CHUNK_SIZE):
            saved += map(Saved, await self._save(*_arguments(many[start : start + CHUNK_SIZE], numbers, alone)))
        return saved


def _arguments(
    many: Sequence[Packed], numbers: Mapping[str, int], alone: Container[str]
) -> tuple[tuple[str, ...], list[bytes]]:
    """The keys and arguments of the script; the keys that stand in a task lie in the same slot."""
    words = set[str]().union(*(one.words for one in many))
    articles: dict[str, int] = {}
    # Many build on the very same ones.
    for told in {id(one.change.guard.articles): one.change.guard.articles for one in many}.values():
        articles.update(told)
    editions = {edition.id: edition for one in many for edition in one.change.owed}
    stored = [part for one in many for part in (one.change.record.raw, one.value)]
    places = {edition_id: place for place, edition_id in enumerate(editions, 1)}
    batch = {
        "words": [(word, str(numbers[word])) for word in words],
        "articles": list(articles.items()),
        "editions": [_owing(edition, alone=edition.id in alone) for edition in editions.values()],
        "due": keys.DUE,
        "tasks": [_task(one, places) for one in many],
    }
    return _FIXED, [msgspec.json.encode(batch), *stored]


def _task(packed: Packed, places: Mapping[str, int]) -> _Task:
    change, number = packed.change, packed.number
    record, after, guard = change.record, change.after, change.guard
    before = record.subscription if record.number else None
    records, field = keys.record(number)
    return _Task(
        str(number),
        records,
        field,
        was_due=_minute(record.due) if before else None,
        due=_minute(due_slot(after)),
        owed=[places[edition.id] for edition in change.owed],
        parked=_parked(before, after),
        bits=_bits(before, after),
        instant=_instant(number, after),
        found_by=_found_by(record.subscription.address) if not (before and after) else None,
        new=before is None,
        quiet=[keys.owed_in(slug) for slug in guard.categories] if guard.moment else [],
        moment=str(to_ms(guard.moment)) if guard.moment else "",
        plans=[(entry_id, keys.fan_out(entry_id)) for entry_id in guard.plans] if guard.plans else [],
    )


def _minute(moment: datetime | None) -> str | None:
    return str(minute_of(moment)) if moment else None


def _found_by(address: Address) -> tuple[str, str]:
    return keys.numbers(address.chat_id), keys.address(address)


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
    if after is None or after.parked or after.hold:
        return []
    at_once = (slug for slug, schedule in after.categories.items() if schedule.instant)
    return [(keys.newcomer(number, slug), str(to_ms(after.settled_until(slug)))) for slug in at_once]
