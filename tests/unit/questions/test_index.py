from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.article import Article, FaqPair, Source
from bot.domain.scope import Scope
from bot.questions.index import Index
from bot.questions.vectors import Meaning
from bot.questions.words import stem
from tests.unit.samples import ARTICLES, FULL, NOW, article

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


def texts(index: Index, *stems: str, scope: Scope = Scope()) -> list[str]:  # noqa: B008
    return [passage.text for passage in index.find([{stem} for stem in stems], scope=scope)]


def test_passages_are_found_by_their_stems(index: Index) -> None:
    assert texts(index, "arch") == ["Inspectors found cracks in the fifth arch."]
    assert texts(index, "nine", stem("evening", "en"))[0] == "At nine in the evening."
    assert texts(index, "nowhere") == []
    assert texts(index) == []


def test_what_is_found_knows_where_it_stands(index: Index) -> None:
    (pair,) = (one for one in index.find([{"april"}]) if one.is_faq)
    assert (pair.article, pair.position, pair.question) == ("bridge", 1, "When does the work begin?")
    (paragraph,) = index.find([{"arch"}])
    assert (paragraph.is_faq, paragraph.position, paragraph.question) == (False, 1, "")
    start, end = paragraph.sentences[0]
    assert paragraph.text[start:end] == "Inspectors found cracks in the fifth arch."
    assert " arch " in paragraph.stems[0]


def test_of_common_words_two_are_needed(index: Index) -> None:
    def found(*words: str, common: tuple[str, ...]) -> list[str]:
        passages = index.find([{word} for word in words], common=[{word} for word in common])
        return [passage.text for passage in passages]

    arch, nine = "Inspectors found cracks in the fifth arch.", "At nine in the evening."
    assert found("arch", common=("nine",)) == [arch]
    assert set(found("arch", common=("nine", stem("evening", "en")))) == {arch, nine}
    assert found(common=("arch", "nine")) == []


def test_of_one_article(index: Index) -> None:
    assert {one.article for one in index.find([{"ferri", "bridg"}], article="ferry")} == {"ferry"}
    assert index.find([{"ferri"}], article="nowhere") == []
    assert len(index.passages_of("bridge")) == 5


@pytest.mark.parametrize(
    ("scope", "found"),
    [
        (Scope(categories=frozenset({"world"})), {"ferry"}),
        (Scope(categories=frozenset({"sports"})), set()),
        (Scope(sources=frozenset({"reuters"})), {"full"}),
        (Scope(sources=frozenset({"reuter"})), set()),
        (Scope(since=NOW), {"bridge", "ferry", "full"}),
        (Scope(since=NOW + timedelta(seconds=1)), set()),
        (Scope(until=NOW), set()),
        (Scope(since=NOW, until=NOW + timedelta(days=1)), {"bridge", "ferry", "full"}),
    ],
)
def test_a_scope_narrows(index: Index, scope: Scope, found: set[str]) -> None:
    passages = index.find([{"bridg", "ferri", "ship"}], scope=scope)
    assert {passage.article for passage in passages} == found
    numbers = [passage.number for passage in index.find([{"bridg", "ferri", "ship"}])]
    assert {one.article for one in index.passages([*index.inside(numbers, scope)])} == found


def test_sources_are_known(index: Index) -> None:
    index.put(article("two", source=Source(name="Harbour Times"), also_at=(Source(name="Reuters"),)))
    assert index.sources() == ["harbour times", "reuters"]


def test_what_is_removed_is_found_no_more(index: Index) -> None:
    index.remove("ferry")
    index.remove("ferry")
    index.remove("never stored")
    assert texts(index, "ferri") == []
    assert index.frequencies(["ferri", "bridg"])["ferri"] == 0
    assert texts(index, "bridg")


def test_what_changed_is_found_as_it_is_now(index: Index) -> None:
    before = index.version()
    index.put(FERRY.model_copy(update={"title": "Tram Opens", "teaser": "", "body": ("A tram runs.",), "faq": ()}))
    assert texts(index, "ferri") == []
    assert texts(index, "tram") == ["A tram runs."]
    assert index.version() != before


def test_a_word_is_as_rare_as_its_passages_are_few(index: Index) -> None:
    assert index.frequencies(["bridg", "arch", "nowhere"]) == {"bridg": 5, "arch": 1, "nowhere": 0}


def test_a_change_is_made_whole_or_not_at_all(index: Index) -> None:
    with pytest.raises(ZeroDivisionError), index.change():
        index.remove("ferry")
        raise ZeroDivisionError
    assert texts(index, "ferri")


def test_what_is_written_stays_and_another_reads_it(tmp_path: Path) -> None:
    written = Index(tmp_path / "index")
    read = Index(tmp_path / "index")
    before = read.version()
    with written.change():
        written.put(BRIDGE, "digest")
        written.set_state("change", "7-0")
    assert read.version() != before
    assert texts(read, "arch")
    written.close()
    read.close()
    again = Index(tmp_path / "index")
    assert (again.digests(), again.state("change"), again.state("else")) == ({"bridge": "digest"}, "7-0", "")
    again.close()


def test_a_file_of_another_version_is_made_anew(tmp_path: Path) -> None:
    old = Index(tmp_path / "index")
    old.put(BRIDGE)
    old._db.execute("PRAGMA user_version = 999")
    old.close()
    new = Index(tmp_path / "index")
    assert (new.size(), new.digests()) == (0, {})
    new.put(BRIDGE)
    assert texts(new, "arch")
    new.close()


def test_vectors_go_with_their_passages(index: Index) -> None:
    some = index.without_vectors({"en"}, 100)
    assert len(some) == index.size()
    assert index.without_vectors({"de"}, 100) == []
    first, *others = some
    index.vectors.put([(Meaning(one.number, b"1", b"2", b"3"), b"4") for one in others])
    assert index.without_vectors({"en"}, 100) == [first]
    assert index.vectors.of([first.number, others[0].number]) == {
        others[0].number: Meaning(others[0].number, b"1", b"2", b"3")
    }
    for is_faq in (True, False):
        count = sum(one.is_faq is is_faq for one in others)
        assert index.vectors.count_gists(is_faq=is_faq) == len(index.vectors.gists(is_faq=is_faq)) == count > 0
    index.remove("bridge")
    index.vectors.put([(Meaning(one.number, b"1", b"2", b"3"), b"4") for one in others if one.article == "bridge"])
    gone = [one.number for one in others if one.article == "bridge"]
    assert index.vectors.of(gone) == {}
    index.vectors.forget()
    assert index.vectors.count_gists(is_faq=True) == index.vectors.count_gists(is_faq=False) == 0


@given(st.lists(ARTICLES, max_size=3))
def test_anything_can_be_stored(stored: list[Article]) -> None:
    index = Index()
    for one in stored:
        index.put(one)
    for passage in index.without_vectors({"en", "de", "es", "ru", "ar"}, 1000):
        assert passage.article in {each.id for each in stored}
        assert len(passage.sentences) == len(passage.stems)
        words = [{stem} for stem in " ".join(passage.stems).split()[:24]]
        found = index.find(words, article=passage.article, count=1000)
        assert not words or passage in [replace(one, rank=0.0) for one in found]
        index.find(words[:1], common=words[1:], article=passage.article)
    for one in stored:
        index.remove(one.id)
    assert index.size() == 0
    assert not any(index.frequencies(row[0] for row in index._db.execute("SELECT stem FROM frequency")).values())
    index.close()
