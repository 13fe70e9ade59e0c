"""What a feed has told of already: an article that was taken back must not come again with the next poll.

An entry is known by each of its identities: its own id, its link, and what it said at first. They are stored as
digests, in some thirty bytes each; that any two of a feed's hundred thousand share one is a chance of one in
milliards. What a feed goes on telling of stays known for ever; of the rest the latest sixteen thousand identities at
least, five thousand entries: whoever gives its entries new ids all the time cannot fill the store with them.
"""

import hashlib
from collections.abc import AsyncIterator, Iterable, Mapping
from typing import NamedTuple

from bot.storage import keys
from bot.storage.connection import Client

_WORDS_DIGEST = 4
_IDENTITY_DIGEST = 8
#: Identities in one of a feed's hashes, from which on it gives way to a new one; what is asked for in it goes along.
_FULL = 1024


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
        now, before = _present_and_before(url)
        found, more = await self._read(now, asked, before)
        left = [identity for identity in asked if identity not in found] if more else []
        if left:
            older, _ = await self._read(before, left)
            await self.note(url, older)
            found |= older
        return found

    async def _read(
        self, hashes: list[str], asked: list[str], others: Iterable[str] = ()
    ) -> tuple[dict[str, Known], bool]:
        """And whether there is any of the `others`."""
        fields, together = [_digest(identity) for identity in asked], dict[str, list[int]]()
        for index, field in enumerate(fields):
            together.setdefault(_of(hashes, field), []).append(index)
        async with self._redis.pipeline(transaction=False) as pipe:
            for key, indexes in together.items():
                pipe.hmget(key, [fields[index] for index in indexes])
            pipe.exists(*others or hashes)
            *replies, more = await pipe.execute() if together else [False]
        found = {
            asked[index]: _load(value)
            for indexes, values in zip(together.values(), replies, strict=True)
            for index, value in zip(indexes, values, strict=True)
            if value is not None
        }
        return found, bool(more)

    async def knows_any(self, url: str) -> bool:
        """Whether it has ever told of anything."""
        return bool(await self._redis.exists(*keys.feed_entries(url)))

    async def note(self, url: str, entries: Mapping[str, Known]) -> set[str]:
        """Known from now on, with these words; gives those that were not before."""
        if not entries:
            return set()
        (hashes, before), fields = _present_and_before(url), {_digest(name): known for name, known in entries.items()}
        touched = sorted({_of(hashes, field) for field in fields})
        async with self._redis.pipeline(transaction=False) as pipe:
            for field, known in fields.items():
                pipe.hset(_of(hashes, field), field, _value(known))
            for key in touched:
                pipe.hlen(key)
            replies = await pipe.execute()
        for key, count in zip(touched, replies[len(fields) :], strict=True):
            if count > _FULL:
                await self._redis.rename(key, before[hashes.index(key)])
        return {identity for identity, new in zip(entries, replies, strict=False) if new}

    async def all(self, url: str) -> AsyncIterator[tuple[bytes, bytes]]:
        """As they are stored, for `restore`."""
        for key in reversed(keys.feed_entries(url)):  # what was noted last holds
            for field, value in sorted((await self._redis.hgetall(key)).items()):
                yield field, value

    async def restore(self, url: str, entries: Mapping[bytes, bytes]) -> None:
        hashes, _ = _present_and_before(url)
        async with self._redis.pipeline(transaction=False) as pipe:
            for field, value in entries.items():
                pipe.hset(_of(hashes, field), field, value)
            if entries:
                await pipe.execute()


def _present_and_before(url: str) -> tuple[list[str], list[str]]:
    hashes = keys.feed_entries(url)
    return hashes[: len(hashes) // 2], hashes[len(hashes) // 2 :]


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
