"""A message that may have arrived is sent once more, silently, and never a third time."""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest

from bot.bootstrap import Stores
from bot.delivery.worker import Worker
from bot.domain.delivery import Ambiguous, Flooded, Later, Outcome, Sent
from bot.domain.edition import Edition
from bot.domain.message import Message
from bot.storage import keys
from bot.storage.streams import Presence
from tests.storage.chunks import check_accounts
from tests.storage.moments import abandon, come_due
from tests.unit.delivery.fake_messenger import FakeMessenger
from tests.unit.delivery.looks import Looks
from tests.unit.delivery.processes import Process, worker_of

EDITION = Edition(id="e1", message=Message(text="Hello"))
HOUR = timedelta(hours=1)


def silent(messenger: FakeMessenger) -> list[bool]:
    return [call.silent for call in messenger.calls]


@pytest.mark.parametrize(
    ("outcomes", "told", "end"),
    [
        ([Ambiguous(), Sent(1)], [False, True], "sent"),
        ([Ambiguous(), Ambiguous()], [False, True], "ambiguous"),
        ([Later(), Ambiguous(), Later(), Sent(1)], [False, False, True, True], "sent"),
        ([Ambiguous(), Later(), Ambiguous()], [False, True, True], "ambiguous"),
        ([Ambiguous(), Flooded(HOUR), Sent(1)], [False, True, True], "sent"),
        ([Flooded(HOUR), Ambiguous(), Flooded(HOUR), Ambiguous()], [False, False, True, True], "ambiguous"),
    ],
    ids=str,
)
async def test_once_more(
    stores: Stores,
    worker: Worker,
    messenger: FakeMessenger,
    chats: list[int],
    outcomes: list[Outcome],
    told: list[bool],
    end: str,
) -> None:
    """What was certainly not sent does not count, and no wait makes it forgotten."""
    messenger.will(-1, *outcomes)
    await stores.outbox.owe(EDITION, chats[:1])
    for _ in range(4):
        await worker.run_until_idle()
        await come_due(stores)
    assert silent(messenger) == told
    assert (await stores.outbox.counts())[end] == 1


async def test_across_the_ends_of_processes(
    stores: Stores, messenger: FakeMessenger, chats: list[int], swift: None
) -> None:
    """Each is killed while it waits for an answer."""
    await stores.outbox.owe(EDITION, chats)
    messenger.hang(-1)
    messenger.will(-2, Ambiguous(), Ambiguous())
    for name in ("first", "second", "third"):
        process = Process(worker_of(stores, messenger, name=name).run_until_idle())
        await messenger.has_had({"first": 4, "second": 5, "third": 5}[name])
        while (await stores.outbox.counts()).get("sent", 0) == 0:  # the third chat's answer is written
            pass
        if name == "third":
            await process.work
        await process.kill()
        await abandon(stores, Presence(stores.redis, name))
    assert Counter((call.chat_id, call.silent) for call in messenger.calls) == Counter(
        [(-1, False), (-1, True), (-2, False), (-2, True), (-3, False)]
    )
    counts = await stores.outbox.counts()
    assert (counts["sent"], counts["ambiguous"], counts["chunks_waiting"]) == (1, 2, 0)
    await check_accounts(stores)


@pytest.fixture
def unhurried(swift: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is time to stop between two tries."""
    monkeypatch.setattr("bot.delivery.conclusions._FIRST_BACKOFF", timedelta(milliseconds=200))


async def test_across_a_stop(stores: Stores, messenger: FakeMessenger, chats: list[int], unhurried: None) -> None:
    """It is told to stop between the two tries."""
    stopping = asyncio.Event()
    messenger.will(-1, Ambiguous(), Ambiguous())
    messenger.then = lambda call: stopping.set()
    await stores.outbox.owe(EDITION, chats[:1])
    worker = worker_of(stores, messenger)
    await worker.run(stopping)
    assert silent(messenger) == [False]
    await check_accounts(stores)
    await worker.run_until_idle()
    await worker.run_until_idle()
    assert silent(messenger) == [False, True]
    assert (await stores.outbox.counts())["ambiguous"] == 1
    await check_accounts(stores)


async def test_what_was_not_repeated_when_told_to_stop_is_repeated_later(
    stores: Stores, messenger: FakeMessenger, chats: list[int], unhurried: None
) -> None:
    """The second try was certainly not sent, and the process was told to stop before a third."""
    stopping = asyncio.Event()
    messenger.will(-1, Ambiguous(), Later())
    messenger.then = lambda call: stopping.set() if call.silent else None
    await stores.outbox.owe(EDITION, chats[:1])
    worker = worker_of(stores, messenger)
    await worker.run(stopping)
    assert silent(messenger) == [False, True]
    await worker.run_until_idle()
    assert silent(messenger) == [False, True, True]
    assert (await stores.outbox.counts())["sent"] == 1


async def minutes_say(stores: Stores, **outcomes: int) -> None:
    """This minute and the next, in case it is just beginning."""
    minute = int((await stores.clock.now()).timestamp()) // 60
    for one in (minute, minute + 1):
        await stores.redis.hset(keys.outcomes(one), mapping=outcomes)


async def test_none_is_repeated_while_many_are_lost_and_again_when_others_arrive(
    stores: Stores,
    worker: Worker,
    messenger: FakeMessenger,
    chats: list[int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looks, stopping = Looks(worker, monkeypatch), asyncio.Event()
    await minutes_say(stores, ambiguous=30, sent=100)
    messenger.will(-1, Ambiguous())
    await stores.outbox.owe(EDITION, chats)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(worker.run(stopping))
        await messenger.has_had(3)
        await looks.made(5)
        assert sorted(silent(messenger)) == [False] * 3, "the first tries go on"
        assert worker._watch.uncertain
        await minutes_say(stores, sent=10_000)
        await messenger.has_had(4)
        stopping.set()
    assert (messenger.calls[-1].chat_id, messenger.calls[-1].silent) == (-1, True)
    assert (await stores.outbox.counts())["sent"] == 3
