"""What any SQLite file needs: changes made whole or not at all, marks for values, and one that is damaged told apart
and removed."""

import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path


class Change:
    """A context in which all changes are made or, if it is left by an error, none."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def __enter__(self) -> None:
        self._db.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            try:
                self._db.execute("COMMIT")
            except sqlite3.Error:
                self._roll_back()
                raise
        else:
            self._roll_back()

    def _roll_back(self) -> None:
        if self._db.in_transaction:  # a full disk, say, has ended it already
            self._db.execute("ROLLBACK")


def is_damage(error: sqlite3.Error) -> bool:
    """Whether the file can only be made anew; else it is locked, the disk is full, and so on."""
    return error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def remove(path: Path) -> None:
    """The database first: SQLite itself throws away a log beside an empty one."""
    for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
        path.with_name(name).unlink(missing_ok=True)


def statements(script: str) -> Iterator[str]:
    """Each by itself, as they must be within a transaction."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def marks(values: Iterable[object]) -> str:
    """For that many values in a statement."""
    return ", ".join("?" for _ in values)
