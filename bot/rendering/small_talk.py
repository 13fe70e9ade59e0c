"""What the bot says to hello, thanks and goodbye: shortly, and what one can do."""

from bot.domain.message import Button, Message
from bot.rendering.actions import OpenMenu
from bot.rendering.wording import _


def greeting() -> Message:
    text = _(
        "Hello! Ask me something in your own words: I answer with what stored articles say. "
        "Or choose below what comes to you."
    )
    return Message(text=text, buttons=(_latest_and_categories(), _settings_and_help()))


def gladly() -> Message:
    return Message(text=_("Gladly! Ask me more whenever you like."))


def farewell() -> Message:
    return Message(text=_("Goodbye! I am here whenever you have a question."))


def ask_me() -> Message:
    text = _("Ask me something in your own words, or see what is new:")
    return Message(text=text, buttons=(_latest_and_categories(), _settings_and_help()))


def _latest_and_categories() -> tuple[Button, ...]:
    return (
        OpenMenu(name="latest").button(_("📰 Latest")),
        OpenMenu(name="categories").button(_("📂 Categories")),
    )


def _settings_and_help() -> tuple[Button, ...]:
    return OpenMenu(name="settings").button(_("⚙️ Settings")), OpenMenu(name="help").button(_("❔ Help"))
