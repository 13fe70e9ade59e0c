"""What an editor has written on its way to being an article."""

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.article import Article


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
    `published`: this very text is stored already, `changed`: with other links or questions."""

    draft_id: str
    article: Article | Unreadable
    readers: int = 0
    published: bool = False
    changed: bool = False
