"""Rich messages of Bot API 10.1: from HTML to blocks. https://core.telegram.org/bots/api#richmessage"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bot.sandbox.chats import Json, Person
from bot.sandbox.errors import ApiError, bad_request
from bot.sandbox.rich_text import RichTexts
from bot.sandbox.rich_tree import BLOCKS, HEADINGS, Node, parse_tree

BLOCK_LIMIT = 500  # blocks, list items and table rows together
COLUMN_LIMIT = 20  # columns of a table
_ALIGN = ("left", "center", "right")
_VALIGN = ("top", "middle", "bottom")


def parsed_rich(given: Any, people: Mapping[int, Person]) -> Json:
    """The RichMessage of an InputRichMessage. Raises ApiError 400 with the server's constants."""
    if not isinstance(given, dict):
        raise bad_request("object expected as rich message")
    forms = [name for name in ("html", "markdown", "blocks") if given.get(name) is not None]
    if len(forms) > 1:
        raise bad_request("exactly one of the fields html, markdown, or blocks must be used")
    if forms and forms[0] != "html":
        raise bad_request(f"the sandbox supports rich messages in HTML, not in {forms[0]}")
    html = given.get("html")
    if not isinstance(html, str) or not html.strip():
        raise _empty()
    root = parse_tree(html)
    detect = not given.get("skip_entity_detection")
    builder = _Builder(RichTexts(people, detect=detect, references=frozenset(_references(root))))
    blocks = builder.blocks(root.children)
    if not blocks:
        raise _empty()
    return {"blocks": blocks, **({"is_rtl": True} if given.get("is_rtl") else {})}


def _references(node: Node) -> list[str]:
    own = [node.attributes.get("name", "")] if node.name == "tg-reference" else []
    return own + [name for child in node.children if isinstance(child, Node) for name in _references(child)]


def _empty() -> ApiError:
    return bad_request("RICH_MESSAGE_CONTENT_REQUIRED")


