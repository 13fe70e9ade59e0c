"""What the editors are told of feeds."""

from typing import Protocol

from bot.domain.draft import Preview
from bot.domain.feed import Feed, Health


class Desk(Protocol):
    """Where the drafts and the troubles of feeds go: to the feed's own desk, else to the owners' private chats. Calls
    never raise and do not wait: that an editor cannot be told changes nothing for the feed."""

    async def trouble(self, feed: Feed, health: Health) -> None:
        """It has failed several times in a row; told once until it has recovered."""

    async def recovered(self, feed: Feed) -> None:
        """It can be read again, after `trouble`."""

    async def gone(self, feed: Feed) -> None:
        """Its server says that it is gone for good: it is asked no more."""

    async def draft(self, feed: Feed, preview: Preview) -> None:
        """A new entry of a feed that editors review."""


class NoDesk:
    """Nobody is told."""

    async def trouble(self, feed: Feed, health: Health) -> None:
        pass

    async def recovered(self, feed: Feed) -> None:
        pass

    async def gone(self, feed: Feed) -> None:
        pass

    async def draft(self, feed: Feed, preview: Preview) -> None:
        pass
