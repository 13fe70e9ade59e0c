"""An article, as every part of the bot speaks of it."""

import base64
import hashlib
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, HttpUrl, StringConstraints

from bot.domain.category import Slug

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


def _checked_url(value: str) -> str:
    HttpUrl(value)
    return value


#: An absolute http(s) address, kept as it was written.
WebUrl = Annotated[str, AfterValidator(_checked_url)]

#: Fits Telegram's start parameter (64 of A-Za-z0-9_-) behind the prefix `a_`, and callback data.
ArticleId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,40}$")]


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class FaqPair(_Value):
    question: Line
    answer: Line


class Source(_Value):
    name: Line
    url: WebUrl | None = None


class RelatedArticle(_Value):
    title: Line
    url: WebUrl | None = None


class Article(_Value):
    """`published` is the time that readers are shown; when it reached the store is the store's matter."""

    id: ArticleId
    category: Slug
    title: Line
    teaser: str = ""
    body: tuple[Line, ...] = ()
    source: Source | None = None
    related: tuple[RelatedArticle, ...] = ()
    faq: tuple[FaqPair, ...] = ()
    published: AwareDatetime = Field(default_factory=lambda: datetime.now(UTC))


class TextLink(_Value):
    """A link behind `text[start:end]` of a text that someone pasted."""

    start: int
    end: int
    url: str


class StoredArticle(_Value):
    """An article and the moment, in milliseconds since the epoch, at which the store took it; `owed`: readers are
    to be told of it, as they are not of one that was imported."""

    article: Article
    arrived: int
    owed: bool = True


class Added(StrEnum):
    """What storing an article changed."""

    NEW = "new"
    CHANGED = "changed"
    KNOWN = "known"


def article_id(*parts: str) -> str:
    """An id made of what an article says, so that the same text posted twice is one article."""
    digest = hashlib.blake2b("\0".join(parts).encode(errors="surrogatepass"), digest_size=5).digest()
    return base64.b32encode(digest).decode().lower()
