"""The stored articles, searchable by words and by meaning: a SQLite file of this machine's.

Words are found by FTS5 (https://sqlite.org/fts5.html) in texts that were made stems before (`words`), so that any
language has its own. All that stands here can be made again from the store; every process of the machine reads it,
one of them writes (`keeper`).
"""

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from itertools import chain, combinations
from pathlib import Path
from typing import Any

import orjson

from bot.domain.answer import mark_of, paragraphs
from bot.domain.article import Article
from bot.domain.moment import to_ms
from bot.domain.scope import EVERYTHING, Scope
from bot.questions.database import Change, marks, statements
from bot.questions.sentences import sentences
from bot.questions.vectors import Vectors
from bot.questions.words import language_of, words_of

#: Of the tables and of what is written into them: a file of another one is made anew.
_VERSION = 3
#: As many passages as can hold the best answer, by the measured recall of BM25.
CANDIDATES = 50
_SEPARATOR = "\n"
#: Bytes, so that what is kept of a passage lies in one page of the file.
_PAGE = 16384
#: Pages that are read through when a process starts: a second's work.
_CHECKED = 100 * 2**20 // _PAGE

_COLUMNS = (
    "passage.number, article.id, is_faq, position, question, text, passage.sentences, title_stems, question_stems, "
    "stems, article.language"
)
_WITHIN = "JOIN article ON article.number = passage.article"


@dataclass(frozen=True)
class Passage:
    """A paragraph, or an FAQ pair with its answer as `text`. `spans`: where its sentences stand in it, as JSON, and
    `stems`: what each is found by, with a space on either side of every stem; likewise those of the title and of the
    question. `rank`: its BM25 score for the words that it was found by."""

    number: int
    article: str
    is_faq: bool
    position: int
    question: str
    text: str
    spans: str
    title_stems: str
    question_stems: str
    stems: list[str]
    language: str
    rank: float = 0.0

    @cached_property
    def sentences(self) -> list[tuple[int, int]]:
        return [(start, end) for start, end in orjson.loads(self.spans)]

    @cached_property
    def mark(self) -> str:
        return mark_of(self.text)


