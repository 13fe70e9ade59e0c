import asyncio

from telegram.error import TelegramError

from bot.telegram.background import Background


async def test_what_fails_is_told() -> None:
    told = asyncio.Event()

    async def fail() -> None:
        raise ValueError("a fault of ours")

    async def tell() -> None:
        told.set()

    Background().start(fail(), tell)
    await asyncio.wait_for(told.wait(), 20)


async def test_what_still_waits_is_given_up_at_the_end_and_told() -> None:
    background, begun, told = Background(), asyncio.Event(), asyncio.Event()

    async def wait() -> None:
        begun.set()
        await asyncio.Event().wait()

    async def tell() -> None:
        await asyncio.sleep(0)
        told.set()

    background.start(wait(), tell)
    await begun.wait()
    await background.end()
    assert told.is_set()


async def test_what_has_just_been_started_is_told_of_too() -> None:
    background, told = Background(), asyncio.Event()

    async def tell() -> None:
        told.set()

    background.start(asyncio.sleep(60), tell)
    await background.end()
    assert told.is_set()


async def test_that_it_cannot_be_told_is_borne() -> None:
    ended = asyncio.Event()

    async def fail() -> None:
        raise TelegramError("refused")

    async def tell() -> None:
        ended.set()
        raise TelegramError("refused again")

    background = Background()
    background.start(fail(), tell)
    await asyncio.wait_for(ended.wait(), 20)
    await background.end()
