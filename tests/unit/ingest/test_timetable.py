"""When a feed is asked next."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.feed import TROUBLE, Document, Failure, Fault, Health
from bot.ingest import timetable

NOW = datetime(2026, 11, 23, 10, 7, 30, tzinfo=UTC)
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
URL = "https://quay.example/feed"


def told(by_day: dict[int, int]) -> Health:
    """A feed that brought so many entries so many days ago."""
    days = {(NOW - timedelta(days=ago)).date().isoformat(): count for ago, count in by_day.items()}
    return Health(checked=NOW, succeeded=NOW, arrivals=days)


@pytest.mark.parametrize(
    ("by_day", "expected"),
    [
        ({0: 300, 1: 300, 2: 300}, 5 * MINUTE),
        ({0: 30, 1: 30, 2: 30, 3: 30}, 30 * MINUTE),
        (dict.fromkeys(range(7), 24), 15 * MINUTE),
        (dict.fromkeys(range(7), 1), HOUR),
        ({3: 1}, HOUR),
        ({8: 9}, 8 * HOUR),
        ({20: 9}, DAY),
        ({}, DAY),
    ],
)
def test_the_more_it_brings_the_more_often_it_is_asked(by_day: dict[int, int], expected: timedelta) -> None:
    assert timetable.interval(told(by_day), NOW) == expected


def test_one_that_was_never_read_is_asked_hourly() -> None:
    assert timetable.interval(Health(), NOW) == HOUR


def test_while_news_are_pushed_a_look_a_day_is_enough() -> None:
    busy = told({0: 300})
    pushed = busy.model_copy(update={"leased_until": NOW + DAY, "pushed": NOW - HOUR})
    assert timetable.interval(pushed, NOW) == DAY
    silent = pushed.model_copy(update={"pushed": NOW - 5 * DAY})
    ended = pushed.model_copy(update={"leased_until": NOW - MINUTE})
    ending = pushed.model_copy(update={"leased_until": NOW + HOUR})  # before the look of the next day
    for health in (silent, ended, ending):
        assert timetable.interval(health, NOW) == timetable.interval(busy, NOW)


def test_many_feeds_added_at_once_are_asked_all_over_the_interval() -> None:
    """From the first time on, and for ever: no twelfth of the hour has twice its share."""
    health = told(dict.fromkeys(range(7), 1))
    due = {f"https://site{n}.example/feed": NOW for n in range(600)}
    for _ in range(4):
        due = {url: timetable.next_turn(url, health, asked + timedelta(seconds=2)) for url, asked in due.items()}
        buckets = Counter(int(moment.timestamp()) % 3600 // 300 for moment in due.values())
        assert len(buckets) == 12
        assert max(buckets.values()) <= 2 * 600 / 12


def test_a_feed_keeps_its_time() -> None:
    health = told(dict.fromkeys(range(7), 1))
    first = timetable.next_turn(URL, health, NOW)
    assert HOUR / 2 <= first - NOW <= 1.5 * HOUR
    assert timetable.next_turn(URL, health, first + timedelta(seconds=20)) == first + HOUR


def test_what_a_server_wishes_is_kept_to_and_spread_too() -> None:
    health, wish = told({0: 300}), timedelta(seconds=7200)
    urls = [f"https://site{n}.example/feed" for n in range(200)]
    waits = [timetable.next_turn(url, health, NOW, wish) - NOW for url in urls]
    assert min(waits) >= wish
    assert max(waits) <= 2.1 * wish
    assert max(waits) - min(waits) > wish / 2
    again = timetable.next_turn(URL, health, NOW, wish)
    assert wish <= timetable.next_turn(URL, health, again + MINUTE, wish) - again <= 1.1 * wish


@given(
    st.dictionaries(st.integers(0, 27), st.integers(1, 10_000)),
    st.timedeltas(timedelta(), timedelta(days=400)),
    st.text(max_size=20),
)
def test_every_turn_comes_within_a_day_and_not_at_once(by_day: dict[int, int], wish: timedelta, url: str) -> None:
    wait = timetable.next_turn(url, told(by_day), NOW, wish) - NOW
    assert max(timetable.SHORTEST / 2, min(wish, DAY)) <= wait <= DAY


def test_failures_double_the_wait_up_to_a_day() -> None:
    health, waits = told(dict.fromkeys(range(7), 24)), []
    for _ in range(12):
        health = timetable.failed(URL, health, Failure(fault=Fault.TIMEOUT), NOW)
        assert health.due
        waits.append(health.due - NOW)
    for number, wait in enumerate(waits):
        assert 0.9 * min(2**number * 15 * MINUTE, DAY) <= wait <= min(2**number * 15 * MINUTE, DAY)
    assert health.failures == 12
    assert health.succeeded == NOW


def test_feeds_that_fail_together_do_not_come_back_together() -> None:
    failed = [
        timetable.failed(f"https://s{n}.example", Health(), Failure(fault=Fault.TIMEOUT), NOW) for n in range(50)
    ]
    assert len({health.due for health in failed}) == 50


@pytest.mark.parametrize(
    ("asked", "wait"), [(30, HOUR), (7200.5, timedelta(seconds=7200.5)), (10 * 86400, DAY), (float(10**12), DAY)]
)
def test_how_long_a_busy_server_asks_to_wait(asked: float, wait: timedelta) -> None:
    failed = timetable.failed(URL, Health(), Failure(fault=Fault.BUSY, retry_after=asked), NOW)
    assert failed.due == NOW + wait


def test_one_that_is_gone_has_no_next_turn() -> None:
    failed = timetable.failed(URL, told({0: 1}), Failure(fault=Fault.GONE), NOW)
    assert failed.gone
    assert failed.due is None
    assert failed.in_trouble


def test_one_failure_is_no_trouble() -> None:
    health = Health()
    for _ in range(TROUBLE - 1):
        health = timetable.failed(URL, health, Failure(fault=Fault.TIMEOUT), NOW)
        assert not health.in_trouble
    assert timetable.failed(URL, health, Failure(fault=Fault.TIMEOUT), NOW).in_trouble


def test_an_answer_ends_all_trouble() -> None:
    failed = timetable.failed(URL, Health(failures=8), Failure(fault=Fault.GONE), NOW)
    health = timetable.answered(failed, {}, NOW, moved=None, same=False)
    assert (health.failures, health.failure, health.gone, health.succeeded) == (0, None, False, NOW)


def test_validators_of_a_new_answer_take_the_place_of_all_old_ones() -> None:
    old = Health(etag='"1"', modified="then")
    new = timetable.answered(old, {"ETag": '"2"'}, NOW, moved=None, same=False)
    assert (new.etag, new.modified) == ('"2"', "")


def test_validators_that_a_304_names_replace_only_themselves() -> None:
    old = Health(etag='"1"', modified="then")
    new = timetable.answered(old, {"Last-Modified": "now"}, NOW, moved=None, same=True)
    assert (new.etag, new.modified) == ('"1"', "now")


def test_a_move_counts_as_long_as_it_leads_to_the_same_place() -> None:
    health, counted = Health(), []
    for moved in ("https://a.example", "https://a.example", "https://b.example", None, "https://b.example"):
        health = timetable.answered(health, {}, NOW, moved=moved, same=False)
        counted.append(health.moves)
    assert counted == [1, 2, 1, 0, 1]


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 0),
        ({"Cache-Control": "max-age=600"}, 600),
        ({"Cache-Control": 'Public, MAX-AGE="600", stale-if-error=9'}, 600),
        ({"Cache-Control": "max-age=600, no-cache"}, 0),
        ({"Cache-Control": "no-store"}, 0),
        ({"Cache-Control": "max-age=nonsense"}, 0),
        ({"Cache-Control": "max-age=" + "9" * 400}, 86400),
        ({"Expires": format_datetime(NOW + HOUR)}, 3600),
        ({"Expires": format_datetime(NOW - HOUR)}, 0),
        ({"Expires": format_datetime(NOW + HOUR), "Date": format_datetime(NOW + HOUR / 2)}, 1800),
        ({"Expires": format_datetime(NOW + HOUR), "Cache-Control": "max-age=60"}, 60),
        ({"Expires": "0"}, 0),
        ({"Expires": "-1"}, 0),
        ({"Expires": "Thu, 01 Dec 9999999 16:00:00 GMT"}, 0),
        ({"Expires": "Thu, 01 Dec 9994 16:00:00 GMT"}, 86400),
    ],
)
def test_how_long_an_answer_stays_good(headers: dict[str, str], seconds: int) -> None:
    assert timetable.freshness(headers, NOW) == timedelta(seconds=seconds)


@given(st.dictionaries(st.sampled_from(["Cache-Control", "Expires", "Date", "ETag"]), st.text(max_size=40)))
def test_no_header_breaks_anything(headers: dict[str, str]) -> None:
    assert timedelta() <= timetable.freshness(headers, NOW) <= DAY
    answered = timetable.answered(Health(), headers, NOW, moved=None, same=False)
    assert Health.model_validate_json(timetable.again(URL, answered, headers, NOW).model_dump_json())


def test_entries_are_counted_by_day_for_four_weeks() -> None:
    health = Health(arrivals={"2026-10-01": 5, "2026-11-22": 2})
    health = timetable.answered(health, {}, NOW, moved=None, same=False)
    health = timetable.told(health, Document(ttl=30), "d", [NOW, NOW, NOW - DAY, NOW - 300 * DAY])
    assert health.arrivals == {"2026-11-22": 3, "2026-11-23": 2}
    assert (health.ttl, health.digest) == (30, "d")


def test_what_cannot_be_an_address_of_a_feed_is_not_moved_to() -> None:
    """It could be stored, but not read again."""
    for moved in ("https://quay.example/" + "a" * 3000, "https://999.1.1.1/"):
        health = timetable.answered(Health(), {}, NOW, moved=moved, same=False)
        assert Health.model_validate_json(health.model_dump_json()) == health
        assert (health.moved, health.moves) == (None, 0)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"Cache-Control": "max-age=" + "9" * 5000}, DAY),
        ({"Expires": "Fri, 31 Dec 9999 23:59:59 -0500"}, timedelta()),
    ],
)
def test_numbers_and_dates_too_large_to_read_are_no_fault_of_the_feed(
    headers: dict[str, str], expected: timedelta
) -> None:
    assert timetable.freshness(headers, NOW) == expected


def test_whoever_asks_for_no_wait_is_still_asked_ever_more_rarely() -> None:
    failure, health = Failure(fault=Fault.BUSY, retry_after=0.0), Health()
    for _ in range(8):
        health = timetable.failed(URL, health, failure, NOW)
    assert health.due
    assert health.due - NOW > 12 * HOUR
