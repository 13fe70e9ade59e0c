"""Processes that deliver are killed or stopped in the middle: others go on where they were."""

import asyncio
import random
import signal
import time
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from bot.bootstrap import messages_in_flight
from bot.domain.edition import Urgency
from bot.storage import keys
from bot.storage.streams import GROUP
from tests.chaos.broadcast import Broadcast, delivering, reader
from tests.chaos.telegram import Telegram
from tests.process import Process

pytestmark = [pytest.mark.chaos, pytest.mark.xdist_group("chaos")]

_KILLS = 20
_MESSAGES = 5000
_RATE = 500
#: Seconds from an answer to its receipt: what has come in within 20 ms is written together, on a busy machine later.
_SETTLING = 0.1


async def test_killed_at_random_moments(tmp_path: Path) -> None:
    """Of two that deliver, the one that has just sent is killed, twenty times over, and replaced.

    In doubt at a kill is what the server has got from the killed one, and of which the store holds no receipt once
    that is dead: no other message comes again. These are the unanswered ones, and those answered so shortly before
    that the receipts were not written; never more than a process has in flight, but for those shortly before.
    """
    chance = random.Random(6)  # noqa: S311
    async with AsyncExitStack() as stack:
        cast = await stack.enter_async_context(delivering(tmp_path))
        telegram = cast.telegram
        people = [reader(number) for number in range(_MESSAGES)]
        await cast.subscribe(people)
        bots: dict[str, Process] = {}

        async def start(name: str) -> None:
            bots[name] = await stack.enter_async_context(cast.run(name, send_rate=_RATE, paid_broadcast=True))

        await asyncio.gather(start("a"), start("b"))
        in_doubt, bound, portion = set[int](), 0, _MESSAGES // _KILLS
        for kill in range(_KILLS):
            await cast.owe(one.chat_id for one in people[kill * portion : (kill + 1) * portion])
            goal = len(telegram.tries) + chance.randint(1, portion - 50)
            await telegram.until(lambda goal=goal: len(telegram.tries) >= goal)  # type: ignore[misc]
            await asyncio.sleep(chance.random() * 0.05)
            victim = telegram.tries[-1].sender
            doubtful, recent = await _kill(cast, victim, bots.pop(victim))
            in_doubt |= doubtful
            bound += recent
            assert recent <= messages_in_flight(_RATE) + _RATE * _SETTLING
            await start(f"c{kill}")
        while await cast.left():  # noqa: ASYNC110 – other processes finish it
            await asyncio.sleep(0.05)
        counts = await cast.stores.outbox.counts()
    repeats = telegram.repeats()
    assert telegram.reached == {one.chat_id for one in people}
    assert all(one.silent for one in repeats)
    assert {one.chat_id for one in repeats} <= in_doubt
    assert len(repeats) <= bound
    assert max(telegram.copies().values()) <= 2
    # What was marked and not yet sent is in doubt for the next process too, and so sent silently.
    assert sum(one.silent for one in telegram.tries) <= _KILLS * messages_in_flight(_RATE)
    assert counts["sent"] + counts.get("ambiguous", 0) == counts["owed"] == _MESSAGES
    assert counts["in_flight"] == 0


async def _kill(cast: Broadcast, name: str, process: Process) -> tuple[set[int], int]:
    """Chats whose messages are in doubt now; how many were unanswered, or answered just before."""
    telegram = cast.telegram
    at = time.monotonic()
    process.running.kill()
    await process.running.wait()
    await telegram.gone(name)
    for _ in range(2):  # after what the dead one has sent it
        await cast.stores.redis.ping()
    sent = [one for one in telegram.tries if one.sender == name]
    recent = [one for one in sent if one.answered is None or one.answered > at - _SETTLING]
    return await cast.without_receipt(sent), len(recent)


async def test_killed_twice_before_anything_was_sent(tmp_path: Path) -> None:
    """Two processes in a row die in the middle, each when all that it had marked was sent: what waits for its turn is
    not marked yet, and so not taken for what was tried twice."""
    rate, messages = 100, 300
    async with AsyncExitStack() as stack:
        cast = await stack.enter_async_context(delivering(tmp_path))
        telegram = cast.telegram
        people = [reader(number) for number in range(messages)]
        await cast.subscribe(people)
        await cast.owe(one.chat_id for one in people)
        for name in ("first", "second"):
            before = await _marks(cast)
            async with cast.run(name, send_rate=rate, paid_broadcast=True) as process:
                await asyncio.wait_for(_hold_between(cast, name, process, before), 30)
                await _kill(cast, name, process)
            await cast.end_presence(process)
        await stack.enter_async_context(cast.run("third", send_rate=rate, paid_broadcast=True))
        while await cast.left():  # noqa: ASYNC110 – the process finishes it
            await asyncio.sleep(0.05)
    assert len(telegram.reached) == messages


