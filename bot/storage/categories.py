"""The categories, in the order in which they were added."""

from collections.abc import Callable

from bot.domain.article import Added
from bot.domain.category import Category
from bot.storage import keys
from bot.storage.connection import Client

# Only over what was read.
_REPLACE = """
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
return 1
"""


class CategoryStore:
    def __init__(self, redis: Client) -> None:
        self._redis = redis
        self._replace = redis.register_script(_REPLACE)

    async def all(self) -> list[Category]:
        slugs = await self._redis.zrange(keys.CATEGORY_ORDER, 0, -1)
        values = await self._redis.hmget(keys.CATEGORIES, slugs) if slugs else []
        return [Category.model_validate_json(value) for value in values if value is not None]

    async def get(self, slug: str) -> Category | None:
        value = await self._redis.hget(keys.CATEGORIES, slug)
        return Category.model_validate_json(value) if value is not None else None

    async def rename(self, slug: str, name: str, language: str | None = None) -> Category | None:
        """In one language, or for all that have no name of their own; None if there is no such category. Raises
        ValidationError."""
        found = await self._change(slug, lambda known: known.renamed(name, language))
        return found[1] if found else None

    async def put(self, category: Category) -> Added:
        """Adds it, or gives the one of that slug its names; those in languages for which it has none stay."""
        if await self.add(category):
            return Added.NEW
        found = await self._change(category.slug, lambda known: category.with_names_of(known))
        return Added.CHANGED if found and found[0] != found[1] else Added.KNOWN

    async def add(self, category: Category) -> bool:
        """False if there is one of that slug, which then keeps its name."""
        last = await self._redis.zrange(keys.CATEGORY_ORDER, 0, 0, desc=True, withscores=True)
        position = last[0][1] + 1 if last else 0
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.hsetnx(keys.CATEGORIES, category.slug, category.model_dump_json())
            pipe.zadd(keys.CATEGORY_ORDER, {category.slug: position}, nx=True)
            added, _ = await pipe.execute()
        return bool(added)

    async def remove(self, slug: str) -> None:
        """One that nothing is in, and that nobody has subscribed to."""
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.hdel(keys.CATEGORIES, slug)
            pipe.zrem(keys.CATEGORY_ORDER, slug)
            await pipe.execute()

    async def _change(self, slug: str, change: Callable[[Category], Category]) -> tuple[Category, Category] | None:
        """What is stored, and what stands in its place then; None if nothing is. `change` is asked again where
        someone else has been faster."""
        while value := await self._redis.hget(keys.CATEGORIES, slug):
            before = Category.model_validate_json(value)
            after = change(before)
            if await self._replace(keys=[keys.CATEGORIES], args=[slug, value, after.model_dump_json()]):
                return before, after
        return None
