from datetime import timedelta
from typing import Any

import pytest
from telegram.error import RetryAfter

from bot.delivery.messenger import TokenRefused
from bot.domain.delivery import Cause, Flooded, Later, Moved, Outcome, Refused, Unreachable
from bot.telegram.refusals import asked_wait, nothing_left, refusal

LATER = Later()
UPGRADED = "Bad Request: group chat was upgraded to a supergroup chat"


def seconds(number: float) -> Flooded:
    return Flooded(timedelta(seconds=number))


@pytest.mark.parametrize(
    ("status", "words", "cause"),
    [
        (403, "Forbidden: bot was blocked by the user", Cause.BLOCKED),
        (403, "bot was blocked by the user", Cause.BLOCKED),
        (400, "Bad Request: USER_IS_BLOCKED", Cause.BLOCKED),
        (403, "Forbidden: bot can't initiate conversation with a user", Cause.BLOCKED),
        (403, "Forbidden: bot can't send messages to bots", Cause.BLOCKED),
        (403, "Forbidden: the bot can't send messages to the bot", Cause.BLOCKED),
        (403, "Forbidden: user is deactivated", Cause.DEACTIVATED),
        (400, "Bad Request: INPUT_USER_DEACTIVATED", Cause.DEACTIVATED),
        (403, "Forbidden: bot was kicked from the group chat", Cause.REMOVED),
        (403, "Forbidden: bot was kicked from the supergroup chat", Cause.REMOVED),
        (403, "Forbidden: bot was kicked from the channel chat", Cause.REMOVED),
        (403, "Forbidden: bot is not a member of the group chat", Cause.REMOVED),
        (403, "Forbidden: bot is not a member of the supergroup chat", Cause.REMOVED),
        (403, "Forbidden: bot is not a member of the channel chat", Cause.REMOVED),
        (403, "Forbidden: the group chat was deleted", Cause.REMOVED),
        (400, "Bad Request: group chat was deactivated", Cause.REMOVED),
        (400, "Bad Request: CHANNEL_PRIVATE", Cause.REMOVED),
        (400, UPGRADED, Cause.REMOVED),  # without saying into which
        (400, "Bad Request: chat not found", Cause.NOT_FOUND),
        (400, "CHAT NOT FOUND", Cause.NOT_FOUND),
        (400, "Bad Request: private chat not found", Cause.NOT_FOUND),
        (400, "Bad Request: PEER_ID_INVALID", Cause.NOT_FOUND),
        (400, "Bad Request: not enough rights to send text messages to the chat", Cause.NO_RIGHTS),
        (403, "Forbidden: not enough rights to send text messages to the chat", Cause.NO_RIGHTS),
        (400, "Bad Request: have no rights to send a message", Cause.NO_RIGHTS),
        (400, "Bad Request: need administrator rights in the channel chat", Cause.NO_RIGHTS),
        (400, "Bad Request: have no write access to the chat", Cause.NO_RIGHTS),
        (400, "Bad Request: CHAT_WRITE_FORBIDDEN", Cause.NO_RIGHTS),
        (403, "Forbidden: CHAT_WRITE_FORBIDDEN", Cause.NO_RIGHTS),
        (400, "Bad Request: CHAT_RESTRICTED", Cause.NO_RIGHTS),
        (400, "Bad Request: CHAT_SEND_PLAIN_FORBIDDEN", Cause.NO_RIGHTS),
        (400, "Bad Request: CHAT_ADMIN_REQUIRED", Cause.NO_RIGHTS),
        (403, "Forbidden: something that nobody has heard of", Cause.NO_RIGHTS),
        (400, "Bad Request: TOPIC_CLOSED", Cause.TOPIC_CLOSED),
        (400, "Bad Request: TOPIC_DELETED", Cause.TOPIC_GONE),
        (400, "Bad Request: message thread not found", Cause.TOPIC_GONE),
    ],
)
def test_what_is_wrong_with_a_chat(status: int, words: str, cause: Cause) -> None:
    assert refusal(status, words, {}) == Unreachable(cause)


