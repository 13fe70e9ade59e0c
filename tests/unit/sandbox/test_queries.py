"""Pressed buttons and inline mode."""

import asyncio
from typing import Any

import pytest
from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQuery,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputTextMessageContent,
    Update,
)
from telegram.error import BadRequest

from bot.sandbox.client import Client, Person, buttons

KEYBOARD = InlineKeyboardMarkup(
    [
        [
            InlineKeyboardButton("✅ Subscribe", callback_data="sub:1"),
            InlineKeyboardButton("Later", callback_data="no"),
        ],
        [InlineKeyboardButton("Site", url="https://a.org")],
    ]
)


async def last(bot: Bot) -> Update:
    """The newest update, all earlier ones confirmed."""
    return (await bot.get_updates(offset=-1, timeout=5))[-1]


@pytest.mark.parametrize("name", ["✅ Subscribe", "✅", "Subscribe", "sub:1"])
async def test_a_pressed_button_is_answered(bot: Bot, ann: Person, name: str) -> None:
    await bot.send_message(ann.id, "news?", reply_markup=KEYBOARD)
    message = await ann.private.next()
    await last(bot)
    press = asyncio.create_task(ann.private.press(message, name))
    update = await wait_for_query(bot)
    assert update.callback_query is not None
    assert update.callback_query.data == "sub:1"
    assert update.callback_query.message is not None
    assert await update.callback_query.answer("done", show_alert=True)
    assert (await press)["answer"] == {"text": "done", "show_alert": True}


async def wait_for_query(bot: Bot) -> Update:
    offset = (await last(bot)).update_id
    updates = await bot.get_updates(offset=offset, timeout=5)
    while not updates[-1].callback_query:
        updates = await bot.get_updates(offset=updates[-1].update_id + 1, timeout=5)
    return updates[-1]


async def test_a_query_is_answered_once_and_in_time(bot: Bot, client: Client, ann: Person) -> None:
    sent = await bot.send_message(ann.id, "news?", reply_markup=KEYBOARD)
    message = await ann.private.next()
    press = asyncio.create_task(ann.private.forge(message, "forged"))
    query = (await wait_for_query(bot)).callback_query
    assert query is not None and query.data == "forged" and query.message is not None
    assert query.message.message_id == sent.message_id
    with pytest.raises(BadRequest, match="Message_too_long"):
        await query.answer("x" * 201)
    await query.answer()
    assert (await press)["answer"] == {}
    too_old = "Query is too old and response timeout expired or query id is invalid"
    with pytest.raises(BadRequest, match=too_old):
        await query.answer()
    press = asyncio.create_task(ann.private.forge(message, "again"))
    query = (await wait_for_query(bot)).callback_query
    assert query is not None
    await client.advance(3600)
    with pytest.raises(BadRequest, match=too_old):
        await query.answer()
    press.cancel()


async def test_pressing_what_is_not_there(bot: Bot, ann: Person) -> None:
    await bot.send_message(ann.id, "news?", reply_markup=KEYBOARD)
    message = await ann.private.next()
    assert [button["text"] for button in buttons(message)] == ["✅ Subscribe", "Later", "Site"]
    with pytest.raises(LookupError, match="Later"):
        await ann.private.press(message, "Site")


async def inline_query(bot: Bot) -> tuple[InlineQuery, Update]:
    update = await last(bot)
    while update.inline_query is None:
        update = (await bot.get_updates(offset=update.update_id + 1, timeout=5))[-1]
    return update.inline_query, update


async def test_inline_mode(bot: Bot, ann: Person) -> None:
    ask = asyncio.create_task(ann.ask_inline("rust"))
    query, update = await inline_query(bot)
    content = InputTextMessageContent("<b>Rust</b>", parse_mode="HTML")
    article = InlineQueryResultArticle("r1", "Rust news", content, reply_markup=KEYBOARD, description="2 articles")
    await query.answer([article], cache_time=5)
    results = (await ask)["results"]
    assert [(one["id"], one["title"], one["description"]) for one in results] == [("r1", "Rust news", "2 articles")]
    message = await ann.choose_inline(ann.private, "r1", "rust")
    assert message["via_bot"]["id"] == bot.id and message["from"]["id"] == ann.id
    updates = await bot.get_updates(offset=update.update_id + 1, timeout=5)
    chosen = next(one.chosen_inline_result for one in updates if one.chosen_inline_result)
    assert chosen.query == "rust"
    assert await bot.edit_message_text("Rust!", inline_message_id=chosen.inline_message_id) is True
    edited = await ann.private.changed(message["message_id"])
    assert edited is not None and edited["text"] == "Rust!"


