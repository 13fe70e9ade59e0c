"""Entities that a caller gives with a text instead of markup; refusals in the words of Client.cpp and td."""

from collections.abc import Container
from typing import Any

from bot.sandbox.chats import Json
from bot.sandbox.entities import Entity, characters, sorted_entities, utf16_length
from bot.sandbox.errors import ApiError, bad_request
from bot.sandbox.links import LinkError, checked_link
from bot.sandbox.parameters import number

_DETECTED = frozenset({"mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number"})
_STYLES = frozenset(
    {
        "bold",
        "italic",
        "underline",
        "strikethrough",
        "spoiler",
        "blockquote",
        "expandable_blockquote",
        "code",
        "pre",
        "text_link",
        "text_mention",
        "custom_emoji",
    }
)


def explicit(text: str, given: Any, people: Container[int]) -> list[Entity]:
    """The entities of the list `given`, whose offsets are UTF-16 units; `people` are those known to the bot."""
    if not isinstance(given, list):
        raise bad_request("can't parse entities: Expected an Array of MessageEntity")
    found = [_entity(text, one, people) for one in given if _counts(one)]
    return sorted_entities(entity for entity in found if entity.start < entity.end)


def _counts(given: Any) -> bool:
    """Whether it is one to keep: links, commands and so on td finds itself. Raises ApiError for what is none."""
    if not isinstance(given, dict):
        raise _unparsable("expected an Object")
    if given.get("type") not in _STYLES | _DETECTED:
        raise _unparsable("Unsupported type specified")
    return given["type"] in _STYLES


def _entity(text: str, given: Json, people: Container[int]) -> Entity:
    offset, length = (number(_field(given, name), name) for name in ("offset", "length"))
    if offset < 0:
        raise bad_request(f"receive an entity with incorrect offset {offset}")
    if length < 0:
        raise bad_request(f"receive an entity with incorrect length {length}")
    size = utf16_length(text)
    if offset > size:
        raise bad_request(f"entity begins after the end of the text at UTF-16 offset {offset}")
    if offset + length > size:
        raise bad_request(
            f"entity beginning at UTF-16 offset {offset} "
            f"ends after the end of the text at UTF-16 offset {offset + length}"
        )
    start, end = characters(text, offset), characters(text, offset + length)
    return Entity(given["type"], start, end, _extra(given, people))


def _extra(given: Json, people: Container[int]) -> Json:
    kind = given["type"]
    if kind == "text_link":
        url = str(_field(given, "url"))
        try:
            return {"url": checked_link(url)}
        except LinkError as problem:
            raise bad_request(f"entity URL '{url}' is invalid: {problem}") from None
    if kind == "text_mention":
        user = _field(given, "user")
        if not isinstance(user, dict) or user.get("id") not in people:
            raise bad_request("user not found")
        return {"user": user["id"]}
    if kind == "custom_emoji":
        return {"custom_emoji_id": str(_field(given, "custom_emoji_id"))}
    return {"language": str(given["language"])} if kind == "pre" and given.get("language") else {}


def _field(given: Json, name: str) -> Any:
    if given.get(name) is None:
        raise _unparsable(f'Can\'t find field "{name}"')
    return given[name]


def _unparsable(reason: str) -> ApiError:
    return bad_request(f"can't parse MessageEntity: {reason}")
