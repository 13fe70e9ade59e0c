"""New entries of feeds become articles or drafts, each once; what feeds change of them later is changed, in silence.

read → known by its id or its link? → new: published or offered for review, then noted as known | changed: revised

An article's id follows from the entry, and it is noted as known after it was published: whoever is killed in between
publishes it again under the same id, which sends nothing.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol
from urllib.parse import urlsplit

from bot.domain.article import Article, Source, article_id
from bot.domain.draft import Preview
from bot.domain.feed import Document, Entry, Feed, Mode
from bot.domain.link import canonical
from bot.ingest.desk import Desk
from bot.storage.articles import ArticleStore
from bot.storage.entries import EntryLog, Known, words_of

#: Of a feed that is read for the first time.
FIRST = 3
#: An entry that is older than this, and was not there when the feed was last read, is an old one come back.
_OLD = timedelta(days=7)
#: So many entries that say what known ones said, under other ids and links, are these.
_RENAMED = 3
#: Characters.
_TITLE_OF_TEASER = 100
_NEVER = datetime.min.replace(tzinfo=UTC)
_LINK = "link\0"
_HOME = re.compile("https?://[^/?#]*/?(?:#.*)?", re.IGNORECASE)


class Publisher(Protocol):
    async def publish(self, article: Article) -> object:
        """Stored, and owed to its readers; the same once more changes nothing."""


class Reviewers(Protocol):
    async def offer(self, article: Article, feed_url: str) -> Preview:
        """A draft that an editor decides on; the same once more is the same draft."""


@dataclass(frozen=True, slots=True)
class Haul:
    """What a poll brought: `new` entries, when each was published; how many of them became articles or drafts
    (`taken`); how many known ones are told differently now."""

    new: tuple[datetime, ...] = ()
    taken: int = 0
    revised: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class _Sighting:
    """An entry, and by what it can be known: `by_id` is empty if its id tells nothing, `link` if its link does not.
    `words`: a digest of what it says."""

    entry: Entry
    by_id: str
    link: str
    words: bytes

    def by_link(self) -> str:
        """Which takes some computing."""
        return f"{_LINK}{canonical(self.link)}" if self.link else ""

    def by_words(self) -> str:
        """Which may be those of another, so that it tells only of many together."""
        return f"words\0{self.words.hex()}"

    def identities(self) -> list[str]:
        return [name for name in (self.by_link(), self.by_id) if name]


class Filing:
    def __init__(
        self,
        log: EntryLog,
        articles: ArticleStore,
        publisher: Publisher,
        reviewers: Reviewers,
        desk: Desk,
    ) -> None:
        self._log = log
        self._articles = articles
        self._publisher = publisher
        self._reviewers = reviewers
        self._desk = desk

    async def file(self, feed: Feed, document: Document, last_read: datetime | None, now: datetime) -> Haul:
        """`last_read`: None for the first time. Of the first entries that there are only the newest are taken."""
        last_read = last_read and min(last_read, now)  # the clock may have been wrong then
        seen = _sightings(document.entries)
        known, unnoted = await self._known(feed.url, seen)
        first = last_read is None or not (known or await self._log.knows_any(feed.url))
        if not known and not first:
            known = await self._renamed(feed.url, seen)
            unnoted = list(known)
        name = feed.name.strip() or document.title or urlsplit(feed.url).hostname or feed.url
        new = {one: _article(feed, name, one, now) for one in seen if one not in known}
        news = [one for one in new if last_read is None or _is_news(one, last_read)]
        news = _newest(news, FIRST) if first else news
        reviewed = (new[one].id for one in news) if feed.mode is Mode.REVIEW else ()
        known_elsewhere = await self._published(reviewed)
        news = [one for one in news if new[one].id not in known_elsewhere]
        # What was taken back is not brought again by another feed, or in another round.
        news = [one for one in news if not await self._articles.was_removed(new[one].id)]
        previews = [(one, await self._take(feed, new[one])) for one in reversed(news)]
        changed = await self._changed(feed, known)
        revised = [await self._revise(one, known[one]) for one in changed]
        told = known | {one: Known(known[one].article, one.words) for one in changed}
        told |= {one: Known(article.id, one.words) for one, article in new.items()}
        to_note = dict.fromkeys((*new, *changed, *unnoted))
        names = {name: told[one] for one in to_note for name in one.identities()}
        noted = await self._log.note(feed.url, names | {one.by_words(): told[one] for one in new})
        for one, preview in previews:
            if preview and noted.intersection(one.identities()):
                await self._desk.draft(feed, preview)
        return Haul(tuple(article.published for article in new.values()), len(news), sum(revised))

    async def _known(self, url: str, seen: Sequence[_Sighting]) -> tuple[dict[_Sighting, Known], list[_Sighting]]:
        """Those that are, by their ids or else by their links, and which of them by their links alone so far."""
        ids = await self._log.find(url, (one.by_id for one in seen if one.by_id))
        known = {one: ids[one.by_id] for one in seen if one.by_id in ids}
        links = {one: link for one in seen if one not in known and (link := one.by_link())}
        found = await self._log.find(url, links.values())
        by_link = {one: found[link] for one, link in links.items() if link in found}
        return known | by_link, [one for one in by_link if one.by_id]

    async def _renamed(self, url: str, seen: Sequence[_Sighting]) -> dict[_Sighting, Known]:
        """Those that say what is known, of a feed of which nothing is known by id or link any more, as where a site
        has moved. A few may be the same words on another day."""
        found = await self._log.find(url, (one.by_words() for one in seen))
        if len(found) < max(_RENAMED, len(seen) / 2):
            return {}
        return {one: found[one.by_words()] for one in seen if one.by_words() in found}

    async def _changed(self, feed: Feed, known: Mapping[_Sighting, Known]) -> list[_Sighting]:
        """Those that are told differently now. What is a draft yet cannot be revised: until it is published its first
        words stay noted, by which it is found to be told differently then."""
        changed = [one for one in known if known[one].words != one.words]
        if feed.mode is Mode.AUTO:
            return changed
        published = await self._published(known[one].article for one in changed)
        return [one for one in changed if known[one].article in published]

    async def _published(self, ids: Iterable[str]) -> set[str]:
        """Those of articles that are, also if another feed, or this one before it was removed, has brought them: of
        these there is nothing to decide."""
        return {stored.article.id for stored in await self._articles.told(ids)}

    async def _take(self, feed: Feed, article: Article) -> Preview | None:
        """The draft, if it is one."""
        if feed.mode is Mode.REVIEW:
            return await self._reviewers.offer(article, feed.url)
        await self._publisher.publish(article)
        return None

    async def _revise(self, one: _Sighting, before: Known) -> bool:
        """Where the article still says what the feed said before: what editors have changed is theirs."""
        told = {"title": _title(one.entry), "teaser": one.entry.teaser}

        def reword(stored: Article) -> Article:
            same = words_of(stored.title, stored.teaser) == before.words
            return stored.model_copy(update=told) if same else stored

        return await self._articles.revise(before.article, reword)


def _is_news(one: _Sighting, last_read: datetime) -> bool:
    return one.entry.published is None or one.entry.published > last_read - _OLD


def _newest(new: Iterable[_Sighting], count: int) -> list[_Sighting]:
    """The newest first; where not all tell their time, in the feed's own order."""
    found = list(new)
    if all(one.entry.published for one in found):
        found.sort(key=lambda one: one.entry.published or _NEVER, reverse=True)
    return found[:count]


