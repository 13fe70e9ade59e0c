"""What a feed has told of already: an article that was taken back must not come again with the next poll.

An entry is known by each of its identities: its own id, its link, and what it said at first. They are stored as
digests, in some thirty bytes each; that any two of a feed's hundred thousand share one is a chance of one in
milliards. What a feed goes on telling of stays known for ever; of the rest the latest sixteen thousand identities at
least, five thousand entries: whoever gives its entries new ids all the time cannot fill the store with them.
"""

import hashlib
from collections.abc import AsyncIterator, Iterable, Mapping
from itertools import chain
from typing import NamedTuple

from bot.storage import keys
from bot.storage.connection import Client

_WORDS_DIGEST = 4
_IDENTITY_DIGEST = 8
#: Identities in one of a feed's hashes, from which on it gives way to a new one; what is asked for in it goes along.
_FULL = 1024

#: Lua functions for scripts: where a field lies, and was before; and to begin anew what is full. `KEYS` are those of
#: `keys.feed_entries`.
_HASHES = (
    f"local full = {_FULL}"
    + """
local half = #KEYS / 2

local function places(field)
  local place = string.byte(field) % half + 1
  return KEYS[place], KEYS[place + half]
end

local function begin_anew()
  for place = 1, half do
    if redis.call('HLEN', KEYS[place]) > full then redis.call('RENAME', KEYS[place], KEYS[place + half]) end
  end
end
"""
)

_FIND = (
    _HASHES
    + """
local found, kept = {}, false
for number, field in ipairs(ARGV) do
  local now, before = places(field)
  found[number] = redis.call('HGET', now, field)
  if not found[number] then
    found[number] = redis.call('HGET', before, field)
    if found[number] then kept = redis.call('HSET', now, field, found[number]) end
  end
end
if kept then begin_anew() end
return found
"""
)

_NOTE = (
    _HASHES
    + """
local new = {}
for number = 1, #ARGV / 2 do
  local field = ARGV[2 * number - 1]
  new[number] = redis.call('HSET', (places(field)), field, ARGV[2 * number])
end
begin_anew()
return new
"""
)


class Known(NamedTuple):
    """The article that an entry became, or would have become, and a digest of its words as they were."""

    article: str
    words: bytes


class EntryLog:
    def __init__(self, redis: Client) -> None:
        self._redis = redis
        self._find = redis.register_script(_FIND)
        self._note = redis.register_script(_NOTE)

    async def find(self, url: str, identities: Iterable[str]) -> dict[str, Known]:
        """Those of a feed's identities that are known."""
        asked = list(dict.fromkeys(identities))
        values = await self._find(keys=keys.feed_entries(url), args=map(_digest, asked)) if asked else []
        pairs = zip(asked, values, strict=True)
        return {identity: _load(value) for identity, value in pairs if value is not None}

    async def knows_any(self, url: str) -> bool:
        """Whether it has ever told of anything."""
        return bool(await self._redis.exists(*keys.feed_entries(url)))

    async def note(self, url: str, entries: Mapping[str, Known]) -> set[str]:
        """Known from now on, with these words; gives those that were not before."""
        if not entries:
            return set()
        fields = chain.from_iterable((_digest(name), _value(known)) for name, known in entries.items())
        new = await self._note(keys=keys.feed_entries(url), args=fields)
        return {identity for identity, is_new in zip(entries, new, strict=True) if is_new}

    async def all(self, url: str) -> AsyncIterator[tuple[bytes, bytes]]:
        """As they are stored, for `restore`."""
        for key in reversed(keys.feed_entries(url)):  # what was noted last holds
            for field, value in sorted((await self._redis.hgetall(key)).items()):
                yield field, value

    async def restore(self, url: str, entries: Mapping[bytes, bytes]) -> None:
        hashes = keys.feed_entries(url)
        hashes = hashes[: len(hashes) // 2]
        async with self._redis.pipeline(transaction=False) as pipe:
            for field, value in entries.items():
                pipe.hset(hashes[field[0] % len(hashes)], field, value)
            if entries:
                await pipe.execute()


def words_of(*texts: str) -> bytes:
    """A digest, equal for equal words; for others with a chance of one in four milliards."""
    return hashlib.blake2b("\0".join(texts).encode(), digest_size=_WORDS_DIGEST).digest()


def _digest(identity: str) -> bytes:
    return hashlib.blake2b(identity.encode(), digest_size=_IDENTITY_DIGEST).digest()


def _value(known: Known) -> bytes:
    return known.words + known.article.encode()


def _load(value: bytes) -> Known:
    return Known(value[_WORDS_DIGEST:].decode(), value[:_WORDS_DIGEST])
