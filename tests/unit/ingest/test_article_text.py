from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.article import Article, FaqPair, RelatedArticle, Source, TextLink
from bot.domain.draft import Problem, Unreadable
from bot.ingest.article_text import MAX_TEXT, MAX_TITLE, read_article, write_article
from tests.unit.samples import CATEGORIES

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
DATA = Path(__file__).parents[2] / "data"


def read(text: str, links: Iterable[TextLink] = (), category: str | None = None) -> Article:
    article = read_article(text, CATEGORIES, NOW, links, category)
    assert isinstance(article, Article), article
    return article


def refused(text: str) -> Unreadable:
    problem = read_article(text, CATEGORIES, NOW)
    assert isinstance(problem, Unreadable), problem
    return problem


def behind(text: str, words: str, url: str) -> TextLink:
    start = text.index(words)
    return TextLink(start=start, end=start + len(words), url=url)


BASE = "policy\n\nThe title\n\nThe teaser.\n\n"


# -- whole articles -------------------------------------------------------------------------------------------------


def test_an_article_with_everything() -> None:
    categories = [CATEGORIES[0].model_copy(update={"slug": "science", "name": "Science"})]
    article = read_article((DATA / "article.txt").read_text("utf-8"), categories, NOW)
    assert isinstance(article, Article)
    assert article.category == "science"
    assert article.title.startswith("Swifts of the Ambel Valley")
    assert article.teaser.startswith("For 80 years, the bell-ringers")
    assert [paragraph[:10] for paragraph in article.body] == ["The first ", "Biologist ", "One bird k"]
    assert article.body[-1].endswith("smallest bell for her next spring.")
    assert article.source == Source(
        name="The Linden Courier", url="https://linden-courier.example/science/swifts-of-the-ambel"
    )
    assert [one.title for one in article.related] == [
        "Mossbridge’s Old Stone Bridge Passes Inspection With 41 Small Repairs"
    ]
    assert [pair.question[:8] for pair in article.faq] == ["How much", "Why do t", "Who reco"]
    assert article.faq[1].answer.count("\n\n") == 1
    assert article.faq[2].answer == "The bell-ringers of Mossbridge did, in 80 notebooks without a missing year."
    assert article.published == NOW


def test_title_and_teaser_are_enough() -> None:
    categories = [CATEGORIES[0].model_copy(update={"slug": "economy", "name": "Economy"})]
    article = read_article((DATA / "article_minimal.txt").read_text("utf-8"), categories, NOW)
    assert isinstance(article, Article)
    assert article.title == "Larkwick Mint Strikes a Coin for the Price of a Bun"
    assert article.teaser.startswith("The mint in Larkwick")
    assert (article.body, article.source, article.related, article.faq) == ((), None, (), ())


def test_a_text_that_runs_from_right_to_left() -> None:
    article = read((DATA / "article_rtl.txt").read_text("utf-8"))
    assert article.category == "tech"
    assert article.title.endswith("📜")
    assert len(article.body) == 2


def test_a_title_alone_is_an_article() -> None:
    article = read("policy\n\nJust a title")
    assert (article.title, article.teaser, article.body) == ("Just a title", "", ())


# -- category, title ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    ["tech", "TECH", "  tech  ", "#tech", "Technology", "# technology", "tech\u200b", "\ufefftech", "tech\u00a0"],
)
def test_a_category_by_slug_by_name_and_as_a_hash_tag(line: str) -> None:
    assert read(f"{line}\n\nThe title\n\nTeaser").category == "tech"


def test_an_unknown_category_is_told_with_the_nearest() -> None:
    problem = refused("polcy\n\nThe title")
    assert (problem.problem, problem.word) == (Problem.NO_CATEGORY, "polcy")
    assert problem.nearest[0] == "policy"


def test_a_category_chosen_later_takes_the_place_of_a_word_that_is_none() -> None:
    article = read("polcy\n\nThe title\n\nTeaser", category="tech")
    assert (article.category, article.title) == ("tech", "The title")


