"""Our messages in the SDK's form."""

from telegram import (
    ChatAdministratorRights,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    KeyboardButtonRequestChat,
    LinkPreviewOptions,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)

from bot.domain.message import Button, Message


def keyboard(message: Message) -> InlineKeyboardMarkup | None:
    if not message.buttons:
        return None
    return InlineKeyboardMarkup([[_button(button) for button in row] for row in message.buttons])


def markup(message: Message) -> InlineKeyboardMarkup | ReplyKeyboardMarkup | ReplyKeyboardRemove | None:
    """Of a new message: only such a one can change what is below the field that one writes in."""
    asking = _asking(message)
    if asking:
        return ReplyKeyboardMarkup([[button] for button in asking], resize_keyboard=True, one_time_keyboard=True)
    return ReplyKeyboardRemove() if message.ends_keyboard else keyboard(message)


def _asking(message: Message) -> list[KeyboardButton]:
    buttons = []
    if message.asks_location:
        buttons.append(KeyboardButton(message.asks_location, request_location=True))
    if message.asks_channel:
        buttons.append(KeyboardButton(message.asks_channel, request_chat=_request(1, channel=True)))
    if message.asks_group:
        buttons.append(KeyboardButton(message.asks_group, request_chat=_request(2, channel=False)))
    return buttons


def _request(number: int, *, channel: bool) -> KeyboardButtonRequestChat:
    """For a chat that the person administrates; where the bot is not there yet, Telegram adds it.

    https://core.telegram.org/bots/api#keyboardbuttonrequestchat
    """
    rights = {**ChatAdministratorRights.no_rights().to_dict(), "can_manage_chat": True}
    needed = ChatAdministratorRights.de_json({**rights, **({"can_post_messages": True} if channel else {})})
    return KeyboardButtonRequestChat(
        request_id=number,
        chat_is_channel=channel,
        user_administrator_rights=needed,
        bot_administrator_rights=needed if channel else None,
        bot_is_member=True,
        request_title=True,
    )


def preview(message: Message) -> LinkPreviewOptions | None:
    """None: the preview of the first link, as Telegram makes it. A picture need not be linked in the text:
    https://core.telegram.org/bots/api#linkpreviewoptions"""
    if message.picture:
        return LinkPreviewOptions(url=message.picture, prefer_large_media=True, show_above_text=True)
    return None if message.link_preview else LinkPreviewOptions(is_disabled=True)


def _button(button: Button) -> InlineKeyboardButton:
    return InlineKeyboardButton(button.label, callback_data=button.data, url=button.url)
