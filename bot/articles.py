"""Articles come in, and are taken back, through here: the one door for editors and feeds."""

from datetime import datetime

from bot.domain.article import Added, Article
from bot.domain.edition import Edition
from bot.rendering.digests import digest
from bot.rendering.links import Links
from bot.storage.articles import ArticleStore
from bot.storage.categories import CategoryStore
from bot.storage.outbox import Outbox


class Articles:
    def __init__(self, store: ArticleStore, categories: CategoryStore, outbox: Outbox, links: Links) -> None:
        self._store = store
        self._categories = categories
        self._outbox = outbox
        self._links = links

    async def publish(self, article: Article) -> bool:
        """Its subscribers are owed it from now on; False if it has been published already."""
        return await self._store.publish(article)

    async def keep(self, article: Article) -> Added:
        """Stores it for reading and asking, without sending it to anyone."""
        return await self._store.keep(article)

    async def get(self, article_id: str) -> Article | None:
        stored = await self._store.get(article_id)
        return stored.article if stored else None

    async def get_many(self, article_ids: list[str]) -> list[Article]:
        return [stored.article for stored in await self._store.get_many(article_ids)]

    async def latest(self, slug: str | None = None, *, skip: int = 0, count: int) -> list[Article]:
        return [stored.article for stored in await self._store.latest(slug, skip=skip, count=count)]

    async def count(self, slug: str | None = None) -> int:
        return await self._store.count(slug)

    async def count_since(self, slug: str, after: datetime) -> int:
        return await self._store.count_since(slug, after)

    async def retract(self, article_id: str) -> int | None:
        """Out of the store, out of what is owed, and out of the chats that have it, where Telegram lets us.

        Gives how many messages are being taken back; None if no such article is stored.
        """
        stored = await self._store.get(article_id)
        editions = await self._outbox.editions_of(article_id)
        if stored:
            await self._store.remove(stored)
        elif not editions:  # with editions left, an earlier try was interrupted and is finished now
            return None
        reached = 0
        for edition_id in {*editions, *await self._outbox.editions_of(article_id)}:
            edition = await self._outbox.edition(edition_id)
            if edition and edition.action == "send":
                reached += await self._recall(edition, article_id)
        await self._outbox.forget_article(article_id)
        return reached

    async def _recall(self, edition: Edition, article_id: str) -> int:
        """A message that tells of other articles too is worded anew, any other is deleted."""
        others = await self.get_many([other for other in edition.articles if other != article_id])
        recall_id = f"{edition.id}-{article_id}"
        if not others:
            recall = Edition(id=recall_id, action="delete", of=edition.id)
            return await self._outbox.recall(edition, recall, None)
        names = {category.slug: category.name for category in await self._categories.all()}
        message = digest(others, names, self._links, page=edition.page, of=edition.pages)
        recall = Edition(id=recall_id, action="edit", of=edition.id)
        replacement = edition.model_copy(update={"message": message, "articles": tuple(other.id for other in others)})
        return await self._outbox.recall(edition, recall, replacement)
