"""A feed as a document: every trap that real feeds, and the parser of them, have shown."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.feed import Document, Entry, Failure, Fault
from bot.ingest.entries import MOST_ENTRIES
from bot.ingest.feed_document import read_feed

FEEDS = Path(__file__).parents[2] / "data" / "feeds"
URL = "https://feeds.example/some/feed.xml"


def document(body: bytes, url: str = URL, content_type: str = "") -> Document:
    read = read_feed(body, url, content_type)
    assert isinstance(read, Document), read
    return read


def stored(name: str, url: str = URL) -> Document:
    return document((FEEDS / name).read_bytes(), url)


def rss(*items: str, channel: str = "") -> bytes:
    inside = "".join(f"<item>{item}</item>" for item in items)
    return f"<rss version='2.0'><channel><title>T</title>{channel}{inside}</channel></rss>".encode()


def test_rss() -> None:
    feed = stored("rss.xml")
    assert (feed.title, feed.link, feed.ttl) == ("The Lantern & Post", "https://lantern.example/", 15)
    assert (feed.hub, feed.topic) == ("https://hub.example/push", "https://lantern.example/rss.xml")
    assert feed.entries[0] == Entry(
        id="lantern-7",
        link="https://lantern.example/news/toll?id=7",
        title="Harbour toll & tides: what changes",
        teaser="The toll falls by half. Boats under six metres pay nothing.",
        published=datetime(2026, 2, 3, 7, 30, tzinfo=UTC),
        image="https://lantern.example/toll.jpg",
    )


def test_the_link_behind_a_redirector_and_the_text_behind_an_empty_teaser() -> None:
    entry = stored("rss.xml").entries[1]
    assert entry.link == "https://lantern.example/news/comet"
    assert entry.teaser == "The comet is back."
    assert entry.image == "https://feeds.example/comet.jpg"


def test_what_has_no_title_is_called_by_how_its_text_begins() -> None:
    entry = stored("rss.xml").entries[2]
    assert entry.title == "The wool sale begins at noon. Bidders come from four valleys."
    assert entry.teaser == ""
    assert entry.link == "https://lantern.example/news/wool?page=2"
    long = document(rss("<description>" + "Words and words. " * 40 + "</description><link>https://e.example/</link>"))
    assert len(long.entries[0].title) <= 120
    assert len(long.entries[0].teaser) > 400


def test_what_says_nothing_is_called_by_its_link() -> None:
    assert document(rss("<link>https://e.example/a/b/</link>")).entries[0].title == "e.example/a/b"


def test_atom() -> None:
    feed = stored("atom.xml")
    assert (feed.title, feed.link) == ("Valley <notes>", "https://valley.example/blog/")
    assert feed.entries[0] == Entry(
        id="tag:valley.example,2026:snow",
        link="https://valley.example/blog/snow",
        title='"Snow" again',
        teaser="Six inches & more.",
        published=datetime(2026, 2, 3, 13, tzinfo=UTC),
        image="https://valley.example/img/snow.png",
    )


def test_what_is_no_address_of_a_page_is_no_link() -> None:
    _, none, empty = stored("atom.xml", "https://valley.example/blog/feed.atom").entries
    assert (none.link, none.published) == (None, None)
    assert (empty.link, empty.published) == (None, None)
    for link in (
        "javascript:alert(1)",
        "mailto:a@e.example",
        "file:///etc/passwd",
        "http://",
        "http://[::1",
        "//",
        "http:s//e.x",
    ):
        assert document(rss(f"<title>t</title><link>{link}</link>")).entries[0].link is None


def test_rdf_in_its_own_encoding() -> None:
    body = (FEEDS / "rdf.xml").read_bytes().replace(b"Forge<", "Försterei<".encode("latin-1"))
    feed = document(body, content_type="text/xml")
    assert (feed.title, feed.ttl) == ("Försterei", 30)
    assert feed.entries[0].link == "https://forge.example/1"
    assert feed.entries[0].published == datetime(2026, 2, 3, 11, tzinfo=UTC)


def test_json_feed() -> None:
    feed = stored("feed.json", "https://tides.example/feed.json")
    assert (feed.title, feed.link) == ("Tide table", "https://tides.example/")
    assert (feed.hub, feed.topic) == ("https://hub.example/", "https://tides.example/feed.json")
    first, second = feed.entries
    assert first == Entry(
        id="41",
        link="https://tides.example/41",
        title="High water & wind",
        teaser="Stay off the pier.",
        published=datetime(2026, 2, 3, 4, tzinfo=UTC),
        image="https://tides.example/pier.jpg",
    )
    assert second.title == "A note without a title. It goes on & on: 5 < 6."
    assert (second.link, second.published) == ("https://elsewhere.example/a", datetime(2026, 2, 3, 7, tzinfo=UTC))


@pytest.mark.parametrize(
    "body", [b"{", b"{}", b'{"items": []}', b'{"version": 1, "items": [1]}', b"{" * 100_000, b'{"a":' * 100_000]
)
def test_other_json_is_no_feed(body: bytes) -> None:
    assert read_feed(body, URL) == Failure(fault=Fault.NOT_A_FEED)


@pytest.mark.parametrize("items", ["[null, 1, [], {}]", '[{"id": [], "title": {}, "url": 5, "content_html": null}]'])
def test_what_does_not_fit_a_json_feed_is_passed_over(items: str) -> None:
    feed = document(b'{"version": "https://jsonfeed.org/version/1", "hubs": [1], "items": ' + items.encode() + b"}")
    assert [entry.title for entry in feed.entries] == [""]


@pytest.mark.parametrize("flaw", ["\\ud83d", "\t\x01"])
def test_half_an_emoji_or_a_bare_control_costs_a_json_feed_no_entry(flaw: str) -> None:
    items = f'[{{"id": "1", "url": "https://e.example/1", "title": "Cut {flaw}"}}, {{"id": "2", "title": "Whole"}}]'
    feed = document(b'{"version": "https://jsonfeed.org/version/1.1", "items": ' + items.encode() + b"}")
    assert [(entry.id, entry.title) for entry in feed.entries] == [("1", "Cut"), ("2", "Whole")]


def test_bare_ampersands() -> None:
    first, second = stored("ampersands.xml").entries
    assert first.title == "AT&T buys R&D lab"
    assert first.link == "https://shop.example/?a=1&copy=3"
    assert first.id == "https://shop.example/?a=1&copy=3"
    assert first.teaser == "Salt & pepper here"
    assert second.title == "Q&A"


def test_marks_that_do_not_show() -> None:
    titles = [entry.title for entry in stored("marks.xml").entries]
    assert titles == [
        "Soft evil marks",
        "می\u200cخواهم 👩\u200d🔬 ab",
        "Smile 😀 half half",
        "It’s deep – 5 < 6 → a",
        "Cut",
    ]


@pytest.mark.parametrize(
    "reference",
    ["&#1114112;", "&#x110000;", "&#99999999999999;", "&#x0;", "&#xffff;", "&#xD800;", "&#56832;&#55357;", "&#8;"],
)
def test_references_to_no_character(reference: str) -> None:
    assert document(rss(f"<title>a{reference}b & c</title>")).entries[0].title == "ab & c"


def test_dates() -> None:
    for entry in stored("dates.xml").entries:
        told = entry.published.astimezone(UTC).replace(tzinfo=None).isoformat() if entry.published else "None"
        assert told == entry.title


def test_a_day_ahead_is_a_mistake_an_hour_is_a_clock() -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    for ahead, trusted in ((timedelta(hours=1), True), (timedelta(hours=25), False)):
        when = now + ahead
        entry = document(rss(f"<title>t</title><pubDate>{when.isoformat()}</pubDate>")).entries[0]
        assert entry.published == (when if trusted else None)


def test_an_id_that_several_share_is_none() -> None:
    assert [entry.id for entry in stored("equal_ids.xml").entries] == ["", "", "own", "own"]


@pytest.mark.parametrize(
    ("encoding", "declared", "said"),
    [
        ("utf-8", "utf-8", ""),
        ("utf-8", None, "text/xml"),
        ("utf-8", "iso-8859-1", ""),
        ("utf-8", "utf-8", "text/xml; charset=iso-8859-1"),
        ("utf-8-sig", "utf-8", ""),
        ("windows-1251", "windows-1251", "text/html"),
        ("windows-1251", "windows-1251", "text/xml; charset=utf-8"),
        ("koi8-r", None, "application/rss+xml; charset=koi8-r"),
        ("utf-16", "utf-16", ""),
        ("shift_jis", "Shift_JIS", "text/xml"),
        ("gb18030", "gb2312", ""),
    ],
)
def test_encodings(encoding: str, declared: str | None, said: str) -> None:
    declaration = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    title = "Привет, весна"
    body = f"{declaration}<rss version='2.0'><channel><item><title>{title}</title></item></channel></rss>"
    assert document(body.encode(encoding), content_type=said).entries[0].title == title


def test_latin_1_that_nobody_declared() -> None:
    body = rss("<title>Caf\xe9</title>").decode().encode("latin-1")
    assert document(body).entries[0].title == "Café"


def test_utf_8_with_a_slip_stays_utf_8() -> None:
    body = rss("<title>Größenwahn für Anfänger, viele Grüße, später öfter über Füße</title>", "<title>x</title>")
    assert document(body.replace(b">x<", b">x\xff<")).entries[0].title.startswith("Größenwahn")


def test_utf_8_that_was_taken_for_latin_1() -> None:
    assert (
        document(rss("<title>" + "Café crème".encode().decode("latin-1") + "</title>")).entries[0].title
        == "Café crème"
    )


@pytest.mark.parametrize(
    "body", [b"", b" \n", b"plain words", b"\0", b"\x1f\x8b\x08", b"<", b"<?xml version='1.0'?>"]
)
def test_what_is_no_feed(body: bytes) -> None:
    assert read_feed(body, URL) == Failure(fault=Fault.NOT_A_FEED)


def test_a_page_is_no_feed() -> None:
    assert read_feed((FEEDS / "page.html").read_bytes(), URL) == Failure(fault=Fault.NOT_A_FEED)


def test_a_feed_without_entries_is_one() -> None:
    assert document(rss()) == Document(title="T")


@pytest.mark.parametrize("prefix", [b"\n\n ", b"\xef\xbb\xbf\n", b"<br/><b>Warning</b>: mysql on line <b>3</b>\n"])
def test_what_stands_before_a_feed(prefix: bytes) -> None:
    body = b'<?xml version="1.0"?>' + rss("<title>One</title>")
    assert [entry.title for entry in document(prefix + body).entries] == ["One"]


def test_a_feed_cut_short_gives_what_is_whole() -> None:
    body = rss(
        "<title>One</title><link>https://e.example/1</link>", "<title>Two</title><link>https://e.example/2</link>"
    )
    assert document(body[:-60]).entries[0].title == "One"


def test_it_opens_neither_files_nor_addresses(tmp_path: Path) -> None:
    secret = tmp_path / "secret.xml"
    secret.write_bytes(rss("<title>secret</title>"))
    for body in (str(secret), f"file://{secret}", "http://127.0.0.1:9/feed", "/dev/zero"):
        assert read_feed(body.encode(), URL) == Failure(fault=Fault.NOT_A_FEED)


def test_entities_that_stand_for_files_or_for_much() -> None:
    outside = b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    feed = document(outside + rss("<title>[&x;]</title>"))
    assert "root:" not in feed.entries[0].title
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<!DOCTYPE r [<!ENTITY l0 "lol">{laughs}]>'.encode() + rss("<title>&l9;</title>")
    assert len(document(bomb).entries[0].title) <= 300


def test_only_so_many_entries_are_read() -> None:
    assert len(document(rss(*["<title>t</title>"] * (MOST_ENTRIES + 1))).entries) == MOST_ENTRIES


@pytest.mark.parametrize(
    ("said", "minutes"),
    [
        ("<ttl>60</ttl>", 60),
        ("<ttl>soon</ttl>", None),
        ("<ttl>-5</ttl>", None),
        ("<ttl>99999999999</ttl>", 365 * 24 * 60),
        ('<sy:updatePeriod xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"> daily </sy:updatePeriod>', 1440),
    ],
)
def test_how_long_it_asks_to_wait(said: str, minutes: int | None) -> None:
    assert document(rss(channel=said)).ttl == minutes


@pytest.mark.parametrize(
    ("markup", "picture"),
    [
        ("&lt;img src='https://p.example/a.jpg'>", "https://p.example/a.jpg"),
        ("&lt;img src='/a.jpg?w=1&amp;amp;h=2'>", "https://feeds.example/a.jpg?w=1&h=2"),
        ("&lt;img width=1 src='https://p.example/a.gif'>", None),
        ("&lt;img src='https://p.example/a.gif' style='width:1px;height:1px'>", None),
        ("&lt;img src='https://feeds.feedburner.com/~r/x/~4/y' alt=''>", None),
        ("&lt;img src='data:image/gif;base64,R0lGOD'>", None),
    ],
)
def test_pictures_and_pixels(markup: str, picture: str | None) -> None:
    assert document(rss(f"<title>t</title><description>{markup}</description>")).entries[0].image == picture


PIECES = [
    *"<>/&;#![]-?='\" \n",
    "item",
    "title",
    "rss",
    "CDATA",
    "link",
    "é",
    "\ud83d",
    "&#xD800;",
    "xml:base",
    "]]>",
]
MARKUP = st.lists(st.sampled_from(PIECES)).map("".join)


@given(st.one_of(st.binary(max_size=300), MARKUP.map(lambda text: text.encode("utf-8", "surrogatepass"))))
def test_whatever_it_is_given_it_answers(body: bytes) -> None:
    for whole in (body, b"<rss version='2.0'><channel><item><title>" + body, b"{" + body, b"<?xml " + body):
        assert isinstance(read_feed(whole, URL), Document | Failure)


@given(st.text(max_size=100))
def test_words_arrive_as_they_were_written(words: str) -> None:
    words = " ".join(
        "".join(char for char in words if char.isascii() and char.isprintable() and char not in "<&").split()
    )
    entry = document(rss(f"<title>{escape(escape(f'5 < 6 & {words}'))}</title>")).entries[0]
    assert entry.title == f"5 < 6 & {words}".strip()


JSON = (
    b'{"version": "https://jsonfeed.org/version/1.1", "title": "T",'
    b' "items": [{"id": "42", "title": "X", "url": "%s"}]}'
)


def test_a_password_of_ours_gets_into_nothing_that_readers_see() -> None:
    channel = "<link>/</link><atom:link xmlns:atom='http://www.w3.org/2005/Atom' rel='self' href='/feed'/>"
    picture = "<description>&lt;img src='/x.png'&gt; said</description>"
    for body in (rss(f"<title>X</title><link>/x</link>{picture}", channel=channel), JSON % b"/x"):
        read = document(body, "https://me:s3cret@feeds.example/feed")
        assert read.entries[0].link == "https://feeds.example/x"
        assert "s3cret" not in read.model_dump_json()


def test_a_json_feeds_id_that_is_no_address_is_no_link() -> None:
    assert document(JSON % b"").entries[0].link is None


def test_a_feeds_title_is_no_text() -> None:
    long = b"Words " * 1000
    for body in (rss().replace(b"<title>T", b"<title>" + long), (JSON % b"").replace(b'"T"', b'"%s"' % long)):
        assert len(document(body).title) <= 100


def test_a_redirector_to_nowhere_costs_no_other_entry() -> None:
    nowhere = "https://www.google.com/url?url=http://999.1.1.1/"
    feed = document(
        rss(f"<title>X</title><link>{nowhere}</link>", "<title>Y</title><link>https://e.example/y</link>")
    )
    assert [entry.link for entry in feed.entries] == [nowhere, "https://e.example/y"]
