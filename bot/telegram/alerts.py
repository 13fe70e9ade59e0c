"""Tells the owners, in their private chats with the bot, what they should know of delivery."""

import asyncio
import logging
from collections.abc import Collection
from datetime import timedelta

from telegram.error import TelegramError

from bot.domain.delivery import Cause
from bot.domain.edition import Edition
from bot.domain.message import Message
from bot.domain.subscription import Address
from bot.rendering import status
from bot.storage.connection import StoreError
from bot.telegram.messenger import TelegramMessenger

_LOG = logging.getLogger(__name__)


class OwnerAlerts:
    def __init__(self, messenger: TelegramMessenger, owners: Collection[int]) -> None:
        self._messenger = messenger
        self._owners = owners
        self._telling: set[asyncio.Task[None]] = set()

    async def refused(self, edition: Edition, reason: str) -> None:
        await self._tell(status.edition_refused(edition, reason))

    async def failing_alike(self, cause: Cause, rest: timedelta) -> None:
        await self._tell(status.failing_alike(cause, rest))

    async def _tell(self, message: Message) -> None:
        """In the background: what goes wrong with telling must not keep deliveries waiting."""
        for owner in self._owners:
            telling = asyncio.create_task(self._tell_owner(owner, message))
            self._telling.add(telling)
            telling.add_done_callback(self._telling.discard)

    async def _tell_owner(self, owner: int, message: Message) -> None:
        try:
            await self._messenger.reply(Address(owner), message)
        except (*StoreError, TelegramError) as error:
            _LOG.warning("an owner could not be told: %s", error)
        except Exception:
            _LOG.exception("an owner could not be told")
