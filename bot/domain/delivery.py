"""What can become of a delivery: one message owed to one chat.

Telegram's refusals and their texts: https://core.telegram.org/bots/api#making-requests and
https://github.com/tdlib/telegram-bot-api/blob/master/telegram-bot-api/Client.cpp (fail_query_with_error)
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class Cause(StrEnum):
    """Why a chat, or a topic of it, cannot be written to."""

    BLOCKED = "blocked"
    DEACTIVATED = "deactivated"
    REMOVED = "removed"  # kicked, not a member, or the group was deleted
    NOT_FOUND = "not_found"
    NO_RIGHTS = "no_rights"
    TOPIC_CLOSED = "topic_closed"
    TOPIC_GONE = "topic_gone"

    @property
    def topic_only(self) -> bool:
        return self in (Cause.TOPIC_CLOSED, Cause.TOPIC_GONE)


@dataclass(frozen=True, slots=True)
class Sent:
    message_id: int


@dataclass(frozen=True, slots=True)
class Later:
    """Certainly not sent: Telegram was out of reach or in trouble."""


@dataclass(frozen=True, slots=True)
class Flooded:
    """Certainly not sent: Telegram asks to wait. Whether that means this chat or all, it does not say."""

    wait: timedelta


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """The request went out and no answer came back: it may or may not have been sent."""


@dataclass(frozen=True, slots=True)
class Unreachable:
    """This chat cannot be written to."""

    cause: Cause


@dataclass(frozen=True, slots=True)
class Moved:
    """The group has become a supergroup with another id."""

    chat_id: int


@dataclass(frozen=True, slots=True)
class Refused:
    """Telegram does not take this message: our fault, not the chat's. `for_all`: nor would it for any other chat."""

    reason: str
    for_all: bool = False


Outcome = Sent | Later | Flooded | Ambiguous | Unreachable | Moved | Refused
