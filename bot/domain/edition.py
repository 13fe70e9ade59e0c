"""An edition: one message as it was worded, and what is known of each delivery of it."""

from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict

from bot.domain.message import Message


class Urgency(StrEnum):
    """Which goes first, in the order of sending."""

    BREAKING = "breaking"  # breaking news, and what takes back or mends what was sent
    REGULAR = "regular"  # articles for those who want them at once, digests
    CATCH_UP = "catch_up"  # what can wait until those are through


class Mark(StrEnum):
    """What is known of one recipient of a chunk; two letters for trying, since a message is tried twice at most
    when nobody can tell whether the first try arrived."""

    OWED = "-"
    TRYING = "t"
    TRYING_AGAIN = "T"
    SENT = "s"
    POSTPONED = "p"
    SKIPPED = "k"
    FAILED = "f"
    AMBIGUOUS = "a"


class Edition(BaseModel):
    """`send` carries a message; `delete` takes back what was sent of the edition `of`; `edit` brings it in line with
    what that edition says by then, so that edits that come late or out of order do no harm.

    `form`: how Telegram takes the message, if at all; what it refuses for everyone is not tried for everyone.
    `category` and `arrived` (ms) are set for an article sent at once: it is then only owed to those who still
    subscribe to that category in that way. `correction`: it tells of an article's correction, not of the article.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    action: Literal["send", "edit", "delete"] = "send"
    urgency: Urgency = Urgency.REGULAR
    message: Message | None = None
    form: Literal["html", "plain", "refused"] = "html"
    of: str | None = None
    articles: tuple[str, ...] = ()
    category: str | None = None
    arrived: int = 0
    page: int = 1
    pages: int = 1
    correction: bool = False
