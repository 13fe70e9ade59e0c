"""What becomes of texts: trimming, cleaning, order of entities, detection, UTF-16 offsets."""

from typing import Any

import pytest

from bot.sandbox.chats import Person
from bot.sandbox.errors import ApiError
from bot.sandbox.texts import formatted

Ranges = list[tuple[str, int, int]]
ANN = Person(42, "Ann")


def run(raw: str, mode: str = "HTML", given: Any = None) -> tuple[str, Ranges]:
    text, entities = formatted(raw, mode, given, {42: ANN})
    return text, [(one["type"], one["offset"], one["length"]) for one in entities]


@pytest.mark.parametrize(
    ("raw", "text", "ranges"),
    [
        (" \n a b \n", "a b", []),
        ("  <b>a </b> ", "a", [("bold", 0, 1)]),
        ("<b>  a</b>", "  a", [("bold", 0, 3)]),
        ("a<b> </b>b", "a b", []),
        ("<b>a</b><b>b</b>", "ab", [("bold", 0, 2)]),
        ("<b>a<code>b</code>c</b>", "abc", [("bold", 0, 1), ("code", 1, 1), ("bold", 2, 1)]),
        ("<code><b>a</b></code>", "a", [("code", 0, 1)]),
        ("😀<b>😀a</b>", "😀😀a", [("bold", 2, 3)]),
        ("a\r\nb\tc", "a\nb c", []),
        ("<i>a\r</i><b>b</b>", "ab", [("italic", 0, 1), ("bold", 1, 1)]),
        ("<b><i>a</i></b>", "a", [("bold", 0, 1), ("italic", 0, 1)]),
    ],
)
def test_html_texts(raw: str, text: str, ranges: Ranges) -> None:
    assert run(raw) == (text, ranges)


@pytest.mark.parametrize(
    ("raw", "ranges"),
    [
        ("/start now", [("bot_command", 0, 6)]),
        ("😀 /start@demo_bot", [("bot_command", 3, 15)]),
        ("see https://example.com/a?b=1.", [("url", 4, 25)]),
        ("see example.com, please", [("url", 4, 11)]),
        ("hi @ann_b and #news", [("mention", 3, 6), ("hashtag", 14, 5)]),
        ("write to a.b@example.org", [("email", 9, 15)]),
        ("a/b, 1.5 and #1", []),
        ("$USD", [("cashtag", 0, 4)]),
    ],
)
def test_plain_texts_are_searched(raw: str, ranges: Ranges) -> None:
    assert run(raw, "") == (raw, ranges)


def test_nothing_is_searched_in_code_and_links() -> None:
    text, ranges = run('<code>/start</code> <a href="https://a.org">b.org</a>')
    assert text == "/start b.org"
    assert [kind for kind, _, _ in ranges] == ["code", "text_link"]


def test_explicit_entities_count_in_utf16_units() -> None:
    given = [
        {"type": "bold", "offset": 2, "length": 1},
        {"type": "text_link", "offset": 0, "length": 2, "url": "example.org"},
        {"type": "url", "offset": 0, "length": 3},
    ]
    assert run("😀a", "", given) == ("😀a", [("text_link", 0, 2), ("bold", 2, 1)])


def test_a_message_keeps_a_hundred_entities() -> None:
    assert len(run("<b>a</b> " * 101)[1]) == 100


def test_a_mention_of_a_stranger_is_left_out() -> None:
    html = '<a href="tg://user?id=42">a</a> <a href="tg://user?id=43">b</a>'
    entities = formatted(html, "HTML", None, {42: ANN})[1]
    assert entities == [{"type": "text_mention", "offset": 0, "length": 1, "user": ANN.user()}]


@pytest.mark.parametrize(
    ("raw", "mode", "given", "reason"),
    [
        ("*a*", "MarkdownV2", None, "the sandbox supports HTML"),
        ("a", "rtf", None, "unsupported parse_mode"),
        ("a", "", [{"type": "loud", "offset": 0, "length": 1}], "Unsupported type specified"),
        ("a", "", [{"type": "bold", "offset": -1, "length": 1}], "receive an entity with incorrect offset -1"),
        (
            "a",
            "",
            [{"type": "bold", "offset": 9, "length": 1}],
            "begins after the end of the text at UTF-16 offset 9",
        ),
        ("😀", "", [{"type": "bold", "offset": 0, "length": 3}], "offset 0 ends after the end of the text at UTF-16"),
        ("a", "", [{"type": "text_link", "offset": 0, "length": 1}], 'Can\'t find field "url"'),
        ("a", "", [{"type": "text_mention", "offset": 0, "length": 1, "user": {"id": 1}}], "user not found"),
        ("a", "", [{"type": "bold", "offset": "x", "length": 1}], "must be of type Number"),
        (
            "a",
            "",
            [{"type": "text_link", "offset": 0, "length": 1, "url": "x"}],
            "entity URL 'x' is invalid: Wrong HTTP URL",
        ),
        ("a", "", {"type": "bold"}, "Expected an Array"),
    ],
)
def test_refusals(raw: str, mode: str, given: Any, reason: str) -> None:
    with pytest.raises(ApiError, match=reason):
        formatted(raw, mode, given, {})
