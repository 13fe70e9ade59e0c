"""One sending budget for all processes: evenly spaced slots, handed out by the store's own clock."""

from datetime import timedelta

from bot.storage import keys
from bot.storage.connection import Client

_RESERVE = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local slot = math.max(now, tonumber(redis.call('GET', KEYS[1]) or '0'))
redis.call('SET', KEYS[1], string.format('%.0f', slot + ARGV[1]), 'EX', 60)
return slot - now
"""


class Pace:
    def __init__(self, redis: Client, rate: float) -> None:
        """`rate`: messages a second over all processes."""
        self._reserve = redis.register_script(_RESERVE)
        self._interval = 1_000_000 / rate

    async def reserve(self) -> timedelta:
        """The next free slot is ours; it comes after that time."""
        return timedelta(microseconds=int(await self._reserve(keys=[keys.PACE], args=[self._interval])))
