from dataclasses import replace

import pytest
from hypothesis import given

from bot.domain.answer import Answer, Place, Quote, mark_of
from bot.domain.article import Article, Correction
from bot.domain.message import Message
from bot.rendering import answers
from bot.rendering.actions import ListQuestions, ReadArticle, decode
from bot.rendering.answer_actions import AskEditors, AskEverywhere, RateAnswer, ShowPassage, ShowQuote
from bot.rendering.callback import Action
from bot.rendering.links import Links
from tests.unit.rendering.limits import check, text_of
from tests.unit.samples import ARTICLES, FULL, LINE, NOW, TEXT, article, quoted

LINKS = Links("newsbot")
ASKED = "0123abcd"


def part(text: str, passage: str, one: Article = FULL) -> Quote:
    """A sentence of a passage."""
    return replace(quoted(one, passage), text=text, place=Place(False, 1, 1, 1, mark_of(passage)))


def actions(message: Message) -> list[Action | None]:
    return [decode(button.data or "") for row in message.buttons for button in row]


def test_a_stored_answer_with_its_source() -> None:
    message = answers.answer(Answer(quoted(FULL, "The council.", "Who decided?")), LINKS)
    assert text_of(message.text) == "Who decided?\nThe council.\nFrom Harbour Toll Rises, Reuters, as of 22 Nov 2026"
    assert actions(message) == [ReadArticle(id="full"), ListQuestions(id="full")]


def test_an_answer_from_a_corrected_article_says_so() -> None:
    corrected = (
        article().corrected(Correction(text="From July.", at=NOW)).corrected(Correction(text="In May.", at=NOW))
    )
    text = text_of(answers.quote(quoted(corrected, "Word for word."), LINKS).text)
    assert text == "Word for word.\nFrom Title of a1, as of 22 Nov 2026\n✏️ Correction, 22 Nov: In May."


def test_a_quoted_passage() -> None:
    text = text_of(answers.quote(quoted(article(), "Word for word."), LINKS).text)
    assert text == "Word for word.\nFrom Title of a1, as of 22 Nov 2026"


def test_a_long_passage_is_cut_and_says_so() -> None:
    message = answers.quote(quoted(article(), "word " * 2000), LINKS)
    check(message)
    assert "word …" in message.text


def test_an_honest_no() -> None:
    assert "Nothing stored answers that" in answers.answer(Answer(None), LINKS).text
    near = answers.answer(Answer(None, (FULL, article())), LINKS, exchange=ASKED)
    assert actions(near) == [ReadArticle(id="full"), ReadArticle(id="a1"), AskEditors(exchange=ASKED)]
    perhaps = answers.answer(
        Answer(None, (article(),), others=(quoted(FULL, "The council.", "Who decided?"),)), LINKS, exchange=ASKED
    )
    assert text_of(perhaps.text).startswith("Nothing stored answers that. What may be meant")
    assert perhaps.buttons[0][0].label == "❓ Who decided?"
    assert [type(action) for action in actions(perhaps)] == [ShowQuote, ReadArticle, AskEditors]
    about = answers.answer(Answer(None, (FULL,), about=True), LINKS, exchange=ASKED)
    assert "Harbour Toll Rises" in about.text
    assert len(about.buttons) == 4
    more = answers.nothing_more(Answer(None, (FULL,), about=True), ASKED)
    assert text_of(more.text) == "Nothing more on that in Harbour Toll Rises."


def test_a_sentence_with_what_can_be_done_about_it() -> None:
    first = part("Ships pay by length.", "Boats pay nothing. Ships pay by length.")
    other = part("Who knows why ships that come from very far away pay half of all that?", "Who knows?")
    asked = quoted(FULL, "The council.", "Who decided?")
    found = Answer(first, others=(other, asked))
    message = answers.answer(found, LINKS, exchange=ASKED, narrowed="Policy · since 16 Nov")
    assert text_of(message.text).split("\n") == [
        "Ships pay by length.",
        "From Harbour Toll Rises, Reuters, as of 22 Nov 2026",
        "Looked only at: Policy · since 16 Nov",
        "",
        "Was this right?",
    ]
    assert actions(message) == [
        RateAnswer(exchange=ASKED, right=True),
        RateAnswer(exchange=ASKED, right=False),
        ShowPassage(id="full", place=str(first.place)),
        ShowQuote(id="full", place=str(other.place)),
        ShowQuote(id="full", place=str(asked.place)),
        ReadArticle(id="full"),
        ListQuestions(id="full"),
        AskEverywhere(exchange=ASKED),
    ]
    assert [row[0].label for row in message.buttons[2:4]] == [
        "“Who knows why ships that come from…” · Harbour Toll Rises",
        "Who decided?",
    ]


