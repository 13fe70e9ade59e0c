"""An edition: one message as it was worded, and what is known of each delivery of it."""

from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict

from bot.domain.message import Message


class Mark(StrEnum):
    """What is known of one recipient of a chunk; two letters for trying, since a message is tried twice at most
    when nobody can tell whether the first try arrived."""

    OWED = "\0"
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

    `category` and `arrived` (ms) are set for an article sent at once: it is then only owed to those who still
    subscribe to that category in that way.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    action: Literal["send", "edit", "delete"] = "send"
    message: Message | None = None
    of: str | None = None
    articles: tuple[str, ...] = ()
    category: str | None = None
    arrived: int = 0
    page: int = 1
    pages: int = 1
