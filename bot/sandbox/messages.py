"""How messages come to be in a chat, change and go, and how both faces hear of it."""

from bot.sandbox.chats import Chat, Json
from bot.sandbox.state import State


def post(
    state: State,
    chat: Chat,
    content: Json,
    *,
    sender: Json | None,
    by_bot: bool = False,
    thread: int | None = None,
    reply: Json | None = None,
) -> Json:
    """Adds a message to the chat; `sender` is its User, or None for a post in the name of a channel."""
    chat.last_id += 1
    number = chat.last_id
    message: Json = {"message_id": number}
    if chat.kind == "channel":
        message["sender_chat"] = chat.summary()
    elif sender is not None:
        message["from"] = sender
    message["chat"] = chat.summary()
    message["date"] = int(state.now())
    if thread is not None:
        message["message_thread_id"] = thread
        message["is_topic_message"] = True
    if reply is not None:
        message["reply_to_message"] = {key: value for key, value in reply.items() if key != "reply_to_message"}
    message.update(content)
    chat.messages[number] = message
    if by_bot:
        chat.own.add(number)
    state.events.publish("message", chat.id, message=message, by_bot=by_bot)
    return message


def change(state: State, chat: Chat, message: Json, content: Json, *, dropped: tuple[str, ...] = ()) -> Json:
    """Puts an edited message in the place of the old one, which stays as it was for those who hold it."""
    changed = {key: value for key, value in message.items() if key not in dropped}
    changed.update(content)
    changed["edit_date"] = int(state.now())
    chat.messages[message["message_id"]] = changed
    by_bot = message["message_id"] in chat.own
    state.events.publish("edited", chat.id, message=changed, by_bot=by_bot)
    return changed


def remove(state: State, chat: Chat, number: int) -> None:
    del chat.messages[number]
    if chat.pinned == number:
        chat.pinned = None
    state.events.publish("deleted", chat.id, message_id=number)


def origin(state: State, chat: Chat, message: Json) -> Json:
    """MessageOrigin of a forwarded message; an already forwarded one keeps its first origin."""
    if "forward_origin" in message:
        return dict(message["forward_origin"])
    told: Json = {"date": message["date"]}
    if chat.kind == "channel":
        return {"type": "channel", **told, "chat": chat.summary(), "message_id": message["message_id"]}
    return {"type": "user", **told, "sender_user": message["from"]}


def carried(message: Json) -> Json:
    """The content that a forward or a copy takes along."""
    names = ("text", "entities", "caption", "caption_entities", "document", "photo", "location", "rich_message")
    return {name: message[name] for name in names if name in message}


def service(state: State, chat: Chat, content: Json, *, sender: Json | None = None) -> Json:
    """A service message ("… joined the group"), told to the bot as an update."""
    message = post(state, chat, content, sender=sender)
    if chat.bot_status in ("member", "administrator"):
        state.updates.put("channel_post" if chat.kind == "channel" else "message", message)
    return message


def announce(state: State, chat: Chat) -> None:
    """Tells the page that the chat itself changed."""
    state.events.publish("chat", chat.id, chat=chat.overview())


def put_below(state: State, chat: Chat, below: Json) -> None:
    """The keyboard below the field that one writes in, see keyboards.parsed_below; here all in the chat have one."""
    if below != chat.below:
        chat.below = below
        announce(state, chat)


def member(state: State, chat: Chat, person: int) -> Json:
    """ChatMember: https://core.telegram.org/bots/api#chatmember"""
    if person == state.bot_id:
        return bot_member(state, chat.bot_status)
    user = state.people[person].user()
    if person == chat.owner:
        return {"user": user, "status": "creator", "is_anonymous": False}
    if person in chat.administrators:
        return {"user": user, "status": "administrator", **rights(chat.kind), **chat.rights.get(person, {})}
    return {"user": user, "status": "member" if person in chat.members else "left"}


def bot_member(state: State, status: str, kind: str = "supergroup") -> Json:
    told: Json = {"user": state.bot_user(), "status": status}
    if status == "administrator":
        told.update(rights(kind))
    elif status == "kicked":
        told["until_date"] = 0
    return told


def rights(kind: str) -> Json:
    """All the rights that ChatMemberAdministrator must tell, each given but anonymity."""
    given: Json = dict.fromkeys(
        [
            "can_be_edited",
            "can_manage_chat",
            "can_delete_messages",
            "can_manage_video_chats",
            "can_restrict_members",
            "can_promote_members",
            "can_change_info",
            "can_invite_users",
            "can_post_stories",
            "can_edit_stories",
            "can_delete_stories",
        ],
        True,
    )
    given["is_anonymous"] = False
    extra: tuple[str, ...] = ("can_pin_messages", "can_manage_topics")
    if kind == "channel":
        extra = ("can_post_messages", "can_edit_messages")
    given.update(dict.fromkeys(extra, True))
    return given


def bot_status(state: State, chat: Chat, status: str, by: Json) -> None:
    """Changes the bot's membership and tells it: the update my_chat_member."""
    old, chat.bot_status = chat.bot_status, status
    state.updates.put(
        "my_chat_member",
        {
            "chat": chat.summary(),
            "from": by,
            "date": int(state.now()),
            "old_chat_member": bot_member(state, old, chat.kind),
            "new_chat_member": bot_member(state, status, chat.kind),
        },
    )
    announce(state, chat)
