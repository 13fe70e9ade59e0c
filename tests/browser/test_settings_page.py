"""`/settings` on a phone: through every page and back, in one message."""

from pathlib import Path

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from tests.browser.page import Pane
from tests.browser.test_chat_page import READER, demo

pytestmark = pytest.mark.browser

__all__ = ["demo"]

PAGES = {
    "📂 Categories": "Tap a category",
    "🕗 Schedule": "write your own times",
    "🌍 Time zone": "Your time zone is",
    "🌙 Quiet hours": "No quiet hours",
    "⏸ Pause": "Not paused",
    "🔇 Muted words": "No words are muted",
    "🗞 Digests": "Your digests come as",
    "🗣 Language": "I speak English here",
    "📄 My data": "What is kept",
    "🗑 Forget me": "Delete everything",
    "🔖 Saved": "You have saved",
    "📣 Other chat": "administrator",
}


async def test_settings_on_a_phone(browser: Chrome, demo: str, screenshots: Path) -> None:
    browser.set_window_size(390, 1000)
    browser.get(demo)
    reader = Pane(browser, READER, READER)
    reader.wait_for("News, when you want it.")
    browser.find_element(By.CSS_SELECTOR, "[aria-label='Dismiss the guide']").click()
    reader.write("/subscribe policy science")
    reader.wait_for("Subscribed to Policy, Science")
    reader.write("/settings")
    reader.wait_for_button("✖️ Close")
    said = len(reader.messages())
    browser.save_screenshot(str(screenshots / "settings.png"))
    for label, words in PAGES.items():
        reader.press(label)
        reader.wait_for_button("⬅️ Back")
        assert words in reader.messages()[-1]
        assert not browser.execute_script("return document.documentElement.scrollWidth > innerWidth")
        reader.press("⬅️ Back")
        reader.wait_for_button("✖️ Close")
    reader.press("📣 Other chat")
    reader.press("📣 Choose a chat")
    reader.wait_for_button("⬅️ Back")
    reader.press_below("👥 A group")
    browser.find_element(By.XPATH, "//dialog//button[text()='Cancel']").click()
    reader.press("⬅️ Back")
    reader.press("🌙 Quiet hours")
    reader.press("22:00–07:00")
    reader.wait_for_button("🔴")
    browser.save_screenshot(str(screenshots / "settings-quiet.png"))
    reader.press("⬅️ Back")
    reader.press("✖️ Close")
    reader.wait_for("/settings opens this again")
    assert len(reader.messages()) == said + 1  # the one with the buttons below
    assert browser.get_log("browser") == []  # type: ignore[no-untyped-call]
