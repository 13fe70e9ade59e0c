"""Message entities: their order, what may contain what, what is found in plain text, and UTF-16 offsets.

The rules are those of td/telegram/MessageEntity.cpp (fix_formatted_text), as far as a bot's texts meet them.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.chats import Json, Person

# td: get_type_priority; entities of one range are listed in this order, the outer first.
_PRIORITY = {
    "blockquote": 0,
    "expandable_blockquote": 0,
    "pre": 11,
    "code": 20,
    "text_link": 49,
    "text_mention": 49,
    "bold": 90,
    "italic": 91,
    "underline": 92,
    "strikethrough": 93,
    "spoiler": 94,
    "custom_emoji": 99,
}
_SPLITTABLE = frozenset({"bold", "italic", "underline", "strikethrough", "spoiler"})
_CLOSED = frozenset({"code", "pre"})  # nothing else may be inside
_EMPTY = " \t\n\0\v\f\u00a0\u200b\u2060\ufeff"
_WORTH_SEARCHING = re.compile(r"[/@#$.]")
_FOUND = re.compile(
    r"(?P<email>[\w.+-]+@(?:[\w-]+\.)+[A-Za-z]{2,})"
    r"|(?P<url>(?:https?://[^\s<>\"]+|(?<![\w@.])(?:[\w-]+\.)+"
    r"(?:com|org|net|me|io|dev|info|news|app|co|eu|de|uk|ru|ai)(?![\w.-]*\w)(?:/[^\s<>\"]*)?))"
    r"|(?<![\w/<>@])/(?P<bot_command>[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?)(?![\w/])"
    r"|(?<![\w@])@(?P<mention>[A-Za-z0-9_]{3,32})(?!\w)"
    r"|(?<![\w#])#(?P<hashtag>\w*[^\W\d]\w*)"
    r"|(?<![\w$])\$(?P<cashtag>[A-Z]{3,8})(?!\w)"
)


@dataclass(slots=True)
class Entity:
    """One entity; start and end count characters (code points), `extra` is what its type carries."""

    type: str
    start: int
    end: int
    extra: dict[str, Any] = field(default_factory=dict)


def utf16_length(text: str) -> int:
    """Length in UTF-16 code units, in which Telegram counts."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) >> 1


def sorted_entities(entities: Iterable[Entity]) -> list[Entity]:
    return sorted(entities, key=lambda one: (one.start, -one.end, _PRIORITY.get(one.type, 50)))


def legal(text: str, entities: list[Entity]) -> list[Entity]:
    """Without entities that cover only spaces, that lie in code, or that td would cut or join."""
    kept = [entity for entity in entities if text[entity.start : entity.end].strip(_EMPTY)]
    blocks = [entity for entity in kept if entity.type in _CLOSED]
    if blocks:
        kept = [part for entity in kept for part in _outside(entity, blocks)]
    return _joined(sorted_entities(kept))


def _outside(entity: Entity, blocks: list[Entity]) -> list[Entity]:
    """Code keeps its place; style inside it goes, and style around it is split in two."""
    if entity.type in _CLOSED:
        inside = any(
            block is not entity
            and block.start <= entity.start
            and entity.end <= block.end
            and (block.type == "pre", block.end - block.start) > (entity.type == "pre", entity.end - entity.start)
            for block in blocks
        )
        return [] if inside else [entity]
    parts = [entity]
    for block in blocks:
        if entity.type not in _SPLITTABLE and entity.start <= block.start and block.end <= entity.end:
            continue  # a quote or a link may hold code
        parts = [piece for part in parts for piece in _without(part, block)]
    return parts


def _without(part: Entity, block: Entity) -> list[Entity]:
    if part.end <= block.start or block.end <= part.start:
        return [part]
    pieces = [(part.start, block.start), (block.end, part.end)]
    return [Entity(part.type, start, end, part.extra) for start, end in pieces if start < end]


def _joined(entities: list[Entity]) -> list[Entity]:
    """Two touching stretches of one style are one entity."""
    result: list[Entity] = []
    last: dict[str, Entity] = {}
    for entity in entities:
        before = last.get(entity.type)
        if before is not None and entity.type in _SPLITTABLE and entity.start <= before.end:
            before.end = max(before.end, entity.end)
            continue
        last[entity.type] = entity
        result.append(entity)
    return sorted_entities(result)


def detected(text: str, taken: list[Entity]) -> list[Entity]:
    """Commands, mentions, links and so on in the text where no code, link or mention is already."""
    if not _WORTH_SEARCHING.search(text):
        return []
    closed = [one for one in taken if one.type in ("code", "pre", "text_link", "text_mention", "custom_emoji")]
    found: list[Entity] = []
    for match in _FOUND.finditer(text):
        kind = str(match.lastgroup)
        start, end = match.span()
        if kind == "url":
            end = start + len(match[0].rstrip(".,:;!?'\")]»"))
        if not any(start < one.end and one.start < end for one in closed):
            found.append(Entity(kind, start, end))
    return found


def shown(text: str, entities: list[Entity], people: Mapping[int, Person]) -> list[Json]:
    """MessageEntity objects with UTF-16 offsets; a mention of a person whom the bot does not know is left out."""
    plain = len(text) == utf16_length(text)
    result: list[Json] = []
    for entity in entities:
        extra = entity.extra
        if entity.type == "text_mention":
            person = people.get(extra["user"])
            if person is None:
                continue
            extra = {"user": person.user()}
        offset = entity.start if plain else utf16_length(text[: entity.start])
        length = entity.end - entity.start if plain else utf16_length(text[entity.start : entity.end])
        result.append({"type": entity.type, "offset": offset, "length": length, **extra})
    return result


def characters(text: str, offset: int) -> int:
    """The index in characters of a UTF-16 offset."""
    if text.isascii():
        return offset
    return len(text.encode("utf-16-le")[: offset * 2].decode("utf-16-le", "ignore"))
