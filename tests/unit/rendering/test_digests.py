from collections.abc import Mapping, Sequence
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.answer import mark_of
from bot.domain.article import Article, Correction
from bot.domain.digest import Digest, Form, Story
from bot.domain.edition import Edition
from bot.domain.message import Message
from bot.rendering.actions import AskStored, ReadArticle, ShowMore, decode
from bot.rendering.articles import teaser
from bot.rendering.callback import Action
from bot.rendering.digests import digest, no_more, reworded
from bot.rendering.links import Links
from bot.rendering.wording import LANGUAGES, speaking
from tests.unit.rendering.limits import check, text_of
from tests.unit.samples import ARTICLES, NAMES, NOW, TEXT, article

LINKS = Links("newsbot")
DAY = date(2026, 11, 23)
FORMS = list(Form)


def numbered(articles: Sequence[Article]) -> list[Story]:
    return [Story(number, one) for number, one in enumerate(articles, 1)]


def told(
    stories: Sequence[Story],
    names: Mapping[str, str] = NAMES,
    *,
    form: Form = Form.TEASERS,
    skip: int = 0,
    links: Links = LINKS,
) -> Message:
    return digest(stories, names, links, day=DAY, edition_id="d1-1", form=form, skip=skip)


def actions_of(message: Message) -> list[Action | None]:
    return [decode(button.data or "") for row in message.buttons for button in row]


@pytest.mark.parametrize("form", FORMS)
def test_one_article_is_told_as_its_teaser(form: Form) -> None:
    assert told(numbered([article()]), form=form) == teaser(article(), NAMES, LINKS)


def test_articles_stand_numbered_under_their_categories() -> None:
    found = [article("a1", "tech", teaser="About a1."), article("a2", "tech"), article("a3"), article("a4", "gone")]
    message = told(numbered(found))
    assert text_of(message.text) == (
        "🗞 Your digest · Monday 23 November\n4 articles\n\n"
        "TECHNOLOGY\n1. Title of a1\nAbout a1.\n\n2. Title of a2\n\n"
        "POLICY\n3. Title of a3\n\nGONE\n4. Title of a4"
    )
    assert actions_of(message) == [ReadArticle(id=a.id) for a in found]
    assert [button.label for row in message.buttons for button in row] == ["📖 1", "📖 2", "📖 3", "📖 4"]


def test_the_first_stories_with_questions_have_one_below() -> None:
    """More of them would be a wall; who likes headlines wants none."""
    pairs = [
        {"question": "How did all of that ever come to be?", "answer": "So."},
        {"question": "Who?", "answer": "I."},
    ]
    found = numbered([article("a0"), *(article(f"a{n}", faq=pairs) for n in range(1, 8))])
    rows = [row for row in told(found).buttons if isinstance(decode(row[0].data or ""), AskStored)]
    assert [(row[0].label, decode(row[0].data or "")) for row in rows] == [
        (f"{n + 1}. Who?", AskStored(id=f"a{n}", position=1, asked=mark_of("Who?"))) for n in range(1, 6)
    ]
    assert all(isinstance(action, ReadArticle) for action in actions_of(told(found, form=Form.HEADLINES)))


def test_breaking_news_is_marked() -> None:
    text = text_of(told(numbered([article("a1", breaking=True), article("a2")])).text)
    assert ("1. 🔴 Title of a1" in text, "2. Title of a2" in text) == (True, True)


def test_headlines_are_titles_only() -> None:
    found = [article("a1", teaser="About a1."), article("a2", teaser="About a2.")]
    assert text_of(told(numbered(found), form=Form.HEADLINES).text) == (
        "🗞 Your digest · Monday 23 November\n2 articles\n\nPOLICY\n1. Title of a1\n2. Title of a2"
    )


