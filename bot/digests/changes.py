"""What a chat changes in how it is told, and what that makes of what is waiting for it.

Whoever stops getting articles at once is, in the same step, sent or kept those that were on their way; whoever begins
to is sent what was waiting. A chat that asks for this is no longer parked, else what it is sent would be dropped.
Every step is guarded by what it read.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.digests.backlog import Backlog, Waiting
from bot.digests.holds import Holds
from bot.digests.press import Press
from bot.domain.article import StoredArticle
from bot.domain.edition import Edition, Urgency
from bot.domain.hold import Holding
from bot.domain.quiet import Quiet
from bot.domain.schedule import Schedule
from bot.domain.subscription import Subscription
from bot.rendering.hushing import calmed
from bot.rendering.wording import speaking
from bot.storage.categories import CategoryStore
from bot.storage.clock import StoreClock
from bot.storage.outbox import Outbox
from bot.storage.records import Record
from bot.storage.saving import Guard
from bot.storage.subscriptions import SubscriptionStore
from bot.subscriptions import Reader, Subscriptions

Changing = Callable[[Subscription, datetime], Subscription]


class Changes:
    def __init__(
        self,
        store: SubscriptionStore,
        subscriptions: Subscriptions,
        holds: Holds,
        backlog: Backlog,
        press: Press,
        outbox: Outbox,
        categories: CategoryStore,
        clock: StoreClock,
    ) -> None:
        self._store = store
        self._subscriptions = subscriptions
        self._holds = holds
        self._backlog = backlog
        self._press = press
        self._outbox = outbox
        self._categories = categories
        self._clock = clock

    # -- what a reader asks for -----------------------------------------------------------------------------------

    async def send_now(self, reader: Reader) -> int:
        """Owes the chat at once what its next digest would bring; gives the number of articles."""
        while record := await self._store.read(reader.address):
            now = await self._clock.now()
            slugs = record.subscription.digested_categories()
            waits = record.subscription.waits(slugs)
            stock = await self._backlog.stock([(record.subscription, waits)], now)
            ends = record.subscription.hold_is_over(now)
            waiting, guard = await self._backlog.due(record, stock, waits, now, held=True, ends=ends)
            edition = await self._owing(record, waiting, now)
            after = record.subscription.park(None).settle(slugs, now, held=True)
            if await self._store.save(record, after, _some(edition), guard):
                return len(edition.articles) if edition else 0
        return 0

    async def reschedule(self, reader: Reader, schedule: Schedule, slug: str | None = None) -> Subscription:
        """For all categories, or a single one. What is waiting comes now; what is published from now on comes as the
        new schedule says."""
        return await self._change(reader, lambda old, now: old.with_schedule(schedule, slug))

    async def set_quiet(self, reader: Reader, quiet: Quiet | None) -> Subscription:
        """What the old hours have held comes now, unless the new ones hold it too."""

        def change(old: Subscription, now: datetime) -> Subscription:
            new = old.with_quiet(quiet)
            if old.hold is None or old.hold.cause is not Holding.QUIET:
                return new
            return new.hold_moved(now) if new.quiet_until(now) else new.with_hold(None)

        after = await self._change(reader, change)
        hold = after.hold
        if quiet and hold and hold.cause is Holding.QUIET and hold.breaking is not quiet.breaking:
            record = await self._store.read(reader.address)
            if record:  # a hold of its own, since the old one has let through what this one holds, or the reverse
                await self._holds.hold(record.number, Holding.QUIET, hold.until, ())
        return after

    async def pause(self, reader: Reader, until: datetime) -> Subscription:
        """Nothing comes until then; then one digest of all that came meanwhile."""
        record = await self._store.read(reader.address)
        if record is None:
            return await self._subscriptions.get(reader)
        await self._holds.hold(record.number, Holding.PAUSE, until, ())
        return await self._subscriptions.get(reader)

    async def resume(self, reader: Reader) -> tuple[Subscription, int]:
        """Ends a pause; the number of articles that come with it."""
        while record := await self._store.read(reader.address):
            before = record.subscription
            if before.paused_until is None:
                break
            now = await self._clock.now()
            slugs = before.digested_categories()
            waits = before.waits(slugs)
            stock = await self._backlog.stock([(before, waits)], now)
            waiting, guard = await self._backlog.due(record, stock, waits, now, held=True, ends=True)
            edition = await self._owing(record, waiting, now)
            after = before.park(None).settle(slugs, now).with_hold(None)
            if await self._store.save(record, after, _some(edition), guard):
                return after, len(edition.articles) if edition else 0
        return await self._subscriptions.get(reader), 0

    # -- what comes of how much there is, and when ------------------------------------------------------------------

    async def calm(self, number: int, slug: str, most: int) -> None:
        """A category that brings more than `most` articles an hour comes hourly from now on; the chat is told so."""
        category = await self._categories.get(slug)
        while record := (await self._store.read_numbers([number])).get(number):
            if slug in record.subscription.calmed or not record.subscription.instant(slug):
                return
            language = record.subscription.language
            with speaking(language):
                message = calmed(category.called(language) if category else slug, slug, most)
            notice = Edition(id=f"n{number}-{slug}", message=message, language=language)
            await self._outbox.store([notice])
            if await self._try(record, lambda old, _: old.calm(slug), [notice], asked=False):
                return

    # -- how ----------------------------------------------------------------------------------------------------

    async def _change(self, reader: Reader, change: Changing) -> Subscription:
        while True:
            record = await self._store.read(reader.address) or Record(0, self._subscriptions.blank(reader), b"")
            after = await self._try(record, change)
            if after:
                return after

    async def _try(
        self, record: Record, change: Changing, more: Sequence[Edition] = (), *, asked: bool = True
    ) -> Subscription | None:
        """None if anything has changed meanwhile."""
        old = record.subscription
        # In this order: what arrives after the first is told by the guard, and what the plans have left for this
        # chat until they are asked was chosen before the last.
        before = await self._clock.now()
        coming = await self._backlog.coming_to(record)
        now = await self._clock.now()
        after = change(old.park(None) if asked else old, now)
        moves = _moves(old, after)
        stock = await self._backlog.stock([(old, old.waits([*moves.begin, *moves.leave_hold]))], now)
        coming = coming.only(lambda one: one.article.category in moves.end or _let_through(one, moves))
        waiting = stock.waiting(old, old.waits(moves.begin), held=moves.released).with_more(coming.articles)
        edition = await self._owing(record, waiting, now, asked=asked)
        moved = [*moves.end, *moves.begin, *moves.leave_hold]
        guard = Guard(waiting.lengths, list(old.categories) if moved else (), before, coming.plans)
        after = after.settle(moved, now)
        if after.hold:
            kept = stock.waiting(old, old.waits(moves.leave_hold), held=False)
            after = after.with_hold(after.hold.keep(one.article.id for one in kept))
        return after if await self._store.save(record, after, [*_some(edition), *more], guard) else None

    async def _owing(self, record: Record, waiting: Waiting, now: datetime, *, asked: bool = True) -> Edition | None:
        """What tells of it, stored. A person waits for it, where they have `asked`."""
        if not record.number or not waiting.articles:
            return None
        printing = await self._press.open()
        urgency = Urgency.BREAKING if asked else Urgency.REGULAR
        edition = printing.digest(record.subscription, waiting, now, urgency, asked=asked)
        await self._outbox.store(printing.editions.values())
        return edition


@dataclass(frozen=True, slots=True)
class _Moves:
    """Slugs of categories: those that `end` to come at once, that `begin` to, and that `leave_hold` for digests;
    `released`: a hold has ended, with what it had let through."""

    end: list[str]
    begin: list[str]
    leave_hold: list[str]
    released: bool
    through: bool


def _moves(old: Subscription, new: Subscription) -> _Moves:
    slugs, released = list(old.categories), old.hold is not None and new.hold is None
    return _Moves(
        end=[slug for slug in slugs if old.at_once(slug) and not new.at_once(slug)],
        begin=[slug for slug in slugs if new.instant(slug) and (released or not old.instant(slug))],
        leave_hold=[slug for slug in slugs if old.hold and old.instant(slug) and not new.instant(slug)],
        released=released,
        through=released and old.hold is not None and old.hold.breaking,
    )


def _some(edition: Edition | None) -> list[Edition]:
    return [edition] if edition else []


def _let_through(stored: StoredArticle, moves: _Moves) -> bool:
    return moves.through and stored.article.breaking
