"""Groups, channels and topics as people make and change them. Raises PersonError with a plain sentence."""

from typing import get_args

from bot.sandbox.chats import Chat, Json, Kind, Topic
from bot.sandbox.errors import PersonError
from bot.sandbox.messages import announce, bot_status, service
from bot.sandbox.people import known_chat, known_person
from bot.sandbox.state import State

_KINDS: dict[str, Kind] = {kind: kind for kind in get_args(Kind) if kind != "private"}


def new_group(state: State, given: Json) -> Chat:
    """A group with its owner, members and the bot; in a channel the bot is an administrator. One with a username is
    public."""
    title, kind = str(given.get("title") or "").strip(), _KINDS.get(given.get("kind") or "group")
    if not title or kind is None:
        raise PersonError("A group needs a title, and a kind out of " + ", ".join(_KINDS) + ".")
    forum = bool(given.get("forum"))
    if forum and kind == "channel":
        raise PersonError("A channel has no topics.")
    if forum:
        kind = "supergroup"
    owner = known_person(state, given.get("owner"))
    members = {known_person(state, one).id for one in given.get("members") or ()} | {owner.id}
    chat = Chat(
        state.new_group_id(kind),
        kind,
        title,
        username=given.get("username") or None,
        owner=owner.id,
        members=members,
        bot_status="left",
        is_forum=forum,
        started=True,
    )
    state.chats[chat.id] = chat
    administrator = kind == "channel" or bool(given.get("administrator"))
    bot_status(state, chat, "administrator" if administrator else "member", owner.user())
    return chat


def _group(state: State, number: int) -> Chat:
    chat = known_chat(state, number)
    if chat.kind == "private":
        raise PersonError("This is a private chat.")
    return chat


def add_member(state: State, number: int, given: Json) -> Chat:
    """Adds a person, or makes a member an administrator or one no more; `rights` are those that differ from all, such
    as {"can_post_messages": false}."""
    chat = _group(state, number)
    person = known_person(state, given.get("person"))
    if given.get("administrator"):
        chat.administrators.add(person.id)
    else:
        chat.administrators.discard(person.id)
    chat.rights[person.id] = given.get("rights") or {}
    if person.id not in chat.members:
        chat.members.add(person.id)
        if chat.kind != "channel":
            service(state, chat, {"new_chat_members": [person.user()]}, sender=person.user())
    announce(state, chat)
    return chat


def put_bot(state: State, number: int, given: Json) -> Chat:
    """Adds the bot, removes it, or makes it an administrator."""
    chat = _group(state, number)
    by = state.people[chat.owner].user() if chat.owner else state.bot_user()
    was_here = chat.bot_status in ("member", "administrator")
    here = bool(given.get("present", True))
    administrator = bool(given.get("administrator", chat.bot_status == "administrator"))
    status = ("administrator" if administrator else "member") if here else "kicked"
    if status != chat.bot_status:
        bot_status(state, chat, status, by)
    if chat.kind != "channel" and here != was_here:
        content = {"new_chat_members": [state.bot_user()]} if here else {"left_chat_member": state.bot_user()}
        service(state, chat, content, sender=by)
    return chat


def new_topic(state: State, number: int, given: Json) -> Json:
    """A topic's id is the id of the service message that began it."""
    chat = _group(state, number)
    name = str(given.get("name") or "").strip()
    if not chat.is_forum or not name:
        raise PersonError("A topic needs a name." if chat.is_forum else "This group has no topics.")
    thread = chat.last_id + 1
    chat.topics[thread] = Topic(thread, name)
    _in_topic(state, chat, thread, {"forum_topic_created": {"name": name, "icon_color": 7322096}})
    return {"message_thread_id": thread, "name": name}


def change_topic(state: State, number: int, thread: int, given: Json) -> Json:
    chat = _group(state, number)
    topic = chat.topics.get(thread)
    if topic is None:
        raise PersonError(f"There is no topic {thread} in this chat.", 404)
    closed = bool(given.get("closed"))
    if closed != topic.closed:
        topic.closed = closed
        _in_topic(state, chat, thread, {"forum_topic_closed" if closed else "forum_topic_reopened": {}})
    return {"message_thread_id": thread, "name": topic.name, "closed": closed}


def _in_topic(state: State, chat: Chat, thread: int, content: Json) -> None:
    owner = state.people[chat.owner].user() if chat.owner else None
    service(state, chat, {**content, "message_thread_id": thread, "is_topic_message": True}, sender=owner)
    announce(state, chat)


def migrate(state: State, number: int) -> Chat:
    """A basic group becomes a supergroup under a new id, as when somebody gives it a username."""
    old = _group(state, number)
    if old.kind != "group" or old.upgraded_to is not None:
        raise PersonError("Only a basic group can become a supergroup, and only once.")
    new = Chat(
        state.new_group_id("supergroup"),
        "supergroup",
        old.name,
        owner=old.owner,
        members=set(old.members),
        administrators=set(old.administrators),
        bot_status=old.bot_status,
        started=True,
    )
    state.chats[new.id] = new
    owner = state.people[old.owner].user() if old.owner else None
    service(state, old, {"migrate_to_chat_id": new.id}, sender=owner)
    service(state, new, {"migrate_from_chat_id": old.id}, sender=owner)
    old.upgraded_to = new.id
    announce(state, old)
    announce(state, new)
    return new
