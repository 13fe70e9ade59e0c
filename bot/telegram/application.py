"""The SDK's application, put together of our parts."""

import logging
import os
from collections.abc import Iterable
from typing import Any, cast

from telegram import Update
from telegram.constants import ChatType
from telegram.error import BadRequest, InvalidToken, NetworkError, TelegramError
from telegram.ext import (
    ApplicationBuilder,
    ApplicationHandlerStop,
    BaseHandler,
    ContextTypes,
    TypeHandler,
    filters,
)

from bot.domain.subscription import Address
from bot.rendering import menus
from bot.rendering.wording import speak
from bot.services import Services
from bot.storage.connection import StoreError
from bot.subscriptions import Reader
from bot.telegram.context import Context, NewsApplication, Shared
from bot.telegram.intake import ALLOWED_UPDATES
from bot.telegram.limiter import AnswerLimiter, AnswerPacer
from bot.telegram.messenger import TelegramMessenger
from bot.telegram.request import AiohttpRequest

_LOG = logging.getLogger(__name__)


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
    application.add_handlers(
        {-2: [TypeHandler(Update, speak_theirs)], -1: [TypeHandler(Update, heard_from)], 0: list(routes)}
    )
    application.add_error_handler(on_error)


async def speak_theirs(update: Update, context: Context) -> None:
    """All that the task of this update words is in the chat's language; every update has a task of its own, and its
    handlers run in it one after the other."""
    user = update.effective_user
    if update.effective_chat:
        speak((await context.services.subscriptions.get(context.reader(update))).language)
    elif user:  # in inline mode, where no chat is told: as with them alone
        speak(
            (await context.services.subscriptions.get(Reader(Address(user.id), language=user.language_code))).language
        )


async def heard_from(update: Update, context: Context) -> None:
    """Whoever writes or presses can be written to again, whatever Telegram said before."""
    if update.effective_chat is None or filters.StatusUpdate.ALL.check_update(update):
        return  # said in no chat of ours; or such as that the bot has just been removed
    if update.message or update.channel_post or update.callback_query:
        await context.services.subscriptions.heard_from(context.here(update))
    if _is_talk(update):
        await context.services.subscriptions.note_talk(context.here(update))


def _is_talk(update: Update) -> bool:
    """What people in a group write to each other, as far as the bot is shown it: without being an administrator it
    sees only what is meant for it (https://core.telegram.org/bots/features#privacy-mode)."""
    message = update.message
    if message is None or message.chat.type not in (ChatType.GROUP, ChatType.SUPERGROUP):
        return False
    return not filters.COMMAND.check_update(update) and not message.is_automatic_forward


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
