from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.digests.compose import compose
from bot.domain.article import Article
from tests.unit.samples import NOW, article


def at(article_id: str, minutes: int, category: str = "policy") -> Article:
    return article(article_id, category, published=NOW + timedelta(minutes=minutes))


def test_the_chats_own_order_and_in_it_the_newest_first() -> None:
    found = compose({"tech": [at("t1", 1, "tech"), at("t2", 2, "tech")], "policy": [at("p1", 9)], "world": []})
    assert [one.id for one in found] == ["t2", "t1", "p1"]


def test_no_article_comes_twice() -> None:
    found = compose({"tech": [at("a", 1)], "policy": [at("a", 1), at("b", 2)]})
    assert [one.id for one in found] == ["a", "b"]


def test_nothing_composes_to_nothing() -> None:
    assert compose({}) == []
    assert compose({"policy": []}) == []


@given(st.dictionaries(st.sampled_from("abc"), st.lists(st.tuples(st.sampled_from("xyz"), st.integers(0, 9)))))
def test_each_article_comes_once(given_ids: dict[str, list[tuple[str, int]]]) -> None:
    by_category = {slug: [at(name, when, slug) for name, when in found] for slug, found in given_ids.items()}
    ids = [one.id for one in compose(by_category)]
    assert sorted(ids) == sorted({name for found in given_ids.values() for name, _ in found})
