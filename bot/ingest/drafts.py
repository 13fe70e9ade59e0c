"""What editors write on its way to being published."""

import secrets
from enum import Enum, auto

from bot.articles import Articles
from bot.domain.article import Added, Article, TextLink
from bot.domain.draft import Preview, Unreadable
from bot.ingest.article_text import read_article
from bot.storage.categories import CategoryStore
from bot.storage.clock import StoreClock
from bot.storage.drafts import Draft, DraftStore
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
        categories: CategoryStore,
        subscriptions: Subscriptions,
        clock: StoreClock,
    ) -> None:
        self._store = store
        self._articles = articles
        self._categories = categories
        self._subscriptions = subscriptions
        self._clock = clock

    async def write(self, text: str, links: tuple[TextLink, ...] = (), *, may_go_on: int | None = None) -> Preview:
        """`may_go_on`: the id of the editor whose next message may be the rest of the text."""
        draft = Draft(id=_new_id(), text=text, links=links)
        if may_go_on:
            await self._store.expect_more(may_go_on, draft.id)
        return await self._read(draft, None)

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
        whole = Draft(id=_new_id(), text=joined, links=(*draft.links, *moved))
        preview = await self._read(whole, None)
        await self._store.expect_more(editor, whole.id if may_go_on else None)
        return preview

    async def file(self, draft_id: str, slug: str) -> Preview | None:
        """Puts a draft into a category, as a draft of its own; None if it is no longer kept."""
        draft = await self._store.get(draft_id)
        if draft is None or await self._categories.get(slug) is None:
            return None
        return await self._read(draft.model_copy(update={"id": _new_id()}), slug)

    async def publish(self, draft_id: str, *, breaking: bool = False) -> tuple[Article, Added] | None:
        """The article, and what is new of it; None if the draft is no longer kept.

        The same text with other links or questions takes the place of the stored one, and is sent to nobody again.
        """
        draft = await self._store.get(draft_id)
        if draft is None or draft.article is None:
            return None
        article = draft.article.model_copy(update={"published": await self._clock.now(), "breaking": breaking})
        if await self._articles.publish(article):
            return article, Added.NEW
        known = await self._articles.get(article.id)
        kept = known or article
        article = article.model_copy(update={"published": kept.published, "breaking": kept.breaking})
        return article, await self._articles.keep(article)

    async def discard(self, draft_id: str) -> Discarded:
        draft = await self._store.get(draft_id)
        if draft and draft.article and await self._articles.get(draft.article.id):
            return Discarded.PUBLISHED
        return Discarded.DONE if await self._store.discard(draft_id) else Discarded.GONE

    async def _read(self, draft: Draft, slug: str | None) -> Preview:
        categories = await self._categories.all()
        article = read_article(draft.text, categories, await self._clock.now(), draft.links, slug)
        if isinstance(article, Unreadable):
            await self._store.save(draft)
            return Preview(draft.id, article)
        await self._store.save(draft.model_copy(update={"article": article}))
        readers = await self._subscriptions.count(article.category)
        known = await self._articles.get(article.id)
        article = article.with_corrections(known.corrections) if known else article
        changed = known is not None and known != article.model_copy(
            update={"published": known.published, "breaking": known.breaking}
        )
        return Preview(draft.id, article, readers, published=known is not None, changed=changed)


def _new_id() -> str:
    """A draft never changes: what is previewed under an id is what is published under it."""
    return secrets.token_urlsafe(8)


def join(text: str, rest: str) -> str:
    """Two parts of a text that Telegram's app has cut at a space or at a line end, and which of them it does not
    tell: after a sentence's end it is taken for the end of a paragraph."""
    ended = text.rstrip().endswith((".", "!", "?", "…", "→", "”", '"', ":"))
    gap = "\n\n" if ended else " "
    return text.rstrip() + gap + rest.lstrip()
