"""A whole python-telegram-bot application against the sandbox, told nothing but its address."""

from telegram import ForceReply, InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import (
    ApplicationBuilder,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    MessageHandler,
    filters,
)

from bot.sandbox.client import Client, Person
from bot.sandbox.server import Sandbox

TOKEN = "123456:ABC-def_1234"


async def start(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.message is not None
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Count", callback_data="1")]])
    await update.message.reply_html("<b>Welcome</b>", reply_markup=keyboard, do_quote=True)


async def count(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    query = update.callback_query
    assert query is not None
    await query.answer(f"at {query.data}")
    await query.edit_message_text(f"Pressed {query.data}")


async def echo(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.message is not None
    await update.message.reply_text(update.message.text or "", reply_markup=ForceReply())


async def test_a_conversation_over_long_polling(sandbox: Sandbox, client: Client) -> None:
    ann: Person = await client.new_person("Ann")
    application = ApplicationBuilder().token(TOKEN).base_url(f"{sandbox.url}/bot").build()
    application.add_handlers([CommandHandler("start", start), CallbackQueryHandler(count)])
    application.add_handler(MessageHandler(filters.TEXT, echo))
    assert application.updater is not None
    async with application:
        await application.start()
        await application.updater.start_polling()
        said = await ann.private.start()
        welcome = await ann.private.next()
        assert welcome["reply_to_message"]["message_id"] == said["message_id"]
        assert (await ann.private.press(welcome, "Count"))["answer"] == {"text": "at 1"}
        changed = await ann.private.changed(welcome["message_id"])
        assert changed is not None and changed["text"] == "Pressed 1"
        await ann.private.say("hello 😀")
        assert (await ann.private.next())["text"] == "hello 😀"
        await application.updater.stop()
        await application.stop()
    assert {tuple(call["unknown_parameters"]) for call in await client.calls()} == {()}
    assert [call["status"] for call in await client.calls("getUpdates")][-1] == 200
