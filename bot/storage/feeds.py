"""The feeds that articles are to come from."""

from bot.storage import keys
from bot.storage.connection import Client


class FeedStore:
    def __init__(self, redis: Client) -> None:
        self._redis = redis

    async def add(self, url: str, slug: str) -> bool:
        """False if it is known; its category is then the new one."""
        return bool(await self._redis.hset(keys.FEEDS, url, slug))

    async def all(self) -> dict[str, str]:
        """URL -> category slug."""
        return {url.decode(): slug.decode() for url, slug in (await self._redis.hgetall(keys.FEEDS)).items()}
