"""A messenger that does as it is told: outcomes by chat, in their order; what is not told is sent."""

import asyncio
from collections import defaultdict, deque
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


class FakeMessenger:
    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.called = asyncio.Event()
        self.answering = asyncio.Event()
        self.answering.set()
        self._script: dict[int, deque[Outcome | Exception]] = defaultdict(deque)
        self._last_id = 0

    def will(self, chat_id: int, *outcomes: Outcome | Exception) -> None:
        """What the next calls to this chat come to."""
        self._script[chat_id].extend(outcomes)

    def hang(self) -> None:
        """Calls get no answer until `answering` is set."""
        self.answering.clear()

    def sent_to(self, chat_id: int) -> list[str]:
        return [call.text for call in self.calls if call.what == "send" and call.chat_id == chat_id]

    async def send(self, address: Address, message: Message, *, silent: bool) -> Outcome:
        self._last_id += 1
        return await self._outcome(Call("send", address.chat_id, message.text, silent=silent), self._last_id)

    async def edit(self, address: Address, message_id: int, message: Message) -> Outcome:
        return await self._outcome(Call("edit", address.chat_id, message.text, message_id), message_id)

    async def delete(self, address: Address, message_id: int) -> Outcome:
        return await self._outcome(Call("delete", address.chat_id, message_id=message_id), message_id)

    async def _outcome(self, call: Call, message_id: int) -> Outcome:
        self.calls.append(call)
        self.called.set()
        await self.answering.wait()
        script = self._script[call.chat_id]
        outcome = script.popleft() if script else Sent(message_id)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome
