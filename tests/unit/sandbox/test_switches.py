"""Switches that make this Telegram misbehave."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any

import aiohttp
import pytest
from telegram import Bot
from telegram.error import ChatMigrated, Forbidden, RetryAfter

from bot.sandbox.client import Client, Person, SandboxRefusal
from bot.sandbox.errors import ApiError
from bot.sandbox.server import Sandbox
from bot.sandbox.switches import Flood, Rate

Call = Callable[..., Coroutine[Any, Any, dict[str, Any]]]
TOKEN = "123456:ABC-def_1234"


def accepted(flood: Flood, chat_id: int, times: list[float]) -> list[bool]:
    result = []
    for moment in times:
        try:
            flood.check(chat_id, moment)
        except ApiError:
            result.append(False)
        else:
            result.append(True)
    return result


def test_a_chat_takes_its_burst_and_then_one_a_second() -> None:
    flood = Flood({}, 0.0)
    assert accepted(flood, 1, [0, 0, 0, 0.5, 1.0, 1.5]) == [True, True, True, False, True, False]


def test_all_chats_together_have_a_limit() -> None:
    flood = Flood({}, 0.0)
    assert [accepted(flood, chat, [0.0])[0] for chat in range(1, 7)] == [True] * 5 + [False]
    assert accepted(flood, 7, [1 / 30 + 0.001]) == [True]


def test_a_group_takes_twenty_a_minute() -> None:
    flood = Flood({"burst": 100}, 0.0)
    assert accepted(flood, -1, [0.0] * 21) == [True] * 20 + [False]
    with pytest.raises(ApiError) as refusal:
        flood.check(-1, 0.0)
    assert refusal.value.parameters == {"retry_after": 3}
    assert accepted(flood, -1, [3.001]) == [True]


def test_a_rate_spreads_evenly() -> None:
    rate = Rate({"rate": 0.25, "times": 2, "methods": ["sendMessage"]})
    assert [rate.fires("sendmessage") for _ in range(12)].count(True) == 2
    assert not rate.fires("getme")
    assert [Rate({"rate": 0.5}).fires("x") for _ in range(3)] == [False] * 3


async def test_flood_is_refused_with_the_time_to_wait(
    bot: Bot, call: Call, client: Client, ann: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")  # the SDK warns of its older way to tell seconds
    await client.switch(flood={"chat_burst": 1})
    await bot.send_message(ann.id, "one")
    with pytest.raises(RetryAfter):
        await bot.send_message(ann.id, "two")
    answer = await call("sendMessage", chat_id=ann.id, text="two")
    seconds = answer["parameters"]["retry_after"]
    assert (answer["error_code"], answer["description"]) == (429, f"Too Many Requests: retry after {seconds}")
    await client.switch(flood=None)
    await bot.send_message(ann.id, "two")


async def test_chats_that_are_blocked(bot: Bot, client: Client, ann: Person) -> None:
    current = await client.switch(blocked=[ann.id])
    assert current["blocked"] == [ann.id]
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await bot.send_message(ann.id, "x")
    await client.switch(blocked=[])
    await bot.send_message(ann.id, "x")


async def test_server_errors_refusals_and_slowness(call: Call, client: Client, ann: Person) -> None:
    await client.switch(server_error={"rate": 1, "methods": ["getMe"]})
    assert (await call("getMe"))["description"] == "Bad Gateway"
    await client.switch(server_error=None, refuse={"method": "getMe", "code": 400, "description": "No", "times": 1})
    assert await call("getMe") == {"ok": False, "error_code": 400, "description": "No"}
    assert (await call("getMe"))["ok"]
    await client.switch(refuse=None, slow={"seconds": 0.2, "methods": ["getMe"]})
    began = time.monotonic()
    assert (await call("getMe"))["ok"]
    assert time.monotonic() - began >= 0.2


async def test_a_lost_answer_still_delivers(call: Call, client: Client, ann: Person) -> None:
    await client.switch(lost_answer={"rate": 1, "times": 1})
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await call("sendMessage", chat_id=ann.id, text="lost")
    assert (await call("sendMessage", chat_id=ann.id, text="kept"))["ok"]
    assert [message["text"] for message in await ann.private.quiet(0)] == ["lost", "kept"]


async def test_an_older_server_knows_no_rich_messages(call: Call, client: Client, ann: Person) -> None:
    await client.switch(rich=False)
    answer = await call("sendRichMessage", chat_id=ann.id, rich_message={"html": "<p>x</p>"})
    assert answer == {"ok": False, "error_code": 404, "description": "Not Found"}


async def test_a_group_becomes_a_supergroup(bot: Bot, client: Client, ann: Person) -> None:
    group = await client.new_group("Old", owner=ann)
    new = await group.migrate()
    with pytest.raises(ChatMigrated) as refusal:
        await bot.send_message(group.id, "x")
    assert refusal.value.new_chat_id == new.id
    await bot.send_message(new.id, "x")
    messages = [update.message for update in await bot.get_updates() if update.message]
    assert [message.migrate_to_chat_id for message in messages if message.chat.id == group.id] == [new.id]
    assert [message.migrate_from_chat_id for message in messages if message.chat.id == new.id] == [group.id]


async def test_unknown_switches_are_refused(client: Client) -> None:
    with pytest.raises(SandboxRefusal, match="no switch called nonsense"):
        await client.switch(nonsense=True)
    with pytest.raises(SandboxRefusal, match="slow does not take"):
        await client.switch(slow="much")


async def test_a_slow_answer_does_not_hold_up_the_end(http: aiohttp.ClientSession) -> None:
    sandbox = Sandbox(token=TOKEN)
    await sandbox.start()
    client = Client(sandbox.url, http)
    await client.switch(slow={"seconds": 30})
    asked = asyncio.create_task(http.get(f"{sandbox.url}/bot{TOKEN}/getMe"))
    while not await client.calls("getMe"):
        continue
    began = time.monotonic()
    await sandbox.stop()
    assert time.monotonic() - began < 20
    (await asked).close()
