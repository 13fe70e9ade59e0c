"""Reading tags and character references as td does (td/telegram/MessageEntity.cpp, parse_html), for both dialects."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from bot.sandbox.errors import ApiError, bad_request

_SPACE = " \t\r\n\0\v"
_MARKUP = re.compile(r"[<&]")
_REFERENCE = re.compile(r"&(?:#(?:x([0-9a-fA-F]*)|([0-9]*))|([a-zA-Z]*));?")
_TAG_NAME = re.compile(rf"[^{_SPACE}>]*")
_ATTRIBUTE_NAME = re.compile(rf"[^{_SPACE}=>/\"']*")
_TOKEN = re.compile(r"[A-Za-z0-9.-]*")
_SURROGATE = re.compile("[\ud800-\udfff]")
_SPACES = re.compile(rf"[{_SPACE}]*")
NAMED: Mapping[str, str] = MappingProxyType({"lt": "<", "gt": ">", "amp": "&", "quot": '"'})


def unparsable(reason: str) -> ApiError:
    return bad_request(f"can't parse entities: {reason}")


def character_reference(source: str, position: int, named: Mapping[str, str] = NAMED) -> tuple[str, int] | None:
    """The character meant at the "&" of `position` and where the text goes on; None when it means itself."""
    match = _REFERENCE.match(source, position)
    if match is None:
        return None
    if match[3] is not None:
        return (named[match[3]], match.end()) if match[3] in named else None
    digits = match[1] if match[1] is not None else match[2]
    length = match.end() - position - source[position : match.end()].endswith(";")
    if not digits or length >= 10:
        return None
    code = int(digits, 16 if match[1] is not None else 10)
    return (chr(code), match.end()) if 0 < code < 0x10FFFF else None


def decoded(text: str, named: Mapping[str, str] = NAMED) -> str:
    """Text with its character references replaced."""
    pieces: list[str] = []
    position = 0
    while (found := text.find("&", position)) >= 0:
        pieces.append(text[position:found])
        character, position = character_reference(text, found, named) or ("&", found + 1)
        pieces.append(character)
    return "".join(pieces) + text[position:]


class Scanner:
    """Walks over a source; raises ApiError 400 in td's words for a tag that it cannot read."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.position = 0

    def text(self) -> str:
        """The raw text up to the next "<" or "&", or to the end."""
        match = _MARKUP.search(self.source, self.position)
        begin, self.position = self.position, match.start() if match else len(self.source)
        return self.source[begin : self.position]

    @property
    def ended(self) -> bool:
        return self.position >= len(self.source)

    @property
    def at_end_tag(self) -> bool:
        return self.source.startswith("</", self.position)

    def here(self) -> str:
        """The character at the position; td's strings end with a zero."""
        return self.source[self.position] if self.position < len(self.source) else "\0"

    def offset(self, position: int) -> int:
        """td counts positions in bytes of UTF-8."""
        return len(self.source[:position].encode("utf-8", "surrogatepass"))

    def reference(self, named: Mapping[str, str] = NAMED) -> str:
        """The character that the reference here means; "&" when there is none."""
        found = character_reference(self.source, self.position, named)
        character, self.position = found or ("&", self.position + 1)
        return character

    def start_name(self) -> str:
        """The name after "<", in lower case."""
        begin = self.position
        self.position += 1
        name = self._match(_TAG_NAME).lower()
        if self.here() == "\0":
            raise unparsable(f"Unclosed start tag at byte offset {self.offset(begin)}")
        return name

    def attribute(self, tag: str, begin: int) -> tuple[str, str] | None:
        """The next attribute of a start tag that began at `begin`; None at its ">", which is then behind."""
        self._match(_SPACES)
        if self.here() == "/" and self.source.startswith("/>", self.position):
            self.position += 1
        if self.here() == ">":
            self.position += 1
            return None
        name = self._match(_ATTRIBUTE_NAME)
        if not name:
            raise unparsable(f'Empty attribute name in the tag "{tag}" at byte offset {self.offset(begin)}')
        self._match(_SPACES)
        if self.here() == "=":
            return name, self._value(tag, begin)
        if self.here() == "\0":
            raise unparsable(f'Unclosed start tag "{tag}" at byte offset {self.offset(begin)}')
        return name, ""

    def _value(self, tag: str, begin: int) -> str:
        self.position += 1
        self._match(_SPACES)
        if self.here() == "\0":
            raise unparsable(f'Unclosed start tag "{tag}" at byte offset {self.offset(begin)}')
        value = self._literal() if self.here() in "\"'" else self._token()
        if self.here() == "\0":
            raise unparsable(f"Unclosed start tag at byte offset {self.offset(begin)}")
        return value

    def _token(self) -> str:
        begin = self.position
        value = self._match(_TOKEN).lower()
        if self.here() not in _SPACE and self.here() != ">":
            raise unparsable(f"Unexpected end of name token at byte offset {self.offset(begin)}")
        return value

    def _literal(self) -> str:
        end = self.source.find(self.here(), self.position + 1)
        if end < 0:
            self.position = len(self.source)
            return ""
        value = decoded(self.source[self.position + 1 : end])
        self.position = end + 1
        return value

    def end_tag(self, open_tag: str | None) -> None:
        """Reads the end tag here, which must be that of `open_tag`, or nameless."""
        begin = self.position
        if open_tag is None:
            raise unparsable(f"Unexpected end tag at byte offset {self.offset(begin)}")
        self.position += 2
        name = self._match(_TAG_NAME).lower()
        self._match(_SPACES)
        if self.here() != ">":
            raise unparsable(f"Unclosed end tag at byte offset {self.offset(begin)}")
        self.position += 1
        if name and name != open_tag:
            raise unparsable(
                f'Unmatched end tag at byte offset {self.offset(begin)}, expected "</{open_tag}>", found "</{name}>"'
            )

    def _match(self, pattern: re.Pattern[str]) -> str:
        """What the pattern, which also matches nothing, finds here; the position moves behind it."""
        match = pattern.match(self.source, self.position)
        if match is None:
            return ""
        self.position = match.end()
        return match[0]


def check_unicode(text: str) -> None:
    if _SURROGATE.search(text):
        raise unparsable(
            "Text contains invalid Unicode characters after decoding HTML entities, "
            "check for unmatched surrogate code units"
        )
