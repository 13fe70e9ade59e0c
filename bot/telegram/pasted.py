"""The text of a message with the links behind it."""

from telegram import Message, MessageEntity

from bot.domain.article import TextLink


def pasted_text(message: Message, *, command: bool = False) -> tuple[str, tuple[TextLink, ...]]:
    """With `command`, what stands behind the command that the message begins with.

    Telegram counts offsets in UTF-16 code units: https://core.telegram.org/bots/api#messageentity
    """
    text = message.text or message.caption or ""
    entities = message.entities or message.caption_entities
    start = 0
    if command:
        start = max((e.length for e in entities if e.type == MessageEntity.BOT_COMMAND and e.offset == 0), default=0)
        start = start or len(text.split(maxsplit=1)[0])
    units = text.encode("utf-16-le")
    links = tuple(
        TextLink(
            start=_characters(units, start, entity.offset),
            end=_characters(units, start, entity.offset + entity.length),
            url=entity.url,
        )
        for entity in entities
        if entity.type == MessageEntity.TEXT_LINK and entity.url and entity.offset >= start
    )
    return units[start * 2 :].decode("utf-16-le", "replace"), links


def _characters(units: bytes, start: int, end: int) -> int:
    return len(units[start * 2 : end * 2].decode("utf-16-le", "replace"))
