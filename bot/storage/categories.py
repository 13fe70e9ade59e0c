"""The categories, in the order in which they were added."""

from bot.domain.category import Category
from bot.storage import keys
from bot.storage.connection import Client


class CategoryStore:
    def __init__(self, redis: Client) -> None:
        self._redis = redis

    async def all(self) -> list[Category]:
        slugs = await self._redis.zrange(keys.CATEGORY_ORDER, 0, -1)
        values = await self._redis.hmget(keys.CATEGORIES, slugs) if slugs else []
        return [Category.model_validate_json(value) for value in values if value is not None]

    async def get(self, slug: str) -> Category | None:
        value = await self._redis.hget(keys.CATEGORIES, slug)
        return Category.model_validate_json(value) if value is not None else None

    async def add(self, category: Category) -> bool:
        """False if there is one of that slug, which then keeps its name."""
        position = await self._redis.zcard(keys.CATEGORY_ORDER)
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.hsetnx(keys.CATEGORIES, category.slug, category.model_dump_json())
            pipe.zadd(keys.CATEGORY_ORDER, {category.slug: position}, nx=True)
            added, _ = await pipe.execute()
        return bool(added)
