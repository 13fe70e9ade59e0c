"""A feed is added in the chat page, as a newcomer would: its articles come by themselves."""

from pathlib import Path

import pytest
from selenium.webdriver import Chrome

from tests.browser.page import Pane
from tests.browser.test_chat_page import EDITOR, READER, demo

pytestmark = pytest.mark.browser

__all__ = ["demo"]


async def test_a_feed_is_added_looked_at_and_removed(browser: Chrome, demo: str, screenshots: Path) -> None:
    browser.get(demo)
    reader, editor = Pane(browser, READER, READER), Pane(browser, EDITOR, EDITOR)
    reader.press("Sports")
    reader.wait_for_button("✅ Sports")
    editor.wait_for_button("Publish")
    editor.write(f"/addfeed {demo}/courier/sport sports")
    editor.wait_for("Its newest 3 articles are published,")
    reader.wait_for("Hill Run Is Shortened")
    editor.write("/feeds")
    editor.wait_for("2 feeds")
    editor.wait_for("articles a week")
    browser.save_screenshot(str(screenshots / "feeds.png"))
    editor.press("The Larkwick Courier: Sport")
    editor.press("🗑 Remove")
    editor.wait_for("Remove The Larkwick Courier: Sport?")
    editor.press("🗑 Remove")
    editor.wait_for("Removed: The Larkwick Courier: Sport")
    assert browser.get_log("browser") == []  # type: ignore[no-untyped-call]
