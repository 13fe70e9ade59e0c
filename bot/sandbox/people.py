"""What a person does in a chat: write, edit, delete, press, block. Raises PersonError with a plain sentence."""

import asyncio
from typing import Any

from bot.sandbox.chats import Chat, Json, Person, Query
from bot.sandbox.entities import utf16_length
from bot.sandbox.errors import ApiError, PersonError
from bot.sandbox.messages import announce, bot_member, carried, change, member, origin, post, put_below, remove
from bot.sandbox.sharing import shared_chat
from bot.sandbox.state import State
from bot.sandbox.texts import CAPTION_LIMIT, TEXT_LIMIT, formatted

PATIENCE = 10.0  # seconds for which a client shows that it waits for the bot's answer


def new_person(state: State, given: Json) -> Person:
    """A person and the private chat with the bot, in which nothing was said yet."""
    number = int(given.get("id") or state.new_person_id())
    if number in state.people or number == state.bot_id or number <= 0:
        raise PersonError(f"There is already somebody with the id {number}." if number > 0 else "Bad id.", 409)
    name = str(given.get("first_name") or "").strip()
    if not name:
        raise PersonError("A person needs a first_name.")
    person = Person(
        number, name, given.get("username") or None, given.get("language_code") or None, given.get("note") or None
    )
    state.people[number] = person
    chat = Chat(number, "private", name, username=person.username, members={number})
    state.chats[number] = chat
    state.events.publish("person", person=person.shown())
    announce(state, chat)
    return person


def known_person(state: State, given: Any) -> Person:
    person = state.people.get(int(given)) if str(given).lstrip("-").isdigit() else None
    if person is None:
        raise PersonError(f"There is no person {given}.", 404)
    return person


def present(state: State, chat: Chat, given: Any) -> Person:
    """The person acting, who must be in the chat."""
    person = known_person(state, given)
    if person.id not in chat.members:
        raise PersonError(f"{person.first_name} is not in this chat.", 403)
    if chat.upgraded_to is not None:
        raise PersonError(f"This group has become the supergroup {chat.upgraded_to}.", 409)
    return person


def writer(state: State, chat: Chat, given: Any) -> Person:
    """The person who writes, and may."""
    person = present(state, chat, given)
    if chat.blocked:
        raise PersonError("The bot is blocked here: unblock it first.", 409)
    if chat.kind == "channel" and not _may_post(member(state, chat, person.id)):
        raise PersonError("Only administrators write in a channel.", 403)
    return person


def say(state: State, chat: Chat, given: Json, file: Json | None = None) -> Json:
    """A person's message: text, a place (`location`), a chat that the bot asked for (`chat_shared`), or a file
    (`file` is its document or photo field) with a caption."""
    person = writer(state, chat, given.get("from"))
    content = _given(state, chat, person, given, file)
    forwarded = given.get("forward_from")
    if forwarded is not None:
        content = {**_forwarded(state, forwarded, content)}
    if not content:
        raise PersonError("A message needs a text.")
    reply, thread = place(chat, given)
    chat.started = True
    message = post(state, chat, content, sender=person.user(), thread=thread, reply=reply)
    if chat.below.get("one_time_keyboard"):
        put_below(state, chat, {})
    return {**message, "update_id": _tell(state, chat, message, person, edited=False)}


def _may_post(told: Json) -> bool:
    """In a channel; the owner's rights are not told one by one."""
    return bool(told.get("can_post_messages", told["status"] == "creator"))


def _given(state: State, chat: Chat, person: Person, given: Json, file: Json | None) -> Json:
    if given.get("location"):
        return _location(given["location"])
    if given.get("chat_shared"):
        return shared_chat(state, chat, person, given["chat_shared"])
    return _content(state, given, file)


def _location(given: Any) -> Json:
    """https://core.telegram.org/bots/api#location"""
    try:
        latitude, longitude = float(given["latitude"]), float(given["longitude"])
    except (KeyError, TypeError, ValueError):
        raise PersonError("A location has a latitude and a longitude.") from None
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise PersonError("There is no such place on Earth.")
    return {"location": {"latitude": latitude, "longitude": longitude}}


def _content(state: State, given: Json, file: Json | None) -> Json:
    field = "text" if file is None else "caption"
    raw = str(given.get(field) or "")
    try:
        text, entities = formatted(raw, "", given.get("entities"), state.people)
    except ApiError as refusal:
        raise PersonError(refusal.description) from None
    limit = TEXT_LIMIT if file is None else CAPTION_LIMIT
    if utf16_length(text) > limit:
        raise PersonError(f"A {field} has at most {limit} characters.")
    content: Json = {**(file or {})}
    if text:
        content[field] = text
        if entities:
            content["entities" if file is None else "caption_entities"] = entities
    return content


def _forwarded(state: State, given: Any, content: Json) -> Json:
    """A forward of {"chat_id", "message_id"} or of a whole Message; or own words put into the mouth of an id."""
    if isinstance(given, dict) and given.get("type"):
        return {"forward_origin": {"date": int(state.now()), **given}, **content}
    if isinstance(given, dict):
        place = known_chat(state, given.get("chat_id") or (given.get("chat") or {}).get("id"))
        message = known_message(place, given.get("message_id"))
        return {"forward_origin": origin(state, place, message), **carried(message)}
    told: Json = {"date": int(state.now())}
    chat = state.chats.get(int(given))
    if chat is not None and chat.kind == "channel":
        told = {"type": "channel", **told, "chat": chat.summary(), "message_id": 1}
    else:
        told = {"type": "user", **told, "sender_user": known_person(state, given).user()}
    return {"forward_origin": told, **content}


