"""Words that are stored as numbers: slugs, time zones, languages and the like, in a table that only grows."""

from collections.abc import Iterable
from typing import TypeVar

from bot.storage import keys
from bot.storage.connection import Client

_INTERN = """
for _, word in ipairs(ARGV) do
  if redis.call('HEXISTS', KEYS[1], word) == 0 then
    redis.call('HSET', KEYS[1], word, redis.call('HLEN', KEYS[1]) + 1)
  end
end
return redis.call('HGETALL', KEYS[1])
"""


class UnknownWord(Exception):
    """The table of words in this process lacks it: load it anew."""


Key = TypeVar("Key")
Value = TypeVar("Value")


class _Table(dict[Key, Value]):
    def __missing__(self, key: Key) -> Value:
        raise UnknownWord(key)


class Words:
    """The table of words as this process knows it; all processes add to the one in the store.

    What `by_word` and `by_number` lack raises UnknownWord.
    """

    def __init__(self, redis: Client) -> None:
        self._intern = redis.register_script(_INTERN)
        self.by_word: dict[str, int] = _Table()
        self.by_number: dict[int, str] = _Table()

    async def learn(self, words: Iterable[str] = ()) -> None:
        """Loads the table, in which these words stand from now on at the latest."""
        rows = iter(await self._intern(keys=[keys.WORDS], args=list(words)))
        self.know({word.decode(): int(number) for word, number in zip(rows, rows, strict=True)})

    def know(self, numbers: dict[str, int]) -> None:
        """That this is the table."""
        self.by_word = _Table(numbers)
        self.by_number = _Table((number, word) for word, number in numbers.items())
