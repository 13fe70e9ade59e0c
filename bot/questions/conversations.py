"""The one door for questions, whichever way they are asked.

what was said before → which article it is about → what narrows it → the answer → kept, so that one can come back to
it → what nothing answers goes to the editors
"""

import asyncio
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta, tzinfo
from enum import Enum
from typing import Protocol

from bot.articles import Articles
from bot.domain.answer import Answer, Place, Quote
from bot.domain.article import Article
from bot.domain.exchange import Exchange
from bot.domain.inquiry import Inquiry, Why, in_short
from bot.domain.scope import EVERYTHING, Scope
from bot.domain.subscription import Address
from bot.questions.follow_ups import Reference, is_about, is_wordless, reference
from bot.questions.scope import Narrowed, read_scope
from bot.storage.categories import CategoryStore
from bot.storage.clock import StoreClock
from bot.storage.exchanges import ExchangeStore

#: For so long the next message of a private chat may be about the article that was just answered from.
_FOLLOWED = timedelta(minutes=10)
_NEWS = 5
_NEAREST = 2
#: Of the newest articles of a category, which are read in pages, to find those of a source or a time.
_LOOKED_AT, _PAGE = 500, 50


class Answers(Protocol):
    """See bot.questions.answer.Questions."""

    async def ask(
        self,
        question: str,
        *,
        about: str | None = None,
        shown: Collection[tuple[str, Place]] = (),
        scope: Scope = EVERYTHING,
    ) -> Answer: ...

    async def search(self, words: str, *, limit: int, scope: Scope = EVERYTHING) -> list[Article]: ...

    async def sources(self) -> list[str]: ...


class Editors(Protocol):
    """See bot.questions.inbox.Inbox."""

    async def file(self, inquiry: Inquiry) -> bool: ...


class NoRoom(Exception):
    """The editors cannot take a question now."""


@dataclass(frozen=True, slots=True)
class Asking:
    """What somebody wrote, in a chat of that time zone and language. `about`: the article of the message that it is a
    reply to, `answering`: the id of the exchange that this message ended; `private`: nobody else writes there."""

    address: Address
    text: str
    zone: tzinfo
    language: str
    about: str | None = None
    private: bool = True
    answering: str | None = None


class Kind(Enum):
    QUESTION = "question"
    FOLLOW_UP = "follow_up"  # about one article only
    NEWS = "news"
    UNCLEAR = "unclear"  # nothing says what it is about


@dataclass(frozen=True, slots=True)
class Asked:
    """`id`: that of the exchange; empty if none was kept, as of what is unclear."""

    answer: Answer
    id: str
    kind: Kind = Kind.QUESTION


@dataclass(frozen=True, slots=True)
class _Before:
    """`article`: the one that is asked about, if any; `exchange`: what was last said of it; `replied`: the asker has
    named it by a reply."""

    article: Article | None = None
    exchange: Exchange | None = None
    replied: bool = False

    @property
    def shown(self) -> list[tuple[str, Place]]:
        return self.exchange.places() if self.exchange else []


