"""How late the event loop is."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

_EVERY = 0.005


@asynccontextmanager
async def lag() -> AsyncIterator[list[float]]:
    """Seconds, each time that it was looked."""
    found: list[float] = []

    async def watch() -> None:
        while True:
            began = time.perf_counter()
            await asyncio.sleep(_EVERY)
            found.append(max(0.0, time.perf_counter() - began - _EVERY))

    watching = asyncio.create_task(watch())
    try:
        yield found
    finally:
        watching.cancel()
