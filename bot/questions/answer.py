"""A question in, stored words out: an FAQ answer, a sentence or two of a passage, or nothing.

question → what is stored that may answer it, the likeliest first (`retrieve`) → if that is sure enough, its words as
they stand in the article now
"""

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from bot.articles import Articles
from bot.domain.answer import Answer, Place, Quote, mark_of, passage_at
from bot.domain.article import Article
from bot.domain.scope import EVERYTHING, Scope
from bot.questions.database import is_damage, remove
from bot.questions.encoder import Encoder, available
from bot.questions.index import Index
from bot.questions.keeper import Keeper, Lock
from bot.questions.rank import Candidate
from bot.questions.retrieve import Retrieval
from bot.storage.articles import ArticleStore
from bot.storage.clock import StoreClock

_LOG = logging.getLogger(__name__)
T = TypeVar("T")

#: How probable it must be that what was found answers the question …
SURE = 0.5
#: … and, where the article is known to be meant, how much of what was asked it must hold at least.
_HELD = 0.5
#: Others are offered too if they are at least so probable, against the first; but none beside what was asked word for
#: word.
_NOT_CLEAR, _CLEAR = 0.6, 0.99
_OTHERS = 2
_NEAREST = 2
#: A stored question that is so probable may be what was meant, though nothing answers surely.
_PERHAPS = 0.2
_FILE, _LOCK = "answers.sqlite3", "answers.lock"


