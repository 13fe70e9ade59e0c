"""Whoever is killed, and begins again."""

from collections.abc import Awaitable, Callable
from itertools import count
from typing import Any, TypeVar

import pytest
from redis.asyncio.client import Pipeline, Redis

T = TypeVar("T")


class Killed(Exception):
    """In place of the process's end."""


async def killed_everywhere(monkeypatch: pytest.MonkeyPatch, act: Callable[[], Awaitable[T]]) -> tuple[T, int]:
    """What `act` comes to that is begun again and again, and killed before its first command to the store, then
    before its second, and so on; and how often it was."""
    for survived in count():
        left = survived

        def dying(send: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
            async def one(*args: Any, **options: Any) -> Any:
                nonlocal left
                if left == 0:
                    raise Killed
                left -= 1
                return await send(*args, **options)

            return one

        with monkeypatch.context() as patch:
            patch.setattr(Redis, "execute_command", dying(Redis.execute_command))
            patch.setattr(Pipeline, "execute", dying(Pipeline.execute))
            try:
                return await act(), survived
            except Killed:
                continue
    raise AssertionError
