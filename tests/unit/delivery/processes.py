"""Several processes over one store, and how they end."""

import asyncio
import contextvars
from collections.abc import Coroutine, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.bootstrap import Stores, build_worker
from bot.delivery.messenger import Messenger
from bot.delivery.worker import Worker
from bot.storage.outbox import Outbox
from bot.storage.streams import Presence
from bot.storage.tries import Beginning, Candidate
from tests.storage.chunks import fast
from tests.unit.delivery.fake_alerts import FakeAlerts
from tests.unit.delivery.known_chats import KnownChats


def worker_of(
    stores: Stores, messenger: Messenger, *, in_flight: int = 64, doubt: timedelta = timedelta(), name: str = ""
) -> Worker:
    """This process's, or that of another process of that name."""
    if name:
        presence = Presence(stores.redis, name)
        stores = replace(stores, presence=presence, outbox=Outbox(stores.redis, presence))
    chats = KnownChats(stores)
    return build_worker(stores, chats, messenger, FakeAlerts(), fast(stores), in_flight=in_flight, doubt=doubt)


class Gate:
    """Our turn comes when the gate opens."""

    def __init__(self, worker: Worker, patch: pytest.MonkeyPatch) -> None:
        self.waited = asyncio.Event()
        self.open = asyncio.Event()
        self.given = asyncio.Event()
        self._begin = worker._dispatcher._tries.begin
        patch.setattr(worker._dispatcher._tries, "begin", self._gated)

    async def _gated(self, candidates: Sequence[Candidate]) -> list[Beginning]:
        self.waited.set()
        await self.open.wait()
        given = await self._begin(candidates)
        self.given.set()
        return given


_process: contextvars.ContextVar["set[asyncio.Task[Any]] | None"] = contextvars.ContextVar("process", default=None)


def _create(loop: asyncio.AbstractEventLoop, coroutine: Coroutine[Any, Any, Any], **more: Any) -> "asyncio.Task[Any]":
    task = asyncio.Task(coroutine, loop=loop, **more)
    if (tasks := _process.get()) is not None:
        tasks.add(task)
    return task


class Process:
    """Whatever a worker has begun ends at once when it is killed: nothing more is written."""

    def __init__(self, work: Coroutine[Any, Any, None]) -> None:
        loop = asyncio.get_running_loop()
        loop.set_task_factory(_create)  # type: ignore[arg-type]
        self._tasks: set[asyncio.Task[Any]] = set()
        context = contextvars.copy_context()
        context.run(_process.set, self._tasks)
        self.work = context.run(loop.create_task, work)

    async def kill(self) -> None:
        while left := [task for task in self._tasks if not task.done()]:
            for task in left:
                task.cancel()
            await asyncio.wait(left, timeout=0.01)
        for task in self._tasks:
            if not task.cancelled():
                task.exception()  # seen
