from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from bot.domain.delivery import Cause
from bot.domain.schedule import Schedule
from bot.domain.subscription import Address, ChatKind, Parked, Subscription

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
DAILY = Schedule.parse("daily 08:00")
BLOCKED = Parked(cause=Cause.BLOCKED, since=NOW)


def subscribed(*slugs: str, schedule: Schedule = DAILY) -> Subscription:
    return Subscription(chat_id=7, schedule=schedule).subscribe(list(slugs), NOW)


def test_a_new_category_gets_the_schedule_and_counts_from_now() -> None:
    subscription = subscribed("policy")
    assert subscription.categories == {"policy": DAILY}
    assert subscription.settled_until("policy") == NOW


def test_a_category_that_is_there_already_keeps_schedule_and_moment() -> None:
    later = subscribed("policy").with_schedule(Schedule()).subscribe(["policy", "tech"], NOW + timedelta(hours=1))
    assert later.settled_until("policy") == NOW
    assert later.settled_until("tech") == NOW + timedelta(hours=1)
    assert list(later.categories) == ["policy", "tech"]


def test_what_is_unsubscribed_leaves_nothing() -> None:
    assert subscribed("policy").unsubscribe(["policy", "tech"]) == Subscription(chat_id=7, schedule=DAILY)


def test_changes_leave_the_old_value_alone() -> None:
    before = subscribed("policy")
    copy = before.model_copy(deep=True)
    before.subscribe(["tech"], NOW).unsubscribe(["policy"]).settle(["tech"], NOW).park(BLOCKED)
    assert before == copy


def test_a_new_schedule_is_for_all_categories_and_those_to_come() -> None:
    subscription = subscribed("policy", "tech").with_schedule(Schedule())
    assert set(subscription.categories.values()) == {Schedule()}
    assert subscription.subscribe(["world"], NOW).categories["world"].instant


def test_categories_are_due_from_their_slot_on() -> None:
    subscription = subscribed("policy", "tech").settle(["tech"], NOW + timedelta(days=1))
    slot = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
    assert subscription.digest_due() == slot
    assert subscription.categories_due(slot - timedelta(seconds=1)) == []
    assert subscription.categories_due(slot) == ["policy"]
    assert subscription.categories_due(slot + timedelta(days=1)) == ["policy", "tech"]


def test_a_digest_that_was_missed_for_weeks_is_due_once() -> None:
    now = NOW + timedelta(days=30)
    subscription = subscribed("policy")
    assert subscription.categories_due(now) == ["policy"]
    settled = subscription.settle(["policy"], now)
    assert settled.categories_due(now) == []
    assert settled.digest_due() == datetime(2026, 12, 23, 8, 0, tzinfo=UTC)


def test_instant_categories_have_no_digest() -> None:
    subscription = subscribed("policy", schedule=Schedule())
    assert subscription.digest_due() is None
    assert subscription.digested_categories() == []
    assert subscription.categories_due(NOW + timedelta(days=9)) == []


def test_a_category_never_settled_has_a_slot_too() -> None:
    subscription = Subscription.model_validate({"chat_id": 1, "categories": {"policy": "daily 08:00"}})
    assert subscription.categories_due(NOW) == ["policy"]


def test_the_slot_is_in_the_chats_own_time_zone() -> None:
    due = subscribed("policy").with_timezone("Asia/Tokyo").digest_due()
    assert due == datetime(2026, 11, 22, 23, 0, tzinfo=UTC)


def test_a_group_becomes_a_supergroup() -> None:
    moved = Subscription(chat_id=-5, kind=ChatKind.GROUP).subscribe(["policy"], NOW).move(-1005)
    assert (moved.address, moved.kind) == (Address(-1005), ChatKind.SUPERGROUP)
    assert "policy" in moved.categories


def test_one_that_adopts_keeps_its_own_choices() -> None:
    old = subscribed("policy", "tech")
    new = Subscription(chat_id=8).subscribe(["tech"], NOW + timedelta(hours=1))
    both = old.adopted_by(new)
    assert both.chat_id == 8
    assert both.categories == {"policy": DAILY, "tech": Schedule()}
    assert both.settled_until("policy") == NOW
    assert both.settled_until("tech") == NOW + timedelta(hours=1)
    assert old.adopted_by(both) == both


def test_json_keeps_everything_and_speaks_in_words() -> None:
    subscription = subscribed("policy").with_timezone("Europe/Berlin").park(BLOCKED)
    json = subscription.model_dump(mode="json")
    assert json["categories"] == {"policy": "daily 08:00"}
    assert Subscription.model_validate(json) == subscription


@pytest.mark.parametrize(
    "fields",
    [
        {"timezone": "Mars/Olympus"},
        {"timezone": "../../etc/passwd"},
        {"timezone": "Europe"},
        {"timezone": ""},
        {"timezone": "UTC\0"},
        {"categories": {"Not A Slug": "instant"}},
        {"categories": {"policy": "sometimes"}},
        {"categories": {"policy": None}},
        {"since": {"policy": "2026-11-22T10:00:00"}},
        {"kind": "planet"},
        {"chat_id": "x"},
        {"parked": "blocked"},
        {"parked": {"cause": "tired", "since": "2026-11-22T10:00:00Z"}},
    ],
)
def test_what_cannot_be_is_refused(fields: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Subscription.model_validate({"chat_id": 1, **fields})
