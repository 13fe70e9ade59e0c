"""What Telegram's refusals mean for a delivery and for its chat.

https://core.telegram.org/bots/api#making-requests and #responseparameters; the words are those of
https://github.com/tdlib/telegram-bot-api/blob/master/telegram-bot-api/Client.cpp (check_chat_access,
check_message_topic, fail_query_with_error), which hands through in capitals,
as they are, those that it does not know.
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from telegram.error import RetryAfter

from bot.delivery.messenger import TokenRefused
from bot.domain.delivery import Cause, Flooded, Later, Moved, Outcome, Refused, Unreachable

_WAIT = re.compile(r"too many requests: retry after (\d+)")
#: When Telegram says neither in numbers nor in words how long.
_SHORT_WAIT = timedelta(seconds=1)

#: What is wrong with the message itself, whoever it goes to. Looked for first, since some repeat a part of it.
_TEXT_FAULTS = (
    "can't parse",
    "inline keyboard button",
    "message is too long",
    "message_too_long",
    "caption is too long",
    "message text is empty",
    "text must be non-empty",
    "must be encoded in utf-8",
    "message_empty",
    "entities_too_long",
    "entity_bounds_invalid",
    "reply markup is too long",
    "reply_markup_",
    "as reply markup",
    "button_",
    "parse_mode",
    "wrong http url",
    "url host is empty",
    "url_invalid",
    "unsupported url protocol",
    "failed to get http url content",
    "wrong type of the web page content",
    "webpage_",
)
_CAUSES: tuple[tuple[Cause, tuple[str, ...]], ...] = (
    (
        Cause.BLOCKED,
        ("bot was blocked", "user_is_blocked", "can't initiate conversation", "can't send messages to"),
    ),
    (Cause.DEACTIVATED, ("user is deactivated", "input_user_deactivated", "user_deactivated")),
    (
        Cause.REMOVED,
        (
            "bot was kicked",
            "is not a member",
            "chat was deleted",
            "chat was deactivated",
            "group chat was upgraded",
            "channel_private",
        ),
    ),
    (Cause.TOPIC_CLOSED, ("topic_closed",)),
    (Cause.TOPIC_GONE, ("topic_deleted", "topic_id_invalid", "message thread not found")),
    (Cause.NOT_FOUND, ("chat not found", "user not found", "peer_id_invalid", "chat_id_invalid", "channel_invalid")),
    (
        Cause.NO_RIGHTS,
        (
            "not enough rights",
            "no rights to",
            "no write access",
            "need administrator rights",
            "chat_write_forbidden",
            "chat_restricted",
            "chat_admin_required",
            "chat_guest_send_forbidden",
            "send_plain_forbidden",
            "user_banned_in_channel",
        ),
    ),
)
#: Not the message's fault nor the chat's: paid broadcasts without Stars to pay with.
_NO_STARS = "balance_too_low"
_NOTHING_LEFT = (
    "message is not modified",
    "message_not_modified",
    "message to edit not found",
    "message to delete not found",
    "message can't be deleted",
    "message_id_invalid",
)


def refusal(status: int, description: str, parameters: Mapping[str, Any]) -> Outcome:
    """Of an answer that is not ok. Raises TokenRefused; 404 says the same of a method that exists."""
    words = description.casefold()
    if status in (401, 404):
        raise TokenRefused(description)
    if wait := _asked(status, words, parameters):
        return Flooded(wait)
    if isinstance(chat_id := parameters.get("migrate_to_chat_id"), int):
        return Moved(chat_id)
    if status in (400, 403):
        return _of_chat(words, description, forbidden=status == 403)
    if status == 413:
        return Refused(description, for_all=True)
    return Later()


def _of_chat(words: str, description: str, *, forbidden: bool) -> Outcome:
    if any(phrase in words for phrase in _TEXT_FAULTS):
        return Refused(description, for_all=True)
    for cause, phrases in _CAUSES:
        if any(phrase in words for phrase in phrases):
            return Unreachable(cause)
    if _NO_STARS in words:
        return Later()
    # An unknown reason for 403 is one of the chat's, and of all causes this one is looked at again soonest.
    return Unreachable(Cause.NO_RIGHTS) if forbidden else Refused(description)


def _asked(status: int, words: str, parameters: Mapping[str, Any]) -> timedelta | None:
    seconds = parameters.get("retry_after")
    if isinstance(seconds, int | float) and seconds > 0:
        return timedelta(seconds=seconds)
    if said := _WAIT.search(words):
        return max(timedelta(seconds=int(said[1])), _SHORT_WAIT)
    return _SHORT_WAIT if status == 429 else None


def nothing_left(description: str) -> bool:
    """Whether an edit or a deletion was refused because it is done already, or what it was for is gone."""
    words = description.casefold()
    return any(phrase in words for phrase in _NOTHING_LEFT)


def asked_wait(error: RetryAfter) -> timedelta:
    """The SDK gives seconds or a timedelta, by its setting."""
    wait = error.retry_after
    return wait if isinstance(wait, timedelta) else timedelta(seconds=wait)
