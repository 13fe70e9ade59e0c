"""What a feed has told of already, for ever: an article that was taken back must not come again with the next poll.

An entry is known by each of its identities: its own id, its link, and what it said at first. They are stored as
digests, in some thirty bytes each; that any two of a feed's hundred thousand share one is a chance of one in
milliards.
"""

import hashlib
from collections.abc import AsyncIterator, Iterable, Mapping
from typing import NamedTuple

from bot.storage import keys
from bot.storage.connection import Client

_WORDS_DIGEST = 4
_IDENTITY_DIGEST = 8


class Known(NamedTuple):
    """The article that an entry became, or would have become, and a digest of its words as they were."""

    article: str
    words: bytes


class EntryLog:
    def __init__(self, redis: Client) -> None:
        self._redis = redis

    async def find(self, url: str, identities: Iterable[str]) -> dict[str, Known]:
        """Those of a feed's identities that are known."""
        asked = list(dict.fromkeys(identities))
        hashes, fields = keys.feed_entries(url), [_digest(identity) for identity in asked]
        together: dict[str, list[int]] = {}
        for index, field in enumerate(fields):
            together.setdefault(_of(hashes, field), []).append(index)
        async with self._redis.pipeline(transaction=False) as pipe:
            for key, indexes in together.items():
                pipe.hmget(key, [fields[index] for index in indexes])
            replies = await pipe.execute() if together else []
        return {
            asked[index]: _load(value)
            for indexes, values in zip(together.values(), replies, strict=True)
            for index, value in zip(indexes, values, strict=True)
            if value is not None
        }

    async def knows_any(self, url: str) -> bool:
        """Whether it has ever told of anything."""
        return bool(await self._redis.exists(*keys.feed_entries(url)))

    async def note(self, url: str, entries: Mapping[str, Known]) -> set[str]:
        """Known from now on, with these words; gives those that were not before."""
        hashes, identities = keys.feed_entries(url), list(entries)
        async with self._redis.pipeline(transaction=False) as pipe:
            for identity in identities:
                field = _digest(identity)
                pipe.hset(_of(hashes, field), field, _value(entries[identity]))
            added = await pipe.execute() if identities else []
        return {identity for identity, new in zip(identities, added, strict=True) if new}

    async def all(self, url: str) -> AsyncIterator[tuple[bytes, bytes]]:
        """As they are stored, for `restore`."""
        for key in keys.feed_entries(url):
            for field, value in sorted((await self._redis.hgetall(key)).items()):
                yield field, value

    async def restore(self, url: str, entries: Mapping[bytes, bytes]) -> None:
        hashes = keys.feed_entries(url)
        async with self._redis.pipeline(transaction=False) as pipe:
            for field, value in entries.items():
                pipe.hset(_of(hashes, field), field, value)
            if entries:
                await pipe.execute()


def words_of(*texts: str) -> bytes:
    """A digest, equal for equal words; for others with a chance of one in four milliards."""
    return hashlib.blake2b("\0".join(texts).encode(), digest_size=_WORDS_DIGEST).digest()


def _digest(identity: str) -> bytes:
    return hashlib.blake2b(identity.encode(), digest_size=_IDENTITY_DIGEST).digest()


def _of(hashes: list[str], field: bytes) -> str:
    return hashes[field[0] % len(hashes)]


def _value(known: Known) -> bytes:
    return known.words + known.article.encode()


def _load(value: bytes) -> Known:
    return Known(value[_WORDS_DIGEST:].decode(), value[:_WORDS_DIGEST])
