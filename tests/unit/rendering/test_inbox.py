"""Questions without an answer, in words: whatever anybody has written, Telegram takes it."""

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.article import FaqPair
from bot.domain.inquiry import Why, in_short
from bot.domain.subscription import Address
from bot.rendering import inbox
from bot.rendering.links import Links
from bot.rendering.wording import LANGUAGES, speaking
from bot.storage.inquiries import Asked, Given, Waiting
from tests.unit.rendering.limits import check, text_of
from tests.unit.samples import ARTICLES, CATEGORIES, FULL, ID, LINE, NOW

LINKS = Links("newsbot", "https://news.example")
INQUIRY = "0123456789ab"
ASKED = st.builds(
    Asked,
    address=st.just(Address(1)),
    question=LINE.map(in_short),
    language=st.just("en"),
    at=st.just(int(NOW.timestamp() * 1000)),
    why=st.sampled_from(Why),
    shown=LINE.map(in_short),
    nearest=st.just(()),
)
GIVEN = st.builds(Given, question=LINE, answer=LINE, article=st.just("") | ID, told=st.integers(0, 2000))


@given(
    st.sampled_from(list(LANGUAGES)),
    LINE,
    st.lists(ASKED, max_size=9),
    st.none() | GIVEN,
    st.lists(ARTICLES, max_size=3),
    st.none() | ARTICLES | st.sampled_from(CATEGORIES),
)
def test_a_question_fits_into_a_message(language, question, asked, given_, near, target) -> None:  # type: ignore[no-untyped-def]
    with speaking(language):
        check(inbox.inquiry(INQUIRY, question, asked, given_, near, target))
        check(inbox.choose_category(INQUIRY, question, CATEGORIES))
        check(inbox.drop_sure(INQUIRY, question, len(asked)))


@given(st.sampled_from(list(LANGUAGES)), st.lists(LINE, max_size=inbox.PAGE), st.integers(0, 99))
def test_a_page_of_them_does_too(language: str, questions: list[str], skip: int) -> None:
    waiting = [Waiting(INQUIRY, question, 1000) for question in questions]
    with speaking(language):
        check(inbox.inbox(waiting, skip=skip, total=2000))


@given(st.sampled_from(list(LANGUAGES)), LINE, LINE, ARTICLES)
def test_who_asked_is_told_in_one_message(language, question, answer, article) -> None:  # type: ignore[no-untyped-def]
    with speaking(language):
        told = inbox.told(question, FaqPair(question=question, answer=answer), article, LINKS)
        check(told)
        assert not told.more
        check(inbox.answered(INQUIRY, Given(question=question, answer=answer), article, 3))


def test_an_answer_is_told_word_for_word() -> None:
    answer = "Line <one>.\n\n  Line “two” & more."
    told = inbox.told("Who?", FaqPair(question="Who?", answer=answer), FULL, LINKS)
    assert text_of(told.text) == (
        f"✉️ You asked: Who?\nThe editors have answered:\n{answer}\nFrom Harbour Toll Rises, 22 Nov 2026"
    )


def test_what_was_shown_and_said_to_be_wrong_is_told() -> None:
    asked = [
        Asked(Address(n), "Who?", "en", int(NOW.timestamp() * 1000), Why.WRONG if n < 2 else Why.ASKED, "In May.", ())
        for n in range(3)
    ]
    text = text_of(inbox.inquiry(INQUIRY, "Who?", asked, None, [], FULL).text)
    assert "3 chats asked, since 22 Nov" in text
    assert "2 were shown an answer, and said that it is none:\nIn May." in text
    assert "The 3 chats that asked are told, each once." in text