class Index:
    """A connection of its own, to be used by one thread at a time. Raises sqlite3.Error where the file cannot be
    read or written."""

    def __init__(self, path: Path | None = None) -> None:
        """Without a path it lies in memory."""
        self._db = sqlite3.connect(path or ":memory:", check_same_thread=False, isolation_level=None, timeout=30)
        self._db.execute(f"PRAGMA page_size = {_PAGE}")  # of a new file
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")  # what a crash of the machine loses is made again
        self._prepare()
        self.vectors = Vectors(self._db)

    def close(self) -> None:
        self._db.close()

    def check(self) -> None:
        """Raises sqlite3.DatabaseError if what it holds cannot be read. A large file is only opened:
        to read a gigabyte takes ten seconds."""
        (pages,) = self._db.execute("PRAGMA page_count").fetchone()
        if pages > _CHECKED:
            return
        (said,) = self._db.execute("PRAGMA quick_check(1)").fetchone()
        if said != "ok":
            error = sqlite3.DatabaseError(said)
            error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
            raise error

    def _prepare(self) -> None:
        with self.change():
            (version,) = self._db.execute("PRAGMA user_version").fetchone()
            if version == _VERSION:
                return
            for kind, name in self._db.execute(
                "SELECT type, name FROM sqlite_master WHERE sql LIKE 'CREATE%'"
            ).fetchall():
                if kind == "table" and not name.startswith(("words_", "sqlite_")):
                    self._db.execute(f"DROP TABLE IF EXISTS {name}")
            for statement in statements((files("bot.questions") / "index.sql").read_text("ascii")):
                self._db.execute(statement)
            self._db.execute(f"PRAGMA user_version = {_VERSION}")

    # -- writing ------------------------------------------------------------------------------------------------

    def change(self) -> Change:
        """A context in which all changes are made or, if it is left by an error, none."""
        return Change(self._db)

    def state(self, name: str) -> str:
        row = self._db.execute("SELECT value FROM state WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else ""

    def set_state(self, name: str, value: str) -> None:
        self._db.execute("INSERT OR REPLACE INTO state VALUES (?, ?)", (name, value))

    def put(self, article: Article, digest: str = "") -> None:
        """Adds it, or what it has become; `digest` tells later what is stored here."""
        self.remove(article.id)
        language = language_of("\n".join([article.title, *paragraphs(article)]))
        sources = {source.name.casefold() for source in (article.told_by, *article.also_at)} if article.source else ()
        published = to_ms(article.published) if article.listed else None  # what editors say in general holds always
        values = (article.id, digest, language, article.category, _joined(sources), published)
        number = self._db.execute(
            "INSERT INTO article (id, digest, language, category, sources, published) VALUES (?, ?, ?, ?, ?, ?)",
            values,
        ).lastrowid
        title = _stems(article.title, language)
        rows = [("", position, text) for position, text in enumerate(paragraphs(article))]
        rows += [(pair.question, position, pair.answer) for position, pair in enumerate(article.faq)]
        for question, position, text in rows:
            spans = sentences(text, language)
            stems = _SEPARATOR.join(_stems(text[start:end], language) for start, end in spans)
            asked = _stems(question, language)
            row = (
                number,
                bool(question),
                position,
                question,
                text,
                orjson.dumps(spans).decode(),
                title,
                asked,
                stems,
            )
            self._db.execute(f"INSERT INTO passage VALUES (NULL, {', '.join('?' * len(row))})", row)
            self._count(f"{title} {asked} {stems}", 1)

    def remove(self, article_id: str) -> None:
        row = self._db.execute("SELECT number FROM article WHERE id = ?", (article_id,)).fetchone()
        if row is None:
            return
        query = "SELECT title_stems || ' ' || question_stems || ' ' || stems FROM passage WHERE article = ?"
        for (stems,) in self._db.execute(query, row).fetchall():
            self._count(stems, -1)
        self._db.execute("DELETE FROM passage WHERE article = ?", row)
        self._db.execute("DELETE FROM article WHERE number = ?", row)

    def digests(self) -> dict[str, str]:
        """What is stored, by the ids of the articles."""
        return dict(self._db.execute("SELECT id, digest FROM article"))

    def _count(self, stems: str, by: int) -> None:
        each = [(stem, by) for stem in set(stems.split())]
        self._db.executemany(
            "INSERT INTO frequency VALUES (?, ?) ON CONFLICT DO UPDATE SET passages = passages + excluded.passages",
            each,
        )

    def without_vectors(self, languages: Collection[str], count: int) -> list[Passage]:
        """The newest passages in these languages that have none yet."""
        query = (
            "WHERE passage.number NOT IN (SELECT passage FROM meaning) "
            f"AND article.language IN ({marks(languages)}) ORDER BY passage.number DESC LIMIT {count}"
        )
        return list(self._passages(query, [*languages]))

    # -- reading ------------------------------------------------------------------------------------------------

    def size(self) -> int:
        """How many passages there are."""
        return int(self._db.execute("SELECT count(*) FROM passage").fetchone()[0])

    def version(self) -> tuple[int, int]:
        """Another one after every change, of this process or another."""
        (data,) = self._db.execute("PRAGMA data_version").fetchone()
        return int(data), self._db.total_changes

    def languages(self) -> set[str]:
        return {language for (language,) in self._db.execute("SELECT DISTINCT language FROM article")}

    def sources(self) -> list[str]:
        lists = self._db.execute("SELECT DISTINCT sources FROM article WHERE sources != ''")
        return sorted({name for (names,) in lists for name in names.strip(_SEPARATOR).split(_SEPARATOR)})

    def frequencies(self, stems: Iterable[str]) -> dict[str, int]:
        """In how many passages each of them stands."""
        each = list(stems)
        query = f"SELECT stem, passages FROM frequency WHERE stem IN ({marks(each)})"
        return dict.fromkeys(each, 0) | dict(self._db.execute(query, each))

    def begun_with(self, letters: str, count: int) -> list[str]:
        """The stems that begin so, the commonest first."""
        query = "SELECT stem FROM frequency WHERE stem >= ? AND stem < ? AND passages > 0 ORDER BY passages DESC"
        return [stem for (stem,) in self._db.execute(f"{query} LIMIT {count}", (letters, letters + "\U0010ffff"))]

    def find(
        self,
        words: Sequence[Collection[str]],
        *,
        common: Sequence[Collection[str]] = (),
        scope: Scope = EVERYTHING,
        article: str = "",
        count: int = CANDIDATES,
    ) -> list[Passage]:
        """Those that hold any of the words, or two of the `common` ones, each given as its stems; best first; of one
        article only, if it is named."""
        either = [_either(stems) for stems in (*words, *common)]
        if not either:
            return []
        match = " OR ".join(either)
        condition, values = _condition(scope)
        if article:
            condition, values = f"{condition or 'true'} AND article.id = ?", [*values, article]
        within = f"AND rowid IN (SELECT passage.number FROM passage {_WITHIN} WHERE {condition})" if condition else ""
        if common:  # what holds but one of them is left out before it is scored, which costs most
            pairs = [f"({one} AND {other})" for one, other in combinations(either[len(words) :], 2)]
            within += " AND +rowid IN (SELECT rowid FROM words WHERE words MATCH ?)"
            values = [*values, " OR ".join([*either[: len(words)], *pairs])]
        query = (
            f"SELECT {_COLUMNS}, found.score FROM (SELECT rowid AS number, -bm25(words, 1, 2, 1) AS score FROM words "
            f"WHERE words MATCH ? {within} ORDER BY score DESC LIMIT {count}) AS found "
            f"JOIN passage ON passage.number = found.number {_WITHIN} ORDER BY found.score DESC"
        )
        return [_passage(row) for row in self._db.execute(query, [match, *values])]

    def passages_of(self, article_id: str) -> list[Passage]:
        return list(self._passages("WHERE article.id = ?", [article_id]))

    def passages(self, numbers: Sequence[int]) -> list[Passage]:
        return list(self._passages(f"WHERE passage.number IN ({marks(numbers)})", numbers))

    def inside(self, numbers: Sequence[int], scope: Scope) -> set[int]:
        """Those of the passages that are within the scope."""
        condition, values = _condition(scope)
        query = f"SELECT passage.number FROM passage {_WITHIN} WHERE passage.number IN ({marks(numbers)})"
        return {number for (number,) in self._db.execute(f"{query} AND {condition or 'true'}", [*numbers, *values])}

    def _passages(self, rest: str, values: Sequence[object] = ()) -> Iterator[Passage]:
        query = f"SELECT {_COLUMNS}, 0.0 FROM passage {_WITHIN} {rest}"
        return (_passage(row) for row in self._db.execute(query, values))


def _either(stems: Iterable[str]) -> str:
    return "(" + " OR ".join(f'"{stem}"' for stem in sorted(stems)) + ")"


def _condition(scope: Scope) -> tuple[str, list[object]]:
    parts: list[str] = []
    values: list[object] = []
    if scope.categories:
        parts.append(f"article.category IN ({marks(scope.categories)})")
        values += sorted(scope.categories)
    if scope.sources:
        parts.append("(" + " OR ".join("instr(article.sources, ?)" for _ in scope.sources) + ")")
        values += [_joined([name]) for name in sorted(scope.sources)]
    if scope.since:
        parts.append("(article.published IS NULL OR article.published >= ?)")
        values.append(to_ms(scope.since))
    if scope.until:
        parts.append("(article.published IS NULL OR article.published < ?)")
        values.append(to_ms(scope.until))
    return " AND ".join(parts), values


def _joined(names: Iterable[str]) -> str:
    lines = _SEPARATOR.join(sorted(names))
    return f"{_SEPARATOR}{lines}{_SEPARATOR}" if lines else ""


def _stems(text: str, language: str) -> str:
    return "".join(chain.from_iterable((" ", word.stem) for word in words_of(text, language))) + " "


def _passage(row: Sequence[Any]) -> Passage:
    number, article, is_faq, position, question, text, spans, title, asked, stems, language, rank = row
    lines = stems.split(_SEPARATOR)
    return Passage(
        number, article, bool(is_faq), position, question, text, spans, title, asked, lines, language, rank
    )
