"""sendRichMessage: https://core.telegram.org/bots/api#sendrichmessage"""

from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from telegram import Bot

from bot.sandbox.chats import Person as Somebody
from bot.sandbox.client import Person
from bot.sandbox.errors import ApiError
from bot.sandbox.rich import parsed_rich

Call = Callable[..., Coroutine[Any, Any, dict[str, Any]]]
ANN = Somebody(42, "Ann")


def blocks(html: str, **options: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = parsed_rich({"html": html, **options}, {42: ANN})["blocks"]
    return found


def paragraph(text: Any) -> dict[str, Any]:
    return {"type": "paragraph", "text": text}


@pytest.mark.parametrize(
    ("html", "block"),
    [
        ("<h2>A &mdash; b</h2>", {"type": "heading", "text": "A — b", "size": 2}),
        ("<p> a\n  b<br> c </p>", paragraph("a b\nc")),
        ("free", paragraph("free")),
        ("<footer>f</footer>", {"type": "footer", "text": "f"}),
        ("<hr/>", {"type": "divider"}),
        ("<aside>a<cite>B</cite></aside>", {"type": "pullquote", "text": "a", "credit": "B"}),
        (
            "<blockquote>a<cite>B</cite></blockquote>",
            {"type": "blockquote", "blocks": [paragraph("a")], "credit": "B"},
        ),
        (
            "<details open><summary>S</summary><p>a</p>b</details>",
            {"type": "details", "summary": "S", "blocks": [paragraph("a"), paragraph("b")], "is_open": True},
        ),
        (
            '<pre><code class="language-python">  x = 1\n\ny</code></pre>',
            {"type": "pre", "text": "  x = 1\n\ny", "language": "python"},
        ),
        (
            '<ul><li>a</li><li><input type="checkbox" checked>b</li></ul>',
            {
                "type": "list",
                "items": [
                    {"label": "•", "blocks": [paragraph("a")]},
                    {"label": "•", "blocks": [paragraph("b")], "has_checkbox": True, "is_checked": True},
                ],
            },
        ),
        (
            '<ol start="27" type="a"><li>x</li></ol>',
            {"type": "list", "items": [{"label": "aa.", "blocks": [paragraph("x")], "value": 27, "type": "a"}]},
        ),
        (
            '<ol><li value="14" type="I">x</li></ol>',
            {"type": "list", "items": [{"label": "XIV.", "blocks": [paragraph("x")], "value": 14, "type": "I"}]},
        ),
        (
            '<table bordered><caption>C</caption><tr><th>h</th><td colspan="2" align="right">v</td></tr></table>',
            {
                "type": "table",
                "cells": [
                    [
                        {"align": "left", "valign": "top", "text": "h", "is_header": True},
                        {"align": "right", "valign": "top", "text": "v", "colspan": 2},
                    ]
                ],
                "is_bordered": True,
                "caption": "C",
            },
        ),
        ('<a name="top"></a>', {"type": "anchor", "name": "top"}),
        ("<tg-math-block>E = mc^2</tg-math-block>", {"type": "mathematical_expression", "expression": "E = mc^2"}),
    ],
)
def test_blocks(html: str, block: dict[str, Any]) -> None:
    assert blocks(html) == [block]


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<b>a</b> <i>b</i>", [{"type": "bold", "text": "a"}, " ", {"type": "italic", "text": "b"}]),
        ("<mark>a</mark>", {"type": "marked", "text": "a"}),
        ("<sub>a</sub>", {"type": "subscript", "text": "a"}),
        ("<tg-spoiler><s>a</s></tg-spoiler>", {"type": "spoiler", "text": {"type": "strikethrough", "text": "a"}}),
        ('<a href="https://a.org">x</a>', {"type": "url", "url": "https://a.org/", "text": "x"}),
        ('<a href="mailto:a@b.org">x</a>', {"type": "email_address", "email_address": "a@b.org", "text": "x"}),
        ('<a href="tel:+123">x</a>', {"type": "phone_number", "phone_number": "+123", "text": "x"}),
        ('<a href="#n">x</a>', {"type": "anchor_link", "anchor_name": "n", "text": "x"}),
        ('<a href="tg://user?id=42">x</a>', {"type": "text_mention", "user": ANN.user(), "text": "x"}),
        ('<tg-time unix="5" format="r">x</tg-time>', {"type": "date_time", "text": "x", "unix_time": 5}),
        ("/help", {"type": "bot_command", "text": "/help", "bot_command": "/help"}),
        ("<code>/help</code>", {"type": "code", "text": "/help"}),
    ],
)
def test_inline_styles(html: str, text: Any) -> None:
    (block,) = blocks(f"<p>{html}</p>")
    found = block["text"]
    if isinstance(found, dict):
        found = {key: value for key, value in found.items() if key != "date_time_format"}
    assert found == text


