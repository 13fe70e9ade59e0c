"""The route of a pressed button: by what it does."""

from typing import Any

from telegram import Update
from telegram.ext import BaseHandler

from bot.rendering.actions import decode
from bot.rendering.callback import Action
from bot.telegram.context import Context


class ActionHandler(BaseHandler[Update, Context, None]):
    """Meets the press of a button with an action of this kind. Under what was sent in inline mode none stands, and
    whoever forges a press there does not say in which chat."""

    def __init__(self, kind: type[Action], callback: Any) -> None:
        super().__init__(callback)
        self._kind = kind

    def check_update(self, update: object) -> Action | None:
        if not isinstance(update, Update) or update.effective_chat is None:
            return None
        if update.callback_query is None or not update.callback_query.data:
            return None
        action = decode(update.callback_query.data)
        return action if isinstance(action, self._kind) else None

    def collect_additional_context(
        self, context: Context, update: Update, application: Any, check_result: Any
    ) -> None:
        context.action = check_result
