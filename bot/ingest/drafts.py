"""What editors write, pages that they link to and what feeds bring for review, on the way to being published."""

import secrets
from enum import Enum, auto

from bot.articles import Articles
from bot.domain.article import Added, Article, TextLink, article_id
from bot.domain.category import find_category, nearest_slugs
from bot.domain.draft import Draft, Preview, Problem, Unreadable, join
from bot.domain.page import Page
from bot.domain.subscription import Address
from bot.ingest.article_text import read_article, write_article
from bot.ingest.stories import Stories
from bot.storage.categories import CategoryStore
from bot.storage.clock import StoreClock
from bot.storage.drafts import DraftStore
from bot.subscriptions import Subscriptions


class Discarded(Enum):
    """What came of discarding a draft; a published one stays, with its article."""

    DONE = auto()
    GONE = auto()
    PUBLISHED = auto()


class Drafts:
    def __init__(
        self,
        store: DraftStore,
        articles: Articles,
        stories: Stories,
        categories: CategoryStore,
        subscriptions: Subscriptions,
        clock: StoreClock,
    ) -> None:
        self._store = store
        self._articles = articles
        self._stories = stories
        self._categories = categories
        self._subscriptions = subscriptions
        self._clock = clock

    async def write(
        self,
        text: str,
        links: tuple[TextLink, ...] = (),
        *,
        may_go_on: int | None = None,
        instead_of: Draft | None = None,
    ) -> Preview:
        """`may_go_on`: the id of the editor whose next message may be the rest of the text; `instead_of`: a draft
        that gives way to this one as soon as this one can be read."""
        draft = Draft(id=_new_id(), text=text, links=links)
        if instead_of and (article := instead_of.article):
            # The same text once more is the same draft, as where a process was killed before it could show it.
            draft = draft.model_copy(
                update={"id": article_id("edit", instead_of.id, draft.model_dump_json(exclude={"id"}))}
            )
            page = (instead_of.page or Page.of(article).model_copy(update={"id": None})).model_copy(
                update={"related": article.related}
            )
            draft = draft.model_copy(update={"page": page, "feed": instead_of.feed, "replaces": instead_of.id})
        if may_go_on:
            await self._store.expect_more(may_go_on, draft.id)
        return await self._read(draft)

    async def go_on(self, editor: int, text: str, links: tuple[TextLink, ...], *, may_go_on: bool) -> Preview | None:
        """The rest of the text that the editor has just sent too much of for one message; None if it is none."""
        draft = await self._store.unfinished(editor)
        if draft is None:
            return None
        joined = join(draft.text, text)
        moved = tuple(
            link.model_copy(
                update={"start": link.start + len(joined) - len(text), "end": link.end + len(joined) - len(text)}
            )
            for link in links
        )
        whole = draft.model_copy(
            update={"id": _new_id(), "text": joined, "links": (*draft.links, *moved), "article": None}
        )
        preview = await self._read(whole, instead_of=draft.id)
        await self._store.expect_more(editor, whole.id if may_go_on else None)
        return preview

    async def from_page(self, page: Page, category: str = "") -> Preview:
        """`category`: the word for it, a slug or a name, or "" for that of the article that the page is already; what
        is none leaves the choice to the editor."""
        if not category and page.id and (known := await self._articles.get(page.id)):
            category = known.category
        named = find_category(category, await self._categories.all()) if category else None
        return await self._read(Draft(id=_new_id(), page=page), named.slug if named else None, category)

    async def offer(self, article: Article, feed_url: str) -> Preview:
        """An article that a feed has brought for review. The same once more is the same draft."""
        draft_id = article_id("offer", article.id, article.category, article.title, article.teaser)
        draft = Draft(id=draft_id, page=Page.of(article), feed=feed_url)
        return await self._read(draft, article.category)

    async def file(self, draft_id: str, slug: str) -> Preview | None:
        """Puts a draft into a category, as a draft of its own; None if it is no longer kept."""
        draft = await self._store.get(draft_id)
        if draft is None or await self._categories.get(slug) is None:
            return None
        instead_of = "" if draft.article else draft.id
        return await self._read(draft.model_copy(update={"id": _new_id()}), slug, instead_of=instead_of)

    async def waiting(self, *, skip: int = 0, count: int) -> tuple[list[Draft], int]:
        """What is written, or was brought for review, and neither published nor discarded: the newest first, and how
        many there are in all."""
        return await self._store.waiting(skip=skip, count=count)

    async def open(self, draft_id: str) -> Preview | None:
        """Its preview once more; None if it is no longer kept."""
        draft = await self._store.get(draft_id)
        if draft is None:
            return None
        return await self._shown(draft, draft.article or await self._as_article(draft, None, ""))

    async def begin_edit(self, draft_id: str, address: Address, editor: int) -> str | None:
        """Its text, which the editor's next text there takes the place of; None if it is no longer kept."""
        draft = await self._store.get(draft_id)
        if draft is None or draft.article is None:
            return None
        await self._store.expect_edit(address, editor, draft)
        return write_article(draft.article)

    async def end_edit(self, address: Address, editor: int) -> None:
        """The editor's next text is no draft's."""
        await self._store.expect_edit(address, editor, None)

    async def edited(self, address: Address, editor: int, message: int) -> Draft | None:
        """The draft whose place what this editor writes there takes, in one message: that of this id."""
        return await self._store.edited(address, editor, message)

    async def publish(self, draft_id: str, *, breaking: bool = False) -> tuple[Article, Added] | None:
        """The article, and what is new of it; None if the draft is no longer kept.

        The same text with other links or questions takes the place of the stored one, and is sent to nobody again.
        """
        draft = await self._store.get(draft_id)
        if draft is None or draft.article is None:
            return None
        told = draft.page.published if draft.page else None
        article = draft.article.model_copy(
            update={"published": told or await self._clock.now(), "breaking": breaking}
        )
        new = await self._publish(article, joins=bool(draft.feed) and not breaking)
        await self._store.published(draft_id)
        if new:
            return article, Added.NEW
        known = await self._articles.get(article.id)
        if known and known.id != article.id:  # it has joined another that tells the same
            return known, Added.KNOWN
        kept = known or article
        same = {"published": kept.published, "breaking": kept.breaking, "also_at": kept.also_at}
        article = article.model_copy(update=same)
        return article, await self._articles.keep(article)

    async def _publish(self, article: Article, *, joins: bool) -> bool:
        """Whether its readers are owed it now. What a feed has brought `joins` the story that it tells, if there is
        one; what an editor writes, or has sent at once, stands for itself."""
        if not joins:
            return await self._articles.publish(article)
        filed = await self._stories.publish(article)
        return filed.added is Added.NEW and filed.joined is None

    async def discard(self, draft_id: str) -> Discarded:
        draft = await self._store.get(draft_id)
        if draft and draft.article and await self._articles.get(draft.article.id):
            return Discarded.PUBLISHED
        return Discarded.DONE if await self._store.discard(draft_id) else Discarded.GONE

    async def _read(self, draft: Draft, slug: str | None = None, word: str = "", *, instead_of: str = "") -> Preview:
        """`slug`: the category that was chosen for it; `word`: what was written as one and is none."""
        article = await self._as_article(draft, slug, word)
        if isinstance(article, Unreadable):
            await self._store.save(draft, instead_of=instead_of)
            return await self._shown(draft, article)
        draft = draft.model_copy(update={"article": article})
        await self._store.save(draft, instead_of=instead_of)
        if draft.replaces:
            await self._store.discard(draft.replaces)
        return await self._shown(draft, article)

    async def _as_article(self, draft: Draft, slug: str | None, word: str) -> Article | Unreadable:
        categories, now = await self._categories.all(), await self._clock.now()
        if draft.text or draft.page is None:
            article = read_article(draft.text, categories, now, draft.links, slug)
            return draft.page.behind(article) if draft.page and isinstance(article, Article) else article
        if slug:
            return draft.page.filed(slug, now)
        return Unreadable(Problem.NO_CATEGORY, word, tuple(nearest_slugs(word or draft.page.section, categories)))

    async def _shown(self, draft: Draft, article: Article | Unreadable) -> Preview:
        if isinstance(article, Unreadable):
            return Preview(draft.id, article, page=None if draft.text else draft.page)
        readers = await self._subscriptions.count(article.category)
        known = await self._articles.get(article.id)
        article = article.with_corrections(known.corrections) if known else article
        changed = (
            known is not None
            and known.id == article.id
            and known
            != article.model_copy(
                update={"published": known.published, "breaking": known.breaking, "also_at": known.also_at}
            )
        )
        lead = await self._stories.told_by(article) if draft.feed and known is None else None
        return Preview(
            draft.id,
            article,
            readers,
            published=known is not None,
            changed=changed,
            page=draft.page,
            joins=lead.title if lead else "",
        )


def _new_id() -> str:
    """A draft never changes: what is previewed under an id is what is published under it."""
    return secrets.token_urlsafe(8)
