"""Plain sentences that are no questions: hello, thanks, and commands without their slash."""

from collections.abc import Mapping
from functools import wraps

from telegram import Update
from telegram.constants import ChatType

from bot.questions.small_talk import Command, Kind, small_talk
from bot.rendering import small_talk as answers
from bot.telegram.context import Context, chat_of, message_of
from handlers import asking
from handlers.asking import without_name
from handlers.permissions import Handler

_ANSWERS = {
    Kind.GREETING: answers.greeting,
    Kind.THANKS: answers.gladly,
    Kind.FAREWELL: answers.farewell,
    Kind.OTHER: answers.ask_me,
}


def unless_small_talk(handler: Handler, commands: Mapping[str, Handler]) -> Handler:
    """For messages: what is said only to be polite is answered so, and a command does what it does with its slash;
    all else goes on. What is forwarded was not said to this bot, nor in a group what does not name it."""

    @wraps(handler)
    async def asked(update: Update, context: Context) -> None:
        meant = small_talk(said, commands) if (said := _said_to_bot(update, context)) else None
        if isinstance(meant, Command):
            context.meant = meant.words
            await commands[meant.name](update, context)
        elif meant is Kind.WRONG:
            if not await asking.said_wrong(update, context):
                await context.reply(update, answers.ask_me())
        elif meant:
            await context.reply(update, _ANSWERS[meant]())
        else:
            await handler(update, context)

    return asked


def _said_to_bot(update: Update, context: Context) -> str:
    message = message_of(update)
    if message is None or message.forward_origin:
        return ""
    text = context.text(update)
    said = without_name(text, context.bot.username)
    called = said != text or (message.text or "").startswith("/")
    return said if called or chat_of(update).type == ChatType.PRIVATE else ""
