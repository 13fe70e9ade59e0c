import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.article import Article, Correction
from bot.rendering.actions import ReadArticle, decode
from bot.rendering.articles import teaser
from bot.rendering.digests import digest, pages
from bot.rendering.links import Links
from tests.unit.rendering.limits import check, text_of
from tests.unit.samples import ARTICLES, NOW, TEXT, article

LINKS = Links("newsbot")
NAMES = {"policy": "Policy", "tech": "Technology"}


def test_one_article_is_told_as_its_teaser() -> None:
    assert digest([article()], NAMES, LINKS) == teaser(article(), LINKS)


def test_articles_stand_numbered_under_their_categories() -> None:
    found = [article("a1", "tech", teaser="About a1."), article("a2", "tech"), article("a3"), article("a4", "gone")]
    message = digest(found, NAMES, LINKS)
    assert text_of(message.text) == (
        "🗞 Your digest\n\nTECHNOLOGY\n\n1. Title of a1\nAbout a1.\n\n2. Title of a2\n\nPOLICY\n\n3. Title of a3\n\n"
        "GONE\n\n4. Title of a4"
    )
    assert [decode(b.data or "") for row in message.buttons for b in row] == [ReadArticle(id=a.id) for a in found]


def test_an_item_tells_its_newest_correction_in_a_line() -> None:
    corrections = (Correction(text="From\nJune.", at=NOW), Correction(text="From July.", at=NOW))
    found = [article("a1", teaser="About a1.", corrections=corrections), article("a2")]
    assert "1. Title of a1\nAbout a1.\n✏️ Correction, 22 Nov: From June.\n\n2. Title" in text_of(
        digest(found, NAMES, LINKS).text
    )


def test_numbers_go_on_over_the_parts() -> None:
    found = [article(f"a{n}") for n in range(1, 24)]
    parts = pages(found)
    assert [len(part) for part in parts] == [10, 10, 3]
    last = digest(parts[2], NAMES, LINKS, page=3, of=3)
    assert "part 3 of 3" in text_of(last.text)
    assert "21. Title of a21" in text_of(last.text)
    assert [button.label for row in last.buttons for button in row] == ["📖 21", "📖 22", "📖 23"]


def test_a_single_article_on_the_last_part_is_still_a_part() -> None:
    assert "part 2 of 2" in text_of(digest([article()], NAMES, LINKS, page=2, of=2).text)


def test_no_articles_are_no_pages() -> None:
    assert pages([]) == []


@settings(max_examples=25)
@given(
    st.lists(ARTICLES, min_size=1, max_size=10),
    st.lists(TEXT.map(lambda text: ("N" + text)[:64]), min_size=10, max_size=10),
    st.integers(1, 99),
)
def test_any_digest_is_a_message_that_telegram_takes(found: list[Article], names: list[str], page: int) -> None:
    check(
        digest(found, {one.category: name for one, name in zip(found, names, strict=False)}, LINKS, page=page, of=99)
    )


@pytest.mark.parametrize(
    "stuff", ["😀", "ΐ", "&", "<", "#a ", "a.b ", "1.2.3.4 ", "ة", "h\u0333\u0332", "👩\u200d🚀", "🇩🇪", "\u200b", "W"]
)
@pytest.mark.parametrize(
    "query", ["a=1&" * 509, "&" * 1300, "&" * 275, "é" * 1000, "é" * 688, "x" * 2050, "x" * 1376, '"' * 229]
)
def test_the_fullest_page_is_a_message_that_telegram_takes(stuff: str, query: str) -> None:
    source = {"name": "N" + stuff * 90, "url": f"https://news.example/?{query}"[:2083]}
    found = [
        article(f"a{n}" + "x" * 37, f"c{n}", title="T" + stuff * 200, teaser=stuff * 200, source=source)
        for n in range(10)
    ]
    check(digest(found, {f"c{n}": (stuff * 64)[:64] for n in range(10)}, LINKS, page=999, of=999))
    correction = Correction(text=("C" + stuff * 500)[:499] + "!", at=NOW.replace(year=2027))
    corrected = [one.corrected(correction) for one in found]
    check(digest(corrected, {f"c{n}": (stuff * 64)[:64] for n in range(10)}, LINKS, page=999, of=999))
    check(digest(found[:1], {}, LINKS))


def test_an_address_too_long_for_a_message_gives_way_to_our_own() -> None:
    far = article(source={"name": "N", "url": "https://news.example/" + "x" * 2000})
    near = article(source={"name": "N", "url": "https://news.example/" + "x" * 1000})
    assert LINKS.to_article(far) == "https://t.me/newsbot?start=a_a1"
    assert LINKS.label(far) == "Continue reading"
    assert near.source is not None
    assert LINKS.to_article(near) == near.source.url
