from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.bootstrap import Stores, build_worker
from bot.delivery.worker import Worker
from bot.domain.subscription import Address
from bot.subscriptions import Reader
from tests.storage.chunks import check_accounts, fast
from tests.unit.delivery.fake_alerts import FakeAlerts
from tests.unit.delivery.fake_messenger import FakeMessenger
from tests.unit.delivery.known_chats import KnownChats
from tests.unit.samples import CATEGORIES


@pytest.fixture
def messenger() -> FakeMessenger:
    return FakeMessenger()


@pytest.fixture
def alerts() -> FakeAlerts:
    return FakeAlerts()


@pytest.fixture
def subscriptions(stores: Stores) -> KnownChats:
    return KnownChats(stores)


@pytest.fixture
def swift(monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes seconds takes milliseconds."""
    monkeypatch.setattr("bot.delivery.conclusions._FIRST_BACKOFF", timedelta(milliseconds=1))
    monkeypatch.setattr("bot.delivery.dispatcher._CHAT_GAP", timedelta())
    monkeypatch.setattr("bot.delivery.dispatcher._REPEAT_PAUSE", timedelta(milliseconds=5))
    monkeypatch.setattr("bot.delivery.settler._RETRY_SECONDS", 0.02)
    monkeypatch.setattr("bot.delivery.worker._LOOK", timedelta(milliseconds=10))
    monkeypatch.setattr("bot.delivery.worker._BUSY_PAUSE", timedelta(milliseconds=5))


@pytest.fixture
async def worker(
    stores: Stores, subscriptions: KnownChats, messenger: FakeMessenger, alerts: FakeAlerts, swift: None
) -> AsyncIterator[Worker]:
    """A process; when the test is over, its accounts balance."""
    yield build_worker(stores, subscriptions, messenger, alerts, fast(stores), in_flight=64, doubt=timedelta())
    await check_accounts(stores)


@pytest.fixture
async def chats(stores: Stores, subscriptions: KnownChats) -> list[int]:
    """Three subscribed chats; gives their subscriptions' numbers."""
    for category in CATEGORIES:
        await stores.categories.add(category)
    numbers = []
    for chat_id in (-1, -2, -3):
        await subscriptions.subscribe(Reader(Address(chat_id)), ["policy"])
        record = await stores.subscriptions.read(Address(chat_id))
        assert record
        numbers.append(record.number)
    return numbers
