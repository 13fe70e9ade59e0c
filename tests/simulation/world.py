"""The bot's planner and worker over a store whose clock is set from one happening to the next."""

import asyncio
import re
import sys
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from functools import partial
from itertools import pairwise
from random import Random
from typing import Any

import pytest

from bot.bootstrap import Stores, build_services, build_worker, open_stores
from bot.domain.article import Article
from bot.domain.category import Category
from bot.domain.delivery import Cause, Outcome, Sent
from bot.domain.message import Message
from bot.domain.quiet import Quiet
from bot.domain.schedule import Schedule
from bot.domain.subscription import Address, ChatKind
from bot.rendering.actions import ShowMore, decode
from bot.services import Services
from bot.storage import keys
from bot.storage.outbox import Outbox
from bot.storage.pace import Pace
from bot.storage.plans import Plans
from bot.storage.streams import Presence
from bot.subscriptions import Reader
from config.settings import Settings
from tests.simulation.clock import SetClock
from tests.simulation.scenario import (
    CATEGORIES,
    MOST_AN_HOUR,
    Act,
    AskForDigest,
    BeQuiet,
    Block,
    ComeBack,
    Mute,
    News,
    Outage,
    Pause,
    Reschedule,
    Resume,
    Scenario,
    Subscribe,
    Travel,
    Unmute,
    Unsubscribe,
)
from tests.storage.chunks import NO_LIMITS
from tests.unit.delivery.fake_alerts import FakeAlerts
from tests.unit.delivery.processes import Process

_TITLE = re.compile(r"\bNews (n\d+) is here\b")
#: The service looks at the clock a moment after something has happened, so that its millisecond is over.
MOMENT = timedelta(milliseconds=20)
#: A process that has shown no sign of life for so long is taken for dead, and what it had in hand is taken over.
_DEAD_AFTER = timedelta(seconds=2)
_LONGEST_LAPSE = timedelta(hours=20)
#: However far the clock is set, a process that lives shows it.
_LIFETIME = timedelta(days=3650)
#: Turns of the event loop, as a power of ten, after which a process may be killed: from its first look into the store
#: to the end of all but the longest work.
_LAST_TURN = 3.5


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message in a chat, by the ids of the articles that it tells of, itself or when asked for more."""

    at: datetime
    ids: tuple[str, ...]
    silent: bool


class Chats:
    """A messenger whose every try succeeds, and what stands in the chats then."""

    def __init__(self, clock: SetClock, outbox: Outbox) -> None:
        self.arrivals: dict[int, list[Arrival]] = defaultdict(list)
        self.messages = 0
        self._clock = clock
        self._outbox = outbox

    def encode(self, message: Message, *, plain: bool = False) -> bytes:
        actions = [decode(button.data) for row in message.buttons for button in row if button.data]
        more = next((action.edition for action in actions if isinstance(action, ShowMore)), "")
        return " ".join([more, *_TITLE.findall(message.text)]).encode()

    async def send(self, address: Address, encoded: bytes, *, silent: bool) -> Outcome:
        more, *ids = encoded.decode().split(" ")
        if more and (edition := await self._outbox.edition(more)):
            ids += edition.articles[len(ids) :]
        self.messages += 1
        self.arrivals[address.chat_id].append(Arrival(self._clock.now, tuple(ids), silent))
        await asyncio.sleep(0)
        return Sent(self.messages)

    async def edit(self, address: Address, message_id: int, message: Message, *, plain: bool = False) -> Outcome:
        raise NotImplementedError

    async def delete(self, address: Address, message_id: int) -> Outcome:
        raise NotImplementedError


class Service:
    """A process that plans and delivers."""

    def __init__(self, stores: Stores, chats: Chats) -> None:
        services = services_of(stores)
        self._stores = stores
        self._planner = services.planner
        self._worker = build_worker(
            stores, services.subscriptions, chats, FakeAlerts(), Pace(stores.redis, 1e6, NO_LIMITS), in_flight=256
        )

    async def work(self) -> None:
        """All that there is to do now."""
        await self._planner.run_until_idle()
        if (await self._stores.outbox.counts())["chunks_waiting"]:
            await self._worker.run_until_idle()


class World:
    """Goes through a story. `killed`, `restarted`: by what chance that befalls the service whenever it has worked."""

    def __init__(self, story: Scenario, url: str, clock: SetClock, *, killed: float, restarted: float) -> None:
        self.lapses: list[Outage] = []
        self.rounds = 0
        self.restarts = 0
        self.chats: Chats
        self._story = story
        self._url = url
        self._clock = clock
        self._killed = killed
        self._restarted = restarted
        self._random = Random(story.news[0].at.timestamp())  # noqa: S311
        self._service: Service | None = None
        self._process = AsyncExitStack()

    async def run(self) -> AsyncIterator[datetime]:
        """Gives each moment at which the service was at work."""
        async with stores_of(self._url) as front, self._process:
            self.chats = Chats(self._clock, front.outbox)
            for slug in CATEGORIES:
                await front.categories.add(Category(slug=slug, name=slug.title()))
            await self._begin()
            happenings = sorted(self._happenings(services_of(front)), key=lambda one: one[0])
            for (at, happen), (until, _) in pairwise([*happenings, (self._story.ends, self._end)]):
                await self._clock.set(at)
                await happen()
                await self._work(at + MOMENT, until)
                yield at
                while self._service and (due := await self._next_digest(front)) < until:
                    await self._work(due + MOMENT, until)
                    yield due

    def _happenings(self, services: Services) -> Iterator[tuple[datetime, Callable[[], Awaitable[object]]]]:
        for news in self._story.news:
            yield news.at, partial(services.articles.publish, article_of(news))
        for chat_id, acts in self._story.acts.items():
            reader = Reader(Address(chat_id), ChatKind.PRIVATE if chat_id > 0 else ChatKind.GROUP)
            for at, act in acts:
                yield at, partial(_do, act, services, reader)
        for outage in self._story.outages:
            yield outage.begins, self._end
            yield outage.ends, self._begin

    async def _next_digest(self, front: Stores) -> datetime:
        """As the store says; what it leaves out comes late, and so is noticed."""
        minutes = await front.redis.zrange(keys.DUE_MINUTES, 0, 0)
        due = datetime.fromtimestamp(int(minutes[0]) * 60, UTC) if minutes else self._story.ends
        return max(due, self._clock.now + timedelta(seconds=1))

    # -- the service ----------------------------------------------------------------------------------------------

    async def _work(self, at: datetime, until: datetime) -> None:
        await self._clock.set(at)
        if self._service is None:
            return
        self.rounds += 1
        if self._random.random() < self._killed and until - at > _DEAD_AFTER * 2:
            await self._be_killed(self._service, until)
        elif self._random.random() < self._restarted:
            await self._end()
            await self._begin()
        if self._service:
            await self._service.work()

    async def _be_killed(self, service: Service, until: datetime) -> None:
        """At any moment of its work, often while it sends. Another goes on with it, later, but before `until`."""
        process = Process(service.work())
        turns, messages = int(10 ** self._random.uniform(0, _LAST_TURN)), sys.maxsize
        if self._random.random() < 0.5:
            turns, messages = sys.maxsize, self.chats.messages + 1 + int(self._random.expovariate(0.3))
        while turns and self.chats.messages < messages and not process.work.done():
            await asyncio.sleep(0)
            turns -= 1
        await process.kill()
        await self._end()
        began, left = self._clock.now, min(_LONGEST_LAPSE, until - self._clock.now - _DEAD_AFTER * 1.5)
        ends = began + _DEAD_AFTER + (left * self._random.random() if self._random.random() < 0.5 else timedelta())
        ends = ends.replace(microsecond=ends.microsecond // 1000 * 1000)
        self.lapses.append(Outage(began, min(ends, until - timedelta(seconds=1))))
        await self._clock.set(self.lapses[-1].ends)
        await self._begin()

    async def _begin(self) -> None:
        self.restarts += 1
        stores = await self._process.enter_async_context(stores_of(self._url))
        self._service = Service(stores, self.chats)

    async def _end(self) -> None:
        self._service = None
        await self._process.aclose()


@contextmanager
def in_haste() -> Iterator[None]:
    """What waits by the clock of this process, which stands for no time here, does not."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.delivery.dispatcher._CHAT_GAP", timedelta())
        patch.setattr("bot.delivery.dispatcher._GRAIN", 0.0002)
        patch.setattr("bot.delivery.settler._GATHER_SECONDS", 0.0002)
        patch.setattr("bot.delivery.worker._BUSY_PAUSE", timedelta(milliseconds=0.2))
        yield