class _Builder:
    def __init__(self, texts: RichTexts) -> None:
        self._texts = texts
        self._count = 0
        self._makers: dict[str, Callable[[Node], Json | None]] = {
            "p": lambda node: self._simple("paragraph", node),
            "footer": lambda node: self._simple("footer", node),
            "aside": lambda node: self._quoted("pullquote", node),
            "hr": lambda node: {"type": "divider"},
            "pre": self._pre,
            "blockquote": self._blockquote,
            "details": self._details,
            "ul": self._list,
            "ol": self._list,
            "table": self._table,
            "tg-math-block": lambda node: {"type": "mathematical_expression", "expression": node.plain()},
            **dict.fromkeys(HEADINGS, self._heading),
        }

    def blocks(self, children: Sequence[Node | str]) -> list[Json]:
        """The blocks of a body; text that stands free in it becomes paragraphs."""
        result: list[Json | None] = []
        free: list[Node | str] = []
        for child in children:
            anchor = isinstance(child, Node) and child.name == "a" and "name" in child.attributes
            if not isinstance(child, Node) or (child.name not in BLOCKS and (free or not anchor)):
                free.append(child)
                continue
            result.append(self._free(free))
            free = []
            made = {"type": "anchor", "name": child.attributes["name"]} if anchor else self._makers[child.name](child)
            result.append(self._counted(made))
        result.append(self._free(free))
        return [block for block in result if block is not None]

    def _counted(self, block: Json | None) -> Json | None:
        self._count += block is not None
        if self._count > BLOCK_LIMIT:
            raise bad_request("RICH_MESSAGE_BLOCKS_TOO_MANY")
        return block

    def _free(self, children: list[Node | str]) -> Json | None:
        if all(isinstance(child, str) and not child.strip() for child in children):
            return None
        return self._counted(self._simple("paragraph", Node("p", children=children)))

    def _simple(self, kind: str, node: Node) -> Json | None:
        """A block of text; Telegram leaves out one without any."""
        text = self._texts.text(node.children)
        return None if text is None else {"type": kind, "text": text}

    def _heading(self, node: Node) -> Json | None:
        block = self._simple("heading", node)
        return None if block is None else {**block, "size": int(node.name[1])}

    def _pre(self, node: Node) -> Json | None:
        text = self._texts.verbatim(node.children)
        if text is None:
            return None
        code = node.first("code")
        language = code.attributes.get("class", "") if code else ""
        block: Json = {"type": "pre", "text": text}
        if language.startswith("language-"):
            block["language"] = language.removeprefix("language-")
        return block

    def _credit(self, node: Node) -> tuple[list[Node | str], Json]:
        """The children without <cite>, and the credit that it gives."""
        cite = node.first("cite")
        rest = [child for child in node.children if child is not cite]
        text = self._texts.text(cite.children) if cite else None
        return rest, {"credit": text} if text is not None else {}

    def _quoted(self, kind: str, node: Node) -> Json | None:
        rest, credit = self._credit(node)
        block = self._simple(kind, Node(node.name, children=rest))
        return None if block is None else {**block, **credit}

    def _blockquote(self, node: Node) -> Json:
        rest, credit = self._credit(node)
        return {"type": "blockquote", "blocks": self._required(rest), **credit}

    def _details(self, node: Node) -> Json:
        summary = node.first("summary")
        title = self._texts.text(summary.children) if summary else None
        if title is None:
            raise _empty()
        blocks = self._required([child for child in node.children if child is not summary])
        opened = {"is_open": True} if "open" in node.attributes else {}
        return {"type": "details", "summary": title, "blocks": blocks, **opened}

    def _required(self, children: Sequence[Node | str]) -> list[Json]:
        blocks = self.blocks(children)
        if not blocks:
            raise _empty()
        return blocks

    def _list(self, node: Node) -> Json:
        nodes = _parts(node, "li")
        if not nodes:
            raise _empty()
        number = int(start) if (start := node.attributes.get("start", "")).isdigit() else 1
        step = 1
        if "reversed" in node.attributes:
            step, number = -1, number if start else len(nodes)
        items = []
        for item in nodes:
            given = item.attributes.get("value", "")
            number = int(given) if given.isdigit() else number
            items.append(self._item(item, node, number))
            number += step
        return {"type": "list", "items": items}

    def _item(self, node: Node, parent: Node, number: int) -> Json:
        self._counted({})
        box = node.first("input")
        children = [child for child in node.children if child is not box]
        item: Json = {"label": "•", "blocks": self._required(children)}
        if parent.name == "ol":
            kind = node.attributes.get("type") or parent.attributes.get("type") or "1"
            item.update(label=f"{_label(number, kind)}.", value=number, type=kind)
        if box is not None and box.attributes.get("type") == "checkbox":
            item["has_checkbox"] = True
            if "checked" in box.attributes:
                item["is_checked"] = True
        return item

    def _table(self, node: Node) -> Json:
        rows = [
            row
            for part in ("thead", "tbody")
            for body in _parts(node, part, {"thead", "tbody", "caption", "tr"})
            for row in _parts(body, "tr")
        ]
        rows += _parts(node, "tr", {"thead", "tbody", "caption", "tr"})
        cells = [[self._cell(cell) for cell in _parts(row, "td", {"td", "th"}, both=True)] for row in rows]
        for row in cells:
            self._counted({})
            if sum(cell.get("colspan", 1) for cell in row) > COLUMN_LIMIT:
                raise bad_request("RICH_MESSAGE_TABLE_COLS_TOO_MANY")
        if not any(cells):
            raise _empty()
        block: Json = {"type": "table", "cells": cells}
        block.update({f"is_{look}": True for look in ("bordered", "striped") if look in node.attributes})
        caption = node.first("caption")
        if caption is not None and (text := self._texts.text(caption.children)) is not None:
            block["caption"] = text
        return block

    def _cell(self, node: Node) -> Json:
        align, valign = node.attributes.get("align", ""), node.attributes.get("valign", "")
        cell: Json = {
            "align": align if align in _ALIGN else "left",
            "valign": valign if valign in _VALIGN else "top",
        }
        if (text := self._texts.text(node.children)) is not None:
            cell["text"] = text
        if node.name == "th":
            cell["is_header"] = True
        for span in ("colspan", "rowspan"):
            if (given := node.attributes.get(span, "")).isdigit() and int(given) > 1:
                cell[span] = int(given)
        return cell


def _parts(node: Node, name: str, allowed: set[str] | None = None, *, both: bool = False) -> list[Node]:
    """The children of this name; anything else but space and what is allowed besides is refused."""
    found: list[Node] = []
    for child in node.children:
        if isinstance(child, str):
            if child.strip():
                raise _empty()
        elif child.name == name or (both and allowed and child.name in allowed):
            found.append(child)
        elif child.name not in (allowed or ()):
            raise _empty()
    return found


def _label(number: int, kind: str) -> str:
    if kind in ("a", "A") and number > 0:
        letters = ""
        while number > 0:
            number, rest = divmod(number - 1, 26)
            letters = chr(ord(kind) + rest) + letters
        return letters
    if kind in ("i", "I") and 0 < number < 4000:
        roman = _roman(number)
        return roman.lower() if kind == "i" else roman
    return str(number)


def _roman(number: int) -> str:
    values = (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL")
    small = (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")
    result = ""
    for value, letters in (*values, *small):
        count, number = divmod(number, value)
        result += letters * count
    return result
