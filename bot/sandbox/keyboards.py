"""Reply markup: what Telegram accepts as a keyboard, in a message (https://core.telegram.org/bots/api#inlinekeyboardmarkup)
or below the field that one writes in (#replykeyboardmarkup)."""

from typing import Any

import orjson

from bot.sandbox.chats import Json
from bot.sandbox.errors import ApiError, bad_request
from bot.sandbox.links import LinkError, checked_link

BUTTON_LIMIT = 100  # buttons in one keyboard
SIZE_LIMIT = 10_240  # bytes of JSON, about what the server refuses as too long
DATA_LIMIT = 64  # bytes of callback_data
_ACTIONS = frozenset(
    [
        "url",
        "callback_data",
        "web_app",
        "login_url",
        "switch_inline_query",
        "switch_inline_query_current_chat",
        "switch_inline_query_chosen_chat",
        "copy_text",
        "callback_game",
        "pay",
    ]
)
_CHAT_CRITERIA = (
    "request_id",
    "chat_is_channel",
    "user_administrator_rights",
    "bot_administrator_rights",
    "bot_is_member",
    "request_title",
    "request_username",
)
_BELOW_LOOKS = ("is_persistent", "resize_keyboard", "one_time_keyboard")
_LOOKS = ("icon_custom_emoji_id", "style")
_STYLES = ("danger", "success", "primary")


def parsed_markup(given: Any) -> Json | None:
    """The inline keyboard as the message will show it; None for none, and for the other kinds of markup."""
    if given is None or given == {}:
        return None
    if not isinstance(given, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" not in given:
        _check_other(given)
        return None
    rows = given["inline_keyboard"]
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request('field "inline_keyboard" must be of type Array')
    keyboard = [[_button(button) for button in row] for row in rows if row]
    if not keyboard:
        return None
    markup = {"inline_keyboard": keyboard}
    if sum(map(len, keyboard)) > BUTTON_LIMIT or len(orjson.dumps(markup)) > SIZE_LIMIT:
        raise bad_request("reply markup is too long")
    return markup


def _check_other(given: Json) -> None:
    if isinstance(given.get("keyboard"), list) or given.get("remove_keyboard") or given.get("force_reply"):
        return
    raise bad_request("can't parse reply keyboard markup JSON object")


def parsed_below(given: Any, kind: str) -> Json | None:
    """What the markup of a message for a chat of that kind makes of the keyboard below: {"keyboard": rows, …}, or
    {} where it takes it away; None where it leaves it. As at Telegram, it is no part of the message."""
    if not isinstance(given, dict) or not given.get("keyboard"):
        return {} if isinstance(given, dict) and given.get("remove_keyboard") else None
    rows = given["keyboard"]
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request("can't parse reply keyboard markup JSON object")
    keyboard = [[_below_button(button, kind) for button in row] for row in rows if row]
    looks = {name: True for name in _BELOW_LOOKS if given.get(name)}
    return {"keyboard": keyboard, **looks} if keyboard else None


def _below_button(given: Any, kind: str) -> Json:
    """https://core.telegram.org/bots/api#keyboardbutton; those that ask may ask for a location or a chat."""
    if isinstance(given, str):
        given = {"text": given}
    if not isinstance(given, dict) or not isinstance(given.get("text"), str):
        raise bad_request("can't parse keyboard button: Can't find field \"text\"")
    if not given["text"].strip():
        raise bad_request("keyboard button text must be non-empty")
    asked = next((name for name in ("request_location", "request_chat") if given.get(name)), None)
    if asked is None:
        return {"text": given["text"]}
    if kind != "private":
        what = "location" if asked == "request_location" else "chats"
        raise bad_request(f"{what} can be requested in private chats only")
    return {"text": given["text"], asked: True if asked == "request_location" else _asked_chat(given[asked])}


def _asked_chat(given: Any) -> Json:
    """https://core.telegram.org/bots/api#keyboardbuttonrequestchat"""
    if not isinstance(given, dict) or not isinstance(given.get("request_id"), int) or "chat_is_channel" not in given:
        raise bad_request("can't parse keyboard button request chat")
    return {name: given[name] for name in _CHAT_CRITERIA if given.get(name) is not None}


def _button(given: Any) -> Json:
    if not isinstance(given, dict):
        raise _unparsable("expected an Object")
    text = given.get("text")
    if not isinstance(text, str):
        raise _unparsable('Can\'t find field "text"')
    if not text.strip():
        raise bad_request("inline keyboard button text must be non-empty")
    actions = [name for name in _ACTIONS & given.keys() if given[name] is not None and _means(name, given[name])]
    if not actions:
        raise _unparsable("Text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        raise _unparsable("exactly one action is expected, found " + ", ".join(sorted(actions)))
    button: Json = {"text": text, actions[0]: _action(actions[0], given[actions[0]])}
    if given.get("style") not in (None, *_STYLES):
        raise _unparsable("invalid button style specified")
    button.update({name: given[name] for name in _LOOKS if given.get(name)})
    return button


def _means(name: str, value: Any) -> bool:
    """An empty text is no action, but for an inline query, which may be empty."""
    return value != "" or name.startswith("switch_inline_query")


def _action(name: str, value: Any) -> Any:
    if name == "callback_data":
        return _data(value)
    if name == "url":
        return _url(str(value))
    if name == "web_app":
        _check_web_app(str(value.get("url", "")) if isinstance(value, dict) else "")
    if name in ("pay", "callback_game"):
        raise bad_request("BUTTON_TYPE_INVALID")  # only for invoices and games, which are not sent here
    if name == "copy_text":
        text = value.get("text") if isinstance(value, dict) else None
        if not isinstance(text, str) or not 1 <= len(text) <= 256:
            raise bad_request("BUTTON_COPY_TEXT_INVALID")
    return value


def _data(value: Any) -> str:
    if not isinstance(value, str):
        raise _unparsable('Field "callback_data" must be of type String')
    if not 1 <= len(value.encode()) <= DATA_LIMIT:
        raise bad_request("BUTTON_DATA_INVALID")
    return value


def _url(value: str) -> str:
    try:
        return checked_link(value)
    except LinkError as problem:
        raise bad_request(f"inline keyboard button URL '{value}' is invalid: {problem}") from None


def _check_web_app(value: str) -> None:
    if not value.lower().startswith("https://"):
        raise bad_request(f"inline keyboard button Web App URL '{value}' is invalid: Only HTTPS links are allowed")


def _unparsable(reason: str) -> ApiError:
    return bad_request(f"can't parse inline keyboard button: {reason}")
