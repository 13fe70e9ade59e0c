"""The tag tree of a rich message's HTML. https://core.telegram.org/bots/api#rich-message-formatting-options"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from bot.sandbox.errors import bad_request
from bot.sandbox.html import STYLES
from bot.sandbox.markup import NAMED, Scanner, check_unicode, unparsable

_NAMED: Mapping[str, str] = MappingProxyType(
    {
        **NAMED,
        "apos": "'",
        "nbsp": "\u00a0",
        "hellip": "…",
        "mdash": "—",
        "ndash": "–",
        "lsquo": "‘",
        "rsquo": "’",
        "ldquo": "“",
        "rdquo": "”",
    }
)
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
BLOCKS = frozenset(
    [*HEADINGS, "p", "blockquote", "aside", "details", "footer", "hr", "ul", "ol", "pre", "table", "tg-math-block"]
)
INLINE = frozenset(
    [*STYLES, "code", "mark", "sub", "sup", "a", "br", "cite", "tg-emoji", "tg-math", "tg-time", "tg-reference"]
)
_PARTS = frozenset({"li", "summary", "tr", "td", "th", "thead", "tbody", "caption", "input"})
_VOID = frozenset({"br", "hr", "input"})
_MEDIA = frozenset({"img", "video", "audio", "figure", "figcaption", "tg-map", "tg-collage", "tg-slideshow"})
TEXT_LIMIT = 32_768  # characters in all texts
DEPTH_LIMIT = 16  # levels of nested formatting and blocks


@dataclass(slots=True)
class Node:
    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: "list[Node | str]" = field(default_factory=list)

    def first(self, name: str) -> "Node | None":
        return next((child for child in self.children if isinstance(child, Node) and child.name == name), None)

    def plain(self) -> str:
        return "".join(child if isinstance(child, str) else child.plain() for child in self.children)


def parse_tree(source: str) -> Node:
    """The root of the tree. Raises ApiError 400 for markup that is none, too deep or too long."""
    scanner = Scanner(source)
    stack = [Node("")]
    length = 0
    while True:
        text = scanner.text()
        if not text and scanner.here() == "&":
            text = scanner.reference(_NAMED)
        if text:
            length += len(text)
            _append(stack[-1], text)
        elif scanner.ended:
            break
        elif scanner.at_end_tag:
            scanner.end_tag(stack[-1].name or None)
            stack.pop()
        else:
            _open(scanner, stack)
    if len(stack) > 1:
        raise unparsable(f'Can\'t find end tag corresponding to start tag "{stack[-1].name}"')
    if length > TEXT_LIMIT:
        raise bad_request("RICH_MESSAGE_TEXT_TOO_LONG")
    return stack[0]


def _append(node: Node, text: str) -> None:
    """Text goes on where text was, so that "a&amp;b" is one piece."""
    check_unicode(text)
    if node.children and isinstance(node.children[-1], str):
        node.children[-1] += text
    else:
        node.children.append(text)


def _open(scanner: Scanner, stack: list[Node]) -> None:
    begin = scanner.position
    name = scanner.start_name().removesuffix("/")
    if name in _MEDIA:
        raise bad_request(f"the sandbox takes no media in rich messages, found the tag {name}")
    if name not in BLOCKS | INLINE | _PARTS:
        raise unparsable(f'Unsupported start tag "{name}" at byte offset {scanner.offset(begin)}')
    node = Node(name)
    while (attribute := scanner.attribute(name, begin)) is not None:
        node.attributes[attribute[0]] = attribute[1]
    closed = name in _VOID or scanner.source[scanner.position - 2] == "/"
    stack[-1].children.append(node)
    if not closed:
        stack.append(node)
    if len(stack) - 1 > DEPTH_LIMIT:
        raise bad_request("RICH_MESSAGE_DEPTH_INVALID")
