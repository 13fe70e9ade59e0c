import asyncio
from datetime import timedelta

from bot.bootstrap import Stores
from bot.delivery.pacer import Pacer
from bot.storage.pace import Pace


async def test_our_turn_comes(stores: Stores) -> None:
    pacer = Pacer(Pace(stores.redis, 100))
    began = asyncio.get_running_loop().time()
    assert [await pacer.slot(asyncio.Event()) for _ in range(6)] == [True] * 6
    assert asyncio.get_running_loop().time() - began > 0.04


async def test_two_processes_share_one_budget(stores: Stores) -> None:
    pacers = [Pacer(Pace(stores.redis, 100)) for _ in range(2)]
    began = asyncio.get_running_loop().time()
    await asyncio.gather(*(pacer.slot(asyncio.Event()) for pacer in pacers * 3))
    assert asyncio.get_running_loop().time() - began > 0.04


async def test_while_held_nothing_goes_out(stores: Stores) -> None:
    pacer = Pacer(Pace(stores.redis, 1000))
    pacer.hold(timedelta(milliseconds=60))
    pacer.hold(timedelta(milliseconds=1))
    began = asyncio.get_running_loop().time()
    assert await pacer.slot(asyncio.Event())
    assert asyncio.get_running_loop().time() - began > 0.05


async def test_whoever_waits_can_be_told_to_stop(stores: Stores) -> None:
    pacer, stopping = Pacer(Pace(stores.redis, 1000)), asyncio.Event()
    pacer.hold(timedelta(hours=1))
    async with asyncio.TaskGroup() as tasks:
        waiting = tasks.create_task(pacer.slot(stopping))
        stopping.set()
    assert waiting.result() is False


async def test_a_slot_far_away_can_be_given_up(stores: Stores) -> None:
    pacer, stopping = Pacer(Pace(stores.redis, 0.001)), asyncio.Event()
    assert await pacer.slot(stopping)
    async with asyncio.TaskGroup() as tasks:
        waiting = tasks.create_task(pacer.slot(stopping))
        stopping.set()
    assert waiting.result() is False
