from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.digests.compose import compose
from bot.domain.article import Article
from tests.unit.samples import NOW, article

TOLL = "Harbour council votes to raise the toll"


def at(article_id: str, minutes: int, category: str = "policy", **fields: Any) -> Article:
    return article(article_id, category, published=NOW + timedelta(minutes=minutes), **fields)


def told(article_id: str, source: str | None, title: str = TOLL, minutes: int = 0, **fields: Any) -> Article:
    named = {"name": source, "url": f"https://{article_id}.example/"} if source else None
    return at(article_id, minutes, title=title, source=named, **fields)


def ids(*articles: Article) -> list[list[str]]:
    """Of each story, when all are of one category."""
    return [[one.id for one in (story.article, *story.others)] for story in compose({"policy": articles})]


def test_the_chats_own_order_and_in_it_the_newest_first() -> None:
    found = compose({"tech": [at("t1", 1, "tech"), at("t2", 2, "tech")], "policy": [at("p1", 9)], "world": []})
    assert [(story.number, story.article.id) for story in found] == [(1, "t2"), (2, "t1"), (3, "p1")]


def test_breaking_news_first_then_what_more_sources_tell() -> None:
    quiet, breaking = at("quiet", 9), at("breaking", 1, breaking=True)
    known = at("known", 2, also_at=[{"name": "A"}, {"name": "B"}])
    assert ids(quiet, told("r", "Reuters", minutes=3), told("b", "BBC", minutes=4), known, breaking) == [
        ["breaking"],
        ["known"],
        ["b", "r"],
        ["quiet"],
    ]


def test_no_article_comes_twice() -> None:
    found = compose({"tech": [at("a", 1)], "policy": [at("a", 1), at("b", 2)]})
    assert [story.article.id for story in found] == ["a", "b"]


def test_nothing_composes_to_nothing() -> None:
    assert compose({}) == []
    assert compose({"policy": []}) == []


@pytest.mark.parametrize(
    "other",
    [TOLL, TOLL.upper(), "Toll to rise, harbour council votes", "Hárbour council votes to raise toll: “not enough”"],
)
def test_the_same_story_is_told_once(other: str) -> None:
    assert ids(told("r", "Reuters", minutes=1), told("b", "BBC", other)) == [["r", "b"]]


def test_the_most_important_tells_it_in_its_own_category() -> None:
    breaking = told("b", "BBC", category="world", breaking=True)
    found = compose(
        {"policy": [told("r", "Reuters", minutes=5), at("p", 1)], "world": [breaking, at("w", 1, "world")]}
    )
    assert [(story.article.id, [one.id for one in story.others]) for story in found] == [
        ("p", []),
        ("b", ["r"]),
        ("w", []),
    ]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (told("a", "Reuters"), told("b", "BBC", "Harbour council votes against bridge repairs")),
        (told("a", "Reuters"), told("b", "Reuters", minutes=5)),  # one source's two articles are two
        (told("a", "Reuters"), told("b", "BBC", minutes=49 * 60)),
        (told("a", "Reuters", "Morning briefing"), told("b", "BBC", "Morning briefing")),
        (told("a", "Reuters", "Inflation at 2.1%"), told("b", "BBC", "Inflation at 4.2%")),
        (told("a", None), told("b", None)),  # nothing to name the other by
    ],
)
def test_stories_that_are_not_the_same(first: Article, second: Article) -> None:
    assert len(ids(first, second)) == 2


def test_an_article_without_a_source_may_tell_a_story_that_others_tell_too() -> None:
    assert ids(told("ours", None, minutes=1), told("b", "BBC")) == [["ours", "b"]]
    assert len(ids(told("ours", None), told("b", "BBC", minutes=1))) == 2


_ARTICLES = st.builds(
    lambda name, minutes, category, source, title, breaking: told(
        name, source, title, minutes, category=category, breaking=breaking
    ),
    st.sampled_from("uvwxyz"),
    st.integers(-4000, 4000),
    st.sampled_from("abc"),
    st.sampled_from(["Reuters", "BBC", "Gazette", None]),
    st.sampled_from(
        [TOLL, TOLL + " again", "Toll: harbour council votes to raise", "Comet seen over the harbour", "中"]
    ),
    st.booleans(),
)


@given(st.lists(_ARTICLES, unique_by=lambda one: one.id), st.permutations("abc"))
def test_nothing_is_lost_or_told_twice_or_out_of_order(found: list[Article], order: list[str]) -> None:
    by_category = {slug: [one for one in found if one.category == slug] for slug in order}
    stories = compose(by_category)
    told_ids = [one.id for story in stories for one in (story.article, *story.others)]
    assert sorted(told_ids) == sorted(one.id for one in found)
    assert [story.number for story in stories] == list(range(1, len(stories) + 1))
    places = [order.index(story.article.category) for story in stories]
    assert places == sorted(places)
    for story in stories:
        lead, others = story.article, story.others
        assert all(one.source for one in others)
        assert lead.breaking or not any(one.breaking for one in others)
        sources = [one.source.name for one in (lead, *others) if one.source]
        assert len(sources) == len(set(sources))
    shuffled = {slug: articles[::-1] for slug, articles in by_category.items()}
    assert compose(shuffled) == stories
