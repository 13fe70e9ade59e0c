"""Which chat a call means and whether the bot may write there, in the words of telegram-bot-api's Client.cpp."""

from typing import Any

from bot.sandbox.chats import Chat, Json
from bot.sandbox.errors import ApiError, bad_request, forbidden
from bot.sandbox.parameters import Parameters, number
from bot.sandbox.state import State


def known_chat(state: State, given: Any) -> Chat:
    """The chat by its id. Raises ApiError: not found, or upgraded to a supergroup."""
    if given in (None, ""):
        raise bad_request("chat_id is empty")
    try:
        chat = _public_chat(state, given) if str(given).startswith("@") else state.chats.get(int(given))
    except (TypeError, ValueError):
        chat = None
    if chat is None:
        raise bad_request("chat not found")
    if chat.upgraded_to is not None:
        raise ApiError(
            400,
            "Bad Request: group chat was upgraded to a supergroup chat",
            {"migrate_to_chat_id": chat.upgraded_to},
        )
    return chat


def _public_chat(state: State, given: str) -> Chat | None:
    """A group or channel by its @username."""
    name = given.removeprefix("@").lower()
    public = (chat for chat in state.chats.values() if chat.kind != "private")
    return next((chat for chat in public if (chat.username or "").lower() == name), None)


def member_chat(state: State, given: Any) -> Chat:
    """A chat of which the bot is a member."""
    chat = known_chat(state, given)
    if chat.bot_status == "kicked" and chat.kind != "private":
        raise forbidden(f"bot was kicked from the {chat.kind} chat")
    if chat.bot_status == "left":
        raise forbidden(f"bot is not a member of the {chat.kind} chat")
    return chat


def writable_chat(state: State, given: Any) -> Chat:
    """A chat in which the bot may write now."""
    chat = member_chat(state, given)
    if chat.blocked or chat.id in state.switches.blocked:
        raise forbidden("bot was blocked by the user")
    if chat.kind == "private" and not chat.started:
        raise forbidden("bot can't initiate conversation with a user")
    if chat.kind == "channel" and chat.bot_status != "administrator":
        raise bad_request("need administrator rights in the channel chat")
    return chat


def open_thread(chat: Chat, call: Parameters) -> int | None:
    """The topic to write in. Raises ApiError when there is none such, or it is closed."""
    thread = call.integer("message_thread_id")
    if not thread:
        return None
    topic = chat.topics.get(thread)
    if topic is None:
        raise bad_request("message thread not found")
    if topic.closed and chat.bot_status != "administrator":
        raise bad_request("TOPIC_CLOSED")
    return thread


def replied(state: State, chat: Chat, call: Parameters) -> Json | None:
    """The message replied to, from reply_parameters or the older reply_to_message_id."""
    given = call.decoded("reply_parameters")
    if given is not None and not isinstance(given, dict):
        raise bad_request("object expected as reply parameters")
    if given and not given.get("message_id"):
        raise bad_request('can\'t find field "message_id"')
    if not given:
        given = {
            "message_id": call.integer("reply_to_message_id"),
            "allow_sending_without_reply": call.boolean("allow_sending_without_reply"),
        }
    message_id = number(given.get("message_id") or 0, "message_id")
    if not message_id:
        return None
    place = known_chat(state, given["chat_id"]) if given.get("chat_id") else chat
    message = place.messages.get(message_id)
    if message is None and not given.get("allow_sending_without_reply"):
        raise bad_request("message to be replied not found")
    return message


def asked_message(chat: Chat, call: Parameters, missing: str, name: str = "message_id") -> Json:
    """The message that a call names; `missing` is the sentence when there is none."""
    if not call.has(name):
        raise bad_request("message identifier is not specified")
    message = chat.messages.get(call.integer(name))
    if message is None:
        raise bad_request(missing)
    return message
