"""Writes what has become of deliveries: all that has gathered while the last were being written."""

import asyncio
import logging
from datetime import timedelta

from bot.storage.connection import StoreError
from bot.storage.settlements import Batch, Settlement, Settlements
from bot.storage.streams import unless_stopping

_LOG = logging.getLogger(__name__)
_RETRY_SECONDS = 0.5
#: Gathers what comes in so shortly after each other; all of it is in doubt if the process is killed meanwhile.
_GATHER_SECONDS = 0.02
#: A store that is away is waited for; a process that is to end waits no longer than this.
_LAST_TRIES = timedelta(seconds=5)


class Settler:
    def __init__(self, settlements: Settlements) -> None:
        self._settlements = settlements
        self._batch = Batch()
        self._writing = Batch()
        self._wake = asyncio.Event()
        self._written = asyncio.Event()
        self._written.set()
        self._batch_written = asyncio.Event()

    @property
    def idle(self) -> bool:
        return not self._batch and self._written.is_set()

    def add(self, settlement: Settlement) -> None:
        self._batch.settled.append(settlement)
        self._note()

    def count(self, outcome: str) -> None:
        self._batch.outcomes[outcome] += 1
        self._note()

    def _note(self) -> None:
        self._written.clear()
        self._wake.set()

    async def run(self) -> None:
        """Until cancelled. What Telegram has answered is not given up because the store is away."""
        while True:
            await self._wake.wait()
            await asyncio.sleep(_GATHER_SECONDS)
            self._wake.clear()
            self._writing, self._batch = self._batch, Batch()
            written, self._batch_written = self._batch_written, asyncio.Event()
            await self._write(self._writing)
            self._writing = Batch()
            written.set()
            if not self._batch:
                self._written.set()

    async def _write(self, batch: Batch) -> None:
        while True:
            try:
                await self._settlements.write(batch)
                break
            except StoreError as error:
                _LOG.warning("the store does not answer, %d outcomes wait: %s", len(batch.settled), error)
                batch.outcomes.clear()  # they may have been counted
                await asyncio.sleep(_RETRY_SECONDS)
            except Exception:  # a fault of ours: the marks stay, and all else goes on
                _LOG.exception("%d outcomes cannot be written", len(batch.settled))
                break

    async def flush(self) -> None:
        """Returns when what has been added is written."""
        await self._batch_written.wait()

    async def drain(self, stopping: asyncio.Event) -> None:
        """Returns when all is written, or, once told to stop, when that takes too long."""
        await unless_stopping(self._written.wait(), stopping)
        try:
            async with asyncio.timeout(_LAST_TRIES.total_seconds()):
                await self._written.wait()
        except TimeoutError:
            lost = len(self._writing.settled) + len(self._batch.settled)
            _LOG.error("%d outcomes could not be written: these messages may come again", lost)
