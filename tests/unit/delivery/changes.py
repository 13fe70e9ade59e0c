"""One chat that changes between at once and digests, and what it gets in the end."""

from bot.bootstrap import Stores
from bot.delivery.worker import Worker
from bot.domain.schedule import Schedule
from bot.domain.subscription import Address
from bot.services import Services
from bot.subscriptions import Reader
from tests.storage.moments import a_moment_later

READER = Reader(Address(1))
AT_ONCE = Schedule()
DAILY = Schedule.parse("daily 08:00")


async def change_to(services: Services, stores: Stores, schedule: Schedule) -> None:
    await a_moment_later(stores)
    await services.changes.reschedule(READER, schedule)
    await a_moment_later(stores)


async def everything_sent(services: Services, stores: Stores, worker: Worker) -> None:
    """With the digest that the chat is to get next."""
    await services.planner.run_until_idle()
    await worker.run_until_idle()
    await a_moment_later(stores)
    await services.changes.send_now(READER)
    await worker.run_until_idle()
