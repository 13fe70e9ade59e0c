"""A channel or group is set up from the private chat of one of its administrators."""

import pytest

from bot.domain.subscription import Address, ChatKind
from bot.sandbox.client import Group
from bot.storage import keys
from bot.storage.connection import connect
from bot.subscriptions import Reader
from tests.e2e.world import World, edited, labels, said

BACK = "⬅️ Back to my own chat"


@pytest.fixture
async def channel(world: World) -> Group:
    """Of Ed's, who has spoken to the bot."""
    await said(world.editing, "/help")
    return await world.client.new_group("Daily", owner=world.editor, kind="channel", username="daily")


async def wanted(world: World, chat_id: int) -> list[str]:
    assert world.services
    kind = ChatKind.PRIVATE if chat_id > 0 else ChatKind.CHANNEL
    return list((await world.services.subscriptions.get(Reader(Address(chat_id), kind))).categories)


async def test_by_name(world: World, channel: Group) -> None:
    chat = world.editing
    assert "forward a post" in await said(chat, "/manage")
    begun = await said(chat, "/manage @daily")
    assert begun.startswith("📣 Channel Daily\n") and "subscribed to nothing" in begun
    for command, words in [
        ("/subscribe policy", "Subscribed to Policy"),
        ("/schedule daily 08:00", "daily at 08:00"),
        ("/timezone Europe/Berlin", "Europe/Berlin"),
        ("/categories", "Policy"),
        ("/start", "Tap the categories"),
        ("/digest", "Nothing new"),
        ("/forget", "Delete everything"),
    ]:
        answer = await said(chat, command)
        assert answer.startswith("📣 Channel Daily\n") and words in answer
    assert await wanted(world, channel.id) == ["policy"]
    assert await wanted(world, world.editor.id) == []
    assert "Policy: daily" in await said(chat, "/manage @daily")
    assert "What you set here now is that of Channel Daily" in await said(chat, "/manage")
    assert "Done with Channel Daily" in await said(chat, "/manage off")
    assert "You were not" in await said(chat, "/unsubscribe policy")
    assert await wanted(world, channel.id) == ["policy"]


async def test_by_a_forwarded_post(world: World, channel: Group) -> None:
    post = await world.editor.in_(channel).say("Good morning, is anybody there?")
    await world.editing.forward(post)
    assert (await world.editing.next())["text"].startswith("📣 Channel Daily\n")
    await said(world.reading, "/help")
    await world.reading.forward(post)
    assert "Nothing stored answers that" in (await world.reading.next())["text"]


async def test_a_group_by_its_link(world: World) -> None:
    group = await world.client.new_group("Readers", owner=world.editor, members=[world.reader])
    await world.editor.in_(group).say("/manage")
    offered = await world.editor.in_(group).next()
    payload = offered["reply_markup"]["inline_keyboard"][0][0]["url"].partition("?start=")[2]
    await world.editing.start(payload)
    assert (await world.editing.next())["text"].startswith("👥 Group Readers\n")
    assert (await said(world.editing, "/subscribe tech")).startswith("👥 Group Readers\n")
    assert await wanted(world, group.id) == ["tech"]
    await world.reading.start(payload)
    assert "I cannot set up" in (await world.reading.next())["text"]


@pytest.mark.parametrize("name", ["@nowhere", "0", "9999999", "nonsense", "@daily"])
async def test_only_what_one_administrates(world: World, channel: Group, name: str) -> None:
    await channel.add(world.reader, administrator=True, rights={"can_post_messages": False})
    assert "I cannot set up" in await said(world.reading, f"/manage {name}")
    assert not (await said(world.reading, "/subscribe policy")).startswith("📣")


async def test_who_lost_the_right_is_told(world: World, channel: Group) -> None:
    chat = world.reading
    await channel.add(world.reader, administrator=True)
    await chat.say("/manage @daily")
    begun = await chat.next()
    await channel.add(world.reader)
    refused = await chat.press(begun, "Policy")
    assert "can no longer set up Channel Daily" in refused["answer"]["text"]
    assert await wanted(world, channel.id) == []
    await channel.add(world.reader, administrator=True)
    await said(chat, "/manage @daily")
    await channel.bot(present=False)
    assert "can no longer set up Channel Daily" in await said(chat, "/subscribe policy")
    assert "Subscribed to Policy" in await said(chat, "/subscribe policy")
    assert (await wanted(world, channel.id), await wanted(world, world.reader.id)) == ([], ["policy"])


async def test_a_button_is_about_the_chat_that_its_message_names(world: World, channel: Group) -> None:
    chat = world.editing
    await chat.say("/start")
    own = await chat.next()
    await chat.say("/manage @daily")
    managed = await chat.next()
    await chat.press(own, "Tech")
    assert "✅ Tech" in labels(await edited(chat, own))
    await chat.press(managed, "Policy")
    changed = await edited(chat, managed)
    assert "✅ Policy" in labels(changed) and BACK in labels(changed)
    assert (await wanted(world, world.editor.id), await wanted(world, channel.id)) == (["tech"], ["policy"])
    await chat.press(changed, BACK)
    assert "Done with Channel Daily" in (await edited(chat, managed))["text"]
    await chat.say("/manage @daily")
    again = await chat.next()
    await said(chat, "/manage off")
    answer = (await chat.press(again, "World"))["answer"]
    assert answer["show_alert"] and "about another chat" in answer["text"]
    assert await wanted(world, world.editor.id) == ["tech"]


async def test_a_button_too_old_to_tell_its_chat_changes_no_other(world: World, channel: Group) -> None:
    await world.editing.say("/manage @daily")
    await world.press_too_old(world.editor, await world.editing.next(), "1t|policy")
    await said(world.editing, "/help")  # what was pressed before has been handled by now
    assert (await wanted(world, world.editor.id), await wanted(world, channel.id)) == ([], [])


async def test_it_ends_after_an_hour_and_with_forget(world: World, channel: Group) -> None:
    chat = world.editing
    await chat.say("/start sub_tech")
    await chat.next()
    await chat.say("/forget")
    sure = await chat.next()
    await said(chat, "/manage @daily")
    async with connect(f"unix://{world.settings.data_folder}/valkey/valkey.sock") as redis:
        assert 3500 < await redis.ttl(keys.managed_by(world.editor.id)) <= 3600
    await chat.press(sure, "Delete")
    await edited(chat, sure)
    assert await wanted(world, world.editor.id) == []
    assert not (await said(chat, "/categories")).startswith("📣")
