"""What the owners are told of delivery."""

from datetime import timedelta
from typing import Protocol

from bot.domain.delivery import Cause
from bot.domain.edition import Edition


class Alerts(Protocol):
    """Calls never raise: that the owners cannot be told changes nothing for the readers."""

    async def refused(self, edition: Edition, reason: str) -> None:
        """Telegram does not take this message, for whomever it is."""

    async def failing_alike(self, cause: Cause, rest: timedelta) -> None:
        """Many chats cannot be written to, all for one cause: sending rests for so long."""
