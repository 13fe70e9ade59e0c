"""What a question can get: stored words with their article, or nothing."""

import hashlib
import re
from dataclasses import dataclass, replace

from bot.domain.article import Article
from bot.domain.scope import EVERYTHING, Scope

_PLACE = re.compile(r"([fp])(\d{1,4})\.(\d{1,4})\.(\d{1,2})\.([0-9a-f]{4})")


@dataclass(frozen=True, slots=True)
class Place:
    """Where in an article words stand: in the answer of its FAQ pair, or in its paragraph, of that `position` (see
    `paragraphs`), from the sentence `first` on, `count` of them; 0: all. `mark` is that of the words, since an
    article may be another when somebody comes back to a place in it."""

    is_faq: bool
    position: int
    first: int = 0
    count: int = 0
    mark: str = "0000"

    def __str__(self) -> str:
        """As callback data carries it."""
        return f"{'f' if self.is_faq else 'p'}{self.position}.{self.first}.{self.count}.{self.mark}"

    @classmethod
    def read(cls, text: str) -> "Place | None":
        found = _PLACE.fullmatch(text)
        if found is None:
            return None
        kind, position, first, count, mark = found.groups()
        return cls(kind == "f", int(position), int(first), int(count), mark)

    @property
    def whole(self) -> "Place":
        return replace(self, first=0, count=0)


@dataclass(frozen=True, slots=True)
class Quote:
    """`text` stands in the article word for word, and so does the `passage` that it is from: a paragraph, or the
    answer of the FAQ pair whose `question` it is then."""

    article: Article
    text: str
    place: Place
    passage: str
    question: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """Without a quote nothing stored answers the question; `nearest` are then the articles closest to it, or, with
    `about`, the one that was asked about. `others`, at most two, may be meant too, where the first is not clear;
    without a quote they are stored questions that may be meant, though not surely.

    `news`: the newest of what was asked about, for “what's new on …”; then there is no quote. `scope`: to what the
    question was narrowed."""

    quote: Quote | None
    nearest: tuple[Article, ...] = ()
    about: bool = False
    others: tuple[Quote, ...] = ()
    news: tuple[Article, ...] = ()
    scope: Scope = EVERYTHING


def paragraphs(article: Article) -> list[str]:
    """In their order: teaser, body, corrections."""
    corrections = (correction.text for correction in article.corrections)
    return [text for text in (article.teaser, *article.body, *corrections) if text]


def passage_at(article: Article, place: Place) -> str | None:
    """The whole passage; None if the article does not say there what it said when the place was named."""
    texts = [pair.answer for pair in article.faq] if place.is_faq else paragraphs(article)
    text = texts[place.position] if place.position < len(texts) else None
    return text if text is not None and mark_of(text) == place.mark else None


def mark_of(passage: str) -> str:
    return hashlib.blake2b(passage.encode(errors="surrogatepass"), digest_size=2).hexdigest()
