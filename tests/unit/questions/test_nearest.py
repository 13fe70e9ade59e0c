"""FAQ pairs as vectors, as they come and go."""

import pytest

from bot.questions.index import Index, Passage
from bot.questions.nearest import Nearest
from bot.questions.vectors import Meaning
from tests.unit.questions.test_index import BRIDGE, FERRY

numpy = pytest.importorskip("numpy")

_DIMENSIONS = 384
_WHOLE = bytes([1] * _DIMENSIONS)


@pytest.fixture
def index() -> Index:
    filled = Index()
    for one in (BRIDGE, FERRY):
        filled.put(one)
    return filled


def pairs_of(index: Index) -> list[Passage]:
    return [one for article in (BRIDGE, FERRY) for one in index.passages_of(article.id) if one.is_faq]


def give_meaning(index: Index, pair: Passage) -> None:
    index.vectors.put([(Meaning(pair.number, b"\x01", _WHOLE, _WHOLE), _WHOLE)])


def test_those_that_get_their_vectors_last_are_found_too(index: Index) -> None:
    """The newest get theirs first, and somebody may ask meanwhile."""
    pairs, any_vector = Nearest(index, is_faq=True), numpy.ones(_DIMENSIONS, dtype="float32")
    each, known = pairs_of(index), list[int]()
    for pair in reversed(each):
        give_meaning(index, pair)
        known.append(pair.number)
        assert sorted(pairs.find(any_vector, 9)) == sorted(known)
    assert len(known) == 3
