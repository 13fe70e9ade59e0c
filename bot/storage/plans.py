"""Plans: published articles whose recipients are still being put into the outbox.

A plan goes through the bitmap of its category's instant subscribers a slice at a time; how far it has come stands
beside it and moves in the step that owes the article to a slice. Who becomes an instant subscriber, or is settled,
while a plan for an earlier article is on its way has had that article in another way, or is not to have it: these
newcomers are noted by the step that saves the subscription, and left out by the one that reads the slice. Who leaves
for digests before a plan has come to it takes the article along; the step that saves this counts it with the plan,
so that a slice read before is read again.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import orjson

from bot.storage import keys
from bot.storage.clock import PRESENT
from bot.storage.connection import Client
from bot.storage.orders import Command
from bot.storage.streams import Entry, LeaseQueue, Presence


@dataclass(frozen=True, slots=True)
class Slice:
    """`planned`: the store's last full millisecond when it was read, as StoreClock tells it; `left`: how many
    had left by then; `more` may follow; `muting`: those of them who have muted anything."""

    start: int
    left: int
    numbers: list[int]
    planned: int
    more: bool
    muting: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A plan by the id of its entry, for an article as it `arrived` (ms)."""

    entry_id: str
    article_id: str
    arrived: int


# The moment, the subscribers and the newcomers as they are together: whoever changes before that is seen changed.
_SLICE = (
    PRESENT
    + """
local progress = redis.call('HMGET', KEYS[1], 'cursor', 'left')
local start = tonumber(progress[1] or '0')
local planned = tell(KEYS[4], present(KEYS[4]))
local bits = {}
for i = 5, #KEYS do bits[i - 4] = redis.call('GETRANGE', KEYS[i], start, start + ARGV[1] - 1) end
local muting = redis.call('GETRANGE', KEYS[3], start, start + ARGV[1] - 1)
local newcomers = redis.call('ZRANGEBYSCORE', KEYS[2], ARGV[2], '+inf')
return {start, tonumber(progress[2] or '0'), planned, newcomers, muting, bits}
"""
)

# Only for a plan that is not finished, an article as it was published with it and worded since (a correction makes it
# longer), and a slice that is as it was read.
_ADVANCE = """
local plan = redis.call('XRANGE', KEYS[2], ARGV[1], ARGV[1])[1]
local stored = redis.call('HGET', KEYS[3], ARGV[2])
if not plan or not stored or string.match(stored, '^%d+') ~= plan[2][4] then return 0 end
if ARGV[7] ~= '0' and tonumber(ARGV[7]) ~= #stored then return 0 end
local progress = redis.call('HMGET', KEYS[1], 'cursor', 'left')
if (progress[1] or '0') ~= ARGV[3] or (progress[2] or '0') ~= ARGV[4] then return 0 end
redis.call('HSET', KEYS[1], 'cursor', ARGV[5])
for _, command in ipairs(cjson.decode(ARGV[6])) do redis.call(unpack(command)) end
return 1
"""

_FORGET_NEWCOMERS = """
local oldest = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)[1]
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', oldest and '(' .. oldest[2][4] or '+inf')
"""


class Plans:
    def __init__(self, redis: Client, presence: Presence) -> None:
        self._redis = redis
        self.queue = LeaseQueue(redis, keys.PLANS, presence)
        self._slice = redis.register_script(_SLICE)
        self._advance = redis.register_script(_ADVANCE)
        self._forget_newcomers = redis.register_script(_FORGET_NEWCOMERS)

    async def prepare(self) -> None:
        await self.queue.prepare()

    async def next_slice(self, plan: Entry, slug: str, length: int, *, breaking: bool = False) -> Slice:
        """The subscribers in the `length` bytes of the category's bitmap at which the plan stands; `breaking` news is
        also for those whose hold lets it through."""
        wanting = [keys.instant_subscribers_of(slug), *([keys.let_through(slug)] if breaking else [])]
        start, left, planned, newcomers, muting, bits = await self._slice(
            keys=[keys.fan_out(plan.id), keys.NEWCOMERS, keys.MUTING, keys.CLOCK, *wanting],
            args=[length, int(plan.fields[b"arrived"])],
        )
        members = (member.decode().split(":", 1) for member in newcomers)
        left_out = {int(number) for number, of in members if of == slug}
        found = sorted({number for some in bits for number in _numbers(some, start)} - left_out)
        more = any(len(some) == length for some in bits)
        return Slice(start, left, found, int(planned), more, frozenset(_numbers(muting, start)).intersection(found))

    async def advance(
        self, plan: Entry, article_id: str, done: Slice, end: int, commands: list[Command], *, length: int = 0
    ) -> bool:
        """Runs the commands and moves the plan to byte `end`; False if that is no more to be done so. `length`: of
        the article as it is stored, if the commands tell of it in words."""
        advanced = await self._advance(
            keys=[keys.fan_out(plan.id), keys.PLANS, keys.ARTICLES],
            args=[plan.id, article_id, done.start, done.left, end, orjson.dumps(commands), length],
        )
        return bool(advanced)

    async def standing(self, plan: Entry) -> tuple[int, int] | None:
        """What a slice must still say (`start`, `left`) to be advanced; None for a plan that is finished."""
        if not await self._redis.xrange(keys.PLANS, plan.id, plan.id):
            return None
        cursor, left = await self._redis.hmget(keys.fan_out(plan.id), ["cursor", "left"])
        return int(cursor or 0), int(left or 0)

    async def finish(self, plan: Entry) -> None:
        await self.queue.finish(plan, keys.fan_out(plan.id))
        await self._forget_newcomers(keys=[keys.PLANS, keys.NEWCOMERS])

    async def unfinished(self) -> list[Unfinished]:
        """Oldest first."""
        rows = await self._redis.xrange(keys.PLANS)
        return [Unfinished(row.decode(), f[b"id"].decode(), int(f[b"arrived"])) for row, f in rows]

    async def coming_to(self, number: int) -> list[Unfinished]:
        """Those that have still to come to this subscriber."""
        plans = await self.unfinished()
        async with self._redis.pipeline(transaction=False) as pipe:
            for plan in plans:
                pipe.hget(keys.fan_out(plan.entry_id), "cursor")
            cursors = await pipe.execute()
        return [plan for plan, cursor in zip(plans, cursors, strict=True) if int(cursor or 0) <= number // 8]

    async def unplanned(self) -> set[str]:
        """Articles that are published and not yet in the outbox for everyone."""
        return {plan.article_id for plan in await self.unfinished()}


def _numbers(bitmap: bytes, start: int) -> Iterable[int]:
    """Bit 0 is the highest of the first byte: https://redis.io/docs/latest/commands/setbit/"""
    for offset, byte in enumerate(bitmap):
        if byte:
            yield from ((start + offset) * 8 + bit for bit in range(8) if byte & (0x80 >> bit))
