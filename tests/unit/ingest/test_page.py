"""Pages of every kind as articles: tests/data/pages, and smaller ones."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.article import FaqPair, Source
from bot.domain.feed import Failure, Fault
from bot.domain.page import Page
from bot.ingest.page import read_page

PAGES = Path(__file__).parents[2] / "data" / "pages"
FOUND = "https://found.example/news/1"


def read(name: str) -> Page:
    return page_of((PAGES / f"{name}.html").read_bytes())


def page_of(body: bytes | str, url: str = FOUND, content_type: str = "text/html") -> Page:
    page = read_page(body.encode() if isinstance(body, str) else body, url, content_type)
    assert isinstance(page, Page), page
    return page


def with_head(head: str, body: str = "<p>Words of a page.</p>") -> Page:
    return page_of(f"<html><head><meta charset='utf-8'>{head}</head><body>{body}</body></html>")


def json_ld(fields: str) -> str:
    return f'<script type="application/ld+json">{{"@type": "NewsArticle", {fields}}}</script>'


# -- whole pages ----------------------------------------------------------------------------------------------------


def test_a_graph_in_a_wrapped_script() -> None:
    page = read("graph")
    assert page.title == "Harbour Toll to Rise in May & Again in June"
    assert page.teaser == "From May, ships pay by their length. The council’s vote was 7 to 2."
    assert [paragraph[:20] for paragraph in page.body] == [
        "The harbour of Linde",
        "Under the new rule a",
        "Fishing boats stay f",
    ]
    assert page.source
    assert (page.source.name, page.source.url) == (
        "The Linden Courier",
        "https://linden-courier.example/economy/harbour-toll/?id=7",
    )
    assert page.published == datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
    assert (page.image, page.section) == ("https://found.example/pictures/harbour.jpg", "Economy")
    assert not page.partial


def test_open_graph_alone() -> None:
    page = read("open_graph")
    assert page.title == "Comet Maravel returns after 412 years"
    # The description breaks off, and the text goes on with it.
    assert page.teaser.startswith("It was last seen by a lighthouse keeper, and this time everybody can look")
    assert [paragraph[:10] for paragraph in page.body] == ["The keeper", "Through fi"]
    assert page.source and page.source.url == "https://skywatch.example/comet-maravel"
    assert page.published == datetime(2026, 11, 19, 12, tzinfo=UTC)


def test_a_heading_and_nothing_else() -> None:
    page = read("headings")
    assert page.title == "Lake-cooled foundry opens in Veronde"
    assert page.teaser.startswith("The first foundry that is cooled with lake water alone")
    assert [paragraph[:10] for paragraph in page.body] == ["Its pumps "]
    assert page.published == datetime(2026, 11, 18, 7, tzinfo=UTC)
    assert page.source and (page.source.name, page.source.url) == ("found.example", FOUND)


def test_a_page_that_says_nothing_of_itself() -> None:
    page = read("nothing")
    assert page.title == "Night train to Veronde runs again"
    assert page.teaser.startswith("After nine years the night train")
    assert page.body[0].startswith("Tickets cost thirty crowns")


def test_a_page_that_shows_only_part_of_its_text() -> None:
    page = read("paywall")
    assert page.partial
    assert page.teaser.startswith("A goalkeeper, a goat and a closed road")
    assert page.source and page.source.name == "Matchday"


def test_an_amp_page_leads_to_the_page_itself_and_its_cut_headline_is_completed() -> None:
    page = read("amp")
    assert page.title == "Wool sale breaks its record"
    assert page.source and page.source.url == "https://fells.example/news/wool-sale"
    assert page.image == "https://fells.example/wool.jpg"


def test_stored_questions_wherever_they_stand() -> None:
    page = read("faq")
    assert page.faq == (
        FaqPair(
            question="Does it work without a network?",
            answer="Yes.\n\nIt carries the tables of a whole year & computes the rest.",
        ),
        FaqPair(question="Which harbours does it know?", answer="All forty of the coast."),
    )
    assert page.body == ()  # what the page shows of its questions is not its text


def test_right_to_left() -> None:
    page = read("right_to_left")
    assert page.title == "عودة الجسر الحجري القديم"
    assert page.source and page.source.name == "صحيفة الوادي"


# -- single things --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "body", "title"),
    [
        ("<title>A story | The Site</title><meta property='og:site_name' content='The Site'>", "", "A story"),
        ("<title>The Site: A story - Part 2</title>", "", "The Site: A story - Part 2"),
        ("<title>The Site » A story</title><meta name='application-name' content='the site'>", "", "A story"),
        ("<title>A story of some length – Site | found.example</title>", "", "A story of some length"),
        ("<title>Yes | No</title>", "<h1>Yes or no?</h1>", "Yes or no?"),
        ("<title>The title</title>", "<h1>One</h1><h1>Two</h1>", "The title"),
        ("<meta name='twitter:title' content='Shared'>", "<h1>One</h1>", "Shared"),
        ("<meta property='og:title' content='&amp;quot;Quoted&amp;quot; <b>words</b>'>", "", '"Quoted" words'),
        (json_ld('"headline": ["The\\u200b one"]'), "<h1>Other</h1>", "The one"),
        ("<title></title>", "<h1>One</h1><h1>Two</h1>", "One"),
        # The only <h1> is the site's.
        (
            "<title>A long story - The Site</title>",
            "<h1><a href='/'>The Site</a></h1><h2>A long story</h2>",
            "A long story",
        ),
        ("<title>The Site: A long story</title>", "<h1>The Site</h1><h3>A long story</h3>", "A long story"),
        ("<title>A story - Part 2 - Found</title>", "", "A story - Part 2"),
        ("<title>Found</title>", "<h1>Found</h1><h1 itemprop='headline'>A story</h1>", "A story"),
        # What the heading lacks is no part of it.
        (json_ld('"headline": "A long story | The Site"'), "<h1>A long story</h1>", "A long story"),
        ("<title>A story – and why it goes on, they say</title>", "", "A story – and why it goes on, they say"),
        (
            "<title>A long story | Economy | The Site</title><meta property='og:site_name' content='The Site'>",
            "",
            "A long story",
        ),
        (
            "<title>标题很长的新闻_新闻频道_某某网</title><meta property='og:site_name' content='某某网'>",
            "",
            "标题很长的新闻",
        ),
        ("<title>News - A story</title><meta name='dcterms.title' content='A story'>", "", "A story"),
        (json_ld(f'"headline": "{"Long words " * 60}"'), "", ("Long words " * 60)[:300].rsplit(" ", 1)[0] + "…"),
    ],
)
def test_titles(head: str, body: str, title: str) -> None:
    page = with_head(head, body + "<p>Some words.</p>")
    assert len(page.title) <= 300
    assert page.title == title


LEAD = "What happened at the pier, in a sentence."


@pytest.mark.parametrize(
    "before", ["Friday, November 20, 2026", "By Ann Author", "Photo: J. Doe", "Updated 20.11.2026, 14:02"]
)
def test_a_date_or_a_name_is_no_teaser(before: str) -> None:
    rest = "<p>And what happened afterwards, which took some hours and was seen by many people there.</p>" * 4
    page = with_head(
        "<title>A title</title>", f"<article><h1>A title</h1><p>{before}</p><p>{LEAD}</p>{rest}</article>"
    )
    assert page.teaser == LEAD


def test_a_short_text_in_a_dense_script_stays_in_paragraphs() -> None:
    text = "经过九年的修缮，老石桥于周五上午重新开放，首班电车免费，市民沿着河岸排起了长队。"
    body = f"<div>菜单</div><article><h1>老石桥重新开放</h1><p>{text}</p><p>{text[:-1]}，次日也是。</p></article>"
    page = with_head("<title>老石桥重新开放</title>", body)
    assert (page.teaser, len(page.body)) == (text, 1)


def test_without_its_text_a_page_has_a_teaser_all_the_same() -> None:
    read = read_page(f"<title>A title</title><p>Menu</p><p>{LEAD}</p>".encode(), FOUND, whole=False)
    assert isinstance(read, Page)
    assert (read.teaser, read.body) == (LEAD, ())


@pytest.mark.parametrize(
    ("canonical", "link"),
    [
        ("https://a.example/story?utm_campaign=x", "https://a.example/story"),
        ("/story", "https://found.example/story"),
        ("//a.example/story", "https://a.example/story"),
        ("https://a.example/", FOUND),  # of an article, that is a mistake
        ("http://localhost:3000/story", FOUND),
        ("http://10.0.0.7/story", FOUND),
        ("https://staging.internal/story", FOUND),
        ("javascript:alert(1)", FOUND),
        ("http://[broken", FOUND),
        ("", FOUND),
    ],
)
def test_the_link_is_the_pages_own_if_it_can_be(canonical: str, link: str) -> None:
    page = with_head(f"<title>A title</title><link rel='canonical' href='{canonical}'>")
    assert page.source and page.source.url == link


def test_one_page_has_one_id_however_it_was_reached() -> None:
    head = "<title>A title</title>"
    there = page_of(head, "https://www.found.example/news/1/?utm_source=x#top")
    assert there.id == page_of(head + "<p>Changed.</p>", FOUND).id
    assert there.id != page_of(head, FOUND + "1").id
    assert page_of(head, "").id is None
    assert page_of(head, "").source is None


@pytest.mark.parametrize(
    ("told", "published"),
    [
        ("2026-11-20T10:00:00+0200", datetime(2026, 11, 20, 8, tzinfo=UTC)),
        ("2026-11-20", datetime(2026, 11, 20, 12, tzinfo=UTC)),
        ("Fri, 20 Nov 2026 10:00:00 GMT", datetime(2026, 11, 20, 10, tzinfo=UTC)),
        ("0001-01-01T00:00:00Z", None),
        ("2999-01-01", None),
        ("yesterday", None),
    ],
)
def test_times(told: str, published: datetime | None) -> None:
    page = with_head(f"<title>A title</title><meta property='article:published_time' content='{told}'>")
    assert page.published == published


def test_nothing_was_published_later_than_now() -> None:
    """The noon of today may be still to come; what is dated so would not be found by who asks what is new today."""
    before, ahead = datetime.now(UTC), datetime.now(UTC) + timedelta(hours=5)
    page = with_head(f"<title>A title</title><meta property='article:published_time' content='{ahead.isoformat()}'>")
    assert page.published
    assert before <= page.published <= datetime.now(UTC)


def test_the_time_is_the_articles_own_not_that_of_another_one_above() -> None:
    ticker = "<p><time datetime='2026-11-22T08:00:00Z'>08:00</time> News</p>"
    own = "<time datetime='2026-11-20T10:00:00Z'>20.11.</time>"
    page = with_head("<title>A title</title>", f"{ticker}<h1>A title</h1>{own}<p>{LEAD}</p>")
    assert page.published == datetime(2026, 11, 20, 10, tzinfo=UTC)
    said = own.replace("<time", "<time itemprop='datePublished'")
    assert with_head("<title>A title</title>", f"{said}<h1>A title</h1>{ticker}").published == page.published


def test_a_day_in_the_address_is_taken_before_one_in_the_text() -> None:
    page = page_of("<title>A title</title><p class='date'>19.11.2026</p>", "https://found.example/2026/11/20/title")
    assert page.published == datetime(2026, 11, 20, 12, tzinfo=UTC)


def test_of_several_articles_it_is_the_one_at_this_address() -> None:
    others = '[{"@type": "Article", "headline": "Other", "url": "https://found.example/news/2"},'
    this = '{"@type": "BlogPosting", "headline": "This", "mainEntityOfPage": "https://found.example/news/1/"}]'
    assert with_head(f'<script type="application/ld+json">{others}{this}</script>').title == "This"


def test_the_text_may_stand_in_the_script_alone() -> None:
    body = "First paragraph, and it is long enough.\\nSecond paragraph."
    page = with_head(json_ld(f'"headline": "T", "description": "D.", "articleBody": "{body}"'), "<div></div>")
    assert page.body == ("First paragraph, and it is long enough.", "Second paragraph.")


# -- encodings ------------------------------------------------------------------------------------------------------

WORDS = "Über Größe und Straße: die Brücke in Köln wird für Fußgänger gesperrt"


@pytest.mark.parametrize(
    ("encoding", "header", "meta"),
    [
        ("utf-8", "", ""),
        ("utf-8", "iso-8859-1", "windows-1252"),  # both lie
        ("cp1252", "", "iso-8859-1"),
        ("cp1252", "windows-1252", "utf-8"),
        ("cp1252", "", ""),
        ("utf-16", "", ""),
        ("utf-16-le", "utf-16le", ""),
        ("utf-8-sig", "", "latin-1"),
        ("utf-8", "no-such-charset", "hex"),
    ],
)
def test_encodings(encoding: str, header: str, meta: str) -> None:
    html = f"<html><head><meta charset='{meta}'><title>{WORDS}</title></head><body><p>{WORDS}</p></body></html>"
    page = page_of(html.encode(encoding), content_type=f"text/html; charset={header}")
    assert page.title == WORDS


@pytest.mark.parametrize(
    ("encoding", "name", "words"),
    [
        ("gb18030", "gb2312", "老石桥重新开放"),
        ("cp932", "shift_jis", "古い石橋が再開"),
        ("euc_kr", "euc-kr", "오래된 돌다리 재개통"),
        ("cp1256", "windows-1256", "عودة الجسر القديم"),
        ("cp1251", "windows-1251", "Старый мост снова открыт"),
        ("iso2022_jp", "iso-2022-jp", "古い石橋"),
    ],
)
def test_encodings_that_say_what_they_are(encoding: str, name: str, words: str) -> None:
    html = f"<html><head><meta http-equiv='Content-Type' content='text/html; charset={name}'><title>{words}</title>"
    assert page_of(html.encode(encoding), content_type="text/html").title == words


# -- what is no article ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b"", "text/html"),
        (b"%PDF-1.7\n%\xe2\xe3", "text/html"),
        (b"<?xml version='1.0'?><rss version='2.0'><channel><title>A feed</title></channel></rss>", "feed"),
        (b"<feed xmlns='http://www.w3.org/2005/Atom'><title>A feed</title></feed>", "feed"),
        (b"<html><body></body></html>", ""),
        (b"<html><title>&#8203;</title><meta property='og:title' content=' '>", ""),
        (b"<html><!--", ""),
    ],
)
def test_what_is_no_article(body: bytes, detail: str) -> None:
    read = read_page(body, FOUND, "text/html; charset=utf-8")
    assert read == Failure(fault=Fault.NOT_AN_ARTICLE, detail=detail)


MARKUP = st.lists(
    st.sampled_from(
        [
            "<html>", "<title>", "</title>", "<h1>", "</h1>", "<p>", "words ", "<script type='application/ld+json'>",
            '{"@type": "NewsArticle", "headline": ', '"x"', "}",
            "[", "]", "null", '{"@type": "FAQPage", "mainEntity":',
            "</script>", "<meta property='og:title' content='", "'>", "<link rel=canonical href='", "http://[",
            "&#xD83D;",
            "&amp;amp;", "\u202e", "\ud800", "<!--", "<![CDATA[", "<time datetime='", "2026-13-45", "\0", "é",
        ]
    ),
    max_size=30,
)  # fmt: skip


@given(MARKUP)
def test_any_page_is_an_article_or_none(pieces: list[str]) -> None:
    read = read_page(("<p>" + "".join(pieces)).encode("utf-8", "surrogatepass"), FOUND, "text/html")
    assert isinstance(read, Page | Failure)
    if isinstance(read, Page):
        assert Page.model_validate_json(read.model_dump_json()) == read


@given(st.binary(max_size=300))
def test_any_bytes_are_an_article_or_none(body: bytes) -> None:
    assert isinstance(read_page(b"<p>" + body, FOUND, "text/html"), Page | Failure)


def test_what_reads_pages_is_loaded_by_workers_only() -> None:
    told = "import sys, bot.runner; print({'trafilatura', 'bot.ingest.page'} & set(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "set()"


def test_a_password_of_ours_is_not_in_its_link() -> None:
    body = b"<html><title>Toll halved at noon</title><meta property='og:image' content='/x.png'><p>Said.</p></html>"
    read = read_page(body, "https://me:s3cret@e.example/toll")
    assert isinstance(read, Page)
    assert read.source
    assert read.source.url == "https://e.example/toll"
    assert "s3cret" not in read.model_dump_json()


def test_a_page_at_an_endless_address_is_read_all_the_same() -> None:
    read = read_page(
        b"<html><title>Toll halved at noon</title><p>Said.</p></html>", "https://e.example/?" + "a" * 3000
    )
    assert isinstance(read, Page)
    assert read.source == Source(name="e.example")
