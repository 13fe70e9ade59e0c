"""Answers to inline queries, with articles only: https://core.telegram.org/bots/api#answerinlinequery"""

import re
from typing import Any

from bot.sandbox.chats import Json
from bot.sandbox.entities import utf16_length
from bot.sandbox.errors import bad_request
from bot.sandbox.keyboards import parsed_markup
from bot.sandbox.methods.answering import asked_query, settle
from bot.sandbox.methods.method import Method, method
from bot.sandbox.parameters import Parameters
from bot.sandbox.state import State
from bot.sandbox.texts import TEXT_LIMIT, formatted

RESULT_LIMIT = 50  # results in one inline answer
OFFSET_LIMIT = 64  # bytes
CACHE_SECONDS = 300  # for which an answer is given again, if the bot does not say for how long
_START_PARAMETER = re.compile("[A-Za-z0-9_-]{1,64}")
_WEB = re.compile(r"https?://[^/\s]+", re.IGNORECASE)


def answer_inline_query(state: State, call: Parameters) -> bool:
    query = asked_query(state, call.text("inline_query_id"))
    results = call.decoded("results")
    if not isinstance(results, list):
        raise bad_request("can't parse inline query results JSON object")
    if len(results) > RESULT_LIMIT:
        raise bad_request("RESULTS_TOO_MUCH")
    parsed = [_result(state, given) for given in results]
    if len({result["id"] for result in parsed}) < len(parsed):
        raise bad_request("RESULT_ID_DUPLICATE")
    following = call.text("next_offset")
    if len(following.encode()) > OFFSET_LIMIT:
        raise bad_request("NEXT_OFFSET_INVALID")
    answer = {"results": parsed, "next_offset": following, **_button(call)}
    seconds = call.integer("cache_time", CACHE_SECONDS)
    state.inline_answers.keep(query, answer, state.now(), seconds=seconds, personal=call.boolean("is_personal"))
    settle(state, query, answer)
    return True


def _button(call: Parameters) -> Json:
    """https://core.telegram.org/bots/api#inlinequeryresultsbutton; here it opens the private chat."""
    if not call.has("button"):
        return {}
    given = call.decoded("button")
    if not isinstance(given, dict) or not given.get("text"):
        raise bad_request("can't parse inline query results button: Can't find field \"text\"")
    parameter = str(given.get("start_parameter") or "")
    if not _START_PARAMETER.fullmatch(parameter):
        raise bad_request("START_PARAM_INVALID" if parameter else "START_PARAM_EMPTY")
    return {"button": {"text": str(given["text"]), "start_parameter": parameter}}


def _result(state: State, given: Any) -> Json:
    """One InlineQueryResult with its message already made."""
    if not isinstance(given, dict) or given.get("type") != "article":
        raise bad_request("the sandbox supports inline query results of type article")
    number, title = str(given.get("id") or ""), str(given.get("title") or "")
    if not 1 <= len(number.encode()) <= 64:
        raise bad_request("RESULT_ID_INVALID")
    if not title.strip():
        raise bad_request("ARTICLE_TITLE_EMPTY")
    if given.get("thumbnail_url") and not _WEB.match(str(given["thumbnail_url"])):
        raise bad_request("WEBDOCUMENT_URL_INVALID")
    message = _message(state, given.get("input_message_content"))
    if markup := parsed_markup(given.get("reply_markup")):
        message["reply_markup"] = markup
    shown = {key: given[key] for key in ("description", "url", "thumbnail_url") if given.get(key)}
    return {"type": "article", "id": number, "title": title, **shown, "message": message}


def _message(state: State, content: Any) -> Json:
    """https://core.telegram.org/bots/api#inputtextmessagecontent"""
    if not isinstance(content, dict) or not content.get("message_text"):
        raise bad_request("message text is empty")
    text, entities = formatted(
        str(content["message_text"]), str(content.get("parse_mode") or ""), content.get("entities"), state.people
    )
    if not text or utf16_length(text) > TEXT_LIMIT:
        raise bad_request("message is too long" if text else "message text is empty")
    kept = {"entities": entities, "link_preview_options": content.get("link_preview_options")}
    return {"text": text, **{name: value for name, value in kept.items() if value}}


METHODS: tuple[Method, ...] = (
    method(
        "answerInlineQuery",
        answer_inline_query,
        "inline_query_id results cache_time is_personal next_offset button",
    ),
)
