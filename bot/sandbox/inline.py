"""Inline mode from a person's side: asking the bot from any chat and sending one of its results.

https://core.telegram.org/bots/api#inline-mode
"""

import asyncio

from bot.sandbox.chats import Chat, Json, Person, Query
from bot.sandbox.errors import PersonError
from bot.sandbox.messages import post
from bot.sandbox.people import known_chat, known_person, patient, place, writer
from bot.sandbox.state import State

WORDS_LIMIT = 256  # characters of a query


async def ask(state: State, given: Json) -> Json:
    """`chat_id` is the chat in which the person writes, of which the bot is told only the kind."""
    person = known_person(state, given.get("from"))
    if not state.bot["supports_inline_queries"]:
        raise PersonError("This bot has no inline mode.", 409)
    words, offset = str(given.get("query") or "")[:WORDS_LIMIT], str(given.get("offset") or "")
    answer = state.inline_answers.find(words, offset, person.id, state.now())
    if answer is None:
        future = asyncio.get_running_loop().create_future()
        query = Query(state.new_query_id(), person.id, state.now(), future, words=words, offset=offset)
        state.queries[query.id] = query
        content = {"id": query.id, "from": person.user(), "query": words, "offset": offset}
        state.updates.put("inline_query", {**content, **_kind(state, person, given)})
        answer = await patient(query)
    if answer is None:
        return {"results": None, "next_offset": ""}
    earlier = state.inline_results.get(person.id, []) if offset else []
    state.inline_results[person.id] = [*earlier, *answer["results"]]
    return answer


def _kind(state: State, person: Person, given: Json) -> Json:
    if given.get("chat_id") is None:
        return {}
    chat = known_chat(state, given["chat_id"])
    return {"chat_type": "sender" if chat.id == person.id else chat.kind}


def choose(state: State, chat: Chat, given: Json) -> Json:
    """Sends a result of the last answer in the person's name, via the bot."""
    person = writer(state, chat, given.get("from"))
    wanted = str(given.get("result_id"))
    results = state.inline_results.get(person.id, [])
    result = next((one for one in results if one["id"] == wanted), None)
    if result is None:
        raise PersonError(f"The bot did not offer the result {wanted}.", 404)
    reply, thread = place(chat, given)
    chat.started = True
    content: Json = {"via_bot": state.bot_user(), **result["message"]}
    message = post(state, chat, content, sender=person.user(), thread=thread, reply=reply)
    chosen: Json = {"result_id": wanted, "from": person.user(), "query": str(given.get("query") or "")}
    if "reply_markup" in message:
        inline_id = f"{chat.id}_{message['message_id']}"
        state.inline_messages[inline_id] = (chat.id, message["message_id"])
        chosen["inline_message_id"] = inline_id
    state.updates.put("chosen_inline_result", chosen)
    if chat.bot_status in ("member", "administrator") and chat.kind != "channel":
        state.updates.put("message", message)
    return message
