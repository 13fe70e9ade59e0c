from datetime import date

import pytest
from hypothesis import given

from bot.domain.article import Article
from bot.domain.digest import Story
from bot.rendering.articles import teaser
from bot.rendering.digests import digest
from bot.rendering.links import Links
from bot.rendering.markup import LONGEST_TEXT, link, quotation
from bot.rendering.plain import plain
from bot.sandbox.entities import utf16_length
from tests.unit.rendering.limits import text_of
from tests.unit.samples import ARTICLES, NAMES, article

LINKS = Links("newsbot")


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ("no mark-up", "no mark-up"),
        ("<b>bold</b> and <i>italic</i>", "bold and italic"),
        ("a &lt; b &amp;&amp; c &gt; d", "a < b && c > d"),
        ("&amp;lt;", "&lt;"),
        ('<a href="https://a.example/?b=1&amp;c=2">here</a>.', "here (https://a.example/?b=1&c=2)."),
        ("<blockquote expandable>one\ntwo</blockquote>", "one\ntwo"),
        ("<pre>x &lt;y&gt;</pre>", "x <y>"),
        ("<b>never closed", "never closed"),
        ("", ""),
    ],
)
def test_plain(markup: str, words: str) -> None:
    assert plain(markup) == words


def test_addresses_are_told_as_far_as_there_is_room() -> None:
    long, short = "https://a.example/" + "x" * 1300, "https://a.example/"
    words = plain("y" * 2000 + "".join(link(str(n), long) for n in range(3)) + link("end", short))
    assert words == "y" * 2000 + f"0 ({long})12end ({short})"
    assert utf16_length(words) <= LONGEST_TEXT


def test_what_is_too_long_is_cut() -> None:
    assert plain(quotation("😀" * 3000)) == "😀" * 2047 + "…"


@given(ARTICLES)
def test_any_message_says_the_same_in_plain_words(one: Article) -> None:
    one = one.model_copy(update={"also_at": ()})  # whose addresses stand within the line
    two = [Story(1, one), Story(2, article("b2"))]
    for message in (teaser(one, NAMES, LINKS), digest(two, {}, LINKS, day=date(2026, 11, 23), edition_id="d1")):
        words = plain(message.text)
        assert utf16_length(words) <= LONGEST_TEXT
        for line in text_of(message.text).split("\n"):
            assert line.rstrip() in words
