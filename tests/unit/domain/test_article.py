import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from bot.domain.article import Article, ArticleId, WebUrl, article_id
from bot.domain.category import Category, nearest_slugs
from tests.unit.samples import ARTICLES, CATEGORIES, FULL


@given(ARTICLES)
def test_json_keeps_everything(article: Article) -> None:
    assert Article.model_validate_json(article.model_dump_json()) == article


@pytest.mark.parametrize(
    "fields",
    [
        {"id": ""},
        {"id": "x" * 41},
        {"id": "a b"},
        {"id": "a|b"},
        {"id": "a\n"},
        {"category": "Policy"},
        {"category": "policy\n"},
        {"title": ""},
        {"title": " \n "},
        {"body": [""]},
        {"published": "2026-11-22T10:00:00"},
        {"source": {"name": ""}},
        {"source": {"name": "X", "url": "javascript:alert(1)"}},
        {"source": {"name": "X", "url": "/relative"}},
        {"related": [{"title": " "}]},
        {"faq": [{"question": "Why?", "answer": " "}]},
        {"faq": [{"question": "", "answer": "So."}]},
    ],
)
def test_what_cannot_be_is_refused(fields: dict[str, object]) -> None:
    good = {"id": "a1", "category": "policy", "title": "T"}
    assert Article.model_validate(good)
    with pytest.raises(ValidationError):
        Article.model_validate({**good, **fields})


def test_all_but_id_category_and_title_may_be_missing() -> None:
    article = Article.model_validate({"id": "a1", "category": "policy", "title": " T ", "unknown": 1})
    assert (article.title, article.teaser, article.body, article.source) == ("T", "", (), None)
    assert article.published.tzinfo is not None


@pytest.mark.parametrize(
    "url", ["https://news.example", "HTTPS://News.Example/A?b#c", "http://[::1]:8080/", "https://é.example/é"]
)
def test_an_address_is_kept_as_it_was_written(url: str) -> None:
    assert TypeAdapter(WebUrl).validate_python(url) == url


@given(st.lists(st.text(st.characters()), max_size=4))
def test_ids_are_short_and_the_same_for_the_same_words(words: list[str]) -> None:
    made = article_id(*words)
    assert made == article_id(*words)
    TypeAdapter(ArticleId).validate_python(made)
    assert re.fullmatch("[a-z2-7]{13}", made)


def test_ids_tell_where_one_part_ends() -> None:
    assert article_id("ab", "c") != article_id("a", "bc")


def test_nothing_in_an_article_can_be_changed() -> None:
    with pytest.raises(ValidationError):
        setattr(FULL, "title", "Other")  # noqa: B010


@pytest.mark.parametrize(
    ("word", "best"),
    [("polcy", "policy"), ("POLICY", "policy"), ("technology", "tech"), ("news", "world"), ("wrld", "world")],
)
def test_the_nearest_category_is_found(word: str, best: str) -> None:
    assert nearest_slugs(word, CATEGORIES)[0] == best


@given(st.text(), st.integers(1, 5))
def test_nearest_are_ever_only_categories(word: str, limit: int) -> None:
    found = nearest_slugs(word, CATEGORIES, limit=limit)
    assert len(found) <= limit
    assert set(found) <= {category.slug for category in CATEGORIES}


def test_nothing_is_near_to_nothing() -> None:
    assert nearest_slugs("", CATEGORIES) == []
    assert nearest_slugs("policy", []) == []


@pytest.mark.parametrize("slug", ["", "-a", "a-", "A", "a b", "é", "a" * 33, "a\n", "_"])
def test_slugs_that_are_none(slug: str) -> None:
    with pytest.raises(ValidationError):
        Category(slug=slug, name="X")


@pytest.mark.parametrize("slug", ["a", "7", "a-b", "a_b", "a" * 32])
def test_slugs(slug: str) -> None:
    assert Category(slug=slug, name=" X ").name == "X"


@pytest.mark.parametrize("name", ["", "  ", "x" * 65])
def test_names_that_are_none(name: str) -> None:
    with pytest.raises(ValidationError):
        Category(slug="a", name=name)
