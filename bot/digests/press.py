"""Makes editions of digests: what is told alike to several chats is worded once."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime

import orjson

from bot.digests.backlog import Waiting, identity
from bot.digests.compose import compose
from bot.domain.article import StoredArticle
from bot.domain.category import Category
from bot.domain.digest import Digest, Form
from bot.domain.edition import Edition, Urgency
from bot.domain.moment import to_ms
from bot.domain.subscription import Subscription
from bot.rendering.digests import digest
from bot.rendering.links import Links
from bot.rendering.names import names_of
from bot.rendering.wording import speaking
from bot.storage.categories import CategoryStore
from bot.storage.outbox import DIGEST

_Told = Mapping[str, Sequence[StoredArticle]]


class Press:
    def __init__(self, categories: CategoryStore, links: Links) -> None:
        self._categories = categories
        self._links = links

    async def open(self) -> "Print":
        """For digests that are made at the same time."""
        return Print(await self._categories.all(), self._links)


class Print:
    """`editions`: all that were made."""

    def __init__(self, categories: Sequence[Category], links: Links) -> None:
        self.editions: dict[str, Edition] = {}
        self._categories = categories
        self._links = links
        self._told: dict[tuple[object, ...], Edition | None] = {}

    def digest(
        self, subscription: Subscription, waiting: Waiting, now: datetime, urgency: Urgency, *, asked: bool = False
    ) -> Edition | None:
        """None if there is nothing to tell. `asked`: somebody in the chat has just asked for it."""
        alike = waiting, now, subscription.timezone, subscription.form, subscription.language, urgency, asked
        if alike not in self._told:
            self._told[alike] = self._digest(subscription, waiting, now, urgency, asked)
        return self._told[alike]

    def _digest(
        self, subscription: Subscription, waiting: Waiting, now: datetime, urgency: Urgency, asked: bool
    ) -> Edition | None:
        # In one order for all, so that more of them are told alike.
        slugs = dict.fromkeys([*(category.slug for category in self._categories), *waiting.articles])
        told = {slug: found for slug in slugs if (found := waiting.articles.get(slug))}
        if not told:
            return None
        day, form, spoken = now.astimezone(subscription.zone).date(), subscription.form, subscription.language
        edition_id = f"{DIGEST}{to_ms(now)}-{_mark(told, day, form, spoken, urgency, asked)}"
        if edition_id not in self.editions:
            with speaking(spoken):
                made = self._make(edition_id, told, day, form)
            changes = {"urgency": urgency, "asked": asked, "language": spoken}
            self.editions[edition_id] = made.model_copy(update=changes)
        return self.editions[edition_id]

    def _make(self, edition_id: str, told: _Told, day: date, form: Form) -> Edition:
        stories = compose({slug: [stored.article for stored in found] for slug, found in told.items()})
        made = Digest.of(stories, day, form)
        message = digest(stories, names_of(self._categories), self._links, day=day, edition_id=edition_id, form=form)
        return Edition(id=edition_id, message=message, articles=made.articles, digest=made)


def _mark(told: _Told, *rest: object) -> str:
    """The same for what is told alike."""
    articles = [[slug, *map(identity, found)] for slug, found in told.items()]
    return hashlib.blake2b(orjson.dumps([articles, rest]), digest_size=6).hexdigest()