def place(chat: Chat, given: Json) -> tuple[Json | None, int | None]:
    """The message replied to, and the topic."""
    reply = known_message(chat, given["reply_to"]) if given.get("reply_to") else None
    thread = int(given.get("thread") or 0) or (reply or {}).get("message_thread_id")
    if thread is not None:
        topic = chat.topics.get(thread)
        if topic is None:
            raise PersonError(f"There is no topic {thread} in this chat.", 404)
        if topic.closed:
            raise PersonError(f"The topic {topic.name} is closed.", 409)
    return reply, thread


def _tell(state: State, chat: Chat, message: Json, person: Person, *, edited: bool) -> int | None:
    """Tells the bot of a message, if it may see it. In groups it has privacy mode, as bots have by default."""
    if not _bot_sees(state, chat, message):
        return None
    kind = "channel_post" if chat.kind == "channel" else "message"
    return state.updates.put(f"edited_{kind}" if edited else kind, message)


def _bot_sees(state: State, chat: Chat, message: Json) -> bool:
    """https://core.telegram.org/bots/features#privacy-mode, and a message that names the bot."""
    if chat.kind == "private" or chat.bot_status == "administrator":
        return True
    if chat.bot_status != "member":
        return False
    reply = message.get("reply_to_message")
    if reply is not None and reply["message_id"] in chat.own:
        return True
    if message.get("via_bot"):
        return True
    text = message.get("text") or message.get("caption") or ""
    name = "@" + state.bot["username"].lower()
    if name in text.lower():
        return True
    first = next(iter(message.get("entities") or message.get("caption_entities") or ()), None)
    command = first is not None and first["type"] == "bot_command" and first["offset"] == 0
    return first is not None and command and "@" not in text[: first["length"]]


def known_chat(state: State, given: Any) -> Chat:
    chat = state.chats.get(int(given)) if str(given).lstrip("-").isdigit() else None
    if chat is None:
        raise PersonError(f"There is no chat {given}.", 404)
    return chat


def known_message(chat: Chat, given: Any) -> Json:
    message = chat.messages.get(int(given)) if str(given).isdigit() else None
    if message is None:
        raise PersonError(f"There is no message {given} in this chat.", 404)
    return message


def edit(state: State, chat: Chat, number: int, given: Json) -> Json:
    person = present(state, chat, given.get("from"))
    message = _own(chat, number, person)
    field = "text" if "text" in message else "caption"
    content = _content(state, {**given, field: given.get("text")}, None if field == "text" else {})
    if field == "text" and not content:
        raise PersonError("A message needs a text.")
    changed = change(state, chat, message, content, dropped=(field, f"{field}_entities", "entities"))
    return {**changed, "update_id": _tell(state, chat, changed, person, edited=True)}


def delete(state: State, chat: Chat, number: int, given: Json) -> Json:
    """In a private chat a person deletes anything, for both; the bot is not told."""
    person = present(state, chat, given.get("from"))
    known_message(chat, number)
    if chat.kind != "private" and person.id not in chat.administrators | {chat.owner}:
        _own(chat, number, person)
    remove(state, chat, number)
    return {"deleted": True}


def _own(chat: Chat, number: int, person: Person) -> Json:
    message = known_message(chat, number)
    if message.get("from", {}).get("id", person.id) != person.id or number in chat.own:
        raise PersonError("This message is somebody else's.", 403)
    return message


async def press(state: State, chat: Chat, number: int, given: Json) -> Json:
    """Presses a button: any data may be sent, as a forged client could. Waits for the bot's answer."""
    person = present(state, chat, given.get("from"))
    message = known_message(chat, number)
    query = Query(
        state.new_query_id(),
        person.id,
        state.now(),
        asyncio.get_running_loop().create_future(),
        chat_id=chat.id,
        message_id=number,
    )
    state.queries[query.id] = query
    inline_id = f"{chat.id}_{number}"
    content = {
        "id": query.id,
        "from": person.user(),
        **({"inline_message_id": inline_id} if inline_id in state.inline_messages else {"message": message}),
        "chat_instance": str(chat.id),
        "data": str(given.get("data") or ""),
    }
    update = state.updates.put("callback_query", content)
    return {"answer": await patient(query), "update_id": update}


async def patient(query: Query) -> Json | None:
    """The bot's answer, or None when it does not come in time."""
    await asyncio.wait([query.answer], timeout=PATIENCE)
    if not query.answer.done() or query.answer.cancelled():
        return None
    return query.answer.result()


def block(state: State, chat: Chat, given: Json) -> Json:
    person = present(state, chat, given.get("from", chat.id))
    if chat.kind != "private":
        raise PersonError("Only in a private chat can the bot be blocked.")
    blocked = bool(given.get("blocked", True))
    if blocked != chat.blocked:
        chat.blocked = blocked
        old, new = ("member", "kicked") if blocked else ("kicked", "member")
        content = {
            "chat": chat.summary(),
            "from": person.user(),
            "date": int(state.now()),
            "old_chat_member": bot_member(state, old),
            "new_chat_member": bot_member(state, new),
        }
        state.updates.put("my_chat_member", content)
        announce(state, chat)
    return {"blocked": chat.blocked}
