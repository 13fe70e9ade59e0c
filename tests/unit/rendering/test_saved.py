from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.article import Article
from bot.rendering import saved
from bot.rendering.actions import ListSaved, ReadArticle, RemoveSaved, decode
from bot.rendering.links import Links
from tests.unit.rendering.limits import check, text_of
from tests.unit.samples import ARTICLES, NAMES, article

LINKS = Links("newsbot")
SEVEN = [article(f"a{n}") for n in range(1, 8)]


def test_a_page_has_titles_that_link_and_buttons_to_read_and_remove() -> None:
    message = saved.saved_list(SEVEN, NAMES, LINKS, skip=5)
    assert text_of(message.text).startswith("🔖 Saved · 7 articles\n\n6. Title of a6\nPolicy · ")
    assert '<a href="https://t.me/newsbot?start=a_a6">Title of a6</a>' in message.text
    assert [[decode(button.data or "") for button in row] for row in message.buttons] == [
        [ReadArticle(id="a6"), ReadArticle(id="a7")],
        [RemoveSaved(id="a6", skip=5), RemoveSaved(id="a7", skip=5)],
        [ListSaved(skip=0)],
    ]


def test_a_page_that_is_no_longer_there_is_the_last() -> None:
    assert saved.saved_list(SEVEN, NAMES, LINKS, skip=10) == saved.saved_list(SEVEN, NAMES, LINKS, skip=5)
    assert saved.saved_list(SEVEN[:5], NAMES, LINKS, skip=5) == saved.saved_list(SEVEN[:5], NAMES, LINKS)


def test_nothing_saved_says_how_to() -> None:
    assert "🔖 Save" in saved.saved_list([], NAMES, LINKS).text


@settings(max_examples=30)
@given(st.lists(ARTICLES, max_size=11), st.integers(0, 12))
def test_any_list_is_a_message_that_telegram_takes(articles: list[Article], skip: int) -> None:
    check(saved.saved_list(articles, NAMES, LINKS, skip=skip))


def test_fixed_words_are_messages_that_telegram_takes() -> None:
    check(saved.saved_in_private(LINKS))
    notes = [saved.saved(gone, here=here) for gone in (0, 1) for here in (True, False)]
    assert all(0 < len(note) <= 200 for note in (*notes, saved.start_first(), saved.taken_out()))
