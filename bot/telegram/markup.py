"""Our messages in the SDK's form."""

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions

from bot.domain.message import Button, Message


def keyboard(message: Message) -> InlineKeyboardMarkup | None:
    if not message.buttons:
        return None
    return InlineKeyboardMarkup([[_button(button) for button in row] for row in message.buttons])


def preview(message: Message) -> LinkPreviewOptions | None:
    """None: the preview of the first link, as Telegram makes it."""
    return None if message.link_preview else LinkPreviewOptions(is_disabled=True)


def _button(button: Button) -> InlineKeyboardButton:
    return InlineKeyboardButton(button.label, callback_data=button.data, url=button.url)
