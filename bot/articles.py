"""Articles come in, are corrected and taken back, through here: the one door for editors and feeds."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.article import Added, Article, Correction, FaqPair, StoredArticle
from bot.domain.edition import Edition, Urgency
from bot.domain.message import Message
from bot.rendering.articles import correction_notice
from bot.rendering.digests import digest, reworded
from bot.rendering.links import Links
from bot.rendering.names import names_of
from bot.rendering.wording import in_languages
from bot.storage.articles import ArticleStore
from bot.storage.categories import CategoryStore
from bot.storage.outbox import Outbox
from bot.storage.settlements import RECALLABLE
from bot.storage.stories import StoryStore


@dataclass(frozen=True, slots=True)
class Corrected:
    """`reached`: how many messages are being changed; None if it was all done before."""

    article: Article
    reached: int | None


class Articles:
    def __init__(
        self, store: ArticleStore, stories: StoryStore, categories: CategoryStore, outbox: Outbox, links: Links
    ) -> None:
        self._store = store
        self._stories = stories
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
        return next(iter(await self.get_many([article_id])), None)

    async def get_many(self, article_ids: Sequence[str]) -> list[Article]:
        """Each once, in the order asked for; for one that has joined another, that one."""
        found = {stored.article.id: stored.article for stored in await self._store.get_many(article_ids)}
        leads = await self._store.leads_of(one for one in article_ids if one not in found)
        if leads:
            found |= {stored.article.id: stored.article for stored in await self._store.get_many(set(leads.values()))}
        each = dict.fromkeys(leads.get(one, one) for one in article_ids)
        return [found[one] for one in each if one in found]

    async def latest(self, slug: str | None = None, *, skip: int = 0, count: int) -> list[Article]:
        return [stored.article for stored in await self._store.latest(slug, skip=skip, count=count)]

    async def count(self, slug: str | None = None) -> int:
        return await self._store.count(slug)

    async def count_since(self, slug: str, after: datetime) -> int:
        return await self._store.count_since(slug, after)

    async def more_of(self, edition_id: str, skip: int) -> Message | None:
        """What a digest tells after its story of that number; None if it is no longer stored, or tells no more."""
        edition = await self._outbox.edition(edition_id)
        if edition is None or edition.digest is None:
            return None
        made = edition.digest
        stories = made.told(await self._told(made.articles))
        if not any(story.number > skip for story in stories):
            return None
        return digest(
            stories,
            names_of(await self._categories.all()),
            self._links,
            day=made.day,
            edition_id=edition_id,
            form=made.form,
            skip=skip,
        )

    # -- what editors answer ------------------------------------------------------------------------------------

    async def add_pair(self, article_id: str, pair: FaqPair, *, instead_of: str = "") -> Article | None:
        """One of the article's own from now on, or of that which it has joined; `instead_of`: the question of one
        that goes for it. None if no such article is stored."""
        lead = (await self._store.leads_of([article_id])).get(article_id, article_id)
        found = await self._store.change(lead, lambda article: article.with_pair(pair, instead_of))
        return found[1].article if found else None

    async def add_general(self, article: Article, pair: FaqPair, *, instead_of: str = "") -> Article:
        """The same; `article` stands for the one that is stored first, which is then as old as its last answer."""
        published = {"published": article.published}
        while True:
            found = await self._store.change(
                article.id, lambda known: known.with_pair(pair, instead_of).model_copy(update=published)
            )
            if found:
                return found[1].article
            await self._store.keep_new(article)

    async def remove_pair(self, article_id: str, question: str) -> None:
        await self._store.change(article_id, lambda article: article.without_pair(question))

    # -- one story from many sources ----------------------------------------------------------------------------

    async def joined(self, article_id: str) -> list[Article]:
        """What has joined this article, since it tells the same."""
        return await self._stories.joined(article_id)

    async def joined_ids(self, article_id: str) -> list[str]:
        return await self._store.joined_ids(article_id)

    async def merge(self, article_id: str, into: str) -> Article | None:
        """The first joins the other of its category, which is given; nobody is sent anything. None if one of them is
        not stored, or has joined another itself."""
        return await self._stories.merge(article_id, into)

    async def split(self, article_id: str) -> StoredArticle | None:
        """One that has joined another is one of its own again. If it has never been published it is now, and its
        `arrived` is 0. None if it has joined none."""
        return await self._stories.split(article_id)

    # -- changing what was published ------------------------------------------------------------------------------

    async def correct(self, article_id: str, correction: Correction) -> Corrected | None:
        """Stored with the article, and so in all that is worded from now on; what is still owed is worded anew, the
        messages of the last 48 hours are edited, and their chats told, each once. The same again ends what was
        interrupted. None if no such article is stored."""
        found = await self._store.change(article_id, lambda article: article.corrected(correction))
        if found is None:
            return None
        article, arrived = found[1].article, found[1].arrived
        notice = Edition(
            id=f"correction:{article.id}-{arrived}-{article.revision}",
            urgency=Urgency.BREAKING,
            articles=(article.id,),
            correction=True,
        ).reworded(in_languages(lambda: correction_notice(article)))
        # It is stored last, and for as long as anyone has an older wording; what has one since has it with this.
        too_late = correction.at - article.corrections[0].at > RECALLABLE
        if too_late or await self._outbox.edition(notice.id):
            return Corrected(article, None)
        reached, told = 0, set[int]()
        for edition_id in await self._outbox.editions_of(article.id):
            edition = await self._outbox.edition(edition_id)
            if edition and edition.action == "send" and not (edition.correction or edition.answer):
                reached += await self._recall(edition, f"{edition.id}-{article.id}-r{article.revision}")
                told |= await self._holding(edition.id)
        await self._outbox.owe_once(notice, sorted(told), article.id)
        return Corrected(article, reached)

    async def _holding(self, edition_id: str) -> set[int]:
        """Whoever has a message, or may have: what has arrived since the first look has a receipt by the second."""
        on_its_way = await self._outbox.on_its_way(edition_id)
        return on_its_way | {number async for number, sent in self._outbox.receipts(edition_id) if sent.isdigit()}

    async def retract(self, article_id: str) -> int | None:
        """Out of the store, out of what is owed, and out of the chats that have it, where Telegram lets us. With an
        article goes all that has joined it; what has joined another goes alone.

        Gives how many messages are being taken back; None if no such article is stored.
        """
        stored = await self._store.get(article_id)
        if stored:
            await self._store.remove(stored)
        dropped = stored is None and await self._stories.drop(article_id)
        # Nothing can join it any more. With these or editions left, an earlier try was interrupted and ends now.
        gone = [article_id, *await self._store.joined_ids(article_id)]
        editions = await self._editions_of(gone)
        if not (stored or dropped or editions or len(gone) > 1):
            return None
        reached = 0
        for edition_id in {*editions, *await self._editions_of(gone)}:
            edition = await self._outbox.edition(edition_id)
            if edition and edition.action == "send":
                reached += await self._recall(edition, f"{edition.id}-{article_id}", without=gone)
        for one in gone:
            await self._outbox.forget_article(one)
        await self._stories.forget(article_id)
        return reached

    async def _editions_of(self, article_ids: Sequence[str]) -> set[str]:
        return {edition for one in article_ids for edition in await self._outbox.editions_of(one)}

    async def _told(self, article_ids: Sequence[str]) -> list[Article]:
        """What editions tell: also what has joined another since, as it was."""
        return [stored.article for stored in await self._store.told(article_ids)]

    async def _recall(self, edition: Edition, recall_id: str, *, without: Collection[str] = ()) -> int:
        """A message is worded anew from what is still stored, or deleted if nothing is.

        Another of its articles may be corrected or taken back at the same time. Who changes the store before the
        message, and looks at the store again after it, cannot both be last and have missed a change.
        """
        ids = [article_id for article_id in edition.articles if article_id not in without]
        told, turn = await self._told(ids), 0
        while True:
            reached = await self._replace(edition, told, f"{recall_id}-{turn}" if turn else recall_id)
            known, told, turn = told, await self._told(ids), turn + 1
            if told == known:
                return reached

    async def _replace(self, edition: Edition, told: Sequence[Article], recall_id: str) -> int:
        if not told:
            recall = Edition(id=recall_id, action="delete", urgency=Urgency.BREAKING, of=edition.id)
            return await self._outbox.recall(edition, recall, None)
        categories = await self._categories.all()

        def word() -> Message:
            return reworded(edition, told, names_of(categories), self._links)

        recall = Edition(id=recall_id, action="edit", urgency=Urgency.BREAKING, of=edition.id)
        again = edition.reworded(in_languages(word, edition.languages))
        replacement = again.model_copy(update={"articles": tuple(one.id for one in told)})
        return await self._outbox.recall(edition, recall, replacement)
