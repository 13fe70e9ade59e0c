"""The outbox: what is owed to whom, stored before anything is sent.

An edition is one message as it was worded; a chunk is an entry of a stream that owes an edition to up to a hundred
subscriptions, named by their numbers. What became of each recipient stands in one byte beside the chunk, so that
after a crash only the messages that were in flight are in doubt.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson

from bot.domain.edition import Edition, Mark
from bot.storage import keys
from bot.storage.connection import Client
from bot.storage.streams import Entry, LeaseQueue, Presence

CHUNK_SIZE = 100
#: Telegram lets a bot delete its messages for 48 hours: https://core.telegram.org/bots/api#deletemessage
RECALLABLE = timedelta(hours=48)
_INDEX_KEPT = timedelta(days=14)
#: Far longer than anything stays owed; once sent, it goes with its receipts.
_EDITION_KEPT = timedelta(days=30)

#: A Redis command with its arguments, to be run in one step with others.
Command = list[str]


@dataclass(frozen=True, slots=True)
class Chunk:
    """`numbers` and `marks` go together; `planned`: when its recipients were chosen, in the store's ms; `again` says
    that they may have it already."""

    entry: Entry
    edition_id: str
    numbers: tuple[int, ...]
    marks: tuple[Mark, ...]
    planned: int
    attempt: int
    again: bool


# The receipt is written with the mark; who was reached after the edition had been recalled is added to its recall.
_SETTLE = """
redis.call('SETRANGE', KEYS[1], ARGV[1], ARGV[2])
redis.call('HINCRBY', KEYS[2], ARGV[3], 1)
if ARGV[5] ~= '' then
  redis.call('HSET', KEYS[3], ARGV[4], ARGV[5])
  redis.call('EXPIRE', KEYS[3], ARGV[6])
  redis.call('EXPIRE', KEYS[4], ARGV[6])
  local recall = redis.call('GET', KEYS[5])
  if recall then redis.call('XADD', KEYS[6], '*', 'e', recall, 'n', ARGV[4]) end
