"""How long the digests of a day take, and what they cost: arithmetic for operators who plan.

    subscribers → `day_of`: how many digests are due in which minute
    → `first_due` or `in_turns`: `Stretch`es, that is who is served when
    → `waits`, `served`, `stars`, `work`

Times are minutes since midnight in the zone of the busiest slot; rates are messages a second. Every day is taken to
be like the one before, so what a day leaves over waits in the next.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, inf, isclose

DAY = 24 * 60

#: Telegram's free speed, its highest, and the price of a message above the free speed
#: (https://core.telegram.org/bots/faq#how-can-i-message-all-of-my-bot-39s-subscribers-at-once).
FREE_RATE = 30.0
HIGHEST_RATE = 1000.0
STARS_A_MESSAGE = 0.1
#: What that page asks of a bot that wants it: Stars on its balance, and monthly users. Both were 100,000 at first.
PAID_BALANCE = PAID_USERS = 10_000

#: CPU seconds for a message, of the process that delivers and of the store, at 30 and at 1000 a second: messages
#: share what a turn of the event loop costs. tests/benchmarks/sending, the least of four rounds at 1000 and one at 30
#: (2026-11-23, a core of an AMD EPYC, Python 3.11).
DELIVERING = (0.002_900, 0.000_299)
KEEPING = (0.000_833, 0.000_082)
#: CPU seconds for a digest, of the planner and of the store, and how many a second one planner brings into the
#: outbox. tests/benchmarks/digests 20000, better of two runs (same day and machine).
COMPOSING = 0.000_13
QUEUEING = 0.000_03
COMPOSED_A_SECOND = 4730.0

#: The slot that most people want, and how many of all subscribers are taken to want it in the busiest zone.
BUSIEST = 8 * 60
BUSIEST_SHARE = 1 / 3
#: The rest, by their own clocks, in percent. An assumption: nobody has published when readers want their digests. Its
#: shape, a hump in the morning, at noon and in the evening, is that of reactions to news and newsletters
#: (https://newsletter2go.ca/help/general-information/best-time-to-send-newsletters: 8-11 and 18-21;
#: https://www.inma.org/blogs/digital-subscriptions/post.cfm/tuesday-sunday-are-best-days-for-push-notifications-and-other-best-practices:
#: 9-10, 13 and 19-23), on the full and half hours that people choose.
CLOCK_TIMES = {
    **{6 * 60: 4, 6 * 60 + 30: 5, 7 * 60: 14, 7 * 60 + 30: 8, 8 * 60: 18, 8 * 60 + 30: 6, 9 * 60: 10, 10 * 60: 3},
    **{12 * 60: 8, 13 * 60: 4, 17 * 60: 3, 18 * 60: 7, 19 * 60: 4, 20 * 60: 4, 21 * 60: 2},
}
#: Where they live: minutes by which their clocks are ahead of the busiest zone's, in percent. An assumption too: half
#: in that zone, the others as far from it as London, New York, Los Angeles, São Paulo, Kyiv, Moscow, Delhi and Tokyo
#: are from Berlin in winter.
ZONES = {0: 50, -60: 8, -360: 9, -540: 4, -240: 4, 60: 7, 120: 8, 270: 7, 480: 3}

_SIXTY = 60.0
_PRECISION = 1 / 60


@dataclass(frozen=True, slots=True)
class Stretch:
    """Between two moments so many messages go out, evenly: `counts` of each slot."""

    start: float
    end: float
    counts: Mapping[int, float]

    @property
    def count(self) -> float:
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Waits:
    """Minutes after the slot until half, 95 %, and all are served; `early`: by how much the first is before it."""

    half: float
    most: float
    last: float
    early: float


@dataclass(frozen=True, slots=True)
class Work:
    """CPU seconds of a day, by who spends them."""

    planner: float
    delivery: float
    store: float


class DoesNotFit(ValueError):
    """More is due in a day than can be sent in a day."""


def day_of(subscribers: int, digests: float = 1.0, share: float = BUSIEST_SHARE) -> dict[int, float]:
    """Digests due by the minute of the day, if each subscriber gets so many a day and this share wants the busiest
    slot. Raises ValueError if more would want that slot than there are digests."""
    rest: Counter[int] = Counter()
    for ahead, living in ZONES.items():
        for clock_time, wanting in CLOCK_TIMES.items():
            rest[(clock_time - ahead) % DAY] += living * wanting
    del rest[BUSIEST]
    left = subscribers * (digests - share)
    if left < 0:
        raise ValueError("the busiest slot has more digests than the day")
    return {BUSIEST: subscribers * share} | {
        minute: left * part / rest.total() for minute, part in sorted(rest.items())
    }


# -- who is served when ----------------------------------------------------------------------------------------------


def first_due(day: Mapping[int, float], rate: float, smear: int = 0) -> list[Stretch]:
    """As delivery does it: who is due first is served first, in chance order within a slot.

    With `smear`, a slot's digests do not become due all at once but evenly over so many minutes before it.
    Gives the stretches of a day before, of a day, and of a day after: see `of_day`. Raises DoesNotFit.
    """
    _check(day, rate)
    due: dict[int, dict[int, float]] = defaultdict(dict)
    for slot, count in _three_days(day):
        for minute in range(slot - smear, slot) if smear else (slot,):
            due[minute][slot] = count / (smear or 1)
    stretches: list[Stretch] = []
    free = -inf
    for minute in sorted(due):
        count = sum(due[minute].values())
        pieces = _evenly if smear else _at_once
        for start, end, part in pieces(count, rate * _SIXTY, minute, max(free, minute)):
            stretches.append(Stretch(start, end, {slot: part * n for slot, n in due[minute].items()}))
            free = end
    return stretches


def in_turns(day: Mapping[int, float], rate: float) -> list[Stretch]:
    """Another order: all slots that wait are served in turns, each as fast as the others. Raises DoesNotFit."""
    _check(day, rate)
    coming, left = sorted(_three_days(day), reverse=True), dict[int, float]()
    stretches: list[Stretch] = []
    now = 0.0
    while coming or left:
        if not left:
            now = max(now, coming[-1][0])
        while coming and coming[-1][0] <= now:
            slot, count = coming.pop()
            left[slot] = count
        each = rate * _SIXTY / len(left)
        done = now + min(left.values()) / each
        until = min(done, coming[-1][0]) if coming else done
        stretches.append(Stretch(now, until, dict.fromkeys(left, each * (until - now))))
        left = {slot: n - each * (until - now) for slot, n in left.items()}
        left = {slot: n for slot, n in left.items() if n > each * 1e-9}
        now = until
    return stretches


def _check(day: Mapping[int, float], rate: float) -> None:
    if sum(day.values()) >= rate * DAY * _SIXTY:
        raise DoesNotFit


def _three_days(day: Mapping[int, float]) -> Iterator[tuple[int, float]]:
    """The second is like all later ones: a queue that is shorter than a day is empty at some time of the first."""
    return ((start + minute, count) for start in (0, DAY, 2 * DAY) for minute, count in sorted(day.items()) if count)


def _at_once(count: float, a_minute: float, minute: float, start: float) -> Iterable[tuple[float, float, float]]:
    """Served from `start` on, what is due at `minute`: the stretches, and which part of it is served in each."""
    return [(start, start + count / a_minute, 1.0)]


def _evenly(count: float, a_minute: float, minute: float, start: float) -> Iterable[tuple[float, float, float]]:
    """The same for what becomes due during a minute: at full speed, and as it comes once that has caught up."""
    caught_up = start + count * (start - minute) / (a_minute - count) if count < a_minute else inf
    if caught_up >= minute + 1:
        return _at_once(count, a_minute, minute, start)
    part = caught_up - minute
    as_it_comes = (caught_up, minute + 1.0, 1.0 - part)
    return [(start, caught_up, part), as_it_comes] if part else [as_it_comes]


# -- what that means -------------------------------------------------------------------------------------------------


def of_day(stretches: Iterable[Stretch], wanted: Callable[[int], bool] = lambda minute: True) -> list[Stretch]:
    """What is due on the second day, in its minutes: only slots that are wanted, by their minute of the day."""
    found = []
    for one in stretches:
        counts = {slot - DAY: n for slot, n in one.counts.items() if DAY <= slot < 2 * DAY and wanted(slot - DAY)}
        if counts:
            found.append(Stretch(one.start - DAY, one.end - DAY, counts))
    return found


def waits(stretches: Iterable[Stretch]) -> Waits:
    """How long people wait for what these stretches serve; who is served before the slot does not wait."""
    spans = [(one.start - slot, one.end - slot, n) for one in stretches for slot, n in one.counts.items()]
    last = max((end for _, end, _ in spans), default=0.0)
    first = min((start for start, _, _ in spans), default=0.0)
    return Waits(_quantile(spans, 0.5), _quantile(spans, 0.95), max(0.0, last), max(0.0, -first))


def _quantile(spans: Sequence[tuple[float, float, float]], share: float) -> float:
    """The wait that this share does not exceed, to a second."""
    wanted = share * sum(n for *_, n in spans)
    low, high = 0.0, max((end for _, end, _ in spans), default=0.0)
    while high - low > _PRECISION / 2:
        middle = (low + high) / 2
        if sum(n * _passed(middle, start, end) for start, end, n in spans) < wanted:
            low = middle
        else:
            high = middle
    return max(0.0, high)


def _passed(moment: float, start: float, end: float) -> float:
    """Which part of a stretch is over."""
    return 1.0 if moment >= end else 0.0 if moment <= start else (moment - start) / (end - start)


def served(stretches: Sequence[Stretch]) -> list[tuple[float, float]]:
    """Which share has been served at which moment: the corners of a curve of straight lines."""
    total = sum(one.count for one in stretches)
    corners = [(stretches[0].start, 0.0)] if stretches else []
    done = 0.0
    for one in stretches:
        if not isclose(one.start, corners[-1][0]):
            corners.append((one.start, done / total))
        done += one.count
        corners.append((one.end, done / total))
    return corners


def stars(stretches: Iterable[Stretch]) -> float:
    """Telegram Stars for the second day: of the messages of each second, those above the free ones."""
    seconds: dict[int, float] = defaultdict(float)
    first, last = DAY * 60, 2 * DAY * 60
    for one in stretches:
        start, end = one.start * _SIXTY, one.end * _SIXTY
        for second in range(max(first, floor(start)), min(last, ceil(end))):
            part = (min(end, second + 1) - max(start, second)) / (end - start)
            seconds[second] += one.count * part
    return STARS_A_MESSAGE * sum(max(0.0, count - FREE_RATE) for count in seconds.values())


def work(messages: float, rate: float) -> Work:
    """CPU seconds for so many digests, at the costs measured."""
    return Work(
        planner=messages * COMPOSING,
        delivery=messages * _each(DELIVERING, rate),
        store=messages * (QUEUEING + _each(KEEPING, rate)),
    )


def _each(measured: tuple[float, float], rate: float) -> float:
    """What a message costs: so much for itself, and its share of what a second of sending costs."""
    slow, fast = measured
    waking = (slow - fast) / (1 / FREE_RATE - 1 / HIGHEST_RATE)
    return fast + waking * (1 / rate - 1 / HIGHEST_RATE)