def test_references_and_detection() -> None:
    html = '<p><a href="#n">1</a> <tg-reference name="n">note</tg-reference> see https://a.org/b #x</p>'
    text = blocks(html)[0]["text"]
    assert text[0] == {"type": "reference_link", "text": "1", "reference_name": "n"}
    assert text[2] == {"type": "reference", "text": "note", "name": "n"}
    assert text[4] == {"type": "url", "text": "https://a.org/b", "url": "https://a.org/b"}
    assert text[6] == {"type": "hashtag", "text": "#x", "hashtag": "#x"}
    assert blocks("<p>#x /y</p>", skip_entity_detection=True) == [paragraph("#x /y")]


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        ("", "RICH_MESSAGE_CONTENT_REQUIRED"),
        ("<p> </p>", "RICH_MESSAGE_CONTENT_REQUIRED"),
        ("<p>a<ul><li>b</li></ul></p>", "RICH_MESSAGE_CONTENT_REQUIRED"),
        ("<details><summary>a</summary></details>", "RICH_MESSAGE_CONTENT_REQUIRED"),
        ("<details>a</details>", "RICH_MESSAGE_CONTENT_REQUIRED"),
        ("<ul></ul>", "RICH_MESSAGE_CONTENT_REQUIRED"),
        ("<ul>a</ul>", "RICH_MESSAGE_CONTENT_REQUIRED"),
        ('<p><a href="a b">x</a></p>', "RICH_MESSAGE_URL_INVALID"),
        (f"<p>{'a' * 32769}</p>", "RICH_MESSAGE_TEXT_TOO_LONG"),
        ("<p>a</p>" * 501, "RICH_MESSAGE_BLOCKS_TOO_MANY"),
        ("<ul>" + "<li>a</li>" * 250 + "</ul>", "RICH_MESSAGE_BLOCKS_TOO_MANY"),
        ("<b>" * 17 + "a" + "</b>" * 17, "RICH_MESSAGE_DEPTH_INVALID"),
        ("<table><tr>" + "<td>a</td>" * 21 + "</tr></table>", "RICH_MESSAGE_TABLE_COLS_TOO_MANY"),
        ("<p>a", "can't parse entities: Can't find end tag corresponding to start tag \"p\""),
        ("ü<div>a</div>", 'can\'t parse entities: Unsupported start tag "div" at byte offset 2'),
        ("<p>a</b>", 'can\'t parse entities: Unmatched end tag at byte offset 4, expected "</p>", found "</b>"'),
        ("</p>", "can't parse entities: Unexpected end tag at byte offset 0"),
        ('<img src="https://a.org/b.png"/>', "the sandbox takes no media in rich messages, found the tag img"),
    ],
)
def test_refusals(html: str, reason: str) -> None:
    with pytest.raises(ApiError) as refusal:
        blocks(html)
    assert refusal.value.description == f"Bad Request: {reason}"


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (None, "object expected as rich message"),
        ({}, "RICH_MESSAGE_CONTENT_REQUIRED"),
        ({"html": "a", "markdown": "b"}, "exactly one of the fields html, markdown, or blocks must be used"),
        ({"markdown": "b"}, "the sandbox supports rich messages in HTML, not in markdown"),
    ],
)
async def test_refused_inputs(call: Call, ann: Person, given: Any, reason: str) -> None:
    answer = await call("sendRichMessage", chat_id=ann.id, rich_message=given)
    assert answer["description"] == f"Bad Request: {reason}"


async def test_a_rich_message_is_sent_and_edited(call: Call, bot: Bot, ann: Person) -> None:
    markup = {"inline_keyboard": [[{"text": "x", "callback_data": "y"}]]}
    rich = {"html": "<h1>T</h1>", "is_rtl": True}
    sent = (await call("sendRichMessage", chat_id=ann.id, rich_message=rich, reply_markup=markup))["result"]
    assert "text" not in sent
    assert sent["rich_message"] == {"blocks": [{"type": "heading", "text": "T", "size": 1}], "is_rtl": True}
    target = {"chat_id": ann.id, "message_id": sent["message_id"]}
    same = await call("editMessageText", **target, rich_message=rich, reply_markup=markup)
    assert "message is not modified" in same["description"]
    edited = (await call("editMessageText", **target, rich_message={"html": "<p>n</p>"}))["result"]
    assert (edited["rich_message"]["blocks"], "reply_markup" in edited) == ([paragraph("n")], False)
    plain = await bot.edit_message_text("plain", **target)
    assert not isinstance(plain, bool) and plain.text == "plain"
    last = (await ann.private.history())[-1]
    assert "rich_message" not in last


async def test_the_sdk_sends_it_as_a_raw_call(bot: Bot, ann: Person) -> None:
    sent = await bot.do_api_request("sendRichMessage", {"chat_id": ann.id, "rich_message": {"html": "<p>hi</p>"}})
    assert sent["rich_message"]["blocks"] == [paragraph("hi")]
