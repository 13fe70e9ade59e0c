"""FAQ pairs that ask much the same, whatever their words."""

from typing import TYPE_CHECKING

from bot.questions.index import Index
from bot.questions.meaning import floats

if TYPE_CHECKING:
    from bot.questions.meaning import Floats


class Pairs:
    """The questions of all FAQ pairs as vectors, kept up with the index."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._version = (-1, -1)
        self._last = 0
        self._numbers: list[int] = []
        self._vectors: Floats = floats(b"")

    def nearest(self, whole: "Floats", count: int) -> list[int]:
        """The numbers of the passages that are the pairs most alike."""
        self._refresh()
        likeness = self._vectors @ whole
        return [self._numbers[place] for place in (-likeness).argsort()[:count].tolist()]

    def _refresh(self) -> None:
        import numpy

        if (version := self._index.version()) == self._version:
            return
        self._version = version
        if len(self._numbers) > 2 * self._index.count_asked() + 100:  # most of them are gone
            self._last, self._numbers, self._vectors = 0, [], self._vectors[:0]
        if new := self._index.asked_after(self._last):
            self._last = new[-1][0]
            self._numbers += [passage for _, passage, _ in new]
            self._vectors = numpy.concatenate([self._vectors, floats(b"".join(whole for *_, whole in new))])
