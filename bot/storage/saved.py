"""The articles that people have saved, each in the private chat with the bot."""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime

from bot.domain.moment import from_ms, to_ms
from bot.storage import keys
from bot.storage.connection import Client

MOST_SAVED = 200

# ARGV: how many are kept, the chat, and in turn a moment (ms; 0: now) and an article. Gives how many had to go.
_SAVE = """
local time = redis.call('TIME')
local now = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
for i = 3, #ARGV, 2 do
  redis.call('ZADD', KEYS[1], 'NX', ARGV[i] == '0' and now or ARGV[i], ARGV[i + 1])
end
redis.call('SADD', KEYS[2], ARGV[2])
return redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -ARGV[1] - 1)
"""

_UNSAVE = """
redis.call('ZREM', KEYS[1], ARGV[2])
if redis.call('EXISTS', KEYS[1]) == 0 then redis.call('SREM', KEYS[2], ARGV[1]) end
"""


class SavedStore:
    def __init__(self, redis: Client) -> None:
        self._redis = redis
        self._save = redis.register_script(_SAVE)
        self._unsave = redis.register_script(_UNSAVE)

    async def save(self, chat_id: int, article_id: str) -> int:
        """Gives how many of the oldest had to go for it."""
        return int(await self._save(keys=_keys(chat_id), args=[MOST_SAVED, chat_id, 0, article_id]))

    async def restore(self, chat_id: int, saved: Mapping[str, datetime]) -> None:
        """Articles by their ids, saved elsewhere at these moments; what is saved here stays."""
        moments = [part for one, moment in saved.items() for part in (to_ms(moment) or 1, one)]
        if moments:
            await self._save(keys=_keys(chat_id), args=[MOST_SAVED, chat_id, *moments])

    async def unsave(self, chat_id: int, article_id: str) -> None:
        await self._unsave(keys=_keys(chat_id), args=[chat_id, article_id])

    async def all(self, chat_id: int) -> dict[str, datetime]:
        """The ids of what is saved, and since when; the newest first. Some may no longer be stored."""
        rows = await self._redis.zrange(keys.saved(chat_id), 0, -1, desc=True, withscores=True)
        return {article_id.decode(): from_ms(int(moment)) for article_id, moment in rows}

    async def forget(self, chat_id: int) -> bool:
        """False if there was nothing."""
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.delete(keys.saved(chat_id))
            pipe.srem(keys.SAVERS, str(chat_id))
            deleted, _ = await pipe.execute()
        return bool(deleted)

    async def chats(self) -> AsyncIterator[int]:
        """All that have saved something."""
        seen = set[int]()
        async for raw in self._redis.sscan_iter(keys.SAVERS, count=1000):
            if (chat_id := int(raw)) not in seen:
                seen.add(chat_id)
                yield chat_id


def _keys(chat_id: int) -> list[str]:
    return [keys.saved(chat_id), keys.SAVERS]
