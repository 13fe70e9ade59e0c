import pytest
from hypothesis import given

from bot.domain.answer import Answer
from bot.domain.article import Article, Correction
from bot.rendering import answers
from bot.rendering.actions import AskStored, ReadArticle, decode
from bot.rendering.links import Links
from tests.unit.rendering.limits import check, text_of
from tests.unit.samples import ARTICLES, FULL, LINE, NOW, article, quoted

LINKS = Links("newsbot")


def test_a_stored_answer_with_its_source() -> None:
    message = answers.answer(Answer(quoted(FULL, "The council.", "Who decided?")), LINKS)
    assert text_of(message.text) == "Who decided?\nThe council.\nFrom Harbour Toll Rises, Reuters, 22 Nov 2026"
    assert [decode(b.data or "") for row in message.buttons for b in row] == [
        AskStored(id="full", position=1),
        ReadArticle(id="full"),
    ]


def test_an_answer_from_a_corrected_article_says_so() -> None:
    corrected = (
        article().corrected(Correction(text="From July.", at=NOW)).corrected(Correction(text="In May.", at=NOW))
    )
    text = text_of(answers.quote(quoted(corrected, "Word for word."), LINKS).text)
    assert text == "Word for word.\nFrom Title of a1, 22 Nov 2026\n✏️ Correction, 22 Nov: In May."


def test_a_quoted_passage() -> None:
    text = text_of(answers.quote(quoted(article(), "Word for word."), LINKS).text)
    assert text == "Word for word.\nFrom Title of a1, 22 Nov 2026"


def test_a_long_passage_is_cut_and_says_so() -> None:
    message = answers.quote(quoted(article(), "word " * 2000), LINKS)
    check(message)
    assert "word …" in message.text


def test_an_honest_no() -> None:
    assert "Nothing stored answers that" in answers.answer(Answer(None), LINKS).text
    near = answers.answer(Answer(None, (FULL, article())), LINKS)
    assert [decode(b.data or "") for row in near.buttons for b in row] == [
        ReadArticle(id="full"),
        ReadArticle(id="a1"),
    ]
    about = answers.answer(Answer(None, (FULL,), about=True), LINKS)
    assert "Harbour Toll Rises" in about.text
    assert len(about.buttons) == 3


@given(ARTICLES, LINE, LINE)
def test_any_answer_is_a_message_that_telegram_takes(one: Article, text: str, question: str) -> None:
    check(answers.quote(quoted(one, text, question), LINKS))
    check(answers.quote(quoted(one, text), LINKS))
    check(answers.answer(Answer(None, (one,), about=True), LINKS))
    check(answers.answer(Answer(None, (one, one)), LINKS))


@pytest.mark.parametrize("text", ["", " ", "\x01"])
def test_a_quote_of_nothing_breaks_nothing(text: str) -> None:
    check(answers.quote(quoted(article(), text), LINKS))


def test_fixed_words_are_messages_that_telegram_takes() -> None:
    check(answers.ask_what([]))
    check(answers.ask_what([FULL]))
