"""Stored articles, newest first by their arrival."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from datetime import datetime
from itertools import chain

from bot.domain.article import Added, Article, StoredArticle
from bot.domain.moment import to_ms
from bot.storage import keys
from bot.storage.clock import PRESENT
from bot.storage.connection import Client
from bot.storage.streams import unless_stopping

#: Further back no search index needs to look: it reads everything when it starts.
_CHANGES_KEPT = 100_000
_CHANGES_WAIT_MS = 2000

# Arrival is the server's time, so that it orders articles and what chats settle, whatever a process's clock says.
_ADD = (
    PRESENT
    + """
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 1 then return 0 end
local arrived = tonumber(ARGV[3])
if arrived == 0 then
  arrived = present(KEYS[7]) + 1
  tell(KEYS[7], arrived)
end
local stamp = string.format('%.0f', arrived)
redis.call('HSET', KEYS[1], ARGV[1], stamp .. ':' .. ARGV[4] .. ':' .. ARGV[2])
redis.call('ZADD', KEYS[2], stamp, ARGV[1])
redis.call('ZADD', KEYS[3], stamp, ARGV[1])
redis.call('XADD', KEYS[4], 'MAXLEN', '~', ARGV[5], '*', 'id', ARGV[1])
if ARGV[4] == '1' then
  redis.call('ZADD', KEYS[6], stamp, ARGV[1])
  if ARGV[3] == '0' then redis.call('XADD', KEYS[5], '*', 'id', ARGV[1], 'arrived', stamp) end
end
return 1
"""
)

# Only over what was read. The category may be another; what is owed to readers goes along.
_REPLACE = """
local articles, changes, was_in, is_in, was_owed_in, is_owed_in = unpack(KEYS)
local id, read, value, arrived, owed = unpack(ARGV)
if redis.call('HGET', articles, id) ~= read then return 0 end
redis.call('HSET', articles, id, value)
redis.call('ZREM', was_in, id)
redis.call('ZADD', is_in, arrived, id)
if owed == '1' then
  redis.call('ZREM', was_owed_in, id)
  redis.call('ZADD', is_owed_in, arrived, id)