def test_a_category_chosen_later_leaves_a_title_that_stands_first() -> None:
    for title in ("A title of some more words", "Two words", "x" * 33):
        article = read(f"{title}\n\nTeaser", category="tech")
        assert (article.category, article.title, article.teaser) == ("tech", title, "Teaser")


def test_a_category_chosen_later_wins_over_one_that_is_written() -> None:
    article = read("policy\n\nThe title", category="tech")
    assert (article.category, article.title) == ("tech", "The title")


@pytest.mark.parametrize("text", ["", " \n\t\n ", "\u2028", "\u00a0"])
def test_an_empty_text_is_told(text: str) -> None:
    assert refused(text).problem is Problem.EMPTY


@pytest.mark.parametrize("text", ["policy", "policy\n\n", "policy\n\n\u200b\n\n\ufeff", "policy\n\nMore in policy →"])
def test_a_missing_title_is_told(text: str) -> None:
    assert refused(text).problem is Problem.NO_TITLE


def test_invisible_paragraphs_are_none() -> None:
    assert read("policy\n\n\u200b\n\nThe title\n \u200b \nThe teaser").teaser == "The teaser"


def test_a_title_may_be_so_long_and_no_longer() -> None:
    assert read(f"policy\n\n{'x' * MAX_TITLE}\n\nTeaser").title == "x" * MAX_TITLE
    assert refused(f"policy\n\n{'x' * (MAX_TITLE + 1)}\n\nTeaser").problem is Problem.TITLE_TOO_LONG


def test_a_text_may_be_so_long_and_no_longer() -> None:
    text = BASE + "x" * (MAX_TEXT - len(BASE))
    assert len(read(text).body[0]) == MAX_TEXT - len(BASE)
    assert refused(text + "x").problem is Problem.TOO_LONG


# -- paragraphs -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\u2028"])
def test_line_ends_of_every_kind(end: str) -> None:
    text = "policy\n\nThe title\n\nThe teaser\nin two lines.\n\nBody.\n\nLink: https://a.example/x".replace("\n", end)
    article = read(text)
    assert (article.title, article.teaser) == ("The title", "The teaser in two lines.")
    assert article.body == ("Body.",)
    assert article.source == Source(name="a.example", url="https://a.example/x")


def test_paragraph_separators() -> None:
    assert read("policy\u2029Title\u2029Teaser\u2029Body").body == ("Body",)


@pytest.mark.parametrize("blank", ["\n", " \n", "\t\u00a0\n", "\u200b\n", "\n\n\n"])
def test_lines_that_look_blank(blank: str) -> None:
    article = read(f"policy\n{blank}Title\n{blank}Teaser\n{blank}Body")
    assert (article.title, article.teaser, article.body) == ("Title", "Teaser", ("Body",))


def test_without_blank_lines_each_line_is_a_paragraph() -> None:
    article = read(
        "policy\nTitle\nTeaser\nOne.\nTwo.\nContinue reading at Reuters →\nLink: https://r.example/1\n"
        "Frequently Asked Questions\nQ.Who?\nShe.\nAnd he.\nQ.Why?\nSo.\nMore in policy →"
    )
    assert (article.title, article.teaser, article.body) == ("Title", "Teaser", ("One.", "Two."))
    assert article.source == Source(name="Reuters", url="https://r.example/1")
    assert article.faq == (FaqPair(question="Who?", answer="She.\n\nAnd he."), FaqPair(question="Why?", answer="So."))


def test_lines_that_mean_something_need_no_blank_line_around_them() -> None:
    article = read(
        BASE
        + "Body before\nRead more Other →\nbody after\nContinue reading at Reuters →\nLink: https://r.example/1\n"
        "Frequently Asked Questions\nQ.Who?\nShe\ndid.\nQ. Why?\nSo."
    )
    assert article.body == ("Body before", "body after")
    assert [one.title for one in article.related] == ["Other"]
    assert article.source == Source(name="Reuters", url="https://r.example/1")
    assert article.faq == (FaqPair(question="Who?", answer="She did."), FaqPair(question="Why?", answer="So."))


