"""The store's clock, by which articles arrive and chats are settled: one for all processes, that never goes back.

Where the server's is put back, this one stands until that has caught up: else articles would arrive before the moment
up to which chats are settled, and be lost to them; and a chat could be settled up to an earlier moment than before,
and be told what it knows.
"""

from datetime import datetime

from bot.domain.moment import from_ms
from bot.storage import keys
from bot.storage.connection import Client

#: Lua functions for scripts: the last millisecond that is over, and to note that it was told; `mark` is keys.CLOCK.
#: What was told more than a day ahead of the server was told by a clock that was wrong then, and is forgotten.
PRESENT = """
local function present(mark)
  local time, told = redis.call('TIME'), tonumber(redis.call('GET', mark) or '0')
  local over = time[1] * 1000 + math.floor(time[2] / 1000) - 1
  if told <= over or told > over + 86400000 then told = over end
  return told
end

local function tell(mark, moment)
  local told = string.format('%.0f', moment)
  redis.pcall('SET', mark, told)  -- a store that is full goes on telling the time
  return told
end
"""

_NOW = PRESENT + "return tell(KEYS[1], present(KEYS[1]))"


class StoreClock:
    def __init__(self, redis: Client) -> None:
        # A script, so that in a cluster it is the clock of the node that runs all other scripts too.
        self._now = redis.register_script(_NOW)

    async def now(self) -> datetime:
        """The last millisecond that is over: no article can arrive in it any more."""
        return from_ms(int(await self._now(keys=[keys.CLOCK])))