def offer(number: str = "r1", **more: Any) -> InlineQueryResultArticle:
    return InlineQueryResultArticle(number, "Rust news", InputTextMessageContent("Rust"), **more)


async def answered(bot: Bot, person: Person, results: list[InlineQueryResultArticle], **more: Any) -> dict[str, Any]:
    """What the person sees when the bot answers so."""
    ask = asyncio.create_task(person.ask_inline("rust"))
    query, update = await inline_query(bot)
    await bot.get_updates(offset=update.update_id + 1, timeout=0)
    await query.answer(results, **more)
    return await ask


async def test_an_inline_answer_is_given_again_for_a_while(bot: Bot, client: Client, ann: Person) -> None:
    bob = await client.new_person("Bob")
    answer = await answered(bot, ann, [offer()], cache_time=60)
    assert [await ann.ask_inline("rust"), await bob.ask_inline("rust")] == [answer, answer]
    assert (await bob.choose_inline(bob.private, "r1"))["text"] == "Rust"
    await client.advance(61)
    assert (await answered(bot, bob, []))["results"] == []


async def test_a_personal_inline_answer_is_given_again_to_that_person(bot: Bot, client: Client, ann: Person) -> None:
    bob = await client.new_person("Bob")
    answer = await answered(bot, ann, [offer()], cache_time=60, is_personal=True)
    assert (await answered(bot, bob, []))["results"] == []
    assert await ann.ask_inline("rust") == answer


async def test_a_button_above_inline_results(bot: Bot, ann: Person) -> None:
    ask = asyncio.create_task(ann.ask_inline("nothing"))
    query, _ = await inline_query(bot)
    with pytest.raises(BadRequest, match="Start_param_invalid"):
        await query.answer([], button=InlineQueryResultsButton("Open", start_parameter="a b"))
    await query.answer([], button=InlineQueryResultsButton("Open", start_parameter="a_b"), next_offset="20")
    answer = await ask
    assert (answer["button"], answer["next_offset"]) == ({"text": "Open", "start_parameter": "a_b"}, "20")


@pytest.mark.parametrize(
    ("results", "more", "refusal"),
    [
        ([offer(), offer()], {}, "Result_id_duplicate"),
        ([offer("x" * 65)], {}, "Result_id_invalid"),
        ([offer(thumbnail_url="ftp://a.example/1.png")], {}, "Webdocument_url_invalid"),
        ([offer(str(number)) for number in range(51)], {}, "Results_too_much"),
        ([], {"next_offset": "x" * 65}, "Next_offset_invalid"),
    ],
)
async def test_refused_inline_answers(
    bot: Bot, ann: Person, results: list[InlineQueryResultArticle], more: dict[str, Any], refusal: str
) -> None:
    ask = asyncio.create_task(ann.ask_inline("rust"))
    query, _ = await inline_query(bot)
    with pytest.raises(BadRequest, match=refusal):
        await bot.answer_inline_query(query.id, results, **more)
    await query.answer([])
    assert await ask == {"results": [], "next_offset": ""}


async def test_a_press_under_an_inline_message_tells_its_id_and_no_chat(bot: Bot, ann: Person) -> None:
    ask = asyncio.create_task(ann.ask_inline("rust"))
    query, _ = await inline_query(bot)
    await query.answer([offer(reply_markup=KEYBOARD)])
    await ask
    message = await ann.choose_inline(ann.private, "r1", "rust")
    press = asyncio.create_task(ann.private.press(message, "Later"))
    pressed = (await wait_for_query(bot)).callback_query
    assert pressed is not None
    assert (pressed.message, bool(pressed.inline_message_id), pressed.data) == (None, True, "no")
    await pressed.answer()
    await press
