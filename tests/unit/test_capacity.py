"""The arithmetic of capacity, by hand and against messages sent one by one."""

from collections import Counter
from itertools import pairwise
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.capacity import (
    BUSIEST,
    CLOCK_TIMES,
    COMPOSING,
    DAY,
    DELIVERING,
    KEEPING,
    QUEUEING,
    ZONES,
    DoesNotFit,
    Stretch,
    day_of,
    first_due,
    in_turns,
    of_day,
    served,
    stars,
    waits,
    work,
)

#: Digests by minute of the day: few slots, close together, about midnight, so that they wait for each other.
DAYS = st.dictionaries(st.integers(-20, 20).map(lambda n: n * 7 % DAY), st.integers(1, 120), min_size=1, max_size=6)
RATES = st.sampled_from([0.5, 1.0, 1.7, 4.0])


# -- by hand ---------------------------------------------------------------------------------------------------------


def test_a_slot_is_served_at_the_rate() -> None:
    stretches = of_day(first_due({480: 120}, rate=1))
    assert stretches == [Stretch(480.0, 482.0, {480: 120.0})]
    found = waits(stretches)
    assert (found.half, found.most, found.last, found.early) == pytest.approx((1.0, 1.9, 2.0, 0.0), abs=1 / 60)
    assert served(stretches) == [(480.0, 0.0), (482.0, 1.0)]


def test_a_later_slot_waits_behind_an_earlier_one() -> None:
    stretches = first_due({480: 300, 482: 60}, rate=1)
    assert waits(of_day(stretches, lambda minute: minute == 482)).last == pytest.approx(4)
    assert waits(of_day(stretches, lambda minute: minute == 480)).last == pytest.approx(5)


def test_in_turns_both_go_at_half_the_speed() -> None:
    stretches = in_turns({480: 300, 482: 60}, rate=1)
    # Two minutes alone, then 60 of each within two minutes, then the 120 that are left.
    assert waits(of_day(stretches, lambda minute: minute == 482)).last == pytest.approx(2)
    assert waits(of_day(stretches, lambda minute: minute == 480)).last == pytest.approx(6)


def test_smeared_widely_enough_nobody_waits() -> None:
    found = waits(of_day(first_due({480: 120}, rate=1, smear=4)))
    assert (found.half, found.last, found.early) == pytest.approx((0, 0, 4))


def test_smeared_too_little_the_queue_only_moves() -> None:
    found = waits(of_day(first_due({480: 600}, rate=1, smear=4)))
    assert (found.last, found.early) == pytest.approx((6, 4))


def test_smeared_slots_catch_up_within_a_minute() -> None:
    stretches = of_day(first_due({479: 90, 480: 60}, rate=1, smear=2))
    assert stretches == [
        Stretch(477, 478, {479: 45}),
        Stretch(478, 479.25, {479: 45, 480: 30}),
        Stretch(479.25, 479.5, {480: 15}),
        Stretch(479.5, 480, {480: 15}),
    ]


def test_what_is_left_over_waits_in_the_next_day() -> None:
    stretches = first_due({DAY - 1: 600, 0: 60}, rate=1)  # ten minutes of sending from 23:59 on
    assert waits(of_day(stretches, lambda minute: minute == 0)).last == pytest.approx(10)


def test_stars_are_for_what_is_above_thirty_a_second() -> None:
    assert stars(first_due({480: 3000}, rate=30)) == pytest.approx(0)
    assert stars(first_due({480: 3000}, rate=100)) == pytest.approx(0.1 * 30 * 70)
    assert stars(first_due({480: 50}, rate=100)) == pytest.approx(0.1 * 20)  # in half a second of the clock
    assert stars(first_due({480: 3000}, rate=1000, smear=1)) == pytest.approx(0.1 * 60 * 20)


def test_more_than_a_day_holds_does_not_fit() -> None:
    day = {480: 86_400}
    for serve in (first_due, in_turns):
        with pytest.raises(DoesNotFit):
            serve(day, 1)
    assert first_due(day, 1.001)


def test_work_is_what_was_measured() -> None:
    composing, queueing = 1000 * COMPOSING, 1000 * QUEUEING
    for number, rate in enumerate((30, 1000)):
        found = work(1000, rate)
        assert found.planner == pytest.approx(composing)
        assert found.delivery == pytest.approx(1000 * DELIVERING[number])
        assert found.store == pytest.approx(1000 * KEEPING[number] + queueing)
    # At 60 a second a turn's cost is shared by twice as many as at 30.
    halves = (work(1000, 30).delivery + work(1000, 1e9).delivery) / 2
    assert work(1000, 60).delivery == pytest.approx(halves)


