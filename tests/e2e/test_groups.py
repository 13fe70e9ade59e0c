"""Groups, topics and channels."""

import asyncio

import pytest

from bot.bootstrap import open_stores
from bot.domain.delivery import Cause
from bot.domain.subscription import Address
from bot.subscriptions import Reader
from tests.e2e.world import World, edited, labels, said


async def test_only_administrators_change_a_group(world: World) -> None:
    group = await world.client.new_group("Readers", owner=world.editor, members=[world.reader])
    owner, member = world.editor.in_(group), world.reader.in_(group)
    await member.say("/subscribe policy")
    assert "Only this group's administrators" in (await member.next())["text"]
    assert (await world.client.calls("sendMessage"))[-1]["parameters"]["disable_notification"]
    await member.say("/schedule instant")  # that they may not is told once an hour
    await owner.say("/subscribe@demo_news_bot policy")
    subscribed = await owner.next(where=lambda message: "Subscribed" in message["text"])
    refused = await member.press(subscribed, "Tech")
    assert refused["answer"]["show_alert"]
    await owner.press(subscribed, "Tech")
    assert "✅ Tech" in labels(await edited(owner, subscribed))
    await world.post("policy\n\nTitle\n\nTeaser")
    assert (await member.next(where=lambda message: message["text"].startswith("Title")))["text"]


@pytest.mark.parametrize("command", ["/categories", "/settings"])
async def test_two_administrators_who_press_the_same_want_the_same(world: World, command: str) -> None:
    group = await world.client.new_group("Readers", owner=world.editor, members=[world.reader])
    await group.add(world.reader, administrator=True)
    one, other = world.editor.in_(group), world.reader.in_(group)
    await one.say(command)
    shown = await one.next()
    if command == "/settings":
        await one.press(shown, "📂 Categories")
        shown = await edited(one, shown)
    for label in ("➕ Policy", "➕ Policy", "➕ Tech"):
        await asyncio.gather(one.press(shown, label), other.press(shown, label))
    assert world.services
    assert list((await world.services.subscriptions.get(Reader(Address(group.id)))).categories) == ["policy", "tech"]


async def test_a_button_from_before_still_toggles(world: World) -> None:
    await world.reading.say("/categories")
    shown = await world.reading.next()
    for told in ("Subscribed to Tech", "Unsubscribed from Tech"):
        assert (await world.reading.forge(shown, "1t|tech"))["answer"]["text"] == told


async def test_a_group_is_not_interrupted(world: World) -> None:
    group = await world.client.new_group("Readers", owner=world.editor, members=[world.reader])
    await world.post("policy\n\nLamps are counted\n\nTeaser\n\nThe mayor counts the lamps on Monday.")
    member = world.reader.in_(group)
    await member.say("When are the lamps counted?")
    await member.say("/nonsense")
    assert await member.quiet(0.4) == []
    await member.say("/ask When does the mayor count the lamps?")
    assert "on Monday" in (await member.next())["text"]


async def test_when_people_last_wrote(world: World) -> None:
    """Noted for a group with a subscription, and neither for commands nor for presses."""
    group = await world.client.new_group("Readers", owner=world.editor, members=[world.reader])
    await group.bot(administrator=True)
    owner, member = world.editor.in_(group), world.reader.in_(group)
    assert world.services

    async def talked_at() -> int:
        await owner.say("/help")  # what was said before has been handled by now
        await owner.next()
        async with open_stores(world.settings) as stores:
            return await stores.subscriptions.talked_at(Address(group.id))

    await member.say("Nice weather")
    assert await talked_at() == 0
    await owner.say("/subscribe policy")
    await owner.press(await owner.next(), "Tech")
    assert await talked_at() == 0
    await member.say("Is it not?")
    first = await talked_at()
    assert first
    await member.say("Indeed")
    assert await talked_at() > first


async def test_a_group_becomes_a_supergroup(world: World) -> None:
    group = await world.client.new_group("Readers", owner=world.editor)
    await world.editor.in_(group).say("/subscribe policy")
    await world.editor.in_(group).next()
    new = await group.migrate()
    await world.post("policy\n\nTitle\n\nTeaser")
    assert (await world.editor.in_(new).next())["text"].startswith("Title")


async def test_a_topic_has_its_own_subscription(world: World) -> None:
    group = await world.client.new_group("Forum", owner=world.editor, kind="supergroup", forum=True)
    thread = await group.new_topic("News")
    chat = world.editor.in_(group)
    await chat.say("/subscribe policy", thread=thread)
    assert (await chat.next())["message_thread_id"] == thread
    await world.post("policy\n\nTitle\n\nTeaser")
    teaser = await chat.next()
    assert (teaser["message_thread_id"], teaser["text"][:5]) == (thread, "Title")


