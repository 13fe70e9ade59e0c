"""What the bot tells of itself: getMe, commands, descriptions, menu button."""

from collections.abc import Callable
from typing import Any

from bot.sandbox.chats import Json
from bot.sandbox.commands import parsed_commands, parsed_scope
from bot.sandbox.errors import bad_request
from bot.sandbox.methods.method import Method, method
from bot.sandbox.parameters import Parameters
from bot.sandbox.state import State

# Characters, https://core.telegram.org/bots/api#setmyname and its neighbours.
_LIMITS = {"name": 64, "description": 512, "short_description": 120}


def get_me(state: State, call: Parameters) -> Json:
    return state.bot


def set_commands(state: State, call: Parameters) -> bool:
    commands = parsed_commands(call.decoded("commands"))
    state.commands.put(parsed_scope(call.decoded("scope")), call.text("language_code"), commands)
    state.events.publish("commands")
    return True


def get_commands(state: State, call: Parameters) -> list[Json]:
    return state.commands.get(parsed_scope(call.decoded("scope")), call.text("language_code"))


def delete_commands(state: State, call: Parameters) -> bool:
    state.commands.put(parsed_scope(call.decoded("scope")), call.text("language_code"), [])
    state.events.publish("commands")
    return True


def _setter(field: str) -> Callable[[State, Parameters], bool]:
    def run(state: State, call: Parameters) -> bool:
        text = call.text(field).strip()
        if len(text) > _LIMITS[field]:
            raise bad_request(f"{field.replace('_', ' ')} is too long")
        state.profile[field, call.text("language_code")] = text
        return True

    return run


def _getter(field: str) -> Callable[[State, Parameters], Json]:
    def run(state: State, call: Parameters) -> Json:
        language = call.text("language_code")
        default = state.bot["first_name"] if field == "name" else ""
        own = state.profile.get((field, language))
        return {field: own or state.profile.get((field, ""), "") or default}

    return run


def set_menu_button(state: State, call: Parameters) -> bool:
    button: Any = call.decoded("menu_button") or {"type": "default"}
    if not isinstance(button, dict) or button.get("type") not in ("commands", "web_app", "default"):
        raise bad_request("can't parse MenuButton: unsupported type specified")
    state.menu_buttons[call.integer("chat_id") or None] = button
    return True


def get_menu_button(state: State, call: Parameters) -> Json:
    default = state.menu_buttons.get(None, {"type": "commands"})
    button: Json = state.menu_buttons.get(call.integer("chat_id") or None, default)
    return button


def done(state: State, call: Parameters) -> bool:
    """logOut and close: there is no other server to move to."""
    return True


METHODS: tuple[Method, ...] = (
    method("getMe", get_me),
    method("setMyCommands", set_commands, "commands scope language_code"),
    method("getMyCommands", get_commands, "scope language_code"),
    method("deleteMyCommands", delete_commands, "scope language_code"),
    method("setMyName", _setter("name"), "name language_code"),
    method("getMyName", _getter("name"), "language_code"),
    method("setMyDescription", _setter("description"), "description language_code"),
    method("getMyDescription", _getter("description"), "language_code"),
    method("setMyShortDescription", _setter("short_description"), "short_description language_code"),
    method("getMyShortDescription", _getter("short_description"), "language_code"),
    method("setChatMenuButton", set_menu_button, "chat_id menu_button"),
    method("getChatMenuButton", get_menu_button, "chat_id"),
    method("logOut", done),
    method("close", done),
)
