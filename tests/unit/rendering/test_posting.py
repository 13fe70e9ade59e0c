import pytest
from hypothesis import given

from bot.domain.article import Added, Article
from bot.domain.category import Category
from bot.domain.draft import Preview, Problem, Unreadable
from bot.domain.message import Message
from bot.rendering import curating, posting
from bot.rendering.actions import decode
from bot.rendering.articles import teaser
from bot.rendering.editor_actions import (
    DiscardDraft,
    EditDraft,
    FileDraft,
    ListArticles,
    ManageArticle,
    PublishBreaking,
    PublishDraft,
    Retract,
)
from bot.rendering.keyboard import MOST_BUTTONS
from bot.rendering.links import Links
from tests.unit.rendering.limits import check, text_of
from tests.unit.samples import ARTICLES, CATEGORIES, FULL, LINE, NAMES, TEXT, article

LINKS = Links("newsbot")


def actions_of(message: Message) -> list[object]:
    return [decode(button.data or "") for row in message.buttons for button in row]


def test_a_preview_shows_the_facts_and_then_what_readers_see() -> None:
    facts, seen = posting.preview(Preview("d1", FULL, readers=1234), NAMES, LINKS, notes=["Look <here>."])
    assert text_of(facts.text) == (
        "Draft: 2 paragraphs, 2 questions, 2 related titles, source Reuters.\n"
        "It goes to 1,234 chats subscribed to Policy.\n⚠️ Look <here>."
    )
    readers = teaser(FULL, NAMES, LINKS)
    assert seen.text == readers.text
    assert seen.buttons[:-2] == readers.buttons
    decided = [PublishDraft(id="d1"), PublishBreaking(id="d1"), EditDraft(id="d1"), DiscardDraft(id="d1")]
    assert actions_of(seen)[-4:] == decided


def test_a_preview_of_what_is_published_says_so() -> None:
    facts, _ = posting.preview(Preview("d1", article(), published=True), NAMES, LINKS)
    assert "published already" in facts.text
    assert "no link" in facts.text
    changed, _ = posting.preview(Preview("d1", FULL, published=True, changed=True), NAMES, LINKS)
    assert "not quite the same" in changed.text


@pytest.mark.parametrize("problem", [problem for problem in Problem if problem is not Problem.NO_CATEGORY])
def test_a_refusal_says_what_to_mend(problem: Problem) -> None:
    message = posting.refusal(Preview("d1", Unreadable(problem)), CATEGORIES)
    check(message)
    assert "still above" in message.text
    assert actions_of(message) == [DiscardDraft(id="d1")]


def test_without_a_category_one_can_be_chosen_the_nearest_first() -> None:
    message = posting.refusal(Preview("d1", Unreadable(Problem.NO_CATEGORY, "<wrld>", ("world",))), CATEGORIES)
    assert "“<wrld>”" in text_of(message.text)
    choices = [FileDraft(id="d1", slug=slug) for slug in ("world", "policy", "tech")]
    assert actions_of(message) == [*choices, DiscardDraft(id="d1")]


def test_each_kind_of_draft_has_its_own_words() -> None:
    with pytest.raises(TypeError):
        posting.preview(Preview("d1", Unreadable(Problem.EMPTY)), NAMES, LINKS)
    with pytest.raises(TypeError):
        posting.refusal(Preview("d1", FULL), CATEGORIES)


def test_published_offers_to_take_it_back() -> None:
    for added, words in ((Added.NEW, "1 chat"), (Added.CHANGED, "Nothing was sent again")):
        message = posting.published(FULL, 1, added)
        text = text_of(message.text)
        assert all(word in text for word in (FULL.title, words, "/retract full")), added
        assert ManageArticle(id="full") in actions_of(message)


def test_what_was_published_before_is_said_so() -> None:
    assert "nothing was sent again" in posting.published(FULL, 1, Added.KNOWN).text


def test_a_list_turns_both_ways() -> None:
    message = curating.article_list([article(f"a{n}") for n in range(8)], NAMES, skip=8, total=30)
    assert "9. Title of a0" in text_of(message.text)
    assert actions_of(message)[-2:] == [ListArticles(skip=0), ListArticles(skip=16)]
    assert curating.article_list([], NAMES, skip=0, total=0).buttons == ()


def test_managing_asks_before_it_takes_back() -> None:
    assert Retract(id="full") in actions_of(curating.manage(FULL, NAMES))


@pytest.mark.parametrize(
    ("reached", "words"), [(0, "0 messages are"), (1, "1 message is"), (1500, "1,500 messages are")]
)
def test_how_many_are_taken_back(reached: int, words: str) -> None:
    assert words in curating.retracted(reached).text


@given(ARTICLES, TEXT)
def test_any_draft_is_shown_in_messages_that_telegram_takes(one: Article, note: str) -> None:
    for message in posting.preview(Preview("x" * 11, one, readers=10**6), NAMES, LINKS, notes=[note[:200]]):
        check(message)
    for added in Added:
        check(posting.published(one, 10**6, added))
    check(curating.manage(one, NAMES))
    check(curating.article_list([one] * curating.PAGE, NAMES, skip=8, total=99))


@given(TEXT)
def test_any_word_can_be_told_back(word: str) -> None:
    categories = [Category(slug=f"c{n:030}x", name="😀" * 64) for n in range(120)]
    nearest = tuple(category.slug for category in categories[:3])
    message = posting.refusal(Preview("x" * 11, Unreadable(Problem.NO_CATEGORY, word, nearest)), categories)
    check(message)
    assert 30 < len(actions_of(message)) < MOST_BUTTONS
    check(curating.no_such_article(word))
    check(posting.file_unreadable(word))


def test_of_many_categories_the_keyboard_takes_what_it_can() -> None:
    categories = [Category(slug=f"c{n}", name=f"Category {n}") for n in range(120)]
    message = posting.refusal(Preview("x" * 11, Unreadable(Problem.NO_CATEGORY, "x", ())), categories)
    check(message)
    assert len(actions_of(message)) == MOST_BUTTONS + 1


@given(LINE)
def test_any_category_can_be_added(name: str) -> None:
    category = Category.model_construct(slug="a" * 32, name=name[:64])
    check(curating.category_added(category, new=True))
    check(curating.category_added(category, new=False))


def test_fixed_words_are_messages_that_telegram_takes() -> None:
    for message in (
        posting.how_to_post(),
        posting.discarded(),
        curating.how_to_add_category(),
        posting.file_too_large(12_345_678, 1_000_000),
        posting.forward_hint(),
    ):
        check(message)
    assert "12.3 MB" in posting.file_too_large(12_345_678, 1_000_000).text
    #: https://core.telegram.org/bots/api#answercallbackquery
    notes = (posting.draft_gone(), posting.not_published_yet(), posting.published_already())
    assert all(len(note) <= 200 for note in notes)
