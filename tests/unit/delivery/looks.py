"""Waiting until a worker has looked at the whole."""

import asyncio

import pytest

from bot.delivery.worker import Worker


class Looks:
    def __init__(self, worker: Worker, patch: pytest.MonkeyPatch) -> None:
        self._made = asyncio.Queue[None]()
        self._look = worker._watch.look
        patch.setattr(worker._watch, "look", self._looked)

    async def _looked(self) -> None:
        await self._look()
        self._made.put_nowait(None)

    async def made(self, count: int) -> None:
        """Returns when it has looked so often from now on."""
        while not self._made.empty():
            self._made.get_nowait()
        for _ in range(count):
            await self._made.get()
