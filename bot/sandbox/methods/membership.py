"""Methods about chats and who is in them. https://core.telegram.org/bots/api#getchat"""

from bot.sandbox.access import asked_message, member_chat, writable_chat
from bot.sandbox.chats import Chat, Json
from bot.sandbox.errors import bad_request
from bot.sandbox.messages import announce, bot_status, member, service
from bot.sandbox.methods.method import Method, method
from bot.sandbox.parameters import Parameters
from bot.sandbox.state import State


def _chat(state: State, call: Parameters) -> Chat:
    return member_chat(state, call.values.get("chat_id"))


def get_chat(state: State, call: Parameters) -> Json:
    """ChatFullInfo: https://core.telegram.org/bots/api#chatfullinfo"""
    chat = _chat(state, call)
    told: Json = {
        **chat.summary(),
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(
            ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"),
            False,
        ),
    }
    if chat.kind in ("group", "supergroup"):
        told["permissions"] = {"can_send_messages": True, "can_send_documents": True, "can_send_photos": True}
    if chat.pinned in chat.messages:
        told["pinned_message"] = chat.messages[chat.pinned]
    return told


def get_member(state: State, call: Parameters) -> Json:
    chat = _chat(state, call)
    person = call.integer("user_id")
    if not person:
        raise bad_request("invalid user_id specified")
    if person != state.bot_id and person not in state.people:
        raise bad_request("user not found")
    return member(state, chat, person)


def get_administrators(state: State, call: Parameters) -> list[Json]:
    chat = _chat(state, call)
    if chat.kind == "private":
        raise bad_request("there are no administrators in the private chat")
    people = sorted(chat.administrators | ({chat.owner} if chat.owner else set()))
    told = [member(state, chat, person) for person in people]
    return [*told, member(state, chat, state.bot_id)] if chat.bot_status == "administrator" else told


def get_member_count(state: State, call: Parameters) -> int:
    chat = _chat(state, call)
    return len(chat.members) + 1


def leave_chat(state: State, call: Parameters) -> bool:
    chat = _chat(state, call)
    if chat.kind == "private":
        raise bad_request("chat member status can't be changed in private chats")
    bot_status(state, chat, "left", state.bot_user())
    service(state, chat, {"left_chat_member": state.bot_user()}, sender=state.bot_user())
    return True


def _check_pinning(chat: Chat) -> None:
    if chat.kind != "private" and chat.bot_status != "administrator":
        raise bad_request("not enough rights to manage pinned messages in the chat")


def pin(state: State, call: Parameters) -> bool:
    chat = writable_chat(state, call.values.get("chat_id"))
    message = asked_message(chat, call, "message to pin not found")
    _check_pinning(chat)
    if chat.pinned != message["message_id"]:
        chat.pinned = message["message_id"]
        service(state, chat, {"pinned_message": message}, sender=state.bot_user())
        announce(state, chat)
    return True


def unpin(state: State, call: Parameters) -> bool:
    chat = writable_chat(state, call.values.get("chat_id"))
    _check_pinning(chat)
    if call.has("message_id") and call.integer("message_id") != chat.pinned:
        raise bad_request("message to unpin not found")
    chat.pinned = None
    announce(state, chat)
    return True


def react(state: State, call: Parameters) -> bool:
    """The reaction is told to the page; the Bot API shows a bot no reactions inside messages."""
    chat = writable_chat(state, call.values.get("chat_id"))
    message = asked_message(chat, call, "message to react not found")
    reaction = call.decoded("reaction") or []
    if not isinstance(reaction, list) or len(reaction) > 1:
        raise bad_request("REACTIONS_TOO_MANY")
    state.events.publish("reaction", chat.id, message_id=message["message_id"], reaction=reaction)
    return True


METHODS: tuple[Method, ...] = (
    method("getChat", get_chat, "chat_id"),
    method("getChatMember", get_member, "chat_id user_id"),
    method("getChatAdministrators", get_administrators, "chat_id return_bots"),
    method("getChatMemberCount", get_member_count, "chat_id"),
    method("leaveChat", leave_chat, "chat_id"),
    method("pinChatMessage", pin, "chat_id message_id disable_notification business_connection_id"),
    method("unpinChatMessage", unpin, "chat_id message_id business_connection_id"),
    method("setMessageReaction", react, "chat_id message_id reaction is_big"),
)
