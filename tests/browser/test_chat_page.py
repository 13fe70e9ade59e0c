"""A visitor's first minutes with the demo."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from tests.browser.page import Pane
from tests.process import newsbot

pytestmark = pytest.mark.browser

READER, EDITOR = 1001, 2001
ARTICLE = (Path(__file__).parent.parent / "data" / "article.txt").read_text("utf-8")


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncIterator[str]:
    """The address of a running demo's chat page."""
    demo = newsbot("demo", "--no-browser", "--port", "0", folder=tmp_path, until="chat page", web_port=0)
    async with demo as process:
        address = re.search(r"http://\S+", process.said[-1])
        assert address
        yield address[0]


async def test_first_minutes(browser: Chrome, demo: str, screenshots: Path) -> None:
    """Subscribe by button, publish as the editor, see the teaser come, press a question, read the answer."""
    browser.get(demo)
    reader, editor = Pane(browser, READER, READER), Pane(browser, EDITOR, EDITOR)
    reader.press("Science")
    reader.wait_for_button("✅ Science")
    editor.wait_for_button("Publish")
    editor.write(f"/post {ARTICLE}")
    editor.wait_for("Swifts of the Ambel Valley", times=2)  # also in the preview, above whose button there is another
    editor.press("Publish")
    editor.wait_for("Published")
    reader.wait_for("Swifts of the Ambel Valley")
    reader.press("Save")
    reader.wait_for_button("✓ Saved")
    reader.press("All questions (3)")
    reader.press("Why")
    reader.wait_for("The Linden Courier, ")
    browser.save_screenshot(str(screenshots / "chat-page.png"))
    assert browser.get_log("browser") == []  # type: ignore[no-untyped-call]


async def test_article_as_a_file(browser: Chrome, demo: str, tmp_path: Path) -> None:
    browser.get(demo)
    editor = Pane(browser, EDITOR, EDITOR)
    editor.wait_for_button("Publish")
    path = tmp_path / "swifts.txt"
    path.write_text(ARTICLE, "utf-8")
    editor.attach(str(path))
    editor.write("/post")
    editor.wait_for("Swifts of the Ambel Valley")


async def test_on_a_phone(browser: Chrome, demo: str, screenshots: Path) -> None:
    browser.set_window_size(360, 740)
    browser.get(demo)
    Pane(browser, READER, READER).wait_for("News, when you want it.")
    wide = browser.execute_script("return document.documentElement.scrollWidth > innerWidth")
    assert not wide
    browser.save_screenshot(str(screenshots / "phone.png"))


async def test_a_location_is_shared(browser: Chrome, demo: str) -> None:
    browser.set_window_size(360, 740)
    browser.get(demo)
    reader = Pane(browser, READER, READER)
    reader.wait_for("News, when you want it.")
    reader.write("/timezone")
    reader.press("Share my location")
    reader.press_below("📍 Share my location")
    reader.choose("Kathmandu")
    reader.wait_for("📍 27.717, 85.324")
    reader.wait_for("Time zone: Asia/Kat")
    assert not browser.find_elements(By.CSS_SELECTOR, "[data-testid='below']")


async def test_new_reader_starts_with_a_button(browser: Chrome, demo: str) -> None:
    browser.get(demo)
    browser.find_element(By.CSS_SELECTOR, "[data-testid='new-reader']").click()
    browser.switch_to.active_element.send_keys("Nora\n")
    WebDriverWait(browser, 10).until(lambda _: len(_panes(browser)) == 3)
    chat_id = max(_panes(browser))
    Pane(browser, chat_id, chat_id).start()
    Pane(browser, chat_id, chat_id).wait_for_button("➕ Policy")


def _panes(browser: Chrome) -> list[int]:
    """The chats that are open."""
    panes = browser.find_elements(
        By.CSS_SELECTOR, "[data-testid^='pane-'][role='region'], section[data-testid^='pane-']"
    )
    return [int(str(pane.get_attribute("data-testid")).split("-")[1]) for pane in panes]
