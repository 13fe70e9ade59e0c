"""Who is next: the deliveries that a process holds, in the order of sending.

The most urgent first; among equals the chat for which most is left, since a chat gets one message a second and the
one with most parts would else be last by far; then who came first. Deliveries to one chat keep their order, one at a
time.
"""

import heapq
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import Literal

from bot.domain.edition import Mark, Urgency
from bot.storage.outbox import Chunk
from bot.storage.records import Record

_RANKS = {urgency: rank for rank, urgency in enumerate(Urgency)}


@dataclass(slots=True, eq=False)
class Recipient:
    """One recipient of a chunk; `mark` stands in the store."""

    chunk: Chunk
    position: int
    mark: Mark

    @property
    def number(self) -> int:
        return self.chunk.numbers[self.position]


@dataclass(slots=True, eq=False)
class Delivery(Recipient):
    """One message owed to one chat. `attempt`: how often it was tried in vain; `again`: it may have arrived;
    `taken_for`: the chat for which the line gave it out, which may have another id by now; `plain`: this chat has
    refused it with its mark-up."""

    record: Record
    taken_for: int = field(init=False, default=0)
    plain: bool = field(init=False, default=False)
    attempt: int = field(init=False)
    again: bool = field(init=False)

    def __post_init__(self) -> None:
        self.attempt = self.chunk.attempt
        self.again = self.chunk.again or self.mark is not Mark.OWED

    @property
    def chat_id(self) -> int:
        return self.record.subscription.chat_id


class _Chat:
    """`version` tells its valid entry, among the ready or the waiting, from outdated ones."""

    __slots__ = ("lanes", "left", "since", "state", "version")

    def __init__(self) -> None:
        self.lanes: dict[int, deque[Delivery]] = {}
        self.left = 0
        self.state: Literal["new", "ready", "waiting", "out"] = "new"
        self.since = 0
        self.version = 0

    @property
    def rank(self) -> int:
        return min(self.lanes)


class Line:
    def __init__(self) -> None:
        self._chats: dict[int, _Chat] = defaultdict(_Chat)
        self._ready: list[tuple[int, int, int, int, int]] = []  # rank, -left, since, version, chat id
        self._waiting: list[tuple[float, int, int]] = []  # until, version, chat id
        self._sizes = dict.fromkeys(Urgency, 0)
        self._count = 0

    def __len__(self) -> int:
        return sum(self._sizes.values())

    def size(self, urgency: Urgency) -> int:
        """How many are as urgent as this or more."""
        return sum(size for other, size in self._sizes.items() if _RANKS[other] <= _RANKS[urgency])

    def add(self, delivery: Delivery) -> None:
        """To the end of its chat's deliveries."""
        chat = self._put(delivery, first=False)
        if chat.state in ("new", "ready"):
            self._enlist(delivery.chat_id, chat)

    def take(self, now: float, count: int) -> list[Delivery]:
        """Up to `count`, each of another chat; none of these chats is offered again before `free`."""
        self._wake(now)
        taken: list[Delivery] = []
        while self._ready and len(taken) < count:
            *_, version, chat_id = heapq.heappop(self._ready)
            chat = self._chats.get(chat_id)
            if chat is None or chat.version != version:
                continue
            delivery = self._pop(chat)
            delivery.taken_for = chat_id
            taken.append(delivery)
            chat.state = "out"
        return taken

    def put_back(self, delivery: Delivery) -> None:
        """To the head of its chat's deliveries; `free` is to follow, unless its chat is another one now."""
        chat = self._put(delivery, first=True)
        if chat.state in ("new", "ready"):
            self._enlist(delivery.chat_id, chat)

    def free(self, chat_id: int, until: float = 0.0) -> None:
        """A chat that was taken may be offered again, from then on."""
        chat = self._chats.get(chat_id)
        if chat is None:
            return
        if not chat.lanes:
            del self._chats[chat_id]
        elif until:
            chat.state = "waiting"
            heapq.heappush(self._waiting, (until, self._next_version(chat), chat_id))
        else:
            chat.state = "new"
            self._enlist(chat_id, chat)

    def next_ready(self, now: float) -> float | None:
        """Seconds until one may be taken; None if that waits for something else."""
        if self._ready:
            return 0.0
        return max(0.0, self._waiting[0][0] - now) if self._waiting else None

    def clear(self) -> list[Delivery]:
        """All that was in it."""
        left = [delivery for chat_id in list(self._chats) for delivery in self.drop_chat(chat_id)]
        self._chats.clear()
        self._ready.clear()
        self._waiting.clear()
        return left

    def drop_chat(self, chat_id: int) -> list[Delivery]:
        """All deliveries to a chat, out of the line."""
        chat = self._chats.get(chat_id)
        if chat is None:
            return []
        self._next_version(chat)
        return [self._pop(chat) for _ in range(chat.left)]

    def _put(self, delivery: Delivery, *, first: bool) -> _Chat:
        chat = self._chats[delivery.chat_id]
        lane = chat.lanes.setdefault(_RANKS[delivery.chunk.urgency], deque())
        (lane.appendleft if first else lane.append)(delivery)
        self._sizes[delivery.chunk.urgency] += 1
        chat.left += 1
        return chat

    def _pop(self, chat: _Chat) -> Delivery:
        rank = chat.rank
        delivery = chat.lanes[rank].popleft()
        if not chat.lanes[rank]:
            del chat.lanes[rank]
        self._sizes[delivery.chunk.urgency] -= 1
        chat.left -= 1
        return delivery

    def _enlist(self, chat_id: int, chat: _Chat) -> None:
        version = self._next_version(chat)
        if chat.state == "new":
            chat.state, chat.since = "ready", version
        heapq.heappush(self._ready, (chat.rank, -chat.left, chat.since, version, chat_id))

    def _next_version(self, chat: _Chat) -> int:
        chat.version = self._count = self._count + 1
        return chat.version

    def _wake(self, now: float) -> None:
        while self._waiting and self._waiting[0][0] <= now:
            _, version, chat_id = heapq.heappop(self._waiting)
            chat = self._chats.get(chat_id)
            if chat is not None and chat.version == version:
                chat.state = "new"
                self._enlist(chat_id, chat)
