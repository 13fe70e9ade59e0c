"""Tells editors of feeds: where a feed was added, or the owners in their private chats with the bot."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import suppress

from telegram.error import BadRequest, ChatMigrated, Forbidden, TelegramError

from bot.domain.category import Category
from bot.domain.draft import Preview
from bot.domain.feed import Feed, Health
from bot.domain.message import Message
from bot.domain.subscription import Address
from bot.rendering import feeds, posting
from bot.rendering.links import Links
from bot.rendering.names import Names, names_of
from bot.rendering.wording import speaking
from bot.storage.categories import CategoryStore
from bot.storage.connection import StoreError
from bot.telegram.messenger import TelegramMessenger

_LOG = logging.getLogger(__name__)
#: Seconds, when the process ends.
_PATIENCE = 5.0


class TelegramDesk:
    def __init__(
        self,
        messenger: TelegramMessenger,
        owners: Collection[int],
        speaks: Callable[[int], Awaitable[str]],
        categories: CategoryStore,
        links: Links,
    ) -> None:
        """`speaks` tells the language of a chat."""
        self._messenger = messenger
        self._owners = owners
        self._speaks = speaks
        self._categories = categories
        self._links = links
        self._turn = asyncio.Lock()
        self._telling: set[asyncio.Task[None]] = set()

    async def trouble(self, feed: Feed, health: Health) -> None:
        self._tell(feed, lambda: [feeds.trouble(feed, health)])

    async def recovered(self, feed: Feed) -> None:
        self._tell(feed, lambda: [feeds.recovered(feed)])

    async def gone(self, feed: Feed) -> None:
        self._tell(feed, lambda: [feeds.gone(feed)])

    async def draft(self, feed: Feed, preview: Preview) -> None:
        categories: Sequence[Category] = ()
        with suppress(*StoreError):  # told all the same, with its category's slug
            categories = await self._categories.all()
        self._tell(feed, lambda: self._drafted(feed, preview, names_of(categories)))

    def _drafted(self, feed: Feed, preview: Preview, names: Names) -> list[Message]:
        about, *shown = posting.preview(preview, names, self._links)
        return [about.model_copy(update={"text": f"{feeds.drafted(feed)}\n{about.text}"}), *shown]

    def _tell(self, feed: Feed, word: Callable[[], Sequence[Message]]) -> None:
        """In the background: whoever polls does not wait for Telegram."""
        telling = asyncio.create_task(self._tell_desk(feed, word))
        self._telling.add(telling)
        telling.add_done_callback(self._telling.discard)

    async def _tell_desk(self, feed: Feed, word: Callable[[], Sequence[Message]]) -> None:
        """One after the other, so that what belongs together stays so. A desk that is closed to the bot is told of
        to the owners."""
        async with self._turn:
            if feed.desk and await self._tell_chat(feed.desk, word):
                return
            for owner in self._owners:
                await self._tell_chat(Address(owner), word)

    async def _tell_chat(self, address: Address, word: Callable[[], Sequence[Message]]) -> bool:
        """False if the bot may not write there, or it is no longer there."""
        try:
            with speaking(await self._speaks(address.chat_id)):
                messages = word()
            for message in messages:
                await self._messenger.reply(address, message)
        except ChatMigrated as moved:
            return await self._tell_chat(Address(moved.new_chat_id), word)
        except (BadRequest, Forbidden) as error:
            _LOG.warning("editors could not be told of a feed in %s: %s", address.chat_id, error)
            return False
        except (*StoreError, TelegramError) as error:
            _LOG.warning("editors could not be told of a feed: %s", error)
        except Exception:
            _LOG.exception("editors could not be told of a feed")
        return True

    async def end(self) -> None:
        """When all has been told that there was to tell, or Telegram has taken too long."""
        if self._telling:
            _done, late = await asyncio.wait(self._telling, timeout=_PATIENCE)
            for telling in late:
                telling.cancel()
            await asyncio.gather(*late, return_exceptions=True)
