"""The store's clock, by which articles arrive and chats are settled: one clock for all processes."""

from datetime import UTC, datetime, timedelta

from bot.storage import keys
from bot.storage.connection import Client

_MILLISECOND = timedelta(milliseconds=1)


class StoreClock:
    def __init__(self, redis: Client) -> None:
        # A script, so that in a cluster it is the clock of the node that runs all other scripts too.
        self._time = redis.register_script("return redis.call('TIME')")

    async def now(self) -> datetime:
        """The last millisecond that is over: no article can arrive in it any more."""
        seconds, microseconds = (int(part) for part in await self._time(keys=[keys.ARTICLES]))
        moment = datetime.fromtimestamp(seconds, UTC).replace(microsecond=microseconds // 1000 * 1000)
        return moment - _MILLISECOND
