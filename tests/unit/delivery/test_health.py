"""What the outcomes of the last minutes say, row by row."""

from collections import Counter
from datetime import timedelta

import pytest

from bot.delivery.health import MINUTES, Verdict, failing_alike, rest_after, uncertain, verdict
from bot.domain.delivery import Cause

NOTHING = Counter[str]()
AT_ONCE, HOUR, DAY = timedelta(), timedelta(hours=1), timedelta(days=1)


def last(*minutes: Counter[str]) -> list[Counter[str]]:
    """The present one first."""
    return [*minutes, *[NOTHING] * (MINUTES - len(minutes))]


@pytest.mark.parametrize(
    ("minutes", "cause"),
    [
        ([], None),
        ([Counter(blocked=19)], None),
        ([Counter(blocked=20)], Cause.BLOCKED),
        ([Counter(blocked=10), Counter(blocked=10)], Cause.BLOCKED),
        ([NOTHING, Counter(blocked=20)], Cause.BLOCKED),
        ([NOTHING, NOTHING, Counter(blocked=99)], None),
        ([Counter(blocked=20, sent=20)], None),
        ([Counter(blocked=21, sent=20)], Cause.BLOCKED),
        ([Counter(blocked=20), Counter(sent=20)], None),
        ([Counter(blocked=20, refused=20)], None),
        ([Counter(blocked=20, not_found=20)], None),
        ([Counter(blocked=20, not_found=21)], Cause.NOT_FOUND),
        ([Counter(blocked=20, not_found=30)], Cause.NOT_FOUND),
        ([Counter(blocked=20, later=900, flooded=900, ambiguous=900)], Cause.BLOCKED),
        ([Counter(sent=9999)], None),
        *(([Counter({cause: 500})], cause) for cause in Cause),
    ],
)
def test_whether_many_fail_alike(minutes: list[Counter[str]], cause: Cause | None) -> None:
    assert failing_alike(last(*minutes)) is cause


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        ([], False),
        ([Counter(ambiguous=2)], False),
        ([Counter(ambiguous=3)], True),
        ([Counter(ambiguous=3, sent=57)], False),  # one in twenty exactly
        ([Counter(ambiguous=3, sent=56)], True),
        ([Counter(ambiguous=1), Counter(ambiguous=2)], True),
        ([Counter(sent=1), Counter(ambiguous=3)], True),
        ([Counter(sent=100), Counter(ambiguous=3)], False),
        ([NOTHING, NOTHING, Counter(ambiguous=3)], True),  # nothing has been tried since
        ([Counter(later=5), NOTHING, Counter(ambiguous=3)], True),
        ([Counter(sent=1), NOTHING, Counter(ambiguous=30)], False),
        ([*[NOTHING] * (MINUTES - 1), Counter(ambiguous=3)], True),
        ([Counter(blocked=50, refused=50, ambiguous=3)], True),
    ],
)
def test_whether_to_repeat_would_be_in_vain(minutes: list[Counter[str]], expected: bool) -> None:
    assert uncertain(last(*minutes)) is expected


def test_rests_grow_and_have_an_end() -> None:
    assert [rest_after(trips) // timedelta(minutes=1) for trips in (1, 2, 3, 4, 5, 6, 7, 1000)] == [
        5,
        10,
        20,
        40,
        80,
        120,
        120,
        120,
    ]


PROVED_AT_ONCE = [Cause.BLOCKED, Cause.DEACTIVATED, Cause.REMOVED, Cause.TOPIC_CLOSED]
NEXT_RUN = {Cause.NOT_FOUND: HOUR, Cause.TOPIC_GONE: HOUR, Cause.NO_RIGHTS: DAY}
TIMES = {Cause.NOT_FOUND: 3, Cause.TOPIC_GONE: 3, Cause.NO_RIGHTS: 7}


@pytest.mark.parametrize("refusals", range(9))
@pytest.mark.parametrize("alike", [False, True], ids=["alone", "alike"])
@pytest.mark.parametrize("cause", list(Cause))
def test_who_has_spoken_since_is_tried_again_whatever_else(cause: Cause, alike: bool, refusals: int) -> None:
    assert verdict(cause, refusals, alike=alike, heard=True) == Verdict(park=False, again=AT_ONCE)


@pytest.mark.parametrize("cause", PROVED_AT_ONCE)
@pytest.mark.parametrize("refusals", range(4))
def test_some_causes_are_believed_at_once(cause: Cause, refusals: int) -> None:
    assert verdict(cause, refusals, alike=False, heard=False) == Verdict(park=True, again=None)


@pytest.mark.parametrize("cause", list(TIMES))
def test_some_causes_are_believed_after_several_runs(cause: Cause) -> None:
    waits = Verdict(park=cause is Cause.NO_RIGHTS, again=NEXT_RUN[cause])
    found = [verdict(cause, refusals, alike=False, heard=False) for refusals in range(TIMES[cause] + 1)]
    assert found == [waits] * (TIMES[cause] - 1) + [Verdict(park=True)] * 2


@pytest.mark.parametrize("cause", list(Cause))
def test_of_many_that_fail_alike_nobody_is_parked_before_the_third_time(cause: Cause) -> None:
    found = [verdict(cause, refusals, alike=True, heard=False) for refusals in range(3)]
    assert found[:2] == [Verdict(park=False, again=AT_ONCE)] * 2
    assert found[2] == verdict(cause, 2, alike=False, heard=False)
    assert found[2].park


def test_every_cause_has_its_row() -> None:
    assert {*PROVED_AT_ONCE, *TIMES} == set(Cause)
