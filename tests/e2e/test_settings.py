"""`/settings`: one message whose buttons lead through everything and back."""

from typing import Any

import pytest

from bot.domain.digest import Form
from bot.domain.subscription import Address, ChatKind, Subscription
from bot.rendering.actions import Choose, OpenPage, Page, decode
from bot.sandbox.client import Chat, buttons
from bot.subscriptions import Reader
from tests.e2e.world import World, edited, labels, said

BACK = "⬅️ Back"


async def opened(chat: Chat, *, thread: int | None = None) -> dict[str, Any]:
    await chat.say("/settings", thread=thread)
    return await chat.next()


async def pressed(chat: Chat, message: dict[str, Any], *path: str) -> dict[str, Any]:
    """What the message has become after these buttons."""
    for label in path:
        await chat.press(message, label)
        message = await edited(chat, message)
    return message


async def stored(world: World, chat_id: int, thread: int | None = None) -> Subscription:
    assert world.services
    kind = ChatKind.PRIVATE if chat_id > 0 else ChatKind.SUPERGROUP
    return await world.services.subscriptions.get(Reader(Address(chat_id, thread), kind))


async def test_every_page_and_back(world: World) -> None:
    chat = world.reading
    await said(chat, "/subscribe policy tech")
    message = await opened(chat)
    top = labels(message)
    ahead = [button["text"] for button in buttons(message) if "✖️" not in button["text"]]
    assert len(ahead) == 12
    for label in ahead:
        page = await pressed(chat, message, label)
        assert labels(page)[-1] == BACK
        for further in [b["text"] for b in buttons(page) if isinstance(decode(b["callback_data"]), OpenPage)]:
            if further != BACK:
                deeper = await pressed(chat, page, further)
                page = await pressed(chat, deeper, BACK)
        message = await pressed(chat, page, BACK)
        assert labels(message) == top
    closed = await pressed(chat, message, "✖️ Close")
    assert "/settings opens this again" in closed["text"] and not buttons(closed)
    assert await chat.quiet(0.2) == []


async def test_everything_is_set_in_place(world: World) -> None:
    chat = world.reading
    message = await opened(chat)
    message = await pressed(chat, message, "📂 Categories", "➕ Policy", "➕ Tech")
    assert message["text"].startswith("policy, tech: at once") or message["text"].startswith("Policy, Tech: at once")
    message = await pressed(chat, message, BACK, "🕗 Schedule", "Daily at 18:00", "Tech …", "Every hour")
    assert "● Every hour" in labels(message) and "Tech: every hour" in message["text"]
    message = await pressed(chat, message, BACK, BACK, "🌍 Time zone", "Berlin")
    assert "Your time zone is Europe/Berlin" in message["text"]
    message = await pressed(chat, message, BACK, "🌙 Quiet hours", "22:00–07:00", "◀ from 21:30", "until 07:30 ▶")
    assert message["text"].startswith("Quiet 21:30–07:30, also for breaking news")
    message = await pressed(chat, message, "🔴 Let breaking")
    assert "but for breaking news" in message["text"]
    message = await pressed(chat, message, BACK, "⏸ Pause", "7 days")
    assert message["text"].startswith("Paused until")
    message = await pressed(chat, message, BACK, "🗞 Digests", "Headlines")
    assert "Your digests come as: Headlines" in message["text"] and "● Headlines" in labels(message)
    found = await stored(world, world.reader.id)
    assert {slug: str(when) for slug, when in found.categories.items()} == {"policy": "daily 18:00", "tech": "hourly"}
    assert (found.timezone, str(found.quiet), found.form) == ("Europe/Berlin", "21:30-07:30", Form.HEADLINES)
    assert found.quiet and found.quiet.breaking and found.paused_until
    message = await pressed(chat, message, BACK, "⏸ Pause", "▶️ Resume now")
    assert message["text"].startswith("Not paused")
    message = await pressed(chat, message, BACK, "🌙 Quiet hours", "No quiet hours")
    assert message["text"].startswith("No quiet hours")
    message = await pressed(chat, message, BACK, "🗑 Forget me", "🗑 Delete everything")
    assert "Nothing is stored" in message["text"] and BACK in labels(message)
    assert not (await stored(world, world.reader.id)).categories


