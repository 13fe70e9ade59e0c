"""The bot's command lists by scope and language: https://core.telegram.org/bots/api#botcommandscope"""

import re
from typing import Any

from bot.sandbox.chats import Chat, Json
from bot.sandbox.errors import bad_request

_NAME = re.compile(r"[a-z0-9_]{1,32}")
LIMIT = 100
Scope = tuple[str, int | None, int | None]  # type, chat, person
DEFAULT: Scope = ("default", None, None)
_TYPES = ("default", "all_private_chats", "all_group_chats", "all_chat_administrators")


def parsed_scope(given: Any) -> Scope:
    if not given:
        return DEFAULT
    kind = given.get("type") if isinstance(given, dict) else None
    if kind in _TYPES:
        return kind, None, None
    if kind not in ("chat", "chat_administrators", "chat_member"):
        raise bad_request("can't parse BotCommandScope: unsupported type specified")
    try:
        chat = int(given["chat_id"])
        return kind, chat, int(given["user_id"]) if kind == "chat_member" else None
    except (KeyError, TypeError, ValueError):
        raise bad_request("can't parse BotCommandScope: chat not found") from None


def parsed_commands(given: Any) -> list[Json]:
    """Checks the list; the sentences are td's (td/telegram/BotCommand.cpp) and the server's constants."""
    if not isinstance(given, list):
        raise bad_request("can't parse commands JSON object: expected an Array of BotCommand")
    if len(given) > LIMIT:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    return [_command(one) for one in given]


def _command(given: Any) -> Json:
    if not isinstance(given, dict):
        raise bad_request("can't parse BotCommand: expected an Object")
    name = str(given.get("command", "")).removeprefix("/")
    description = str(given.get("description", "")).strip()
    if not name:
        raise bad_request("command name must be non-empty")
    if not _NAME.fullmatch(name):
        raise bad_request("BOT_COMMAND_INVALID")
    if not description:
        raise bad_request("command description must be non-empty")
    if len(description) > 256:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    return {"command": name, "description": description}


class Commands:
    def __init__(self) -> None:
        self._lists: dict[tuple[Scope, str], list[Json]] = {}

    def put(self, scope: Scope, language: str, commands: list[Json]) -> None:
        if commands:
            self._lists[scope, language] = commands
        else:
            self._lists.pop((scope, language), None)

    def get(self, scope: Scope, language: str) -> list[Json]:
        return self._lists.get((scope, language), [])

    def seen(self, chat: Chat, person: int, language: str) -> list[Json]:
        """What this person sees in this chat: the narrowest scope first, each with the language before without."""
        for scope in _seen_scopes(chat, person):
            for code in (language, ""):
                if found := self._lists.get((scope, code)):
                    return found
        return []


def _seen_scopes(chat: Chat, person: int) -> list[Scope]:
    if chat.kind == "private":
        return [("chat", chat.id, None), ("all_private_chats", None, None), DEFAULT]
    administrator = person in chat.administrators
    scopes: list[tuple[Scope, bool]] = [
        (("chat_member", chat.id, person), True),
        (("chat_administrators", chat.id, None), administrator),
        (("chat", chat.id, None), True),
        (("all_chat_administrators", None, None), administrator),
        (("all_group_chats", None, None), True),
        (DEFAULT, True),
    ]
    return [scope for scope, counts in scopes if counts]
