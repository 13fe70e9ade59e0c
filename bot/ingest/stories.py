"""One story from many sources is one article: what arrives later joins it, and disturbs nobody.

    what has changed since → an article like it, of another source → join, else publish

Each process keeps the latest articles in memory and looks at what has changed before it decides; it publishes only if
nothing has changed since, so that of two that bring the same story at once the second finds the first.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
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
        self._change = ""
        #: How often this process has changed an article since, which it needs not read then.
        self._own = Counter[str]()
        #: Milliseconds: what arrived until then is too old; and when that was set, in seconds of the process.
        self._after, self._swept = 0, 0.0
        self._turn = asyncio.Lock()

    async def publish(self, article: Article) -> Filed:
        """Joins the story that it tells, else its subscribers are owed it. The same once more changes nothing. One
        after the other, as each would else find that another has changed something."""
        async with self._turn:
            return await self._publish(article)

    async def _publish(self, article: Article) -> Filed:
        missed = ""
        while True:
            change = await self._catch_up()
            if change == missed:  # a store that was restored no longer knows of it
                self._change = ""
                change = await self._catch_up()
            missed = change
            lead = self._recent.same_story(article)
            stand_alone = lead is None or lead == article.id
            filed = await (self._begin(article, change) if stand_alone else self._join(article, str(lead), change))
            if filed is None:
                continue
            if filed.added is Added.KNOWN:
                return Filed(Added.KNOWN, (await self._articles.leads_of([article.id])).get(article.id))
            return filed

    async def _begin(self, article: Article, change: str) -> Filed | None:
        """A story of its own; None if something has changed since."""
        arrived = await self._articles.publish_after(article, change)
        if arrived:
            self._remember(StoredArticle(article=article, arrived=arrived))
            self._own[article.id] += 1
        return None if arrived is None else Filed(Added.NEW if arrived else Added.KNOWN)

    async def _join(self, article: Article, lead: str, change: str) -> Filed | None:
        added = await self._stories.join(article, lead, change)
        if added is Added.NEW:
            self._recent.join(lead, article)
            self._own[lead] += 1
        elif added is None and await self._articles.get(lead) is None:
            self._forget(lead)  # also if that change is no longer told
        return Filed(added, lead) if added else None

    async def nearest(self, article: Article, count: int) -> list[Article]:
        """Articles of its category that may tell the same: the most alike of the last two days."""
        async with self._turn:
            await self._catch_up()
        found = await self._articles.get_many(self._recent.nearest(article, count))
        return [stored.article for stored in found]

    async def _catch_up(self) -> str:
        """Gives the last change that is known now."""
        await self._sweep()
        if not self._change:  # the first time
            self._own.clear()
            change = await self._articles.last_change()
            await self._read(await self._articles.arrived_after(self._after))
            self._change = change
        more = True
        while more:
            changed = await self._articles.changes_after(self._change, _TOGETHER)
            await self._read(self._by_others(Counter(article_id for _, article_id in changed)))
            self._change = changed[-1][0] if changed else self._change
            more = len(changed) == _TOGETHER
        return self._change

    def _by_others(self, changes: Mapping[str, int]) -> list[str]:
        """Those that were changed more often than by this process, which knows what it has done."""
        others = [one for one, times in changes.items() if times > self._own[one]]
        for one, times in changes.items():
            self._own[one] -= times
        self._own = +self._own
        return others

    async def _sweep(self) -> None:
        """What has become too old is forgotten, now and then."""
        now = time.monotonic()
        if self._after and now - self._swept < _SWEPT:
            return
        self._after, self._swept = to_ms(await self._clock.now() - LOOKED_BACK), now
        for article_id in [one for one, arrived in self._arrived.items() if arrived <= self._after]:
            self._forget(article_id)

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
