"""The stored articles, searchable by words: SQLite's FTS5 in memory, ranked by BM25 (https://sqlite.org/fts5.html).

Rebuilt from the store at start, then kept in step with it; each process that answers has its own.
"""

import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import log

from bot.domain.answer import paragraphs
from bot.domain.article import Article

#: As many passages as can hold the best answer, by the measured recall of BM25.
_CANDIDATES = 50
_MOST_TERMS = 24
_OTHER_PASSAGES = 500
_WORD = re.compile(r"\w+(?:['’]\w+)*")

_SCHEMA = """
CREATE VIRTUAL TABLE passage USING fts5(
  article UNINDEXED, position UNINDEXED, title, question, text, tokenize = 'porter unicode61 remove_diacritics 2');
CREATE VIRTUAL TABLE whole USING fts5(
  article UNINDEXED, title, teaser, body, tokenize = 'porter unicode61 remove_diacritics 2');
"""


@dataclass(frozen=True, slots=True)
class Passage:
    """`rank`: its BM25 score; `evidence`: the rarity of all asked words that it or its title hold; both in units of
    the rarity of a word that stands nowhere, so that they mean the same in any store.

    `position` counts the FAQ pairs of an article for those with a `question`, its paragraphs and corrections for the
    others.

    `coverage`: the share, 0 to 1, of the asked words, weighed by their rarity, that the passage or its title hold;
    `question_coverage`: the same for its question alone; `question_share`: the share of its question's own words
    that were asked.
    """

    article: str
    position: int
    question: str
    text: str
    rank: float
    evidence: float
    coverage: float
    question_coverage: float
    question_share: float


class Index:
    def __init__(self) -> None:
        self._db = sqlite3.connect(":memory:", check_same_thread=False)
        self._db.executescript(_SCHEMA)
        self._rows: dict[str, tuple[range, int]] = {}
        self._passages = 0

    def put(self, article: Article) -> None:
        """Adds it, or what it has become."""
        self.remove(article.id)
        first = self._last_row("passage") + 1
        rows = [(article.id, n, article.title, "", text) for n, text in enumerate(paragraphs(article))]
        rows += [(article.id, n, article.title, pair.question, pair.answer) for n, pair in enumerate(article.faq)]
        self._db.executemany(
            "INSERT INTO passage (rowid, article, position, title, question, text) VALUES (?, ?, ?, ?, ?, ?)",
            [(first + n, *row) for n, row in enumerate(rows)],
        )
        cursor = self._db.execute(
            "INSERT INTO whole (article, title, teaser, body) VALUES (?, ?, ?, ?)",
            (article.id, article.title, article.teaser, "\n".join(paragraphs(article))),
        )
        self._rows[article.id] = (range(first, first + len(rows)), cursor.lastrowid or 0)
        self._passages += len(rows)

    def remove(self, article_id: str) -> None:
        passages, whole = self._rows.pop(article_id, (range(0), 0))
        self._db.executemany("DELETE FROM passage WHERE rowid = ?", [(row,) for row in passages])
        self._db.execute("DELETE FROM whole WHERE rowid = ?", (whole,))
        self._passages -= len(passages)

    def articles(self, words: str, *, limit: int) -> list[str]:
        """Ids of the articles that hold any of the words, best first."""
        terms = _terms(words)
        if not terms:
            return []
        rows = self._db.execute(
            "SELECT article FROM whole WHERE whole MATCH ? ORDER BY bm25(whole, 0, 8, 3, 1) LIMIT ?",
            (_any_of(terms), limit),
        )
        return [article for (article,) in rows]

    def passages(self, question: str, article_id: str | None = None) -> list[Passage]:
        """Those that hold any of the question's words, best first; of one article only, if it is named."""
        terms = _terms(question)
        if not terms:
            return []
        found = self._candidates(terms, article_id)
        unit = self._rarity(0)
        weights = {term: self._weight(term) for term in terms}
        total = sum(weights.values())
        held = {term: self._holding(term, found, "") for term in terms}
        asked = {term: self._holding(term, found, "question") for term in terms}
        return [
            Passage(
                article=article,
                position=position,
                question=stored_question,
                text=text,
                rank=rank / unit,
                evidence=_sum(row, held, weights) / unit,
                coverage=_sum(row, held, weights) / total,
                question_coverage=_sum(row, asked, weights) / total,
                question_share=sum(row in rows for rows in asked.values()) / (len(_terms(stored_question)) or 1),
            )
            for row, article, position, stored_question, text, rank in found
        ]

    def _candidates(self, terms: list[str], article_id: str | None) -> list[tuple[int, str, int, str, str, float]]:
        rows, _ = self._rows.get(article_id or "", (range(0), 0))
        within = "AND rowid BETWEEN ? AND ?" if article_id else ""
        parameters = [_any_of(terms), *([rows.start, rows.stop - 1] if article_id else []), _CANDIDATES]
        return self._db.execute(
            f"SELECT rowid, article, position, question, text, -bm25(passage, 0, 0, 0.5, 2, 1) AS score "  # noqa: S608
            f"FROM passage WHERE passage MATCH ? {within} ORDER BY score DESC LIMIT ?",
            parameters,
        ).fetchall()

    def _weight(self, term: str) -> float:
        (found,) = self._db.execute("SELECT count(*) FROM passage WHERE passage MATCH ?", (term,)).fetchone()
        return self._rarity(found)

    def _rarity(self, found: int) -> float:
        """How much it tells that a passage holds a word that so many hold: inverse document frequency, counted as
        if passages about other things were stored too. In a store of one article every word would else be common.
        """
        return log(1 + (self._passages + _OTHER_PASSAGES - found + 0.5) / (found + 0.5))

    def _holding(self, term: str, rows: list[tuple[int, str, int, str, str, float]], column: str) -> set[int]:
        ids = ",".join(str(row[0]) for row in rows)
        query = f"{column} : {term}" if column else term
        found = self._db.execute(
            f"SELECT rowid FROM passage WHERE passage MATCH ? AND rowid IN ({ids})",  # noqa: S608
            (query,),
        )
        return {row for (row,) in found}

    def _last_row(self, table: str) -> int:
        (last,) = self._db.execute(f"SELECT coalesce(max(rowid), 0) FROM {table}").fetchone()  # noqa: S608
        return int(last)


def _sum(row: int, holding: dict[str, set[int]], weights: dict[str, float]) -> float:
    return sum(weights[term] for term, rows in holding.items() if row in rows)


def _any_of(terms: list[str]) -> str:
    return " OR ".join(terms)


def _terms(text: str) -> list[str]:
    """The words that carry the meaning, each as an FTS5 string, so that no operator of its language gets through."""
    words = list(dict.fromkeys(_words(text)))
    telling = [word for word in words if word not in stop_words()]
    return [f'"{word}"' for word in telling[:_MOST_TERMS]]


def _words(text: str) -> Iterator[str]:
    for match in _WORD.finditer(text[:4000].casefold()):
        yield re.split("['’]", match[0])[0]


@cache
def stop_words() -> frozenset[str]:
    """English words that say nothing of what is asked about."""
    return frozenset((files("bot.questions") / "stop_words.txt").read_text("utf-8").split())
