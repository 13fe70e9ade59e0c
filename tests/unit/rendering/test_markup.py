from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rendering.markup import (
    SAFE_TEXT,
    bold,
    brief,
    calm,
    escape,
    fill,
    italic,
    label,
    link,
    pieces,
    quotation,
    shorten,
    units,
)
from bot.sandbox.entities import detected, utf16_length
from bot.sandbox.html import parse_html
from tests.unit.rendering.limits import MOST_UNITS, text_of
from tests.unit.samples import TEXT, URL

LIMITS = st.integers(10, 400)


@given(TEXT)
def test_units_are_telegrams(text: str) -> None:
    assert units(text) == utf16_length(text)


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("<b>&amp;</b>", "&lt;b&gt;&amp;amp;&lt;/b&gt;"),
        ('"quoted"', '"quoted"'),
        ("a\tb\nc", "a\tb\nc"),
        ("a\r\0\x1b\x7fb", "ab"),
        ("\u202eevil\u2066\u200f", "evil"),
        ("👩\u200d🚀 نمی\u200cخواهم", "👩\u200d🚀 نمی\u200cخواهم"),
        ("a\ud83db", "ab"),
    ],
)
def test_escape(text: str, escaped: str) -> None:
    assert escape(text) == escaped


@given(TEXT)
def test_what_is_escaped_is_read_as_it_was(text: str) -> None:
    read = text_of(escape(text))
    assert set(read) <= set(text)
    assert [c for c in text if c.isalnum()] == [c for c in read if c.isalnum()]
    assert escape(read) == escape(text)


@given(TEXT.filter(lambda text: bool(escape(text).strip())), URL)
def test_text_stays_within_its_own_markup(text: str, url: str) -> None:
    for markup, kind in [
        (bold(text), "bold"),
        (italic(text), "italic"),
        (link(text, url), "text_link"),
        (quotation(text), "blockquote"),
        (quotation(text, folded=True), "expandable_blockquote"),
    ]:
        read, entities = parse_html(markup)
        assert escape(read) == escape(text)
        assert [(one.type, one.start, one.end) for one in entities] == [(kind, 0, len(read))] or (
            kind == "text_link" and not entities  # an address that Telegram does not take for a link
        )


def test_an_address_cannot_leave_its_quotes() -> None:
    _, (entity,) = parse_html(link("here", 'https://a.example/"><b>x</b>?a=1&b=2'))
    assert entity.extra["url"] == 'https://a.example/"><b>x</b>?a=1&b=2'


# -- shorten --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "limit", "short"),
    [
        ("short", 5, "short"),
        ("  two   spaces\n\nand lines ", 99, "two spaces and lines"),
        ("One two. Three four five six", 14, "One two."),
        ("He said “Yes.” And then he went", 22, "He said “Yes.”"),
        ("Version 3.14 of everything", 14, "Version 3.14…"),
        ("A. Then a much longer sentence", 20, "A. Then a much…"),
        ("Donaudampfschifffahrt", 10, "Donaudamp…"),
        ("x Donaudampfschifffahrt", 10, "x Donauda…"),
        ("😀😀😀😀", 6, "😀😀…"),
        ("أين؟ هناك بعيدا جدا", 8, "أين؟"),
        ("", 5, ""),
        (" \n ", 5, ""),
        ("cafe\u0301s", 5, "caf…"),
        ("abcdef👩\u200d🚀g", 10, "abcdef…"),
        ("abcdef👍🏽g", 10, "abcdef…"),
        ("abcd🇩🇪🇫🇷", 12, "abcd🇩🇪🇫🇷"),
        ("abcd🇩🇪🇫🇷", 11, "abcd🇩🇪…"),
        ("abcdef❤\ufe0fg", 8, "abcdef…"),
        ("o" + "\u0333" * 40, 20, "o" + "\u0333" * 18 + "…"),
    ],
)
def test_shorten(text: str, limit: int, short: str) -> None:
    assert shorten(text, limit) == short


@given(TEXT, LIMITS)
def test_what_is_shortened_fits_and_is_the_beginning(text: str, limit: int) -> None:
    short, whole = shorten(text, limit), " ".join(text.split())
    assert utf16_length(short) <= limit
    short.encode()
    assert whole.startswith(short.removesuffix("…")) or short == whole
    assert shorten(short, limit) == short
    if utf16_length(whole) > limit:
        assert utf16_length(short) >= (limit - 1) // 2 - 1


# -- calm, brief, label ---------------------------------------------------------------------------------------------


def test_few_tags_stay_as_they_are() -> None:
    assert calm("#one, @two and a.com", 3) == "#one, @two and a.com"


def test_of_too_many_tags_none_is_one() -> None:
    text = "#one @two_three /four five.com 1.2.3.4 $SIX https://seven.example/8"
    assert detected(text, [])
    calmed = calm(text, 6)
    assert not detected(calmed, [])
    assert calmed.replace("\u2060", "") == text


@given(TEXT, LIMITS, st.integers(0, 9))
def test_what_is_brief_is_short_and_calm(text: str, limit: int, most: int) -> None:
    found = brief(text, limit, most)
    assert utf16_length(found) <= limit
    assert len(detected(found, [])) <= most


@pytest.mark.parametrize(
    ("text", "label_text"),
    [("Read", "Read"), ("\u202e\u200b", "…"), ("", "…"), ("\x01", "…"), ("a\x01b", "ab"), ("x" * 99, "x" * 79 + "…")],
)
def test_a_label_always_shows_something(text: str, label_text: str) -> None:
    assert label(text) == label_text


# -- pieces ---------------------------------------------------------------------------------------------------------


def test_pieces_of_nothing() -> None:
    assert pieces("", 100) == []


def test_pieces_are_cut_between_words() -> None:
    assert pieces("one two three four", 9) == ["one two", "three", "four"]


@given(TEXT, st.one_of(LIMITS, st.just(3500)))
def test_pieces_fit_and_lose_nothing_but_spaces(text: str, limit: int) -> None:
    found = pieces(text, limit)
    assert all(found)
    assert all(units(escape(piece)) <= limit for piece in found)
    for piece in found:
        piece.encode()
    assert "".join("".join(found).split()) == "".join(text.split())


def test_pieces_of_a_whole_book_take_no_time() -> None:
    assert len(pieces("word " * 100_000, 3500)) < 150


# -- fill -----------------------------------------------------------------------------------------------------------


@given(st.lists(st.integers(1, 3999).map(lambda length: "x" * length), max_size=20))
def test_messages_are_filled_in_order(paragraphs: list[str]) -> None:
    messages = fill(paragraphs)
    assert "\n\n".join(messages) == "\n\n".join(paragraphs)
    assert all(units(message) <= SAFE_TEXT < MOST_UNITS for message in messages)
    for one, other in pairwise(messages):
        assert units(one) + 2 + units(other.split("\n\n")[0]) > SAFE_TEXT


def test_units_not_characters_fill_a_message() -> None:
    assert fill(["😀" * 5, "😀" * 5], limit=21) == ["😀" * 5, "😀" * 5]
    assert fill(["😀" * 5, "😀" * 5], limit=22) == ["😀" * 5 + "\n\n" + "😀" * 5]


def test_entities_fill_a_message_too() -> None:
    paragraphs = [bold(str(n)) for n in range(200)]
    assert [message.count("</b>") for message in fill(paragraphs)] == [90, 90, 20]
    assert [message.count("#") for message in fill(["#tag"] * 100)] == [90, 10]
    assert len(fill([link("x", "https://a.example/b/c/d?e=f.g")] * 50)) == 1


def test_nothing_fills_nothing() -> None:
    assert fill([]) == []
