"""A host is asked by few at once and not in a hurry, and nobody waits because of another host."""

import asyncio
from itertools import pairwise

import pytest

from bot.ingest.turns import Paused, Turns

SPACING = 0.05


class Asking:
    """Takes turns, and notes when each began and how many were under way at once."""

    def __init__(self, turns: Turns, *, leave: asyncio.Event | None = None) -> None:
        self._turns = turns
        self._leave = leave
        self.begun: list[float] = []
        self.at_once = 0
        self.most_at_once = 0

    async def ask(self, host: str = "example.org", *, patient: bool = True) -> None:
        async with self._turns.turn(host, patient=patient):
            self.begun.append(asyncio.get_running_loop().time())
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
            if self._leave:
                await self._leave.wait()
            self.at_once -= 1

    async def until(self, count: int) -> None:
        async with asyncio.timeout(10):
            while len(self.begun) < count:  # noqa: ASYNC110 – nothing tells it
                await asyncio.sleep(0.01)

    @property
    def gaps(self) -> list[float]:
        return [later - earlier for earlier, later in pairwise(self.begun)]


async def test_starts_at_one_host_are_spaced() -> None:
    asking = Asking(Turns(32, SPACING))
    await asyncio.gather(*(asking.ask() for _ in range(5)))
    assert min(asking.gaps) >= SPACING / 2  # a busy machine is late for one, and not for the next


async def test_also_where_they_had_to_wait_for_one_of_all() -> None:
    turns, leave = Turns(2, SPACING), asyncio.Event()
    others, asking = Asking(turns, leave=leave), Asking(turns)
    async with asyncio.TaskGroup() as group:
        for host in ("a.example", "b.example"):
            group.create_task(others.ask(host))
        await others.until(2)
        for _ in range(3):
            group.create_task(asking.ask())
        await asyncio.sleep(3 * SPACING)
        assert not asking.begun
        leave.set()
    assert min(asking.gaps) >= SPACING / 2  # a busy machine is late for one, and not for the next


async def test_a_host_has_two_at_once_and_another_does_not_wait_for_it() -> None:
    turns, leave = Turns(32, SPACING), asyncio.Event()
    slow, other = Asking(turns, leave=leave), Asking(turns)
    async with asyncio.TaskGroup() as group:
        for _ in range(40):
            group.create_task(slow.ask("slow.example"))
        await slow.until(2)
        await other.ask()
        leave.set()
    assert slow.most_at_once == 2
    assert len(slow.begun) == 40
    assert other.begun[0] < slow.begun[2]


async def test_so_many_at_once_over_all() -> None:
    asking = Asking(Turns(3, 0), leave=(leave := asyncio.Event()))
    async with asyncio.TaskGroup() as group:
        for number in range(20):
            group.create_task(asking.ask(f"{number}.example"))
        await asking.until(3)
        leave.set()
    assert asking.most_at_once == 3
    assert len(asking.begun) == 20


async def test_who_must_not_wait_does_not() -> None:
    turns, leave = Turns(1, 10), asyncio.Event()
    slow, hasty = Asking(turns, leave=leave), Asking(turns)
    async with asyncio.TaskGroup() as group:
        group.create_task(slow.ask())
        await slow.until(1)
        async with asyncio.timeout(10):
            await hasty.ask(patient=False)
        leave.set()


async def test_a_paused_host_is_asked_by_nobody_until_then() -> None:
    turns = Turns(32, 0)
    asking = Asking(turns)
    turns.pause("example.org", 0.1)
    turns.pause("example.org", 0.01)  # the longer holds
    for patient in (True, False):
        with pytest.raises(Paused) as paused:
            await asking.ask(patient=patient)
        assert 0 < paused.value.seconds <= 0.1
    await asking.ask("other.example")
    await asyncio.sleep(0.11)
    await asking.ask()
    assert len(asking.begun) == 2


async def test_those_who_wait_for_a_host_learn_at_once_that_it_is_paused() -> None:
    turns, leave = Turns(32, SPACING), asyncio.Event()
    asking = Asking(turns, leave=leave)
    waiting = [asyncio.create_task(asking.ask()) for _ in range(200)]
    await asking.until(2)
    turns.pause("example.org", 60)
    leave.set()
    async with asyncio.timeout(10):
        results = await asyncio.gather(*waiting, return_exceptions=True)
    assert sum(isinstance(result, Paused) for result in results) == 198


async def test_who_gives_up_waiting_leaves_no_gap() -> None:
    turns, leave = Turns(2, 0), asyncio.Event()
    asking = Asking(turns, leave=leave)
    tasks = [asyncio.create_task(asking.ask()) for _ in range(4)]
    await asking.until(2)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    leave.set()
    async with asyncio.timeout(10):
        await asyncio.gather(*(asking.ask(host) for host in ("a.example", "b.example", "example.org")))


async def test_hosts_that_nobody_asks_any_more_are_forgotten() -> None:
    turns = Turns(32, 0)
    turns.pause("paused.example", 60)
    for number in range(3000):
        async with turns.turn(f"{number}.example", patient=True):
            pass
    assert len(turns) < 1100
    with pytest.raises(Paused):
        async with turns.turn("paused.example", patient=True):
            pass
