"""Words that are stored as numbers: slugs, time zones, languages and the like, in a table that only grows."""

from collections.abc import Iterable

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


class _Words(dict[int, str]):
    def __missing__(self, number: int) -> str:
        raise UnknownWord(number)


class Words:
    """The table of words as this process knows it; all processes add to the one in the store.

    What `by_number` lacks raises UnknownWord.
    """

    def __init__(self, redis: Client) -> None:
        self._intern = redis.register_script(_INTERN)
        self._numbers: dict[str, int] = {}
        self.by_number: dict[int, str] = _Words()

    async def learn(self, words: Iterable[str] = ()) -> None:
        """Loads the table, in which these words stand from now on at the latest."""
        rows = iter(await self._intern(keys=[keys.WORDS], args=list(words)))
        self.know({word.decode(): int(number) for word, number in zip(rows, rows, strict=True)})

    def know(self, numbers: dict[str, int]) -> None:
        """That this is the table."""
        self._numbers = numbers
        self.by_number = _Words((number, word) for word, number in numbers.items())

    def number(self, word: str) -> int:
        """Raises UnknownWord."""
        try:
            return self._numbers[word]
        except KeyError:
            raise UnknownWord(word) from None