def test_cards_are_teasers_under_the_first_picture_there_is() -> None:
    far, near = (f"https://a.example/{'x' * length}.png" for length in (1900, 9))
    found = numbered([article("a1"), article("a2", image=far), article("a3", image=near), article("a4", image=far)])
    message = told(found, form=Form.CARDS)
    assert message.picture == near
    assert message.model_copy(update={"picture": None}) == told(found)
    assert told(found[2:3], form=Form.CARDS).picture == near
    assert told(found[2:3]).picture is None


def test_an_item_tells_its_newest_correction_in_a_line() -> None:
    corrections = (Correction(text="From\nJune.", at=NOW), Correction(text="From July.", at=NOW))
    found = numbered([article("a1", teaser="About a1.", corrections=corrections), article("a2")])
    line = "✏️ Correction, 22 Nov: From June."
    assert f"1. Title of a1\nAbout a1.\n{line}\n\n2. Title" in text_of(told(found).text)
    assert f"1. Title of a1\n{line}\n2. Title" in text_of(told(found, form=Form.HEADLINES).text)


def test_who_else_tells_a_story_is_named_with_a_link() -> None:
    other = article("b", source={"name": "BBC <News>", "url": "https://bbc.example/b"})
    bare = article("c", source={"name": "Radio"})
    lead = article("a", also_at=[{"name": "Reuters"}])
    message = told([Story(1, lead, (other, bare)), Story(2, article("d"))])
    assert "1. Title of a\nalso at Reuters, BBC <News>, Radio\n\n2." in text_of(message.text)
    assert '<a href="https://bbc.example/b">BBC &lt;News&gt;</a>' in message.text
    assert '<a href="https://t.me/newsbot?start=a_c">Radio</a>' in message.text
    assert "4 articles" in message.text
    assert "also at Reuters, BBC <News>, Radio" in text_of(told([Story(1, lead, (other, bare))]).text)


def test_of_many_sources_some_are_named() -> None:
    others = tuple(article(f"o{n}", source={"name": f"S{n}"}) for n in range(9))
    assert "also at S0, S1, S2, S3, S4, 4 more" in text_of(told([Story(1, article(), others)]).text)


@pytest.mark.parametrize(("form", "most"), [(Form.TEASERS, 10), (Form.CARDS, 10), (Form.HEADLINES, 25)])
def test_what_does_not_fit_comes_after_a_button(form: Form, most: int) -> None:
    found = numbered([article(f"a{n}") for n in range(1, most + 4)])
    first = told(found, form=form)
    assert text_of(first.text).endswith(f"{most}. Title of a{most}\n\n… and 3 more")
    assert first.buttons[-1][0].label == "▾ Show 3 more"
    assert actions_of(first)[-1] == ShowMore(edition="d1-1", skip=most)
    rest = told(found, form=form, skip=most)
    assert text_of(rest.text).startswith(f"🗞 Your digest · from {most + 1} on\n\nPOLICY\n{most + 1}. Title")
    assert actions_of(rest) == [ReadArticle(id=f"a{most + n}") for n in (1, 2, 3)]


def test_a_single_article_that_is_left_is_no_teaser() -> None:
    assert "from 2 on" in told(numbered([article("a1"), article("a2")]), skip=1).text


def test_numbers_stay_when_one_is_taken_back() -> None:
    found = [article("a1"), article("a2"), article("a3")]
    made = Digest.of(numbered(found), DAY)
    text = text_of(reworded(Edition(id="d1-1", digest=made), [found[0], found[2]], NAMES, LINKS).text)
    assert ("1. Title of a1" in text, "a2" in text, "3. Title of a3" in text) == (True, False, True)


def test_where_the_first_to_tell_a_story_is_taken_back_another_does() -> None:
    other = article("b", "tech", source={"name": "BBC"})
    made = Digest.of([Story(1, article("a"), (other,)), Story(2, article("c"))], DAY, Form.HEADLINES)
    edition = Edition(id="d1-1", digest=made, articles=made.articles)
    assert edition.articles == ("a", "b", "c")
    text = text_of(reworded(edition, [other, article("c")], NAMES, LINKS).text)
    assert "TECHNOLOGY\n1. Title of b\n\nPOLICY\n2. Title of c" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_a_heading_with_the_day(language: str) -> None:
    with speaking(language):
        message = told(numbered([article("a1"), article("a2")]))
    check(message)
    assert "23" in message.text.split("\n")[0] or "٢٣" in message.text.split("\n")[0]


