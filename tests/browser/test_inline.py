"""Inline mode in the chat page: what the bot offers is shown while one types, and sent with a tap."""

from pathlib import Path

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from tests.browser.page import Pane
from tests.browser.test_chat_page import EDITOR, READER, demo

pytestmark = pytest.mark.browser

__all__ = ["demo"]


async def test_an_answer_is_found_and_sent_while_one_types(browser: Chrome, demo: str, screenshots: Path) -> None:
    browser.set_window_size(390, 860)
    browser.get(demo)
    reader = Pane(browser, READER, READER)
    reader.wait_for("News, when you want it.")
    browser.find_element(By.CSS_SELECTOR, "[aria-label='Dismiss the guide']").click()
    reader.type("@demo")
    reader.wait_for_offer("@demo_news_bot")
    reader.offer("@demo_news_bot").click()
    reader.wait_for_offer("Loaf & Bun")
    reader.type("who saw the comet first")
    reader.wait_for_offer("Answer: Who saw the comet first?")
    assert not browser.execute_script("return document.documentElement.scrollWidth > innerWidth")
    browser.save_screenshot(str(screenshots / "inline.png"))
    reader.offer("Answer: Who saw the comet first?").click()
    reader.wait_for("via @demo_news_bot")
    reader.press("Read and ask")
    reader.wait_for("Two Nights Ahead of Forecast")
    reader.type("@demo_news_bot zzzz")
    reader.wait_for_offer_button("Nothing found")
    assert browser.get_log("browser") == []  # type: ignore[no-untyped-call]


async def test_enter_says_what_is_written_unless_a_line_is_chosen(browser: Chrome, demo: str) -> None:
    browser.get(demo)
    editor = Pane(browser, EDITOR, EDITOR)
    editor.wait_for_button("Publish")
    editor.type("@demo_news_bot ferry")
    editor.wait_for_offer("Ferry")
    said = len(editor.messages())
    editor.press_keys("\ue015\ue007")  # down, enter
    editor.wait_for("via @demo_news_bot")
    assert len(editor.messages()) == said + 1
    editor.type("@demo_news_bot who pays for the new ferries?")
    editor.wait_for_offer("Answer")
    editor.press_keys("\ue007")
    editor.wait_for("@demo_news_bot who pays for the new ferries?")