def test_a_day_has_every_digest_and_the_share_at_its_busiest() -> None:
    assert sum(ZONES.values()) == sum(CLOCK_TIMES.values()) == 100
    day = day_of(1_000_000, 1.5, 0.25)
    assert sum(day.values()) == pytest.approx(1_500_000)
    assert day[BUSIEST] == 250_000
    assert max(day, key=lambda minute: day[minute]) == BUSIEST
    # Those who want 09:00 and live where it is 08:00 then.
    assert day_of(1000)[9 * 60] > day_of(1000)[9 * 60 + 30]
    with pytest.raises(ValueError, match="busiest"):
        day_of(100, 0.2, 0.5)


# -- against messages one by one -------------------------------------------------------------------------------------


def _one_by_one(day: dict[int, int], rate: float, smear: int) -> list[tuple[int, float]]:
    """When each message of three days is through, as (slot, minute), the way a sender with a clock would do it."""
    due = sorted(
        (slot - smear + (number + 0.5) / count * smear, slot)
        for slot, count in ((start + minute, count) for start in (0, DAY, 2 * DAY) for minute, count in day.items())
        for number in range(count)
    )
    through, free = [], -1e9
    for moment, slot in due:
        free = max(moment, free) + 1 / rate / 60
        through.append((slot, free))
    return through


def _in_turns_one_by_one(day: dict[int, int], rate: float) -> list[tuple[int, float]]:
    """One message for each slot that waits, then the next round."""
    left: Counter[int] = Counter()
    coming = sorted(((start + minute, count) for start in (0, DAY, 2 * DAY) for minute, count in day.items()))
    now, through, turn = 0.0, [], list[int]()
    while coming or left:
        now = now if left else max(now, coming[0][0])
        while coming and coming[0][0] <= now:
            slot, count = coming.pop(0)
            left[slot] = count
            turn.append(slot)
        slot = turn.pop(0)
        now += 1 / rate / 60
        through.append((slot, now))
        left[slot] -= 1
        if left[slot]:
            turn.append(slot)
        else:
            del left[slot]
    return through


def _agree(stretches: list[Stretch], through: list[tuple[int, float]], slack: float) -> None:
    """The same waits, by slot and all together, to within `slack` minutes."""
    minutes = sorted({slot % DAY for slot, _ in through})
    for wanted in [*([minute] for minute in minutes), minutes]:
        found = waits(of_day(stretches, wanted.__contains__))
        late = sorted(
            max(0.0, moment - slot) for slot, moment in through if DAY <= slot < 2 * DAY and slot % DAY in wanted
        )
        assert found.last == pytest.approx(late[-1], abs=slack)
        for reached, share in ((found.half, 0.5), (found.most, 0.95)):
            # Quantiles jump where nobody is served for a while: it must lie between the ones beside it.
            below, above = (late[min(len(late), max(1, ceil(share * len(late)) + by)) - 1] for by in (-1, 1))
            assert below - slack <= reached <= above + slack


@given(DAYS, RATES)
def test_first_due_as_one_by_one(day: dict[int, int], rate: float) -> None:
    _agree(first_due(day, rate), _one_by_one(day, rate, 0), 1 / 60 + 1 / rate / 60)


@given(DAYS, RATES, st.integers(1, 30))
def test_smeared_as_one_by_one(day: dict[int, int], rate: float, smear: int) -> None:
    """Messages have half a place of room at most where they are smeared apart, and two slots' may meet."""
    room = max(smear / count for count in day.values()) / 2
    _agree(first_due(day, rate, smear), _one_by_one(day, rate, smear), 1 / 60 + (1 + len(day)) / rate / 60 + room)


@given(DAYS, RATES)
def test_in_turns_as_one_by_one(day: dict[int, int], rate: float) -> None:
    slack = 1 / 60 + (1 + len(day)) / rate / 60
    _agree(in_turns(day, rate), _in_turns_one_by_one(day, rate), slack)


@given(DAYS, RATES, st.integers(0, 30))
def test_nothing_is_lost_nor_sent_faster(day: dict[int, int], rate: float, smear: int) -> None:
    for stretches in (first_due(day, rate, smear), in_turns(day, rate)):
        assert sum(one.count for one in stretches) == pytest.approx(3 * sum(day.values()))
        assert all(one.count <= rate * 60 * (one.end - one.start) + 1e-6 for one in stretches)
        assert all(before.end <= after.start + 1e-9 for before, after in pairwise(stretches))
        corners = served(of_day(stretches))
        assert corners[-1][1] == pytest.approx(1)
        assert corners == sorted(corners)
