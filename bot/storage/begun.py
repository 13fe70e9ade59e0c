"""Answers that say that something is going on, so that none says so for ever where the process has been killed."""

from typing import NamedTuple

from bot.storage import keys
from bot.storage.connection import Client
from bot.storage.streams import Presence


class Begun(NamedTuple):
    """A message of ours that is to become another."""

    chat_id: int
    message_id: int


class BegunStore:
    def __init__(self, redis: Client, presence: Presence) -> None:
        self._redis = redis
        self._presence = presence

    async def note(self, begun: Begun) -> None:
        """This process sees to it."""
        await self._redis.hset(keys.BEGUN, _field(begun), self._presence.name)

    async def end(self, begun: Begun) -> None:
        await self._redis.hdel(keys.BEGUN, _field(begun))

    async def take_abandoned(self) -> list[Begun]:
        """Those whose process lives no more, for one who asks only."""
        found: list[Begun] = []
        for field, name in (await self._redis.hgetall(keys.BEGUN)).items():
            owner = name.decode()
            lives = owner == self._presence.name or await self._redis.exists(keys.presence(owner))
            if not lives and await self._redis.hdel(keys.BEGUN, field):
                found.append(Begun(*map(int, field.decode().split(":"))))
        return found


def _field(begun: Begun) -> str:
    return f"{begun.chat_id}:{begun.message_id}"
