"""Updates for the bot: a queue that long polling or a webhook empties. https://core.telegram.org/bots/api#getupdates"""

import asyncio
import itertools
from collections import deque
from typing import Any

from bot.sandbox.errors import ApiError

Json = dict[str, Any]
REMEMBERED = 10_000  # updates that can be repeated later
# Left out unless a bot asks for them by name.
_ON_REQUEST = frozenset({"chat_member", "message_reaction", "message_reaction_count"})


class Updates:
    def __init__(self) -> None:
        self.queue: deque[Json] = deque()
        self.repeats: deque[Json] = deque()  # delivered once each whatever is confirmed, before the queue
        self.allowed: frozenset[str] | None = None  # None: all but those on request
        self.arrived = asyncio.Event()
        self._numbers = itertools.count(1)
        self._past: dict[int, Json] = {}
        self._poll: asyncio.Future[None] | None = None

    def put(self, kind: str, content: Json) -> int | None:
        """Queues an update and tells its number; None when the bot did not ask for this kind."""
        wanted = kind not in _ON_REQUEST if self.allowed is None else kind in self.allowed
        return self.put_raw({kind: content}) if wanted else None

    def put_raw(self, content: Json) -> int:
        number = int(content.get("update_id") or next(self._numbers))
        update = {"update_id": number, **{key: value for key, value in content.items() if key != "update_id"}}
        self._past[number] = update
        if len(self._past) > REMEMBERED:
            del self._past[next(iter(self._past))]
        self.queue.append(update)
        self._wake()
        return number

    def repeat(self, number: int) -> bool:
        """Delivers an update once more under its old number, as Telegram does when an answer was lost."""
        if number not in self._past:
            return False
        self.repeats.append(self._past[number])
        self._wake()
        return True

    def first(self) -> Json | None:
        """The update whose turn it is."""
        waiting = self.repeats or self.queue
        return waiting[0] if waiting else None

    def drop(self, update: Json) -> None:
        """Takes out an update that was delivered; nothing when it is no longer the first."""
        for waiting in (self.repeats, self.queue):
            if waiting and waiting[0] is update:
                waiting.popleft()
                return

    def _wake(self) -> None:
        self.arrived.set()
        if self._poll is not None and not self._poll.done():
            self._poll.set_result(None)

    def allow(self, kinds: Any) -> None:
        if isinstance(kinds, list):
            self.allowed = frozenset(map(str, kinds)) or None

    def interrupt(self, error: ApiError | None) -> None:
        """Ends a poll that waits: with an error for the one that waits, or with no updates when None."""
        if self._poll is None or self._poll.done():
            return
        if error is None:
            self._poll.set_result(None)
        else:
            self._poll.set_exception(error)

    def confirm(self, offset: int) -> None:
        """Forgets updates before the offset; a negative one keeps that many of the newest."""
        if offset < 0:
            while len(self.queue) > -offset:
                self.queue.popleft()
        else:
            while self.queue and self.queue[0]["update_id"] < offset:
                self.queue.popleft()

    async def poll(self, offset: int, limit: int, seconds: float) -> list[Json]:
        """The next updates, waiting up to `seconds`. A later poll ends an earlier one with 409."""
        self.interrupt(
            ApiError(
                409,
                "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
            )
        )
        self.confirm(offset)
        if self.first() is None and seconds > 0:
            await self._wait(seconds)
        repeats = [self.repeats.popleft() for _ in range(min(limit, len(self.repeats)))]
        return [*repeats, *itertools.islice(self.queue, limit - len(repeats))]

    async def _wait(self, seconds: float) -> None:
        poll: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._poll = poll
        try:
            await asyncio.wait_for(poll, seconds)
        except TimeoutError:
            return
        finally:
            if self._poll is poll:
                self._poll = None
