"""Articles, subscriptions, categories and feeds in from files, and all of them out as JSON Lines.

What is taken twice is stored once; a line that cannot be taken is told with its number, and the others are taken.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import orjson
from pydantic import AfterValidator, AwareDatetime, BaseModel, StringConstraints, ValidationError

from bot.domain.article import Added, Article, ArticleId, StoredArticle
from bot.domain.category import Category
from bot.domain.draft import Problem, Unreadable
from bot.domain.feed import Feed, Health
from bot.domain.moment import from_ms
from bot.domain.outline import Outline, category_of
from bot.domain.subscription import Subscription
from bot.ingest.article_text import read_article
from bot.ingest.opml import read_outlines
from bot.ingest.text_file import SUFFIXES, decode
from bot.storage.articles import ArticleStore
from bot.storage.categories import CategoryStore
from bot.storage.clock import StoreClock
from bot.storage.feeds import FeedStore
from bot.storage.saved import SavedStore
from bot.storage.stories import StoryStore
from bot.storage.subscriptions import SubscriptionStore

_PROBLEMS = {
    Problem.EMPTY: "there is no text in it",
    Problem.NO_TITLE: "it has no title: put one below the category, after a blank line",
    Problem.TITLE_TOO_LONG: "its title is longer than 300 characters: end it with a blank line",
    Problem.TOO_LONG: "it is longer than 500,000 characters",
}


_Identity = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]
_Known = Annotated[str, StringConstraints(pattern=r"^(?:[0-9a-f]{2}){5,44}$")]


def _in_calendar(moment: datetime) -> datetime:
    """As it is kept: in UTC. Raises OverflowError, as for the first hours of the year 1 east of it."""
    return moment.astimezone(UTC)


_Moment = Annotated[AwareDatetime, AfterValidator(_in_calendar)]


class _Past(BaseModel):
    """How a feed has done, and what it has told of, as it is stored, in hexadecimal."""

    health: Health | None = None
    entries: dict[_Identity, _Known] = {}


class _Removed(BaseModel):
    articles: tuple[ArticleId, ...]


class _Saved(BaseModel):
    """The articles that a person has saved, with when."""

    chat_id: int
    articles: dict[ArticleId, _Moment]


class _Arrival(BaseModel):
    """When it was published, if it was; what has joined it, as it is kept."""

    arrived: _Moment | None = None
    joined: tuple[StoredArticle, ...] = ()


class CannotTake(Exception):
    """A line or file that is not stored; the text says why."""


@dataclass
class Report:
    """`taken` counts by what it was; `problems` name file, line and reason."""

    taken: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)


class Transfer:
    def __init__(
        self,
        articles: ArticleStore,
        stories: StoryStore,
        categories: CategoryStore,
        feeds: FeedStore,
        subscriptions: SubscriptionStore,
        saved: SavedStore,
        clock: StoreClock,
    ) -> None:
        self._articles = articles
        self._stories = stories
        self._categories = categories
        self._feeds = feeds
        self._subscriptions = subscriptions
        self._saved = saved
        self._clock = clock

    # -- in -----------------------------------------------------------------------------------------------------

    async def take(self, path: Path, report: Report, advance: Callable[[int], None]) -> None:
        """One file, by what its name ends in; `advance` is told the bytes that are done."""
        try:
            content = await asyncio.to_thread(path.read_bytes)
        except OSError as error:
            report.problems.append(f"{path}: {error.strerror or error}")
            return
        suffix = path.suffix.casefold()
        if suffix in (".jsonl", ".ndjson"):
            await self._take_lines(path, content, report, advance)
            return
        try:
            if suffix == ".opml":
                await self._take_opml(content, report)
            elif suffix in SUFFIXES:
                report.taken[await self._take_text(content)] += 1
            else:
                raise CannotTake("unknown kind of file: .txt, .md, .jsonl or .opml are taken")
        except CannotTake as error:
            report.problems.append(f"{path}: {error}")
        advance(len(content))

    async def _take_lines(self, path: Path, content: bytes, report: Report, advance: Callable[[int], None]) -> None:
        for number, line in enumerate(content.split(b"\n"), 1):
            if line.strip():
                try:
                    report.taken[await self._take_line(line)] += 1
                except CannotTake as error:
                    report.problems.append(f"{path}:{number}: {error}")
            advance(len(line) + 1)

    async def _take_line(self, line: bytes) -> str:
        try:
            data = orjson.loads(line.removeprefix(b"\xef\xbb\xbf"))
        except orjson.JSONDecodeError as error:
            raise CannotTake(f"not JSON ({error})") from None
        kinds = {
            "category": self._take_category,
            "article": self._take_article,
            "subscription": self._take_subscription,
            "feed": self._take_feed,
            "saved": self._take_saved,
            "removed": self._take_removed,
        }
        kind = data.get("type") if isinstance(data, dict) else None
        if not isinstance(kind, str) or kind not in kinds:
            raise CannotTake(f"“type” must be one of {', '.join(kinds)}")
        try:
            return await kinds[kind](data)
        except ValidationError as error:
            first = error.errors()[0]
            raise CannotTake(f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}") from None
        except OverflowError:
            raise CannotTake("a time in it is beyond the calendar") from None

    async def _take_category(self, data: dict[str, Any]) -> str:
        added = await self._categories.put(Category.model_validate(data))
        return "category" if added is Added.NEW else f"{added} category"

    async def _take_article(self, data: dict[str, Any]) -> str:
        article, arrival = Article.model_validate(data), _Arrival.model_validate(data)
        await self._check_category(article.category)
        added = await self._articles.keep(article, arrival.arrived)
        for kept in arrival.joined:
            await self._stories.restore(article.id, kept)
        return "article" if added is Added.NEW else f"{added} article"

    async def _take_subscription(self, data: dict[str, Any]) -> str:
        subscription = Subscription.model_validate(data)
        for slug in subscription.categories:
            await self._check_category(slug)
        now = await self._clock.now()
        new = [slug for slug in subscription.categories if slug not in subscription.since]
        await self._subscriptions.change(subscription, lambda _: subscription.settle(new, now))
        return "subscription"

    async def _take_feed(self, data: dict[str, Any]) -> str:
        feed, past = Feed.model_validate(data), _Past.model_validate(data)
        await self._check_category(feed.category)
        entries = {bytes.fromhex(name): bytes.fromhex(known) for name, known in past.entries.items()}
        added = await self._feeds.add(feed)
        if added is Added.NEW and past.health:
            await self._feeds.restore_health(feed.url, past.health)
        await self._feeds.entries.restore(feed.url, entries)
        return "feed" if added is Added.NEW else f"{added} feed"

    async def _take_removed(self, data: dict[str, Any]) -> str:
        await self._articles.restore_removed(_Removed.model_validate(data).articles)
        return "list of articles taken back"

    async def _take_saved(self, data: dict[str, Any]) -> str:
        saved = _Saved.model_validate(data)
        await self._saved.restore(saved.chat_id, saved.articles)
        return "list of saved articles"

    async def _take_text(self, content: bytes) -> str:
        decoded = decode(content)
        if decoded is None:
            raise CannotTake("this is no text file")
        article = read_article(decoded[0], await self._categories.all(), datetime.now(UTC))
        if isinstance(article, Unreadable):
            raise CannotTake(_PROBLEMS.get(article.problem) or _unknown_category(article))
        if known := await self._articles.get(article.id):
            article = article.model_copy(update={"published": known.article.published})
        added = await self._articles.keep(article)
        return "article" if added is Added.NEW else f"{added} article"

    async def _take_opml(self, content: bytes, report: Report) -> None:
        """An outline's folder is the category of the feeds in it."""
        outlines = read_outlines(content)
        if outlines is None:
            raise CannotTake("this is no OPML file")
        categories = await self._categories.all()
        for outline in outlines:
            try:
                report.taken[await self._take_outline(outline, categories)] += 1
            except CannotTake as error:
                report.problems.append(f"{outline.url}: {error}")

    async def _take_outline(self, outline: Outline, categories: Sequence[Category]) -> str:
        category = category_of(outline, categories)
        if category is None:
            raise CannotTake("it is in no folder that is named after a category")
        try:
            feed = Feed(url=outline.url, category=category.slug, name=outline.name)
        except ValidationError:
            raise CannotTake("this is no web address") from None
        added = await self._feeds.add(feed)
        return "feed" if added is Added.NEW else f"{added} feed"

    async def _check_category(self, slug: str) -> None:
        if await self._categories.get(slug) is None:
            raise CannotTake(f"there is no category “{slug}”: put a category line before it")

    # -- out ----------------------------------------------------------------------------------------------------

    async def export(self) -> AsyncIterator[bytes]:
        """Lines that `take` takes back with nothing lost."""
        for category in await self._categories.all():
            yield _line("category", category.model_dump(mode="json"))
        for feed in await self._feeds.all():
            yield _line("feed", await self._all_of(feed))
        if removed := await self._articles.removed():
            yield _line("removed", {"articles": removed})
        async for stored in self._articles.all():
            yield _line("article", await self._told(stored))
        async for subscription in self._subscriptions.all():
            yield _line("subscription", subscription.model_dump(mode="json"))
        async for chat_id in self._saved.chats():
            yield _line("saved", {"chat_id": chat_id, "articles": await self._saved.all(chat_id)})

    async def _told(self, stored: StoredArticle) -> dict[str, Any]:
        fields = stored.article.model_dump(mode="json")
        if stored.owed:
            arrived = from_ms(stored.arrived).isoformat().replace("+00:00", "Z")
            fields["arrived"] = arrived
        if kept := await self._stories.kept(stored.article.id):
            fields["joined"] = [one.model_dump(mode="json", exclude={"length"}) for one in kept]
        return fields

    async def _all_of(self, feed: Feed) -> dict[str, Any]:
        health = await self._feeds.health(feed.url)
        entries = {name.hex(): known.hex() async for name, known in self._feeds.entries.all(feed.url)}
        return {**feed.model_dump(mode="json"), "health": health.model_dump(mode="json"), "entries": entries}


def _line(kind: str, fields: dict[str, Any]) -> bytes:
    return orjson.dumps({"type": kind, **fields}, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z)


def _unknown_category(problem: Unreadable) -> str:
    meant = f"; did you mean {' or '.join(problem.nearest)}?" if problem.nearest else ""
    return f"its first line must be a category, and “{problem.word[:60]}” is none{meant}"
