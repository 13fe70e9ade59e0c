"""What Telegram takes of a message, judged by the sandbox's own parsers."""

from bot.domain.message import Message
from bot.sandbox.entities import utf16_length
from bot.sandbox.html import parse_html
from bot.sandbox.rich import parsed_rich

#: https://core.telegram.org/bots/api#sendmessage, #inlinekeyboardbutton, #inputrichmessage
MOST_UNITS = 4096
MOST_DATA = 64
MOST_RICH = 32_768
#: More than this of raw text the server does not even look at (td: clean_input_string).
MOST_BYTES = 35_000


def text_of(markup: str) -> str:
    return parse_html(markup)[0]


def check_rich(message: Message) -> None:
    if message.rich is not None:
        assert len(message.rich) <= MOST_RICH
        parsed_rich({"html": message.rich}, {})


def check(message: Message) -> None:
    for markup in (message.text, *message.more):
        text = text_of(markup)
        assert text.strip(), "an empty message"
        assert utf16_length(text) <= MOST_UNITS
        assert len(markup.encode()) <= MOST_BYTES
    for button in (button for row in message.buttons for button in row):
        assert button.label
        assert (button.data is None) is not (button.url is None)
        assert 1 <= len((button.data or "x").encode()) <= MOST_DATA
