"""Buttons that ask for a chat, and what becomes of the one that is chosen."""

import pytest
from telegram import Bot, ChatAdministratorRights, KeyboardButton, KeyboardButtonRequestChat, ReplyKeyboardMarkup
from telegram.error import BadRequest

from bot.sandbox.client import Client, Person, SandboxRefusal

POSTING = ChatAdministratorRights.de_json(
    {**ChatAdministratorRights.no_rights().to_dict(), "can_post_messages": True}
)
CHANNEL = KeyboardButtonRequestChat(
    1, True, user_administrator_rights=POSTING, bot_administrator_rights=POSTING, request_title=True
)
GROUP = KeyboardButtonRequestChat(2, False, bot_is_member=True)
KEYBOARD = ReplyKeyboardMarkup(
    [[KeyboardButton("A channel", request_chat=CHANNEL)], [KeyboardButton("A group", request_chat=GROUP)]],
    one_time_keyboard=True,
)


@pytest.fixture
async def asked(bot: Bot, ann: Person) -> Person:
    """Ann, who sees the buttons."""
    await bot.send_message(ann.id, "Which?", reply_markup=KEYBOARD)
    return ann


async def test_a_chosen_chat_is_told(bot: Bot, client: Client, asked: Person) -> None:
    channel = await client.new_group("Daily", owner=asked, kind="channel", username="daily")
    await asked.private.share_chat("A channel", channel.id)
    message = (await bot.get_updates())[-1].message
    assert message and message.chat_shared
    shared = message.chat_shared
    assert (shared.request_id, shared.chat_id, shared.title, shared.username) == (1, channel.id, "Daily", None)
    assert await asked.private.below() == []


@pytest.mark.parametrize(
    ("kind", "label", "status"), [("channel", "A channel", "administrator"), ("group", "A group", "member")]
)
async def test_the_bot_is_added(bot: Bot, client: Client, asked: Person, kind: str, label: str, status: str) -> None:
    group = await client.new_group("Daily", owner=asked, kind=kind)
    await group.bot(present=False)
    await asked.private.share_chat(label, group.id)
    assert (await bot.get_chat_member(group.id, bot.id)).status == status


async def test_only_what_suits(bot: Bot, client: Client, asked: Person) -> None:
    bob = await client.new_person("Bob")
    channel = await client.new_group("Daily", owner=bob, members=[asked], kind="channel")
    group = await client.new_group("Fans", owner=bob, members=[asked])
    chat = asked.private
    with pytest.raises(SandboxRefusal, match="no such chat"):
        await chat.share_chat("A group", channel.id)
    with pytest.raises(SandboxRefusal, match="has not the rights"):
        await chat.share_chat("A channel", channel.id)
    await channel.add(asked, administrator=True, rights={"can_post_messages": False})
    with pytest.raises(SandboxRefusal, match="has not the rights"):
        await chat.share_chat("A channel", channel.id)
    await group.bot(present=False)
    with pytest.raises(SandboxRefusal, match="Only an administrator of Fans can add the bot"):
        await chat.share_chat("A group", group.id)
    await group.bot()
    await chat.share_chat("A group", group.id)
    with pytest.raises(LookupError):
        await chat.share_chat("A group", group.id)


async def test_in_private_chats_only(bot: Bot, client: Client, ann: Person) -> None:
    group = await client.new_group("Fans", owner=ann)
    with pytest.raises(BadRequest, match="Chats can be requested in private chats only"):
        await bot.send_message(group.id, "Which?", reply_markup=KEYBOARD)
