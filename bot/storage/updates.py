"""Which of Telegram's updates have been handled, so that one that is delivered again changes nothing."""

from datetime import timedelta

from bot.storage import keys
from bot.storage.connection import Client

#: Telegram keeps updates for 24 hours: https://core.telegram.org/bots/api#getting-updates
_KEPT = timedelta(hours=25)


class UpdateLog:
    def __init__(self, redis: Client) -> None:
        self._redis = redis

    async def handled(self, update_id: int) -> bool:
        return bool(await self._redis.exists(keys.update(update_id)))

    async def mark_handled(self, update_id: int) -> None:
        await self._redis.set(keys.update(update_id), 1, ex=_KEPT)
