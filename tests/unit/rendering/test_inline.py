import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.answer import Answer
from bot.domain.article import Article
from bot.rendering import inline
from bot.rendering.actions import ReadArticle
from bot.rendering.inline import Offered
from bot.rendering.links import Links
from bot.rendering.markup import visible
from tests.unit.rendering.limits import check, text_of
from tests.unit.samples import ARTICLES, FULL, LINE, NAMES, article, quoted

LINKS = Links("newsbot")


def check_offered(offered: list[Offered]) -> None:
    assert len({one.id for one in offered}) == len(offered)
    for one in offered:
        assert 1 <= len(one.id.encode()) <= 64
        assert visible(one.title) and visible(one.description)
        check(one.message)
        assert all(button.url and button.data is None for row in one.message.buttons for button in row)


def test_an_article_is_offered_as_its_teaser_with_a_way_to_read_it() -> None:
    (one,) = inline.articles([FULL], NAMES, LINKS)
    assert (one.title, one.description) == (FULL.title, "22 Nov 2026 · From May, ships pay more.")
    assert "Continue reading at Reuters" in text_of(one.message.text)
    ((button,),) = one.message.buttons
    assert (button.label, button.url) == ("📖 Read and ask", "https://t.me/newsbot?start=a_full")
    assert inline.linked(str(button.url)) == ReadArticle(id="full").encode()


def test_an_answer_is_offered_with_what_may_be_meant_too() -> None:
    faq, passage = quoted(FULL, "The council.", "Who decided?"), quoted(FULL, "Ships pay by length.")
    first, second = inline.answers(Answer(faq, others=(passage,)), LINKS)
    assert (first.title, first.description) == ("Answer: Who decided?", "The council.")
    assert (second.title, second.description) == ("Answer: Harbour Toll Rises", "Ships pay by length.")
    assert text_of(first.message.text).startswith("Who decided?\nThe council.\nFrom Harbour Toll Rises, Reuters")
    check_offered([first, second])
    assert inline.answers(Answer(None, others=(passage,)), LINKS) == []


@pytest.mark.parametrize(
    ("image", "shown"),
    [("https://a.example/1.png", True), ("http://a.example/1.png", False), (None, False)],
)
def test_pictures_are_shown_from_safe_addresses_only(image: str | None, shown: bool) -> None:
    (one,) = inline.articles([article(image=image)], NAMES, LINKS)
    assert one.picture == (image if shown else None)


@pytest.mark.parametrize("url", ["", "https://t.me/newsbot?start=saved", "https://t.me/newsbot?start=a_", "a_full"])
def test_other_links_open_no_article(url: str) -> None:
    assert inline.linked(url) is None


@settings(max_examples=25)
@given(st.lists(ARTICLES, max_size=4, unique_by=lambda one: one.id))
def test_any_articles_are_offered_as_telegram_takes_them(found: list[Article]) -> None:
    check_offered(inline.articles(found, NAMES, LINKS))


@given(ARTICLES, LINE, st.none() | LINE)
def test_any_answer_is_offered_as_telegram_takes_it(found: Article, text: str, question: str | None) -> None:
    check_offered(inline.answers(Answer(quoted(found, text, question)), LINKS))
