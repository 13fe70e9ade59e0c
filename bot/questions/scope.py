"""What a question says of where to look, apart from what it asks: “on policy since Monday”, “what did Reuters say …”.

text → when it was told → by whom → what is new of …, or of which category → the rest, which is searched

Only what surely is meant so narrows the search; in doubt everything is searched.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.category import Category
from bot.domain.scope import EVERYTHING, Scope
from bot.questions.categories import news_of, of_category
from bot.questions.phrases import phrases_in
from bot.questions.sources import told_by
from bot.questions.times import told_when

#: In characters. Nobody says more in one question; what is longer is searched as it is.
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Narrowed:
    """`question`: what is to be searched. `news`: the newest of it is asked for, and of anything if it is empty."""

    question: str
    scope: Scope = EVERYTHING
    news: bool = False


def read_scope(question: str, categories: Sequence[Category], sources: Collection[str], now: datetime) -> Narrowed:
    """`sources`: the names of those whose articles are stored; `now` is aware, in the zone of whoever asks."""
    if len(question) > _LONGEST:
        return Narrowed(question)
    text = " ".join(question.split())
    by = told_by(text, sources)
    told = told_when(by.rest, now, news=True)
    if news := news_of(told.rest, categories):
        return Narrowed(news.about, Scope(news.categories, by.sources, told.since, told.until), news=True)
    of_news, told = told, told_when(by.rest, now, news=False)
    rest, slugs = of_category(told.rest, categories, sure=bool(by.sources or told))
    if (by.sources or slugs or told) and any(words.says_nothing(rest) for words in phrases_in(text)):
        return Narrowed("", Scope(slugs, by.sources, of_news.since, of_news.until), news=True)
    scope = Scope(slugs, by.sources, told.since, told.until)
    return Narrowed(_tidy(rest), scope) if scope else Narrowed(question)


def _tidy(rest: str) -> str:
    return re.sub(r"[ ,]+(?=[?!.,؟،])", "", rest).strip(" ,")