# -- related articles -----------------------------------------------------------------------------------------------


def test_read_more_anywhere_in_the_body() -> None:
    article = read(BASE + "Read more First →\n\nBody. Read more Second one → Body goes on.\n\nEnd. READ MORE Third →")
    assert [one.title for one in article.related] == ["First", "Second one", "Third"]
    assert article.body == ("Body. Body goes on.", "End.")


def test_read_more_may_stand_in_the_teaser() -> None:
    article = read("policy\n\nTitle\n\nTeaser. Read more Other →\n\nBody")
    assert (article.teaser, article.body) == ("Teaser.", ("Body",))
    assert [one.title for one in article.related] == ["Other"]


@pytest.mark.parametrize("words", ["Other story", "Read more Other story →", "→", "Read more"])
def test_the_link_of_a_related_article(words: str) -> None:
    text = BASE + "Body.\n\nRead more Other story →"
    (related,) = read(text, [behind(text, words, "https://a.example/o")]).related
    assert related == RelatedArticle(title="Other story", url="https://a.example/o")


def test_read_more_without_an_arrow_is_body() -> None:
    article = read(BASE + "Read more books, she said.\n\nRead more →")
    assert article.related == ()
    assert article.body == ("Read more books, she said.", "Read more →")


# -- source ---------------------------------------------------------------------------------------------------------


def test_a_closing_sentence_names_the_source_and_is_not_body() -> None:
    article = read(BASE + "One.\n\nTwo. Continue reading at The Verge.")
    assert article.body == ("One.", "Two.")
    assert article.source == Source(name="The Verge")


def test_a_closing_sentence_alone_in_its_paragraph() -> None:
    article = read(BASE + "One.\n\nContinue reading at The Verge")
    assert article.body == ("One.",)
    assert article.source == Source(name="The Verge")


@pytest.mark.parametrize(
    "prose",
    [
        "She could not stop, and had to continue reading at home.",
        "Continue reading at your own pace → then rest.",
        "Continue reading at length, the teacher said, and the class went on with it until the bell rang at noon.",
        "Link: see below",
        "Linked: https://a.example",
        "More in the series tomorrow",
        "Q is a letter.",
        "FAQ lists are long.",
    ],
)
def test_prose_that_looks_like_something_else_stays(prose: str) -> None:
    article = read(BASE + prose + "\n\nEnd.")
    assert article.body == (prose, "End.")
    assert article.source is None


@pytest.mark.parametrize("words", ["Continue reading at Reuters →", "Reuters", "→", "Continue"])
def test_the_link_behind_the_source_line(words: str) -> None:
    text = BASE + "Body.\n\nContinue reading at Reuters →"
    article = read(text, [behind(text, words, "https://r.example/1")])
    assert article.source == Source(name="Reuters", url="https://r.example/1")
    assert article.body == ("Body.",)


def test_the_source_line_wins_over_the_sentence() -> None:
    article = read(BASE + "Body. Continue reading at The Verge.\n\nContinue reading at Reuters →")
    assert article.source == Source(name="Reuters")


@pytest.mark.parametrize("order", [1, -1])
def test_a_link_line_before_or_after_the_source_line(order: int) -> None:
    lines = ["Continue reading at Reuters →", "Link: https://r.example/1"][::order]
    assert read(BASE + "\n\n".join(lines)).source == Source(name="Reuters", url="https://r.example/1")


def test_a_link_line_alone_names_the_site() -> None:
    assert read(BASE + "link: https://www.r.example:8080/1").source == Source(
        name="www.r.example", url="https://www.r.example:8080/1"
    )


