"""What has become of deliveries, written for many at once: marks, receipts, counts, and what comes later."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import orjson

from bot.domain.edition import Mark, Urgency
from bot.storage import keys
from bot.storage.connection import Client
from bot.storage.outbox import Chunk
from bot.storage.streams import GROUP
from bot.storage.tasks import Task

#: Telegram lets a bot delete its messages for 48 hours: https://core.telegram.org/bots/api#deletemessage
RECALLABLE = timedelta(hours=48)
_OUTCOMES_KEPT = timedelta(hours=1)
_PROMOTED_AT_ONCE = 500
_LOOKED_THROUGH = 5000

# Written only over the mark that was there when the delivery was tried, and into a chunk that is not finished: else
# another process has gone on with it, or this was written before. A message that was sent was sent, whatever others
# think. The receipt is written with the mark; who was reached after the edition had been recalled is added to its
# recall. A chunk whose recipients are all done with goes: two processes may hold it, each knowing of half of them.
_SETTLE = """
local clock = redis.call('TIME')
local told = cjson.decode(ARGV[1])
local ended, minute = 0, KEYS[1] .. math.floor(clock[1] / 60)
for _, chunk in ipairs(told.chunks) do chunk.open = #redis.call('XRANGE', chunk.stream, chunk.id, chunk.id) > 0 end

local function receive(chunk, receipt)
  local known = redis.call('HGET', receipt.page, receipt.field)
  if known and (not receipt.sent or string.match(known, '^%d+$')) then return end
  redis.call('HSET', receipt.page, receipt.field, receipt.value)
  redis.call('EXPIRE', receipt.page, ARGV[2] + 3600)
  redis.call('SADD', chunk.pages, string.match(receipt.page, '%d+$'))
  redis.call('EXPIRE', chunk.pages, ARGV[2] + 3600)
  if chunk.alone then redis.call('EXPIRE', chunk.edition, ARGV[2]) end
  local recall = receipt.sent and redis.call('GET', chunk.recall)
  if recall then
    redis.call('XADD', told.recalls, '*', 'e', recall, 'n', receipt.number)
    redis.call('HINCRBY', KEYS[2], 'owed', 1)
  end
end

local function wait(chunk, task)
  redis.call('ZADD', task.set, task.due, task.task)
  redis.call('EXPIRE', chunk.edition, ARGV[2], 'GT')
end

local ends = {f = 'failed', a = 'ambiguous', k = 'skipped'}

local function settle(chunk, one)
  local present = redis.call('GETRANGE', chunk.marks, one.position, one.position)
  if present == '' or present == string.char(0) then present = '-' end
  if present ~= one.before and (one.after ~= 's' or present == 's' or present == 'p') then return false end
  redis.call('SETRANGE', chunk.marks, one.position, one.after)
  redis.call('EXPIRE', chunk.marks, ARGV[3])
  if one.after == 't' then return true end
  if present == 't' or present == 'T' then ended = ended + 1 end
  if ends[present] then redis.call('HINCRBY', KEYS[2], ends[present], -1) end
  if one.after ~= '-' then redis.call('HINCRBY', KEYS[2], one.name, 1) end
  if one.task then wait(chunk, one.task) end
  return true
end

for _, one in ipairs(told.settled) do
  local chunk = told.chunks[one.chunk]
  local accepted = chunk.open and settle(chunk, one)
  if one.receipt and (accepted or one.receipt.sent) then receive(chunk, one.receipt) end
end
if ended > 0 then redis.call('HINCRBY', KEYS[2], 'in_flight', -ended) end
for name, count in pairs(told.outcomes) do redis.call('HINCRBY', minute, name, count) end
redis.call('EXPIRE', minute, ARGV[4])
for _, chunk in ipairs(told.chunks) do
  local marks = chunk.open and redis.call('GET', chunk.marks)
  if marks and #marks == chunk.count and not string.find(marks, '[%-tT%z]') then
    redis.call('XACK', chunk.stream, ARGV[5], chunk.id)
    redis.call('XDEL', chunk.stream, chunk.id)
    redis.call('DEL', chunk.marks)
  end
