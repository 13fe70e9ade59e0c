from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.article import Article
from bot.rendering import curating, joining
from bot.rendering.actions import ReadArticle, decode
from bot.rendering.editor_actions import ChooseStory, JoinStory, ListArticles, Retract, SplitStory
from tests.unit.ingest.told import FERRY, TOLL, TOLL_AGAIN, TOLL_THIRD
from tests.unit.rendering.limits import check, text_of
from tests.unit.samples import ARTICLES, NAMES

STORY = TOLL.joined_by(TOLL_AGAIN).joined_by(TOLL_THIRD)


def test_an_articles_page_offers_to_split_off_each_that_has_joined_it() -> None:
    page = curating.manage(STORY, NAMES, [TOLL_AGAIN, TOLL_THIRD])
    assert "\nalso at Gazette, Mirror\n" in text_of(page.text)
    assert [decode(button.data or "") for row in page.buttons for button in row] == [
        SplitStory(id="toll2", sure=False),
        SplitStory(id="toll3", sure=False),
        ChooseStory(id="toll1"),
        Retract(id="toll1"),
        ReadArticle(id="toll1"),
        ListArticles(skip=0),
    ]
    assert page.buttons[0][0].label == "✂️ Split off: Gazette"


def test_alone_it_tells_of_no_others() -> None:
    page = curating.manage(FERRY, NAMES)
    assert "also at" not in page.text
    assert "joined" not in page.text


def test_what_it_may_be_joined_with_is_named_by_a_mark() -> None:
    long = FERRY.model_copy(update={"id": "f" * 40})
    page = joining.choose(long, [TOLL.model_copy(update={"id": "t" * 40})])
    assert decode(page.buttons[0][0].data or "") == JoinStory(id="f" * 40, into=joining.mark_of("t" * 40), sure=False)
    assert "No article" in joining.choose(FERRY, []).text


@settings(max_examples=30)
@given(st.lists(ARTICLES, min_size=2, max_size=25, unique_by=lambda one: one.id), st.integers(0, 3))
def test_whatever_they_say_telegram_takes_it(articles: list[Article], readers: int) -> None:
    one, *others = articles
    story = one
    for other in others:
        story = story.joined_by(other)
    check(curating.manage(story, NAMES, others))
    check(joining.choose(one, others[: joining.OFFERED]))
    check(joining.join_sure(one, others[0]))
    check(joining.split_sure(one, others[0], readers))
    assert all(
        0 < len(note) <= 200 for note in (joining.joined(), joining.split(sent=True), joining.split(sent=False))
    )
