"""What an editor has written on its way to being an article."""

from dataclasses import dataclass
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from bot.domain.article import Article, TextLink
from bot.domain.page import Page


class Draft(BaseModel):
    """`article` is missing while it cannot be read as one. `page`: what it was made from; where there is a `text`,
    this says what it says, and the page what no text can. `feed`: the address of the feed that brought it.
    `replaces`: the id of the draft whose place it takes as soon as it can be read."""

    model_config = ConfigDict(frozen=True)

    id: str
    text: str = ""
    links: tuple[TextLink, ...] = ()
    article: Article | None = None
    page: Page | None = None
    feed: str = ""
    replaces: str = ""

    @property
    def title(self) -> str:
        """What it is called, or begins with."""
        named = self.article or (None if self.text else self.page)
        return named.title if named else " ".join(self.text[:400].split())


class Problem(StrEnum):
    EMPTY = "empty"
    NO_CATEGORY = "no_category"
    NO_TITLE = "no_title"
    TITLE_TOO_LONG = "title_too_long"
    TOO_LONG = "too_long"


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Why a text is no article; `word` is what stands where the category should, `nearest` what it may mean."""

    problem: Problem
    word: str = ""
    nearest: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Preview:
    """`article` is a problem for as long as the draft cannot be read; `readers`: how many chats get it;
    `published`: it is stored already, `changed`: with something else in it; `page`: what it was made from; `joins`:
    the title of the published article that tells the same, and that it joins unless it goes out as breaking news."""

    draft_id: str
    article: Article | Unreadable
    readers: int = 0
    published: bool = False
    changed: bool = False
    page: Page | None = None
    joins: str = ""


def join(text: str, rest: str) -> str:
    """Two parts of a text that Telegram's app has cut at a space or at a line end, and which of them it does not
    tell: after a sentence's end it is taken for the end of a paragraph."""
    ended = text.rstrip().endswith((".", "!", "?", "…", "→", "”", '"', ":"))
    gap = "\n\n" if ended else " "
    return text.rstrip() + gap + rest.lstrip()
