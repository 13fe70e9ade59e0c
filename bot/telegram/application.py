"""The SDK's application, put together of our parts."""

import logging
import os
from collections.abc import Iterable
from typing import Any, cast

from telegram import (
    BotCommand,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    Update,
)
from telegram.error import BadRequest, InvalidToken, NetworkError, TelegramError
from telegram.ext import (
    ApplicationBuilder,
    ApplicationHandlerStop,
    BaseHandler,
    ContextTypes,
    TypeHandler,
    filters,
)

from bot.rendering import menus
from bot.services import Services
from bot.storage.connection import StoreError
from bot.telegram.context import Context, NewsApplication, Shared, announce_to_editor
from bot.telegram.intake import ALLOWED_UPDATES
from bot.telegram.limiter import AnswerLimiter, AnswerPacer
from bot.telegram.messenger import TelegramMessenger
from bot.telegram.request import AiohttpRequest

_LOG = logging.getLogger(__name__)
_GROUP_COMMANDS = ("subscribe", "unsubscribe", "categories", "latest", "schedule", "timezone", "ask", "why", "help")
_ABOUT = (
    "News by category, as it happens or once a day at your own time, and answers quoted from the articles. "
    "Press Start and choose your categories."
)


def build_application(
    token: str, api_url: str, pacer: AnswerPacer | None = None, *, connections: int = 64
) -> NewsApplication:
    """Without handlers; `api_url` is the root of the Bot API server; `pacer` gives answers their turn; so many
    requests may be under way at once."""
    # Times come as timedelta, as they will in the library's next version.
    os.environ.setdefault("PTB_TIMEDELTA", "1")
    builder = (
        ApplicationBuilder()
        .token(token)
        .base_url(f"{api_url}/bot")
        .base_file_url(f"{api_url}/file/bot")
        .request(AiohttpRequest(connections))
        .get_updates_request(AiohttpRequest(connections=2))
        .context_types(cast("Any", ContextTypes(context=Context)))
        .updater(None)
        .job_queue(None)
    )
    if pacer is not None:
        builder.rate_limiter(AnswerLimiter(pacer))
    return cast("NewsApplication", builder.build())


class UnknownToken(Exception):
    """Telegram does not know the token."""


class NoAnswer(Exception):
    """The Bot API server is out of reach, or in trouble; the text says how."""


async def connect(application: NewsApplication) -> str:
    """The bot's username. Raises UnknownToken and NoAnswer."""
    try:
        await application.initialize()
    except TelegramError as error:
        await application.bot.shutdown()
        raise (UnknownToken if isinstance(error, InvalidToken) else NoAnswer)(error.message) from None
    except KeyError:
        await application.bot.shutdown()
        raise NoAnswer("what answers there is no Bot API server") from None
    return application.bot.username


async def receive_by_webhook(application: NewsApplication, url: str, secret: str) -> None:
    """https://core.telegram.org/bots/api#setwebhook; raises NoAnswer."""
    try:
        await application.bot.set_webhook(url, secret_token=secret, allowed_updates=ALLOWED_UPDATES)
    except TelegramError as error:
        raise NoAnswer(error.message) from None


def open_for_updates(
    application: NewsApplication,
    services: Services,
    messenger: TelegramMessenger,
    routes: Iterable[BaseHandler[Update, Context, Any]],
) -> None:
    application.bot_data = Shared(services, messenger)
    application.add_handlers({-1: [TypeHandler(Update, heard_from)], 0: list(routes)})
    application.add_error_handler(on_error)


async def heard_from(update: Update, context: Context) -> None:
    """Whoever writes or presses can be written to again, whatever Telegram said before."""
    if filters.StatusUpdate.ALL.check_update(update):
        return  # such as that the bot has just been removed
    if update.message or update.channel_post or update.callback_query:
        await context.services.subscriptions.heard_from(context.reader(update).address)


async def announce(application: NewsApplication, owners: Iterable[int]) -> None:
    """Puts the command menus and the bot's description in place; without them it works all the same."""
    bot = application.bot
    for_readers = [BotCommand(name, words) for name, words in menus.READER_COMMANDS.items()]
    in_groups = [command for command in for_readers if command.command in _GROUP_COMMANDS]
    try:
        await bot.set_my_commands(for_readers, BotCommandScopeAllPrivateChats())
        await bot.set_my_commands(in_groups, BotCommandScopeAllGroupChats())
        await bot.set_my_description(_ABOUT)
        await bot.set_my_short_description("News by category, at your own time.")
        for owner in owners:
            await announce_to_editor(bot, owner)
    except TelegramError as error:
        _LOG.warning("the command menus could not be set: %s", error.message)


async def on_error(update: object, context: Context) -> None:
    """An update that failed is told so, once; what failed stands in the log."""
    error = context.error
    if isinstance(error, StoreError) and isinstance(update, Update):
        context.bot_data.note_store_error(update.update_id, error)
        raise ApplicationHandlerStop  # the whole update is handled again, so nothing more of it now
    if isinstance(error, TelegramError):
        _LOG.warning("an answer was refused: %s", error.message)
        if isinstance(error, NetworkError) and not isinstance(error, BadRequest):
            return  # a refusal is a NetworkError to the library too
    else:
        _LOG.error("an update could not be handled", exc_info=error)
    if isinstance(update, Update) and update.effective_chat:
        try:
            await context.note(update)
            await context.reply(update, menus.trouble())
        except TelegramError as again:
            _LOG.warning("nor could that be told: %s", again.message)