@pytest.mark.parametrize(
    "words",
    [
        "can't parse entities: Can't find end tag corresponding to start tag \"b\"",
        'can\'t parse entities: Unsupported start tag "chat not found" at byte offset 0',
        "message is too long",
        "MESSAGE_TOO_LONG",
        "message caption is too long",
        "message text is empty",
        "text must be non-empty",
        "strings must be encoded in UTF-8",
        "BUTTON_DATA_INVALID",
        "BUTTON_URL_INVALID",
        "BUTTON_TYPE_INVALID",
        "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        "inline keyboard button URL 'topic_closed' is invalid: Wrong HTTP URL",
        "inline keyboard button text must be non-empty",
        "Wrong HTTP URL specified",
        "reply markup is too long",
        "object expected as reply markup",
        "unsupported parse_mode",
        "ENTITIES_TOO_LONG",
        "WEBPAGE_CURL_FAILED",
        "WEBPAGE_MEDIA_EMPTY",
        "Failed to get HTTP URL content",
        "wrong type of the web page content",
    ],
)
def test_what_is_wrong_with_the_message(words: str) -> None:
    for description in (words, f"Bad Request: {words}"):
        assert refusal(400, description, {}) == Refused(description, for_all=True)


@pytest.mark.parametrize(
    ("status", "words", "parameters", "outcome"),
    [
        (400, UPGRADED, {"migrate_to_chat_id": -1001}, Moved(-1001)),
        (429, "Too Many Requests: retry after 7", {"retry_after": 7}, seconds(7)),
        (429, "Too Many Requests: retry after 7", {}, seconds(7)),
        (429, "Too Many Requests: retry after 0", {"retry_after": 0}, seconds(1)),
        (429, "Too Many Requests", {"retry_after": "soon"}, seconds(1)),
        (500, "Too Many Requests: retry after 35", {}, seconds(35)),
        (400, "Bad Request: something new", {}, Refused("Bad Request: something new")),
        (400, "Bad Request: BALANCE_TOO_LOW", {}, LATER),
        (413, "Request Entity Too Large", {}, Refused("Request Entity Too Large", for_all=True)),
        (500, "Internal Server Error: chat not found", {}, LATER),
        (502, "Bad Gateway", {}, LATER),
        (503, "Service Unavailable", {}, LATER),
        (504, "Gateway Timeout", {}, LATER),
        (409, "Conflict: terminated by other getUpdates request", {}, LATER),
        (302, "Found", {}, LATER),
    ],
)
def test_other_refusals(status: int, words: str, parameters: dict[str, Any], outcome: Outcome) -> None:
    assert refusal(status, words, parameters) == outcome


@pytest.mark.parametrize("status", [401, 404])
def test_a_token_that_is_not_taken(status: int) -> None:
    with pytest.raises(TokenRefused):
        refusal(status, "Unauthorized", {})


@pytest.mark.parametrize(
    ("words", "nothing"),
    [
        ("Bad Request: message is not modified: specified new message content …", True),
        ("Bad Request: MESSAGE_NOT_MODIFIED", True),
        ("Bad Request: message to edit not found", True),
        ("Bad Request: message to delete not found", True),
        ("Bad Request: message can't be deleted for everyone", True),
        ("Bad Request: MESSAGE_ID_INVALID", True),
        ("Bad Request: message can't be edited", False),
        ("Bad Request: chat not found", False),
    ],
)
def test_nothing_left_to_do(words: str, nothing: bool) -> None:
    assert nothing_left(words) is nothing


@pytest.mark.parametrize("as_timedelta", ["0", "1"])
@pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")
def test_the_wait_that_the_sdk_tells(as_timedelta: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", as_timedelta)
    assert asked_wait(RetryAfter(3)) == timedelta(seconds=3)
