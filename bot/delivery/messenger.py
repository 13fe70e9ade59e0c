"""What delivery needs of a messenger."""

from typing import Protocol

from bot.domain.delivery import Outcome
from bot.domain.message import Message
from bot.domain.subscription import Address


class Messenger(Protocol):
    """Each call makes one try and never raises for what the messenger answers."""

    async def send(self, address: Address, message: Message, *, silent: bool) -> Outcome:
        """`silent`: without a notification."""

    async def edit(self, address: Address, message_id: int, message: Message) -> Outcome:
        """Gives Sent with the same id, also when the message says that already."""

    async def delete(self, address: Address, message_id: int) -> Outcome:
        """Gives Sent with the same id, also when the message is gone already."""