end
return 1
"""

_POSTPONE = """
redis.call('SETRANGE', KEYS[1], ARGV[1], ARGV[2])
redis.call('HINCRBY', KEYS[2], ARGV[3], 1)
redis.call('ZADD', KEYS[3], ARGV[4], ARGV[5])
return 1
"""

_PROMOTE = """
if redis.call('ZREM', KEYS[1], ARGV[1]) == 0 then return 0 end
redis.call('XADD', KEYS[2], '*', 'e', ARGV[2], 'n', ARGV[3], 'p', ARGV[4], 'a', ARGV[5], 'r', ARGV[6])
return 1
"""

# Only for a plan that is not finished, an article as it was published with it, and a cursor that nobody has moved.
_ADVANCE = """
local plan = redis.call('XRANGE', KEYS[2], ARGV[1], ARGV[1])[1]
local stored = redis.call('HGET', KEYS[3], ARGV[2])
if not plan or not stored or string.match(stored, '^%d+') ~= plan[2][4] then return 0 end
if (redis.call('GET', KEYS[1]) or '0') ~= ARGV[3] then return 0 end
redis.call('SET', KEYS[1], ARGV[4])
for _, command in ipairs(cjson.decode(ARGV[5])) do redis.call(unpack(command)) end
return 1
"""

# Between the look at a chunk and its turn to be sent, others may have taken it over, or what it owes have changed.
_TRY = """
if #redis.call('XRANGE', KEYS[4], ARGV[5], ARGV[5]) == 0 then return false end
local mark = redis.call('GETRANGE', KEYS[1], ARGV[1], ARGV[1])
if (mark == '' and string.char(0) or mark) ~= ARGV[2] then return false end
redis.call('SETRANGE', KEYS[1], ARGV[1], ARGV[3])
redis.call('EXPIRE', KEYS[1], ARGV[6])
return {redis.call('GET', KEYS[2]) or '', redis.call('HGET', KEYS[3], ARGV[4]) or ''}
"""


class Outbox:
    def __init__(self, redis: Client, presence: Presence) -> None:
        self._redis = redis
        self.chunks = LeaseQueue(redis, keys.OUTBOX, presence)
        self.plans = LeaseQueue(redis, keys.PLANS, presence)
        self._settle = redis.register_script(_SETTLE)
        self._postpone = redis.register_script(_POSTPONE)
        self._promote = redis.register_script(_PROMOTE)
        self._advance = redis.register_script(_ADVANCE)
        self._try = redis.register_script(_TRY)

    async def prepare(self) -> None:
        await self.chunks.prepare()
        await self.plans.prepare()

    # -- owing ------------------------------------------------------------------------------------------------

    async def owe(self, edition: Edition, numbers: Sequence[int]) -> None:
        async with self._redis.pipeline(transaction=True) as pipe:
            for command in order(edition, numbers):
                pipe.execute_command(*command)
            await pipe.execute()

    async def plan_cursor(self, plan: Entry) -> int:
        """The byte of the category's bitmap from which the recipients of a plan are still to be added."""
        return int(await self._redis.get(keys.fan_out(plan.id)) or 0)

    async def instant_subscribers(self, slug: str, start: int, count: int) -> tuple[list[int], bool]:
        """The numbers in `count` bytes of the bitmap from byte `start`, and whether there is more after them."""
        key = keys.instant_subscribers_of(slug)
        part = await self._redis.getrange(key, start, start + count - 1)
        return list(_numbers(part, start)), len(part) == count

    async def advance_plan(self, plan: Entry, article_id: str, start: int, end: int, commands: list[Command]) -> bool:
        """Runs the commands and moves the cursor from `start` to `end`; False if that is no more to be done."""
        done = await self._advance(
            keys=[keys.fan_out(plan.id), keys.PLANS, keys.ARTICLES],
            args=[plan.id, article_id, start, end, orjson.dumps(commands)],
        )
        return bool(done)

    async def finish_plan(self, plan: Entry) -> None:
        await self.plans.finish(plan, keys.fan_out(plan.id))

    async def unplanned(self) -> set[str]:
        """Articles that are published and not yet in the outbox for everyone."""
        return {fields[b"id"].decode() for _, fields in await self._redis.xrange(keys.PLANS)}

    # -- sending ----------------------------------------------------------------------------------------------

    async def edition(self, edition_id: str) -> Edition | None:
        value = await self._redis.get(keys.edition(edition_id))
        return Edition.model_validate_json(value) if value is not None else None

    async def open(self, entry: Entry) -> Chunk:
        numbers = tuple(int(number) for number in entry.fields[b"n"].split(b","))
        stored = (await self._redis.get(keys.marks(entry.id)) or b"").ljust(len(numbers), b"\0")
        return Chunk(
            entry=entry,
            edition_id=entry.fields[b"e"].decode(),
            numbers=numbers,
            marks=tuple(Mark(chr(byte)) for byte in stored),
            planned=int(entry.fields.get(b"p", 0)),
            attempt=int(entry.fields.get(b"a", 0)),
            again=entry.fields.get(b"r") == b"1",
        )

    async def begin_try(self, chunk: Chunk, position: int, mark: Mark) -> tuple[Edition | None, bytes] | None:
        """Marks a recipient as being tried; gives the edition as it is now, and the subscription as stored (empty if
        there is none). None if the mark is no longer what it was, or the chunk is finished: somebody else is at it.
        """
        found = await self._try(
            keys=[keys.marks(chunk.entry.id), keys.edition(chunk.edition_id), keys.SUBSCRIPTIONS, keys.OUTBOX],
            args=[
                position,
                chunk.marks[position].value,
                mark.value,
                chunk.numbers[position],
                chunk.entry.id,
                int(_EDITION_KEPT.total_seconds()),
            ],
        )
        if found is None:
            return None
        edition, subscription = found
        return Edition.model_validate_json(edition) if edition else None, subscription

    async def settle(self, chunk: Chunk, position: int, mark: Mark, message_id: int | None = None) -> None:
        """The delivery is over; a message id is kept for as long as Telegram lets it be deleted."""
        await self._settle(
            keys=[
                keys.marks(chunk.entry.id),
                keys.COUNTERS,
                keys.receipts(chunk.edition_id),
                keys.edition(chunk.edition_id),
                keys.recall(chunk.edition_id),
                keys.OUTBOX,
            ],
            args=[
                position,
                mark.value,
                mark.name.lower(),
                chunk.numbers[position],
                message_id or "",
                int(RECALLABLE.total_seconds()),
            ],
        )

    async def postpone(self, chunk: Chunk, position: int, until: datetime, *, again: bool) -> None:
        """`again`: it may have been sent."""
        number, again = chunk.numbers[position], again or chunk.again
        task = [chunk.edition_id, number, chunk.planned, chunk.attempt + 1, int(again)]
        await self._postpone(
            keys=[keys.marks(chunk.entry.id), keys.COUNTERS, keys.LATER],
            args=[position, Mark.POSTPONED.value, "postponed", until.timestamp(), orjson.dumps(task)],
        )

    async def promote(self, now: datetime) -> int:
        """Puts what was postponed until now back among the chunks."""
        tasks = await self._redis.zrange(
            keys.LATER,
            "-inf",
            str(now.timestamp()),
            byscore=True,
            offset=0,
            num=500,
        )
        for task in tasks:
            await self._promote(keys=[keys.LATER, keys.OUTBOX], args=[task, *orjson.loads(task)])
        return len(tasks)

    async def finish(self, chunk: Chunk) -> None:
        await self.chunks.finish(chunk.entry, keys.marks(chunk.entry.id))

    # -- taking back ------------------------------------------------------------------------------------------

    async def editions_of(self, article_id: str) -> list[str]:
        return [raw.decode() for raw in await self._redis.smembers(keys.editions_of(article_id))]

    async def recall(self, edition: Edition, recall: Edition, replacement: Edition | None) -> int:
        """Lets `recall` follow `edition` to all whom it reached or is just reaching; `replacement` is what those
        get who are still owed it, nothing if there is none. Gives how many had got it."""
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.set(keys.edition(recall.id), recall.model_dump_json(), ex=_INDEX_KEPT)
            pipe.set(keys.recall(edition.id), recall.id, ex=_INDEX_KEPT)
            await pipe.execute()
        # The edition changes last, together with what is owed for it: whoever was interrupted before can begin again.
        reached = [int(number) for number in await self._redis.hkeys(keys.receipts(edition.id))]
        async with self._redis.pipeline(transaction=True) as pipe:
            for command in order(recall, reached):
                pipe.execute_command(*command)
            if replacement:
                pipe.set(keys.edition(edition.id), replacement.model_dump_json(), keepttl=True)
            else:
                pipe.delete(keys.edition(edition.id))
            await pipe.execute()
        return len(reached)

    async def forget_article(self, article_id: str) -> None:
        await self._redis.delete(keys.editions_of(article_id))

    async def receipt(self, edition_id: str, number: int) -> int | None:
        value = await self._redis.hget(keys.receipts(edition_id), str(number))
        return int(value) if value is not None else None

    # -- counting ---------------------------------------------------------------------------------------------

    async def counts(self) -> dict[str, int]:
        """How deliveries have ended since the store began, and what is waiting now."""
        counters = await self._redis.hgetall(keys.COUNTERS)
        return {name.decode(): int(value) for name, value in counters.items()} | {
            "chunks_waiting": await self.chunks.waiting(),
            "plans_waiting": await self.plans.waiting(),
            "postponed_waiting": int(await self._redis.zcard(keys.LATER)),
        }


def order(edition: Edition, numbers: Sequence[int], planned: int = 0) -> list[Command]:
    """The commands that store an edition and owe it to these subscriptions, chosen at `planned` (ms)."""
    if not numbers:
        return []
    kept = str(int(_EDITION_KEPT.total_seconds()))
    commands = [["SET", keys.edition(edition.id), edition.model_dump_json(), "EX", kept]]
    for article_id in edition.articles:
        index = keys.editions_of(article_id)
        commands += [["SADD", index, edition.id], ["EXPIRE", index, str(int(_INDEX_KEPT.total_seconds()))]]
    for start in range(0, len(numbers), CHUNK_SIZE):
        chunk = ",".join(str(number) for number in numbers[start : start + CHUNK_SIZE])
        commands.append(["XADD", keys.OUTBOX, "*", "e", edition.id, "n", chunk, "p", str(planned)])
    return commands


def _numbers(bitmap: bytes, start: int) -> Iterable[int]:
    """Bit 0 is the highest of the first byte: https://redis.io/docs/latest/commands/setbit/"""
    for offset, byte in enumerate(bitmap):
        if byte:
            yield from ((start + offset) * 8 + bit for bit in range(8) if byte & (0x80 >> bit))
