"""Outcomes are gathered and written, and kept as long as the store is away."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import pytest
from redis.exceptions import ConnectionError as StoreAway

from bot.bootstrap import Stores
from bot.delivery.settler import Settler
from bot.domain.edition import Mark
from bot.storage.settlements import Batch, Settlement, Settlements
from tests.storage.chunks import check_accounts, marks_of, owed


class Away(Settlements):
    """Cannot be reached for so many writings; or its answers are lost, after it has written."""

    def __init__(self, stores: Stores, times: int, *, written: bool = False) -> None:
        super().__init__(stores.redis)
        self.times = times
        self.batches: list[int] = []
        self._written = written

    async def write(self, batch: Batch) -> None:
        self.times -= 1
        if self.times < 0 or self._written:
            self.batches.append(len(batch.settled))
            await super().write(batch)
        if self.times >= 0:
            raise StoreAway("gone")


@asynccontextmanager
async def running(settler: Settler) -> AsyncIterator[None]:
    task = asyncio.create_task(settler.run())
    yield
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def told_to_stop() -> asyncio.Event:
    stopping = asyncio.Event()
    stopping.set()
    return stopping


@pytest.mark.parametrize("written", [False, True], ids=["it cannot be reached", "its answers are lost"])
async def test_outcomes_are_kept_while_the_store_is_away(stores: Stores, swift: None, written: bool) -> None:
    chunk = await owed(stores, 3, 5, 7)
    settlements = Away(stores, 3, written=written)
    settler = Settler(settlements)
    async with running(settler):
        for position in range(3):
            settler.add(Settlement(chunk, position, Mark.OWED, Mark.SENT, str(position)))
            await asyncio.sleep(0)
        assert not settler.idle
        await settler.drain(asyncio.Event())
        assert settler.idle
    assert settlements.times < 0
    counts = await stores.outbox.counts()
    assert (counts["sent"], counts["chunks_waiting"]) == (3, 0)
    await check_accounts(stores)


async def test_what_comes_shortly_after_each_other_is_written_together(stores: Stores) -> None:
    chunk = await owed(stores, *range(1, 101))
    settlements = Away(stores, 0)
    settler = Settler(settlements)
    async with running(settler):
        for position in range(100):
            settler.add(Settlement(chunk, position, Mark.OWED, Mark.SKIPPED))
        await settler.drain(asyncio.Event())
    assert settlements.batches == [100]
    assert (await stores.outbox.counts())["chunks_waiting"] == 0


async def test_a_process_that_ends_does_not_wait_for_ever(
    stores: Stores, swift: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("bot.delivery.settler._LAST_TRIES", timedelta(milliseconds=50))
    chunk = await owed(stores, 3)
    settler = Settler(Away(stores, 1_000_000))
    async with running(settler):
        settler.add(Settlement(chunk, 0, Mark.OWED, Mark.SENT, "1"))
        await settler.drain(told_to_stop())
    assert await marks_of(stores, chunk) == [Mark.OWED]
    (told,) = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert told.startswith("1 outcomes could not be written")


async def test_a_settler_with_nothing_to_write_is_idle(stores: Stores) -> None:
    settler = Settler(Settlements(stores.redis))
    async with running(settler):
        assert settler.idle
        await settler.drain(told_to_stop())


async def test_a_count_alone_is_written_too(stores: Stores) -> None:
    """As when another process has taken over what was to be tried again."""
    settlements = Settlements(stores.redis)
    settler = Settler(settlements)
    async with running(settler):
        settler.count("later")
        await settler.drain(asyncio.Event())
        assert settler.idle
    told = await settlements.outcomes(await stores.clock.now(), 2)
    assert sum(minute["later"] for minute in told) == 1
