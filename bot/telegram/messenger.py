"""The Bot API calls: our messages out, Telegram's answers as outcomes.

https://core.telegram.org/bots/api#sendmessage, #editmessagetext, #deletemessage

Deliveries go out as bytes that are made once for all recipients and come back as a status and an id, past the SDK's
objects, which cost several times what the rest of the call does. Answers to people are the SDK's own calls.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, TypeVar

import orjson
from telegram import Bot, InputFile
from telegram import Message as TelegramMessage
from telegram.constants import ParseMode
from telegram.error import BadRequest, EndPointNotFound, NetworkError, RetryAfter, TimedOut
from yarl import URL

from bot.domain.delivery import Ambiguous, Later, Outcome, Sent
from bot.domain.message import Attachment, Message
from bot.domain.subscription import Address
from bot.rendering.plain import plain as plain_text
from bot.telegram.markup import keyboard, markup, preview
from bot.telegram.refusals import asked_wait, nothing_left, refusal
from bot.telegram.request import AiohttpRequest, AnswerLost, NotSent

_T = TypeVar("_T")
#: Seconds between the tries of an answer; a person waits no longer.
_PAUSES = (0.5, 1.0, 2.0, 4.0)
_LONGEST_PAUSE = timedelta(seconds=30)


class TelegramMessenger:
    def __init__(self, bot: Bot, *, paid_broadcast: bool = False) -> None:
        """`bot` as `build_application` makes it: its calls go through an AiohttpRequest."""
        if not isinstance(bot.request, AiohttpRequest):
            raise TypeError("deliveries need the bot's request to be an AiohttpRequest")
        self._bot = bot
        self._request = bot.request
        self._paid = paid_broadcast or None
        self._rich = True
        self._send_url, self._edit_url, self._delete_url = (
            URL(f"{bot.base_url}/{method}") for method in ("sendMessage", "editMessageText", "deleteMessage")
        )

    def encode(self, message: Message, *, plain: bool = False) -> bytes:
        """All parameters of sendMessage but those that `send` puts before them."""
        content = _content(message, plain=plain)
        if self._paid:
            content["allow_paid_broadcast"] = True
        return orjson.dumps(content)

    async def send(self, address: Address, encoded: bytes, *, silent: bool) -> Outcome:
        """`encoded` is an object of at least one member, so that its first brace can give way to ours."""
        topic = b'"message_thread_id":%d,' % address.thread_id if address.thread_id else b""
        quiet = b'"disable_notification":true,' if silent else b""
        body = b'{"chat_id":%d,%b%b%b' % (address.chat_id, topic, quiet, encoded[1:])
        return await self._post(self._send_url, body)

    async def edit(self, address: Address, message_id: int, message: Message, *, plain: bool = False) -> Outcome:
        content = {"chat_id": address.chat_id, "message_id": message_id, **_content(message, plain=plain)}
        return await self._post(self._edit_url, orjson.dumps(content), of=message_id)

    async def delete(self, address: Address, message_id: int) -> Outcome:
        content = {"chat_id": address.chat_id, "message_id": message_id}
        return await self._post(self._delete_url, orjson.dumps(content), of=message_id)

    async def _post(self, url: URL, body: bytes, *, of: int | None = None) -> Outcome:
        """`of`: the message that is to be changed; that there is nothing left to change is as good as done.

        Raises TokenRefused."""
        try:
            status, payload = await self._request.post_json(url, body)
        except NotSent:
            return Later()
        except AnswerLost:
            return Ambiguous()
        return _outcome(status, payload, of)

    async def reply(self, address: Address, message: Message, *, to: int | None = None, silent: bool = False) -> None:
        """An answer to a person: all parts of it, richly where the server can. Raises TelegramError."""
        if attachment := message.attachment:
            await _patiently(lambda: self._send_document(address, message, attachment))
            return
        told = bool(message.rich) and await _patiently(lambda: self._reply_richly(address, message))
        if told:
            return
        for text in message.more:
            await self._reply_part(address, Message(text=text))
        await _patiently(lambda: self._send_text(address, message, silent=silent, to=to))

    async def begin(self, address: Address, message: Message, *, to: int | None = None) -> int:
        """The first state of an answer that takes time; its id, for `change`. Raises TelegramError."""
        return await _patiently(lambda: self._send_text(address, message, silent=False, to=to))

    async def change(self, address: Address, message_id: int, message: Message) -> None:
        """One of our own answers becomes this. Raises TelegramError, BadRequest also where there is nothing to
        change any more."""
        await _patiently(
            lambda: self._bot.edit_message_text(
                message.text,
                address.chat_id,
                message_id,
                parse_mode=ParseMode.HTML,
                link_preview_options=preview(message),
                reply_markup=keyboard(message),
            )
        )

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
        if buttons := keyboard(message):
            parameters["reply_markup"] = buttons
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
            reply_markup=markup(message),
            reply_to_message_id=to,
            allow_sending_without_reply=True if to else None,
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
            wait = asked_wait(error)
            if wait > _LONGEST_PAUSE:
                raise
            await asyncio.sleep(wait.total_seconds())
        except (BadRequest, TimedOut):
            raise
        except NetworkError:
            await asyncio.sleep(pause)
    return await call()


def _content(message: Message, *, plain: bool = False) -> dict[str, Any]:
    """Plain for a server that refused it: then without a picture too, which may be what it does not like."""
    content: dict[str, Any] = {"text": plain_text(message.text)} if plain else {"text": message.text}
    if plain:
        message = message.model_copy(update={"picture": None})
    else:
        content["parse_mode"] = ParseMode.HTML.value
    if options := preview(message):
        content["link_preview_options"] = options.to_dict()
    if buttons := keyboard(message):
        content["reply_markup"] = buttons.to_dict()
    return content


def _outcome(status: int, payload: bytes, of: int | None) -> Outcome:
    """An answer that is none of Telegram's is some gateway's on the way, which says nothing of the chat or the token;
    one that has waited in vain for the answer (502, 504) leaves open what has been done, as does one that cannot be
    read and says that all is well."""
    try:
        answer = orjson.loads(payload)
    except orjson.JSONDecodeError:
        answer = None
    match answer:
        case {"ok": True, "result": {"message_id": int(sent_as)}}:
            return Sent(sent_as)
        case {"ok": True} if of is not None:
            return Sent(of)
        case {"ok": False, "description": str(description)}:
            if of is not None and status == 400 and nothing_left(description):
                return Sent(of)
            parameters = answer.get("parameters")
            return refusal(status, description, parameters if isinstance(parameters, dict) else {})
    return Later() if status == 503 or 300 <= status < 500 else Ambiguous()
