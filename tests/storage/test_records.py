"""Subscriptions as they are packed."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.delivery import Cause
from bot.domain.schedule import EVERY_DAY, Schedule
from bot.domain.subscription import ChatKind, Parked, Subscription
from bot.storage.connection import connect
from bot.storage.records import Records, Unreadable, words_of
from bot.storage.words import UnknownWord, Words
from tests.unit.samples import NOW

DAILY = Schedule.parse("daily 08:00 18:30")
MOMENTS = st.integers(0, 253_402_300_799).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
SCHEDULES = st.builds(
    lambda times, days: Schedule(tuple(sorted(times)), tuple(sorted(days))),
    st.frozensets(st.times().map(lambda t: time(t.hour, t.minute)), min_size=1, max_size=6),
    st.just(EVERY_DAY) | st.frozensets(st.sampled_from(EVERY_DAY), min_size=1),
) | st.sampled_from([Schedule(), Schedule(hourly=True)])


def records_with(words: set[str]) -> Records:
    """With a table of these words; no store is asked."""
    table = Words(connect("redis://127.0.0.1"))
    table.know({word: number for number, word in enumerate(sorted(words), 1)})
    return Records(table)


def records_for(subscription: Subscription) -> Records:
    return records_with(words_of(subscription))


def subscribed(*slugs: str, schedule: Schedule = DAILY) -> Subscription:
    return Subscription(chat_id=7_234_567_890, schedule=schedule, timezone="Europe/Berlin").subscribe(
        list(slugs), NOW
    )


@st.composite
def subscriptions(draw: st.DrawFn) -> Subscription:
    schedule = draw(SCHEDULES)
    slugs = draw(st.lists(st.sampled_from(["policy", "tech", "world", "sports"]), unique=True))
    return Subscription(
        chat_id=draw(st.integers(-(2**70), 2**70)),
        thread_id=draw(st.none() | st.integers(1, 2**70)),
        kind=draw(st.sampled_from(ChatKind)),
        schedule=schedule,
        categories={slug: draw(st.just(schedule) | SCHEDULES) for slug in slugs},
        since={slug: draw(MOMENTS) for slug in draw(st.just(slugs) | st.just(["policy", "other"]))},
        timezone=draw(st.sampled_from(["UTC", "Asia/Kathmandu"])),
        language=draw(st.text(max_size=5)),
        parked=draw(st.none() | st.builds(Parked, cause=st.sampled_from(Cause), since=MOMENTS)),
    )


@given(subscriptions())
def test_whatever_is_packed_is_read_as_it_was(subscription: Subscription) -> None:
    records = records_for(subscription)
    raw, _ = records.pack(subscription)
    read = records.unpack(raw)
    assert read == subscription
    assert list(read.categories) == list(subscription.categories) or raw.startswith(b"{")
    assert read.model_dump_json() and type(read.kind) is ChatKind


def test_milliseconds_are_kept() -> None:
    for ms in range(1000):
        subscription = subscribed("policy").settle(["policy"], NOW + timedelta(milliseconds=ms))
        records = records_for(subscription)
        assert records.unpack(records.pack(subscription)[0]) == subscription


@pytest.mark.parametrize(("slugs", "size"), [(1, 34), (5, 58), (20, 160)])
def test_a_record_is_small(slugs: int, size: int) -> None:
    """The categories were subscribed to within some weeks of each other."""
    subscription = subscribed(*(f"category-{number}" for number in range(slugs)))
    for number in range(slugs):
        subscription = subscription.settle([f"category-{number}"], NOW + timedelta(days=2 * number, milliseconds=7))
    raw, _ = records_for(subscription).pack(subscription)
    assert len(raw) <= size


def test_a_category_with_a_schedule_of_its_own_takes_a_few_bytes_more() -> None:
    subscription = subscribed("policy", "tech", "world")
    mixed = subscription.with_schedule(Schedule(), "tech").with_schedule(Schedule.parse("weekly mon 08:00"), "world")
    records = records_for(mixed)
    assert len(records.pack(mixed)[0]) <= len(records.pack(subscription)[0]) + 8
    assert records.unpack(records.pack(mixed)[0]) == mixed


def test_what_was_stored_before_schedules_had_days_is_read() -> None:
    subscription = subscribed("policy", "tech")
    records = records_for(subscription)
    packed = "99cf00000001af36bed200040102c40401e00456cf000001a202b2c5009403000500c0"
    assert records.unpack(bytes.fromhex(packed)) == subscription
    mixed = subscription.with_schedule(Schedule(), "tech")
    assert records.unpack(mixed.model_dump_json().encode()) == mixed


@pytest.mark.parametrize(
    "raw",
    [b"", b"{", b"[]", b"\xff", b"\x93\x01\x02\x03", b'{"chat_id": "?"}', b'{"chat_id": 1, "timezone": "Mars"}'],
)
def test_what_is_no_subscription_is_refused(raw: bytes) -> None:
    with pytest.raises(Unreadable):
        records_with(set()).unpack(raw)


def test_a_record_is_refused_that_is_cut_short_or_whose_words_mean_something_else() -> None:
    subscription = subscribed("policy")
    raw, _ = records_for(subscription).pack(subscription)
    for length in range(len(raw)):
        with pytest.raises(Unreadable):
            records_for(subscription).unpack(raw[:length])
    with pytest.raises(Unreadable):
        records_with({"a", "b", "c", "d", "e"}).unpack(raw)
    with pytest.raises(UnknownWord):
        records_with(set()).unpack(raw)
