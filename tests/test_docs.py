"""What the README says is so, and what is so stands in the README."""

import re
from pathlib import Path

from telegram.ext import CommandHandler

from bot import capacity
from bot.cli import main
from bot.rendering.menus import EDITOR_COMMANDS, READER_COMMANDS, help_text
from bot.runner import Part
from config.settings import describe
from handlers import routes
from tests.capacity_report import DOCS, REPORT, rewritten

README = (Path(__file__).parent.parent / "README.md").read_text("utf-8")


def test_every_setting_is_documented() -> None:
    for name, default, _ in describe():
        (row,) = [line for line in README.splitlines() if line.startswith(f"| `{name}`")]
        assert default in row


def test_every_command_is_routed_documented_and_in_help() -> None:
    routed = {
        name for route in routes([1], "news_bot") if isinstance(route, CommandHandler) for name in route.commands
    }
    assert routed == {*READER_COMMANDS, *EDITOR_COMMANDS}
    for_all, for_editors = help_text(editor=False).text, help_text(editor=True).text
    for name in routed:
        assert f"`/{name}" in README
        assert f"/{name} " in for_editors
        assert (f"/{name} " in for_all) is (name in READER_COMMANDS)


def test_every_part_and_subcommand_is_documented() -> None:
    assert all(f"`{part}`" in README for part in Part)
    assert all(f"`newsbot {name}" in README for name in main.commands)


def test_pictures_are_there() -> None:
    for page in (DOCS.parent / "README.md", *DOCS.glob("*.md")):
        for picture in re.findall(r"^!\[[^]]*\]\((.+)\)$", page.read_text("utf-8"), re.MULTILINE):
            assert (page.parent / picture).is_file()


def test_the_report_on_capacity_is_what_the_command_says(tmp_path: Path) -> None:
    """`python -m tests.capacity_report` writes it anew."""
    report = REPORT.read_text("utf-8")
    assert rewritten(report, tmp_path) == report
    drawn = sorted(picture.name for picture in tmp_path.glob("*.svg"))
    assert drawn == ["capacity-1000.svg", "capacity-30.svg"]
    for name in drawn:
        assert (tmp_path / name).read_text("utf-8") == (DOCS / name).read_text("utf-8")


def test_the_report_on_capacity_quotes_its_figures() -> None:
    report = REPORT.read_text("utf-8")
    said = "\n".join(line for line in report.splitlines() if line.startswith("    "))
    figures = [words for words in re.findall(r"\*\*(.+?)\*\*", report) if words[0].isdigit()]
    assert figures
    assert all(words in said for words in figures)
    slow, fast = (
        tuple(1000 * cost for cost in pair) for pair in zip(capacity.DELIVERING, capacity.KEEPING, strict=True)
    )
    assert f"{slow[0]:.1f} + {slow[1]:.2f} ms at 30 a second, {fast[0]:.2f} + {fast[1]:.2f} ms at 1000" in report
    assert f"{1000 * capacity.COMPOSING:.2f} + {1000 * capacity.QUEUEING:.2f} ms" in report
    assert f"one planner composes {capacity.COMPOSED_A_SECOND:.0f} a second" in report
    assert f"{capacity.PAID_BALANCE:,} Stars on the balance, {capacity.PAID_USERS:,} monthly users" in report
