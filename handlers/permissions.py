"""Who may do what, and which chat it is about.

In a private chat that may be a channel or group which this person administrates and sets up from there: what they
write is about the one that they manage now, what they press about the one that the message names. Telegram is asked
each time whether they still may.
"""

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any

from telegram import Update
from telegram.constants import ChatType

from bot.domain.message import Message
from bot.rendering import managing, menus
from bot.rendering.actions import StopManaging
from bot.rendering.markup import escape
from bot.telegram.context import Context, chat_of, message_of, offered

Handler = Callable[[Update, Context], Coroutine[Any, Any, None]]


def for_managers(handler: Handler) -> Handler:
    """For what changes a chat: in a group, for its administrators only; others are told so quietly."""

    @wraps(handler)
    async def guarded(update: Update, context: Context) -> None:
        if not await _aim(update, context):
            return
        if context.managed or await context.may_manage(update):
            await handler(update, context)
        elif update.callback_query:
            await context.note(update, menus.admins_only().text, alert=True)
        elif await _is_first_refusal(update, context):
            await context.reply(update, menus.admins_only(), silent=True)

    return guarded


def about_chat(handler: Handler) -> Handler:
    """For what only tells of a chat."""

    @wraps(handler)
    async def aimed(update: Update, context: Context) -> None:
        if await _aim(update, context):
            await handler(update, context)

    return aimed


def for_editors(handler: Handler) -> Handler:
    """For buttons: to anyone else they are as dead as any forged one."""

    @wraps(handler)
    async def guarded(update: Update, context: Context) -> None:
        if context.is_editor(update):
            await handler(update, context)
        else:
            await context.note(update, menus.stale_button())

    return guarded


async def _aim(update: Update, context: Context) -> bool:
    """Finds out which chat this is about. False, and they are told, if it is one that they manage no longer."""
    chat = chat_of(update)
    if update.callback_query and message_of(update) is None and (chat.type == ChatType.PRIVATE or chat.is_forum):
        await context.note(update, menus.stale_button())  # too old to know which chat, or topic, it was about
        return False
    if chat.type != ChatType.PRIVATE or update.effective_user is None:
        return True
    person = update.effective_user.id
    managed = await context.services.managers.managed_by(person)
    meant = _named_below(update) if update.callback_query else managed and managed.chat_id
    if meant is None:
        return True
    if managed is None or managed.chat_id != meant:
        await _tell(update, context, managing.over())
        return False
    if not await context.administers(person, meant):
        await context.services.managers.end(person)
        await _tell(update, context, managing.lost(managed))
        return False
    context.managed = managed
    return True


def _named_below(update: Update) -> int | None:
    return next((a.chat_id for a in offered(message_of(update)) if isinstance(a, StopManaging)), None)


async def _tell(update: Update, context: Context, text: str) -> None:
    if update.callback_query:
        await context.note(update, text, alert=True)
    else:
        await context.reply(update, Message(text=escape(text)))


async def _is_first_refusal(update: Update, context: Context) -> bool:
    person = update.effective_user.id if update.effective_user else 0
    return await context.services.managers.refuse(chat_of(update).id, person)
