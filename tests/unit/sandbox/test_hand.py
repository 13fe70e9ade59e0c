"""The hand's own promises: what it takes, what it leaves, and what it says when nothing comes."""

import asyncio
import time

import pytest
from telegram import Bot

from bot.sandbox.client import Client, Person, SandboxRefusal


async def test_next_takes_in_order_and_leaves_what_does_not_fit(bot: Bot, ann: Person) -> None:
    for text in ("one", "two", "three"):
        await bot.send_message(ann.id, text)
    assert (await ann.private.next(where=lambda message: message["text"] == "two"))["text"] == "two"
    assert (await ann.private.next())["text"] == "one"
    assert [message["text"] for message in await ann.private.quiet(0)] == ["three"]
    assert await ann.private.quiet(0) == []


async def test_next_waits_and_says_what_came_instead(bot: Bot, ann: Person) -> None:
    waiting = asyncio.create_task(ann.private.next())
    await bot.send_message(ann.id, "late")
    assert (await waiting)["text"] == "late"
    await bot.send_message(ann.id, "other")
    with pytest.raises(TimeoutError, match="other"):
        await ann.private.next(0.05, where=lambda message: message["text"] == "wanted")
    with pytest.raises(TimeoutError, match="did not change"):
        await ann.private.changed(1, 0.05)


async def test_quiet_waits_its_time(bot: Bot, ann: Person) -> None:
    began = time.monotonic()
    assert await ann.private.quiet(0.2) == []
    assert time.monotonic() - began >= 0.2


async def test_each_person_has_an_own_view_of_a_group(bot: Bot, client: Client, ann: Person) -> None:
    bob = await client.new_person("Bob")
    group = await client.new_group("G", owner=ann, members=[bob])
    await bot.send_message(group.id, "all")
    assert (await ann.in_(group).next())["text"] == "all"
    assert (await bob.in_(group).next())["text"] == "all"
    assert ann.in_(group) is ann.in_(group)


async def test_more_than_the_sandbox_replays_is_still_found(bot: Bot, client: Client, ann: Person) -> None:
    """Events beyond the 5,000 kept are made up for from the history."""
    await bot.send_message(ann.id, "first")
    said = await ann.private.say("x")
    for number in range(5000):
        await ann.private.edit(said["message_id"], f"x{number}")
    assert (await ann.private.next())["text"] == "first"


async def test_refusals_are_told_in_a_sentence(client: Client, ann: Person) -> None:
    with pytest.raises(SandboxRefusal, match="no message 99"):
        await ann.private.edit(99, "x")
    with pytest.raises(SandboxRefusal, match="needs a text"):
        await ann.private.say(" ")
    with pytest.raises(SandboxRefusal, match="already somebody"):
        await client.new_person("Twin", id=ann.id)


async def test_forwards_into_the_chat(bot: Bot, ann: Person) -> None:
    await bot.send_message(ann.id, "news")
    message = await ann.private.forward(await ann.private.next())
    assert message["text"] == "news"
    assert message["forward_origin"]["sender_user"]["id"] == bot.id
    update = (await bot.get_updates())[-1]
    assert update.message is not None and update.message.forward_origin is not None


async def test_deep_links(bot: Bot, ann: Person) -> None:
    await ann.private.start("topic_rust-1")
    await ann.private.start()
    texts = [update.message.text for update in await bot.get_updates() if update.message]
    assert texts == ["/start", "/start topic_rust-1", "/start"]
    for payload in ("a b", "ü", "x" * 65):
        with pytest.raises(ValueError, match="at most 64"):
            await ann.private.start(payload)
