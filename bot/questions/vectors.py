"""The vectors of stored passages, in the index's file: those that a question is compared with, and one by which each
passage is found. They are made later than its words."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.questions.database import marks


@dataclass(frozen=True, slots=True)
class Meaning:
    """Of a passage's sentences, an FAQ pair's question before them: a vector for each (`wholes`), and `counts` of
    them for its words (`parts`), all as signed bytes."""

    passage: int
    counts: bytes
    wholes: bytes
    parts: bytes


class Vectors:
    """Raises sqlite3.Error as the index does."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def put(self, found: Iterable[tuple[Meaning, bytes]]) -> None:
        """Each with its gist: the vector that its passage is found by. Of passages that are gone none is kept."""
        for meaning, gist in found:
            self._db.execute(
                "INSERT OR REPLACE INTO meaning SELECT number, ?, ?, ? FROM passage WHERE number = ?",
                (meaning.counts, meaning.wholes, meaning.parts, meaning.passage),
            )
            self._db.execute(
                "INSERT OR REPLACE INTO gist SELECT NULL, number, is_faq, ? FROM passage WHERE number = ?",
                (gist, meaning.passage),
            )

    def forget(self) -> None:
        """All of them."""
        self._db.execute("DELETE FROM meaning")
        self._db.execute("DELETE FROM gist")

    def of(self, passages: Sequence[int]) -> dict[int, Meaning]:
        """By the numbers of the passages; of those that have any."""
        query = f"SELECT passage, counts, wholes, parts FROM meaning WHERE passage IN ({marks(passages)})"
        return {row[0]: Meaning(*row) for row in self._db.execute(query, passages)}

    def gists(self, *, is_faq: bool, after: int = 0) -> list[tuple[int, int, bytes]]:
        """The vectors that FAQ pairs, or other passages, are found by, in the order in which they were made, with the
        numbers of these: those with a higher number of their own. Not by passage, for the newest get theirs first."""
        query = "SELECT number, passage, vector FROM gist WHERE is_faq = ? AND number > ? ORDER BY number"
        return self._db.execute(query, (is_faq, after)).fetchall()

    def count_gists(self, *, is_faq: bool) -> int:
        return int(self._db.execute("SELECT count(*) FROM gist WHERE is_faq = ?", (is_faq,)).fetchone()[0])
