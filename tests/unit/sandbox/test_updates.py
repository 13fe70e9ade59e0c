"""Long polling."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any

from telegram import Bot

from bot.sandbox.client import Client, Person

Call = Callable[..., Coroutine[Any, Any, dict[str, Any]]]


async def test_updates_stay_until_confirmed(bot: Bot, ann: Person) -> None:
    first = await ann.private.say("one")
    await ann.private.say("two")
    updates = await bot.get_updates()
    assert [update.message.text for update in updates if update.message] == ["/start", "one", "two"]
    assert [one.update_id for one in await bot.get_updates(limit=2)] == [one.update_id for one in updates[:2]]
    rest = await bot.get_updates(offset=first["update_id"] + 1)
    assert [update.message.text for update in rest if update.message] == ["two"]
    assert len(await bot.get_updates()) == 1
    await ann.private.say("three")
    assert [update.message.text for update in await bot.get_updates(offset=-1) if update.message] == ["three"]
    assert len(await bot.get_updates()) == 1


async def test_a_poll_waits_for_the_next_update(bot: Bot, ann: Person) -> None:
    offset = (await bot.get_updates())[-1].update_id + 1
    poll = asyncio.create_task(bot.get_updates(offset=offset, timeout=20))
    began = time.monotonic()
    said = await ann.private.say("now")
    assert [update.update_id for update in await poll] == [said["update_id"]]
    assert time.monotonic() - began < 15


async def test_a_second_poller_ends_the_first(call: Call, client: Client) -> None:
    first = asyncio.create_task(call("getUpdates", timeout=20))
    while not await client.calls("getUpdates"):
        continue
    second = asyncio.create_task(call("getUpdates", timeout=1))
    refused = await first
    assert refused["error_code"] == 409
    assert refused["description"] == (
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
    )
    assert await second == {"ok": True, "result": []}


async def test_only_the_kinds_asked_for_come(call: Call, ann: Person) -> None:
    await call("getUpdates", allowed_updates=["callback_query"], offset=-1)
    assert (await ann.private.say("unheard"))["update_id"] is None
    await call("getUpdates", allowed_updates=[])
    assert (await ann.private.say("heard"))["update_id"] is not None


async def test_an_update_can_be_repeated(bot: Bot, client: Client, ann: Person) -> None:
    said = await ann.private.say("once")
    await bot.get_updates(offset=said["update_id"] + 1)
    number = await client.put_update(unheard_of={"strange": True})
    await client.repeat(said["update_id"])
    again, strange = await bot.get_updates(offset=said["update_id"] + 1)
    assert again.message is not None and again.message.text == "once"
    assert (strange.update_id, strange.api_kwargs) == (number, {"unheard_of": {"strange": True}})
    assert [update.update_id for update in await bot.get_updates()] == [number]


async def test_blocking_is_told(bot: Bot, ann: Person) -> None:
    await ann.private.block()
    await ann.private.unblock()
    changes = [update.my_chat_member for update in await bot.get_updates() if update.my_chat_member]
    assert [(one.old_chat_member.status, one.new_chat_member.status) for one in changes] == [
        ("member", "kicked"),
        ("kicked", "member"),
    ]
