"""A store with very many subscribers in little time: the very bytes that the product writes, in bulk."""

import random
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, time, timedelta

from bot.domain.schedule import Schedule
from bot.domain.subscription import ChatKind, Subscription
from bot.storage import keys
from bot.storage.connection import Client
from bot.storage.due import due_slot, minute_of
from bot.storage.records import Record, Records
from bot.storage.saving import bits_of
from bot.storage.subscriptions import SubscriptionStore
from bot.storage.words import Words

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
SLUGS = [f"category-{number:02}" for number in range(20)]
ZONES = [
    *("Europe/Berlin", "Europe/London", "Europe/Moscow", "Europe/Kyiv", "America/New_York", "America/Los_Angeles"),
    *("America/Sao_Paulo", "Asia/Kolkata", "Asia/Tokyo", "Asia/Tehran", "Africa/Lagos", "UTC"),
]
_AT_ONCE = 2000


def readers(count: int, *, daily: bool = True, slugs: Sequence[str] = SLUGS) -> Iterator[Subscription]:
    """Half want articles at once, a quarter digests at :00 or :30 and a quarter at any minute; nine of ten are
    private chats. Each has subscribed to five categories one by one, mostly within minutes, some weeks later."""
    chance = random.Random(7)  # noqa: S311
    for number in range(count):
        schedule = Schedule() if number % 2 or not daily else Schedule((_time(chance, whole=number % 4 == 0),))
        private = chance.random() < 0.9
        begun = NOW - timedelta(milliseconds=chance.randrange(365 * 86_400_000))
        spread = 600_000 if chance.random() < 0.8 else 40 * 86_400_000
        digested = NOW - timedelta(minutes=chance.randrange(1440)) if not schedule.instant else None
        chosen = chance.sample(slugs, min(5, len(slugs)))
        since = {s: digested or begun + timedelta(milliseconds=chance.randrange(spread)) for s in chosen}
        yield Subscription.model_construct(
            chat_id=number * 8000 + 100_000_000 + chance.randrange(8000) if private else -1_001_000_000_000 - number,
            thread_id=None,
            kind=ChatKind.PRIVATE if private else ChatKind.SUPERGROUP,
            categories=dict.fromkeys(chosen, schedule),
            schedule=schedule,
            timezone=chance.choice(ZONES),
            language="en",
            since=since,
            parked=None,
        )


async def fill_one_by_one(redis: Client, subscriptions: Iterable[Subscription]) -> None:
    """As the product does it."""
    await _learn(redis)
    store = SubscriptionStore(redis)
    for subscription in subscriptions:
        if not await store.save(Record(0, subscription, b""), subscription):
            raise RuntimeError("not saved")


class Bulk:
    """Packs the subscriptions, from number 1 on, and writes them one kind of structure after the other."""

    def __init__(self, redis: Client) -> None:
        self._redis = redis
        self._count = 0
        self._records: dict[str, list[bytes | str]] = defaultdict(list)
        self._numbers: dict[str, list[str]] = defaultdict(list)
        self._due: dict[int, list[int]] = defaultdict(list)
        self._bitmaps: dict[str, bytearray] = defaultdict(bytearray)

    async def take(self, subscriptions: Iterable[Subscription]) -> None:
        records = Records(await _learn(self._redis))
        for number, subscription in enumerate(subscriptions, 1):
            self._count = number
            key, field = keys.record(number)
            self._records[key] += [field, records.pack(subscription)[0]]
            self._numbers[keys.numbers(subscription.chat_id)] += [keys.address(subscription.address), str(number)]
            minute = minute_of(due_slot(subscription))
            if minute is not None:
                self._due[minute].append(number)
            for name in bits_of(subscription):
                bitmap = self._bitmaps[name]
                bitmap.extend(bytes(max(0, number // 8 + 1 - len(bitmap))))
                bitmap[number // 8] |= 0x80 >> number % 8

    async def write(self, after_each: Callable[[str], Awaitable[None]]) -> None:
        """Tells the name of each kind of structure when it is written."""
        await self._run(("HSET", key, *row) for key, row in self._records.items())
        await self._redis.set(keys.LAST_NUMBER, self._count)
        await after_each("records")
        await self._run(("HSET", key, *row) for key, row in self._numbers.items())
        await after_each("numbers of addresses")
        await self._run(("SADD", keys.due(minute), *row) for minute, row in self._due.items())
        await self._run(("ZADD", keys.DUE_MINUTES, minute, minute) for minute in self._due)
        await after_each("due minutes")
        await self._run(("SET", key, bytes(bits)) for key, bits in self._bitmaps.items())
        await after_each("bitmaps")

    async def _run(self, commands: Iterable[tuple[object, ...]]) -> None:
        async with self._redis.pipeline(transaction=False) as pipe:
            for command in commands:
                pipe.execute_command(*command)
                if len(pipe) >= _AT_ONCE:
                    await pipe.execute()
            await pipe.execute()


async def _learn(redis: Client) -> Words:
    """In one order, so that the numbers of words are the same however the store is filled."""
    words = Words(redis)
    kinds = [kind.value for kind in (ChatKind.PRIVATE, ChatKind.SUPERGROUP)]
    await words.learn(["en", *kinds, *SLUGS, *ZONES])
    return words


def _time(chance: random.Random, *, whole: bool) -> time:
    return (
        time(chance.choice([7, 8, 9, 12, 18, 20]), chance.choice([0, 30]))
        if whole
        else time(chance.randrange(24), chance.randrange(60))
    )
