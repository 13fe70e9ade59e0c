"""A digest: which stories it tells, in what order, and in what form."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from bot.domain.article import Article


class Form(StrEnum):
    """How a digest tells its stories."""

    TEASERS = "teasers"
    HEADLINES = "headlines"
    CARDS = "cards"  # teasers under a picture


@dataclass(frozen=True, slots=True)
class Story:
    """An article, and `others` that tell the same. `number` is its place in the digest, from 1 on, and stays so
    when others are taken back."""

    number: int
    article: Article
    others: tuple[Article, ...] = ()


class Digest(BaseModel):
    """What a digest was made of, by which it is worded again, and gone on with. `stories` are the ids of their
    articles, the one that is told first; `day`: when it was made, as the chat's calendar has it."""

    model_config = ConfigDict(frozen=True)

    stories: tuple[tuple[str, ...], ...]
    day: date
    form: Form = Form.TEASERS

    @classmethod
    def of(cls, stories: Iterable[Story], day: date, form: Form = Form.TEASERS) -> "Digest":
        ids = (tuple(one.id for one in (story.article, *story.others)) for story in stories)
        return cls(stories=tuple(ids), day=day, form=form)

    @property
    def articles(self) -> tuple[str, ...]:
        return tuple(article_id for story in self.stories for article_id in story)

    def lead_of(self, article_id: str) -> str | None:
        """The article that tells the story of this one; None for one that is not in it."""
        return next((story[0] for story in self.stories if article_id in story), None)

    def told(self, articles: Iterable[Article]) -> list[Story]:
        """With the articles that are still stored: where one was taken back, another tells its story."""
        known: Mapping[str, Article] = {article.id: article for article in articles}
        found = ([known[one] for one in story if one in known] for story in self.stories)
        return [Story(number, told[0], tuple(told[1:])) for number, told in enumerate(found, 1) if told]
