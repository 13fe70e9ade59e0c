"""`newsbot capacity`, as it is typed."""

from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

import bot.forecast
from bot.cli import main
from bot.forecast import spell


def _said(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["capacity", *arguments])


def _row(said: str, name: str) -> list[str]:
    """The figures of a case."""
    (row,) = [line for line in said.splitlines() if line.startswith(f"{name} ") and "█" not in line]
    return row.removeprefix(name).split("  ")


def test_it_tells_when_the_last_is_served() -> None:
    result = _said("--subscribers", "5400", "--rate", "1", "--smear", "30")
    assert result.exit_code == 0
    # 1800 at 08:00, one a second.
    assert "of these at 08:00            1,800           30 min" in result.output
    assert [word.strip() for word in _row(result.output, "as it is") if word][:3] == ["08:30", "15 min", "29 min"]
    assert "to serve them within 15 minutes takes 2 messages a second." in result.output.casefold()
    assert "Stars a day." not in result.output
    assert max(map(len, result.output.splitlines())) < 80


def test_few_subscribers_need_no_advice_on_speed() -> None:
    said = _said("--subscribers", "300").output
    assert "within 15 minutes" not in said
    assert "the last at 08:01" in " ".join(said.split())


def test_above_thirty_a_second_it_tells_the_price() -> None:
    said = " ".join(_said("--subscribers", "300000", "--rate", "200").output.split())
    assert "Above 30 a second, broadcasts are paid: " in said
    # 100,000 at 08:00 in 500 seconds, of which 30 each are free.
    assert "8,500 of them for 08:00" in said
    assert "10,000 Stars on the balance and 10,000 monthly users" in said


def test_where_composing_is_slower_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bot.forecast, "COMPOSED_A_SECOND", 100.0)
    assert "composed in time" not in _said("--subscribers", "9000", "--rate", "100").output
    said = _said("--subscribers", "9000", "--rate", "200").output
    assert _row(said, "as it is")[-1] != _row(said, "composed in time")[-1]
    assert "One planner composes 100 digests a second" in said
    result = _said("--subscribers", "9000000", "--rate", "200")
    assert (result.exit_code, "composed at 104 a second" in result.output) == (1, True)


@pytest.mark.parametrize(
    ("subscribers", "words"),
    [
        ("3000000", "each day leaves 408,000 more, and digests come later and later. Send more than 34.7 a second"),
        ("90000000", "Telegram lets no bot send 1,042 a second"),
    ],
)
def test_what_does_not_fit_into_a_day(subscribers: str, words: str) -> None:
    result = _said("--subscribers", subscribers)
    assert result.exit_code == 1
    assert words in result.output


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--subscribers", "0"],
        ["--subscribers", "10", "--rate", "0"],
        ["--subscribers", "10", "--rate", "1001"],
        ["--subscribers", "10", "--busiest", "101"],
        ["--subscribers", "10", "--digests", "0.2"],
        ["--subscribers", "10", "--smear", "0"],
    ],
)
def test_what_cannot_be_is_refused(arguments: list[str]) -> None:
    assert _said(*arguments).exit_code == 2


def test_a_picture(tmp_path: Path) -> None:
    svg = tmp_path / "a.svg"
    assert _said("--subscribers", "5400", "--rate", "1", "--smear", "30", "--svg", str(svg)).exit_code == 0
    root = ElementTree.fromstring(svg.read_text("utf-8"))  # noqa: S314
    assert [one.tag for one in root.iter() if one.tag.endswith("polyline")] == [
        "{http://www.w3.org/2000/svg}polyline"
    ] * 3
    assert "last at 08:30" in "".join(root.itertext())


def test_a_picture_that_cannot_be_written(tmp_path: Path) -> None:
    result = _said("--subscribers", "10", "--svg", str(tmp_path / "none" / "a.svg"))
    assert result.exit_code == 1
    assert result.exception is None or isinstance(result.exception, SystemExit)


def test_lengths_of_time() -> None:
    assert [spell(minutes) for minutes in (0, 0.5, 1, 1.5, 9.99, 10, 59.4, 60, 61)] == [
        *("0 s", "30 s", "1 min", "1 min 30 s", "9 min 59 s", "10 min", "59 min", "1 h", "1 h 01 min"),
    ]