end
return 1
"""

_PROMOTE = """
if redis.call('ZREM', KEYS[1], ARGV[1]) == 0 then return 0 end
redis.call('HINCRBY', KEYS[3], 'postponed', -1)
redis.call('XADD', KEYS[2], '*', 'e', ARGV[2], 'n', ARGV[3], 'p', ARGV[4], 'a', ARGV[5], 'r', ARGV[6], 'f', ARGV[7])
return 1
"""

_MOVE = """
if redis.call('ZREM', KEYS[1], ARGV[1]) == 0 then return 0 end
redis.call('ZADD', KEYS[2], ARGV[3], ARGV[2])
redis.call('EXPIRE', KEYS[3], ARGV[4], 'GT')
return 1
"""

_GIVE_UP = """
if redis.call('ZREM', KEYS[1], ARGV[1]) == 0 then return 0 end
redis.call('HINCRBY', KEYS[2], 'postponed', -1)
redis.call('HINCRBY', KEYS[2], 'failed', 1)
redis.call('HSET', KEYS[3], ARGV[2], ARGV[3])
redis.call('EXPIRE', KEYS[3], ARGV[4])
redis.call('SADD', KEYS[4], string.match(KEYS[3], '%d+$'))
redis.call('EXPIRE', KEYS[4], ARGV[4])
return 1
"""


@dataclass(frozen=True, slots=True)
class Settlement:
    """`before`: the mark that stands in the store; `receipt`: a message id, or the words for another end; `task`
    waits in the sorted set `waits_in` until `due`."""

    chunk: Chunk
    position: int
    before: Mark
    after: Mark
    receipt: str | None = None
    waits_in: str | None = None
    due: float = 0.0
    task: Task | None = None


@dataclass(slots=True)
class Batch:
    """`outcomes` counts what the tries came to."""

    settled: list[Settlement] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)

    def __bool__(self) -> bool:
        return bool(self.settled or self.outcomes)


class Settlements:
    def __init__(self, redis: Client) -> None:
        self._redis = redis
        self._settle = redis.register_script(_SETTLE)
        self._promote = redis.register_script(_PROMOTE)
        self._move = redis.register_script(_MOVE)
        self._give_up = redis.register_script(_GIVE_UP)

    async def write(self, batch: Batch) -> None:
        """Written again after a lost answer it does no harm, but that outcomes count twice."""
        chunks = {id(one.chunk): one.chunk for one in batch.settled}
        places = {key: place for place, key in enumerate(chunks, 1)}
        told = {
            "chunks": [_described(chunk) for chunk in chunks.values()],
            "settled": [_row(one, places[id(one.chunk)]) for one in batch.settled],
            "outcomes": batch.outcomes,
            "recalls": keys.outbox(Urgency.BREAKING),
        }
        await self._settle(
            keys=[keys.OUTCOMES, keys.COUNTERS],
            args=[
                orjson.dumps(told),
                int(RECALLABLE.total_seconds()),
                30 * 86_400,
                int(_OUTCOMES_KEPT.total_seconds()),
                GROUP,
            ],
        )

    async def due(self, key: str, now: datetime) -> list[Task]:
        """Tasks in a sorted set whose time has come, the longest waiting first."""
        tasks = await self._redis.zrange(
            key, "-inf", str(now.timestamp()), byscore=True, offset=0, num=_PROMOTED_AT_ONCE
        )
        return [Task.decode(task) for task in tasks]

    async def waiting(self, edition_id: str, number: int) -> tuple[Task, datetime] | None:
        """Where a delivery waits outside of the stream, and until when; found by looking through all that do."""
        pattern = rf'\["*","{edition_id}",{number},*'
        for key in (keys.LATER, keys.DOUBTS):
            async for task, due in self._redis.zscan_iter(key, pattern, _LOOKED_THROUGH):
                return Task.decode(task), datetime.fromtimestamp(due, UTC)
        return None

    async def owe_again(self, key: str, task: Task, *, refusals: int = 0) -> None:
        """Out of the sorted set, back among the chunks, unless another process was faster."""
        await self._promote(
            keys=[key, keys.outbox(task.urgency), keys.COUNTERS],
            args=[
                task.encode(),
                task.edition_id,
                task.number,
                task.planned,
                task.attempt,
                int(task.again),
                refusals or task.refusals,
            ],
        )

    async def postpone(self, doubt: Task, until: datetime) -> None:
        """A chat could not be written to, and the next run may tell more."""
        later = replace(doubt, refusals=doubt.refusals + 1, cause=None, found=0)
        await self._move(
            keys=[keys.DOUBTS, keys.LATER, keys.edition(doubt.edition_id)],
            args=[doubt.encode(), later.encode(), until.timestamp(), int(RECALLABLE.total_seconds())],
        )

    async def give_up(self, doubt: Task) -> None:
        """The delivery has failed for good, since the chat cannot be written to."""
        page, field = keys.receipt(doubt.edition_id, doubt.number)
        await self._give_up(
            keys=[keys.DOUBTS, keys.COUNTERS, page, keys.receipt_pages(doubt.edition_id)],
            args=[doubt.encode(), field, doubt.cause or "", int(RECALLABLE.total_seconds())],
        )

    async def outcomes(self, now: datetime, minutes: int) -> list[Counter[str]]:
        """What tries came to in each of the last minutes, the present one first."""
        this = int(now.timestamp()) // 60
        async with self._redis.pipeline(transaction=False) as pipe:
            for minute in range(this, this - minutes, -1):
                pipe.hgetall(keys.outcomes(minute))
            found = await pipe.execute()
        return [Counter({name.decode(): int(count) for name, count in one.items()}) for one in found]


def _described(chunk: Chunk) -> dict[str, object]:
    return {
        "count": len(chunk.numbers),
        "alone": chunk.alone,
        "stream": keys.outbox(chunk.urgency),
        "id": chunk.id,
        "marks": keys.marks(chunk.urgency, chunk.id),
        "edition": keys.edition(chunk.edition_id),
        "recall": keys.recall(chunk.edition_id),
        "pages": keys.receipt_pages(chunk.edition_id),
    }


def _row(one: Settlement, chunk: int) -> dict[str, object]:
    row: dict[str, object] = {
        "chunk": chunk,
        "position": one.position,
        "before": one.before.value,
        "after": one.after.value,
        "name": one.after.name.lower(),
    }
    if one.receipt is not None:
        number = one.chunk.numbers[one.position]
        page, field = keys.receipt(one.chunk.edition_id, number)
        sent = one.after is Mark.SENT  # only what stands in a chat can be taken back
        row["receipt"] = {"page": page, "field": field, "number": number, "value": one.receipt, "sent": sent}
    if one.task is not None:
        row["task"] = {"set": one.waits_in, "due": one.due, "task": one.task.encode().decode()}
    return row
