"""The circuit breaker: while many chats fail alike, no process sends anything."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import BaseModel, ConfigDict

from bot.domain.delivery import Cause
from bot.storage import keys
from bot.storage.connection import Client

_KEPT = timedelta(days=1)

_REPLACE = """
if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
return 1
"""


class Rest(BaseModel):
    """Sending rests, or has rested, because many chats failed for `cause`, for the `trips`th time in a row."""

    model_config = ConfigDict(frozen=True)

    cause: Cause
    since: datetime
    until: datetime
    trips: int = 1

    def covers(self, found: datetime) -> bool:
        """Whether a chat found out of reach at that moment was one of the many."""
        return self.since - timedelta(minutes=2) <= found <= self.until


@dataclass(frozen=True, slots=True)
class Stored:
    rest: Rest | None
    raw: bytes


class Breaker:
    def __init__(self, redis: Client) -> None:
        self._redis = redis
        self._replace = redis.register_script(_REPLACE)

    async def read(self) -> Stored:
        """The present rest, or the last one within a day."""
        raw = await self._redis.get(keys.BREAKER) or b""
        return Stored(Rest.model_validate_json(raw) if raw else None, raw)

    async def trip(self, stored: Stored, rest: Rest) -> bool:
        """False if another process has changed what was read."""
        args = [stored.raw, rest.model_dump_json(), int(_KEPT.total_seconds())]
        return bool(await self._replace(keys=[keys.BREAKER], args=args))
