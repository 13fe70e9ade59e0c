"""The feeds that articles come from: which there are, and how they do."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from bot.domain.article import Added
from bot.domain.feed import Feed, Health, mark_of
from bot.storage import keys
from bot.storage.connection import Client
from bot.storage.entries import EntryLog
from bot.storage.feed_turns import FeedTurns, load_feed, load_health

_T = TypeVar("_T")

_REPLACE = """
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
return 1
"""

# Only over what was read, and never over another feed. Its entries go along, so that none of them is new.
_MOVE = """
local feeds, health, due, leases, trouble = unpack(KEYS, 1, 5)
local old, new, read, value = unpack(ARGV)
if redis.call('HGET', feeds, old) ~= read or redis.call('HEXISTS', feeds, new) == 1 then return 0 end
redis.call('HSET', feeds, new, value)
redis.call('HSET', health, new, redis.call('HGET', health, old) or '{}')
local turn = redis.call('ZSCORE', due, old)
if turn then redis.call('ZADD', due, turn, new) end
redis.call('HDEL', feeds, old)
redis.call('HDEL', health, old)
redis.call('ZREM', due, old)
redis.call('ZREM', leases, old)
redis.call('SREM', trouble, old)
local half = (#KEYS - 5) / 2
for i = 6, 5 + half do
  if redis.call('EXISTS', KEYS[i]) == 1 then redis.call('RENAME', KEYS[i], KEYS[i + half]) end
end
return 1
"""


_CLEAR = """
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 1 then return 0 end
return redis.call('DEL', unpack(KEYS, 2))
"""

#: Feeds that are read or written at once, so that others get a turn where there are thousands.
_TOGETHER = 500


class FeedStore:
    def __init__(self, redis: Client) -> None:
        self._redis = redis
        self._replace = redis.register_script(_REPLACE)
        self._move = redis.register_script(_MOVE)
        self._clear = redis.register_script(_CLEAR)
        self.entries = EntryLog(redis)
        self.turns = FeedTurns(redis)

    # -- which there are ----------------------------------------------------------------------------------------

    async def add(self, feed: Feed) -> Added:
        """Due at once, also one that was gone; one of this address takes what the new one says, but for since when
        it has been here."""
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.hsetnx(keys.FEEDS, feed.url, feed.model_dump_json())
            pipe.zadd(keys.FEEDS_DUE, {feed.url: 0}, nx=True)
            added, _ = await pipe.execute()
        if added:
            return Added.NEW
        found = await self._change(feed.url, lambda known: _over(known, feed))
        return Added.CHANGED if found and found[0] != found[1] else Added.KNOWN

    async def add_new(self, feeds: Iterable[Feed]) -> list[str]:
        """Those of addresses at which there is none yet, due at once; gives these."""
        known = set(await self._urls())
        new = [feed for feed in feeds if feed.url not in known]
        for some in _in_parts(new):
            async with self._redis.pipeline(transaction=True) as pipe:
                for feed in some:
                    pipe.hsetnx(keys.FEEDS, feed.url, feed.model_dump_json())
                pipe.zadd(keys.FEEDS_DUE, {feed.url: 0 for feed in some}, nx=True)
                await pipe.execute()
        return [feed.url for feed in new]

    async def get(self, url: str) -> Feed | None:
        value = await self._redis.hget(keys.FEEDS, url)
        return load_feed(url, value) if value is not None else None

    async def all(self) -> list[Feed]:
        """By address."""
        found = list[Feed]()
        for urls in _in_parts(sorted(await self._urls())):
            values = await self._redis.hmget(keys.FEEDS, urls)
            found += [load_feed(url, value) for url, value in zip(urls, values, strict=True) if value is not None]
        return found

    async def marked(self, mark: str) -> Feed | None:
        """The one whose `mark` that is."""
        url = next((url for url in await self._urls() if mark_of(url) == mark), None)
        return await self.get(url) if url else None

    async def _urls(self) -> list[str]:
        return [url.decode() for url in await self._redis.hkeys(keys.FEEDS)]

    async def count(self) -> int:
        return int(await self._redis.hlen(keys.FEEDS))

    async def change(self, url: str, change: Callable[[Feed], Feed]) -> Feed | None:
        """As it is then; None if there is none. `change` is asked again where someone else has been faster, and
        leaves the address as it is."""
        found = await self._change(url, change)
        return found[1] if found else None

    async def remove(self, url: str) -> bool:
        """With all that is known of it, so that it begins anew when it is added again; its articles stay."""
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.hdel(keys.FEEDS, url)
            pipe.hdel(keys.FEED_HEALTH, url)
            pipe.zrem(keys.FEEDS_DUE, url)
            pipe.zrem(keys.FEED_LEASES, url)
            pipe.srem(keys.FEEDS_IN_TROUBLE, url)
            pipe.delete(*keys.feed_entries(url), keys.pushing(url))
            removed, *_ = await pipe.execute()
        return bool(removed)

    async def clear(self, url: str) -> None:
        """What was noted of a feed while it was removed."""
        await self._clear(keys=[keys.FEEDS, *keys.feed_entries(url)], args=[url])

    async def move(self, url: str, to: str) -> bool:
        """To another address; where there is a feed already, this one is removed. False if there is none at `url`."""
        while (raw := await self._redis.hget(keys.FEEDS, url)) is not None:
            if await self._redis.hexists(keys.FEEDS, to):
                return await self.remove(url)
            value = load_feed(url, raw).model_copy(update={"url": to}).model_dump_json()
            stores = [keys.FEEDS, keys.FEED_HEALTH, keys.FEEDS_DUE, keys.FEED_LEASES, keys.FEEDS_IN_TROUBLE]
            entries = [*keys.feed_entries(url), *keys.feed_entries(to)]
            if await self._move(keys=[*stores, *entries], args=[url, to, raw, value]):
                return True
        return False

    async def _change(self, url: str, change: Callable[[Feed], Feed]) -> tuple[Feed, Feed] | None:
        while (raw := await self._redis.hget(keys.FEEDS, url)) is not None:
            before = load_feed(url, raw)
            after = change(before)
            if await self._replace(keys=[keys.FEEDS], args=[url, raw, after.model_dump_json()]):
                return before, after
        return None

    async def prepare(self) -> None:
        """Every feed has a turn, but for those that are gone."""
        urls = await self._urls()
        healths = await self.healths(urls)
        turns = {url: 0 for url in urls if not healths[url].gone}
        if turns:
            await self._redis.zadd(keys.FEEDS_DUE, turns, nx=True)

    # -- how they do --------------------------------------------------------------------------------------------

    async def health(self, url: str) -> Health:
        return load_health(await self._redis.hget(keys.FEED_HEALTH, url))

    async def healths(self, urls: Iterable[str]) -> dict[str, Health]:
        found = dict[str, Health]()
        for some in _in_parts(list(urls)):
            values = await self._redis.hmget(keys.FEED_HEALTH, some)
            found.update((url, load_health(value)) for url, value in zip(some, values, strict=True))
        return found

    async def restore_health(self, url: str, health: Health) -> None:
        """As it was where the feed was exported."""
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.hset(keys.FEED_HEALTH, url, health.model_dump_json())
            if health.gone:
                pipe.zrem(keys.FEEDS_DUE, url)
            if health.in_trouble:
                pipe.sadd(keys.FEEDS_IN_TROUBLE, url)
            await pipe.execute()

    async def in_trouble(self) -> list[str]:
        """Their addresses."""
        return sorted(url.decode() for url in await self._redis.smembers(keys.FEEDS_IN_TROUBLE))

    async def polls(self) -> dict[str, int]:
        """How many came to which outcome, since the store began."""
        return {name.decode(): int(count) for name, count in (await self._redis.hgetall(keys.FEED_POLLS)).items()}


def _over(known: Feed, feed: Feed) -> Feed:
    return feed.model_copy(update={"added": known.added, "name": feed.name or known.name})


def _in_parts(many: Sequence[_T]) -> list[Sequence[_T]]:
    return [many[start : start + _TOGETHER] for start in range(0, len(many), _TOGETHER)]
