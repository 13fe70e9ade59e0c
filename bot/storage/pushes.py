"""Feeds whose news are pushed: what was asked of their hubs, and what came of it. https://www.w3.org/TR/websub/"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.moment import from_ms, to_ms
from bot.storage import keys
from bot.storage.connection import Client

#: Longer than hubs grant; who is then still unknown has not been asked for in all that time.
_KEPT = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Pushing:
    """`asked`: when its hub was last asked to push; `until`: how long it does; `pushed`: when it last did."""

    asked: datetime | None = None
    until: datetime | None = None
    pushed: datetime | None = None


class PushStore:
    def __init__(self, redis: Client) -> None:
        self._redis = redis

    async def read(self, url: str) -> Pushing:
        return Pushing(*map(_moment, await self._redis.hmget(keys.pushing(url), ["asked", "until", "pushed"])))

    async def ask(self, url: str, token: str, now: datetime) -> None:
        """The hub is asked to push the news of this feed to the address that ends in `token`."""
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.set(keys.pushed_to(token), url, ex=_KEPT)
            pipe.hset(keys.pushing(url), "asked", to_ms(now))
            pipe.expire(keys.pushing(url), _KEPT)
            await pipe.execute()

    async def feed_of(self, token: str) -> str | None:
        url = await self._redis.get(keys.pushed_to(token))
        return url.decode() if url is not None else None

    async def grant(self, url: str, until: datetime) -> None:
        await self._redis.hset(keys.pushing(url), "until", to_ms(until))

    async def note(self, url: str, now: datetime) -> None:
        """News have been pushed."""
        await self._redis.hset(keys.pushing(url), "pushed", to_ms(now))

    async def end(self, url: str) -> None:
        """It pushes no more."""
        await self._redis.hdel(keys.pushing(url), "until")


def _moment(value: bytes | None) -> datetime | None:
    return from_ms(int(value)) if value is not None else None
