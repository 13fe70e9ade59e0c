"""The server lives in the time that is set: its clock, what expires, and the ids that it gives."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.storage.clock import StoreClock
from bot.storage.connection import Client, connect
from tests.simulation.clock import SetClock, needs_library, server_with_clock

BEGINS = datetime(2025, 3, 30, 0, 59, 59, 500_000, tzinfo=UTC)

pytestmark = needs_library


@pytest.fixture
async def clock(tmp_path: Path) -> AsyncIterator[tuple[Client, SetClock]]:
    async with server_with_clock(tmp_path, BEGINS) as (url, clock), connect(url) as redis:
        yield redis, clock


async def test_all_that_tells_the_time_follows(clock: tuple[Client, SetClock]) -> None:
    redis, set_clock = clock
    for moment in (BEGINS, BEGINS + timedelta(days=400, milliseconds=7), BEGINS - timedelta(days=400)):
        await set_clock.set(moment)
        assert timedelta() <= moment - await StoreClock(redis).now() <= timedelta(milliseconds=2)
        await redis.delete("stream")
        entry = await redis.xadd("stream", {"a": 1})
        assert abs(int(entry.split(b"-")[0]) - int(moment.timestamp() * 1000)) <= 1


async def test_keys_live_as_long_as_it_says(clock: tuple[Client, SetClock]) -> None:
    redis, set_clock = clock
    await redis.set("key", 1, ex=3600)
    await set_clock.set(BEGINS + timedelta(minutes=59))
    assert await redis.ttl("key") == 60
    await set_clock.set(BEGINS + timedelta(minutes=61))
    assert await redis.get("key") is None


async def test_a_step_back(clock: tuple[Client, SetClock]) -> None:
    """Streams still go forwards, and what is to live an hour lives longer."""
    redis, set_clock = clock
    await redis.set("key", 1, ex=3600)
    first = await redis.xadd("stream", {"a": 1})
    await set_clock.set(BEGINS - timedelta(hours=2))
    second = await redis.xadd("stream", {"a": 2})
    assert [entry for entry, _ in await redis.xrange("stream")] == [first, second]
    await set_clock.set(BEGINS + timedelta(minutes=61))
    assert await redis.get("key") is None


async def test_timers_go_on(clock: tuple[Client, SetClock]) -> None:
    """The server's own rounds, which close, save and expire, are made though its clock stands still."""
    redis, set_clock = clock
    await redis.set("key", 1, px=100)
    await set_clock.set(BEGINS + timedelta(seconds=1))
    while (await redis.info("stats"))["expired_keys"] == 0:
        pass
