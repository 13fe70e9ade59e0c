"""Methods that send, as an unpatched SDK and as plain HTTP call them."""

from collections.abc import Callable, Coroutine
from typing import Any

import aiohttp
import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, ReplyParameters
from telegram.error import BadRequest, Forbidden, NetworkError

from bot.sandbox.client import Client, Person
from bot.sandbox.server import Sandbox

Call = Callable[..., Coroutine[Any, Any, dict[str, Any]]]
PIXEL = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x03\x00\x00\x00\x02\x08\x06\x00\x00\x00and so on"


async def test_the_sdk_sends_a_formatted_message_with_buttons(bot: Bot, ann: Person) -> None:
    keyboard = InlineKeyboardMarkup(
        [[InlineKeyboardButton("More", callback_data="more:1")], [InlineKeyboardButton("Site", url="https://a.org")]]
    )
    sent = await bot.send_message(ann.id, "<b>Hi</b> &amp; bye", parse_mode="HTML", reply_markup=keyboard)
    assert sent.text == "Hi & bye"
    assert sent.entities[0].type == "bold"
    assert sent.from_user is not None and sent.from_user.id == bot.id
    seen = await ann.private.next()
    assert seen["message_id"] == sent.message_id
    assert seen["reply_markup"]["inline_keyboard"][1][0] == {"text": "Site", "url": "https://a.org/"}


async def test_replies_carry_the_message_replied_to(bot: Bot, ann: Person) -> None:
    question = await ann.private.say("how?")
    sent = await bot.send_message(ann.id, "so", reply_parameters=ReplyParameters(message_id=question["message_id"]))
    assert sent.reply_to_message is not None and sent.reply_to_message.text == "how?"
    with pytest.raises(BadRequest, match="Message to be replied not found"):
        await bot.send_message(ann.id, "so", reply_parameters=ReplyParameters(message_id=999))
    lenient = ReplyParameters(message_id=999, allow_sending_without_reply=True)
    assert (await bot.send_message(ann.id, "so", reply_parameters=lenient)).reply_to_message is None


async def test_documents_come_back_as_they_were_sent(bot: Bot, ann: Person) -> None:
    sent = await bot.send_document(
        ann.id, b"a,b\n1,2\n", filename="list.csv", caption="<i>all</i>", parse_mode="HTML"
    )
    assert sent.document is not None
    assert (sent.document.file_name, sent.document.file_size) == ("list.csv", 8)
    assert sent.caption == "all" and sent.caption_entities[0].type == "italic"
    file = await bot.get_file(sent.document.file_id)
    assert bytes(await file.download_as_bytearray()) == b"a,b\n1,2\n"
    again = await bot.send_document(ann.id, sent.document.file_id)
    assert again.document is not None and again.document.file_id == sent.document.file_id


async def test_photos_have_their_size(bot: Bot, ann: Person) -> None:
    sent = await bot.send_photo(ann.id, PIXEL, caption="c")
    assert (sent.photo[-1].width, sent.photo[-1].height) == (3, 2)
    with pytest.raises(BadRequest, match="Image_process_failed"):
        await bot.send_photo(ann.id, b"no picture")


async def test_a_persons_file_reaches_the_bot(bot: Bot, ann: Person) -> None:
    await ann.private.send_file("feeds.opml", b"<opml/>", mime="text/x-opml", caption="mine")
    update = (await bot.get_updates())[-1]
    assert update.message is not None and update.message.document is not None
    assert update.message.caption == "mine"
    file = await bot.get_file(update.message.document.file_id)
    assert bytes(await file.download_as_bytearray()) == b"<opml/>"


async def test_forwards_and_copies(bot: Bot, ann: Person) -> None:
    said = await ann.private.say("news")
    forwarded = await bot.forward_message(ann.id, ann.id, said["message_id"])
    assert forwarded.forward_origin is not None and forwarded.forward_origin.type == "user"
    copied = await bot.copy_message(ann.id, ann.id, said["message_id"])
    assert (await ann.private.history())[-1]["message_id"] == copied.message_id
    with pytest.raises(BadRequest, match="Message to forward not found"):
        await bot.forward_message(ann.id, ann.id, 999)


@pytest.mark.parametrize(
    ("parameters", "description"),
    [
        ({"text": ""}, "Bad Request: message text is empty"),
        ({}, "Bad Request: message text is empty"),
        ({"text": " \n "}, "Bad Request: text must be non-empty"),
        ({"text": "<b></b>", "parse_mode": "HTML"}, "Bad Request: text must be non-empty"),
        (
            {"text": "x", "reply_markup": {"inline_keyboard": "y"}},
            'Bad Request: field "inline_keyboard" must be of type Array',
        ),
        ({"text": "x", "reply_parameters": {"quote": "y"}}, 'Bad Request: can\'t find field "message_id"'),
        ({"text": "😀" * 2049}, "Bad Request: message is too long"),
        ({"text": "x", "chat_id": 5}, "Bad Request: chat not found"),
        ({"text": "x", "chat_id": "@nobody"}, "Bad Request: chat not found"),
        ({"text": "x", "chat_id": ""}, "Bad Request: chat_id is empty"),
        ({"text": "x", "reply_markup": []}, "Bad Request: object expected as reply markup"),
        ({"text": "x", "reply_markup": "{"}, "Bad Request: can't parse reply markup JSON object"),
        (
            {"text": "x", "reply_parameters": {"message_id": "x"}},
            'Bad Request: field "message_id" must be of type Number',
        ),
        ({"text": "x", "message_thread_id": 7}, "Bad Request: message thread not found"),
    ],
)
async def test_refused_messages(call: Call, ann: Person, parameters: dict[str, Any], description: str) -> None:
    answer = await call("sendMessage", **{"chat_id": ann.id, **parameters})
    assert answer == {"ok": False, "error_code": 400, "description": description}