@asynccontextmanager
async def stores_of(url: str) -> AsyncIterator[Stores]:
    """Those of one process."""
    async with open_stores(Settings.model_validate({"redis_url": url})) as opened:
        presence = Presence(opened.redis, opened.presence.name, _LIFETIME)
        stores = replace(
            opened,
            presence=presence,
            outbox=Outbox(opened.redis, presence),
            plans=Plans(opened.redis, presence),
        )
        await stores.outbox.prepare()
        await stores.plans.prepare()
        async with presence.shown():
            yield stores


def services_of(stores: Stores) -> Services:
    return build_services(stores, Settings.model_validate({"most_an_hour": MOST_AN_HOUR}), "newsbot")


def article_of(news: News) -> Article:
    return Article(
        id=news.id,
        category=news.category,
        title=f"News {news.id} is here",
        teaser=f"It says what there is to say of the {news.word}.",
        breaking=news.breaking,
        published=news.at,
    )


async def _do(act: Act, services: Services, reader: Reader) -> None:
    await _DOINGS[type(act)](act, services, reader)


async def _pause(act: Pause, services: Services, reader: Reader) -> None:
    """Who has nothing to pause is told so."""
    if (await services.subscriptions.get(reader)).categories:
        await services.changes.pause(reader, await services.clock.now() + act.length)


_DOINGS: dict[type[Act], Callable[[Any, Services, Reader], Awaitable[object]]] = {
    Subscribe: lambda act, services, reader: services.subscriptions.subscribe(reader, act.slugs),
    Unsubscribe: lambda act, services, reader: services.subscriptions.unsubscribe(reader, act.slugs),
    Reschedule: lambda act, services, reader: services.changes.reschedule(reader, Schedule.parse(act.when), act.slug),
    Travel: lambda act, services, reader: services.subscriptions.set_timezone(reader, act.zone),
    Block: lambda _, services, reader: services.subscriptions.park(reader.address, Cause.BLOCKED),
    ComeBack: lambda _, services, reader: services.subscriptions.come_back(reader.address.chat_id),
    AskForDigest: lambda _, services, reader: services.changes.send_now(reader),
    BeQuiet: lambda act, services, reader: services.changes.set_quiet(reader, _hours(act)),
    Pause: _pause,
    Resume: lambda _, services, reader: services.changes.resume(reader),
    Mute: lambda act, services, reader: services.subscriptions.mute(reader, act.word),
    Unmute: lambda act, services, reader: services.subscriptions.unmute(reader, act.word),
}


def _hours(act: BeQuiet) -> Quiet | None:
    if act.hours is None:
        return None
    start, end = (time(*divmod(minute, 60)) for minute in act.hours)
    return Quiet(start=start, end=end, breaking=act.breaking)
