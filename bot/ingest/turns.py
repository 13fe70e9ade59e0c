"""When a host may be asked again: few at once, with a pause in between, and not while it asks to be left alone."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

_AT_ONCE_A_HOST = 2
#: From how many hosts on those that nobody waits for are forgotten.
_MANY = 1000


class Paused(Exception):
    """The host has asked to be left alone for so many seconds more."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"paused for {seconds:.0f} s")
        self.seconds = seconds


@dataclass(slots=True)
class _Host:
    """`gate` lets one start at a time; `next_start` and `paused_until` are in the loop's time; `users` are under way
    or waiting."""

    slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE_A_HOST))
    gate: asyncio.Lock = field(default_factory=asyncio.Lock)
    next_start: float = 0
    paused_until: float = 0
    users: int = 0

    def is_idle(self, now: float) -> bool:
        return not self.users and now >= max(self.next_start, self.paused_until)

    def refuse_if_paused(self) -> None:
        left = self.paused_until - _now()
        if left > 0:
            raise Paused(left)


class Turns:
    """`overall`: so many at once over all hosts; `spacing`: seconds between two starts at one host."""

    def __init__(self, overall: int, spacing: float) -> None:
        self._overall = asyncio.Semaphore(overall)
        self._spacing = spacing
        self._hosts: dict[str, _Host] = {}

    def __len__(self) -> int:
        """Hosts that something is known of."""
        return len(self._hosts)

    @asynccontextmanager
    async def turn(self, host: str, *, patient: bool) -> AsyncIterator[None]:
        """Waits for the host's turn, as long as it takes, unless somebody is waiting who must not (`patient` is
        false). Raises Paused, at once also for those who have been waiting."""
        state = self._find(host)
        state.users += 1
        try:
            state.refuse_if_paused()
            if patient:
                async with state.slots, self._started(state):
                    yield
            else:
                yield
        finally:
            state.users -= 1

    @asynccontextmanager
    async def _started(self, state: _Host) -> AsyncIterator[None]:
        async with state.gate:  # held while waiting for one of all, as starts would else come at once afterwards
            state.refuse_if_paused()
            await asyncio.sleep(state.next_start - _now())
            await self._overall.acquire()
            state.next_start = _now() + self._spacing
        try:
            state.refuse_if_paused()
            yield
        finally:
            self._overall.release()

    def pause(self, host: str, seconds: float) -> None:
        state = self._find(host)
        state.paused_until = max(state.paused_until, _now() + seconds)

    def _find(self, host: str) -> _Host:
        if len(self._hosts) > _MANY:
            now = _now()
            self._hosts = {name: state for name, state in self._hosts.items() if not state.is_idle(now)}
        return self._hosts.setdefault(host, _Host())


def _now() -> float:
    return asyncio.get_running_loop().time()
