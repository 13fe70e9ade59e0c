import pytest

from bot.bootstrap import Stores
from bot.delivery.pacer import Pacer
from bot.delivery.worker import Worker
from bot.domain.subscription import Address
from bot.storage.pace import Pace
from bot.subscriptions import Reader, Subscriptions
from tests.unit.delivery.fake_messenger import FakeMessenger
from tests.unit.samples import CATEGORIES


@pytest.fixture
def messenger() -> FakeMessenger:
    return FakeMessenger()


@pytest.fixture
def subscriptions(stores: Stores) -> Subscriptions:
    return Subscriptions(stores.subscriptions, stores.categories, stores.clock, timezone="UTC", language="en")


@pytest.fixture
def worker(stores: Stores, subscriptions: Subscriptions, messenger: FakeMessenger) -> Worker:
    pacer = Pacer(Pace(stores.redis, 1_000_000))
    return Worker(stores.outbox, stores.subscriptions, subscriptions, messenger, pacer, in_flight=64)


@pytest.fixture
async def chats(stores: Stores, subscriptions: Subscriptions) -> list[int]:
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
