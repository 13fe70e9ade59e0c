"""A digest of ten stories with three buttons, as the bot sends it and as Telegram gives it back."""

from typing import Any

import orjson

from bot.domain.message import Button, Message

_STORIES = 10
_TITLE = "Harbour council lets ships pay by their length from May"
_TEASER = (
    "After two nights of talks the council has decided that from May ships pay by their length, no longer by their "
    "load. Ferries are exempt, and small boats pay nothing at all."
)
_LABELS = ("📖 Read", "🔖 Save", "⚙ Settings")


def _pieces() -> list[tuple[str, str, str]]:
    """Kind of entity (or none), text, HTML."""
    pieces = [("bold", "Your digest", "<b>Your digest</b>")]
    for number in range(1, _STORIES + 1):
        address = f"https://news.example/2026/11/22/story-{number}"
        pieces += [
            ("", f"\n\n{number}. ", f"\n\n{number}. "),
            (address, _TITLE, f'<a href="{address}">{_TITLE}</a>'),
            ("", f"\n{_TEASER} ", f"\n{_TEASER} "),
            ("italic", "Reuters", "<i>Reuters</i>"),
        ]
    return pieces


def digest() -> Message:
    """Some 3 kB."""
    buttons = (tuple(Button(label=label, data=f"b:{number}") for number, label in enumerate(_LABELS)),)
    return Message(text="".join(html for _, _, html in _pieces()), buttons=buttons)


def tail() -> bytes:
    """The body of its sendMessage, but for `{"chat_id":…,` in front."""
    parameters = {
        "text": digest().text,
        "parse_mode": "HTML",
        "link_preview_options": {"is_disabled": True},
        "reply_markup": {"inline_keyboard": _keyboard()},
    }
    return orjson.dumps(parameters)[1:]


def echo(*, long: bool) -> bytes:
    """Telegram's answer, with a `%d` for the message's id and one for the chat's: 4 kB, or a tenth of it."""
    message: dict[str, Any] = {
        "message_id": "%d",
        "from": {"id": 4242, "is_bot": True, "first_name": "News", "username": "newsbot"},
        "chat": {"id": "%d", "first_name": "Rita", "username": "rita", "type": "private"},
        "date": 1795348800,
        "text": "Done.",
    }
    if long:
        message |= {"text": "", "entities": [], "reply_markup": {"inline_keyboard": _keyboard()}}
        for kind, text, _ in _pieces():
            if kind:
                entity = {"offset": len(message["text"]), "length": len(text), "type": kind}
                is_link = kind.startswith("https:")
                message["entities"].append(entity | ({"type": "text_link", "url": kind} if is_link else {}))
            message["text"] += text
    return orjson.dumps(message).replace(b'"%d"', b"%d")


def _keyboard() -> list[list[dict[str, str]]]:
    return [[{"text": label, "callback_data": f"b:{number}"} for number, label in enumerate(_LABELS)]]