class Questions:
    """Everything that takes longer than a moment is done in a thread of its own."""

    def __init__(
        self,
        store: ArticleStore,
        articles: Articles,
        clock: StoreClock,
        folder: Path,
        *,
        by_meaning: bool = False,
        expiry: timedelta | None = None,
    ) -> None:
        """`folder`: where the index lies, made if it is not there. `by_meaning`: also, where the packages for it are
        installed. `expiry`: how long after its publication an article answers questions."""
        self._store = store
        self._articles = articles
        self._clock = clock
        self._folder = folder
        self._by_meaning = by_meaning
        self._expiry = expiry
        self.encoder: Encoder | None = None  # one that there is already
        self._reading = ThreadPoolExecutor(1, "questions")
        self._opened = ExitStack()
        self._keeper: Keeper | None = None
        self._retrieval: Retrieval | None = None

    async def load(self) -> None:
        """All that is stored can be asked about then, unless the store or the disk is away: `follow` goes on with it.
        Raises OSError and sqlite3.Error where no folder can be written to."""
        self._keeper = await asyncio.to_thread(self._open)
        await self._keeper.begin()

    async def encode(self) -> None:
        """Makes the vectors that `follow` would make meanwhile."""
        if self._keeper:
            await self._keeper.encode()

    async def follow(self, stopping: asyncio.Event) -> None:
        """Keeps in step with the store."""
        if self._keeper:
            await self._keeper.follow(stopping)

    def close(self) -> None:
        self._reading.shutdown()
        self._opened.close()

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
            within = await self.candidates(question, about=about, shown=shown)
            if quotes := await self._quotes([one for one in within if one.probability >= SURE or one.held >= _HELD]):
                return Answer(quotes[0])
        found = await self.candidates(question, scope=await self._unexpired(scope), shown=shown)
        if quotes := await self._quotes([one for one in found if one.probability >= SURE]):
            return Answer(quotes[0], others=tuple(quotes[1:]), scope=scope)
        meant = await self._articles.get_many([about]) if about else []
        nearest = meant or await self._articles.get_many(list(dict.fromkeys(one.article for one in found))[:_NEAREST])
        perhaps = [] if meant else [one for one in found if one.place.is_faq and one.probability >= _PERHAPS]
        others = (await self._quotes(perhaps))[:_OTHERS]
        return Answer(None, tuple(nearest), about=bool(meant), others=tuple(others), scope=scope)

    async def candidates(
        self,
        question: str,
        *,
        about: str | None = None,
        shown: Collection[tuple[str, Place]] = (),
        scope: Scope = EVERYTHING,
    ) -> list[Candidate]:
        """What may answer it, the likeliest first; of one article only, if it is named."""
        article = about or ""
        return await self._read(lambda r: r.find(question, article=article, scope=scope, without=shown)) or []

    async def stored(self, article_id: str, position: int, mark: str = "") -> Quote | None:
        """The article's own question of that position, or, where pairs have moved since, of that mark."""
        article = await self._articles.get(article_id)
        if article is None:
            return None
        marks = [mark_of(pair.question) for pair in article.faq]
        if mark and marks[position : position + 1] != [mark]:
            position = marks.index(mark) if mark in marks else len(marks)
        if not 0 <= position < len(article.faq):
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
        text = await self._read(lambda retrieval: retrieval.text_at(article_id, place))
        return Quote(article, text or passage, place, passage, question)

    async def sources(self) -> list[str]:
        """The names, in small letters, of all whose articles are stored."""
        return await self._read(lambda retrieval: retrieval.sources()) or []

    async def search(self, words: str, *, limit: int, scope: Scope = EVERYTHING) -> list[Article]:
        """Articles that hold any of the words, best first."""
        ids = await self._read(lambda retrieval: retrieval.articles(words, scope, limit))
        return await self._articles.get_many(ids or [])

    async def same(self, question: str, others: Sequence[str]) -> int | None:
        """Which of the others asks the same."""
        return await self._read(lambda retrieval: retrieval.same(question, others))

    async def _quotes(self, likely: Sequence[Candidate]) -> list[Quote]:
        """The best of them, and what other passages say that is about as probable, as their articles stand now."""
        least = 0.0
        articles = {one.id: one for one in await self._articles.get_many([one.article for one in likely])}
        quotes: dict[tuple[str, Place], Quote] = {}
        for one in likely:
            article = articles.get(one.article)
            if article is None or passage_at(article, one.place) != one.passage:
                continue
            if quotes and one.probability < least:
                break
            if not quotes:
                least = one.probability * _NOT_CLEAR if one.probability < _CLEAR else 1.0
            question = article.faq[one.place.position].question if one.place.is_faq else None
            quotes.setdefault(
                (article.id, one.place.whole), Quote(article, one.text, one.place, one.passage, question)
            )
        return list(quotes.values())[: 1 + _OTHERS]

    async def _unexpired(self, scope: Scope) -> Scope:
        if self._expiry is None:
            return scope
        oldest = await self._clock.now() - self._expiry
        return scope if scope.since and scope.since > oldest else replace(scope, since=oldest)

    async def _read(self, work: Callable[[Retrieval], T]) -> T | None:
        """None if nothing has been loaded, as in a process that answers nobody."""
        retrieval = self._retrieval
        if retrieval is None:
            return None
        return await asyncio.get_running_loop().run_in_executor(self._reading, work, retrieval)

    def _open(self) -> Keeper:
        try:
            return self._open_in(self._folder)
        except (OSError, sqlite3.Error) as error:
            folder = self._opened.enter_context(TemporaryDirectory(prefix="newsbot-", ignore_cleanup_errors=True))
            _LOG.warning("the search index is in %s until the next start, not in %s: %s", folder, self._folder, error)
            return self._open_in(Path(folder))

    def _open_in(self, folder: Path) -> Keeper:
        folder.mkdir(parents=True, exist_ok=True)
        path, lock = folder / _FILE, Lock(folder / _LOCK)
        read, written = _opened(path, lock), Index(path)
        self._opened.callback(read.close)
        encoder = self.encoder or (Encoder() if self._by_meaning and available() else None)
        keeper = Keeper(self._store, written, lock, encoder)
        self._opened.callback(keeper.close)
        self._retrieval = Retrieval(read, encoder)
        self._opened.callback(self._retrieval.close)
        return keeper


def _opened(path: Path, lock: Lock) -> Index:
    """Made anew if it is damaged, unless another process has it."""
    try:
        index = Index(path)
        if lock.take():
            index.check()
    except sqlite3.DatabaseError as error:
        if not is_damage(error) or not lock.take():
            raise
        _LOG.warning("the search index is damaged and made anew: %s", error)
        remove(path)
        index = Index(path)
    return index
