"""The languages that the bot speaks, to choose one."""

from babel import Locale

from bot.domain.message import Button, Message
from bot.rendering.actions import SetLanguage
from bot.rendering.figures import locale
from bot.rendering.keyboard import in_rows
from bot.rendering.markup import bold, escape, shorten
from bot.rendering.wording import LANGUAGES, _, language, spoken


def find_language(word: str) -> str | None:
    """The code for what someone wrote: a code, or a language's name in itself, in English or in what is spoken."""
    wanted = word.strip().casefold()
    names = {
        name.casefold(): code
        for code, own in LANGUAGES.items()
        for name in (own, Locale.parse(code).english_name, Locale.parse(code).get_display_name(locale()))
        if name
    }
    return names.get(wanted) or spoken(wanted)


def choose(held: str = "") -> Message:
    """`held`: the code of the one that is spoken with the chat that this is about; mostly what is spoken here."""
    text = _("I speak {language} here. Choose another language, or write its code, such as {example}:").format(
        language=bold(LANGUAGES[held or language()]), example=bold("/language de")
    )
    return Message(text=text, buttons=_buttons(held))


def no_such_language(word: str, held: str = "") -> Message:
    text = _("I do not speak “{word}” yet. These are the languages I know:").format(word=escape(shorten(word, 40)))
    return Message(text=text, buttons=_buttons(held))


def chosen(held: str = "") -> Message:
    text = _("From now on I speak {language} here. Articles stay in the language they were written in.")
    return Message(text=text.format(language=bold(LANGUAGES[held or language()])), buttons=_buttons(held))


def _buttons(held: str) -> tuple[tuple[Button, ...], ...]:
    buttons = [
        SetLanguage(language=code).button(("● " if code == (held or language()) else "") + name)
        for code, name in LANGUAGES.items()
    ]
    return in_rows(buttons)
