"""An edition: one message as it was worded, and what is known of each delivery of it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict

from bot.domain.digest import Digest
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
    subscribe to that category in that way. `digest`: what it was made of, if it is one; `articles` are all of those
    that are still stored, also the ones for which its message has no room. `correction`: it tells of an article's
    correction, not of the article. `answer`: it answers what was asked in the chat, which is owed it whatever it
    subscribes to, and quotes the article, but does not bring it; `question`: in the asker's words. `asked`: somebody
    in the chat has just asked for it, and has it at any hour.
    `language` is that of `message`; `translations` has what it says in others, for those who chose them.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    action: Literal["send", "edit", "delete"] = "send"
    urgency: Urgency = Urgency.REGULAR
    message: Message | None = None
    language: str = "en"
    translations: dict[str, Message] = {}
    form: Literal["html", "plain", "refused"] = "html"
    of: str | None = None
    articles: tuple[str, ...] = ()
    category: str | None = None
    arrived: int = 0
    digest: Digest | None = None
    correction: bool = False
    answer: bool = False
    question: str = ""
    asked: bool = False

    @property
    def languages(self) -> tuple[str, ...]:
        """Those in which it is worded, its own first."""
        return self.language, *self.translations

    def said_in(self, language: str) -> Message | None:
        """The message as it is for a chat of that language."""
        return self.translations.get(language, self.message)

    def reworded(self, messages: Mapping[str, Message]) -> "Edition":
        """With these messages by language, one of them in its own."""
        others = {language: said for language, said in messages.items() if language != self.language}
        return self.model_copy(update={"message": messages[self.language], "translations": others})
