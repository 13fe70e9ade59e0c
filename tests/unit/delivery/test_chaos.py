"""Several processes, every outcome, and processes killed at any moment: each chat gets each message, and twice only
silently."""

import asyncio
import random
from collections import defaultdict
from datetime import timedelta

import pytest

from bot.bootstrap import Stores
from bot.domain.delivery import Ambiguous, Cause, Flooded, Later, Moved, Outcome, Refused, Sent, Unreachable
from bot.domain.edition import Edition, Urgency
from bot.domain.message import Message
from bot.storage import keys
from bot.storage.streams import Presence
from tests.storage.chunks import check_accounts, subscribed
from tests.storage.moments import abandon, come_due
from tests.unit.delivery.fake_messenger import Call, FakeMessenger
from tests.unit.delivery.processes import Process, worker_of

CHATS = 500
KILLED = 12


def who(chat_id: int) -> int:
    """The same before and after it has moved."""
    return chat_id % 1_000_000


class Fickle(FakeMessenger):
    """Answers at random; knows what has arrived, also where no answer came back."""

    def __init__(self) -> None:
        super().__init__()
        self.arrived: dict[tuple[int, str], list[bool]] = defaultdict(list)
        self.unreachable: set[int] = set()
        self._next = 0

    async def _outcome(self, call: Call, message_id: int) -> Outcome:
        self.calls.append(call)
        self.called.set()
        await asyncio.sleep(random.choice([0, 0.001, 0.01]))  # noqa: S311
        self._next += 1
        if random.random() < 0.7:  # noqa: S311
            outcome: Outcome = Sent(self._next)
        else:
            outcome = random.choice(  # noqa: S311
                [
                    Later(),
                    Flooded(timedelta(milliseconds=20)),
                    Flooded(timedelta(hours=1)),
                    Ambiguous(),
                    Unreachable(random.choice(list(Cause))),  # noqa: S311
                    Refused("of this chat only") if random.random() < 0.1 else Later(),  # noqa: S311
                    Moved(call.chat_id - 1_000_000) if -CHATS <= call.chat_id < 0 else Later(),
                ]
            )
        if isinstance(outcome, Unreachable):
            self.unreachable.add(who(call.chat_id))
        if isinstance(outcome, Sent) or (isinstance(outcome, Ambiguous) and random.random() < 0.5):  # noqa: S311
            self.arrived[who(call.chat_id), call.text].append(call.silent)
        await asyncio.sleep(random.choice([0, 0.001, 0.01]))  # noqa: S311
        return outcome


class Processes:
    """Three at a time, any of which may be killed."""

    def __init__(self, stores: Stores, messenger: Fickle) -> None:
        self._stores = stores
        self._messenger = messenger
        self._running: list[tuple[Presence, Process]] = []
        self._begun = 0

    async def begin(self) -> None:
        self._begun += 1
        presence = Presence(self._stores.redis, f"process-{self._begun}")
        await presence.show()
        worker = worker_of(self._stores, self._messenger, in_flight=20, name=presence.name)
        self._running.append((presence, Process(worker.run(asyncio.Event()))))

    async def kill_one(self) -> None:
        presence, process = self._running.pop(random.randrange(len(self._running)))  # noqa: S311
        await process.kill()
        await abandon(self._stores, presence)

    async def all_killed(self) -> None:
        while self._running:
            await self.kill_one()


async def brought_to_an_end(stores: Stores, messenger: Fickle) -> None:
    """By one process that goes on until nothing is left, whatever waits is due."""
    last = worker_of(stores, messenger, in_flight=100, name="last")
    await Presence(stores.redis, "last").show()
    left = True
    while left:
        await last.run_until_idle()
        for task, _ in await stores.redis.zrange(keys.DOUBTS, 0, -1, withscores=True):
            await stores.redis.zadd(keys.DOUBTS, {task: 1.0})
        await come_due(stores)
        counts = await stores.outbox.counts()
        left = bool(counts["chunks_waiting"] + counts["doubts_waiting"] + counts["postponed_waiting"])
    assert counts["in_flight"] == 0


@pytest.fixture
def steady(swift: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """However much fails, nothing rests."""
    monkeypatch.setattr("bot.delivery.conclusions._REFUSED_BY_MANY", 1_000_000)
    monkeypatch.setattr("bot.delivery.dispatcher._TROUBLE", 1_000_000)
    monkeypatch.setattr("bot.delivery.watch.uncertain", lambda minutes: False)
    monkeypatch.setattr("bot.delivery.watch.failing_alike", lambda minutes: None)


@pytest.mark.usefixtures("steady")
async def test_each_message_reaches_each_chat(stores: Stores) -> None:
    messenger = Fickle()
    chats = [chat_id if chat_id % 5 else -chat_id for chat_id in range(1, CHATS + 1)]
    numbers = await subscribed(stores, *chats)
    for urgency in Urgency:
        await stores.outbox.owe(Edition(id=urgency, urgency=urgency, message=Message(text=urgency)), numbers)
    processes = Processes(stores, messenger)
    for _ in range(3):
        await processes.begin()
    for _ in range(KILLED):
        await messenger.has_had_more(random.randint(5, 80))  # noqa: S311
        await processes.kill_one()
        await processes.begin()
    await processes.all_killed()
    await check_accounts(stores)
    await brought_to_an_end(stores, messenger)
    await check_accounts(stores)
    sent = [
        await check_receipts(stores, messenger, urgency, dict(zip(numbers, chats, strict=True)))
        for urgency in Urgency
    ]
    assert sum(sent) > CHATS * len(Urgency) * 0.7


async def check_receipts(stores: Stores, messenger: Fickle, text: str, chats: dict[int, int]) -> int:
    """What is kept of each delivery agrees with what has arrived; gives how many are known to have."""
    receipts = {number: receipt async for number, receipt in stores.outbox.receipts(text)}
    for number, chat_id in chats.items():
        copies = messenger.arrived[who(chat_id), text]
        assert len(copies) <= 2
        assert copies.count(False) <= 1, "whatever comes again comes silently"
        if number not in receipts:
            assert who(chat_id) in messenger.unreachable, f"{chat_id} was never sent {text}"
        elif receipts[number].isdigit():
            assert copies
    return sum(receipt.isdigit() for receipt in receipts.values())
