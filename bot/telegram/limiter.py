"""Answers to people take their turn in the budget of messages that deliveries share."""

from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any, Protocol

from telegram.error import RetryAfter
from telegram.ext import BaseRateLimiter

from bot.delivery.pacer import FloodWait
from bot.telegram.refusals import asked_wait

#: Methods that put a message into a chat, or change one, begin so.
_COUNTED = ("send", "edit", "copy", "forward")
_NOT_COUNTED = "sendchataction"
_Json = dict[str, Any]


class AnswerPacer(Protocol):
    async def answer_slot(self, chat_id: int) -> None:
        """Returns when an answer may go to this chat. Raises FloodWait."""

    async def refused(self, chat_id: int, wait: timedelta) -> None:
        """Telegram has asked to wait, in answer to a message to this chat."""


class AnswerLimiter(BaseRateLimiter[Any]):
    """For all calls of the SDK that send or change a message of a chat, those of `do_api_request` included: both come
    through `ExtBot._do_post`, which gives the method's name in camel case and the parameters as they were passed."""

    def __init__(self, pacer: AnswerPacer) -> None:
        self._pacer = pacer

    async def initialize(self) -> None:
        """Nothing to open: the pacer is its owner's."""

    async def shutdown(self) -> None:
        """Nor to close."""

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, bool | _Json | list[_Json]]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: Any,
    ) -> bool | _Json | list[_Json]:
        """Raises RetryAfter, whether it is Telegram that asks to wait or the pacer that knows of it; never tries
        again by itself."""
        chat_id = data.get("chat_id")
        if not _counts(endpoint) or not isinstance(chat_id, int):
            return await callback(*args, **kwargs)
        try:
            await self._pacer.answer_slot(chat_id)
        except FloodWait as flood:
            raise RetryAfter(flood.wait) from None
        try:
            return await callback(*args, **kwargs)
        except RetryAfter as error:
            await self._pacer.refused(chat_id, asked_wait(error))
            raise


def _counts(endpoint: str) -> bool:
    name = endpoint.lower()
    return name.startswith(_COUNTED) and name != _NOT_COUNTED
