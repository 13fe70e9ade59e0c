from datetime import timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.domain.article import Article, Correction, FaqPair, RelatedArticle, Source
from bot.domain.message import Message
from bot.rendering import articles
from bot.rendering.actions import ListQuestions, ReadArticle, SaveArticle, ShowLatest, decode
from bot.rendering.links import Links
from bot.rendering.markup import escape, units
from bot.rendering.wording import speaking
from bot.sandbox.html import parse_html
from tests.unit.rendering.limits import check, check_rich, text_of
from tests.unit.samples import ARTICLES, FULL, NAMES, NOW, TEXT, article

LINKS = Links("newsbot")


def links_of(markup: str) -> list[str]:
    return [entity.extra["url"] for entity in parse_html(markup)[1] if entity.type == "text_link"]


def actions_of(message: Message) -> list[object]:
    return [decode(button.data or "") for row in message.buttons for button in row]


# -- links ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "public_url", "url"),
    [
        (Source(name="R", url="https://r.example/1"), "https://news.example", "https://r.example/1"),
        (Source(name="R"), "https://news.example", "https://news.example/a/a1"),
        (None, "https://news.example/x/", "https://news.example/x/a/a1"),
        (Source(name="R"), None, "https://t.me/newsbot?start=a_a1"),
        (None, None, "https://t.me/newsbot?start=a_a1"),
    ],
)
def test_the_link_of_a_teaser(source: Source | None, public_url: str | None, url: str) -> None:
    links = Links("newsbot", public_url)
    message = articles.teaser(article(source=source), NAMES, links)
    assert links_of(message.text) == [url]
    assert message.link_preview


# -- one article ----------------------------------------------------------------------------------------------------


def test_a_teaser() -> None:
    message = articles.teaser(FULL, NAMES, LINKS)
    assert text_of(message.text) == (
        "Harbour Toll Rises\n\nFrom May, ships pay more.\n\nContinue reading at Reuters →\nPolicy · 22 Nov 2026"
    )
    asked = articles.ask_stored(FULL, 0)
    assert actions_of(message) == [ReadArticle(id="full"), SaveArticle(id="full"), asked, ListQuestions(id="full")]
    assert [row[0].label for row in message.buttons[1:]] == ["Who decided?", "❓ All questions (2)"]


@pytest.mark.parametrize(
    ("questions", "shown", "position"),
    [
        (["Who?"], "Who?", 0),
        (["When does the new harbour toll of Port Ellory begin?", "Who  pays?"], "Who pays?", 1),
        (["When does the new harbour toll of Port Ellory begin?"] * 2, "When does the new harbour toll of…", 0),
    ],
)
def test_a_teaser_has_a_question_that_a_phone_shows_whole(questions: list[str], shown: str, position: int) -> None:
    found = article(faq=[FaqPair(question=question, answer="So.") for question in questions])
    _, (button,), *rest = articles.teaser(found, NAMES, LINKS).buttons
    assert (button.label, decode(button.data or "")) == (shown, articles.ask_stored(found, position))
    assert len(rest) == (len(questions) > 1)


def test_without_a_teaser_the_first_paragraph_stands_in() -> None:
    assert "First." in articles.teaser(article(body=("First.", "Second.")), NAMES, LINKS).text
    assert text_of(articles.teaser(article(), NAMES, LINKS).text).startswith("Title of a1\n\nContinue reading →")


def test_the_whole_article() -> None:
    message = articles.whole(FULL, NAMES, LINKS)
    text = text_of(message.text)
    parts = [
        FULL.title,
        FULL.teaser,
        *FULL.body,
        "Who decided?",
        "The council.",
        "Who pays?",
        "Ships do.",
        "Old Toll",
    ]
    positions = [text.index(part) for part in parts]
    assert positions == sorted(positions)
    assert links_of(message.text) == ["https://quay.example/a?b=1&c=2", "https://reuters.example/toll"]
    assert message.more == ()
    assert message.rich is not None


