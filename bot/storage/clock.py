"""The store's clock, by which articles arrive and chats are settled: one clock for all processes."""

from datetime import UTC, datetime, timedelta

from bot.storage.connection import Client

_MILLISECOND = timedelta(milliseconds=1)


class StoreClock:
    def __init__(self, redis: Client) -> None:
        self._redis = redis

    async def now(self) -> datetime:
        """The last millisecond that is over: no article can arrive in it any more."""
        seconds, microseconds = await self._redis.time()
        moment = datetime.fromtimestamp(seconds, UTC).replace(microsecond=microseconds // 1000 * 1000)
        return moment - _MILLISECOND
