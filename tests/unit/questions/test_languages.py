"""News of invented events in five languages, with questions of which it is known what answers them."""

import json
from functools import cache
from typing import Any

import pytest

from bot.domain.article import Article
from bot.questions.encoder import Encoder
from bot.questions.index import Index
from bot.questions.meaning import encode_passages
from bot.questions.rank import Candidate
from bot.questions.retrieve import Retrieval
from tests.e2e.test_readers import DATA

SURE = 0.5


@cache
def lines(language: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (DATA / f"answers/{language}.jsonl").read_text("utf-8").splitlines()]


def store(language: str) -> Index:
    index = Index()
    for line in lines(language):
        if line.get("type") == "article":
            index.put(Article.model_validate(line))
    return index


def is_right(line: dict[str, Any], one: Candidate, article: Article) -> bool:
    if one.article != line["article"]:
        return False
    if line["paragraph"] is None:
        return one.text in line["answers"] or any(answer in one.text for answer in line["answers"])
    return any(answer in one.text for answer in line["answers"])


def shares(retrieval: Retrieval, language: str) -> tuple[float, float, float]:
    """Of the answerable questions those whose first candidate is right, and those answered; of the others those that
    are answered all the same."""
    articles = {line["id"]: Article.model_validate(line) for line in lines(language) if line.get("type") == "article"}
    right, answered, wrongly = list[bool](), list[bool](), list[bool]()
    for line in lines(language):
        if "answerable" not in line:
            continue
        found = retrieval.find(line["question"])
        sure = [one for one in found if one.probability >= SURE]
        first = next(iter(sure or found), None)
        if line["answerable"]:
            right.append(first is not None and is_right(line, first, articles[first.article]))
            answered.append(bool(sure))
        else:
            wrongly.append(bool(sure))
    return sum(right) / len(right), sum(answered) / len(answered), sum(wrongly) / len(wrongly)


@pytest.mark.parametrize("language", ["en", "de", "es", "ru", "ar"])
def test_words_find_answers_in_each_language(language: str) -> None:
    right, answered, wrongly = shares(Retrieval(store(language), None), language)
    assert right >= 0.6
    assert answered >= 0.7
    assert wrongly == 0


def test_meaning_finds_them_in_english() -> None:
    index, encoder = store("en"), Encoder()
    index.vectors.put(encode_passages(encoder, index.without_vectors({"en"}, 1000)))
    right, answered, wrongly = shares(Retrieval(index, encoder), "en")
    assert right >= 0.6
    assert answered >= 0.75
    assert wrongly == 0