def test_a_long_article_is_split_and_the_buttons_come_last() -> None:
    body = tuple(f"Paragraph {number}. " + "word " * 150 for number in range(40))
    message = articles.whole(article(body=body), NAMES, LINKS)
    check(message)
    whole = " ".join(text_of(part) for part in (*message.more, message.text))
    assert [whole.index(f"Paragraph {number}.") for number in range(40)] == sorted(
        whole.index(f"Paragraph {number}.") for number in range(40)
    )
    assert actions_of(message) == [ListQuestions(id="a1"), SaveArticle(id="a1")]
    assert "Continue reading →" in message.text


def test_what_is_too_long_for_a_rich_message_has_none() -> None:
    assert articles.whole(article(body=("x" * 30_000,)), NAMES, LINKS).rich is None
    assert articles.whole(article(body=("x",) * 250), NAMES, LINKS).rich is None


@given(ARTICLES)
def test_any_article_is_a_message_that_telegram_takes(one: Article) -> None:
    check(articles.teaser(one, NAMES, LINKS))
    check(articles.whole(one, NAMES, LINKS))
    check(articles.question_list(one))
    if one.corrections:
        check(articles.correction_notice(one))


@given(ARTICLES)
def test_any_article_with_something_to_see_is_a_rich_message_too(one: Article) -> None:
    """One without is sent in the plain form, as by a server that knows no rich messages."""
    seen = {
        "title": f"x{one.title}",
        "faq": tuple(FaqPair(question=f"x{pair.question}", answer=f"x{pair.answer}") for pair in one.faq),
        "related": tuple(RelatedArticle(title=f"x{related.title}", url=related.url) for related in one.related),
    }
    check_rich(articles.whole(one.model_copy(update=seen), NAMES, LINKS))


@given(ARTICLES)
def test_the_whole_article_loses_nothing(one: Article) -> None:
    message = articles.whole(one, NAMES, LINKS)
    shown = _letters("".join(text_of(part) for part in (*message.more, message.text)))
    texts = [one.teaser, *one.body, *(pair.answer for pair in one.faq)]
    texts += [correction.text for correction in one.corrections]
    assume(sum(units(escape(text)) for text in texts) < 12_000)  # what is longer is cut: see below
    for text in texts:
        assert _letters(escape(text).replace("&lt;", "").replace("&gt;", "").replace("&amp;", "")) in shown


def test_a_book_is_cut_and_says_so() -> None:
    book = article(body=tuple(f"Chapter {number}. " + "word " * 600 for number in range(200)))
    message = articles.whole(book, NAMES, LINKS)
    check(message)
    parts = [text_of(part) for part in (*message.more, message.text)]
    assert 8 <= len(parts) <= 9
    assert "Chapter 7." in "".join(parts)
    assert "Chapter 9." not in "".join(parts)
    assert "longer than a chat can take" in parts[-1]
    assert "Continue reading" in parts[-1]
    assert actions_of(message) == [ListQuestions(id="a1"), SaveArticle(id="a1")]


def _letters(text: str) -> str:
    return "".join(c for c in text if c.isalnum())


# -- corrections ----------------------------------------------------------------------------------------------------

CORRECTED = FULL.model_copy(
    update={
        "corrections": (
            Correction(text="It rises in June,\nnot in May.", at=NOW + timedelta(days=60)),
            Correction(text="It is <5 %>.", at=NOW),
        )
    }
)
NEWEST, OLDEST = "✏️ Correction, 21 Jan 2027: It rises in June, not in May.", "✏️ Correction, 22 Nov: It is <5 %>."


def test_a_teaser_tells_the_newest_correction() -> None:
    text = text_of(articles.teaser(CORRECTED, NAMES, LINKS).text)
    assert f"\n\nFrom May, ships pay more.\n\n{NEWEST}\n\nContinue" in text
    assert OLDEST not in text


def test_the_whole_article_tells_all_of_them_the_newest_first() -> None:
    message = articles.whole(CORRECTED, NAMES, LINKS)
    assert text_of(message.text).startswith(f"Harbour Toll Rises\n\n{NEWEST}\n\n{OLDEST}\n\nFrom May")
    assert message.rich is not None
    assert message.rich.index(escape(NEWEST)) < message.rich.index(escape(OLDEST)) < message.rich.index("From May")


def test_lists_tell_it_too() -> None:
    assert f"more. 22 Nov 2026\n{NEWEST}" in text_of(articles.article_list("Newest", [CORRECTED], LINKS).text)


