"""What delivery needs of a messenger."""

from typing import Protocol

from bot.domain.delivery import Outcome
from bot.domain.message import Message
from bot.domain.subscription import Address


class TokenRefused(Exception):
    """The messenger no longer knows the bot: nothing can be sent at all."""


class Messenger(Protocol):
    """Each call makes one try and never raises for what the messenger answers, but TokenRefused."""

    def encode(self, message: Message, *, plain: bool = False) -> bytes:
        """A message in the messenger's own form, but for whom it goes to: made once for all its recipients.
        `plain`: without mark-up, for one whose mark-up was refused."""

    async def send(self, address: Address, encoded: bytes, *, silent: bool) -> Outcome:
        """`silent`: without a notification."""

    async def edit(self, address: Address, message_id: int, message: Message, *, plain: bool = False) -> Outcome:
        """Gives Sent with the same id, also when the message says that already."""

    async def delete(self, address: Address, message_id: int) -> Outcome:
        """Gives Sent with the same id, also when the message is gone already."""
