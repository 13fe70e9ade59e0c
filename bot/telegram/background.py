"""What goes on after an update has been handled."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from telegram.error import TelegramError

from bot.storage.connection import StoreError

_LOG = logging.getLogger(__name__)
#: Seconds; a process that ends does not wait for longer.
_PATIENCE = 3.0


class Background:
    """Holds its tasks, as the loop does not (https://docs.python.org/3/library/asyncio-task.html#creating-tasks)."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None], failed: Callable[[], Awaitable[None]]) -> None:
        """`failed` tells whoever waits for it that nothing comes of it; raises TelegramError."""
        task = asyncio.create_task(_guarded(work, failed))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def end(self) -> None:
        """What still waits for others is given up, and whoever waits for it told so."""
        await asyncio.sleep(0)  # what has not begun yet would tell nobody
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


async def _guarded(work: Coroutine[Any, Any, None], failed: Callable[[], Awaitable[None]]) -> None:
    try:
        await work
    except asyncio.CancelledError:
        await _tell(failed)
        raise
    except (*StoreError, TelegramError) as error:
        _LOG.warning("what went on in the background has ended: %s", error)
        await _tell(failed)
    except Exception:
        _LOG.exception("what went on in the background has failed")
        await _tell(failed)


async def _tell(failed: Callable[[], Awaitable[None]]) -> None:
    try:
        async with asyncio.timeout(_PATIENCE):
            await failed()
    except (TelegramError, TimeoutError) as error:
        _LOG.warning("nor could that be told: %s", error)