def test_those_who_have_the_article_are_told_in_full() -> None:
    long = "word " * 99 + "end."
    message = articles.correction_notice(FULL.corrected(Correction(text=long, at=NOW)))
    assert text_of(message.text) == f"✏️ Correction to “Harbour Toll Rises”: {long}"
    assert actions_of(message) == [ReadArticle(id="full")]


@pytest.mark.parametrize("stuff", ["😀", "&", "#a ", "a.b ", "h\u0333\u0332", "W"])
def test_the_longest_corrections_are_messages_that_telegram_takes(stuff: str) -> None:
    text = ("C" + stuff * 500)[:499].strip() + "!"
    many = tuple(Correction(text=text, at=NOW) for _ in range(99))
    one = article(title="T" + stuff * 250, teaser=stuff * 700, body=(stuff * 700,), corrections=many)
    check(articles.teaser(one, NAMES, LINKS))
    check(articles.whole(one, NAMES, LINKS))
    check(articles.correction_notice(one))
    check(articles.article_list("Newest", [one] * articles.PAGE, LINKS, slug="x" * 32, skip=0, total=10**7))
    if stuff in ("😀", "&", "W"):
        assert text in text_of(articles.teaser(one, NAMES, LINKS).text)


# -- questions ------------------------------------------------------------------------------------------------------


def test_questions_are_buttons_in_their_order() -> None:
    message = articles.question_list(FULL)
    assert actions_of(message) == [
        articles.ask_stored(FULL, 0),
        articles.ask_stored(FULL, 1),
        ReadArticle(id="full"),
    ]
    assert message.buttons[0][0].label == "Who decided?"


def test_an_article_without_questions_invites_one() -> None:
    message = articles.question_list(article())
    assert "reply to this message" in message.text
    assert actions_of(message) == [ReadArticle(id="a1")]


def test_the_question_just_answered_is_left_out_and_positions_stay() -> None:
    rows = articles.question_buttons(FULL, but="Who decided?")
    assert [decode(button.data or "") for row in rows for button in row] == [articles.ask_stored(FULL, 1)]


# -- lists ----------------------------------------------------------------------------------------------------------


def test_a_page_in_the_middle_turns_both_ways() -> None:
    found = [article(f"a{n}") for n in range(5)]
    message = articles.article_list("Newest", found, LINKS, slug="policy", skip=5, total=20)
    assert [f"{n}. Title of a{n - 6}" in text_of(message.text) for n in range(6, 11)] == [True] * 5
    assert actions_of(message)[-2:] == [ShowLatest(slug="policy", skip=0), ShowLatest(slug="policy", skip=10)]
    assert [button.label for button in message.buttons[0]] == ["6", "7", "8", "9", "10"]


@pytest.mark.parametrize(("skip", "total", "labels"), [(0, 5, []), (0, 6, ["Older ›"]), (5, 10, ["‹ Newer"])])
def test_ends_do_not_turn_further(skip: int, total: int, labels: list[str]) -> None:
    found = [article(f"a{n}") for n in range(5)]
    message = articles.article_list("Newest", found, LINKS, skip=skip, total=total)
    assert [button.label for row in message.buttons[1:] for button in row] == labels


@given(st.lists(ARTICLES, max_size=articles.PAGE), TEXT.map(lambda text: "N" + text[:63]), st.integers(0, 10**6))
def test_any_list_is_a_message_that_telegram_takes(found: list[Article], heading: str, skip: int) -> None:
    check(articles.article_list(heading, found, LINKS, slug="x" * 32, skip=skip, total=10**7))


def test_fixed_words_are_messages_that_telegram_takes() -> None:
    check(articles.not_stored())


@pytest.mark.parametrize(
    ("code", "teaser", "shown"),
    [
        ("en", "The ferry sails.", "The ferry sails. 22 Nov 2026"),
        ("en", "تبحر العبارة.", "تبحر العبارة. \u206822 Nov 2026\u2069"),
        ("ar", "The ferry sails.", "The ferry sails. \u206822 نوفمبر 2026\u2069"),
    ],
)
def test_no_date_is_turned_round_by_words_beside_it(code: str, teaser: str, shown: str) -> None:
    with speaking(code):
        message = articles.article_list("Newest", [article(teaser=teaser)], LINKS)
    assert text_of(message.text).splitlines()[-1] == shown
