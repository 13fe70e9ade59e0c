"""What nothing answers reaches the editors, one reply makes it part of an article, and who asked is told."""

import pytest
from selenium.webdriver import Chrome

from tests.browser.page import Pane
from tests.browser.test_chat_page import EDITOR, READER, demo

pytestmark = pytest.mark.browser

__all__ = ["demo"]
QUESTION = "Which submarine won the chess final of Patagonia?"
REPLY = "None: there was no such final."


async def test_a_question_is_answered_by_an_editor(browser: Chrome, demo: str) -> None:
    browser.get(demo)
    reader, editor = Pane(browser, READER, READER), Pane(browser, EDITOR, EDITOR)
    reader.wait_for("News, when you want it.")
    reader.write(QUESTION)
    reader.wait_for("Nothing stored answers that.")
    reader.press("✉️ Ask the editors")
    reader.dismiss("The editors have it.")
    editor.wait_for_button("Publish")
    editor.write("/inbox")
    editor.wait_for(QUESTION)
    editor.press("1")
    editor.wait_for("Reply to this message with the answer")
    editor.wait_for_button("✅ 📎")
    editor.reply(REPLY)
    editor.wait_for("answers it from now on. 1 chat that asked is told now")
    reader.wait_for("The editors have answered:")
    assert [REPLY in text and QUESTION in text for text in reader.messages()].count(True) == 1
    reader.write(QUESTION.lower())
    reader.wait_for("Was this right?")
    assert REPLY in reader.messages()[-1]
    editor.write("/inbox")
    editor.wait_for("No question waits for an answer.")
    assert browser.get_log("browser") == []  # type: ignore[no-untyped-call]
