"""Passages that mean much the same as a question, whatever their words; FAQ pairs by what they ask."""

from typing import TYPE_CHECKING

from bot.questions.index import Index
from bot.questions.meaning import GIST, WHOLE, floats

if TYPE_CHECKING:
    from bot.questions.meaning import Floats


class Nearest:
    """A vector each of all FAQ pairs, or of all other passages, kept up with the index."""

    def __init__(self, index: Index, *, is_faq: bool) -> None:
        self._index = index
        self._is_faq = is_faq
        self._version = (-1, -1)
        self._last = 0
        self._numbers: list[int] = []
        self._vectors: Floats = floats(b"", self._width)

    @property
    def _width(self) -> int:
        return WHOLE if self._is_faq else GIST

    def find(self, asked: "Floats", count: int) -> list[int]:
        """The numbers of those that are most alike."""
        self._refresh()
        likeness = self._vectors @ asked
        return [self._numbers[place] for place in (-likeness).argsort()[:count].tolist()]

    def _refresh(self) -> None:
        import numpy

        if (version := self._index.version()) == self._version:
            return
        self._version = version
        kept = self._index.vectors
        if len(self._numbers) > 2 * kept.count_gists(is_faq=self._is_faq) + 100:  # most of them are gone
            self._last, self._numbers, self._vectors = 0, [], self._vectors[:0]
        if new := kept.gists(is_faq=self._is_faq, after=self._last):
            self._last = new[-1][0]
            self._numbers += [passage for _, passage, _ in new]
            vectors = floats(b"".join(vector for *_, vector in new), self._width)
            self._vectors = numpy.concatenate([self._vectors, vectors])