def following(stories: Sequence[Story], names: Mapping[str, str], form: Form) -> list[int]:
    """Every message of it is checked; gives the numbers that its buttons read, message by message."""
    read, skip = list[int](), 0
    by_id = {story.article.id: story.number for story in stories}
    while True:
        message = told(stories, names, form=form, skip=skip)
        check(message)
        numbers = [by_id[action.id] for action in actions_of(message) if isinstance(action, ReadArticle)]
        read += numbers
        more = next((action for action in actions_of(message) if isinstance(action, ShowMore)), None)
        if more is None:
            return read
        assert more.skip == numbers[-1] > skip
        skip = more.skip


@settings(max_examples=25)
@given(
    st.lists(ARTICLES, min_size=2, max_size=30, unique_by=lambda one: one.id),
    st.lists(TEXT.map(lambda text: ("N" + text)[:64]), min_size=10, max_size=10),
    st.sampled_from(FORMS),
)
def test_any_digest_is_messages_that_telegram_takes(found: list[Article], names: list[str], form: Form) -> None:
    by_slug = {one.category: name for one, name in zip(found, names, strict=False)}
    stories = numbered(found)
    assert following(stories, by_slug, form) == [story.number for story in stories]


@settings(max_examples=25)
@given(st.lists(ARTICLES, min_size=1, max_size=12, unique_by=lambda one: one.id), st.sampled_from(FORMS))
def test_any_story_of_many_sources_is_a_message_that_telegram_takes(found: list[Article], form: Form) -> None:
    check(told([Story(1, found[0], tuple(found[1:]))], form=form))
    check(told([Story(1, found[0], tuple(found[1:])), Story(2, article("other"))], form=form))


@pytest.mark.parametrize(
    "stuff", ["😀", "ΐ", "&", "<", "#a ", "a.b ", "1.2.3.4 ", "ة", "h\u0333\u0332", "👩\u200d🚀", "🇩🇪", "\u200b", "W"]
)
@pytest.mark.parametrize(
    "query", ["a=1&" * 509, "&" * 1300, "&" * 275, "é" * 1000, "é" * 688, "x" * 2050, "x" * 1376, '"' * 229]
)
def test_the_fullest_digest_is_messages_that_telegram_takes(stuff: str, query: str) -> None:
    source = {"name": "N" + stuff * 90, "url": f"https://news.example/?{query}"[:2083]}
    also = [source] * 6
    found = [
        article(f"a{n}" + "x" * 37, f"c{n}", title="T" + stuff * 200, teaser=stuff * 200, source=source, also_at=also)
        for n in range(12)
    ]
    correction = Correction(text=("C" + stuff * 500)[:499] + "!", at=NOW.replace(year=2027))
    names = {f"c{n}": (stuff * 64)[:64] for n in range(12)}
    for form in (Form.TEASERS, Form.HEADLINES):
        for articles in (found, [one.corrected(correction) for one in found]):
            assert following(numbered(articles), names, form) == list(range(1, 13))
    check(told(numbered(found[:1])))


def test_a_button_that_is_too_old_points_to_what_there_is() -> None:
    check(no_more())
    assert "/latest" in no_more().text


def test_an_address_too_long_for_a_message_gives_way_to_our_own() -> None:
    far = article(source={"name": "N", "url": "https://news.example/" + "x" * 2000})
    near = article(source={"name": "N", "url": "https://news.example/" + "x" * 1000})
    assert LINKS.to_article(far) == "https://t.me/newsbot?start=a_a1"
    assert LINKS.label(far) == "Continue reading →"
    assert near.source is not None
    assert LINKS.to_article(near) == near.source.url
