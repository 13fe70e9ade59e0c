"""One story from many sources is one article: what arrives later joins it, and disturbs nobody.

    an article like it, of another source → join, else publish | what others have changed → once more

Each process keeps the latest articles in memory. It publishes only if nothing has changed of which it does not know,
else it reads that first: so of two that bring the same story at once the second finds the first.
"""

import asyncio
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.domain.article import Added, Article, StoredArticle
from bot.domain.moment import to_ms
from bot.ingest.likeness import TELLINGS, Recent
from bot.storage.articles import ArticleStore
from bot.storage.clock import StoreClock
from bot.storage.stories import StoryStore

#: So far back a story is looked for.
LOOKED_BACK = timedelta(hours=48)
#: Seconds after which what has become too old meanwhile is looked for.
_SWEPT = 60.0
#: Read at once, so that what else this process does need not wait.
_TOGETHER = 50


@dataclass(frozen=True, slots=True)
class Filed:
    """`added`: whether it was new; `joined`: the id of the article that it tells the same as, None if it stands
    alone."""

    added: Added
    joined: str | None = None


class Stories:
    def __init__(self, articles: ArticleStore, stories: StoryStore, clock: StoreClock) -> None:
        self._articles = articles
        self._stories = stories
        self._clock = clock
        self._recent = Recent()
        self._arrived: dict[str, int] = {}
        #: The last that this process knows of; none yet.
        self._change = ""
        #: Milliseconds: what arrived until then is too old; and when that was set, in seconds of the process.
        self._after, self._swept = 0, 0.0
        self._turn = asyncio.Lock()

    async def publish(self, article: Article) -> Filed:
        """Joins the story that it tells, else its subscribers are owed it. The same once more changes nothing. One
        after the other, as each would else find that another has changed something."""
        async with self._turn:
            return await self._publish(article)

    async def _publish(self, article: Article) -> Filed:
        await self._sweep()
        while (filed := await self._file(article)) is None:
            if not await self._catch_up():  # a store that was restored no longer knows of the last change
                await self._begin_anew()
        if filed.added is Added.KNOWN:
            return Filed(Added.KNOWN, (await self._articles.leads_of([article.id])).get(article.id))
        return filed

    async def _file(self, article: Article) -> Filed | None:
        """None if something has changed of which this process does not know."""
        lead = self._recent.same_story(article)
        return await (self._begin(article) if lead in {None, article.id} else self._join(article, str(lead)))

    async def _begin(self, article: Article) -> Filed | None:
        """A story of its own."""
        done = await self._articles.publish_after(article, self._change)
        if done is None:
            return None
        arrived, self._change = done
        if not arrived:
            return Filed(Added.KNOWN)
        self._remember(StoredArticle(article=article, arrived=arrived))
        return Filed(Added.NEW)

    async def _join(self, article: Article, lead: str) -> Filed | None:
        done = await self._stories.join(article, lead, self._change)
        if done is None:
            return None
        added, change = done
        if added is Added.NEW:
            self._change = change
            self._recent.join(lead, article)
        return Filed(added, lead)

    async def told_by(self, article: Article) -> Article | None:
        """The article that one would join, if it were published now."""
        async with self._turn:
            await self._sweep()
            await self._catch_up()
            lead = self._recent.same_story(article)
        stored = await self._articles.get(lead) if lead else None
        return stored.article if stored else None

    async def nearest(self, article: Article, count: int) -> list[Article]:
        """Articles of its category that may tell the same: the most alike of the last two days."""
        async with self._turn:
            await self._sweep()
            await self._catch_up()
        found = await self._articles.get_many(self._recent.nearest(article, count))
        return [stored.article for stored in found]

    async def _catch_up(self) -> bool:
        """Reads what others have changed; False if nothing is known to have been."""
        begun, more = self._change, True
        while more:
            changed = await self._articles.changes_after(self._change, _TOGETHER)
            await self._read(list(dict.fromkeys(article_id for _, article_id in changed)))
            self._change = changed[-1][0] if changed else self._change
            more = len(changed) == _TOGETHER
        return self._change != begun

    async def _begin_anew(self) -> None:
        self._recent, self._arrived = Recent(), {}
        change = await self._articles.last_change()
        await self._read(await self._articles.arrived_after(self._after))
        self._change = change

    async def _sweep(self) -> None:
        """What has become too old is forgotten, now and then; the first time, all is read."""
        now = time.monotonic()
        if self._change and now - self._swept < _SWEPT:
            return
        self._after, self._swept = to_ms(await self._clock.now() - LOOKED_BACK), now
        for article_id in [one for one, arrived in self._arrived.items() if arrived <= self._after]:
            self._forget(article_id)
        if not self._change:
            await self._begin_anew()

    async def _read(self, ids: Sequence[str]) -> None:
        for start in range(0, len(ids), _TOGETHER):
            some = ids[start : start + _TOGETHER]
            stored = {one.article.id: one for one in await self._articles.get_many(some)}
            for article_id in some:
                one = stored.get(article_id)
                if one is None or one.arrived <= self._after or not one.article.listed:
                    self._forget(article_id)
                else:
                    self._remember(one, await self._joined(one.article))

    async def _joined(self, article: Article) -> list[Article]:
        return await self._stories.some_joined(article.id, TELLINGS - 1) if article.also_at else []

    def _remember(self, one: StoredArticle, joined: Iterable[Article] = ()) -> None:
        self._recent.put(one.article, joined)
        self._arrived[one.article.id] = one.arrived

    def _forget(self, article_id: str) -> None:
        self._recent.remove(article_id)
        self._arrived.pop(article_id, None)
