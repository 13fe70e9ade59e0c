"""The chat page under a visitor's hands."""

from collections.abc import Callable

from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

_PATIENCE = 40


class Pane:
    """One person in one chat."""

    def __init__(self, browser: Chrome, chat_id: int, person_id: int) -> None:
        self._browser = browser
        self._place = f"[data-testid='pane-{chat_id}-{person_id}']"

    def messages(self) -> list[str]:
        return [element.text for element in self._find("message")]

    def wait_for(self, words: str, times: int = 1) -> None:
        self._until(lambda: sum(words in text for text in self.messages()) >= times, f"{words!r} to be said")

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

    def reply(self, text: str) -> None:
        """To the newest message."""
        (composer,) = self._find("composer")
        composer.send_keys(Keys.CONTROL + Keys.ARROW_UP + Keys.NULL)
        composer.send_keys(text, Keys.ENTER)

    def type(self, text: str) -> None:
        """Without sending it."""
        self.press_keys(text)

    def press_keys(self, keys: str) -> None:
        (composer,) = self._find("composer")
        composer.send_keys(keys)

    def wait_for_offer(self, words: str) -> None:
        """A line of what is offered in inline mode."""
        self._until(lambda: self._offer(words) is not None, f"an offer of {words!r}")

    def offer(self, words: str) -> WebElement:
        offer = self._offer(words)
        assert offer
        return offer

    def wait_for_offer_button(self, words: str) -> None:
        self._until(lambda: any(words in button.text for button in self._find("offer-button")), f"{words!r} above")

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

    def dismiss(self, words: str) -> None:
        """What the bot says over the whole page."""
        place = "[data-testid='alert'][open]"
        self._until(lambda: bool(self._browser.find_elements(By.CSS_SELECTOR, place)), f"{words!r} to be said aloud")
        alert = self._browser.find_element(By.CSS_SELECTOR, place)
        assert words in alert.text
        alert.find_element(By.CSS_SELECTOR, "button.primary").click()

    def attach(self, path: str) -> None:
        (picker,) = self._find("attach")
        picker.send_keys(path)

    def _button(self, label: str) -> WebElement | None:
        return next((button for button in reversed(self._find("button")) if label in button.text), None)

    def _offer(self, words: str) -> WebElement | None:
        offers = self._browser.find_elements(By.CSS_SELECTOR, f"{self._place} [data-testid='offers'] [role='option']")
        return next((offer for offer in offers if words in offer.text), None)

    def _find(self, name: str) -> list[WebElement]:
        return self._browser.find_elements(By.CSS_SELECTOR, f"{self._place} [data-testid='{name}']")

    def _until(self, true: Callable[[], bool], what: str) -> None:
        waiting = WebDriverWait(self._browser, _PATIENCE, 0.05, [StaleElementReferenceException])
        waiting.until(lambda _: true(), f"waited in vain for {what}")
