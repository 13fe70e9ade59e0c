"""What the README says is so, and what is so stands in the README."""

from pathlib import Path

from telegram.ext import CommandHandler

from bot.cli import main
from bot.rendering.menus import EDITOR_COMMANDS, READER_COMMANDS, help_text
from bot.runner import Part
from config.settings import describe
from handlers import routes

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
    for line in README.splitlines():
        if line.startswith("!["):
            assert (Path(__file__).parent.parent / line.rpartition("(")[2].rstrip(")")).is_file()
