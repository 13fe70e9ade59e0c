"""Who receives Telegram's updates, and which have been handled, so that one that comes again changes nothing."""

from datetime import timedelta

from bot.storage import keys
from bot.storage.connection import Client
from bot.storage.streams import Presence

#: Telegram keeps updates for 24 hours: https://core.telegram.org/bots/api#getting-updates
_KEPT = timedelta(hours=25)

_RECEIVE = """
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] and redis.call('EXISTS', ARGV[2] .. holder) == 1 then return 0 end
redis.call('SET', KEYS[1], ARGV[1])
return 1
"""


class UpdateLog:
    def __init__(self, redis: Client, presence: Presence) -> None:
        self._redis = redis
        self._presence = presence
        self._receive = redis.register_script(_RECEIVE)

    async def become_receiver(self) -> bool:
        """One process polls for updates, as long as it lives; False if another one does."""
        args = [self._presence.name, keys.presence("")]
        return bool(await self._receive(keys=[keys.RECEIVER], args=args))

    async def handled(self, update_id: int) -> bool:
        return bool(await self._redis.exists(keys.update(update_id)))

    async def mark_handled(self, update_id: int) -> None:
        await self._redis.set(keys.update(update_id), 1, ex=_KEPT)
