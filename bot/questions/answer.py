"""A question in, stored words out: an FAQ answer, a passage, or nothing.

question → passages that hold its words → the best FAQ pair if it asks the same, else the best passage,
if enough of what was asked stands in it → the article it is from
"""

import asyncio
import logging
from collections.abc import Collection

from bot.articles import Articles
from bot.domain.answer import Answer, Place, Quote, mark_of, passage_at
from bot.domain.article import Article
from bot.domain.scope import EVERYTHING, Scope
from bot.questions.index import Index, Passage
from bot.storage.articles import ArticleStore
from bot.storage.connection import StoreError

_LOG = logging.getLogger(__name__)

#: Chosen on question sets with known answers. Shares of the asked words, weighed by rarity, that must be held …
FAQ_THRESHOLD = 0.4
PASSAGE_THRESHOLD = 0.5
#: … within an article that is already known to be meant …
ARTICLE_THRESHOLD = 0.3
#: … and the evidence that there must be at all: one common word is none, however short the question.
EVIDENCE_THRESHOLD = 0.8
_NEAREST = 3


class Questions:
    def __init__(self, store: ArticleStore, articles: Articles, index: Index) -> None:
        self._store = store
        self._articles = articles
        self._index = index
        self._change = "0"

    async def ask(
        self,
        question: str,
        *,
        about: str | None = None,
        shown: Collection[tuple[str, Place]] = (),
        scope: Scope = EVERYTHING,
    ) -> Answer:
        """`about`: the article that is asked about first; `shown`: what the asker has just been told, by article,
        which is not told again."""
        if about:
            within = best(self._index.passages(question, about), ARTICLE_THRESHOLD, evidence=0)
            if found := await self._quote(within):
                return Answer(found)
        if found := await self._quote(best(self._index.passages(question))):
            return Answer(found)
        meant = await self._articles.get_many([about]) if about else []
        return Answer(None, tuple(meant or await self.search(question, limit=_NEAREST)), about=bool(meant))

    async def stored(self, article_id: str, position: int) -> Quote | None:
        """The article's own question of that position."""
        article = await self._articles.get(article_id)
        if article is None or not 0 <= position < len(article.faq):
            return None
        pair = article.faq[position]
        return Quote(
            article, pair.answer, Place(True, position, mark=mark_of(pair.answer)), pair.answer, pair.question
        )

    async def at(self, article_id: str, place: Place) -> Quote | None:
        """None if the article says something else there now, or is not stored."""
        article = await self._articles.get(article_id)
        passage = passage_at(article, place) if article else None
        if article is None or passage is None:
            return None
        question = article.faq[place.position].question if place.is_faq else None
        return Quote(article, passage, place, passage, question)

    async def sources(self) -> list[str]:
        """The names of all whose articles are stored."""
        return []

    async def search(self, words: str, *, limit: int, scope: Scope = EVERYTHING) -> list[Article]:
        return await self._articles.get_many(self._index.articles(words, limit=limit))

    async def load(self) -> None:
        """Reads all that is stored."""
        self._change = await self._store.last_change()
        async for stored in self._store.all():
            self._index.put(stored.article)

    async def follow(self, stopping: asyncio.Event) -> None:
        """Keeps in step with the store."""
        while not stopping.is_set():
            try:
                change, ids = await self._store.changed_since(self._change, stopping)
                for article_id in ids:
                    await self._update(article_id)
                self._change = change
            except StoreError as error:
                _LOG.warning("the store does not answer, the search index waits: %s", error)
                await asyncio.sleep(1)

    async def _update(self, article_id: str) -> None:
        stored = await self._store.get(article_id)
        if stored:
            self._index.put(stored.article)
        else:
            self._index.remove(article_id)

    async def _quote(self, passage: Passage | None) -> Quote | None:
        article = await self._articles.get(passage.article) if passage else None
        if passage is None or article is None:
            return None
        place = Place(bool(passage.question), passage.position, mark=mark_of(passage.text))
        return Quote(article, passage.text, place, passage.text, passage.question or None)


def best(
    passages: list[Passage], threshold: float = PASSAGE_THRESHOLD, evidence: float = EVIDENCE_THRESHOLD
) -> Passage | None:
    """An FAQ pair that asks the same, else the passage that tells most of what was asked."""
    telling = [passage for passage in passages if passage.evidence >= evidence]
    pairs = [p for p in telling if min(p.question_coverage, p.question_share) >= FAQ_THRESHOLD]
    if pairs:
        return max(pairs, key=lambda passage: (passage.question_coverage, passage.rank))
    covering = [passage for passage in telling if passage.coverage >= threshold]
    return max(covering, key=lambda passage: passage.evidence + passage.rank, default=None)
