"""A few hours of one reader, told step by step."""

from datetime import UTC, datetime, timedelta

from bot.domain.subscription import Address
from bot.services import Services
from bot.subscriptions import Reader
from tests.simulation.clock import SetClock
from tests.simulation.scenario import News
from tests.simulation.world import Chats, Service, article_of

MIDNIGHT = datetime(2027, 5, 3, tzinfo=UTC)
READER = Reader(Address(1))


class Day:
    """`time`: since midnight, UTC."""

    def __init__(self, clock: SetClock, services: Services, service: Service, chats: Chats) -> None:
        self.services = services
        self._clock = clock
        self._service = service
        self._chats = chats

    async def at(self, time: timedelta) -> None:
        """All that is to be done then."""
        await self._clock.set(MIDNIGHT + time)
        await self._service.work()

    async def publish(self, article_id: str, *, breaking: bool = False) -> None:
        news = News(article_id, self._clock.now, "policy", breaking=breaking, word="storm")
        await self.services.articles.publish(article_of(news))
        await self.at(self._clock.now - MIDNIGHT + timedelta(milliseconds=20))

    def had(self) -> list[tuple[str, ...]]:
        return [arrival.ids for arrival in self._chats.arrivals[1]]
