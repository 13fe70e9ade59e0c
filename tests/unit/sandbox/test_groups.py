"""Groups, supergroups with topics, and channels."""

import pytest
from telegram import Bot, ChatMemberAdministrator
from telegram.error import BadRequest, Forbidden

from bot.sandbox.client import Client, Group, Person, SandboxRefusal


@pytest.fixture
async def group(client: Client, ann: Person) -> Group:
    return await client.new_group("News fans", owner=ann)


async def heard(bot: Bot) -> list[str | None]:
    return [update.message.text for update in await bot.get_updates() if update.message and update.message.text]


async def test_the_bot_is_told_that_it_was_added(bot: Bot, ann: Person, group: Group) -> None:
    change = (await bot.get_updates())[-1].my_chat_member
    assert change is not None
    assert (change.chat.id, change.chat.type, change.from_user.id) == (group.id, "group", ann.id)
    assert (change.old_chat_member.status, change.new_chat_member.status) == ("left", "member")


async def test_in_groups_the_bot_hears_only_what_is_meant_for_it(bot: Bot, ann: Person, group: Group) -> None:
    chat = ann.in_(group)
    sent = await bot.send_message(group.id, "hello")
    await chat.say("just talk")
    await chat.say("/start")
    await chat.say("/start@demo_news_bot x")
    await chat.say("/start@other_bot")
    await chat.say("hey @Demo_News_Bot")
    await chat.say("a reply", reply_to=sent.message_id)
    assert await heard(bot) == ["/start", "/start", "/start@demo_news_bot x", "hey @Demo_News_Bot", "a reply"]
    await group.bot(administrator=True)
    await chat.say("just talk")
    assert (await heard(bot))[-1] == "just talk"


async def test_a_bot_that_was_removed_may_not_write(bot: Bot, ann: Person, group: Group) -> None:
    await group.bot(present=False)
    with pytest.raises(Forbidden, match="bot was kicked from the group chat"):
        await bot.send_message(group.id, "x")
    change = next(update.my_chat_member for update in reversed(await bot.get_updates()) if update.my_chat_member)
    assert change.new_chat_member.status == "kicked"
    await group.bot()
    assert await bot.send_message(group.id, "x")
    assert await bot.leave_chat(group.id)
    with pytest.raises(Forbidden, match="bot is not a member of the group chat"):
        await bot.send_message(group.id, "x")


async def test_members_and_administrators(bot: Bot, client: Client, ann: Person, group: Group) -> None:
    bob = await client.new_person("Bob")
    with pytest.raises(SandboxRefusal, match="Bob is not in this chat"):
        await bob.in_(group).say("hi")
    assert (await bot.get_chat_member(group.id, bob.id)).status == "left"
    await group.add(bob, administrator=True)
    assert (await bot.get_chat_member(group.id, bob.id)).status == "administrator"
    assert (await bot.get_chat_member(group.id, ann.id)).status == "creator"
    assert (await bot.get_chat_member(group.id, bot.id)).status == "member"
    assert {one.user.id for one in await bot.get_chat_administrators(group.id)} == {ann.id, bob.id}
    assert await bot.get_chat_member_count(group.id) == 3
    assert (await bot.get_chat(group.id)).title == "News fans"
    with pytest.raises(BadRequest, match="User not found"):
        await bot.get_chat_member(group.id, 5)


async def test_rights_are_given_and_taken(bot: Bot, client: Client, ann: Person) -> None:
    channel = await client.new_group("Daily", owner=ann, kind="channel")
    bob = await client.new_person("Bob")
    await channel.add(bob, administrator=True, rights={"can_post_messages": False})
    member = await bot.get_chat_member(channel.id, bob.id)
    assert isinstance(member, ChatMemberAdministrator)
    assert (member.can_post_messages, member.can_edit_messages) == (False, True)
    with pytest.raises(SandboxRefusal, match="Only administrators write"):
        await bob.in_(channel).say("hi")
    await channel.add(bob, administrator=True)
    await bob.in_(channel).say("hi")
    await channel.add(bob)
    assert (await bot.get_chat_member(channel.id, bob.id)).status == "member"


async def test_public_chats_have_a_name(bot: Bot, client: Client, ann: Person) -> None:
    channel = await client.new_group("Daily", owner=ann, kind="channel", username="DailyNews")
    found = await bot.get_chat("@dailynews")
    assert (found.id, found.username) == (channel.id, "DailyNews")
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.get_chat("@ann")


async def test_topics(bot: Bot, client: Client, ann: Person) -> None:
    forum = await client.new_group("Forum", owner=ann, forum=True)
    thread = await forum.new_topic("Rust")
    sent = await bot.send_message(forum.id, "x", message_thread_id=thread)
    assert (sent.message_thread_id, sent.is_topic_message, sent.chat.is_forum) == (thread, True, True)
    said = await ann.in_(forum).say("/news", thread=thread)
    assert said["message_thread_id"] == thread
    with pytest.raises(BadRequest, match="Message thread not found"):
        await bot.send_message(forum.id, "x", message_thread_id=thread + 100)
    await forum.close_topic(thread)
    with pytest.raises(BadRequest, match="Topic_closed"):
        await bot.send_message(forum.id, "x", message_thread_id=thread)
    with pytest.raises(SandboxRefusal, match="The topic Rust is closed"):
        await ann.in_(forum).say("x", thread=thread)
    await forum.close_topic(thread, closed=False)
    await bot.send_message(forum.id, "x", message_thread_id=thread)


async def test_channels(bot: Bot, client: Client, ann: Person) -> None:
    channel = await client.new_group("Daily", owner=ann, kind="channel")
    sent = await bot.send_message(channel.id, "post")
    assert sent.sender_chat is not None and sent.sender_chat.id == channel.id
    assert sent.from_user is None
    said = await ann.in_(channel).say("by hand")
    await ann.in_(channel).edit(said["message_id"], "by hand!")
    updates = await bot.get_updates()
    assert [update.channel_post.text for update in updates if update.channel_post] == ["by hand"]
    assert [one.edited_channel_post.text for one in updates if one.edited_channel_post] == ["by hand!"]
    forwarded = await bot.forward_message(ann.id, channel.id, sent.message_id)
    assert forwarded.forward_origin is not None and forwarded.forward_origin.type == "channel"
    await channel.bot(administrator=False)
    with pytest.raises(BadRequest, match="Need administrator rights in the channel chat"):
        await bot.send_message(channel.id, "x")


async def test_pins_and_reactions(bot: Bot, ann: Person, group: Group) -> None:
    sent = await bot.send_message(group.id, "x")
    with pytest.raises(BadRequest, match="Not enough rights to manage pinned messages in the chat"):
        await bot.pin_chat_message(group.id, sent.message_id)
    await group.bot(administrator=True)
    await bot.pin_chat_message(group.id, sent.message_id)
    pinned = (await bot.get_chat(group.id)).pinned_message
    assert pinned is not None and pinned.message_id == sent.message_id
    await bot.unpin_chat_message(group.id)
    assert (await bot.get_chat(group.id)).pinned_message is None
    assert await bot.set_message_reaction(group.id, sent.message_id, "👍")


async def test_messages_of_others_stay(bot: Bot, ann: Person, group: Group) -> None:
    said = await ann.in_(group).say("/start")
    with pytest.raises(BadRequest, match="Message can't be deleted"):
        await bot.delete_message(group.id, said["message_id"])
    await group.bot(administrator=True)
    assert await bot.delete_message(group.id, said["message_id"])