@pytest.mark.parametrize(
    "url", ["https:r.example/1", "https:/r.example/1", "https:///r.example/1", "https:\\\\r.example/1"]
)
def test_addresses_that_browsers_mend(url: str) -> None:
    article = read(f"{BASE}Link: {url}")
    assert article.source is not None
    assert article.source.name == "r.example"


@pytest.mark.parametrize("url", ["r.example/1", "www.r.example", "R.Example:8080/x?y#z"])
def test_an_address_without_its_scheme(url: str) -> None:
    article = read(f"{BASE}Link: {url}")
    assert article.source is not None
    assert article.source.url == f"https://{url}"


@pytest.mark.parametrize("line", ["Image: https://r.example/1.jpg", "image:  r.example/1.jpg"])
def test_a_picture(line: str) -> None:
    article = read(f"{BASE}Body.\n\nLink: https://r.example/1\n{line}")
    assert article.image == "https://r.example/1.jpg"
    assert (article.body, article.source and article.source.url) == (("Body.",), "https://r.example/1")


def test_a_picture_behind_a_word() -> None:
    text = f"{BASE}Image: this"
    article = read(text, [behind(text, "this", "https://r.example/1.jpg")])
    assert article.image == "https://r.example/1.jpg"


def test_a_picture_that_is_none_is_left_out() -> None:
    assert read(f"{BASE}Image: javascript:alert(1)").image is None
    assert read(f"{BASE}Image: a map of the town.").body == ("Image: a map of the town.",)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "https://a b", "?", "@", "mailto:a"])
def test_a_link_that_is_none_gives_no_source(url: str) -> None:
    assert read(f"{BASE}Link: {url}").source is None


def test_a_link_that_is_none_behind_the_source_line_is_left_out() -> None:
    text = BASE + "Continue reading at Reuters →"
    assert read(text, [behind(text, "Reuters", "tg://user?id=1")]).source == Source(name="Reuters")


@pytest.mark.parametrize("line", ["Continue reading at  →", "Continue reading at →", "Continue reading at   → ", "→"])
def test_a_source_line_without_a_source_breaks_nothing(line: str) -> None:
    assert read(BASE + line).source is None


def test_links_behind_other_words_change_no_text() -> None:
    text = BASE + "Body with a link and another."
    links = [behind(text, "a link", "https://a.example"), behind(text, "The title", "https://b.example")]
    assert read(text, links) == read(text)


# -- questions ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("heading", ["Frequently Asked Questions", "FREQUENTLY ASKED QUESTIONS:", "FAQ", "Faq :"])
@pytest.mark.parametrize("question", ["Q.Who?", "Q. Who?", "Q: Who?", "Q . Who?"])
def test_questions(heading: str, question: str) -> None:
    article = read(f"{BASE}{heading}\n\n{question}\n\nShe.")
    assert article.faq == (FaqPair(question="Who?", answer="She."),)


@pytest.mark.parametrize("question", ["Q.Who?", "Q. Who?"])
def test_questions_need_no_heading(question: str) -> None:
    article = read(f"{BASE}Body.\n\n{question}\n\nShe.\n\nAnd he.\n\nQ: Why?\n\nSo.")
    assert article.body == ("Body.",)
    assert article.faq == (FaqPair(question="Who?", answer="She.\n\nAnd he."), FaqPair(question="Why?", answer="So."))


def test_an_interview_is_body_where_no_heading_stands_before_it() -> None:
    article = read(BASE + "Q: Who?\n\nA: She.\n\nQ : Why?\n\nA: So.")
    assert article.faq == ()
    assert article.body == ("Q: Who?", "A: She.", "Q : Why?", "A: So.")


def test_what_stands_between_the_heading_and_the_first_question_is_body() -> None:
    article = read(BASE + "Body.\n\nFAQ\n\nAnswers to what readers asked.\n\nQ.Who?\n\nShe.")
    assert article.body == ("Body.", "Answers to what readers asked.")
    assert article.faq == (FaqPair(question="Who?", answer="She."),)