end
redis.call('XADD', changes, 'MAXLEN', '~', ARGV[6], '*', 'id', id)
return 1
"""


class ArticleStore:
    def __init__(self, redis: Client) -> None:
        self._redis = redis
        self._add = redis.register_script(_ADD)
        self._replace = redis.register_script(_REPLACE)

    async def publish(self, article: Article) -> bool:
        """Stores it and, in the same step, that its subscribers are owed it; False if it is stored already."""
        return await self._store(article, arrived=0, owed=True)

    async def keep(self, article: Article, arrived: datetime | None = None) -> Added:
        """Stores or replaces it for reading and asking. With `arrived` it is one that was published here, or where
        it comes from, at that time: digests that reach back so far tell of it; else nobody is owed it. What was
        corrected stays so."""
        # 0, the beginning of 1970, would mean now.
        if await self._store(article, arrived=to_ms(arrived or article.published) or 1, owed=arrived is not None):
            return Added.NEW
        found = await self.change(article.id, lambda known: article.with_corrections(known.corrections))
        return Added.CHANGED if found and found[0].article != found[1].article else Added.KNOWN

    async def change(
        self, article_id: str, change: Callable[[Article], Article]
    ) -> tuple[StoredArticle, StoredArticle] | None:
        """What is stored, and what stands in its place then; None if nothing is. `change` is asked again where
        someone else has been faster. It keeps its arrival, and is owed as it was."""
        while (raw := await self._redis.hget(keys.ARTICLES, article_id)) is not None:
            before = _load(raw)
            article = change(before.article)
            if article == before.article:
                return before, before
            value = _value(article, before.arrived, owed=before.owed)
            old, new = before.article.category, article.category
            indexes = [index(slug) for index in (keys.arrivals_in, keys.owed_in) for slug in (old, new)]
            if await self._replace(
                keys=[keys.ARTICLES, keys.CHANGES, *indexes],
                args=[article_id, raw, value, before.arrived, int(before.owed), _CHANGES_KEPT],
            ):
                return before, _load(value)
        return None

    async def get(self, article_id: str) -> StoredArticle | None:
        return next(iter(await self.get_many([article_id])), None)

    async def get_many(self, article_ids: Iterable[str]) -> list[StoredArticle]:
        """In the order asked for; those not stored are left out."""
        ids = list(article_ids)
        values = await self._redis.hmget(keys.ARTICLES, ids) if ids else []
        return [_load(value) for value in values if value is not None]

    async def latest(self, slug: str | None = None, *, skip: int = 0, count: int) -> list[StoredArticle]:
        key = keys.arrivals_in(slug) if slug else keys.ARRIVALS
        ids = await self._redis.zrange(key, skip, skip + count - 1, desc=True)
        return await self.get_many(article_id.decode() for article_id in ids)

    async def owed(self, since: Mapping[str, datetime], until: datetime) -> dict[str, list[StoredArticle]]:
        """What arrived for the readers of some categories after a moment of each one's own, newest first."""
        async with self._redis.pipeline(transaction=False) as pipe:
            for slug, moment in since.items():
                after = f"({to_ms(moment)}"
                pipe.zrange(keys.owed_in(slug), str(to_ms(until)), after, byscore=True, desc=True)
            found = await pipe.execute()
        ids = {slug: [article_id.decode() for article_id in some] for slug, some in zip(since, found, strict=True)}
        stored = {one.article.id: one for one in await self.get_many(dict.fromkeys(chain(*ids.values())))}
        return {slug: [stored[one] for one in some if one in stored] for slug, some in ids.items()}

    async def count_owed(self, slug: str, after: datetime, until: datetime) -> int:
        """How many arrived for the readers of a category."""
        return int(await self._redis.zcount(keys.owed_in(slug), f"({to_ms(after)}", to_ms(until)))

    async def count_since(self, slug: str, after: datetime) -> int:
        return int(await self._redis.zcount(keys.arrivals_in(slug), f"({to_ms(after)}", "+inf"))

    async def count(self, slug: str | None = None) -> int:
        return int(await self._redis.zcard(keys.arrivals_in(slug) if slug else keys.ARRIVALS))

    async def remove(self, stored: StoredArticle) -> None:
        article = stored.article
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.hdel(keys.ARTICLES, article.id)
            pipe.zrem(keys.ARRIVALS, article.id)
            pipe.zrem(keys.arrivals_in(article.category), article.id)
            pipe.zrem(keys.owed_in(article.category), article.id)
            pipe.xadd(keys.CHANGES, {"id": article.id}, maxlen=_CHANGES_KEPT, approximate=True)
            await pipe.execute()

    async def all(self) -> AsyncIterator[StoredArticle]:
        """Oldest first; what is stored meanwhile may be missing."""
        ids = await self._redis.zrange(keys.ARRIVALS, 0, -1)
        for start in range(0, len(ids), 100):
            for stored in await self.get_many(raw.decode() for raw in ids[start : start + 100]):
                yield stored

    async def last_change(self) -> str:
        rows = await self._redis.xrevrange(keys.CHANGES, count=1)
        return rows[0][0].decode() if rows else "0"

    async def changed_since(self, change: str, stopping: asyncio.Event) -> tuple[str, set[str]]:
        """The ids stored, replaced or removed after that change, and the change to ask from next; waits a while
        for the first one, or until told to stop."""
        call = self._redis.xread({keys.CHANGES: change}, count=1000, block=_CHANGES_WAIT_MS)
        reply = await unless_stopping(call, stopping)
        if not reply:
            return change, set()
        rows = reply[0][1]
        return rows[-1][0].decode(), {fields[b"id"].decode() for _, fields in rows}

    async def _store(self, article: Article, *, arrived: int, owed: bool) -> bool:
        return bool(
            await self._add(
                keys=[
                    keys.ARTICLES,
                    keys.ARRIVALS,
                    keys.arrivals_in(article.category),
                    keys.CHANGES,
                    keys.PLANS,
                    keys.owed_in(article.category),
                    keys.CLOCK,
                ],
                args=[article.id, article.model_dump_json(), arrived, int(owed), _CHANGES_KEPT],
            )
        )


def _load(value: bytes) -> StoredArticle:
    arrived, owed, json = value.split(b":", 2)
    article = Article.model_validate_json(json)
    return StoredArticle(article=article, arrived=int(arrived), owed=owed == b"1", length=len(value))


def _value(article: Article, arrived: int, *, owed: bool) -> bytes:
    return f"{arrived}:{int(owed)}:{article.model_dump_json()}".encode()
