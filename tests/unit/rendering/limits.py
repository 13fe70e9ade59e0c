"""What Telegram takes of a message, judged by the sandbox's own parsers."""

from collections import Counter

from bot.domain.message import Button, Message
from bot.sandbox.entities import legal, utf16_length
from bot.sandbox.html import parse_html
from bot.sandbox.keyboards import parsed_markup
from bot.sandbox.rich import parsed_rich
from bot.sandbox.texts import TEXT_LIMIT, formatted

MOST_UNITS = TEXT_LIMIT
#: https://core.telegram.org/bots/api#inputrichmessage
MOST_RICH = 32_768
#: More than this of raw text the server does not even look at (td: clean_input_string).
MOST_BYTES = 35_000
MOST_IN_A_ROW = 8
LONGEST_URL = 2048
#: What td takes for nothing at all.
INVISIBLE = " \t\n\0\v\f\u00a0\u200b\u2060\ufeff"
_OURS = frozenset({"bold", "italic", "text_link", "blockquote", "expandable_blockquote", "pre"})


def text_of(markup: str) -> str:
    return parse_html(markup)[0]


def check_rich(message: Message) -> None:
    if message.rich is not None:
        assert len(message.rich) <= MOST_RICH
        parsed_rich({"html": message.rich}, {})


def check(message: Message) -> None:
    for markup in (message.text, *message.more):
        _check_text(markup)
    keyboard = [[_button(button) for button in row] for row in message.buttons]
    parsed_markup({"inline_keyboard": keyboard} if keyboard else None)
    assert all(1 <= len(row) <= MOST_IN_A_ROW for row in keyboard)


def _check_text(markup: str) -> None:
    assert len(markup.encode()) <= MOST_BYTES
    text, shown = formatted(markup, "HTML", None, {})
    assert text.strip(INVISIBLE), "an empty message"
    assert utf16_length(text) <= MOST_UNITS
    assert all(len(entity.get("url", "")) <= LONGEST_URL for entity in shown)
    kept = Counter(entity["type"] for entity in shown if entity["type"] in _OURS)
    meant = Counter(entity.type for entity in legal(*parse_html(markup)))
    assert kept == meant, "more entities than Telegram shows"


def _button(button: Button) -> dict[str, str]:
    assert len(button.url or "") <= LONGEST_URL
    given = {"text": button.label, "callback_data": button.data, "url": button.url}
    return {name: value for name, value in given.items() if value is not None}
