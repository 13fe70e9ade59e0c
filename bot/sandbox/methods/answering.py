"""Answers to callback and inline queries. https://core.telegram.org/bots/api#answercallbackquery"""

from typing import Any

from bot.sandbox.chats import Json, Query
from bot.sandbox.entities import utf16_length
from bot.sandbox.errors import bad_request
from bot.sandbox.keyboards import parsed_markup
from bot.sandbox.methods.method import Method, method
from bot.sandbox.parameters import Parameters
from bot.sandbox.state import State
from bot.sandbox.texts import TEXT_LIMIT, formatted

ANSWER_SECONDS = 60.0  # after this long a query can no longer be answered
ANSWER_LIMIT = 200  # characters of a callback answer
RESULT_LIMIT = 50  # results in one inline answer


def answer_callback_query(state: State, call: Parameters) -> bool:
    query = _query(state, call.text("callback_query_id"))
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
    _settle(state, query, answer)
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


def answer_inline_query(state: State, call: Parameters) -> bool:
    query = _query(state, call.text("inline_query_id"))
    results = call.decoded("results")
    if not isinstance(results, list):
        raise bad_request("can't parse inline query results JSON object")
    if len(results) > RESULT_LIMIT:
        raise bad_request("RESULTS_TOO_MUCH")
    parsed = [_result(state, given) for given in results]
    if len({result["id"] for result in parsed}) < len(parsed):
        raise bad_request("RESULT_ID_DUPLICATE")
    if query.offset == "":
        state.inline_results[query.person] = []
    state.inline_results.setdefault(query.person, []).extend(parsed)
    _settle(state, query, {"results": parsed, "next_offset": call.text("next_offset")})
    return True


def _query(state: State, number: str) -> Query:
    query = state.queries.get(number)
    if query is not None and state.now() - query.made_at > ANSWER_SECONDS:
        query.answer.cancel()
        del state.queries[number]
        query = None
    if query is None:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    return query


def _settle(state: State, query: Query, answer: Json) -> None:
    del state.queries[query.id]
    if not query.answer.done():
        query.answer.set_result(answer)


def _result(state: State, given: Any) -> Json:
    """One InlineQueryResult with its message already made; only articles are known here."""
    if not isinstance(given, dict) or given.get("type") != "article":
        raise bad_request("the sandbox supports inline query results of type article")
    number, title = str(given.get("id") or ""), str(given.get("title") or "")
    if not 1 <= len(number.encode()) <= 64:
        raise bad_request("RESULT_ID_INVALID")
    if not title:
        raise bad_request("ARTICLE_TITLE_EMPTY")
    content = given.get("input_message_content")
    if not isinstance(content, dict) or not content.get("message_text"):
        raise bad_request("message text is empty")
    text, entities = formatted(
        str(content["message_text"]), str(content.get("parse_mode") or ""), content.get("entities"), state.people
    )
    if not text or utf16_length(text) > TEXT_LIMIT:
        raise bad_request("message is too long" if text else "message text is empty")
    message: Json = {"text": text}
    if entities:
        message["entities"] = entities
    if markup := parsed_markup(given.get("reply_markup")):
        message["reply_markup"] = markup
    shown = {key: given[key] for key in ("description", "url", "thumbnail_url") if given.get(key)}
    return {"type": "article", "id": number, "title": title, **shown, "message": message}


METHODS: tuple[Method, ...] = (
    method("answerCallbackQuery", answer_callback_query, "callback_query_id text show_alert url cache_time"),
    method(
        "answerInlineQuery",
        answer_inline_query,
        "inline_query_id results cache_time is_personal next_offset button switch_pm_text switch_pm_parameter",
    ),
)
