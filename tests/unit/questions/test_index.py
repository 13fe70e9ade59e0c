import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.article import Article, FaqPair
from bot.questions.answer import ARTICLE_THRESHOLD, best
from bot.questions.index import Index, Passage, stop_words
from tests.unit.samples import ARTICLES, FULL, TEXT, article

BRIDGE = article(
    "bridge",
    title="Old Bridge Passes Inspection",
    teaser="The stone bridge needs 41 small repairs.",
    body=("Inspectors found cracks in the fifth arch.", "The café beneath it stays open."),
    faq=(
        FaqPair(question="How many repairs are needed?", answer="Forty-one, all of them small."),
        FaqPair(question="When does the work begin?", answer="In April, after the floods."),
    ),
)
FERRY = article(
    "ferry",
    "world",
    title="Ferry Treaty Signed",
    teaser="Two ports agree on a night ferry.",
    body=("The ferry leaves at nine.",),
    faq=(FaqPair(question="When does the ferry leave?", answer="At nine in the evening."),),
)


@pytest.fixture
def index() -> Index:
    filled = Index()
    for one in (BRIDGE, FERRY, FULL):
        filled.put(one)
    return filled


def ask(index: Index, question: str, article_id: str | None = None) -> Passage | None:
    if article_id:
        return best(index.passages(question, article_id), ARTICLE_THRESHOLD, evidence=0)
    return best(index.passages(question))


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("How many repairs are needed?", "Forty-one, all of them small."),
        ("how many repair does the bridge need", "Forty-one, all of them small."),
        ("WHEN does the ferry leave", "At nine in the evening."),
        ("What did inspectors find in the arch?", "Inspectors found cracks in the fifth arch."),
        ("is the cafe open", "The café beneath it stays open."),
    ],
)
def test_what_is_stored_is_found(index: Index, question: str, answer: str) -> None:
    found = ask(index, question)
    assert found is not None
    assert found.text == answer


@pytest.mark.parametrize(
    "question", ["Who won the football final?", "What is the weather in Peru?", "", "?!", "the of and", "_", "🌉"]
)
def test_what_is_not_stored_is_not_answered(index: Index, question: str) -> None:
    assert ask(index, question) is None


def test_within_an_article_less_is_enough(index: Index) -> None:
    found = ask(index, "when does it begin?", "bridge")
    assert found is not None
    assert found.text == "In April, after the floods."
    assert {passage.article for passage in index.passages("when ferry bridge", "ferry")} == {"ferry"}
    assert index.passages("ferry", "nowhere") == []


def test_search_gives_articles_best_first(index: Index) -> None:
    assert index.articles("ferry", limit=5) == ["ferry"]
    assert set(index.articles("ferry bridge", limit=5)) == {"ferry", "bridge"}
    assert len(index.articles("ferry bridge ships", limit=1)) == 1
    assert index.articles("inspection", limit=5) == ["bridge"]
    assert index.articles("", limit=5) == []


def test_what_is_removed_is_found_no_more(index: Index) -> None:
    index.remove("ferry")
    index.remove("ferry")
    index.remove("never stored")
    assert index.articles("ferry", limit=5) == []
    assert index.passages("when does the ferry leave") == []
    assert ask(index, "How many repairs are needed?") is not None


def test_what_changed_is_found_as_it_is_now(index: Index) -> None:
    index.put(FERRY.model_copy(update={"title": "Tram Opens", "teaser": "", "body": ("A tram runs.",), "faq": ()}))
    assert index.articles("ferry", limit=5) == []
    assert index.articles("tram", limit=5) == ["ferry"]
    (passage,) = index.passages("tram")
    assert (passage.text, passage.question, passage.position) == ("A tram runs.", "", 0)


def test_positions_count_pairs_and_paragraphs(index: Index) -> None:
    found = {
        (passage.question, passage.text): passage.position for passage in index.passages("bridge work arch repairs")
    }
    assert found["When does the work begin?", "In April, after the floods."] == 1
    assert found["", "Inspectors found cracks in the fifth arch."] == 1


def test_a_full_hit_covers_all_and_rare_words_are_evidence(index: Index) -> None:
    passage = index.passages("repairs needed")[0]
    assert passage.question_coverage == pytest.approx(1)
    assert passage.coverage == pytest.approx(1)
    assert passage.evidence > 1


@pytest.mark.parametrize(
    "query",
    [
        '"',
        "AND",
        "OR NOT",
        "NEAR(a b)",
        "title:bridge",
        "a*",
        "^bridge",
        "-bridge",
        "(",
        "bridge; DROP TABLE passage",
    ],
)
def test_the_search_language_does_not_get_through(index: Index, query: str) -> None:
    index.passages(query)
    index.articles(query, limit=3)
    assert ask(index, "How many repairs are needed?") is not None


@given(st.lists(ARTICLES, max_size=3), st.one_of(TEXT, st.text(st.characters(), max_size=30)))
def test_anything_can_be_stored_and_asked(stored: list[Article], question: str) -> None:
    index = Index()
    for one in stored:
        index.put(one)
    ids = {one.id for one in stored}
    assert set(index.articles(question, limit=3)) <= ids
    for passage in index.passages(question):
        assert passage.article in ids
        assert 0 <= passage.question_coverage <= passage.coverage + 1e-9 <= 1 + 1e-6
    for one in stored:
        index.remove(one.id)
    assert index.articles(question, limit=3) == []
    assert index.passages(question) == []


def test_stop_words_are_plain_words() -> None:
    assert {"the", "of", "what"} <= stop_words()
    assert all(word == word.casefold() and word.isalpha() for word in stop_words())
