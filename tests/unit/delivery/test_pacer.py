"""Slots for answers."""

import asyncio
from datetime import timedelta

import pytest

from bot.bootstrap import Stores
from bot.delivery.pacer import FloodWait, Pacer
from bot.storage.pace import Pace

MINUTE = timedelta(minutes=1)


async def test_the_turn_of_an_answer_comes(stores: Stores) -> None:
    pacers = [Pacer(Pace(stores.redis, 30)) for _ in range(2)]
    began = asyncio.get_running_loop().time()
    await asyncio.gather(*(pacers[chat_id % 2].answer_slot(chat_id) for chat_id in range(1, 5)))
    assert 3 / 30 < asyncio.get_running_loop().time() - began < 1


async def test_who_would_wait_too_long_is_told_so(stores: Stores) -> None:
    pacer = Pacer(Pace(stores.redis, 30))
    await pacer.refused(1, MINUTE)
    with pytest.raises(FloodWait) as refused:
        await pacer.answer_slot(1)
    assert timedelta(seconds=50) < refused.value.wait <= MINUTE
    await pacer.answer_slot(2)


async def test_when_several_are_refused_all_are_told_to_wait(stores: Stores) -> None:
    pacer = Pacer(Pace(stores.redis, 30))
    for chat_id in (1, 2):
        await pacer.refused(chat_id, MINUTE)
    with pytest.raises(FloodWait):
        await pacer.answer_slot(3)
