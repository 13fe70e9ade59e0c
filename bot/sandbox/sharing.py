"""The chat that a person chooses after pressing a button that asks for one.

https://core.telegram.org/bots/api#keyboardbuttonrequestchat
"""

from typing import Any

from bot.sandbox.chats import Chat, Json, Person
from bot.sandbox.errors import PersonError
from bot.sandbox.messages import bot_status, member
from bot.sandbox.state import State

_THERE = ("creator", "administrator")


def shared_chat(state: State, place: Chat, person: Person, given: Any) -> Json:
    """The content of the message in `place` that tells the bot which chat was chosen. As Telegram's apps do, a bot
    that must be there is added by it. Raises PersonError for a chat that does not suit."""
    asked = _asked(place, int(given["request_id"]))
    chosen = state.chats.get(int(given["chat_id"]))
    if chosen is None or chosen.kind == "private" or (chosen.kind == "channel") is not bool(asked["chat_is_channel"]):
        raise PersonError("That is no such chat as the bot asks for.")
    told = member(state, chosen, person.id)
    if not _has(told, asked.get("user_administrator_rights")):
        raise PersonError(f"{person.first_name} has not the rights in {chosen.name} that the bot asks for.", 403)
    _add_bot(state, chosen, told, asked)
    content: Json = {"request_id": asked["request_id"], "chat_id": chosen.id}
    if asked.get("request_title"):
        content["title"] = chosen.name
    if asked.get("request_username") and chosen.username:
        content["username"] = chosen.username
    return {"chat_shared": content}


def _asked(place: Chat, request_id: int) -> Json:
    buttons = [
        button["request_chat"]
        for row in place.below.get("keyboard", ())
        for button in row
        if "request_chat" in button
    ]
    asked = next((one for one in buttons if one["request_id"] == request_id), None)
    if asked is None:
        raise PersonError("The bot does not ask for a chat.")
    return dict(asked)


def _has(told: Json, rights: Json | None) -> bool:
    """The owner has every right."""
    if rights is None or told["status"] == "creator":
        return told["status"] not in ("left", "kicked")
    return told["status"] == "administrator" and all(told.get(name) for name, wanted in rights.items() if wanted)


def _add_bot(state: State, chosen: Chat, told: Json, asked: Json) -> None:
    status = (
        "administrator" if asked.get("bot_administrator_rights") else "member" if asked.get("bot_is_member") else ""
    )
    enough = ("administrator",) if status == "administrator" else ("administrator", "member")
    if not status or chosen.bot_status in enough:
        return
    if told["status"] not in _THERE:
        raise PersonError(f"Only an administrator of {chosen.name} can add the bot to it.", 403)
    bot_status(state, chosen, status, told["user"])
