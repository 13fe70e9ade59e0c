"""Whether a chat is to get now what was chosen for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.delivery.owed import owed_from
from bot.domain.edition import Edition, Urgency
from bot.domain.hold import Holding, rested
from bot.domain.subscription import ChatKind, Subscription
from bot.storage.outbox import Chunk
from bot.storage.records import Record
from bot.storage.subscriptions import SubscriptionStore

_GROUPS = (ChatKind.GROUP, ChatKind.SUPERGROUP)


class Holder(Protocol):
    """What may not come now is handed to it, and comes with a digest."""

    async def hold(self, number: int, cause: Holding, until: datetime, articles: Sequence[str]) -> None: ...


@dataclass(frozen=True, slots=True)
class Barred:
    """Not to come now; `until`: it is tried again then, else it is over, or comes with a digest."""

    until: datetime | None = None


class Gate:
    def __init__(self, store: SubscriptionStore, holder: Holder) -> None:
        self._store = store
        self._holder = holder

    async def bars(
        self, chunk: Chunk, edition: Edition, record: Record, now: datetime, *, again: bool
    ) -> Barred | None:
        """None for what is to be sent now; `again`: it may have come already. Then it comes now and silently, if at
        all: with a digest that waits for quiet hours to end it would come a second time, and not silently."""
        if not owed_from(chunk, edition, record.subscription):
            return Barred()
        if again:
            return None
        reason = await self._reason(edition, record.subscription, now)
        if reason is None:
            return None
        if edition.correction or edition.answer or not edition.articles:
            return Barred(reason[1])
        await self._holder.hold(record.number, *reason, edition.articles)
        return Barred()

    async def _reason(self, edition: Edition, s: Subscription, now: datetime) -> tuple[Holding, datetime] | None:
        """Why, and until when, nothing may come now."""
        if edition.action != "send" or edition.asked:
            return None
        breaking = edition.urgency is Urgency.BREAKING and not edition.correction
        if s.hold and not (breaking and s.hold.breaking):
            return s.hold.cause, s.hold.until
        if (until := s.quiet_until(now)) and not (breaking and s.quiet and s.quiet.breaking):
            return Holding.QUIET, until
        if s.kind in _GROUPS and edition.category and not breaking:
            until = rested(await self._store.talked_at(s.address))
            return (Holding.TALK, until) if until > now else None
        return None
