"""How delivery goes, at one moment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.domain.delivery import Cause

#: What was owed and nobody came to try for so long, is not being sent.
_STALLED_AFTER = timedelta(minutes=2)
#: Feeds that share a host take turns, so some of many may be late.
_UNASKED_AFTER = timedelta(minutes=30)
#: Of the rate that is set; a little less of it is kept in reserve always.
_FULL_SPEED = 0.95


@dataclass(frozen=True, slots=True)
class Resting:
    """Sending rests, since many chats could not be written to, all for one cause."""

    cause: Cause
    until: datetime


@dataclass(frozen=True, slots=True)
class RefusedMessage:
    """One that Telegram did not take, in its words; `article`: the id, and `title`, of what it told of first."""

    edition_id: str
    article: str | None
    title: str | None
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Status:
    """`owed` and `ended` (by outcome) count since the store began. Of those not ended, `postponed` wait for a later
    time and `in_doubt` for whether their chat can be written to at all; `waiting_since`: the oldest of all others.
    `unplanned`: published articles whose recipients are not all counted yet. `tries`: what those of the last
    `minutes` came to; `tried_just_now`: any in the last one or two. Rates are messages a second. `refused`: the
    latest first. `feeds`: how many there are; `feeds_in_trouble`: their names; `feeds_due_since`: the one that has
    waited longest to be asked; `polls`: what asking them has come to since the store began.
    """

    at: datetime
    owed: int
    ended: Mapping[str, int]
    in_flight: int
    postponed: int
    in_doubt: int
    chunks: int
    waiting_since: datetime | None
    unplanned: int
    minutes: int
    tries: Mapping[str, int]
    tried_just_now: bool
    uncertain: bool
    rate: float
    rate_set: float
    paused: timedelta
    resting: Resting | None
    parked: Mapping[Cause, int]
    refused: tuple[RefusedMessage, ...]
    feeds: int = 0
    feeds_in_trouble: tuple[str, ...] = ()
    feeds_due_since: datetime | None = None
    polls: Mapping[str, int] = field(default_factory=dict)

    @property
    def left(self) -> int:
        """Owed and not ended."""
        return max(0, self.owed - sum(self.ended.values()))

    @property
    def slowed(self) -> bool:
        """Since Telegram has refused messages for coming too fast."""
        return self.rate < self.rate_set * _FULL_SPEED

    @property
    def unasked(self) -> bool:
        """Feeds wait to be asked, and nobody does."""
        return self.feeds_due_since is not None and self.at - self.feeds_due_since > _UNASKED_AFTER

    @property
    def stalled(self) -> bool:
        """Something waits and nobody sends it, for no reason that is known here."""
        if self.resting or self.paused or self.tried_just_now or self.waiting_since is None:
            return False
        return self.at - self.waiting_since > _STALLED_AFTER
