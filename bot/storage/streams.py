"""A queue of work on a Redis stream: an entry belongs to the process that took it for as long as that lives.

Processes show that they live through a key that expires; what a dead one left is taken over.
https://redis.io/docs/latest/develop/data-types/streams/#consumer-groups
"""

import asyncio
import math
from collections.abc import AsyncIterator, Awaitable, Container, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from redis.exceptions import ResponseError

from bot.storage import keys
from bot.storage.connection import Client, StoreError

GROUP = "workers"
#: Two processes that see the same dead one must not take its entries from each other.
_CLAIM_IDLE_MS = 1000
_CLAIM_COUNT = 50
#: Longer than any message is on its way.
_FORGOTTEN_IDLE_MS = 60_000
_LISTED = 1000
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
        self._shown = False
        self._lapsed = -math.inf

    async def show(self) -> None:
        known = await self._redis.set(keys.presence(self.name), 1, px=self._lifetime, get=True)
        self._note(known is not None)
        self._shown = True

    async def lapsed(self) -> bool:
        """Whether it is missing, or was a while ago: the store stood still, and others may seem dead that live."""
        self._note(await self._redis.exists(keys.presence(self.name)) == 1)
        return asyncio.get_running_loop().time() - self._lapsed < self._lifetime.total_seconds()

    def _note(self, there: bool) -> None:
        if self._shown and not there:
            self._lapsed = asyncio.get_running_loop().time()

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
            with suppress(*StoreError):
                await self._redis.delete(keys.presence(self.name))

    async def _keep_showing(self) -> None:
        while True:
            await asyncio.sleep(self._lifetime.total_seconds() / 3)
            with suppress(*StoreError):
                await self.show()


class LeaseQueue:
    def __init__(self, redis: Client, stream: str, presence: Presence) -> None:
        self.stream = stream
        self._redis = redis
        self._presence = presence

    async def prepare(self) -> None:
        """Makes the consumer group, once and for all processes."""
        try:
            await self._redis.xgroup_create(self.stream, GROUP, id="0", mkstream=True)
        except ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise

    async def take(self, count: int, wait: timedelta | None, stopping: asyncio.Event) -> list[Entry]:
        """Up to `count` new entries; waits for the first one up to `wait`, or until told to stop.

        What the server hands out at the very moment of stopping is left to be taken over.
        """
        reply = await unless_stopping(self.read([self], count, wait), stopping)
        return _entries(reply[0][1]) if reply else []

    async def read(self, queues: "Sequence[LeaseQueue]", count: int, wait: timedelta | None) -> Any:
        """New entries of several queues of this process, as the server gives them."""
        block = int(wait.total_seconds() * 1000) if wait else None
        streams = {queue.stream: ">" for queue in queues}
        return await self._redis.xreadgroup(GROUP, self._presence.name, streams, count=count, block=block)

    async def left_over(self) -> list[Entry]:
        """What this process took and did not finish, as when the store went away in between."""
        reply = await self._redis.xreadgroup(GROUP, self._presence.name, {self.stream: "0"})
        return _entries(reply[0][1]) if reply else []

    async def take_over(self) -> list[Entry]:
        """Entries of processes that live no more."""
        if await self._presence.lapsed():
            return []
        taken: list[Entry] = []
        for consumer in await self._redis.xinfo_consumers(self.stream, GROUP):
            name = consumer["name"].decode()
            if name == self._presence.name or await self._redis.exists(keys.presence(name)):
                continue
            if consumer["pending"] == 0:
                if consumer["idle"] > _FORGOTTEN_MS:
                    await self._redis.xgroup_delconsumer(self.stream, GROUP, name)
                continue
            taken += await self._claim_from(name)
        return taken

    async def forgotten(self, held: Container[str]) -> list[Entry]:
        """Entries of this process that it has had for a while, but for those."""
        mine = await self._redis.xpending_range(
            self.stream, GROUP, "-", "+", _LISTED, consumername=self._presence.name, idle=_FORGOTTEN_IDLE_MS
        )
        ids = [row["message_id"] for row in mine if row["message_id"].decode() not in held]
        if not ids:
            return []
        return _entries(await self._redis.xclaim(self.stream, GROUP, self._presence.name, _FORGOTTEN_IDLE_MS, ids))

    async def _claim_from(self, name: str) -> list[Entry]:
        pending = await self._redis.xpending_range(
            self.stream, GROUP, min="-", max="+", count=_CLAIM_COUNT, consumername=name
        )
        if not pending:
            return []
        claimed = await self._redis.xclaim(
            self.stream,
            GROUP,
            self._presence.name,
            min_idle_time=_CLAIM_IDLE_MS,
            message_ids=[row["message_id"] for row in pending],
        )
        return _entries(claimed)

    async def finish(self, entry: Entry, *leftovers: str) -> None:
        """The entry is done with; `leftovers` are keys that go with it."""
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.xack(self.stream, GROUP, entry.id)
            pipe.xdel(self.stream, entry.id)
            if leftovers:
                pipe.delete(*leftovers)
            await pipe.execute()

    async def waiting(self) -> int:
        """Entries taken or not that are not finished."""
        return int(await self._redis.xlen(self.stream))


async def take_any(
    queues: Mapping[LeaseQueue, int], wait: timedelta | None, stopping: asyncio.Event
) -> dict[LeaseQueue, list[Entry]]:
    """Up to so many new entries of each of a process's queues; waits for the first one as `LeaseQueue.take` does."""
    first, *others = queues
    reply = await unless_stopping(first.read([first, *others], min(queues.values()), wait), stopping)
    by_stream = {stream.decode(): _entries(rows) for stream, rows in reply or []}
    return {queue: by_stream.get(queue.stream, []) for queue in queues}


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
