"""Answers to pressed buttons. https://core.telegram.org/bots/api#answercallbackquery"""

from bot.sandbox.chats import Json, Query
from bot.sandbox.entities import utf16_length
from bot.sandbox.errors import bad_request
from bot.sandbox.methods.method import Method, method
from bot.sandbox.parameters import Parameters
from bot.sandbox.state import State

ANSWER_SECONDS = 60.0  # after this long a query can no longer be answered
ANSWER_LIMIT = 200  # characters of a callback answer


def answer_callback_query(state: State, call: Parameters) -> bool:
    query = asked_query(state, call.text("callback_query_id"))
    text = call.text("text")
    if utf16_length(text) > ANSWER_LIMIT:
        raise bad_request("MESSAGE_TOO_LONG")
    answer: Json = {}
    if text:
        answer["text"] = text
    if call.boolean("show_alert"):
        answer["show_alert"] = True
    if url := call.text("url"):
        if not url.startswith(("https://t.me/", "tg://")):
            raise bad_request("URL_INVALID")
        answer["url"] = url
    settle(state, query, answer)
    state.events.publish(
        "callback_answer",
        query.chat_id,
        person=query.person,
        message_id=query.message_id,
        text=answer.get("text"),
        show_alert=answer.get("show_alert", False),
        url=answer.get("url"),
    )
    return True


def asked_query(state: State, number: str) -> Query:
    query = state.queries.get(number)
    if query is not None and state.now() - query.made_at > ANSWER_SECONDS:
        query.answer.cancel()
        del state.queries[number]
        query = None
    if query is None:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    return query


def settle(state: State, query: Query, answer: Json) -> None:
    del state.queries[query.id]
    if not query.answer.done():
        query.answer.set_result(answer)


METHODS: tuple[Method, ...] = (
    method("answerCallbackQuery", answer_callback_query, "callback_query_id text show_alert url cache_time"),
)
