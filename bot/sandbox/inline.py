"""Inline mode from a person's side: asking the bot from any chat and sending one of its results."""

import asyncio

from bot.sandbox.chats import Chat, Json, Query
from bot.sandbox.errors import PersonError
from bot.sandbox.messages import post
from bot.sandbox.people import known_person, patient, present
from bot.sandbox.state import State


async def ask(state: State, given: Json) -> Json:
    person = known_person(state, given.get("from"))
    offset = str(given.get("offset") or "")
    query = Query(
        state.new_query_id(), person.id, state.now(), asyncio.get_running_loop().create_future(), offset=offset
    )
    state.queries[query.id] = query
    content = {"id": query.id, "from": person.user(), "query": str(given.get("query") or ""), "offset": offset}
    state.updates.put("inline_query", content)
    answer = await patient(query)
    return answer if answer is not None else {"results": None, "next_offset": ""}


def choose(state: State, chat: Chat, given: Json) -> Json:
    """Sends a result of the last answer in the person's name, via the bot."""
    person = present(state, chat, given.get("from"))
    wanted = str(given.get("result_id"))
    results = state.inline_results.get(person.id, [])
    result = next((one for one in results if one["id"] == wanted), None)
    if result is None:
        raise PersonError(f"The bot did not offer the result {wanted}.", 404)
    content: Json = {"via_bot": state.bot_user(), **result["message"]}
    message = post(state, chat, content, sender=person.user())
    chosen: Json = {"result_id": wanted, "from": person.user(), "query": str(given.get("query") or "")}
    if "reply_markup" in message:
        inline_id = f"{chat.id}_{message['message_id']}"
        state.inline_messages[inline_id] = (chat.id, message["message_id"])
        chosen["inline_message_id"] = inline_id
    state.updates.put("chosen_inline_result", chosen)
    if chat.bot_status in ("member", "administrator") and chat.kind != "channel":
        state.updates.put("message", message)
    return message
