"""Markup as clean words."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ingest.plain_text import clean, excerpt, pictures, shortened

#: Marks that nobody sees; the two joiners are words' own where a script needs them.
UNSEEN = re.compile("[\0-\x1f\x7f-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
TAG = re.compile(r"</?(?:a|b|br|p|script|img|div)(?:[\s/][^<>]*)?>|<!--", re.I)


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ("plain words", "plain words"),
        ("f<b>oo</b> <i>bar</i>", "foo bar"),
        ("one<br>two<p>three</p><p>four</p>", "one two three four"),
        ("<td>a</td><td>b</td>", "a b"),
        ("AT&T &amp; R&D; 5 < 6 > 4", "AT&T & R&D; 5 < 6 > 4"),
        ("?a=1&copy=3&lt=4", "?a=1&copy=3&lt=4"),
        ("&amp;amp;quot;deep&amp;quot;", '"deep"'),
        ("&lt;b&gt;shown&lt;/b&gt;", "shown"),
        ("vector&lt;T&gt; of &lt;name&gt;", "vector<T> of <name>"),
        ("&#8211;&#x2013;&ndash;", "–––"),
        ("it\x92s &#146;quoted&#146;", "it’s ’quoted’"),
        ("a<!-- no --> b<!-- never ends", "a b"),
        ("a<script>alert('<p>')</script>b<style>p{}</style>c", "a b c"),
        ("a<script>never ends", "a"),
        ("a <button>press</button> <video>it", "a it"),
        ("<svg><path d='M0'/><title>x</title></svg>y", "y"),
        ('<img alt="a > b" src="x">after', "after"),
        ("<a title=it's>here</a>", "here"),
        ("cut <a href='https://e.example/long", "cut"),
        ("if a <b", "if a"),
        ("if 5 <", "if 5 <"),
        ("<?php echo ?><!DOCTYPE x>y", "y"),
        ("a\u00a0b\u2028c\td\r\n e", "a b c d e"),
        ("e\u0301", "é"),
        ("a\u200db\u200c c", "ab c"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
        ("\u202eabc\u202c \u2066d\u2069 \ufeffe", "abc d e"),
        ("a <<b>b>c</<b>b>", "a c"),
        ("<\x01b>a</\u200bb>", "a"),
        ("&lt;&#8203;b&gt;a", "a"),
        ("&am\xadp;", "&"),
        ("", ""),
        (" \n ", ""),
    ],
)
def test_clean(markup: str, words: str) -> None:
    assert clean(markup) == words


PIECES = [
    *"<>/&;#!-='\" a\u200b\u202e\0",
    "&amp;",
    "&lt;",
    "&gt;",
    "&#60;",
    "<b>",
    "</p>",
    "<script>",
    "<!--",
    "-->",
    "<br",
    "img",
]


@given(st.lists(st.sampled_from(PIECES)).map("".join))
def test_nothing_is_left_of_marks_and_tags(markup: str) -> None:
    words = clean(markup)
    assert not UNSEEN.search(words)
    assert not TAG.search(words)
    assert words == " ".join(words.split())


@given(st.text())
def test_clean_takes_any_text(text: str) -> None:
    words = clean(text)
    assert not UNSEEN.search(words)
    words.encode()  # no halves of characters


HOSTILE = (
    """<|<a |<a b="|<!--|<script>|&|&amp;|&lt;|<button>|a'|<svg/>|The post |Read more |. |[ |\u200d| |</|<img src="""
)


@pytest.mark.parametrize("piece", HOSTILE.split("|"))
def test_no_text_is_made_to_cost_much(piece: str) -> None:
    markup = piece * (200_000 // len(piece))
    began = time.process_time()
    excerpt(clean(markup))
    list(pictures(markup))
    assert time.process_time() - began < 2


def test_an_excerpt_ends_with_a_sentence() -> None:
    assert excerpt("One two. Three four five.", 20) == "One two."
    assert excerpt("First! “Second?” Third goes on and on", 20) == "First! “Second?”"
    assert excerpt("一二三。四五六。七八九十", 9) == "一二三。四五六。"
    assert excerpt("یہ پہلا جملہ ہے۔ دوسرا یہاں", 20) == "یہ پہلا جملہ ہے۔"
    assert excerpt("Fits as it is", 20) == "Fits as it is"


def test_an_excerpt_without_sentences_ends_with_a_word() -> None:
    assert excerpt("Version 3.11 came out, as all had hoped", 25) == "Version 3.11 came out…"
    assert excerpt("A. " + "word " * 20, 40) == "A. word word word word word word word…"
    assert excerpt("x" * 50, 20) == "x" * 19 + "…"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("It is so. […]", "It is so."),
        ("It is so [...]", "It is so…"),
        ("It is so. Read more", "It is so."),
        ("It is so… Continue reading Tides and tolls →", "It is so…"),
        ("It is so. (Read more...)", "It is so."),
        ("It is so … Läs vidare →", "It is so…"),
        ("It is so. The post Tides appeared first on The Lantern.", "It is so."),
        ("It is so [...] The post Tides appeared first on The Lantern.", "It is so…"),
        ("So ist es. Der Beitrag Ebbe erschien zuerst auf Die Laterne.", "So ist es."),
        ("Read more »", ""),
        ("To read more is good.", "To read more is good."),
        ("They ought to read more.", "They ought to read more."),
        ("Read more of it. It is so.", "Read more of it. It is so."),
        ("Фильм «Картина»", "Фильм «Картина»"),
    ],
)
def test_what_only_hints_at_the_rest_is_left_out(text: str, left: str) -> None:
    assert excerpt(text) == left


@given(st.text(), st.integers(10, 60))
def test_an_excerpt_fits(text: str, most: int) -> None:
    assert len(excerpt(text, most)) <= most
    assert len(shortened(text, most)) <= most