def _sightings(entries: Sequence[Entry]) -> list[_Sighting]:
    """Each entry that says anything once, in the feed's order. What entries share that differ in the rest, as where
    all link to the same page, tells nothing of which of them it is."""
    ids_of, links_of = defaultdict[str, set[str]](set), defaultdict[str, set[str]](set)
    for entry in entries:
        ids_of[entry.link or ""].add(entry.id)
        links_of[entry.id].add(entry.link or "")
    found: dict[str, _Sighting] = {}
    for entry in entries:
        by_id = f"id\0{entry.id}" if entry.id and len(links_of[entry.id]) == 1 else ""
        link = entry.link if entry.link and len(ids_of[entry.link]) == 1 and not _leads_home(entry) else ""
        title = _title(entry)
        if not by_id and not link:
            by_id = f"all\0{entry.id}\0{entry.link}\0{title}\0{entry.teaser}"
        if title:
            found.setdefault(by_id or link, _Sighting(entry, by_id, link, words_of(title, entry.teaser)))
    return list(found.values())


def _leads_home(entry: Entry) -> bool:
    """Its link is only the way to the site."""
    return bool(entry.id and entry.link and _HOME.fullmatch(entry.link))


def _title(entry: Entry) -> str:
    return entry.title.strip() or entry.teaser.strip()[:_TITLE_OF_TEASER].strip()


def _article(feed: Feed, name: str, one: _Sighting, now: datetime) -> Article:
    """Its id is that of its link, whichever feed names it; without one, of the entry in its feed."""
    entry, link = one.entry, one.by_link()
    named = [link.removeprefix(_LINK)] if link else [feed.url, one.by_id]
    return Article(
        id=article_id(*named),
        category=feed.category,
        title=_title(entry),
        teaser=entry.teaser,
        source=Source(name=name, url=entry.link),
        published=min(entry.published or now, now),
        image=entry.image,
    )
