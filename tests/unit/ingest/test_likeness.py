"""Which articles tell the same."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.article import Article, Source
from bot.ingest.likeness import Recent, Tellers, said_in
from tests.unit.ingest.told import COMET, FERRY, TOLL, TOLL_AGAIN, TOLL_THIRD, told
from tests.unit.samples import ARTICLES, NOW


def recent(*articles: Article) -> Recent:
    found = Recent()
    for one in articles:
        found.put(one)
    return found


def test_another_source_that_tells_the_same_joins() -> None:
    assert recent(FERRY, TOLL, COMET).same_story(TOLL_AGAIN) == "toll1"
    assert recent(FERRY, COMET).same_story(TOLL_AGAIN) is None
    assert recent(TOLL).same_story(TOLL_AGAIN) == "toll1", "also where there is nothing else to weigh words by"


def test_it_joins_the_story_that_it_is_most_like() -> None:
    close = TOLL_AGAIN.model_copy(update={"id": "close", "source": Source(name="Echo")})
    assert recent(TOLL, close, FERRY).same_story(TOLL_AGAIN) == "close"


def test_the_same_source_tells_another_story() -> None:
    later = TOLL.model_copy(update={"id": "later"})
    assert recent(TOLL).same_story(later) is None
    joined = TOLL.joined_by(TOLL_AGAIN)
    found = Recent()
    found.put(joined, [TOLL_AGAIN])
    assert found.same_story(TOLL_AGAIN.model_copy(update={"id": "later"})) is None
    assert found.same_story(TOLL_THIRD) == "toll1"


def test_two_morning_briefings_are_two() -> None:
    monday = told("m", "Courier", "Morning briefing", "Rain in Vell, a strike at the docks and the cup final.")
    tuesday = told("t", "Courier", "Morning briefing", "The strike ends, the lake freezes and a choir sings.")
    other = told("o", "Gazette", "Morning briefing", "What to read today: comets, tolls and a lost umbrella.")
    assert recent(monday).same_story(tuesday) is None
    assert recent(monday).same_story(other) is None


def test_only_in_its_category_and_within_two_days() -> None:
    assert recent(TOLL).same_story(TOLL_AGAIN.model_copy(update={"category": "tech"})) is None
    for days, joins in ((-3, False), (-1, True), (1, True), (3, False)):
        then = TOLL_AGAIN.model_copy(update={"published": NOW + timedelta(days=days)})
        assert recent(TOLL).same_story(then) == ("toll1" if joins else None)


def test_without_a_source_it_stands_alone() -> None:
    assert recent(TOLL).same_story(TOLL_AGAIN.model_copy(update={"source": None})) is None
    unnamed = TOLL.model_copy(update={"source": None})
    assert recent(unnamed).same_story(TOLL_AGAIN) == "toll1"


def test_a_chain_of_likes_is_no_story() -> None:
    """Each is like the one before; the last is not like the first."""
    first = told("c1", "A", "Strike at the docks of Vell", "Dockers of Vell have stopped their work over pay.")
    second = told(
        "c2", "B", "Docks of Vell: strike ends, toll discussed", "The harbour toll is discussed next, Orsa hopes."
    )
    third = told(
        "c3", "C", "Toll discussed: fishermen write a letter", "They want it halved in the harbour before the summer."
    )
    found = Recent()
    found.put(first.joined_by(second), [second])
    found.put(FERRY)
    assert recent(second, FERRY).same_story(third) == "c2"
    assert found.same_story(third) is None


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (Source(name="Reuters"), Source(name="REUTERS"), True),
        (Source(name="Reuters"), Source(name="BBC"), False),
        (
            Source(name="World", url="https://www.bbc.example/a"),
            Source(name="Top", url="https://bbc.example/b"),
            True,
        ),
        (Source(name="a", url="https://edition.cnn.example/"), Source(name="b", url="https://cnn.example"), True),
        (Source(name="a", url="https://notcnn.example/"), Source(name="b", url="https://cnn.example"), False),
        (Source(name="a", url="https://a.example"), Source(name="b"), False),
    ],
)
def test_a_source_is_known_by_its_name_and_its_host(one: Source, other: Source, *, same: bool) -> None:
    assert (one in Tellers([other])) is same
    assert (other in Tellers([one])) is same
    assert other in Tellers([one, other])


def test_words_are_compared_without_case_accents_and_endings() -> None:
    one = said_in(told("a", "A", "U.S. Café closes, “Zürich” closing: 3 a b"))
    assert one == {"us": 3, "cafe": 3, "close": 3, "zuric": 3, "closi": 3, "3": 3}


def test_the_first_paragraph_stands_for_a_missing_teaser() -> None:
    bodied = TOLL_AGAIN.model_copy(update={"teaser": "", "body": (TOLL_AGAIN.teaser, "More of it.")})
    assert said_in(bodied) == said_in(TOLL_AGAIN)


def test_the_nearest_come_first_whoever_tells_them() -> None:
    found = recent(FERRY, COMET, TOLL, TOLL_AGAIN.model_copy(update={"category": "tech"}))
    same = TOLL.model_copy(update={"id": "same"})
    found.put(same)
    assert found.nearest(TOLL_THIRD, 5)[:2] in (["toll1", "same"], ["same", "toll1"])
    assert "toll2" not in found.nearest(TOLL_THIRD, 5)
    assert "toll1" not in found.nearest(TOLL, 5)


def test_what_moves_between_stories_is_found_in_whatever_order_that_is_told() -> None:
    found = recent(TOLL, TOLL_AGAIN, FERRY)
    story = FERRY.joined_by(TOLL_AGAIN)
    found.put(story, [TOLL_AGAIN])
    found.remove("toll2")
    assert found.nearest(TOLL_THIRD, 2) == ["ferry", "toll1"]
    found.put(TOLL_AGAIN)
    found.put(FERRY)
    assert found.nearest(TOLL_THIRD, 1) == ["toll2"]
    assert found.same_story(TOLL_THIRD) == "toll2"


@given(st.lists(ARTICLES, max_size=6), ARTICLES)
def test_whatever_is_said_what_is_removed_leaves_nothing(articles: list[Article], other: Article) -> None:
    found = recent(*articles)
    for one in articles:
        assert said_in(one) is not None
        found.put(one)
    story = found.same_story(other)
    assert story is None or story in {one.id for one in articles}
    for one in articles:
        found.remove(one.id)
    assert found.same_story(other) is None
    assert found.nearest(other, 3) == []
    assert not any(found._holding.values())
    assert not found._rarity.spread
    assert found._rarity.count == 0