async def test_pages_say_what_they_would_leave_open(world: World) -> None:
    chat = world.reading
    await said(chat, "/subscribe policy tech")
    message = await pressed(chat, await opened(chat), "🔖 Saved")
    assert message["text"].startswith("You have saved nothing yet")
    message = await pressed(chat, message, BACK, "🕗 Schedule", "Tech …", "Monday to Friday at 08:00")
    assert message["text"].startswith("Tech: Monday to Friday at 08:00 (UTC).")
    message = await pressed(chat, message, BACK)
    answer = await chat.press(message, "Daily at 18:00")
    assert "also for those that had a schedule of their own" in answer["answer"]["text"]


async def test_a_word_is_muted_by_answering(world: World) -> None:
    chat = world.reading
    message = await pressed(chat, await opened(chat), "🔇 Muted words", "➕ Add a word")
    assert "Write it now" in message["text"]
    assert "“transfer window”" in await said(chat, "transfer window")
    assert "Nothing stored answers" in await said(chat, "transfer window")
    message = await pressed(chat, message, BACK)
    assert message["text"].startswith("1 muted word\n• transfer window")
    message = await pressed(chat, message, "✕ transfer window")
    assert message["text"].startswith("No words are muted")
    message = await pressed(chat, message, "➕ Add a word")
    assert "Nothing stored answers" in await said(chat, "What is a transfer window?")
    await pressed(chat, message, BACK, "➕ Add a word", BACK)
    assert "Nothing stored answers" in await said(chat, "whales")
    assert (await stored(world, world.reader.id)).muted == ()


async def test_saved_articles_data_and_another_chat(world: World) -> None:
    chat = world.reading
    await said(chat, "/subscribe policy")
    await world.post("policy\n\nTitle\n\nTeaser")
    await chat.press(await chat.next(), "🔖 Save")
    message = await pressed(chat, await opened(chat), "🔖 Saved")
    assert message["text"] == "You have saved 1 article."
    await chat.press(message, "Show them")
    assert "Title" in (await chat.next())["text"]
    message = await pressed(chat, message, BACK, "📄 My data")
    await chat.press(message, "Send it as a file")
    assert (await chat.next())["document"]["file_name"] == "mydata.json"
    channel = await world.client.new_group("Daily", owner=world.reader, kind="channel")
    message = await pressed(chat, message, BACK, "📣 Other chat")
    await chat.press(message, "Choose a chat")
    await chat.next()
    await chat.share_chat("📣 A channel", channel.id)
    assert "Found it" in (await chat.next())["text"]
    assert (await chat.next())["text"].startswith("📣 Channel Daily\n")
    assert await chat.below() == []
    managed = await opened(chat)
    assert managed["text"].startswith("📣 Channel Daily\n\n⚙️ Settings")
    managed = await pressed(chat, managed, "📂 Categories", "➕ World")
    assert managed["text"].startswith("📣 Channel Daily\n")
    assert list((await stored(world, channel.id)).categories) == ["world"]
    assert list((await stored(world, world.reader.id)).categories) == ["policy"]


async def test_in_a_group_only_administrators_press(world: World) -> None:
    group = await world.client.new_group("Readers", owner=world.editor, members=[world.reader])
    owner, member = world.editor.in_(group), world.reader.in_(group)
    message = await opened(owner)
    assert "🔖 Saved" not in labels(message)
    await member.next()  # of the owner's answer
    for label in ("📂 Categories", "✖️ Close"):
        refused = await member.press(message, label)
        assert refused["answer"]["show_alert"] and "administrators" in refused["answer"]["text"]
    await member.say("/settings")
    assert "administrators" in (await member.next())["text"]
    await pressed(owner, message, "📂 Categories", "➕ Policy")
    assert list((await stored(world, group.id)).categories) == ["policy"]


async def test_in_a_group_a_word_is_muted_by_a_reply(world: World) -> None:
    group = await world.client.new_group("Readers", owner=world.editor)
    await group.bot(administrator=True)
    owner = world.editor.in_(group)
    message = await pressed(owner, await opened(owner), "🔇 Muted words", "➕ Add a word")
    await owner.say("Just talk")
    await owner.say("football", reply_to=message["message_id"])
    assert "“football”" in (await owner.next())["text"]
    assert (await stored(world, group.id)).muted == ("football",)


