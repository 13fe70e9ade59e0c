"""What the chat page hears: a numbered stream of events of which the last 5,000 can be replayed."""

import asyncio
import itertools
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

Json = dict[str, Any]
KEPT = 5_000


class Events:
    def __init__(self) -> None:
        self._kept: deque[tuple[int, Json]] = deque(maxlen=KEPT)
        self._listeners: dict[int | None, set[asyncio.Event]] = {}
        self.cursor = 0  # number of the last event

    def publish(self, kind: str, chat_id: int | None = None, **fields: Any) -> None:
        self.cursor += 1
        event: Json = {"kind": kind, **fields}
        if chat_id is not None:
            event["chat_id"] = chat_id
        self._kept.append((self.cursor, event))
        for key in (None,) if chat_id is None else (None, chat_id):
            for listener in self._listeners.get(key, ()):
                listener.set()

    def since(self, after: int, chat_id: int | None = None) -> list[tuple[int, Json]]:
        """Events later than `after`, oldest first; a gap, or a number from another run, begins with "reset"."""
        oldest = self.cursor - len(self._kept)
        if after < oldest or after > self.cursor:
            return [(self.cursor, {"kind": "reset"})]
        newer = itertools.islice(self._kept, after - oldest, None)
        if chat_id is None:
            return list(newer)
        return [entry for entry in newer if entry[1].get("chat_id") == chat_id]

    def wake_all(self) -> None:
        """Ends every wait at once, for a server that stops."""
        for listeners in self._listeners.values():
            for listener in listeners:
                listener.set()

    @contextmanager
    def listening(self, chat_id: int | None = None) -> Iterator[asyncio.Event]:
        """An event that is set at every publication (of one chat, when given) until the block ends."""
        listener = asyncio.Event()
        listeners = self._listeners.setdefault(chat_id, set())
        listeners.add(listener)
        try:
            yield listener
        finally:
            listeners.discard(listener)
            if not listeners:
                self._listeners.pop(chat_id, None)
