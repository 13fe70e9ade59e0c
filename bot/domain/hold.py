"""A hold: while it lasts, what would come at once waits for one digest at its end."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import AwareDatetime, BaseModel, ConfigDict

from bot.domain.article import ArticleId
from bot.domain.moment import from_ms

#: A conversation in a group is not interrupted until it has rested for so long.
_REST = timedelta(minutes=10)


class Holding(StrEnum):
    """Why a chat is sent nothing for a while."""

    QUIET = "quiet"  # its quiet hours
    PAUSE = "pause"  # it has asked for it; what is scheduled waits too
    TALK = "talk"  # people in a group are in conversation


class Hold(BaseModel):
    """`breaking` news is not held. What arrives after it `began` waits; `articles` were chosen for the chat before,
    and are held as well."""

    model_config = ConfigDict(frozen=True)

    cause: Holding
    began: AwareDatetime
    until: AwareDatetime
    breaking: bool = False
    articles: tuple[ArticleId, ...] = ()

    def keep(self, article_ids: Iterable[str]) -> "Hold":
        """Together with these."""
        return self.model_copy(update={"articles": tuple(dict.fromkeys((*self.articles, *article_ids)))})

    def joined(self, other: "Hold | None") -> "Hold":
        """Together with what another one holds."""
        if other is None:
            return self
        return self.keep(other.articles).model_copy(update={"began": min(self.began, other.began)})

    def begin(self, now: datetime) -> "Hold":
        """Anew, with nothing held."""
        return self.model_copy(update={"began": now, "articles": ()})


def rested(talked: int) -> datetime:
    """From when on a group may be written to in which people last wrote then (ms)."""
    return from_ms(talked) + _REST
