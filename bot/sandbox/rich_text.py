"""RichText: the styled text inside the blocks of a rich message. https://core.telegram.org/bots/api#richtext"""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from bot.sandbox.chats import Json, Person
from bot.sandbox.entities import detected
from bot.sandbox.errors import bad_request
from bot.sandbox.html import STYLES, checked_emoji
from bot.sandbox.links import LinkError, checked_link, mentioned_user
from bot.sandbox.rich_tree import BLOCKS, INLINE, Node

RichText = Any  # a string, a list of RichText, or an object with a type
_SPACES = re.compile(r"[ \t\r\n]+")
_SIMPLE: Mapping[str, str] = MappingProxyType(
    {**STYLES, "code": "code", "mark": "marked", "sub": "subscript", "sup": "superscript"}
)
# How the types of entities found in plain text are called here: type, and the field that repeats the text.
_FOUND: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "url": ("url", "url"),
        "email": ("email_address", "email_address"),
        "mention": ("mention", "username"),
        "hashtag": ("hashtag", "hashtag"),
        "cashtag": ("cashtag", "cashtag"),
        "bot_command": ("bot_command", "bot_command"),
    }
)


class RichTexts:
    """Turns nodes into RichText; `references` are the names that links may point at besides anchors."""

    def __init__(self, people: Mapping[int, Person], *, detect: bool, references: frozenset[str]) -> None:
        self._people = people
        self._detect = detect
        self._references = references

    def text(self, children: Sequence[Node | str]) -> RichText | None:
        """The RichText of a block's children, its edges trimmed; None when there is nothing to show."""
        parts = _trimmed(self._parts(children, detect=self._detect))
        return _packed(parts) if any(_shows(part) for part in parts) else None

    def verbatim(self, children: Sequence[Node | str]) -> RichText | None:
        """The same with every space kept and nothing detected: for preformatted text."""
        parts = [part for child in children for part in self._verbatim(child)]
        if parts and isinstance(parts[0], str):
            parts[0] = parts[0].removeprefix("\n")
        parts = [part for part in parts if part != ""]
        return _packed(parts) if any(_shows(part) for part in parts) else None

    def _verbatim(self, child: Node | str) -> list[RichText]:
        if isinstance(child, str):
            return [child]
        if child.name == "code":
            return [part for inner in child.children for part in self._verbatim(inner)]
        return self._node(child, detect=False)

    def _parts(self, children: Sequence[Node | str], *, detect: bool) -> list[RichText]:
        parts: list[RichText] = []
        for child in children:
            if isinstance(child, Node):
                parts.extend(self._node(child, detect=detect))
            else:
                text = _SPACES.sub(" ", child)
                parts.extend(_marked(text) if detect else [text])
        return parts

    def _node(self, node: Node, *, detect: bool) -> list[RichText]:
        if node.name in BLOCKS or node.name not in INLINE:
            raise bad_request("RICH_MESSAGE_CONTENT_REQUIRED")  # a block where only text may be
        if node.name == "br":
            return ["\n"]
        if node.name == "a":
            return self._link(node)
        if node.name.startswith("tg-") and node.name != "tg-spoiler":
            return [self._special(node)]
        plain = detect and node.name != "code"
        text = _packed(self._parts(node.children, detect=plain))
        if node.name == "cite":
            return [text]
        return [{"type": _SIMPLE[node.name], "text": text}] if text != "" else []

    def _link(self, node: Node) -> list[RichText]:
        if "name" in node.attributes and not node.children:
            return [{"type": "anchor", "name": node.attributes["name"]}]
        text = _packed(self._parts(node.children, detect=False))
        url = node.attributes.get("href") or node.plain()
        if text == "":
            return []
        if url.startswith("#"):
            kind = "reference" if url[1:] in self._references else "anchor"
            return [{"type": f"{kind}_link", "text": text, f"{kind}_name": url[1:]}]
        return [{**self._target(url), "text": text}]

    def _target(self, url: str) -> Json:
        scheme, _, rest = url.partition(":")
        if scheme.lower() == "mailto":
            return {"type": "email_address", "email_address": rest}
        if scheme.lower() == "tel":
            return {"type": "phone_number", "phone_number": rest}
        user = mentioned_user(url)
        if user is not None:
            if user not in self._people:
                raise bad_request("RICH_MESSAGE_MENTION_INVALID")
            return {"type": "text_mention", "user": self._people[user].user()}
        try:
            return {"type": "url", "url": checked_link(url)}
        except LinkError:
            raise bad_request("RICH_MESSAGE_URL_INVALID") from None

    def _special(self, node: Node) -> Json:
        if node.name == "tg-math":
            return {"type": "mathematical_expression", "expression": node.plain()}
        if node.name == "tg-emoji":
            number = checked_emoji(node.attributes.get("emoji-id", ""))
            return {"type": "custom_emoji", "custom_emoji_id": number, "alternative_text": node.plain()}
        text = _packed(self._parts(node.children, detect=False))
        if node.name == "tg-reference":
            return {"type": "reference", "text": text, "name": node.attributes.get("name", "")}
        unix = node.attributes.get("unix", "")
        if not unix.isdigit():
            raise bad_request("RICH_MESSAGE_DATE_INVALID")
        format_ = node.attributes.get("format", "")
        return {"type": "date_time", "text": text, "unix_time": int(unix), "date_time_format": format_}


def _marked(text: str) -> list[RichText]:
    """Plain text with the links, commands and so on that are in it."""
    parts: list[RichText] = []
    position = 0
    for entity in detected(text, []):
        if entity.start < position:
            continue
        found = text[entity.start : entity.end]
        kind, field = _FOUND[entity.type]
        value = found if "://" in found or kind != "url" else f"http://{found}"
        parts += [text[position : entity.start], {"type": kind, "text": found, field: value}]
        position = entity.end
    parts.append(text[position:])
    return [part for part in parts if part != ""]


def _shows(part: RichText) -> bool:
    """Whether there is more than spaces in it."""
    if isinstance(part, str):
        return bool(part.strip())
    if isinstance(part, list):
        return any(map(_shows, part))
    return _shows(part["text"]) if "text" in part else True


def _trimmed(parts: list[RichText]) -> list[RichText]:
    """Without spaces at both ends and around line breaks, as a browser shows it."""
    joined: list[RichText] = []
    for part in parts:
        if isinstance(part, str) and joined and isinstance(joined[-1], str):
            joined[-1] = (joined[-1] + part).replace(" \n", "\n").replace("\n ", "\n")
        else:
            joined.append(part)
    if joined and isinstance(joined[0], str):
        joined[0] = joined[0].lstrip()
    if joined and isinstance(joined[-1], str):
        joined[-1] = joined[-1].rstrip()
    return [part for part in joined if part != ""]


def _packed(parts: list[RichText]) -> RichText:
    """One part as it is, none as the empty string, more as a list."""
    if len(parts) > 1 and all(isinstance(part, str) for part in parts):
        return "".join(parts)
    return parts[0] if len(parts) == 1 else parts or ""
