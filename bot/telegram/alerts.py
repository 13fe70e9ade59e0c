"""Tells the owners, in their private chats with the bot, what they should know of delivery."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection
from datetime import timedelta

from telegram.error import TelegramError

from bot.domain.delivery import Cause
from bot.domain.edition import Edition
from bot.domain.message import Message
from bot.domain.subscription import Address
from bot.rendering import status
from bot.rendering.wording import speaking
from bot.storage.connection import StoreError
from bot.telegram.messenger import TelegramMessenger

_LOG = logging.getLogger(__name__)


class OwnerAlerts:
    def __init__(
        self, messenger: TelegramMessenger, owners: Collection[int], speaks: Callable[[int], Awaitable[str]]
    ) -> None:
        """`speaks` tells the language of an owner's chat."""
        self._messenger = messenger
        self._owners = owners
        self._speaks = speaks
        self._telling: set[asyncio.Task[None]] = set()

    async def refused(self, edition: Edition, reason: str) -> None:
        await self._tell(lambda: status.edition_refused(edition, reason))

    async def failing_alike(self, cause: Cause, rest: timedelta) -> None:
        await self._tell(lambda: status.failing_alike(cause, rest))

    async def _tell(self, word: Callable[[], Message]) -> None:
        """In the background: what goes wrong with telling must not keep deliveries waiting."""
        for owner in self._owners:
            telling = asyncio.create_task(self._tell_owner(owner, word))
            self._telling.add(telling)
            telling.add_done_callback(self._telling.discard)

    async def _tell_owner(self, owner: int, word: Callable[[], Message]) -> None:
        try:
            with speaking(await self._speaks(owner)):
                message = word()
            await self._messenger.reply(Address(owner), message)
        except (*StoreError, TelegramError) as error:
            _LOG.warning("an owner could not be told: %s", error)
        except Exception:
            _LOG.exception("an owner could not be told")
