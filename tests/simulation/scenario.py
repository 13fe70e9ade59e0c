"""What happens in a simulated time: chats that change their minds, articles, and when the service is down. By chance,
and all of it known in advance."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from random import Random
from zoneinfo import available_timezones

CATEGORIES = ("policy", "world", "economy", "tech", "science", "sports")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
#: Of a category; what brings more is made hourly.
MOST_AN_HOUR = 4
WORDS = ("harbour", "Élection", "storm", "chess", "budget")
#: Zones whose clocks are changed by half an hour, at midnight, twice around Ramadan, are off by 45 minutes, …
_ODD_ZONES = (
    "Africa/Cairo", "Africa/Casablanca", "America/Havana", "America/New_York", "America/Nuuk", "America/Santiago",
    "America/St_Johns", "Antarctica/Troll", "Asia/Beirut", "Asia/Gaza", "Asia/Kathmandu", "Asia/Tokyo",
    "Australia/Lord_Howe", "Europe/Berlin", "Europe/Lisbon", "Pacific/Apia", "Pacific/Chatham", "Pacific/Easter",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Subscribe:
    slugs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    slugs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reschedule:
    """`when` as it is typed; for one category, or all."""

    when: str
    slug: str | None = None


@dataclass(frozen=True, slots=True)
class Travel:
    """To another time zone."""

    zone: str


@dataclass(frozen=True, slots=True)
class Block:
    """The bot can no longer write to the chat."""


@dataclass(frozen=True, slots=True)
class ComeBack:
    pass


@dataclass(frozen=True, slots=True)
class AskForDigest:
    pass


@dataclass(frozen=True, slots=True)
class BeQuiet:
    """From minute to minute of the day; with no hours: never again."""

    hours: tuple[int, int] | None
    breaking: bool = False


@dataclass(frozen=True, slots=True)
class Pause:
    length: timedelta


@dataclass(frozen=True, slots=True)
class Resume:
    pass


@dataclass(frozen=True, slots=True)
class Mute:
    word: str


@dataclass(frozen=True, slots=True)
class Unmute:
    word: str


Act = (
    Subscribe
    | Unsubscribe
    | Reschedule
    | Travel
    | Block
    | ComeBack
    | AskForDigest
    | BeQuiet
    | Pause
    | Resume
    | Mute
    | Unmute
)


@dataclass(frozen=True, slots=True)
class News:
    """`word`: one that it has, and that may be muted."""

    id: str
    at: datetime
    category: str
    breaking: bool = False
    word: str = ""


@dataclass(frozen=True, slots=True)
class Outage:
    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Scenario:
    """Each in the order of time, `acts` by chat id. No two things happen at one moment, nor any when digests are
    due."""

    begins: datetime
    ends: datetime
    acts: dict[int, list[tuple[datetime, Act]]]
    news: list[News]
    outages: list[Outage]


@dataclass(frozen=True, slots=True)
class Size:
    chats: int
    days: int
    news_a_day: int
    days_between_acts: float
    days_between_outages: float


def scenario(seed: int, begins: datetime, size: Size) -> Scenario:
    random = Random(seed)  # noqa: S311
    calendar = _Calendar(random, begins, begins + timedelta(days=size.days))
    outages = list(_outages(random, calendar, size))
    arrivals = sorted(_arrivals(random, calendar, size.news_a_day * size.days))
    chats = [number if number % 4 else -number for number in range(1, size.chats + 1)]
    acts = {chat_id: list(_life(random, calendar, outages, size)) for chat_id in chats}
    return Scenario(calendar.begins, calendar.ends, acts, list(_news(random, arrivals)), outages)


class _Calendar:
    def __init__(self, random: Random, begins: datetime, ends: datetime) -> None:
        self.begins = begins
        self.ends = ends
        self._random = random
        self._taken = set[datetime]()

    def moment(self, after: datetime, within: timedelta) -> datetime:
        """Each another one, not in a minute's first or last seconds, which are for digests and outages."""
        while True:
            at = after + within * self._random.random()
            at = at.replace(second=5 + at.second * 45 // 60, microsecond=at.microsecond // 1000 * 1000)
            if at not in self._taken and after <= at < self.ends:
                self._taken.add(at)
                return at


def _arrivals(random: Random, calendar: _Calendar, count: int) -> Iterator[datetime]:
    """Now and then many within a few minutes."""
    left = count
    while left > 0:
        first = calendar.moment(calendar.begins, calendar.ends - calendar.begins - timedelta(hours=1))
        yield first
        burst = min(left, random.choice((1, 1, 1, 1, 1, 1, 1, 12)))
        for _ in range(burst - 1):
            yield calendar.moment(first, timedelta(minutes=10))
        left -= burst


def _news(random: Random, arrivals: Sequence[datetime]) -> Iterator[News]:
    """What comes fast is often of the same category."""
    category, last = CATEGORIES[0], arrivals[0]
    for number, at in enumerate(arrivals):
        if at - last > timedelta(minutes=3) or random.random() < 0.2:
            category = random.choice(CATEGORIES)
        yield News(f"n{number}", at, category, breaking=random.random() < 0.1, word=random.choice(WORDS))
        last = at


def _outages(random: Random, calendar: _Calendar, size: Size) -> Iterator[Outage]:
    """Of minutes, hours, or more than a day; one after the other."""
    at = calendar.begins
    while True:
        at += timedelta(days=random.expovariate(1 / size.days_between_outages))
        at = at.replace(second=55, microsecond=750_000)
        longest = random.choice((2, 7, 50, 3 * 60, 7 * 60, 30 * 60))
        ends = at + timedelta(minutes=random.randint(1, longest))
        if ends >= calendar.ends - timedelta(days=1):
            return
        yield Outage(at, ends)
        at = ends + timedelta(minutes=2)


def _life(random: Random, calendar: _Calendar, outages: list[Outage], size: Size) -> Iterator[tuple[datetime, Act]]:
    """From its first words, in the first days, on; more of it than chance would have it while the service is down."""
    length = calendar.ends - calendar.begins
    first = [calendar.moment(calendar.begins, min(length / 10, timedelta(days=2))) for _ in range(3)]
    long = [outage for outage in outages if outage.ends - outage.begins > timedelta(minutes=9)]
    later = list[datetime]()
    for _ in range(int(random.expovariate(size.days_between_acts / size.days))):
        if long and random.random() < 0.3:
            outage = random.choice(long)
            later.append(calendar.moment(outage.begins, outage.ends - outage.begins))
        else:
            later.append(calendar.moment(calendar.begins, length))
    later = [at for at in later if at > max(first)]
    yield from zip([*sorted(first), *sorted(later)], _acts(random), strict=False)


def _acts(random: Random) -> Iterator[Act]:
    yield Travel(_zone(random))
    opening: list[Act] = [Subscribe(_slugs(random)), Reschedule(_when(random))]
    random.shuffle(opening)
    yield from opening
    kinds: list[Callable[[], Sequence[Act]]] = [
        lambda: [Subscribe(_slugs(random))],
        lambda: [Unsubscribe(_slugs(random))],
        lambda: [Reschedule(_when(random))],
        lambda: [Reschedule(_when(random), random.choice(CATEGORIES))],
        lambda: [Travel(_zone(random))],
        lambda: [AskForDigest()],
        lambda: [Block(), ComeBack()],
        lambda: [_quiet(random)],
        lambda: [_quiet(random)],
        lambda: [Pause(timedelta(hours=random.choice((1, 12, 24, 72, 168, 500)), minutes=random.randrange(60)))],
        lambda: [Pause(timedelta(days=random.choice((3, 7, 30)))), Resume()],
        lambda: [Mute(random.choice(WORDS)), Unmute(random.choice(WORDS))],
        lambda: [Mute(random.choice(WORDS).upper())],
    ]
    while True:
        yield from random.choice(kinds)()


def _quiet(random: Random) -> BeQuiet:
    if random.random() < 0.2:
        return BeQuiet(None)
    start, end = random.sample(range(0, 1440, 30), 2)
    hours = random.choice(((22 * 60, 7 * 60), (23 * 60, 2 * 60 + 30), (0, 6 * 60), (60, 120), (start, end)))
    return BeQuiet(hours, breaking=random.random() < 0.4)


def _zone(random: Random) -> str:
    return random.choice(_ODD_ZONES if random.random() < 0.6 else _all_zones())


@cache
def _all_zones() -> list[str]:
    return sorted(available_timezones())


def _slugs(random: Random) -> tuple[str, ...]:
    return tuple(random.sample(CATEGORIES, random.choice((1, 2, 2, 3, 6))))


def _when(random: Random) -> str:
    kind = random.choice(("instant", "instant", "hourly", "daily", "daily", "daily", "daily", "weekdays", "weekly"))
    if kind in ("instant", "hourly"):
        return kind
    days = [",".join(random.sample(DAYS, random.choice((1, 1, 2))))] if kind == "weekly" else []
    times = sorted({_clock_time(random) for _ in range(random.choice((1, 1, 1, 2, 4)))})
    return " ".join([kind, *days, *times])


def _clock_time(random: Random) -> str:
    """Often at night, when clocks are changed; seldom at an odd minute."""
    hour = random.choice((0, 1, 2, 2, 3, 23)) if random.random() < 0.4 else random.randrange(24)
    minute = random.choice((0, 0, 0, 30)) if random.random() < 0.9 else random.randrange(0, 60, 5)
    return f"{hour:02}:{minute:02}"
