"""A subscription: one chat, or one topic of a forum chat, with its categories and schedule."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from bot.domain.category import Category, Slug
from bot.domain.delivery import Cause
from bot.domain.digest import Form
from bot.domain.hold import Hold, Holding
from bot.domain.moment import EPOCH
from bot.domain.quiet import Quiet
from bot.domain.schedule import Schedule, ScheduleField

#: A slot that was missed, as when the service was down, is made up for so long; later it waits for the next.
_MADE_UP = timedelta(hours=6)
#: The calendar begins there, for the clocks of all zones.
_FIRST_SLOT = EPOCH + timedelta(days=2)

#: What waits in a category for a digest: all that arrived there after that moment; True: but for breaking news, which
#: the hold lets through.
Waits = tuple[Slug, datetime, bool]
#: A moment, and categories whose digest is due then.
Slot = tuple[datetime, list[Slug]]


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
    While it is `parked` nothing is delivered; the categories stay. While there is a `hold`, what would come at once
    waits for a digest. `calmed`: the categories that brought so much at once that they were made hourly, which is
    done a single time.
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
    quiet: Quiet | None = None
    muted: tuple[str, ...] = ()
    form: Form = Form.TEASERS
    hold: Hold | None = None
    calmed: tuple[Slug, ...] = ()

    @property
    def address(self) -> Address:
        return Address(self.chat_id, self.thread_id)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    def settled_until(self, slug: str) -> datetime:
        return self.since.get(slug, EPOCH)

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

    def settle(self, slugs: list[str], until: datetime, *, held: bool = False) -> "Subscription":
        """`held`: also what is held; the hold ends, or begins anew if it lasts longer."""
        if self.hold is None or not held:
            return self._settled(slugs, until)
        if self.hold.until <= until:
            return self._settled(slugs, until)._with(hold=None)
        # What it lets through is on its way, and is told apart by when it arrived.
        scheduled = [slug for slug in slugs if not self.instant(slug)]
        return self._settled(scheduled, until)._with(hold=self.hold.begin(until))

    def _settled(self, slugs: list[str], until: datetime) -> "Subscription":
        return self._with(since={**self.since, **dict.fromkeys(slugs, until)})

    def with_schedule(self, schedule: Schedule, slug: str | None = None) -> "Subscription":
        """For all its categories, also those to come; or for one that it has."""
        if slug is None:
            return self._with(schedule=schedule, categories=dict.fromkeys(self.categories, schedule))
        changed = {slug: schedule} if slug in self.categories else {}
        return self._with(categories={**self.categories, **changed})

    def own_schedules(self, *, but: Schedule) -> dict[Slug, Schedule]:
        """By category, where it is not the chat's; without those that have this one."""
        return {slug: own for slug, own in self.categories.items() if own not in (self.schedule, but)}

    def with_quiet(self, quiet: Quiet | None) -> "Subscription":
        return self._with(quiet=quiet)

    def hold_moved(self, now: datetime) -> "Subscription":
        """What quiet hours hold comes at their end, as that is by now: by other hours, or in another time zone."""
        if self.hold is None or self.hold.cause is not Holding.QUIET:
            return self
        return self.with_hold(self.hold.model_copy(update={"until": self.quiet_until(now) or now}))

    def with_form(self, form: Form) -> "Subscription":
        return self._with(form=form)

    def with_muted(self, muted: tuple[str, ...]) -> "Subscription":
        return self._with(muted=muted)

    def with_hold(self, hold: Hold | None) -> "Subscription":
        return self._with(hold=hold)

    def calm(self, slug: str) -> "Subscription":
        return self.with_schedule(Schedule.parse("hourly"), slug)._with(calmed=(*self.calmed, slug))

    def with_timezone(self, name: str) -> "Subscription":
        return self._with(timezone=name)

    def with_language(self, code: str) -> "Subscription":
        return self._with(language=code)

    def park(self, parked: Parked | None) -> "Subscription":
        return self._with(parked=parked)

    def move(self, chat_id: int) -> "Subscription":
        """To the supergroup that its group has become."""
        return self._with(chat_id=chat_id, kind=ChatKind.SUPERGROUP)

    def adopted_by(self, other: "Subscription") -> "Subscription":
        """The other one, with what it does not subscribe to itself, and all that waits for either."""
        both = [slug for slug in self.categories if slug in other.categories]
        waiting = [slug for slug in both if not self.instant(slug) and not other.instant(slug)]
        earlier = {slug: min(self.settled_until(slug), other.settled_until(slug)) for slug in waiting}
        return other._with(
            categories={**self.categories, **other.categories},
            since={**self.since, **other.since, **earlier},
            muted=tuple(dict.fromkeys((*other.muted, *self.muted))),
            quiet=other.quiet or self.quiet,
            hold=other.hold.joined(self.hold) if other.hold else self.hold,
        )

    @property
    def paused_until(self) -> datetime | None:
        return self.hold.until if self.hold and self.hold.cause is Holding.PAUSE else None

    def instant(self, slug: str) -> bool:
        """Whether it is to be sent at once when nothing is held."""
        schedule = self.categories.get(slug)
        return schedule is not None and schedule.instant

    def at_once(self, slug: str, *, breaking: bool = False) -> bool:
        """Whether what arrives now is sent at once."""
        held = self.hold is not None and not (breaking and self.hold.breaking)
        return self.instant(slug) and not held

    def waits(self, slugs: Sequence[str]) -> list[Waits]:
        """What waits for a digest in these of its categories."""
        since, chosen, hold = self.since, self.categories, self.hold
        waiting = [(slug, since.get(slug, EPOCH), False) for slug in slugs if not chosen[slug].instant]
        if hold:
            held = [(slug, since.get(slug, EPOCH)) for slug in slugs if chosen[slug].instant]
            waiting += [(slug, max(hold.began, settled), hold.breaking) for slug, settled in held]
        return waiting

    def hold_is_over(self, now: datetime) -> bool:
        return self.hold is not None and self.hold.until <= now

    def is_held(self, article_id: str, slug: str, arrived: datetime, *, breaking: bool) -> bool:
        """Whether an article waits for the end of the hold."""
        hold = self.hold
        if hold is None or article_id in hold.articles:
            return hold is not None
        return self.instant(slug) and arrived > hold.began and not (breaking and hold.breaking)

    def quiet_until(self, moment: datetime) -> datetime | None:
        """If nothing may come at that moment: when that will be over."""
        until = self._awake(moment)
        return until if until > moment else None

    def slots(self) -> list[Slot]:
        """When the next digest of each category is due; the past for one that was missed."""
        return [(slot, slugs) for since, slugs in self._settled_alike() if (slot := self.slot_after(slugs[0], since))]

    def digest_due(self, slots: Sequence[Slot] | None = None) -> datetime | None:
        """The first of its slots, if they are known, and of the end of the hold; none if nothing is scheduled."""
        moments = [slot for slot, _ in (self.slots() if slots is None else slots)]
        return min([*moments, self.hold.until] if self.hold else moments, default=None)

    def categories_due(self, now: datetime, slots: Sequence[Slot] | None = None) -> list[str]:
        """The categories whose slot (see digest_due) has come since they were last settled, unless it was missed so
        long ago that they can wait for the next."""
        come = [slugs for slot, slugs in (self.slots() if slots is None else slots) if slot <= now]
        due = [slugs for slugs in come if not self._waits_for_next(slugs[0], now)]
        return due[0] if len(due) == 1 else [slug for slug in self.categories for slugs in due if slug in slugs]

    def _settled_alike(self) -> list[Slot]:
        """The categories, those together that have one schedule and were settled at one moment: mostly all."""
        alike = [(self.since.get(slug, EPOCH), schedule) for slug, schedule in self.categories.items()]
        if alike and alike.count(alike[0]) == len(alike):
            return [(alike[0][0], list(self.categories))]
        found: dict[tuple[datetime, Schedule], list[str]] = {}
        for slug, both in zip(self.categories, alike, strict=True):
            found.setdefault(both, []).append(slug)
        return [(since, slugs) for (since, _), slugs in found.items()]

    def next_due(self, now: datetime) -> datetime | None:
        """The first slot after now."""
        slots = [self.slot_after(slug, now) for slug in self.categories]
        return min((slot for slot in slots if slot), default=None)

    def digested_categories(self) -> list[str]:
        return [slug for slug in self.categories if self.hold or not self.instant(slug)]

    def _waits_for_next(self, slug: str, now: datetime) -> bool:
        latest = self.categories[slug].last_slot(now, self.zone)
        return latest is not None and now - self._awake(latest) >= _MADE_UP

    def slot_after(self, slug: str, moment: datetime) -> datetime | None:
        """When what arrives in a category at that moment comes, unless at once."""
        schedule = self.categories[slug]
        if schedule.instant:
            return self.hold.until if self.hold else None
        slot = schedule.next_slot(max(moment, _FIRST_SLOT), self.zone)
        return self._awake(slot) if slot else None

    def _awake(self, moment: datetime) -> datetime:
        """The first moment from then on at which something may come."""
        paused = self.paused_until
        moment = max(moment, paused) if paused else moment
        return self.quiet.over(moment, self.zone) if self.quiet else moment

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
