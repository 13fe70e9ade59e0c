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

#: Lua functions for scripts: the last of the changes, and to store an article. `k` are the keys of `adding`. Arrival
#: is the server's time, so that it orders articles and what chats settle, whatever a process's clock says.
ADD = (
    PRESENT
    + f"local changes_kept = {_CHANGES_KEPT}"
    + """
local function last_change(changes)
  local rows = redis.call('XREVRANGE', changes, '+', '-', 'COUNT', 1)
  return rows[1] and rows[1][1] or '0'
end

local function note_change(changes, id)
  redis.call('XADD', changes, 'MAXLEN', '~', changes_kept, '*', 'id', id)
end

local function add(k, id, json, given, owed)
  if redis.call('HEXISTS', k[1], id) == 1 or redis.call('HEXISTS', k[8], id) == 1 then return 0 end
  local arrived = tonumber(given)
  if arrived == 0 then
    arrived = present(k[7]) + 1
    tell(k[7], arrived)
  end
  local stamp = string.format('%.0f', arrived)
  redis.call('HSET', k[1], id, stamp .. ':' .. owed .. ':' .. json)
  redis.call('ZADD', k[2], stamp, id)
  redis.call('ZADD', k[3], stamp, id)
  note_change(k[4], id)
  if owed == '1' then
    redis.call('ZADD', k[6], stamp, id)
    if given == '0' then redis.call('XADD', k[5], '*', 'id', id, 'arrived', stamp) end
  end
  return arrived
end
"""
)

_STORE = (
    ADD
    + """
if ARGV[5] ~= '' and last_change(KEYS[4]) ~= ARGV[5] then return {-1, ''} end
return {add(KEYS, ARGV[1], ARGV[2], ARGV[3], ARGV[4]), last_change(KEYS[4])}
"""
)

# Only over what was read. The category may be another, and the lists; what is owed to readers goes along.
_REPLACE = """
local articles, changes, was_in, is_in, was_among, is_among, was_owed_in, is_owed_in = unpack(KEYS)
local id, read, value, arrived, owed = unpack(ARGV)
if redis.call('HGET', articles, id) ~= read then return 0 end
redis.call('HSET', articles, id, value)
redis.call('ZREM', was_in, id)
redis.call('ZREM', was_among, id)
redis.call('ZADD', is_in, arrived, id)
redis.call('ZADD', is_among, arrived, id)
redis.call('ZREM', was_owed_in, id)
if owed == '1' then redis.call('ZADD', is_owed_in, arrived, id) end
redis.call('XADD', changes, 'MAXLEN', '~', ARGV[6], '*', 'id', id)
return 1
"""


# Of one that has joined another.
_REVISE = (
    ADD
    + """
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
note_change(KEYS[2], ARGV[4])
return 1
"""
)


