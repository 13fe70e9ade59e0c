"""Whose digest is due when: the subscriptions' numbers in sets by minute, and the minutes in use in order.

Sets of small numbers take four bytes a member (https://redis.io/docs/latest/commands/object-encoding/, intset), and
which of them a number is in follows from its record, so that it need not be stored.
"""

from datetime import datetime
from typing import overload

from bot.domain.subscription import Subscription
from bot.storage import keys
from bot.storage.connection import Client

#: Lua functions for scripts: take numbers out of a minute's set, and into one; `minutes` is keys.DUE_MINUTES.
MOVE_DUE = """
local function leave_due(minutes, key, minute, numbers)
  redis.call('SREM', key, unpack(numbers))
  if redis.call('EXISTS', key) == 0 then redis.call('ZREM', minutes, minute) end
end

local function enter_due(minutes, key, minute, numbers)
  redis.call('SADD', key, unpack(numbers))
  redis.call('ZADD', minutes, minute, minute)
end
"""

_MOVE = (
    MOVE_DUE
    + """
local minutes, old_key, new_key = unpack(KEYS)
local number, old, new = unpack(ARGV)
if old ~= '' and old ~= new then leave_due(minutes, old_key, old, {number}) end
if new ~= '' then enter_due(minutes, new_key, new, {number}) end
"""
)

_UNTIL = """
local found, left = {}, tonumber(ARGV[2])
for _, minute in ipairs(redis.call('ZRANGE', KEYS[1], '-inf', ARGV[1], 'BYSCORE', 'LIMIT', 0, left)) do
  for _, number in ipairs(redis.call('SRANDMEMBER', ARGV[3] .. minute, left)) do
    local hash, field = math.floor(number / ARGV[5]), number % ARGV[5]
    table.insert(found, {tonumber(minute), tonumber(number), redis.call('HGET', ARGV[4] .. hash, field)})
    left = left - 1
  end
  if left == 0 then break end
end
return found
"""


class DueIndex:
    def __init__(self, redis: Client) -> None:
        self._move = redis.register_script(_MOVE)
        self._until = redis.register_script(_UNTIL)

    async def until(self, now: datetime, count: int) -> list[tuple[int, int, bytes | None]]:
        """Up to `count` minutes and the numbers that stand under them, with their records as they are stored; the
        longest waiting first, those of one minute by chance, so that several processes seldom meet and none keeps
        others from being taken for ever."""
        args = [minute_of(now), count, keys.DUE, keys.RECORDS, keys.RECORDS_TOGETHER]
        return list(map(tuple, await self._until(keys=[keys.DUE_MINUTES], args=args)))

    async def move(self, number: int, old: int | None, new: int | None) -> None:
        """From one minute to another; none: out of the index, or into it."""
        await self._move(
            keys=[keys.DUE_MINUTES, keys.due(old or 0), keys.due(new or 0)],
            args=[number, "" if old is None else old, "" if new is None else new],
        )


def due_slot(subscription: Subscription | None) -> datetime | None:
    """When its digest is due, if it is to get one."""
    return subscription.digest_due() if subscription and not subscription.parked else None


@overload
def minute_of(moment: datetime) -> int: ...
@overload
def minute_of(moment: None) -> None: ...
def minute_of(moment: datetime | None) -> int | None:
    """Since 1970."""
    return int(moment.timestamp() // 60) if moment else None