async def test_who_writes_as_the_group_itself_mutes_by_a_reply_too(world: World) -> None:
    """An administrator who is anonymous: https://core.telegram.org/bots/api#message"""
    group = await world.client.new_group("Readers", owner=world.editor, kind="supergroup")
    owner = world.editor.in_(group)
    page = await pressed(owner, await opened(owner), "🔇 Muted words")
    anyone = {"id": 1087968824, "is_bot": True, "first_name": "Group"}
    written = {"message_id": 9001, "date": page["date"], "chat": page["chat"], "sender_chat": page["chat"]}
    written |= {"from": anyone, "text": "football"}
    asked = await pressed(owner, page, "➕ Add a word")
    await world.client.put_update(message=written | {"reply_to_message": asked})
    assert "“football”" in (await owner.next())["text"]
    assert (await stored(world, group.id)).muted == ("football",)
    asked = await pressed(owner, asked, BACK, "➕ Add a word")
    await pressed(owner, asked, BACK)
    await world.client.put_update(message=written | {"text": "whales", "reply_to_message": asked})
    await said(owner, "/settings")  # is answered after that
    assert (await stored(world, group.id)).muted == ("football",)


async def test_who_has_no_categories_has_nothing_to_pause(world: World) -> None:
    chat = world.reading
    await said(chat, "/language en")
    message = await pressed(chat, await opened(chat), "⏸ Pause")
    answer = await chat.press(message, "7 days")
    assert "nothing to pause" in answer["answer"]["text"]
    assert (await stored(world, world.reader.id)).paused_until is None


async def test_in_a_channel_a_word_is_muted_by_a_command(world: World) -> None:
    channel = await world.client.new_group("Daily", owner=world.editor, kind="channel")
    posts = world.editor.in_(channel)
    asked = await pressed(posts, await opened(posts), "🔇 Muted words", "➕ Add a word")
    assert "Write it now" not in asked["text"] and "/mute football" in asked["text"]
    assert "“football”" in await said(posts, "/mute football")


async def test_in_topics_and_channels(world: World) -> None:
    forum = await world.client.new_group("Forum", owner=world.editor, kind="supergroup", forum=True)
    thread = await forum.new_topic("News")
    chat = world.editor.in_(forum)
    message = await opened(chat, thread=thread)
    assert message["message_thread_id"] == thread
    await pressed(chat, message, "📂 Categories", "➕ Policy")
    assert list((await stored(world, forum.id, thread)).categories) == ["policy"]
    assert not (await stored(world, forum.id)).categories
    channel = await world.client.new_group("Daily", owner=world.editor, kind="channel")
    posts = world.editor.in_(channel)
    await pressed(posts, await opened(posts), "🕗 Schedule", "Every hour")
    assert str((await stored(world, channel.id)).schedule) == "hourly"


@pytest.mark.parametrize(
    "chosen",
    [
        Choose(page=Page.CATEGORIES, arg="", value="gone"),
        Choose(page=Page.SCHEDULE, arg="", value="never"),
        Choose(page=Page.SCHEDULE, arg="gone", value="hourly"),
        Choose(page=Page.TIMEZONE, arg="", value="../etc/passwd"),
        Choose(page=Page.QUIET, arg="", value="07:00-07:00"),
        Choose(page=Page.PAUSE, arg="", value="99999999999"),
        Choose(page=Page.FORM, arg="", value="poems"),
        Choose(page=Page.LANGUAGE, arg="", value="tlh"),
        Choose(page=Page.TOP, arg="", value=""),
    ],
    ids=lambda chosen: chosen.page,
)
async def test_what_no_button_says_changes_nothing(world: World, chosen: Choose) -> None:
    message = await pressed(world.reading, await opened(world.reading), "📄 My data")
    answer = await world.reading.forge(message, chosen.encode())
    assert "no longer works" in answer["answer"]["text"]
    assert BACK in labels(await edited(world.reading, message)) or chosen.page is Page.TOP
    assert await stored(world, world.reader.id) == Subscription(chat_id=world.reader.id)


async def test_a_word_that_is_gone_is_just_no_longer_shown(world: World) -> None:
    chat = world.reading
    await said(chat, "/mute football")
    first = await pressed(chat, await opened(chat), "🔇 Muted words")
    await said(chat, "/unmute football")
    shown = await pressed(chat, first, "✕ football")
    assert shown["text"].startswith("No words are muted")
