"""What can become of a delivery: one message owed to one chat.

Telegram's refusals and their texts: https://core.telegram.org/bots/api#making-requests
"""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Sent:
    message_id: int


@dataclass(frozen=True, slots=True)
class Later:
    """Certainly not sent: Telegram asked to wait, was out of reach or in trouble."""

    wait: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """The request went out and no answer came back: it may or may not have been sent."""


@dataclass(frozen=True, slots=True)
class Unreachable:
    """This chat cannot be written to: blocked, kicked, deleted; or only this topic of it: closed, deleted."""

    reason: str
    topic_only: bool = False


@dataclass(frozen=True, slots=True)
class Moved:
    """The group has become a supergroup with another id."""

    chat_id: int


@dataclass(frozen=True, slots=True)
class Refused:
    """Telegram does not take this message, for whomever it is: our fault, not the chat's."""

    reason: str


Outcome = Sent | Later | Ambiguous | Unreachable | Moved | Refused
