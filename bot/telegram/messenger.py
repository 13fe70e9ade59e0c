"""The Bot API calls: our messages out, Telegram's answers as outcomes.

Methods and refusals: https://core.telegram.org/bots/api#sendmessage,
https://github.com/tdlib/telegram-bot-api/blob/master/telegram-bot-api/Client.cpp (fail_query_with_error)
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from telegram import Bot, InputFile
from telegram import Message as TelegramMessage
from telegram.constants import ParseMode
from telegram.error import (
    BadRequest,
    ChatMigrated,
    EndPointNotFound,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from bot.domain.delivery import Ambiguous, Later, Moved, Outcome, Refused, Sent, Unreachable
from bot.domain.message import Message
from bot.domain.subscription import Address
from bot.telegram.markup import keyboard, preview
from bot.telegram.request import AnswerLost

_NOT_MODIFIED = "message is not modified"
_GONE = ("message to edit not found", "message to delete not found", "message can't be deleted", "MESSAGE_ID_INVALID")
_CHAT_TROUBLE = (
    "chat not found",
    "not enough rights",
    "have no rights",
    "CHAT_WRITE_FORBIDDEN",
    "CHAT_RESTRICTED",
    "CHAT_SEND_PLAIN_FORBIDDEN",
    "TOPIC_CLOSED",
    "TOPIC_DELETED",
    "message thread not found",
    "group chat was deleted",
)


class TelegramMessenger:
    def __init__(self, bot: Bot, *, paid_broadcast: bool = False) -> None:
        self._bot = bot
        self._paid = paid_broadcast or None
        self._rich = True

    async def send(self, address: Address, message: Message, *, silent: bool) -> Outcome:
        return await _outcome(lambda: self._send_text(address, message, message.text, silent=silent))

    async def edit(self, address: Address, message_id: int, message: Message) -> Outcome:
        async def call() -> int:
            await self._bot.edit_message_text(
                message.text,
                chat_id=address.chat_id,
                message_id=message_id,
                parse_mode=ParseMode.HTML,
                link_preview_options=preview(message),
                reply_markup=keyboard(message),
            )
            return message_id

        return await _outcome(call, done_as=message_id)

    async def delete(self, address: Address, message_id: int) -> Outcome:
        async def call() -> int:
            await self._bot.delete_message(address.chat_id, message_id)
            return message_id

        return await _outcome(call, done_as=message_id)

    async def reply(self, address: Address, message: Message, *, to: int | None = None) -> None:
        """An answer to a person: all parts of it, richly where the server can. Raises TelegramError."""
        if message.attachment:
            await self._bot.send_document(
                address.chat_id,
                InputFile(message.attachment.content, filename=message.attachment.name),
                caption=message.text,
                parse_mode=ParseMode.HTML,
                message_thread_id=address.thread_id,
            )
        elif not (message.rich and await self._reply_richly(address, message)):
            for part in message.more:
                await self._send_text(address, Message(text=part), part, silent=False)
            await self._send_text(address, message, message.text, silent=False, to=to)

    async def _reply_richly(self, address: Address, message: Message) -> bool:
        """Bot API 10.1: https://core.telegram.org/bots/api#sendrichmessage; False if this server knows it not,
        or does not take this one."""
        if not self._rich:
            return False
        parameters: dict[str, Any] = {"chat_id": address.chat_id, "rich_message": {"html": message.rich}}
        if address.thread_id:
            parameters["message_thread_id"] = address.thread_id
        if markup := keyboard(message):
            parameters["reply_markup"] = markup
        try:
            await self._bot.do_api_request("sendRichMessage", api_kwargs=parameters)
        except EndPointNotFound:
            self._rich = False
            return False
        except BadRequest:
            return False
        return True

    async def _send_text(
        self, address: Address, message: Message, text: str, *, silent: bool, to: int | None = None
    ) -> int:
        sent: TelegramMessage = await self._bot.send_message(
            address.chat_id,
            text,
            parse_mode=ParseMode.HTML,
            message_thread_id=address.thread_id,
            disable_notification=silent or None,
            link_preview_options=preview(message),
            reply_markup=keyboard(message),
            reply_to_message_id=to,
            allow_sending_without_reply=True if to else None,
            allow_paid_broadcast=self._paid,
        )
        return sent.message_id


async def _outcome(call: Callable[[], Awaitable[int]], *, done_as: int | None = None) -> Outcome:
    """`done_as`: the message that is to be changed; that there is nothing left to change is as good as done."""
    try:
        return Sent(await call())
    except TelegramError as error:
        if done_as is not None and isinstance(error, BadRequest) and _nothing_to_do(error.message):
            return Sent(done_as)
        return outcome_of(error)


def _nothing_to_do(text: str) -> bool:
    return any(phrase in text for phrase in (_NOT_MODIFIED, *_GONE))


def outcome_of(error: TelegramError) -> Outcome:
    """What a refusal means for the delivery and for the chat."""
    match error:
        case AnswerLost():
            return Ambiguous()
        case RetryAfter():
            wait = error.retry_after
            return Later(wait if isinstance(wait, timedelta) else timedelta(seconds=wait))
        case ChatMigrated(new_chat_id=chat_id):
            return Moved(chat_id)
        case Forbidden(message=text):
            return Unreachable(text)
        case BadRequest(message=text):
            trouble = any(phrase.casefold() in text.casefold() for phrase in _CHAT_TROUBLE)
            return Unreachable(text) if trouble else Refused(text)
        case NetworkError() | InvalidToken():
            return Later()
        case _:
            return Refused(error.message)
