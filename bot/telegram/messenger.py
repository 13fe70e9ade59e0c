"""The Bot API calls: our messages out, Telegram's answers as outcomes.

Methods and refusals: https://core.telegram.org/bots/api#sendmessage,
https://github.com/tdlib/telegram-bot-api/blob/master/telegram-bot-api/Client.cpp (fail_query_with_error)
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, TypeVar

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
    TimedOut,
)

from bot.domain.delivery import Ambiguous, Later, Moved, Outcome, Refused, Sent, Unreachable
from bot.domain.message import Attachment, Message
from bot.domain.subscription import Address
from bot.telegram.markup import keyboard, preview
from bot.telegram.request import AnswerLost

_T = TypeVar("_T")
#: Seconds between the tries of an answer; a person waits no longer.
_PAUSES = (0.5, 1.0, 2.0, 4.0)
_LONGEST_PAUSE = 30.0
_NOT_MODIFIED = "message is not modified"
_GONE = ("message to edit not found", "message to delete not found", "message can't be deleted", "MESSAGE_ID_INVALID")
_TOPIC_TROUBLE = ("TOPIC_CLOSED", "TOPIC_DELETED", "message thread not found")
_CHAT_TROUBLE = (
    "chat not found",
    "not enough rights",
    "have no rights",
    "CHAT_WRITE_FORBIDDEN",
    "CHAT_RESTRICTED",
    "CHAT_SEND_PLAIN_FORBIDDEN",
    "need administrator rights",
    "group chat was deleted",
)


class TelegramMessenger:
    def __init__(self, bot: Bot, *, paid_broadcast: bool = False) -> None:
        self._bot = bot
        self._paid = paid_broadcast or None
        self._rich = True

    async def send(self, address: Address, message: Message, *, silent: bool) -> Outcome:
        return await _outcome(lambda: self._send_text(address, message, silent=silent))

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
        if attachment := message.attachment:
            await _patiently(lambda: self._send_document(address, message, attachment))
            return
        told = bool(message.rich) and await _patiently(lambda: self._reply_richly(address, message))
        if told:
            return
        for text in message.more:
            await self._reply_part(address, Message(text=text))
        await _patiently(lambda: self._send_text(address, message, silent=False, to=to))

    async def _reply_part(self, address: Address, part: Message) -> None:
        await _patiently(lambda: self._send_text(address, part, silent=False))

    async def _send_document(self, address: Address, message: Message, attachment: Attachment) -> None:
        await self._bot.send_document(
            address.chat_id,
            InputFile(attachment.content, filename=attachment.name),
            caption=message.text,
            parse_mode=ParseMode.HTML,
            message_thread_id=address.thread_id,
        )

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

    async def _send_text(self, address: Address, message: Message, *, silent: bool, to: int | None = None) -> int:
        sent: TelegramMessage = await self._bot.send_message(
            address.chat_id,
            message.text,
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


async def _patiently(call: Callable[[], Awaitable[_T]]) -> _T:
    """A few tries, where Telegram asks to wait or certainly did not take it: a person is waiting for the answer.

    Raises TelegramError.
    """
    for pause in _PAUSES:
        try:
            return await call()
        except RetryAfter as error:
            wait = error.retry_after
            seconds = wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
            if seconds > _LONGEST_PAUSE:
                raise
            await asyncio.sleep(seconds)
        except (BadRequest, TimedOut):
            raise
        except NetworkError:
            await asyncio.sleep(pause)
    return await call()


async def _outcome(call: Callable[[], Awaitable[int]], *, done_as: int | None = None) -> Outcome:
    """`done_as`: the message that is to be changed; that there is nothing left to change is as good as done."""
    try:
        return Sent(await call())
    except TelegramError as error:
        if done_as is not None and isinstance(error, BadRequest) and _holds(error.message, (_NOT_MODIFIED, *_GONE)):
            return Sent(done_as)
        return outcome_of(error)


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
        case BadRequest(message=text) if _holds(text, _TOPIC_TROUBLE):
            return Unreachable(text, topic_only=True)
        case BadRequest(message=text):
            return Unreachable(text) if _holds(text, _CHAT_TROUBLE) else Refused(text)
        case NetworkError() | InvalidToken():
            return Later()
        case _:  # an answer that cannot be read: it may have been carried out
            return Ambiguous()


def _holds(text: str, phrases: tuple[str, ...]) -> bool:
    return any(phrase.casefold() in text.casefold() for phrase in phrases)
