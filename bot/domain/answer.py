"""What a question can get: stored words with their article, or nothing."""

from dataclasses import dataclass

from bot.domain.article import Article


@dataclass(frozen=True, slots=True)
class Quote:
    """`text` stands in the article word for word; `question` is the stored FAQ question, if it is its answer."""

    article: Article
    text: str
    question: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """Without a quote nothing stored answers the question; `nearest` are then the articles closest to it, or, with
    `about`, the one that was asked about."""

    quote: Quote | None
    nearest: tuple[Article, ...] = ()
    about: bool = False
