"""Questions on a phone: an answer, what is asked on, a refusal, and what is new."""

from pathlib import Path

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from tests.browser.page import Pane
from tests.browser.test_chat_page import READER, demo

pytestmark = pytest.mark.browser

__all__ = ["demo"]


async def test_asking_on_a_phone(browser: Chrome, demo: str, screenshots: Path) -> None:
    browser.set_window_size(390, 1000)
    browser.get(demo)
    reader = Pane(browser, READER, READER)
    reader.wait_for("News, when you want it.")
    browser.find_element(By.CSS_SELECTOR, "[aria-label='Dismiss the guide']").click()
    reader.write("Will the bridge be closed during the repairs?")
    reader.wait_for("Was this right?")
    browser.save_screenshot(str(screenshots / "asking.png"))
    reader.press("👍 Yes")
    reader.write("why?")
    reader.wait_for_button("📖 Read the article")
    reader.write("Which submarine won the chess final of Patagonia?")
    reader.wait_for("Nothing stored answers that.")
    reader.press("✉️ Ask the editors")
    reader.dismiss("The editors have it.")
    reader.wait_for_button("✓ The editors have it")
    reader.write("What's new on science?")
    reader.wait_for("New in Science")
    reader.wait_for_button("🌐 Look everywhere")
    assert not browser.execute_script("return document.documentElement.scrollWidth > innerWidth")
    assert browser.get_log("browser") == []  # type: ignore[no-untyped-call]
