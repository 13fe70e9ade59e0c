"""A subscription: one chat, or one topic of a forum chat, with its categories and schedule."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from bot.domain.category import Category, Slug
from bot.domain.delivery import Cause
from bot.domain.schedule import Schedule, ScheduleField


@dataclass(frozen=True, slots=True)
class Address:
    """Where messages go: a chat and, in a forum chat, one of its topics."""

    chat_id: int
    thread_id: int | None = None


class ChatKind(StrEnum):
    PRIVATE = "private"
    GROUP = "group"
    SUPERGROUP = "supergroup"
    CHANNEL = "channel"


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError) as error:  # OSError: a folder's name, such as "Europe"
        raise ValueError(f"unknown time zone {name!r}") from error
    return name


ZoneName = Annotated[str, AfterValidator(_known_zone)]


class Parked(BaseModel):
    """Why nothing can be delivered, and since when by the store's clock."""

    model_config = ConfigDict(frozen=True)

    cause: Cause
    since: AwareDatetime


class Subscription(BaseModel):
    """`schedule` is what a category gets that is added later.

    `since` holds, for each category, the moment up to which its articles are settled for this chat: those
    published later are owed, at once or with the next digest.
    While it is `parked` nothing is delivered; the categories stay.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    chat_id: int
    thread_id: int | None = None
    kind: ChatKind = ChatKind.PRIVATE
    categories: dict[Slug, ScheduleField] = {}
    schedule: ScheduleField = Field(default_factory=Schedule)
    timezone: ZoneName = "UTC"
    language: str = "en"
    since: dict[Slug, AwareDatetime] = {}
    parked: Parked | None = None

    @property
    def address(self) -> Address:
        return Address(self.chat_id, self.thread_id)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    def settled_until(self, slug: str) -> datetime:
        return self.since.get(slug, datetime.fromtimestamp(0, UTC))

    def subscribe(self, slugs: list[str], now: datetime) -> "Subscription":
        new = [slug for slug in slugs if slug not in self.categories]
        return self._with(
            categories={**self.categories, **dict.fromkeys(new, self.schedule)},
            since={**self.since, **dict.fromkeys(new, now)},
        )

    def unsubscribe(self, slugs: list[str]) -> "Subscription":
        return self._with(
            categories={slug: when for slug, when in self.categories.items() if slug not in slugs},
            since={slug: moment for slug, moment in self.since.items() if slug not in slugs},
        )

    def settle(self, slugs: list[str], until: datetime) -> "Subscription":
        return self._with(since={**self.since, **dict.fromkeys(slugs, until)})

    def with_schedule(self, schedule: Schedule) -> "Subscription":
        return self._with(schedule=schedule, categories=dict.fromkeys(self.categories, schedule))

    def with_timezone(self, name: str) -> "Subscription":
        return self._with(timezone=name)

    def park(self, parked: Parked | None) -> "Subscription":
        return self._with(parked=parked)

    def move(self, chat_id: int) -> "Subscription":
        """To the supergroup that its group has become."""
        return self._with(chat_id=chat_id, kind=ChatKind.SUPERGROUP)

    def adopted_by(self, other: "Subscription") -> "Subscription":
        """The other one, with what it does not subscribe to itself."""
        return other._with(categories={**self.categories, **other.categories}, since={**self.since, **other.since})

    def digest_due(self) -> datetime | None:
        """When the next digest is due; the past for one that was missed; none if nothing is scheduled."""
        apart = {(schedule, self.settled_until(slug)): slug for slug, schedule in self.categories.items()}
        slots = [slot for slug in apart.values() if (slot := self._next_slot(slug))]
        return min(slots, default=None)

    def categories_due(self, now: datetime) -> list[str]:
        """The categories whose slot has come since they were last settled."""
        return [slug for slug in self.categories if (slot := self._next_slot(slug)) and slot <= now]

    def digested_categories(self) -> list[str]:
        return [slug for slug, schedule in self.categories.items() if not schedule.instant]

    def _next_slot(self, slug: str) -> datetime | None:
        settled = max(self.settled_until(slug), datetime.fromtimestamp(0, UTC) + timedelta(days=2))
        return self.categories[slug].next_slot(settled, self.zone)

    def _with(self, **changes: object) -> "Subscription":
        return self.model_copy(update=changes)


@dataclass(frozen=True, slots=True)
class Unknown:
    """A word that names no category, and those that it may mean."""

    word: str
    nearest: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """`changed` were subscribed or unsubscribed; `same` were so already."""

    changed: tuple[Category, ...]
    same: tuple[Category, ...]
    unknown: tuple[Unknown, ...]
    subscription: Subscription
