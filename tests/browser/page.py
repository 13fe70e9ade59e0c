"""The chat page under a visitor's hands."""

from collections.abc import Callable

from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

_PATIENCE = 10


class Pane:
    """One person in one chat."""

    def __init__(self, browser: Chrome, chat_id: int, person_id: int) -> None:
        self._browser = browser
        self._place = f"[data-testid='pane-{chat_id}-{person_id}']"

    def messages(self) -> list[str]:
        return [element.text for element in self._find("message")]

    def wait_for(self, words: str) -> None:
        self._until(lambda: any(words in text for text in self.messages()), f"{words!r} to be said")

    def press(self, label: str) -> None:
        """The newest button with that label."""
        self._until(lambda: self._button(label) is not None, f"a button {label!r}")
        button = self._button(label)
        assert button
        self._browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", button)
        button.click()

    def wait_for_button(self, label: str) -> None:
        self._until(lambda: self._button(label) is not None, f"a button {label!r}")

    def write(self, text: str) -> None:
        (composer,) = self._find("composer")
        for line in text.split("\n"):
            composer.send_keys(line, Keys.SHIFT + Keys.ENTER + Keys.NULL)
        composer.send_keys(Keys.BACKSPACE, Keys.ENTER)

    def start(self) -> None:
        (start,) = self._find("start")
        start.click()

    def press_below(self, label: str) -> None:
        """A button below the field that one writes in."""
        self._until(lambda: any(button.text == label for button in self._find("below")), f"{label!r} below")
        next(button for button in self._find("below") if button.text == label).click()

    def choose(self, label: str) -> None:
        """One of the things that a dialog offers."""
        choices = self._browser.find_elements(By.CSS_SELECTOR, "dialog[open] .choice")
        next(choice for choice in choices if choice.text == label).click()

    def attach(self, path: str) -> None:
        (picker,) = self._find("attach")
        picker.send_keys(path)

    def _button(self, label: str) -> WebElement | None:
        return next((button for button in reversed(self._find("button")) if label in button.text), None)

    def _find(self, name: str) -> list[WebElement]:
        return self._browser.find_elements(By.CSS_SELECTOR, f"{self._place} [data-testid='{name}']")

    def _until(self, true: Callable[[], bool], what: str) -> None:
        waiting = WebDriverWait(self._browser, _PATIENCE, 0.05, [StaleElementReferenceException])
        waiting.until(lambda _: true(), f"waited in vain for {what}")
