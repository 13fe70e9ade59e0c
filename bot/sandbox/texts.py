"""What becomes of a text on its way into a message: parsed, cleaned, trimmed, its entities put in order."""

import re
from collections.abc import Mapping
from typing import Any

from bot.sandbox.chats import Json, Person
from bot.sandbox.entities import Entity, detected, legal, shown, sorted_entities
from bot.sandbox.errors import bad_request
from bot.sandbox.explicit import explicit
from bot.sandbox.html import parse_html

TEXT_LIMIT = 4096  # UTF-16 units after parsing; https://core.telegram.org/bots/api#sendmessage
CAPTION_LIMIT = 1024
ENTITY_LIMIT = 100  # the server keeps so many entities of one message and forgets the rest without a word
# td: clean_input_string drops carriage returns and a few direction marks and turns control characters to spaces.
_UNCLEAN = re.compile("[\0-\x09\x0b-\x1f\u2028-\u202e]")
_DROPPED = frozenset("\r\u2028\u2029\u202a\u202b\u202c\u202d\u202e")


def formatted(raw: str, parse_mode: str, given: Any, people: Mapping[int, Person]) -> tuple[str, list[Json]]:
    """The text and its MessageEntity objects. Raises ApiError 400 for what Telegram refuses."""
    mode = parse_mode.lower()
    if mode == "html":
        text, entities = parse_html(raw)
    elif mode in ("markdown", "markdownv2"):
        raise bad_request("can't parse entities: the sandbox supports HTML, not Markdown")
    elif mode not in ("", "none"):
        raise bad_request("unsupported parse_mode")
    else:
        text, entities = raw, explicit(raw, given, people) if given else []
    text, entities = _cleaned(text, entities)
    entities = legal(text, entities) if entities else entities
    text, entities = _trimmed(text, entities)
    found = detected(text, entities)
    if found:
        entities = sorted_entities([*entities, *found])
    return text, shown(text, entities[:ENTITY_LIMIT], people) if entities else []


def _cleaned(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    if not _UNCLEAN.search(text):
        return text, entities
    if not entities:
        return _UNCLEAN.sub(lambda found: "" if found[0] in _DROPPED else " ", text), entities
    moved = [0] * (len(text) + 1)  # dropped characters before each position
    for position, character in enumerate(text):
        moved[position + 1] = moved[position] + (character in _DROPPED)
    for entity in entities:
        entity.start -= moved[entity.start]
        entity.end -= moved[entity.end]
    return _cleaned(text, [])[0], entities


def _trimmed(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    """Spaces at the end go; at the start only those before the first entity (td: fix_formatted_text)."""
    text = text.rstrip()
    leading = len(text) - len(text.lstrip(" \n"))
    if entities:
        leading = min(leading, entities[0].start)
    for entity in entities:
        entity.start -= leading
        entity.end = min(entity.end, len(text)) - leading
    return text[leading:], [entity for entity in entities if entity.start < entity.end]
