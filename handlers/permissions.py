"""Who may do what."""

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any

from telegram import Update

from bot.rendering import menus
from bot.telegram.context import Context

Handler = Callable[[Update, Context], Coroutine[Any, Any, None]]


def for_managers(handler: Handler) -> Handler:
    """In a group, for its administrators only; others are told so, quietly where a button was pressed."""

    @wraps(handler)
    async def guarded(update: Update, context: Context) -> None:
        if await context.may_manage(update):
            await handler(update, context)
        elif update.callback_query:
            await context.note(update, menus.admins_only().text, alert=True)
        else:
            await context.reply(update, menus.admins_only())

    return guarded


def for_editors(handler: Handler) -> Handler:
    """For buttons: to anyone else they are as dead as any forged one."""

    @wraps(handler)
    async def guarded(update: Update, context: Context) -> None:
        if context.is_editor(update):
            await handler(update, context)
        else:
            await context.note(update, menus.stale_button())

    return guarded