async def _marks(cast: Broadcast) -> dict[tuple[bytes, int], int]:
    """Of all recipients that have one, each named by its chunk and its place in that."""
    redis = cast.stores.redis
    names = await redis.keys(keys.marks(Urgency.REGULAR, "*"))
    found = {name: await redis.get(name) or b"" for name in names}
    return {
        (name, place): mark for name, marks in found.items() for place, mark in enumerate(marks) if mark not in b"-\0"
    }


async def _hold_between(cast: Broadcast, name: str, process: Process, before: dict[tuple[bytes, int], int]) -> None:
    """Stops it for good, with many messages marked, and all of these sent."""
    while True:
        process.running.send_signal(signal.SIGSTOP)
        await asyncio.sleep(0.02)  # what it has written comes in
        marked = len((await _marks(cast)).items() - before.items())
        if marked >= 20 and marked == _sent(cast.telegram, name):
            return
        process.running.send_signal(signal.SIGCONT)
        await asyncio.sleep(0.01)


async def test_taken_over_while_it_lives(tmp_path: Path) -> None:
    """Its sign of life ran out, as when the store was held: both go on, only what was in flight comes twice, and all
    is finished."""
    messages = 1000
    async with AsyncExitStack() as stack:
        cast = await stack.enter_async_context(delivering(tmp_path))
        telegram = cast.telegram
        people = [reader(number) for number in range(messages)]
        await cast.subscribe(people)
        await cast.owe(one.chat_id for one in people)
        settings = {"send_rate": 200, "paid_broadcast": True}
        first = await stack.enter_async_context(cast.run("first", **settings))
        await telegram.until(lambda: len(telegram.reached) > 100)
        first.running.send_signal(signal.SIGSTOP)  # or all might be sent before the second one runs
        second = await stack.enter_async_context(cast.run("second", **settings))
        while not await _held(cast, second):
            await cast.end_presence(first)
            await asyncio.sleep(0.02)
        first.running.send_signal(signal.SIGCONT)
        await telegram.until(lambda: len(telegram.reached) == messages)
        assert all(one.silent for one in telegram.repeats())
        assert len(telegram.repeats()) <= messages_in_flight(200)
        async with asyncio.timeout(30):
            while await cast.left():  # noqa: ASYNC110 – the processes finish it
                await asyncio.sleep(0.05)


async def test_stopped_in_the_middle(tmp_path: Path) -> None:
    """SIGTERM to one of two: it finishes what is in flight, and the other goes on with the rest at once."""
    rate, messages = 300, 3000
    async with AsyncExitStack() as stack:
        cast = await stack.enter_async_context(delivering(tmp_path))
        telegram = cast.telegram
        people = [reader(number) for number in range(messages)]
        await cast.subscribe(people)
        settings = {"send_rate": rate, "paid_broadcast": True}
        first, _ = await asyncio.gather(
            *(stack.enter_async_context(cast.run(name, **settings)) for name in ("first", "second"))
        )
        await cast.owe(one.chat_id for one in people)
        await telegram.until(lambda: min(_sent(telegram, "first"), _sent(telegram, "second")) >= 200)
        assert await _held(cast, first) > 0
        stopped, left = time.monotonic(), messages - len(telegram.tries)
        first.running.terminate()
        said = await first.end()
        ended = time.monotonic()
        held = await _held(cast, first)
        while await _held(cast, first):  # noqa: ASYNC110 – the other process takes it over
            await asyncio.sleep(0.02)
        taken_over = time.monotonic()
        await telegram.until(lambda: len(telegram.reached) == messages)
        done = time.monotonic()
    assert first.running.returncode == 0 and "Traceback" not in said
    assert held > 0
    # Not after the ten seconds for which a dead process's sign of life stands.
    assert ended - stopped < 8
    assert taken_over - ended < 8
    assert done - stopped < left / rate * 1.2 + 8
    assert set(telegram.copies().values()) == {1}
    assert not [one for one in telegram.tries if one.silent]


def _sent(telegram: Telegram, name: str) -> int:
    return sum(one.sender == name for one in telegram.tries)


async def _held(cast: Broadcast, process: Process) -> int:
    """How many chunks are that process's."""
    consumers = await cast.stores.redis.xinfo_consumers(keys.outbox(Urgency.REGULAR), GROUP)
    pid = str(process.running.pid).encode()
    return sum(one["pending"] for one in consumers if one["name"].split(b"-")[0] == pid)
