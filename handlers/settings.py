"""`/settings`: pages in one message, each press of which sets something or leads on."""

from functools import wraps

from telegram import Update
from telegram.constants import ChatType

from bot.domain.message import Message
from bot.rendering import menus, settings, silence
from bot.rendering.actions import Choose, OpenPage, Page
from bot.rendering.pages import State
from bot.telegram.context import Context, chat_of, is_chat_itself, message_of
from handlers import hushing
from handlers.choosing import SETTERS
from handlers.permissions import Handler, for_managers


async def show_settings(update: Update, context: Context) -> None:
    await context.reply(update, await _page(update, context, Page.TOP))


async def open_page(update: Update, context: Context) -> None:
    if isinstance(context.action, OpenPage):
        await context.note(update)
        await _expect_word(update, context, context.action)
        await context.replace(update, await _page(update, context, context.action.page, context.action.arg))


async def choose(update: Update, context: Context) -> None:
    """Sets it and shows the page as it is then; a button of a page that has changed since does no more than that."""
    if not isinstance(context.action, Choose):
        return
    try:
        note = await SETTERS[context.action.page](update, context, context.action)
    except (KeyError, ValueError):
        note = menus.stale_button()
    await context.note(update, note)
    await context.replace(update, await _page(update, context, context.action.page, _shown(context.action)))


def unless_muting(handler: Handler) -> Handler:
    """For messages: one that answers the page's question is the word to mute; all else goes on."""

    @wraps(handler)
    async def asked(update: Update, context: Context) -> None:
        word = context.text(update)
        here, who = context.here(update), _answering(update)
        if who and await context.services.managers.answers(here, who) and silence.may_be_muted(word):
            await for_managers(hushing.mute)(update, context)
        else:
            await handler(update, context)

    return asked


def _answering(update: Update) -> int | None:
    """By which an answer is known: the person's id; where an administrator writes as the group itself, and so may be
    anyone, minus that of the message replied to."""
    message, person = message_of(update), update.effective_user
    if message and is_chat_itself(update):
        return -message.reply_to_message.message_id if message.reply_to_message else None
    return person.id if person else None


async def _expect_word(update: Update, context: Context, opened: OpenPage) -> None:
    asks = (opened.page, opened.arg) == (Page.MUTED, silence.ADD)
    here, message = context.here(update), message_of(update)
    if update.effective_user:
        await context.services.managers.ask(here, update.effective_user.id, asks=asks)
    if message and chat_of(update).type != ChatType.PRIVATE:
        await context.services.managers.ask(here, -message.message_id, asks=asks)


async def _page(update: Update, context: Context, page: Page, arg: str = "") -> Message:
    reader, services = context.reader(update), context.services
    private = chat_of(update).type == ChatType.PRIVATE
    state = State(
        await services.subscriptions.get(reader),
        await services.categories.all(),
        await services.clock.now(),
        private,
        context.managed,
        len(await services.articles.get_many(list(await services.saved.all(reader.address.chat_id)))),
        await services.subscriptions.export(reader.address.chat_id) is not None,
    )
    return settings.page(state, page, arg)


def _shown(chosen: Choose) -> str:
    """Which part of its page: a schedule's is that of its category."""
    return chosen.arg if chosen.page is Page.SCHEDULE else ""