def test_a_heading_without_questions_loses_nothing() -> None:
    article = read(BASE + "FAQ\n\nNone were asked.")
    assert (article.body, article.faq) == (("None were asked.",), ())


def test_answers_of_several_paragraphs_and_a_mark() -> None:
    article = read(BASE + "FAQ\n\nQ.Who?\n\nA. She.\n\nA. second paragraph.\n\nMore in policy →\n\nQ.Why?\n\nA:\tSo.")
    assert article.faq == (
        FaqPair(question="Who?", answer="She.\n\nA. second paragraph."),
        FaqPair(question="Why?", answer="So."),
    )


@pytest.mark.parametrize("end", ["", "\n\n", "\n\nQ.Why?\n\nSo.", "\n\nMore in policy →", "\n\nRead more Other →"])
def test_a_question_without_an_answer_is_left_out(end: str) -> None:
    article = read(f"{BASE}FAQ\n\nQ.Who?{end}")
    assert [pair.question for pair in article.faq] == (["Why?"] if "Why" in end else [])


def test_navigation_is_ignored_wherever_it_stands() -> None:
    article = read("More in policy →\n\npolicy\n\nTitle\n\nTeaser\n\nmore in Policy & Law →\n\nBody\n\nMore in x→")
    assert (article.title, article.teaser, article.body) == ("Title", "Teaser", ("Body",))


# -- the same text, any text, very long text ------------------------------------------------------------------------


def test_the_same_text_is_the_same_article() -> None:
    text = BASE + "Body."
    later = read_article(text.replace("\n", "\r\n"), CATEGORIES, datetime(2027, 1, 1, tzinfo=UTC))
    assert isinstance(later, Article)
    assert later.id == read(text).id
    assert read(text + " More.").id != later.id
    assert read(text, category="tech").id != later.id


LINES = st.sampled_from(
    [
        *("policy", "#Technology", "The title", "😀", "\u202e"),
        *("Read more Other →", "Text. Read more X → text", "Read more", "→"),
        *("Continue reading at Reuters.", "Continue reading at Reuters →", "Continue reading at  →"),
        *("Continue reading at", "Link: https://r.example/1", "Link: https:r.example", "Link: x"),
        *("Frequently Asked Questions", "FAQ", "Q.Who?", "Q.", "Q. ", "A. So.", "A. ", "More in policy →", "More in"),
        *("", " ", "\u200b", "\ufeff", "\x0b", "\x1c", "\ue000", "\ue001", "\0", "\ud800"),
    ]
)
TEXTS = st.one_of(
    st.text(st.characters(), max_size=200),
    st.lists(st.one_of(LINES, st.text(max_size=15)), max_size=20).flatmap(
        lambda lines: st.sampled_from(["\n", "\n\n", "\r\n\r\n", " ", ""]).map(lambda gap: gap.join(lines))
    ),
)
LINKS = st.lists(
    st.builds(
        TextLink,
        start=st.integers(0, 200),
        end=st.integers(0, 200),
        url=st.sampled_from(
            ["https://a.example", "https:b.example", "x", "", "tg://user?id=1", "\ue001", "https://"]
        ),
    ),
    max_size=3,
)


def words(text: str) -> str:
    return "".join(text.split())


@given(TEXTS, LINKS, st.sampled_from([None, "tech"]))
def test_any_text_is_read_or_refused_and_nothing_is_invented(
    text: str, links: list[TextLink], category: str | None
) -> None:
    article = read_article(text, CATEGORIES, NOW, links, category)
    if isinstance(article, Unreadable):
        return
    typed = words("".join(c for c in text if c not in "\ue000\ue001\0" and not 0xD800 <= ord(c) < 0xE000))
    answers = [part for pair in article.faq for part in pair.answer.split("\n\n")]
    questions = [pair.question for pair in article.faq]
    for part in [article.title, article.teaser, *article.body, *answers, *questions]:
        assert words(part) in typed or "readmore" in typed.casefold()
        assert set(words(part)) <= set(typed)
    assert Article.model_validate_json(article.model_dump_json()) == article