class ArticleStore:
    def __init__(self, redis: Client) -> None:
        self._redis = redis
        self._add = redis.register_script(_STORE)
        self._revise = redis.register_script(_REVISE)
        self._replace = redis.register_script(_REPLACE)

    async def publish(self, article: Article) -> bool:
        """Stores it and, in the same step, that its subscribers are owed it; False if it is stored already."""
        return (await self._store(article, arrived=0, owed=True))[0] > 0

    async def publish_after(self, article: Article, change: str) -> tuple[int, str] | None:
        """The same; gives when it has arrived (ms), 0 if it is stored already, and the last change then. None if
        anything has changed since that change, of which the caller knows."""
        arrived, last = await self._store(article, arrived=0, owed=True, change=change)
        return None if arrived < 0 else (arrived, last)

    async def keep(self, article: Article, arrived: datetime | None = None) -> Added:
        """Stores or replaces it for reading and asking. With `arrived` it is one that was published here, or where
        it comes from, at that time: digests that reach back so far tell of it; else nobody is owed it. What was
        corrected stays so, and what has joined it stays with it."""
        # 0, the beginning of 1970, would mean now.
        moment = to_ms(arrived or article.published) or 1
        if (await self._store(article, arrived=moment, owed=arrived is not None))[0] > 0:
            return Added.NEW
        found = await self.change(article.id, article.in_place_of)
        return Added.CHANGED if found and found[0].article != found[1].article else Added.KNOWN

    async def keep_new(self, article: Article) -> bool:
        """The same, unless one of that id is stored."""
        return (await self._store(article, arrived=to_ms(article.published) or 1, owed=False))[0] > 0

    async def change(
        self, article_id: str, change: Callable[[Article], Article]
    ) -> tuple[StoredArticle, StoredArticle] | None:
        """What is stored, and what stands in its place then; None if nothing is. `change` is asked again where
        someone else has been faster. It keeps its arrival, and is owed as it was."""
        while (raw := await self._redis.hget(keys.ARTICLES, article_id)) is not None:
            before = load(raw)
            article = change(before.article)
            if article == before.article:
                return before, before
            owed = before.owed and article.listed
            value = packed(article, before.arrived, owed=owed)
            both = (before.article, article)
            lists = [listed_in(one)[place] for place in (1, 0) for one in both]
            indexes = [*lists, *(keys.owed_in(one.category) for one in both)]
            if await self._replace(
                keys=[keys.ARTICLES, keys.CHANGES, *indexes],
                args=[article_id, raw, value, before.arrived, int(owed), _CHANGES_KEPT],
            ):
                return before, load(value)
        return None

    async def revise(self, article_id: str, change: Callable[[Article], Article]) -> bool:
        """`change`, also of one that has joined another; whether anything is another now."""
        if found := await self.change(article_id, change):
            return found[0] != found[1]
        while lead := (await self.leads_of([article_id])).get(article_id):
            members = keys.joined_with(lead)
            raw = await self._redis.hget(members, article_id)
            if raw is None:
                continue  # it has just left, or its lead has joined another
            before = load(raw)
            article = change(before.article)
            if article == before.article:
                return False
            value = packed(article, before.arrived, owed=before.owed)
            if await self._revise(keys=[members, keys.CHANGES], args=[article_id, raw, value, lead]):
                return True
        return False

    async def get(self, article_id: str) -> StoredArticle | None:
        return next(iter(await self.get_many([article_id])), None)

    async def get_many(self, article_ids: Iterable[str]) -> list[StoredArticle]:
        """In the order asked for; those not stored are left out."""
        ids = list(article_ids)
        values = await self._redis.hmget(keys.ARTICLES, ids) if ids else []
        return [load(value) for value in values if value is not None]

    async def leads_of(self, article_ids: Iterable[str]) -> dict[str, str]:
        """Of those that have joined another: its id by theirs."""
        ids = list(article_ids)
        leads = await self._redis.hmget(keys.JOINED, ids) if ids else []
        return {one: lead.decode() for one, lead in zip(ids, leads, strict=True) if lead is not None}

    async def joined_ids(self, article_id: str) -> list[str]:
        """Of those that have joined this one."""
        return sorted(one.decode() for one in await self._redis.hkeys(keys.joined_with(article_id)))

    async def told(self, article_ids: Iterable[str]) -> list[StoredArticle]:
        """The same as `get_many`, and those that have joined another as they were."""
        ids = list(article_ids)
        found = {one.article.id: one for one in await self.get_many(ids)}
        for one, lead in (await self.leads_of(one for one in ids if one not in found)).items():
            if raw := await self._redis.hget(keys.joined_with(lead), one):
                found[one] = load(raw)
        return [found[one] for one in ids if one in found]

    async def latest(self, slug: str | None = None, *, skip: int = 0, count: int) -> list[StoredArticle]:
        key = keys.arrivals_in(slug) if slug else keys.ARRIVALS
        ids = await self._redis.zrange(key, skip, skip + count - 1, desc=True)
        return await self.get_many(article_id.decode() for article_id in ids)

    async def arrived_after(self, moment: int) -> list[str]:
        """The ids of what has arrived since (ms), the oldest first."""
        return [one.decode() for one in await self._redis.zrange(keys.ARRIVALS, f"({moment}", "+inf", byscore=True)]

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
            pipe.sadd(keys.REMOVED, article.id)
            for index in listed_in(article):
                pipe.zrem(index, article.id)
            pipe.zrem(keys.owed_in(article.category), article.id)
            pipe.xadd(keys.CHANGES, {"id": article.id}, maxlen=_CHANGES_KEPT, approximate=True)
            await pipe.execute()

    async def was_removed(self, article_id: str) -> bool:
        """Ever: also if an editor has published the same again since."""
        return bool(await self._redis.sismember(keys.REMOVED, article_id))

    async def removed(self) -> list[str]:
        return sorted(article_id.decode() for article_id in await self._redis.smembers(keys.REMOVED))

    async def restore_removed(self, article_ids: Iterable[str]) -> None:
        """Those that were taken back where the articles come from."""
        if ids := list(article_ids):
            await self._redis.sadd(keys.REMOVED, *ids)

    async def all(self) -> AsyncIterator[StoredArticle]:
        """Oldest first, and then those that are not listed; what is stored meanwhile may be missing."""
        ids = [raw for key in (keys.ARRIVALS, keys.UNLISTED) for raw in await self._redis.zrange(key, 0, -1)]
        for start in range(0, len(ids), 100):
            for stored in await self.get_many(raw.decode() for raw in ids[start : start + 100]):
                yield stored

    async def last_change(self) -> str:
        rows = await self._redis.xrevrange(keys.CHANGES, count=1)
        return rows[0][0].decode() if rows else "0"

    async def has_change(self, change: str) -> bool:
        """Whether this change is one of those that are kept."""
        return bool(await self._redis.xrange(keys.CHANGES, change, change, count=1))

    async def await_changes(self, change: str, stopping: asyncio.Event) -> list[tuple[str, str]]:
        """The same as `changes_after`; waits a while for the first one, or until told to stop."""
        call = self._redis.xread({keys.CHANGES: change}, count=1000, block=_CHANGES_WAIT_MS)
        reply = await unless_stopping(call, stopping)
        return _changes(reply[0][1]) if reply else []

    async def changes_after(self, change: str, count: int) -> list[tuple[str, str]]:
        """The next changes, each with the id of what was stored, replaced or removed."""
        return _changes(await self._redis.xrange(keys.CHANGES, f"({change}", "+", count=count))

    async def _store(self, article: Article, *, arrived: int, owed: bool, change: str = "") -> tuple[int, str]:
        """When it has arrived (ms), 0 if it was stored before, -1 if neither, since something else has changed; and
        the last change then."""
        json = article.model_dump_json()
        args = [article.id, json, arrived, int(owed and article.listed), change]
        arrived, last = await self._add(keys=adding(article), args=args)
        return int(arrived), last.decode()


def _changes(rows: Iterable[tuple[bytes, Mapping[bytes, bytes]]]) -> list[tuple[str, str]]:
    return [(at.decode(), fields[b"id"].decode()) for at, fields in rows]


def listed_in(article: Article) -> tuple[str, str]:
    """The sorted sets by arrival in which it stands: that of all, and that of its category."""
    if not article.listed:
        return keys.UNLISTED, keys.UNLISTED
    return keys.ARRIVALS, keys.arrivals_in(article.category)


def adding(article: Article) -> list[str]:
    """The keys that the script's `add` needs."""
    return [
        keys.ARTICLES,
        *listed_in(article),
        keys.CHANGES,
        keys.PLANS,
        keys.owed_in(article.category),
        keys.CLOCK,
        keys.JOINED,
    ]


def load(value: bytes) -> StoredArticle:
    arrived, owed, json = value.split(b":", 2)
    article = Article.model_validate_json(json)
    return StoredArticle(article=article, arrived=int(arrived), owed=owed == b"1", length=len(value))


def packed(article: Article, arrived: int, *, owed: bool) -> bytes:
    return f"{arrived}:{int(owed)}:{article.model_dump_json()}".encode()