def test_a_passage_with_what_was_quoted_of_it() -> None:
    found = part("Ships & co pay.", "Boats pay nothing. Ships & co pay. Nobody asks.")
    message = answers.passage(found, LINKS, rated=False)
    assert "<blockquote>Boats pay nothing. <b>Ships &amp; co pay.</b> Nobody asks.</blockquote>" in message.text
    assert message.text.endswith("<i>Was this right?</i>")
    assert answers.without_rating(message.text) == answers.passage(found, LINKS, rated=True).text
    long = answers.passage(part("Here it is.", "word " * 900 + "Here it is." + " more" * 900), LINKS, rated=True)
    assert "… word" in long.text and "word <b>Here it is.</b> more" in long.text and "more …" in long.text


def test_what_was_wrong_offers_what_else_there_is() -> None:
    said = answers.answer(Answer(quoted(FULL, "The council.")), LINKS, exchange=ASKED).text
    other = ShowQuote(id="a1", place="p0.0.1.abcd").button("Another")
    offers = answers.was_wrong(said, ((other,),), [], ASKED)
    assert text_of(offers.text).endswith("22 Nov 2026\n\nSorry. Perhaps one of these? Or ask the editors.")
    assert actions(offers) == [ShowQuote(id="a1", place="p0.0.1.abcd"), AskEditors(exchange=ASKED)]
    near = answers.was_wrong(said, (), [article()], ASKED)
    assert actions(near) == [ReadArticle(id="a1"), AskEditors(exchange=ASKED)]
    assert answers.was_wrong(said, (), [], ASKED).text.endswith("<i>Sorry. The editors can tell you.</i>")


def test_what_is_new() -> None:
    some = answers.news(Answer(None, news=(FULL, article())), "New in Policy", LINKS, exchange=ASKED, narrowed=True)
    assert text_of(some.text).startswith("New in Policy\n\n1. Harbour Toll Rises")
    assert actions(some) == [ReadArticle(id="full"), ReadArticle(id="a1"), AskEverywhere(exchange=ASKED)]
    none = answers.news(Answer(None), "New", LINKS, exchange=ASKED, narrowed=False)
    assert (text_of(none.text), none.buttons) == ("New\n\nNothing is stored on that.", ())


@given(ARTICLES, LINE, LINE, TEXT)
def test_any_answer_is_a_message_that_telegram_takes(one: Article, text: str, question: str, rest: str) -> None:
    pair, within = quoted(one, text, question), part(text, rest + text + rest, one)
    check(answers.quote(pair, LINKS))
    check(answers.passage(within, LINKS, rated=False))
    check(answers.answer(Answer(within, others=(pair, within)), LINKS, exchange=ASKED, narrowed=text))
    check(answers.was_wrong(answers.quote(within, LINKS).text, (), [one], ASKED))


@given(ARTICLES, LINE)
def test_any_refusal_is_a_message_that_telegram_takes(one: Article, text: str) -> None:
    check(answers.answer(Answer(None, (one,), about=True), LINKS, exchange=ASKED))
    check(answers.answer(Answer(None, (one, one)), LINKS, exchange=ASKED, narrowed=text))
    check(answers.nothing_more(Answer(None, (one,)), ASKED))
    check(answers.news(Answer(None, news=(one,) * 5), text, LINKS, exchange=ASKED, narrowed=True))
    check(answers.news(Answer(None), text, LINKS, exchange=ASKED, narrowed=True))


@pytest.mark.parametrize("text", ["", " ", "\x01"])
def test_a_quote_of_nothing_breaks_nothing(text: str) -> None:
    check(answers.quote(quoted(article(), text), LINKS))


def test_fixed_words_are_messages_that_telegram_takes() -> None:
    check(answers.ask_what([]))
    check(answers.ask_what([FULL]))
    check(answers.about_what())
