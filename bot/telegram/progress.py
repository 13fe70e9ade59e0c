"""An answer that takes time: one message, edited as the work goes on."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress

from telegram.error import BadRequest, TelegramError

from bot.domain.message import Message
from bot.domain.subscription import Address
from bot.rendering import menus
from bot.rendering.wording import speaking
from bot.storage.begun import Begun, BegunStore
from bot.storage.connection import StoreError
from bot.telegram.messenger import TelegramMessenger

_LOG = logging.getLogger(__name__)
#: Seconds between two looks for what others have left; a process that was killed counts as dead after ten.
_LOOK = 15.0


class Progress:
    def __init__(self, messenger: TelegramMessenger, address: Address, message_id: int = 0) -> None:
        """`message_id`: of a message of ours that is there already; else it begins with `begin`."""
        self._messenger = messenger
        self._address = address
        self._message_id = message_id
        self._shown: Message | None = None

    @property
    def begun(self) -> Begun:
        return Begun(self._address.chat_id, self._message_id)

    async def begin(self, message: Message, *, to: int | None = None) -> None:
        """Raises TelegramError."""
        self._message_id = await self._messenger.begin(self._address, message, to=to)
        self._shown = message

    async def show(self, message: Message, *more: Message) -> None:
        """The message becomes this; where somebody has deleted it, this is sent anew, as `more` are in any case.
        Raises TelegramError."""
        if message != self._shown:
            try:
                await self._messenger.change(self._address, self._message_id, message)
            except BadRequest as error:
                if "not modified" not in error.message:
                    await self._messenger.reply(self._address, message)
            self._shown = message
        for one in more:
            await self._messenger.reply(self._address, one)


async def end_abandoned(
    begun: BegunStore,
    messenger: TelegramMessenger,
    speaks: Callable[[int], Awaitable[str]],
    stopping: asyncio.Event,
) -> None:
    """Until told to stop: what a process that was killed has left behind says that nothing comes of it. `speaks`
    tells the language of a chat."""
    while not stopping.is_set():
        try:
            for left in await begun.take_abandoned():
                with speaking(await speaks(left.chat_id)):
                    await messenger.change(Address(left.chat_id), left.message_id, menus.trouble())
        except (*StoreError, TelegramError) as error:
            _LOG.warning("an answer stays as it was begun: %s", error)
        with suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), _LOOK)
