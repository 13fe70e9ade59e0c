"""One story from many sources is one article: what arrives later joins it, and disturbs nobody.

    what has changed since → an article like it, of another source → join, else publish

Each process keeps the latest articles in memory and looks at what has changed before it decides; it publishes only if
nothing has changed since, so that of two that bring the same story at once the second finds the first.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from bot.domain.article import Added, Article
from bot.domain.moment import to_ms
from bot.ingest.likeness import Recent
from bot.storage.articles import ArticleStore
from bot.storage.clock import StoreClock
from bot.storage.stories import StoryStore

#: So far back a story is looked for.
LOOKED_BACK = timedelta(hours=48)
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
        self._reading = asyncio.Lock()

    async def publish(self, article: Article) -> Filed:
        """Joins the story that it tells, else its subscribers are owed it. The same once more changes nothing."""
        missed = ""
        while True:
            change = await self._catch_up()
            if change == missed:  # a store that was restored no longer knows of it
                self._change = ""
                change = await self._catch_up()
            missed = change
            lead = self._recent.same_story(article)
            if lead is None or lead == article.id:
                added = await self._articles.publish_after(article, change)
            else:
                added = await self._stories.join(article, lead, change)
            if added is Added.KNOWN:
                return Filed(added, (await self._articles.leads_of([article.id])).get(article.id))
            if added:
                return Filed(added, lead)
            if lead and await self._articles.get(lead) is None:
                self._forget(lead)  # also if that change is no longer told

    async def nearest(self, article: Article, count: int) -> list[Article]:
        """Articles of its category that may tell the same: the most alike of the last two days."""
        await self._catch_up()
        found = await self._articles.get_many(self._recent.nearest(article, count))
        return [stored.article for stored in found]

    async def _catch_up(self) -> str:
        """Gives the last change that is known now."""
        async with self._reading:
            after = to_ms(await self._clock.now() - LOOKED_BACK)
            if not self._change:  # the first time
                change = await self._articles.last_change()
                await self._read(await self._articles.arrived_after(after), after)
                self._change = change
            more = True
            while more:
                changed = await self._articles.changes_after(self._change, _TOGETHER)
                await self._read({article_id for _, article_id in changed}, after)
                self._change = changed[-1][0] if changed else self._change
                more = len(changed) == _TOGETHER
            for article_id in [one for one, arrived in self._arrived.items() if arrived <= after]:
                self._forget(article_id)
            return self._change

    async def _read(self, article_ids: Iterable[str], after: int) -> None:
        ids = list(article_ids)
        for start in range(0, len(ids), _TOGETHER):
            some = ids[start : start + _TOGETHER]
            stored = {one.article.id: one for one in await self._articles.get_many(some)}
            for article_id in some:
                one = stored.get(article_id)
                if one is None or one.arrived <= after:
                    self._forget(article_id)
                else:
                    joined = await self._stories.joined(article_id) if one.article.also_at else ()
                    self._recent.put(one.article, joined)
                    self._arrived[article_id] = one.arrived

    def _forget(self, article_id: str) -> None:
        self._recent.remove(article_id)
        self._arrived.pop(article_id, None)
