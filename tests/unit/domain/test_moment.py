from datetime import UTC, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.moment import from_ms, to_ms


@given(st.integers(0, 10**13))
def test_milliseconds_are_told_back_exactly(ms: int) -> None:
    assert to_ms(from_ms(ms)) == ms
    assert from_ms(ms).tzinfo is UTC


@given(st.integers(0, 10**13), st.integers(0, 999))
def test_what_is_less_than_one_is_left_out(ms: int, more: int) -> None:
    assert to_ms(from_ms(ms) + timedelta(microseconds=more)) == ms
