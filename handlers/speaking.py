"""Which language the bot speaks in a chat."""

from telegram import Update
from telegram.constants import ChatType

from bot.domain.message import Message
from bot.rendering import languages, wording
from bot.rendering.actions import SetLanguage
from bot.rendering.wording import speak
from bot.telegram.commands import announce_to_chat
from bot.telegram.context import Context, chat_of


async def language(update: Update, context: Context) -> None:
    """`/language CODE`; alone, it offers them."""
    word = context.text(update)
    if code := languages.find_language(word):
        await set_language(update, context, code)
        await context.reply(update, languages.chosen(code))
    else:
        await context.reply(update, await _offer(update, context, word))


async def choose_language(update: Update, context: Context) -> None:
    await context.reply(update, await _offer(update, context))


async def pick_language(update: Update, context: Context) -> None:
    if isinstance(context.action, SetLanguage) and (code := languages.find_language(context.action.language)):
        await set_language(update, context, code)
        await context.note(update)
        await context.replace(update, languages.chosen(code))


async def set_language(update: Update, context: Context, code: str) -> None:
    await context.services.subscriptions.set_language(context.reader(update), code)
    if context.managed:
        return  # the answer is to this person, in their own language
    speak(code)
    chat = chat_of(update)
    editor = chat.type == ChatType.PRIVATE and context.is_editor(update)
    await announce_to_chat(context.bot, chat.id, chat.type, editor=editor)


async def _offer(update: Update, context: Context, word: str = "") -> Message:
    subscription = await context.services.subscriptions.get(context.reader(update))
    code = subscription.language if context.managed else wording.language()
    return languages.no_such_language(word, code) if word else languages.choose(code)
