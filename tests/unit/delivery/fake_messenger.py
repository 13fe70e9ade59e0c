"""A messenger that does as it is told: outcomes by chat, in their order; what is not told is sent."""

import asyncio
from collections import Counter, defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass

from bot.domain.delivery import Outcome, Sent
from bot.domain.message import Message
from bot.domain.subscription import Address


@dataclass(frozen=True, slots=True)
class Call:
    what: str
    chat_id: int
    text: str = ""
    message_id: int = 0
    silent: bool = False
    plain: bool = False


class FakeMessenger:
    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.called = asyncio.Event()
        self.answering = asyncio.Event()
        self.answering.set()
        self.encoded = 0
        self.most_at_once = 0  # calls to one chat
        self.then: Callable[[Call], object] = lambda call: None  # done before the answer
        self._under_way = Counter[int]()
        self._hanging: set[int] = set()
        self._script: dict[int, deque[Outcome | Exception]] = defaultdict(deque)
        self._last_id = 0

    def will(self, chat_id: int, *outcomes: Outcome | Exception) -> None:
        """What the next calls to this chat come to."""
        self._script[chat_id].extend(outcomes)

    def forget(self) -> None:
        """What it was told to answer."""
        self._script.clear()

    async def has_had(self, count: int) -> None:
        """Returns when it has been called so often."""
        while len(self.calls) < count:
            self.called.clear()
            await self.called.wait()

    async def has_had_more(self, count: int) -> None:
        """So many from now on."""
        await self.has_had(len(self.calls) + count)

    def hang(self, *chat_ids: int) -> None:
        """Calls, or those to these chats, get no answer until `answering` is set."""
        self._hanging = set(chat_ids)
        self.answering.clear()

    def sent_to(self, chat_id: int) -> list[str]:
        return [call.text for call in self.calls if call.what == "send" and call.chat_id == chat_id]

    def encode(self, message: Message, *, plain: bool = False) -> bytes:
        self.encoded += 1
        return (b"P" if plain else b"H") + message.text.encode()

    async def send(self, address: Address, encoded: bytes, *, silent: bool) -> Outcome:
        self._last_id += 1
        text, plain = encoded[1:].decode(), encoded[:1] == b"P"
        return await self._outcome(Call("send", address.chat_id, text, silent=silent, plain=plain), self._last_id)

    async def edit(self, address: Address, message_id: int, message: Message, *, plain: bool = False) -> Outcome:
        return await self._outcome(Call("edit", address.chat_id, message.text, message_id, plain=plain), message_id)

    async def delete(self, address: Address, message_id: int) -> Outcome:
        return await self._outcome(Call("delete", address.chat_id, message_id=message_id), message_id)

    async def _outcome(self, call: Call, message_id: int) -> Outcome:
        self.calls.append(call)
        self._under_way[call.chat_id] += 1
        self.most_at_once = max(self.most_at_once, self._under_way[call.chat_id])
        self.called.set()
        self.then(call)
        try:
            if not self._hanging or call.chat_id in self._hanging:
                await self.answering.wait()
        finally:
            self._under_way[call.chat_id] -= 1
        script = self._script[call.chat_id]
        outcome = script.popleft() if script else Sent(message_id)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome
