"""An article, as every part of the bot speaks of it."""

import base64
import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Annotated

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)
from pydantic_core import SchemaValidator, core_schema

from bot.domain.category import Slug

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


#: As pydantic's HttpUrl, in a fifth of its time, of which a feed of fifty entries takes a hundred.
_HTTP_URL = SchemaValidator(core_schema.url_schema(max_length=2083, allowed_schemes=["http", "https"]))


@lru_cache(1024)  # feeds name each address several times
def _checked_url(value: str) -> str:
    _HTTP_URL.validate_python(value)
    return value


def is_web_url(value: str) -> bool:
    """Whether it can be a WebUrl: there are addresses that can be asked and yet are too long for one, say."""
    try:
        _HTTP_URL.validate_python(value)
    except ValidationError:
        return False
    return True


#: An absolute http(s) address, kept as it was written.
WebUrl = Annotated[str, AfterValidator(_checked_url)]

#: Fits Telegram's start parameter (64 of A-Za-z0-9_-) behind the prefix `a_`, and callback data.
ArticleId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,40}$")]

#: Characters.
LONGEST_CORRECTION = 500


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


class Correction(_Value):
    """What was wrong, or what is right, in an editor's words, and when they said so."""

    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_CORRECTION)]
    at: AwareDatetime


class Article(_Value):
    """`published` is the time that readers are shown; when it reached the store is the store's matter. `breaking`
    news goes before all other messages. `corrections`: the newest first. `image`: the address of its picture.
    `also_at`: others that tell the same. One that is not `listed` can be read, found and asked about, and is in no
    list or digest: it holds the editors' answers to what no article is about."""

    id: ArticleId
    category: Slug
    title: Line
    teaser: str = ""
    body: tuple[Line, ...] = ()
    source: Source | None = None
    related: tuple[RelatedArticle, ...] = ()
    faq: tuple[FaqPair, ...] = ()
    breaking: bool = False
    published: AwareDatetime = Field(default_factory=lambda: datetime.now(UTC))
    corrections: tuple[Correction, ...] = ()
    image: WebUrl | None = None
    also_at: tuple[Source, ...] = ()
    listed: bool = True

    @property
    def told_by(self) -> Source:
        return self.source or Source(name=self.title)

    @property
    def revision(self) -> int:
        """How often it was corrected."""
        return len(self.corrections)

    def corrected(self, correction: Correction) -> "Article":
        """Itself, if its newest correction says the same."""
        if self.corrections and self.corrections[0].text == correction.text:
            return self
        return self.model_copy(update={"corrections": (correction, *self.corrections)})

    def with_corrections(self, others: Iterable[Correction]) -> "Article":
        """Together with its own, each once: what was corrected stays so, whatever else of an article is replaced."""
        each = dict.fromkeys((*self.corrections, *others))
        newest_first = sorted(each, key=lambda correction: correction.at, reverse=True)
        return self.model_copy(update={"corrections": tuple(newest_first)})

    def with_pair(self, pair: FaqPair, instead_of: str = "") -> "Article":
        """In the place of the pairs of its question and of that one; else as the last."""
        replaced = (pair.question, instead_of)
        place = next((n for n, one in enumerate(self.faq) if one.question in replaced), len(self.faq))
        kept = [one for one in self.faq if one.question not in replaced]
        return self.model_copy(update={"faq": (*kept[:place], pair, *kept[place:])})

    def without_pair(self, question: str) -> "Article":
        return self.model_copy(update={"faq": tuple(one for one in self.faq if one.question != question)})

    def in_place_of(self, known: "Article") -> "Article":
        """What is stored of it and is not replaced with its text: what was corrected, and what tells the same."""
        others = tuple(dict.fromkeys((*known.also_at, *self.also_at)))
        return self.with_corrections(known.corrections).model_copy(update={"also_at": others})

    def joined_by(self, other: "Article") -> "Article":
        """The other tells the same, as do those that it was joined by."""
        others = dict.fromkeys((*self.also_at, other.told_by, *other.also_at))
        return self.model_copy(update={"also_at": tuple(others)})

    def left_by(self, leaving: Iterable["Article"], staying: Iterable["Article"] = ()) -> "Article":
        """Of those that have joined it."""
        gone = {one.told_by for one in leaving} - {one.told_by for one in staying}
        return self.model_copy(update={"also_at": tuple(one for one in self.also_at if one not in gone)})


class TextLink(_Value):
    """A link behind `text[start:end]` of a text that someone pasted."""

    start: int
    end: int
    url: str


class StoredArticle(_Value):
    """An article and the moment, in milliseconds since the epoch, at which the store took it; `owed`: readers are
    to be told of it, as they are not of one that was imported; `length`: the bytes that it takes in the store, of
    which a correction makes more."""

    article: Article
    arrived: int
    owed: bool = True
    length: int = 0


class Added(StrEnum):
    """What storing something changed."""

    NEW = "new"
    CHANGED = "changed"
    KNOWN = "known"


def article_id(*parts: str) -> str:
    """An id made of what an article says, so that the same text posted twice is one article."""
    digest = hashlib.blake2b("\0".join(parts).encode(errors="surrogatepass"), digest_size=8).digest()
    return base64.b32encode(digest).decode().rstrip("=").lower()