async def test_buttons_in_a_topic_and_in_the_general_one(world: World) -> None:
    group = await world.client.new_group("Forum", owner=world.editor, kind="supergroup", forum=True)
    thread = await group.new_topic("News")
    chat = world.editor.in_(group)
    assert world.services
    for place, category, slug in [(thread, "Policy", "policy"), (None, "Tech", "tech")]:
        await chat.say("/categories", thread=place)
        listed = await chat.next()
        assert listed.get("message_thread_id") == place
        await chat.press(listed, category)
        assert f"✅ {category}" in labels(await edited(chat, listed))
        found = await world.services.subscriptions.get(Reader(Address(group.id, place)))
        assert list(found.categories) == [slug]


async def test_a_button_too_old_to_tell_its_topic_changes_no_other(world: World) -> None:
    group = await world.client.new_group("Forum", owner=world.editor, kind="supergroup", forum=True)
    chat, thread = world.editor.in_(group), await group.new_topic("News")
    await chat.say("/categories", thread=thread)
    await world.press_too_old(world.editor, await chat.next(), "1t|policy")
    await chat.say("/categories", thread=thread)  # what was pressed before has been handled by now
    await chat.next()
    assert world.services
    for place in (None, thread):
        assert not (await world.services.subscriptions.get(Reader(Address(group.id, place)))).categories


async def test_a_channel_subscribes_by_post(world: World) -> None:
    channel = await world.client.new_group("Channel", owner=world.editor, kind="channel")
    chat = world.editor.in_(channel)
    await chat.say("/subscribe policy")
    assert "Subscribed to Policy" in (await chat.next())["text"]
    await world.post("policy\n\nTitle\n\nTeaser")
    assert (await chat.next())["text"].startswith("Title")


@pytest.mark.parametrize("back", ["unblock", "start"])
async def test_a_blocked_chat_comes_back(world: World, back: str) -> None:
    await world.reading.say("/subscribe policy")
    await world.reading.next()
    await world.reading.block()
    await world.post("policy\n\nUnheard\n\nTeaser")
    await world.reading.unblock()
    if back == "start":
        await world.reading.say("/start")
        assert "✅ Policy" in labels(await world.reading.next())
    await world.post("policy\n\nHeard\n\nTeaser")
    assert (await world.reading.next())["text"].startswith("Heard")


async def test_one_closed_topic_silences_no_other(world: World) -> None:
    group = await world.client.new_group("Forum", owner=world.editor, kind="supergroup", forum=True)
    chat = world.editor.in_(group)
    closed, open_ = await group.new_topic("Closed"), await group.new_topic("Open")
    for thread in (closed, open_):
        await chat.say("/subscribe policy", thread=thread)
        await chat.next()
    await group.close_topic(closed)
    for title in ("First", "Second"):
        await world.post(f"policy\n\n{title}\n\nTeaser")
        assert (await chat.next())["message_thread_id"] == open_
    await group.close_topic(closed, closed=False)
    await chat.say("/categories", thread=closed)
    await chat.next()
    await world.post("policy\n\nThird\n\nTeaser")
    heard = [(await chat.next())["message_thread_id"] for _ in range(2)]
    assert sorted(heard) == sorted([closed, open_])


async def test_a_reopened_topic_hears_again_although_nobody_writes_there(world: World) -> None:
    group = await world.client.new_group("Forum", owner=world.editor, kind="supergroup", forum=True)
    chat, thread = world.editor.in_(group), await group.new_topic("News")
    await chat.say("/subscribe policy", thread=thread)
    await chat.next()
    await group.close_topic(thread)
    await world.post("policy\n\nUnheard\n\nTeaser")
    await world.until(lambda counts: counts["doubts_waiting"] == 1)
    await world.believe_doubts()
    await group.close_topic(thread, closed=False)
    assert world.services
    topic = Reader(Address(group.id, thread))
    while (await world.services.subscriptions.get(topic)).parked:  # noqa: ASYNC110
        await asyncio.sleep(0.02)
    await world.post("policy\n\nHeard\n\nTeaser")
    assert (await chat.next())["text"].startswith("Heard")


async def test_why_a_chat_is_out_of_reach_is_kept_until_it_is_back(world: World) -> None:
    group = await world.client.new_group("Readers", owner=world.editor)
    for chat in (world.reading, world.editor.in_(group)):
        await said(chat, "/subscribe policy")

    async def parked(chat_id: int, cause: Cause | None) -> None:
        """Returns when that is so."""
        assert world.services
        while True:  # the update is on its way
            found = (await world.services.subscriptions.get(Reader(Address(chat_id)))).parked
            if (found.cause if found else None) is cause:
                return
            await asyncio.sleep(0.02)

    await world.reading.block()
    await parked(world.reader.id, Cause.BLOCKED)
    await world.reading.unblock()
    await parked(world.reader.id, None)
    await group.bot(present=False)
    await parked(group.id, Cause.REMOVED)
    await group.bot(administrator=True)
    await parked(group.id, None)
