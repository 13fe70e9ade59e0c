"""The store's clock, set at will: the embedded server under libfaketime (https://github.com/wolfcw/libfaketime).

What the server takes for the present is what a file says: TIME, the ids of streams, and when keys expire follow it.
It stands still until it is set again, so that a blocking read would wait for ever. Its timers go by the monotonic
clock, which is left as it is.
"""

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.storage.connection import Client, connect
from bot.storage.server import embedded_server

_FOLDERS = ("usr/lib/*/faketime", "usr/lib/faketime", "usr/lib64/faketime", "usr/local/lib/faketime")
#: The one for programs with threads.
_LIBRARY = "libfaketimeMT.so.1"
#: It goes by the microsecond within a command, so that it is never exactly what was set.
_NEAR = timedelta(milliseconds=50)
#: A command that finds the server awake may still be told the time at which it woke.
_LOOKS = 100


def library() -> Path | None:
    """None where it is not installed."""
    return next((found for folder in _FOLDERS for found in Path("/").glob(f"{folder}/{_LIBRARY}")), None)


needs_library = pytest.mark.skipif(library() is None, reason="libfaketime is not there (apt-get install faketime)")


class SetClock:
    """The clock of one server."""

    def __init__(self, file: Path, redis: Client, now: datetime) -> None:
        self.now = now
        self._file = file
        self._redis = redis
        self._time = redis.register_script("return redis.call('TIME')")

    async def set(self, moment: datetime) -> None:
        """Returns when the server tells it, to commands and to scripts. Raises RuntimeError if it never does."""
        _write(self._file, moment)
        told: list[datetime] = []
        for _ in range(_LOOKS):
            told = [_moment(*await self._redis.time()), _moment(*await self._time())]
            if all(abs(one - moment) < _NEAR for one in told):
                self.now = moment
                return
        raise RuntimeError(f"the server is to take {moment} for the present, and says {told}")


@asynccontextmanager
async def server_with_clock(folder: Path, begins: datetime) -> AsyncIterator[tuple[str, SetClock]]:
    """An embedded server of its own, with its address and its clock, that stands at `begins`."""
    file = folder / "clock"
    _write(file, begins)
    async with AsyncExitStack() as stack:
        with _environment(
            LD_PRELOAD=str(library()),
            TZ="UTC",
            FAKETIME_TIMESTAMP_FILE=str(file),
            FAKETIME_NO_CACHE="1",
            FAKETIME_DONT_FAKE_MONOTONIC="1",
            DONT_FAKE_MONOTONIC="1",  # its name in older versions
        ):
            url = await stack.enter_async_context(embedded_server(folder))
        redis = await stack.enter_async_context(connect(url))
        await redis.config_set("appendonly", "no")  # nobody will ask for it again
        clock = SetClock(file, redis, begins)
        await clock.set(begins)
        yield url, clock


@contextmanager
def _environment(**variables: str) -> Iterator[None]:
    """Of the processes that are started within."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _write(file: Path, moment: datetime) -> None:
    """In one step: it may be read at any time."""
    new = file.with_suffix(".new")
    new.write_text(f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}\n", "ascii")
    new.replace(file)


def _moment(seconds: int | bytes, microseconds: int | bytes) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC) + timedelta(microseconds=int(microseconds))
