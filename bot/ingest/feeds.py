"""Feeds are asked when it is their turn, and what they say becomes articles.

    claimed → fetched → read → filed → settled: its health, its next turn

A feed is asked by one process at a time, however many there are; what a killed one had is asked again when its claim
has run out. Every step before the last may be done twice.
"""

import asyncio
import hashlib
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from bot.domain.article import Added
from bot.domain.feed import TROUBLE, Document, Failure, Fault, Feed, Health
from bot.ingest import timetable
from bot.ingest.desk import Desk
from bot.ingest.fetch import Fetched, Fetcher, Unchanged, Validators
from bot.ingest.filing import Filing, Haul
from bot.ingest.parsing import Parsers
from bot.ingest.push import Pushes
from bot.ingest.reach import Reach
from bot.storage.clock import StoreClock
from bot.storage.connection import StoreError
from bot.storage.feed_turns import LEASE, Claim
from bot.storage.feeds import FeedStore

_LOG = logging.getLogger(__name__)
_AT_ONCE = 32
#: Seconds between two looks for feeds that are due.
_LOOK = 1.0
#: Seconds: whoever takes longer would have lost the feed to another process.
_LONGEST = LEASE.total_seconds() - 10


@dataclass(frozen=True, slots=True)
class Checked:
    """A feed that was just asked, as it is now."""

    feed: Feed
    health: Health
    haul: Haul


