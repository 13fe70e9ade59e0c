"""When a feed is asked next, and what a poll's result makes of its health. Pure: the time is an argument.

A feed's turns lie on a grid of its own that begins at a moment which follows from the feed's address, so that feeds
that were added together drift apart at once and stay so.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime

from bot.domain.article import is_web_url
from bot.domain.feed import Document, Failure, Fault, Health
from bot.ingest.fetch import NO_VALIDATORS, Validators

SHORTEST = timedelta(minutes=5)
LONGEST = timedelta(days=1)
#: For what brings news every week.
_HOURLY = timedelta(hours=1)
#: Steps that divide each other nearly all, so that a feed whose rate changes a little keeps its grid.
_STEPS = tuple(timedelta(minutes=minutes) for minutes in (5, 10, 15, 30, 60, 120, 240, 480, 1440))
#: What a server asks for is kept to the second, so the grid is a little wider than that.
_MARGIN = 1.05
_DAY = 86_400
_WEEK = timedelta(days=7)
_KEPT = timedelta(days=28)
#: As long as news have been pushed so lately, asking as well is a precaution.
_PUSHES_WORK = timedelta(days=3)
_PUSH_SETTLES = timedelta(minutes=4)
#: Times in a row that a feed must have been found elsewhere before that becomes its address.
MOVES = 2


def interval(health: Health, now: datetime) -> timedelta:
    """Four times in the mean gap of the last week, an hour at most; what brought nothing for a week is asked the more
    rarely the longer that lasts. What is pushed is looked at once a day, if it is pushed until then."""
    pushes = health.leased_until and health.leased_until >= now + LONGEST
    if pushes and health.pushed and now - health.pushed < _PUSHES_WORK:
        return LONGEST
    if health.succeeded is None:
        return _HOURLY
    today = now.astimezone(UTC).date()
    days = {date.fromisoformat(day): count for day, count in health.arrivals.items()}
    weekly = sum(count for day, count in days.items() if today - day < _WEEK)
    if weekly:
        return _step(min(_WEEK / weekly / 4, _HOURLY))
    silent = today - max(days) if days else _KEPT
    return _step(silent / 24)


def _step(wanted: timedelta) -> timedelta:
    return next((step for step in _STEPS if step >= wanted), LONGEST)


def next_turn(url: str, health: Health, now: datetime, wish: timedelta = timedelta()) -> datetime:
    """Half an interval from now at least; what the server wished for at least; within a day."""
    usual, wish = interval(health, now), min(wish, LONGEST)
    grid = max(usual, wish * _MARGIN)
    return min(_on_grid(url, grid, now + max(usual / 2, wish)), now + LONGEST)


def _on_grid(url: str, grid: timedelta, after: datetime) -> datetime:
    begin = datetime.fromtimestamp(0, UTC) + grid * share(url)
    return begin - ((begin - after) // grid) * grid


def share(*parts: object) -> float:
    """Of [0, 1), always the same for the same."""
    digest = hashlib.blake2b("\0".join(map(str, parts)).encode(), digest_size=6).digest()
    return int.from_bytes(digest) / 2**48


def answered(health: Health, headers: Mapping[str, str], now: datetime, *, moved: str | None, same: bool) -> Health:
    """It has answered well, perhaps that nothing has changed: `same`, a 304. `moved` as in Fetched; where that cannot
    be a feed's address, what was stored of this feed could not be read again."""
    moved = moved if moved and is_web_url(moved) else None
    update = {
        "checked": now,
        "succeeded": now,
        "failures": 0,
        "failure": None,
        "gone": False,
        "moved": moved,
        "moves": (health.moves if moved == health.moved else 0) + 1 if moved else 0,
        "arrivals": _recent(health.arrivals, now),
    }
    return _with_validators(health, headers, same=same).model_copy(update=update)


