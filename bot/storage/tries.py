"""Marks deliveries as being tried, right before they are sent: what is marked so and never settled is in doubt."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import orjson

from bot.domain.edition import Mark
from bot.storage import keys
from bot.storage.connection import Client
from bot.storage.outbox import Chunk

_MARKS_KEPT_SECONDS = 30 * 86_400

# Between the look at a chunk and this moment others may have taken it over, or what it owes may have changed; who has
# a receipt has the message.
_BEGIN = """
local editions, found, begun = {}, {}, 0
for i = 2, #KEYS do editions[i - 1] = redis.call('GET', KEYS[i]) end

local function begin(marks, position, before, after, stream, entry, edition, receipts, field, records, record)
  if #redis.call('XRANGE', stream, entry, entry) == 0 then return {1} end
  local mark = redis.call('GETRANGE', marks, position, position)
  if mark == '' or mark == string.char(0) then mark = '-' end
  if mark ~= before then return {1} end
  if redis.call('HEXISTS', receipts, field) == 1 then return {2} end
  local stored = redis.call('HGET', records, record)
  if not stored or not editions[edition] then return {3} end
  redis.call('SETRANGE', marks, position, after)
  redis.call('EXPIRE', marks, ARGV[1])
  if before == '-' then begun = begun + 1 end
  return {0, stored}
end

for i, candidate in ipairs(cjson.decode(ARGV[2])) do found[i] = begin(unpack(candidate)) end
if begun > 0 then redis.call('HINCRBY', KEYS[1], 'in_flight', begun) end
return {editions, found}
"""


class Begun(IntEnum):
    """Whether a delivery is to be tried now."""

    YES = 0
    TAKEN_OVER = 1  # by another process
    HAD_ALREADY = 2
    GONE = 3  # the subscription, or the edition


@dataclass(frozen=True, slots=True)
class Candidate:
    """`mark` stands in the store now; `trying` is to stand there."""

    chunk: Chunk
    position: int
    mark: Mark
    trying: Mark


@dataclass(frozen=True, slots=True)
class Beginning:
    """`record`: the subscription, and `edition`, as they are stored now, where it is to be tried."""

    begun: Begun
    record: bytes = b""
    edition: bytes = b""


class Tries:
    def __init__(self, redis: Client) -> None:
        self._begin = redis.register_script(_BEGIN)

    async def begin(self, candidates: Sequence[Candidate]) -> list[Beginning]:
        editions = list(dict.fromkeys(candidate.chunk.edition_id for candidate in candidates))
        places = {edition_id: place for place, edition_id in enumerate(editions, 1)}
        rows = [_row(one, places[one.chunk.edition_id]) for one in candidates]
        stored, found = await self._begin(
            keys=[keys.COUNTERS, *map(keys.edition, editions)],
            args=[_MARKS_KEPT_SECONDS, orjson.dumps(rows)],
        )
        raw = dict(zip(editions, stored, strict=False))
        return [_beginning(row, raw.get(one.chunk.edition_id)) for one, row in zip(candidates, found, strict=True)]


def _beginning(row: list[Any], edition: bytes | None) -> Beginning:
    begun, *record = row
    return Beginning(Begun(begun), record[0] if record else b"", edition or b"")


def _row(one: Candidate, edition: int) -> tuple[str | int, ...]:
    chunk, number = one.chunk, one.chunk.numbers[one.position]
    return (
        keys.marks(chunk.urgency, chunk.id),
        one.position,
        one.mark.value,
        one.trying.value,
        keys.outbox(chunk.urgency),
        chunk.id,
        edition,
        *keys.receipt(chunk.edition_id, number),
        *keys.record(number),
    )
