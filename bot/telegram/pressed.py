"""The message whose button was pressed, as it is to go on: its text, and its other buttons."""

from telegram import InlineKeyboardButton, Update

from bot.domain.message import Button
from bot.rendering.actions import decode
from bot.rendering.callback import Action
from bot.telegram.context import message_of


def text_of(update: Update) -> str:
    """As HTML; empty if it is too old for Telegram to show it."""
    message = message_of(update)
    return message.text_html or "" if message else ""


def buttons_left(update: Update, *but: type[Action]) -> tuple[tuple[Button, ...], ...]:
    """Those that do something else; none if it is too old for Telegram to show it."""
    message = message_of(update)
    markup = message.reply_markup if message else None
    rows = [tuple(_ours(button) for button in row) for row in (markup.inline_keyboard if markup else ())]
    left = (tuple(button for button in row if not isinstance(decode(button.data or ""), but)) for row in rows)
    return tuple(row for row in left if row)


def _ours(button: InlineKeyboardButton) -> Button:
    data = button.callback_data
    return Button(label=button.text, data=data if isinstance(data, str) else None, url=button.url)