def _with_validators(health: Health, headers: Mapping[str, str], *, same: bool) -> Health:
    """A 304 changes those that it names (RFC 9111, 3.2). Whoever says `Expires: 0` gives none that mean anything."""
    if headers.get("Expires", "").strip() == "0":
        return health.model_copy(update={"etag": "", "modified": ""})
    new, old = Validators.of(headers), (health.etag, health.modified) if same else NO_VALIDATORS
    etag, modified = (mine or known for mine, known in zip(new, old, strict=True))
    return health.model_copy(update={"etag": etag, "modified": modified})


def told(health: Health, document: Document, digest: str, arrived: Iterable[datetime]) -> Health:
    """It was read; `digest` is of its body, `arrived`: when each of its new entries did."""
    days = Counter(health.arrivals)
    days.update(moment.astimezone(UTC).date().isoformat() for moment in arrived)
    update = {
        "digest": digest,
        "ttl": document.ttl,
        "hub": document.hub,
        "topic": document.topic,
        "arrivals": _recent(days, health.checked) if health.checked else dict(days),
    }
    return health.model_copy(update=update)


def again(url: str, health: Health, headers: Mapping[str, str], now: datetime, *, brought: bool = True) -> Health:
    """With its next turn, after a poll that went well. What was just pushed and is not there yet, as where a cache
    stands in between, is looked for once more soon."""
    wish = max(timedelta(minutes=health.ttl or 0), freshness(headers, now))
    due = next_turn(url, health, now, wish)
    if health.pushed and now - health.pushed < _PUSH_SETTLES and not brought:
        due = now + SHORTEST
    return health.model_copy(update={"due": due})


def failed(url: str, health: Health, failure: Failure, now: datetime) -> Health:
    """Twice as long a wait with each failure in a row, a day at most, unless the server itself says how long."""
    failures = health.failures + 1
    update = {"checked": now, "failure": failure, "failures": failures, "gone": failure.fault is Fault.GONE}
    return health.model_copy(update={**update, "due": _after_failure(url, health, failure, now, failures)})


def put_off(url: str, health: Health, failure: Failure, now: datetime) -> Health:
    """It was not the feed's fault: it is tried soon, or as soon as its server allows, and nothing is counted."""
    wait = max(SHORTEST * (1 + share(url, now)), capped(failure.retry_after or 0))
    return health.model_copy(update={"checked": now, "failure": failure, "due": now + wait})


def _after_failure(url: str, health: Health, failure: Failure, now: datetime, failures: int) -> datetime | None:
    if failure.fault is Fault.GONE:
        return None
    usual = interval(health, now)
    if failure.retry_after:
        return now + max(usual, capped(failure.retry_after))
    wait = min(usual * 2.0 ** min(failures - 1, 10), LONGEST)
    return now + wait * (0.9 + 0.1 * share(url, failures))


def capped(seconds: float) -> timedelta:
    """What a server asks for, as long as that is a day at most."""
    return timedelta(seconds=min(seconds, _DAY))


def freshness(headers: Mapping[str, str], now: datetime) -> timedelta:
    """How long the answer stays good, as its server says: RFC 9111, 4.2.1; nothing if it says nothing."""
    control = [part.strip().casefold() for part in headers.get("Cache-Control", "").split(",")]
    if "no-cache" in control or "no-store" in control:
        return timedelta()
    ages = [part.removeprefix("max-age=").strip('"') for part in control if part.startswith("max-age=")]
    if ages:
        # As a float: an integer may have more digits than Python reads.
        return timedelta(seconds=min(float(ages[0]), _DAY)) if ages[0].isdecimal() else timedelta()
    expires = _moment(headers.get("Expires", ""))
    if expires is None:
        return timedelta()
    return min(max(expires - (_moment(headers.get("Date", "")) or now), timedelta()), LONGEST)


def _moment(text: str) -> datetime | None:
    """Of HTTP: RFC 9110, 5.6.7."""
    try:
        moment = parsedate_to_datetime(text)
        return datetime.fromtimestamp((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp(), UTC)
    except (ValueError, OverflowError):  # the end of the year 9999 is later still elsewhere
        return None


def _recent(arrivals: Mapping[str, int], now: datetime) -> dict[str, int]:
    oldest = (now.astimezone(UTC) - _KEPT).date().isoformat()
    return {day: count for day, count in arrivals.items() if day > oldest}