@given(TEXTS)
def test_a_text_that_is_refused_is_kept_by_name_of_the_problem(text: str) -> None:
    problem = read_article(text, [], NOW)
    assert isinstance(problem, Unreadable)
    assert problem.problem in (Problem.EMPTY, Problem.NO_CATEGORY)
    assert set(words(problem.word)) <= set(words(text))


@pytest.mark.parametrize(
    ("start", "repeated", "end"),
    [
        ("", "word ", ""),
        ("", "word\n", ""),
        ("", "word\n\n", ""),
        ("a", " ", "b"),
        ("a", "\n\x0b", "b"),
        ("", "\n ", "b"),
        ("", "Read more x ", ""),
        ("Read more", " ", "x"),
        ("", "Read more x →", ""),
        ("Continue reading at", " ", "b"),
        ("", "Continue reading at ", ""),
        ("Continue reading at ", "Read more x →", "b"),
        ("More in", " ", "b"),
        ("Link:", " ", "b c"),
        ("Link:", "x", " c"),
        ("FAQ\n\nQ", " ", "b"),
        ("FAQ\n\n", "Q.Who?\nShe.\n", ""),
        ("FAQ\n\nQ.Who?\n", "A.\n", ""),
        ("", "→", ""),
        ("", "\u200b", ""),
    ],
)
def test_no_text_is_slow_to_read(start: str, repeated: str, end: str) -> None:
    times = (MAX_TEXT - len(BASE) - len(start) - len(end)) // len(repeated)
    text = BASE + start + repeated * times + end
    began = process_time()
    read_article(text, CATEGORIES, NOW)
    assert process_time() - began < 5


def test_a_paragraph_that_only_begins_like_a_question_stays_in_the_body() -> None:
    article = read(f"{BASE}First.\n\nQ.E.D. was what he wrote in 1931.\n\nLast.")
    assert [*article.body][-3:] == ["First.", "Q.E.D. was what he wrote in 1931.", "Last."]
    assert article.faq == ()


# -- written again --------------------------------------------------------------------------------------------------

_WORD = st.sampled_from(["harbour", "toll", "été", "1974", "of,", "“yes”", "5%"])
WORDS = st.lists(_WORD, min_size=1, max_size=6).map(" ".join)
PROSE = WORDS.map("It {}.".format)
NAME = WORDS.map("The {}".format)
SOURCES = st.builds(Source, name=NAME, url=st.none() | st.just("https://a.example/b?c=1&d=2"))
PAIRS = st.builds(
    FaqPair,
    question=PROSE.map(lambda text: text[:-1] + "?"),
    answer=st.lists(PROSE, min_size=1, max_size=3).map("\n\n".join),
)


@given(
    st.builds(
        Article,
        id=st.just("x"),
        category=st.just("policy"),
        title=PROSE,
        teaser=PROSE,
        body=st.lists(PROSE, max_size=4).map(tuple),
        source=st.none() | SOURCES,
        related=st.lists(st.builds(RelatedArticle, title=NAME), max_size=2).map(tuple),
        faq=st.lists(PAIRS, max_size=3).map(tuple),
        published=st.just(NOW),
        image=st.none() | st.just("https://a.example/p.jpg?w=1"),
    )
)
def test_what_is_written_is_read_as_it_was(article: Article) -> None:
    assert read(write_article(article)).model_copy(update={"id": "x"}) == article


def test_what_a_page_may_say_is_written_in_paragraphs() -> None:
    article = Article(id="x", category="policy", title="One\n two", teaser="A\n\nB", body=("C\nD",), published=NOW)
    assert write_article(article) == "policy\n\nOne two\n\nA B\n\nC D"