class Conversations:
    def __init__(
        self,
        answers: Answers,
        articles: Articles,
        categories: CategoryStore,
        exchanges: ExchangeStore,
        editors: Editors,
        clock: StoreClock,
    ) -> None:
        self._answers = answers
        self._articles = articles
        self._categories = categories
        self._exchanges = exchanges
        self._editors = editors
        self._clock = clock

    async def ask(self, asking: Asking) -> Asked:
        before, points = await self._before(asking), reference(asking.text)
        if is_wordless(asking.text) or (points is Reference.ALL and before.article is None):
            return Asked(Answer(None), "", Kind.UNCLEAR)
        if points is Reference.ALL and before.article:
            answer = await self._within(asking.text, before.article, before.shown)
            return await self._kept(asking, before, asking.text, answer, Kind.FOLLOW_UP)
        narrowed = Narrowed(asking.text) if before.replied else await self._narrowed(asking)
        if narrowed.news:
            answer = await self._news(narrowed.question, narrowed.scope)
            return await self._kept(asking, _Before(), narrowed.question, answer, Kind.NEWS)
        if not _prefers(before, points, narrowed.question):
            before = _Before()
        # What was shown may answer this too, as when it is asked again.
        answer = await self._answers.ask(
            narrowed.question,
            about=before.article.id if before.article else None,
            scope=narrowed.scope,
        )
        answer = replace(answer, scope=narrowed.scope)
        return await self._kept(asking, before, narrowed.question, answer, Kind.QUESTION)

    async def ask_everywhere(self, asking: Asking, exchange_id: str) -> Asked | None:
        """What was asked then, not narrowed any more; None if that is too long ago. The text of `asking` is that."""
        then = await self._exchanges.get(asking.address.chat_id, exchange_id)
        if then is None:
            return None
        asking = replace(asking, text=then.question)
        if then.news:
            return await self._kept(asking, _Before(), then.searched, await self._news(then.searched), Kind.NEWS)
        answer = await self._answers.ask(then.searched)
        return await self._kept(asking, _Before(), then.searched, answer, Kind.QUESTION)

    async def told(self, address: Address, language: str, quote: Quote) -> None:
        """It was answered by a button, and can be asked on."""
        exchange = await self._new(address, language, quote.question or quote.article.title)
        await self._exchanges.keep(exchange.with_quote(quote, await self._exchanges.last(address)))

    async def begin_about(self, address: Address, language: str, article: Article) -> None:
        """What is asked next may be about this article."""
        exchange = await self._new(address, language, article.title)
        await self._exchanges.keep(exchange.model_copy(update={"article": article.id}))

    async def rate(self, chat_id: int, exchange_id: str, *, right: bool) -> bool | None:
        """What was wrong goes to the editors. False if it was rated before, None if it is too long ago."""
        exchange = await self._exchanges.get(chat_id, exchange_id)
        if exchange is None:
            return None
        if await self._exchanges.pressed(exchange, "rated"):
            return False
        if not right:
            await self._file(exchange, Why.WRONG)  # first: whoever is interrupted then does it again
        return await self._exchanges.press(exchange, "rated")

    async def ask_editors(self, chat_id: int, exchange_id: str) -> bool | None:
        """False if they have been asked already, None if that question is too long ago. Raises NoRoom."""
        exchange = await self._exchanges.get(chat_id, exchange_id)
        if exchange is None:
            return None
        if await self._exchanges.pressed(exchange, "editors"):
            return False
        if not await self._file(exchange, Why.ASKED):
            raise NoRoom
        return await self._exchanges.press(exchange, "editors")

    async def nearest(self, chat_id: int, exchange_id: str) -> list[Article]:
        """Other articles close to what was asked."""
        exchange = await self._exchanges.get(chat_id, exchange_id)
        if exchange is None:
            return []
        found = await self._answers.search(exchange.searched, limit=_NEAREST + 1)
        return [article for article in found if article.id != exchange.article][:_NEAREST]

    async def just_answered(self, address: Address) -> Exchange | None:
        """What was asked last there, if it was answered, and not too long ago to be spoken of."""
        last = await self._exchanges.last(address)
        recent = last and last.told and await self._clock.now() - last.at <= _FOLLOWED
        return last if recent else None

    async def exchange(self, chat_id: int, exchange_id: str) -> Exchange | None:
        """None if it is too long ago, or another chat's."""
        return await self._exchanges.get(chat_id, exchange_id)

    # -- what it is about ----------------------------------------------------------------------------------------

    async def _before(self, asking: Asking) -> _Before:
        last = await self._exchanges.last(asking.address)
        if asking.answering:
            last = await self._exchanges.get(asking.address.chat_id, asking.answering) or last
        article_id = asking.about or await self._just_told(asking, last)
        article = await self._articles.get(article_id) if article_id else None
        if article is None:
            return _Before()
        return _Before(article, last if last and last.article == article.id else None, bool(asking.about))

    async def _just_told(self, asking: Asking, last: Exchange | None) -> str | None:
        """Where several write, what comes next may be another's."""
        if last is None or not asking.private or await self._clock.now() - last.at > _FOLLOWED:
            return None
        return last.article

    async def _narrowed(self, asking: Asking) -> Narrowed:
        categories, sources = await self._categories.all(), await self._answers.sources()
        now = (await self._clock.now()).astimezone(asking.zone)
        return await asyncio.to_thread(read_scope, asking.text, categories, sources, now)

    # -- the answer ----------------------------------------------------------------------------------------------

    async def _within(self, text: str, article: Article, shown: Collection[tuple[str, Place]]) -> Answer:
        """Of this article only: words that name nothing would find anything elsewhere."""
        answer = await self._answers.ask(text, about=article.id, shown=shown)
        if answer.quote is None or answer.quote.article.id != article.id:
            return Answer(None, (article,), about=True)
        return replace(answer, others=tuple(one for one in answer.others if one.article.id == article.id))

    async def _news(self, words: str, scope: Scope = EVERYTHING) -> Answer:
        if is_wordless(words) or reference(words) is Reference.ALL:
            slugs: list[str | None] = [*sorted(scope.categories)] if scope.categories else [None]
            found = [article for slug in slugs for article in await self._newest(slug, scope)]
        else:
            found = await self._answers.search(words, limit=_NEWS, scope=scope)
        listed = (article for article in found if article.listed)
        newest = sorted(listed, key=lambda article: article.published, reverse=True)
        return Answer(None, news=tuple(newest[:_NEWS]), scope=scope)

    async def _newest(self, slug: str | None, scope: Scope) -> Sequence[Article]:
        found = list[Article]()
        for skip in range(0, _LOOKED_AT, _PAGE):
            page = await self._articles.latest(slug, skip=skip, count=_PAGE)
            found += [article for article in page if scope.holds(article)]
            if len(found) >= _NEWS or len(page) < _PAGE:
                break
        return found

    # -- what is kept of it --------------------------------------------------------------------------------------

    async def _kept(self, asking: Asking, before: _Before, searched: str, answer: Answer, kind: Kind) -> Asked:
        exchange = await self._new(asking.address, asking.language, asking.text, searched)
        exchange = exchange.model_copy(update={"news": kind is Kind.NEWS})
        if answer.quote:
            exchange = exchange.with_quote(answer.quote, before.exchange)
        else:
            told = {
                "article": before.article.id if before.article else None,
                "shown": before.exchange.shown if before.exchange else (),
                "nearest": tuple(article.id for article in answer.nearest),
            }
            exchange = exchange.model_copy(update=told)
        await self._exchanges.keep(exchange)
        if kind is Kind.QUESTION and answer.quote is None:
            await self._file(exchange, Why.UNANSWERED)
        return Asked(answer, exchange.id, kind)

    async def _new(self, address: Address, language: str, question: str, searched: str | None = None) -> Exchange:
        return Exchange(
            id=secrets.token_hex(4),
            address=address,
            at=await self._clock.now(),
            question=in_short(question),
            searched=in_short(question if searched is None else searched),
            language=language,
        )

    async def _file(self, exchange: Exchange, why: Why) -> bool:
        near = (*([exchange.article] if exchange.article else []), *exchange.nearest)
        return await self._editors.file(
            Inquiry(
                exchange.question,
                exchange.address,
                exchange.language,
                tuple(dict.fromkeys(near)),
                why,
                exchange.told,
                about=exchange.article or "",
            )
        )


def _prefers(before: _Before, points: Reference, question: str) -> bool:
    """Whether a question is first asked about the article at hand: where a reply names it, where few words say what
    else it could be about, and where the article has all of them."""
    if before.article is None:
        return False
    return before.replied or points is Reference.SOME or is_about(question, before.article)
