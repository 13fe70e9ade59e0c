"""A queue of work on a Redis stream: an entry belongs to the process that took it for as long as that lives.

Processes show that they live through a key that expires; what a dead one left is taken over.
https://redis.io/docs/latest/develop/data-types/streams/#consumer-groups
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from redis.exceptions import RedisError, ResponseError

from bot.storage import keys
from bot.storage.connection import Client

_GROUP = "workers"
#: Two processes that see the same dead one must not take its entries from each other.
_CLAIM_IDLE_MS = 1000
_CLAIM_COUNT = 50
#: A name is dropped only when no process can be about to take work under it.
_FORGOTTEN_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Entry:
    id: str
    fields: dict[bytes, bytes]


class Presence:
    """This process's sign of life, under the name by which it takes work."""

    def __init__(self, redis: Client, name: str, lifetime: timedelta = timedelta(seconds=10)) -> None:
        self.name = name
        self._redis = redis
        self._lifetime = lifetime

    async def show(self) -> None:
        await self._redis.set(keys.presence(self.name), 1, px=self._lifetime)

    @asynccontextmanager
    async def shown(self) -> AsyncIterator[None]:
        """Shows it until the block ends."""
        await self.show()
        heartbeat = asyncio.create_task(self._keep_showing())
        try:
            yield
        finally:
            heartbeat.cancel()
            with suppress(asyncio.CancelledError):
                await heartbeat
            with suppress(RedisError):
                await self._redis.delete(keys.presence(self.name))

    async def _keep_showing(self) -> None:
        while True:
            await asyncio.sleep(self._lifetime.total_seconds() / 3)
            with suppress(RedisError):
                await self.show()


class LeaseQueue:
    def __init__(self, redis: Client, stream: str, presence: Presence) -> None:
        self._redis = redis
        self._stream = stream
        self._presence = presence

    async def prepare(self) -> None:
        """Makes the consumer group, once and for all processes."""
        try:
            await self._redis.xgroup_create(self._stream, _GROUP, id="0", mkstream=True)
        except ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise

    async def take(self, count: int, wait: timedelta | None, stopping: asyncio.Event) -> list[Entry]:
        """Up to `count` new entries; waits for the first one up to `wait`, or until told to stop.

        What the server hands out at the very moment of stopping is left to be taken over.
        """
        block = int(wait.total_seconds() * 1000) if wait else None
        streams = {self._stream: ">"}
        call = self._redis.xreadgroup(_GROUP, self._presence.name, streams, count=count, block=block)
        reply = await unless_stopping(call, stopping)
        return _entries(reply[0][1]) if reply else []

    async def left_over(self) -> list[Entry]:
        """What this process took and did not finish, as when the store went away in between."""
        reply = await self._redis.xreadgroup(_GROUP, self._presence.name, {self._stream: "0"})
        return _entries(reply[0][1]) if reply else []

    async def take_over(self) -> list[Entry]:
        """Entries of processes that live no more."""
        taken: list[Entry] = []
        for consumer in await self._redis.xinfo_consumers(self._stream, _GROUP):
            name = consumer["name"].decode()
            if name == self._presence.name or await self._redis.exists(keys.presence(name)):
                continue
            if consumer["pending"] == 0:
                if consumer["idle"] > _FORGOTTEN_MS:
                    await self._redis.xgroup_delconsumer(self._stream, _GROUP, name)
                continue
            taken += await self._claim_from(name)
        return taken

    async def _claim_from(self, name: str) -> list[Entry]:
        pending = await self._redis.xpending_range(
            self._stream, _GROUP, min="-", max="+", count=_CLAIM_COUNT, consumername=name
        )
        if not pending:
            return []
        claimed = await self._redis.xclaim(
            self._stream,
            _GROUP,
            self._presence.name,
            min_idle_time=_CLAIM_IDLE_MS,
            message_ids=[row["message_id"] for row in pending],
        )
        return _entries(claimed)

    async def finish(self, entry: Entry, *leftovers: str) -> None:
        """The entry is done with; `leftovers` are keys that go with it."""
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.xack(self._stream, _GROUP, entry.id)
            pipe.xdel(self._stream, entry.id)
            if leftovers:
                pipe.delete(*leftovers)
            await pipe.execute()

    async def waiting(self) -> int:
        """Entries taken or not that are not finished."""
        return int(await self._redis.xlen(self._stream))


async def unless_stopping(call: Awaitable[Any], stopping: asyncio.Event) -> Any:
    """What a blocking read gives; None if told to stop before."""
    reading, ending = asyncio.ensure_future(call), asyncio.ensure_future(stopping.wait())
    try:
        await asyncio.wait([reading, ending], return_when=asyncio.FIRST_COMPLETED)
        return await reading if reading.done() else None
    finally:
        # A cancelled read may end later than at once, when it was just connecting; never later than it blocks.
        reading.cancel()
        ending.cancel()
        await asyncio.gather(reading, ending, return_exceptions=True)


def _entries(rows: list[tuple[bytes, dict[bytes, bytes] | None]]) -> list[Entry]:
    return [Entry(entry_id.decode(), fields) for entry_id, fields in rows if fields is not None]
