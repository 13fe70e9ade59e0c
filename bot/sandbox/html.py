"""Telegram's HTML parse mode, with td's rules and error sentences (td/telegram/MessageEntity.cpp, parse_html)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from bot.sandbox.entities import Entity, sorted_entities
from bot.sandbox.links import LinkError, checked_link, mentioned_user
from bot.sandbox.markup import Scanner, check_unicode, decoded, unparsable

STYLES: Mapping[str, str] = MappingProxyType(
    {
        "b": "bold",
        "strong": "bold",
        "i": "italic",
        "em": "italic",
        "u": "underline",
        "ins": "underline",
        "s": "strikethrough",
        "strike": "strikethrough",
        "del": "strikethrough",
        "tg-spoiler": "spoiler",
    }
)
_TAGS = frozenset(STYLES) | {"span", "a", "code", "pre", "blockquote", "tg-emoji"}
_COMMON = re.compile(r'<(/?)([a-z-]+)>|<a href="([^"]*)">')


@dataclass(slots=True)
class Tag:
    """A start tag that waits for its end."""

    name: str
    argument: str
    start: int  # characters of text before it


def parse_html(source: str) -> tuple[str, list[Entity]]:
    """The text and its entities, offsets in characters. Raises ApiError 400 in td's words."""
    return _Parser(source).parse()


class _Parser:
    def __init__(self, source: str) -> None:
        self.scanner = Scanner(source)
        self.pieces: list[str] = []
        self.length = 0  # characters of text so far
        self.tags: list[Tag] = []
        self.entities: list[Entity] = []

    def parse(self) -> tuple[str, list[Entity]]:
        self._put(self.scanner.text())
        while not self.scanner.ended:
            self._markup()
            self._put(self.scanner.text())
        if self.tags:
            raise unparsable(f'Can\'t find end tag corresponding to start tag "{self.tags[-1].name}"')
        text = "".join(self.pieces)
        if not text.isascii():
            check_unicode(text)
        for entity in self.entities:
            if entity.type == "code":
                entity.extra.pop("language", None)
        return text, sorted_entities(self.entities)

    def _markup(self) -> None:
        common = _COMMON.match(self.scanner.source, self.scanner.position)
        if common is not None and self._common(common):
            self.scanner.position = common.end()
        elif self.scanner.here() == "&":
            self._put(self.scanner.reference())
        elif self.scanner.at_end_tag:
            self._end_tag()
        else:
            self._start_tag()

    def _common(self, tag: re.Match[str]) -> bool:
        """Takes a tag as nearly all are written, at once; False when it needs the careful way."""
        end, name, url = tag.groups()
        if end:
            if not self.tags or self.tags[-1].name != name:
                return False
            opened = self.tags.pop()
            if self.length > opened.start:
                self._close(opened)
            return True
        if url is None and (name == "span" or name not in _TAGS):
            return False
        self.tags.append(Tag(name or "a", decoded(url or ""), self.length))
        return True

    def _put(self, text: str) -> None:
        if text:
            self.pieces.append(text)
            self.length += len(text)

    def _start_tag(self) -> None:
        scanner = self.scanner
        begin = scanner.position
        name = scanner.start_name()
        if name not in _TAGS:
            raise unparsable(f'Unsupported start tag "{name}" at byte offset {scanner.offset(begin)}')
        argument = ""
        while (attribute := scanner.attribute(name, begin)) is not None:
            argument = _argument(name, attribute, argument)
        if name == "span" and argument != "spoiler":
            raise unparsable(f'Tag "span" must have class "tg-spoiler" at byte offset {scanner.offset(begin)}')
        self.tags.append(Tag(name, argument, self.length))

    def _end_tag(self) -> None:
        self.scanner.end_tag(self.tags[-1].name if self.tags else None)
        tag = self.tags.pop()
        if self.length > tag.start:
            self._close(tag)

    def _close(self, tag: Tag) -> None:
        if tag.name in STYLES:
            self._add(STYLES[tag.name], tag)
        elif tag.name == "span":
            self._add("spoiler", tag)
        elif tag.name == "a":
            self._close_link(tag)
        elif tag.name in ("pre", "code"):
            self._close_code(tag)
        elif tag.name == "blockquote":
            self._add("expandable_blockquote" if tag.argument else "blockquote", tag)
        else:
            self._add("custom_emoji", tag, custom_emoji_id=checked_emoji(tag.argument))

    def _add(self, kind: str, tag: Tag, **extra: str | int) -> None:
        self.entities.append(Entity(kind, tag.start, self.length, dict(extra)))

    def _close_link(self, tag: Tag) -> None:
        url = tag.argument or "".join(self.pieces)[tag.start :]
        user = mentioned_user(url)
        if user is not None:
            self._add("text_mention", tag, user=user)
            return
        try:
            self._add("text_link", tag, url=checked_link(url))
        except LinkError:
            return  # td keeps the text and drops a link that is none

    def _close_code(self, tag: Tag) -> None:
        """A code with a language exactly inside a pre (or around it) is one pre with that language."""
        last = self.entities[-1] if self.entities else None
        same = last is not None and (last.start, last.end) == (tag.start, self.length)
        if last is not None and same and tag.name == "pre" and last.type == "code" and last.extra.get("language"):
            last.type = "pre"
        elif last is not None and same and tag.name == "code" and last.type == "pre" and tag.argument:
            last.extra["language"] = tag.argument
        elif tag.name == "code" and tag.argument:
            self._add("code", tag, language=tag.argument)
        else:
            self._add(tag.name, tag)


def checked_emoji(given: str) -> str:
    if not given.lstrip("-").isdigit() or not 0 < abs(int(given)) < 2**63:
        raise unparsable("Invalid custom emoji identifier specified")
    return given


def _argument(tag: str, attribute: tuple[str, str], before: str) -> str:
    """What a tag keeps of its attributes: at most one argument, the last that counts."""
    value = attribute[1]
    match tag, attribute[0]:
        case ("a", "href") | ("tg-emoji", "emoji-id"):
            return value
        case ("code", "class") if value.startswith("language-"):
            return value[9:]
        case ("span", "class") if value.startswith("tg-"):
            return value[3:]
        case ("blockquote", "expandable"):
            return "1"
    return before