async def test_the_longest_text_is_4096_units_after_parsing(call: Call, ann: Person) -> None:
    answer = await call("sendMessage", chat_id=ann.id, text=f"<b>{'😀' * 2048}</b>", parse_mode="HTML")
    assert answer["result"]["entities"] == [{"type": "bold", "offset": 0, "length": 4096}]


@pytest.mark.parametrize(
    ("button", "description"),
    [
        ({"text": "x"}, "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"),
        ({"callback_data": "x"}, "can't parse inline keyboard button: Can't find field \"text\""),
        (
            {"text": "x", "callback_data": ""},
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        ({"text": "x", "pay": True}, "BUTTON_TYPE_INVALID"),
        ({"text": "x", "copy_text": {"text": ""}}, "BUTTON_COPY_TEXT_INVALID"),
        (
            {"text": "x", "web_app": {"url": "http://a.org"}},
            "inline keyboard button Web App URL 'http://a.org' is invalid: Only HTTPS links are allowed",
        ),
        (
            {"text": "x", "url": "ftp://a.org"},
            "inline keyboard button URL 'ftp://a.org' is invalid: Unsupported URL protocol",
        ),
        ({"text": "x", "callback_data": "ü" * 33}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "url": "a"}, "inline keyboard button URL 'a' is invalid: Wrong HTTP URL"),
        ({"text": "x", "url": "a.b", "callback_data": "c"}, "can't parse inline keyboard button: exactly one"),
        ({"text": " ", "callback_data": "x"}, "inline keyboard button text must be non-empty"),
    ],
)
async def test_refused_buttons(call: Call, ann: Person, button: dict[str, Any], description: str) -> None:
    markup = {"inline_keyboard": [[button]]}
    answer = await call("sendMessage", chat_id=ann.id, text="x", reply_markup=markup)
    assert answer["description"].startswith(f"Bad Request: {description}")
    assert await ann.private.quiet(0) == []


async def test_a_keyboard_has_at_most_a_hundred_buttons(call: Call, ann: Person) -> None:
    row = [{"text": "x", "callback_data": "ü" * 32}] * 5
    fits = await call("sendMessage", chat_id=ann.id, text="x", reply_markup={"inline_keyboard": [row] * 20})
    assert fits["ok"]
    more = await call("sendMessage", chat_id=ann.id, text="x", reply_markup={"inline_keyboard": [row] * 21})
    assert more["description"] == "Bad Request: reply markup is too long"


async def test_where_the_bot_may_not_write(bot: Bot, client: Client, ann: Person) -> None:
    stranger = await client.new_person("Bob")
    with pytest.raises(Forbidden, match="bot can't initiate conversation with a user"):
        await bot.send_message(stranger.id, "hello")
    await ann.private.block()
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await bot.send_message(ann.id, "hello")
    await ann.private.unblock()
    assert await bot.send_message(ann.id, "hello again")


async def test_captions_are_short(bot: Bot, ann: Person) -> None:
    with pytest.raises(BadRequest, match="Message caption is too long"):
        await bot.send_document(ann.id, b"x", caption="x" * 1025)


async def test_chat_actions_are_seen(bot: Bot, ann: Person, sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
    await bot.send_chat_action(ann.id, "typing")
    async with http.get(f"{sandbox.url}/client/events?after=0&wait=0") as answer:
        events = (await answer.json())["events"]
    assert {"kind": "action", "action": "typing", "chat_id": ann.id}.items() <= events[-1].items()
    with pytest.raises(BadRequest, match="Wrong parameter action in request"):
        await bot.send_chat_action(ann.id, "dancing")


async def test_files_too_large_are_refused(call: Call, client: Client, ann: Person) -> None:
    message = await ann.private.send_file("big.bin", bytes(20 * 1024 * 1024 + 1))
    answer = await call("getFile", file_id=message["document"]["file_id"])
    assert answer["description"] == "Bad Request: file is too big"


async def test_uploads_too_large_are_refused(bot: Bot, ann: Person) -> None:
    with pytest.raises(NetworkError, match="Request Entity Too Large"):
        await bot.send_document(ann.id, bytes(50 * 1024 * 1024 + 1), filename="big.bin")
    assert await ann.private.quiet(0) == []
