"""HTML parse mode against the examples of td's own tests (test/message_entities.cpp, parse_html)."""

import pytest

from bot.sandbox.errors import ApiError
from bot.sandbox.html import parse_html

STADIUM = "🏟 🏟&lt;"


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("&#57311;", "Text contains invalid Unicode characters after decoding HTML entities"),
        ("&#xDFDF", "Text contains invalid Unicode characters after decoding HTML entities"),
        (STADIUM + "<abacaba", "Unclosed start tag at byte offset 13"),
        (STADIUM + "<abac aba>", 'Unsupported start tag "abac" at byte offset 13'),
        (STADIUM + "<abac>", 'Unsupported start tag "abac" at byte offset 13'),
        (STADIUM + "<i   =aba>", 'Empty attribute name in the tag "i" at byte offset 13'),
        (STADIUM + "<i    aba>", 'Can\'t find end tag corresponding to start tag "i"'),
        (STADIUM + "<i    aba  =  ", 'Unclosed start tag "i" at byte offset 13'),
        (STADIUM + "<i    aba  =  190azAz-.,", "Unexpected end of name token at byte offset 27"),
        (STADIUM + '<i    aba  =  "&lt;&gt;&quot;>', "Unclosed start tag at byte offset 13"),
        (STADIUM + "<i    aba  =  '&lt;&gt;&quot;>", "Unclosed start tag at byte offset 13"),
        (STADIUM + "</", "Unexpected end tag at byte offset 13"),
        (STADIUM + "<b></b></", "Unexpected end tag at byte offset 20"),
        (STADIUM + "<i>a</i   ", "Unclosed end tag at byte offset 17"),
        (STADIUM + "<i>a</em   >", 'Unmatched end tag at byte offset 17, expected "</i>", found "</em>"'),
        ("a<br/>b", 'Unsupported start tag "br/" at byte offset 1'),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ('<tg-emoji emoji-id="x">a</tg-emoji>', "Invalid custom emoji identifier specified"),
    ],
)
def test_refusals_are_told_in_tds_words(source: str, reason: str) -> None:
    with pytest.raises(ApiError) as refusal:
        parse_html(source)
    assert refusal.value.code == 400
    assert refusal.value.description.startswith(f"Bad Request: can't parse entities: {reason}")


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        ("&ge;&lt;&gt;&amp;&quot;&laquo;&#12345678;", '&ge;<>&"&laquo;&#12345678;', []),
        ("&Or;", "&Or;", []),
        ("&#x41;&#65&lt", "AA<", []),
        ("ab<i>🏟 &lt🏟</i>", "ab🏟 <🏟", [("italic", 2, 6)]),
        ("<i>a&gt;<b aba   =   caba>&lt;c</b></i>", "a><c", [("italic", 0, 4), ("bold", 2, 4)]),
        ("<i    aba  =  190azAz-.>a</i>", "a", [("italic", 0, 1)]),
        ("<i>a</>", "a", [("italic", 0, 1)]),
        ("<B>a</b   >", "a", [("bold", 0, 1)]),
        ("<b></b>x", "x", []),
        ('<span class = "tg-spoiler">a</span>', "a", [("spoiler", 0, 1)]),
        ("<del>a</del><ins>b</ins><strike>c</strike>", "abc", ["strikethrough 0", "underline 1", "strikethrough 2"]),
        ("<a> </a>", " ", []),
        ("<pre><code>a</code></pre>", "a", [("pre", 0, 1), ("code", 0, 1)]),
        ("<blockquote   expandable   asd>a&lt;</>", "a<", [("expandable_blockquote", 0, 2)]),
        ('<blockquote   cite="" ask nj12b3>a</>', "a", [("blockquote", 0, 1)]),
    ],
)
def test_texts_and_ranges(source: str, text: str, entities: list[tuple[str, int, int] | str]) -> None:
    found_text, found = parse_html(source)
    assert found_text == text
    wanted = [(*one.split(), "") if isinstance(one, str) else one for one in entities]
    told = [
        (one.type, str(one.start), "") if isinstance(form, str) else (one.type, one.start, one.end)
        for one, form in zip(found, entities, strict=True)
    ]
    assert told == wanted


@pytest.mark.parametrize(
    ("source", "url"),
    [
        ("<a href=telegram.org>x</a>", "http://telegram.org/"),
        ("<a   href=  'telegram.org?&lt;'   >x</a>", "http://telegram.org/?<"),
        ("<a>telegram.org</a>", "http://telegram.org/"),
        ('<a href="https://a.org/?b=1&amp;c">x</a>', "https://a.org/?b=1&c"),
        ("<a href='https://a.org/\"q\"'>x</a>", 'https://a.org/"q"'),
        ("<a href='https://a.org:8080'>x</a>", "https://a.org:8080/"),
        ('<a href="https://Example.org/A?b#c">x</a>', "https://example.org/A?b#c"),
        ('<a href="tg://resolve?domain=x">x</a>', "tg://resolve?domain=x"),
    ],
)
def test_links_are_written_as_telegram_writes_them(source: str, url: str) -> None:
    entity = parse_html(source)[1][0]
    assert (entity.type, entity.extra) == ("text_link", {"url": url})


@pytest.mark.parametrize("href", ["example", "ftp://example.org", "http://", ""])
def test_a_link_that_is_none_leaves_its_text(href: str) -> None:
    assert parse_html(f'<a href="{href}">a b</a>') == ("a b", [])


@pytest.mark.parametrize(
    "source",
    [
        '<pre><code class="language-fift">x</></>',
        '<code class="language-fift"><pre>x</></>',
    ],
)
def test_language_of_a_pre(source: str) -> None:
    (entity,) = parse_html(source)[1]
    assert (entity.type, entity.extra) == ("pre", {"language": "fift"})


def test_a_mention_by_id() -> None:
    (entity,) = parse_html('<a href="tg://user?id=42">x</a>')[1]
    assert (entity.type, entity.extra) == ("text_mention", {"user": 42})
