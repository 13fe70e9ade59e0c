import pytest

from bot.domain.quiet import Quiet, QuietError


@pytest.mark.parametrize(
    ("words", "stored"),
    [
        ("22:00-07:00", "22:00-07:00"),
        ("22-7", "22:00-07:00"),
        ("22.30 – 6.45", "22:30-06:45"),
        ("10pm-7am", "22:00-07:00"),
        ("10 pm to 7 am", "22:00-07:00"),
        ("from 10:30PM until 7", "22:30-07:00"),
        ("20-24", "20:00-00:00"),
    ],
)
def test_hours_as_people_write_them(words: str, stored: str) -> None:
    assert str(Quiet.parse(words)) == stored


@pytest.mark.parametrize(
    "words", ["", "night", "22", "22-", "-7", "22-22", "25-7", "22:60-7", "13pm-7", "22-7-8", "24-7"]
)
def test_what_is_no_hours(words: str) -> None:
    with pytest.raises(QuietError):
        Quiet.parse(words)
