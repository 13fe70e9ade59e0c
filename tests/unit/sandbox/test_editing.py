"""Edits and deletions."""

import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest

from bot.sandbox.client import Client, Person

KEYBOARD = InlineKeyboardMarkup([[InlineKeyboardButton("Go", callback_data="go")]])


async def test_an_edit_replaces_text_and_keyboard(bot: Bot, ann: Person) -> None:
    sent = await bot.send_message(ann.id, "<b>one</b>", parse_mode="HTML", reply_markup=KEYBOARD)
    edited = await bot.edit_message_text("two", chat_id=ann.id, message_id=sent.message_id)
    assert not isinstance(edited, bool)
    assert (edited.text, edited.entities, edited.reply_markup) == ("two", (), None)
    assert edited.edit_date is not None
    seen = await ann.private.changed(sent.message_id)
    assert seen is not None and seen["text"] == "two"
    assert (await ann.private.next())["text"] == "one"


async def test_the_same_again_is_refused(bot: Bot, ann: Person) -> None:
    sent = await bot.send_message(ann.id, "one", reply_markup=KEYBOARD)
    with pytest.raises(BadRequest, match="Message is not modified: specified new message content and reply markup"):
        await bot.edit_message_text("one ", chat_id=ann.id, message_id=sent.message_id, reply_markup=KEYBOARD)
    with pytest.raises(BadRequest, match="Message is not modified"):
        await bot.edit_message_reply_markup(ann.id, sent.message_id, reply_markup=KEYBOARD)
    await bot.edit_message_reply_markup(ann.id, sent.message_id)


async def test_what_cannot_be_edited(bot: Bot, ann: Person) -> None:
    said = await ann.private.say("mine")
    with pytest.raises(BadRequest, match="Message can't be edited"):
        await bot.edit_message_text("x", chat_id=ann.id, message_id=said["message_id"])
    with pytest.raises(BadRequest, match="Message to edit not found"):
        await bot.edit_message_text("x", chat_id=ann.id, message_id=999)
    file = await bot.send_document(ann.id, b"x", caption="a")
    with pytest.raises(BadRequest, match="There is no text in the message to edit"):
        await bot.edit_message_text("x", chat_id=ann.id, message_id=file.message_id)
    edited = await bot.edit_message_caption(ann.id, file.message_id, caption="b")
    assert not isinstance(edited, bool) and edited.caption == "b"
    text = await bot.send_message(ann.id, "x")
    with pytest.raises(BadRequest, match="There is no caption in the message to edit"):
        await bot.edit_message_caption(ann.id, text.message_id, caption="b")


async def test_deletions(bot: Bot, ann: Person) -> None:
    sent = await bot.send_message(ann.id, "one")
    said = await ann.private.say("two")
    assert await bot.delete_message(ann.id, sent.message_id)
    assert await ann.private.changed(sent.message_id) is None
    with pytest.raises(BadRequest, match="Message to delete not found"):
        await bot.delete_message(ann.id, sent.message_id)
    assert await bot.delete_messages(ann.id, [sent.message_id, said["message_id"]])
    assert [message["text"] for message in await ann.private.history()] == ["/start"]
    with pytest.raises(BadRequest, match="must be of type number"):
        await bot.delete_messages(ann.id, ["x"])  # type: ignore[list-item]


async def test_after_two_days_nothing_is_deleted(bot: Bot, client: Client, ann: Person) -> None:
    sent = await bot.send_message(ann.id, "one")
    await client.advance(48 * 3600 + 1)
    with pytest.raises(BadRequest, match="Message can't be deleted for everyone"):
        await bot.delete_message(ann.id, sent.message_id)


async def test_a_persons_edit_reaches_the_bot(bot: Bot, ann: Person) -> None:
    said = await ann.private.say("one")
    await ann.private.edit(said["message_id"], "two")
    update = (await bot.get_updates())[-1]
    assert update.edited_message is not None
    assert (update.edited_message.text, update.edited_message.edit_date is None) == ("two", False)
