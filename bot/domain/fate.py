"""Why an article did, or did not, come to a chat."""

from dataclasses import dataclass
from datetime import date, datetime

from bot.domain.delivery import Cause
from bot.domain.hold import Holding
from bot.domain.subscription import Parked


@dataclass(frozen=True, slots=True)
class Arrived:
    """`message_id` is None where no answer came back: then it was sent twice at most, and may be there or not.
    `told_by`: the title of another article, which told the same story in its place. When it was sent at once, or the
    local day of the digest."""

    message_id: int | None
    in_digest: bool
    told_by: str | None = None
    at: datetime | None = None
    day: date | None = None


@dataclass(frozen=True, slots=True)
class OnItsWay:
    """`trying`: just now. `until`: it is tried again then; `cause`: since the chat could not be written to."""

    trying: bool = False
    until: datetime | None = None
    cause: Cause | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """For good: the chat could not be written to or, without a cause, Telegram does not take the message."""

    cause: Cause | None


@dataclass(frozen=True, slots=True)
class NotSubscribed:
    """To anything."""


@dataclass(frozen=True, slots=True)
class OtherCategory:
    """`subscribed`: the slugs of those that the chat has chosen."""

    subscribed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PublishedBefore:
    """What came until `settled` was no longer owed: the chat subscribed, or changed its schedule, then."""

    settled: datetime


@dataclass(frozen=True, slots=True)
class WithDigest:
    due: datetime


@dataclass(frozen=True, slots=True)
class Held:
    """It comes with a digest when nothing holds it any more."""

    cause: Holding
    until: datetime


@dataclass(frozen=True, slots=True)
class Muted:
    """The chat leaves out articles with this word, which it has."""

    word: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """When its turn came, the chat could not be written to, or did not want it then."""


@dataclass(frozen=True, slots=True)
class Imported:
    """It was stored for reading, and is owed to nobody."""


@dataclass(frozen=True, slots=True)
class TooLongAgo:
    """Receipts are kept no longer than messages can be taken back."""


@dataclass(frozen=True, slots=True)
class NoSuchArticle:
    """It is not stored, or was taken back."""


Fate = (
    Arrived
    | OnItsWay
    | Failed
    | NotSubscribed
    | OtherCategory
    | PublishedBefore
    | WithDigest
    | Held
    | Muted
    | LeftOut
    | Imported
    | TooLongAgo
    | NoSuchArticle
    | Parked
)
