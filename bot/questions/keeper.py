"""Keeps this machine's index in step with the store.

One of the machine's processes does so at a time, by a lock on a file beside the index, which the end of the process
releases; what it writes the others find. First come the words, so that an article can be asked about at once; vectors
follow as fast as one core makes them.
"""

import asyncio
import fcntl
import hashlib
import logging
import sqlite3
from collections.abc import Awaitable, Iterable
from pathlib import Path
from typing import IO

from bot.domain.article import Article
from bot.questions.database import is_damage
from bot.questions.encoder import LANGUAGES, MODEL, Encoder
from bot.questions.index import Index
from bot.questions.meaning import encode_passages
from bot.storage.articles import ArticleStore
from bot.storage.connection import StoreError

_LOG = logging.getLogger(__name__)
_RETRY, _RETRY_FILE = 1.0, 5.0
_TOGETHER = 100
#: Passages: half a second of work.
_ENCODED_TOGETHER = 16
_CHANGE, _MODEL = "change", "model"


class Keeper:
    def __init__(self, store: ArticleStore, index: Index, lock: "Lock", encoder: Encoder | None) -> None:
        """`index`: a connection that nobody else uses."""
        self._store = store
        self._index = index
        self._lock = lock
        self._encoder = encoder
        self._caught_up = False

    async def begin(self) -> None:
        """`catch_up`; what hinders it is logged, and `follow` tries again."""
        await self._try(self.catch_up())

    async def catch_up(self) -> None:
        """All that is stored can be found by its words then, unless another process is to see to that."""
        if not self._lock.take():
            return
        change = self._index.state(_CHANGE)
        if change and await self._store.has_change(change):
            while await self._take(await self._store.changes_after(self._index.state(_CHANGE), _TOGETHER)):
                pass
        else:
            await self._compare()
        if self._encoder and self._index.state(_MODEL) != MODEL:
            await asyncio.to_thread(self._forget_vectors)
        self._caught_up = True

    async def encode(self) -> None:
        """All that has no vectors yet, if this process is to see to that."""
        while self._lock.held and await asyncio.to_thread(self._encode):
            pass

    async def follow(self, stopping: asyncio.Event) -> None:
        """Until told to stop."""
        while not stopping.is_set():
            await self._try(self._step(stopping))

    async def _step(self, stopping: asyncio.Event) -> None:
        if not self._caught_up:
            await self.catch_up()
        if self._caught_up:
            await self._go_on(stopping)
        else:
            await asyncio.sleep(_RETRY)

    async def _try(self, work: Awaitable[None]) -> None:
        """A file that cannot be read or written, as on a full disk, stops nothing but the index."""
        try:
            await work
        except StoreError as error:
            _LOG.warning("the store does not answer, the search index waits: %s", error)
            await asyncio.sleep(_RETRY)
        except sqlite3.Error as error:
            hint = "; it is made anew at the next start" if is_damage(error) else ""
            _LOG.error("the search index cannot be kept in step: %s%s", error, hint)
            await asyncio.sleep(_RETRY_FILE)

    def close(self) -> None:
        self._index.close()
        self._lock.close()

    async def _go_on(self, stopping: asyncio.Event) -> None:
        """What has changed goes before vectors, and while there are vectors to be made nothing is waited for."""
        encoded = self._encoder is not None and await asyncio.to_thread(self._encode)
        change = self._index.state(_CHANGE)
        if encoded:
            await self._take(await self._store.changes_after(change, _TOGETHER))
        else:
            await self._take(await self._store.await_changes(change, stopping))

    async def _take(self, changes: list[tuple[str, str]]) -> bool:
        """Whether there were any."""
        if not changes:
            return False
        ids = {article_id for _, article_id in changes}
        found = {one.article.id: one.article for one in await self._store.get_many(ids)}
        await asyncio.to_thread(self._write, found.values(), ids - found.keys(), changes[-1][0])
        return True

    async def _compare(self) -> None:
        """With all that is stored: the changes since the index was written are not known."""
        change = await self._store.last_change()
        known = await asyncio.to_thread(self._index.digests)
        _LOG.info("the search index is compared with the store")
        some: list[Article] = []
        async for stored in self._store.all():
            if known.pop(stored.article.id, "") != digest_of(stored.article):
                some.append(stored.article)
            if len(some) >= _TOGETHER:
                await asyncio.to_thread(self._write, some, (), "")
                some = []
        await asyncio.to_thread(self._write, some, known, change)

    def _write(self, put: Iterable[Article], removed: Iterable[str], change: str) -> None:
        with self._index.change():
            for article in put:
                self._index.put(article, digest_of(article))
            for article_id in removed:
                self._index.remove(article_id)
            self._index.set_state(_CHANGE, change)

    def _forget_vectors(self) -> None:
        with self._index.change():
            self._index.vectors.forget()
            self._index.set_state(_MODEL, MODEL)

    def _encode(self) -> bool:
        """Some of the newest; whether there were any."""
        some = self._index.without_vectors(LANGUAGES, _ENCODED_TOGETHER)
        if some and self._encoder:
            found = encode_passages(self._encoder, some)
            with self._index.change():
                self._index.vectors.put(found)
        return bool(some)


class Lock:
    """Of the process that keeps the index beside which it lies."""

    def __init__(self, path: Path) -> None:
        """Made if it is not there."""
        self._path = path
        self._file: IO[bytes] | None = None

    @property
    def held(self) -> bool:
        return self._file is not None

    def take(self) -> bool:
        """Whether this process holds it. Raises OSError."""
        if self._file:
            return True
        file = self._path.open("wb")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return False
        self._file = file
        return True

    def close(self) -> None:
        if self._file:
            self._file.close()


def digest_of(article: Article) -> str:
    return hashlib.blake2b(article.model_dump_json().encode(errors="surrogatepass"), digest_size=16).hexdigest()