class Feeds:
    def __init__(
        self,
        store: FeedStore,
        fetcher: Fetcher,
        parsers: Parsers,
        filing: Filing,
        pushes: Pushes,
        desk: Desk,
        clock: StoreClock,
    ) -> None:
        self._store = store
        self._fetcher = fetcher
        self._parsers = parsers
        self._filing = filing
        self._pushes = pushes
        self._reach = Reach()
        self._desk = desk
        self._clock = clock

    async def add(self, feed: Feed) -> Added:
        """It is asked within a second or so by whichever process asks feeds; see `FeedStore.add`."""
        return await self._store.add(feed)

    async def add_new(self, feeds: Iterable[Feed]) -> list[str]:
        """Those that are not here yet; gives their addresses."""
        return await self._store.add_new(feeds)

    async def get(self, url: str) -> Feed | None:
        return await self._store.get(url)

    async def marked(self, mark: str) -> Feed | None:
        """The one whose `mark` that is."""
        return await self._store.marked(mark)

    async def all(self) -> list[Feed]:
        return await self._store.all()

    async def change(self, url: str, change: Callable[[Feed], Feed]) -> Feed | None:
        """As it is then; None if there is none."""
        return await self._store.change(url, change)

    async def remove(self, url: str) -> bool:
        """Its articles stay."""
        return await self._store.remove(url)

    async def health(self, url: str) -> Health:
        return await self._store.health(url)

    async def healths(self, urls: Iterable[str]) -> dict[str, Health]:
        return await self._store.healths(urls)

    async def check_now(self, url: str) -> Checked | None:
        """Asked at once, here; None if there is no such feed, or somebody is asking it right now."""
        claim = await self._store.turns.claim_one(url)
        return await self._check(claim) if claim else None

    async def step(self, stopping: asyncio.Event) -> bool:
        """All that are due, once, as far as their hosts may be asked; False if there were none."""
        claims = [] if stopping.is_set() else await self._store.turns.claim(_AT_ONCE)
        await asyncio.gather(*map(self._check, claims))
        return bool(claims)

    async def run_until_idle(self) -> None:
        while await self.step(asyncio.Event()):
            pass

    async def run(self, stopping: asyncio.Event) -> None:
        """A slow feed keeps one place, and no other feed waiting. What is under way at the end is given back."""
        await self._store.prepare()
        await self._store.turns.forget_after(await self._clock.now() + 2 * timetable.LONGEST)
        ending, under_way = asyncio.create_task(stopping.wait()), set[asyncio.Task[Checked | None]]()
        try:
            while not stopping.is_set():
                wanted = _AT_ONCE - len(under_way)
                claims = await self._store.turns.claim(wanted)
                under_way |= {asyncio.create_task(self._check(claim)) for claim in claims}
                full = len(claims) == wanted
                awaited: set[asyncio.Task[Any]] = {ending, *under_way} if full else {ending}
                await asyncio.wait(awaited, timeout=_LOOK, return_when=asyncio.FIRST_COMPLETED)
                done = {task for task in under_way if task.done()}
                under_way -= done
                for task in done:
                    task.result()
        finally:
            left: list[asyncio.Task[Any]] = [ending, *under_way]
            for unfinished in left:
                unfinished.cancel()
            await asyncio.gather(*left, return_exceptions=True)

    async def _check(self, claim: Claim) -> Checked | None:
        """None if another process has it by now, or it was removed. A fault of ours counts as one of the feed's, so
        that it is not asked again at once, and keeps no other waiting."""
        try:
            async with asyncio.timeout(_LONGEST):
                checked = await self._ask(claim)
            if (
                checked and not checked.health.failure
            ):  # only now, as a slow hub must keep nothing that others wait for
                await self._pushes.follow(checked.feed.url, checked.health)
            return checked
        except asyncio.CancelledError:
            await self._store.turns.release(claim)
            raise
        except StoreError:
            raise
        except Exception as error:
            _LOG.exception("the feed %s could not be checked", claim.url)
            fault = Fault.TIMEOUT if isinstance(error, TimeoutError) else Fault.BAD_ANSWER
            return await self._fail(claim, Failure(fault=fault, detail=type(error).__name__))

    async def _ask(self, claim: Claim) -> Checked | None:
        validators = Validators(claim.health.etag, claim.health.modified)
        async with self._fetcher.getting(claim.url, validators=validators) as got:
            return await self._use(claim, got)

    async def _use(self, claim: Claim, got: Fetched | Unchanged | Failure) -> Checked | None:
        self._reach.note(claim.url, got if isinstance(got, Failure) else None)
        if isinstance(got, Failure):
            return await self._fail(claim, got)
        known = claim.health.digest
        digest = hashlib.blake2b(got.body, digest_size=16).hexdigest() if isinstance(got, Fetched) else known
        if isinstance(got, Unchanged) or digest == known:
            return await self._succeed(claim, got, None, digest)
        document = await self._parsers.feed(got.body, got.url, got.content_type)
        if isinstance(document, Failure):
            return await self._fail(claim, document)
        return await self._succeed(claim, got, document, digest)

    async def _succeed(
        self, claim: Claim, got: Fetched | Unchanged, document: Document | None, digest: str
    ) -> Checked | None:
        """`document` is missing where nothing has changed."""
        feed, health, now, haul = claim.feed, claim.health, claim.now(), Haul()
        after = timetable.answered(health, got.headers, now, moved=got.moved, same=isinstance(got, Unchanged))
        if document:
            if not await self._store.turns.has(claim):  # it took its time, and was removed meanwhile
                return None
            feed = await self._named(feed, document)
            haul = await self._filing.file(feed, document, health.succeeded, now)
            after = timetable.told(after, document, digest, haul.new)
        after = await self._pushes.told(feed.url, after)
        after = timetable.again(feed.url, after, got.headers, now, brought=bool(haul.new))
        if not await self._store.turns.settle(claim, after, "changed" if document else "unchanged"):
            await self._store.clear(feed.url)
            return None
        if health.in_trouble:
            await self._desk.recovered(feed)
        return Checked(await self._moved(feed, after), after, haul)

    async def _named(self, feed: Feed, document: Document) -> Feed:
        """By its own title, if nobody has named it."""
        if feed.name or not document.title:
            return feed
        named = await self._store.change(
            feed.url, lambda known: known.model_copy(update={"name": known.name or document.title})
        )
        return named or feed

    async def _moved(self, feed: Feed, health: Health) -> Feed:
        """At the address to which it was redirected for good, several times in a row, where it is read well."""
        if health.moved is None or health.moves < timetable.MOVES or health.moved == feed.url:
            return feed
        await self._store.move(feed.url, health.moved)
        _LOG.info("the feed %s has moved to %s", feed.url, health.moved)
        return await self._store.get(health.moved) or feed

    async def _fail(self, claim: Claim, failure: Failure) -> Checked | None:
        feed, health, now = claim.feed, claim.health, claim.now()
        judge = timetable.put_off if self._reach.lost or failure.unasked else timetable.failed
        after = judge(feed.url, health, failure, now)
        if failure.fault is Fault.BUSY and failure.retry_after:
            # The host that asks for it, which is another one where it was redirected to.
            host = f"http://{failure.host}" if failure.host else feed.url
            await self._store.turns.pause_host(host, timetable.capped(failure.retry_after))
        if not await self._store.turns.settle(claim, after, failure.fault.value):
            return None
        if after.gone and not health.gone:
            await self._desk.gone(feed)
        elif not after.gone and after.failures == TROUBLE > health.failures:
            await self._desk.trouble(feed, after)
        return Checked(feed, after, Haul())
