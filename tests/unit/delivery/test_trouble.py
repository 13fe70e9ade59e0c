"""When Telegram, the token or the store is in trouble."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from redis.exceptions import ConnectionError as StoreAway
from redis.exceptions import RedisError

from bot.bootstrap import Stores, open_stores
from bot.delivery.messenger import TokenRefused
from bot.delivery.worker import Worker
from bot.domain.delivery import Later, Sent
from bot.domain.edition import Edition, Mark
from bot.domain.message import Message
from config.settings import Settings
from tests.storage.chunks import check_accounts, subscribed
from tests.storage.moments import abandon
from tests.unit.delivery.fake_messenger import Call, FakeMessenger
from tests.unit.delivery.processes import worker_of

EDITION = Edition(id="e1", message=Message(text="Hello"))
NEXT = Edition(id="e2", message=Message(text="Next"))


# -- Telegram -------------------------------------------------------------------------------------------------------


def times_of(messenger: FakeMessenger) -> list[float]:
    """When it was called."""
    times: list[float] = []

    def note(call: Call) -> None:
        times.append(asyncio.get_running_loop().time())

    messenger.then = note
    return times


async def test_when_nothing_gets_through_the_process_rests(
    stores: Stores, worker: Worker, messenger: FakeMessenger, chats: list[int]
) -> None:
    times = times_of(messenger)
    for chat_id in (-1, -2, -3):
        messenger.will(chat_id, Later())
    await stores.outbox.owe(EDITION, chats)
    await worker.run_until_idle()
    assert len(times) == 6
    assert times[3] - times[2] > 0.9
    assert (await stores.outbox.counts())["sent"] == 3


async def test_as_long_as_others_get_through_nobody_waits_for_a_sick_chat(
    stores: Stores, worker: Worker, messenger: FakeMessenger, chats: list[int]
) -> None:
    messenger.will(-1, *[Later()] * 2)
    messenger.will(-2, Later())
    messenger.will(-3, Sent(1), Later())
    for number in range(4):
        await stores.outbox.owe(EDITION.model_copy(update={"id": f"e{number}"}), chats)
    worker._dispatcher._in_flight = 1
    await worker.run_until_idle()
    assert len(messenger.calls) == 16
    assert worker._dispatcher._rests_until == 0.0


async def test_one_sick_chat_alone_keeps_nobody_waiting(
    stores: Stores, worker: Worker, messenger: FakeMessenger, chats: list[int]
) -> None:
    """At a quiet time: nothing else is sent between its tries."""
    stopping = asyncio.Event()
    messenger.will(-1, *[Later()] * 3)
    await stores.outbox.owe(EDITION, chats[:1])
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(worker.run(stopping))
        await messenger.has_had(3)
        await stores.outbox.owe(NEXT, chats[1:2])
        while not messenger.sent_to(-2):
            await messenger.has_had(len(messenger.calls) + 1)
        stopping.set()
    assert worker._dispatcher._rests_until == 0.0


# -- the token ------------------------------------------------------------------------------------------------------


async def refused(stores: Stores, worker: Worker, messenger: FakeMessenger, numbers: list[int]) -> None:
    """The run ends; what is under way ends first."""
    messenger.will(-1, TokenRefused())
    await stores.outbox.owe(EDITION, numbers)
    with pytest.raises(ExceptionGroup) as ended:
        await worker.run(asyncio.Event())
    assert ended.group_contains(TokenRefused)
    assert not ended.group_contains(RedisError)
    await check_accounts(stores)


async def test_a_token_that_is_refused_ends_the_run_and_loses_nothing(
    stores: Stores, worker: Worker, messenger: FakeMessenger, chats: list[int]
) -> None:
    await refused(stores, worker, messenger, chats)
    assert (await stores.outbox.counts())["sent"] == len(messenger.calls) - 1
    await worker.run_until_idle()
    tried = Counter(call.chat_id for call in messenger.calls)
    assert tried == Counter([-1, -1, -2, -3])
    assert (await stores.outbox.counts())["sent"] == 3


async def test_what_the_token_was_refused_for_is_sent_aloud(
    stores: Stores, worker: Worker, messenger: FakeMessenger, chats: list[int]
) -> None:
    await refused(stores, worker, messenger, chats)
    await worker.run_until_idle()
    assert {call.silent for call in messenger.calls} == {False}


# -- the store ------------------------------------------------------------------------------------------------------


@pytest.fixture
async def own(tmp_path: Path) -> AsyncIterator[Stores]:
    """Stores over a server that may be killed; it is started again at once."""
    async with open_stores(Settings.model_validate({"data_dir": tmp_path})) as opened:
        await opened.outbox.prepare()
        await opened.presence.show()
        yield opened


async def kill_server(stores: Stores) -> None:
    process = psutil.Process((await stores.redis.info("server"))["process_id"])
    process.kill()
    await asyncio.to_thread(process.wait, 10)


async def ended(running: asyncio.Task[None], stopping: asyncio.Event) -> None:
    """A store that is away may end the run, or be back before that is noticed."""
    stopping.set()
    try:
        await running
    except* RedisError:
        pass


async def until_sent(stores: Stores, count: int) -> None:
    while True:
        with suppress(RedisError):
            if (await stores.outbox.counts()).get("sent", 0) >= count:
                return
        await asyncio.sleep(0.02)


@pytest.mark.filterwarnings("ignore:subprocess .* is still running:ResourceWarning")
async def test_what_telegram_has_answered_is_kept_while_the_store_is_away(
    own: Stores, messenger: FakeMessenger, swift: None
) -> None:
    numbers = await subscribed(own, 1, 2, 3)
    messenger.hang()
    await own.outbox.owe(EDITION, numbers)
    worker, stopping = worker_of(own, messenger), asyncio.Event()
    running = asyncio.create_task(worker.run(stopping))
    await messenger.has_had(3)
    await kill_server(own)
    messenger.answering.set()
    await until_sent(own, 3)
    await ended(running, stopping)
    assert {number async for number, _ in own.outbox.receipts("e1")} == set(numbers)
    await worker.run_until_idle()
    assert len(messenger.calls) == 3
    await check_accounts(own)


@pytest.mark.filterwarnings("ignore:subprocess .* is still running:ResourceWarning")
async def test_a_store_that_goes_away_loses_nothing(own: Stores, messenger: FakeMessenger, swift: None) -> None:
    """Whatever was just being asked of it."""
    chats = list(range(1, 301))
    await own.outbox.owe(EDITION, await subscribed(own, *chats))
    worker, stopping = worker_of(own, messenger, in_flight=8), asyncio.Event()
    running = asyncio.create_task(worker.run(stopping))
    await messenger.has_had(60)
    await kill_server(own)
    await until_sent(own, 60)
    await ended(running, stopping)
    await worker.run_until_idle()
    tried = Counter(call.chat_id for call in messenger.calls)
    assert set(tried) == set(chats)
    assert max(tried.values()) == 1, "the answers to what was under way were kept"
    counts = await own.outbox.counts()
    assert (counts["sent"], counts["chunks_waiting"]) == (300, 0)
    await check_accounts(own)


async def store_fails_once(worker: Worker, patch: pytest.MonkeyPatch) -> None:
    """It is asked for turns and does not answer; that ends the run."""

    async def fail(chat_ids: object) -> None:
        raise StoreAway("gone")

    with patch.context() as for_once, pytest.raises(ExceptionGroup) as failed:
        for_once.setattr(worker._dispatcher._pace, "reserve", fail)
        await worker.run(asyncio.Event())
    assert failed.group_contains(StoreAway)


async def test_a_store_that_fails_ends_the_run_and_the_next_goes_on(
    stores: Stores, worker: Worker, messenger: FakeMessenger, chats: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    await stores.outbox.owe(EDITION, chats)
    await store_fails_once(worker, monkeypatch)
    await check_accounts(stores)
    assert messenger.calls == []
    await worker.run_until_idle()
    assert Counter((call.chat_id, call.silent) for call in messenger.calls) == Counter(
        (chat_id, False) for chat_id in (-1, -2, -3)
    )


async def test_a_run_after_one_that_the_store_has_ended_becomes_idle(
    stores: Stores, worker: Worker, messenger: FakeMessenger, chats: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process has done the work meanwhile."""
    await stores.outbox.owe(EDITION, chats)
    await store_fails_once(worker, monkeypatch)
    await abandon(stores, stores.presence)
    await worker_of(stores, messenger, name="successor").run_until_idle()
    async with asyncio.timeout(10):
        await worker.run_until_idle()


async def test_marks_of_what_was_being_tried_are_put_back_when_it_stops(
    stores: Stores, messenger: FakeMessenger, chats: list[int], swift: None
) -> None:
    """It was certainly not sent, and waits to be sent again; whoever comes next does not take it for doubtful."""
    stopping = asyncio.Event()
    for chat_id in (-1, -2, -3):
        messenger.will(chat_id, Later())
    messenger.then = lambda call: stopping.set() if len(messenger.calls) == 3 else None
    await stores.outbox.owe(EDITION, chats)
    worker = worker_of(stores, messenger)
    await worker.run(stopping)
    (chunk,) = await stores.outbox.left_over()
    assert chunk.marks == [Mark.OWED] * 3
    await check_accounts(stores)
    await worker.run_until_idle()
    assert {call.silent for call in messenger.calls} == {False}
