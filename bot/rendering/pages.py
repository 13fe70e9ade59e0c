"""What the pages of /settings have in common."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.category import Category
from bot.domain.message import Button, Message
from bot.domain.subscription import Subscription
from bot.rendering import figures
from bot.rendering.actions import OpenPage, Page
from bot.rendering.wording import LANGUAGES, _
from bot.storage.managers import Managed


@dataclass(frozen=True, slots=True)
class State:
    """What the pages tell of. `private`: whether they are shown in a private chat; `managed`: the chat that they are
    about, where it is another one; `saved`: how many articles the person of a private chat has saved; `stored`:
    whether anything is stored about the chat."""

    subscription: Subscription
    categories: Sequence[Category]
    now: datetime
    private: bool
    managed: Managed | None = None
    saved: int = 0
    stored: bool = False

    @property
    def language(self) -> str:
        """That is spoken with the chat, by its code."""
        return self.subscription.language if self.subscription.language in LANGUAGES else "en"

    @property
    def own(self) -> list[Category]:
        """The categories that are subscribed."""
        return [category for category in self.categories if category.slug in self.subscription.categories]


def leaf(text: str, rows: tuple[tuple[Button, ...], ...], *, back: Page = Page.TOP) -> Message:
    return Message(text=text, buttons=(*rows, (to(back, _("⬅️ Back")),)))


def to(page: Page, label: str, arg: str = "") -> Button:
    return OpenPage(page=page, arg=arg).button(label)


def clock(state: State) -> str:
    return figures.clock(state.now.astimezone(state.subscription.zone))
