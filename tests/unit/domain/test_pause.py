from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.pause import NoPause, pause_end

#: A Monday, half past three in the afternoon in Berlin.
NOW = datetime(2026, 11, 23, 14, 30, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


def end(words: str, language: str = "en") -> str:
    """By the clock of Berlin."""
    until = pause_end(words, NOW, BERLIN, language)
    assert isinstance(until, datetime), until
    return f"{until.astimezone(BERLIN):%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("words", "until"),
    [
        ("7d", "2026-11-30 15:30"),
        ("12h", "2026-11-24 03:30"),
        ("for 2 Weeks", "2026-12-07 15:30"),
        ("2026-12-24", "2026-12-24 00:00"),
        ("2027-01-06", "2027-01-06 00:00"),
        ("tomorrow", "2026-11-24 00:00"),
        ("tomorrow 8am", "2026-11-24 08:00"),
        ("Friday", "2026-11-27 00:00"),
        ("until fri", "2026-11-27 00:00"),
        ("monday", "2026-11-30 00:00"),
        ("24 dec", "2026-12-24 00:00"),
        ("6.1.", "2027-01-06 00:00"),
        ("next week", "2026-11-30 00:00"),
        ("18:00", "2026-11-23 18:00"),
        ("10:00", "2026-11-24 10:00"),
        ("may", "2027-05-01 00:00"),
        ("1 month", "2026-12-23 00:00"),
        ("for 3 months", "2027-02-23 00:00"),
        ("5.12.", "2026-12-05 00:00"),
        ("until 05.12", "2026-12-05 00:00"),
        ("5.12. 8:00", "2026-12-05 08:00"),
        ("8.30", "2026-11-24 08:30"),
    ],
)
def test_the_end_as_people_write_it(words: str, until: str) -> None:
    assert end(words) == until


@pytest.mark.parametrize(
    ("words", "language"),
    [
        ("morgen", "de"),
        ("bis morgen", "de"),
        ("tomorrow", "de"),
        ("mañana", "es"),
        ("hasta mañana", "es"),
        ("завтра", "ru"),
        ("до завтра", "ru"),
        ("غدا", "ar"),
        ("حتى غدا", "ar"),
    ],
)
def test_in_the_chats_own_language(words: str, language: str) -> None:
    assert end(words, language) == "2026-11-24 00:00"


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("", NoPause.UNKNOWN),
        ("soon", NoPause.UNKNOWN),
        ("3", NoPause.UNKNOWN),
        ("tomorrow " * 9, NoPause.UNKNOWN),
        ("yesterday", NoPause.OVER),
        ("2026-11-23", NoPause.OVER),
        ("2020-01-01", NoPause.OVER),
        ("0001-01-01", NoPause.OVER),
        ("0d", NoPause.OVER),
        ("367d", NoPause.TOO_LONG),
        ("9999w", NoPause.TOO_LONG),
        ("2099-01-01", NoPause.TOO_LONG),
        ("9999-12-31", NoPause.TOO_LONG),
    ],
)
def test_what_is_no_end(words: str, why: NoPause) -> None:
    assert pause_end(words, NOW, BERLIN, "en") is why


@given(
    st.text(max_size=30)
    | st.lists(st.sampled_from(["1", "12", "24", "may", "fri", "until", "8am", "next", "week", ".", "-"])).map(
        " ".join
    )
)
def test_any_words_are_answered(words: str) -> None:
    until = pause_end(words, NOW, BERLIN, "en")
    assert isinstance(until, NoPause) or until > NOW
