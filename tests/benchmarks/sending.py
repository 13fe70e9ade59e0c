"""What a message costs from the outbox to its receipt, against a bare aiohttp POST of the same bytes.

    python -m tests.benchmarks.sending [--quick]
    python -m tests.benchmarks.sending --profile

CPU time of the sending process alone, in rounds that take turns, each in a fresh process on a core of its own; the
stand-in for Telegram and the store share the other core. Trust the least of the rounds: what other processes do to a
machine only ever adds. Answers come after 40 ms, as from afar. The more messages an event loop finds in one turn, the
cheaper each is; so the bare POSTs are also made 1000 a second, as ours are, and to a server that answers at once.
"""

import argparse
import asyncio
import cProfile
import os
import pstats
import resource
import statistics
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import orjson
import psutil

from bot.bootstrap import build_services, build_worker, open_stores
from bot.runner import Part, run
from bot.services import Services
from bot.storage.pace import Pace
from bot.telegram.alerts import OwnerAlerts
from bot.telegram.application import build_application, connect
from bot.telegram.messenger import TelegramMessenger
from config.settings import Settings
from tests.benchmarks import payload
from tests.benchmarks.owed import Owed, empty_store
from tests.benchmarks.rows import exit_code, row, tell
from tests.benchmarks.stand_in import TOKEN, StandIn, stand_in
from tests.process import newsbot

_WARM_UP = 500
_CONNECTIONS = 64
_FULL_RATE = 1000
_FREE_RATE = 30
_LATENCY_MS = 40
_MOST_RATIO = 1.6
_MOST_OF_A_CORE = 100 / 3


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU seconds for 10,000 messages: of who sends, and of the store."""

    sender: float
    store: float
    per_second: float


class Bench:
    """The servers, on a core of their own, and chats that messages can be owed to."""

    def __init__(self, folder: Path, store: Owed, telegram: StandIn, numbers: list[int], store_process: int) -> None:
        self.store = store
        self.telegram = telegram
        self.numbers = numbers
        self._folder = folder
        self._store_process = psutil.Process(store_process)

    async def raw(self, count: int, telegram: StandIn, *, rate: float = 0) -> Cost:
        """`rate`: messages a second, 0 for as many as may be."""
        with _on(_client_core()):
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "tests.benchmarks.sending"),
                *("--raw", telegram.url, "--count", str(count), "--rate", str(rate)),
                stdout=asyncio.subprocess.PIPE,
            )
        told, _ = await process.communicate()
        return Cost(**orjson.loads(told))

    async def flat_out(self, count: int) -> Cost:
        """Ours with no limit to the rate, as the raw POSTs have none: a worker alone, as `newsbot run` has it."""
        with _on(_client_core()):
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "tests.benchmarks.sending"),
                *("--flat-out", self.telegram.url, "--store", self.store.url, "--count", str(count)),
                stdout=asyncio.subprocess.PIPE,
            )
        told, _ = await process.communicate()
        return Cost(**orjson.loads(told))

    async def ours(self, count: int, rate: float) -> Cost:
        await self.store.owe(self.numbers[: count + _WARM_UP])
        start = (await self.telegram.count())["sent"]
        async with AsyncExitStack() as stack:
            with _on(_client_core()):
                delivery, settings = ("run", "--only", "delivery"), self.settings(rate)
                starting = newsbot(*delivery, folder=self._folder, until="running", **settings)
                bot = psutil.Process((await stack.enter_async_context(starting)).running.pid)
            first, *before = await self._reading(bot, start + _WARM_UP)
            began = asyncio.get_running_loop().time()
            last, *after = await self._reading(bot, start + _WARM_UP + count)
            seconds = asyncio.get_running_loop().time() - began
        sender, store = (10_000 * (b - a) / (last - first) for a, b in zip(before, after, strict=True))
        return Cost(sender, store, (last - first) / seconds)

    async def _reading(self, bot: psutil.Process, sent: int) -> tuple[float, float, float]:
        """When so many are sent: how many, and the CPU seconds of sender and store."""
        return await self.telegram.until_sent(sent), _cpu(bot), _cpu(self._store_process)

    def settings(self, rate: float) -> dict[str, object]:
        told = {"token": TOKEN, "api_url": self.telegram.url, "redis_url": self.store.url, "web_port": 0}
        return told | {"send_rate": rate, "paid_broadcast": rate > _FREE_RATE}


@asynccontextmanager
async def bench(count: int) -> AsyncIterator[Bench]:
    os.sched_setaffinity(0, {_server_core()})
    with tempfile.TemporaryDirectory() as name:
        async with empty_store(Path(name)) as store, stand_in(latency=_LATENCY_MS) as telegram:
            numbers = await store.subscribe(range(1, count + _WARM_UP + 1))
            pid = int((await store.stores.redis.info("server"))["process_id"])
            yield Bench(Path(name), store, telegram, numbers, pid)


async def measure(rounds: int, count: int) -> int:
    raw, paced, near, ours, flat_out = [], [], [], [], []
    async with bench(count) as on, stand_in(latency=0) as neighbour:
        for _ in range(rounds):
            raw.append(await on.raw(count, on.telegram))
            flat_out.append(await on.flat_out(count))
            ours.append(await on.ours(count, _FULL_RATE))
            paced.append(await on.raw(count, on.telegram, rate=_FULL_RATE))
            near.append(await on.raw(count, neighbour))
        slow = await on.ours(10 * _FREE_RATE, _FREE_RATE)
    least = _least(ours)
    share = least * _FULL_RATE / 100
    tell(row("raw: CPU seconds for 10,000 messages", **_told(raw)))
    tell(row("raw, as evenly as ours: CPU seconds for 10,000 messages", **_told(paced)))
    tell(row("raw, answered at once: CPU seconds for 10,000 messages", **_told(near)))
    tell(row("ours, with no limit to the rate: CPU seconds for 10,000 messages", **_told(flat_out)))
    tell(row("ours, 1000 a second: CPU seconds for 10,000 messages", **_told(ours)))
    tell(row("ours at the free rate: CPU seconds for 10,000 messages", **_told([slow])))
    rows = [
        tell(
            row("ours ÷ raw, both as fast as can be", round(_least(flat_out) / _least(raw), 3), at_most=_MOST_RATIO)
        ),
        tell(row("ours ÷ raw, both 1000 a second", round(least / _least(paced), 3), at_most=_MOST_RATIO)),
        tell(row("ours at 1000 a second ÷ raw as fast as can be", round(least / _least(raw), 3))),
        tell(row("ours at 1000 a second ÷ raw answered at once", round(least / _least(near), 3))),
        tell(row("percent of a core at 1000 messages a second", round(share, 1), at_most=_MOST_OF_A_CORE)),
    ]
    return exit_code(rows)


def _least(costs: list[Cost]) -> float:
    return min(cost.sender for cost in costs)


def _told(costs: list[Cost]) -> dict[str, Any]:
    senders = [cost.sender for cost in costs]
    return {
        "least": round(_least(costs), 3),
        "median": round(statistics.median(senders), 3),
        "store_least": round(min(cost.store for cost in costs), 3),
        "per_second": [round(cost.per_second) for cost in costs],
    }


async def profile(count: int) -> None:
    """The hottest functions, alone and with all that they call. The profiler costs as much again, so messages pile up
    and go many in a turn: what each waking of the event loop costs does not show."""
    profiler, stopping, tasks = cProfile.Profile(), asyncio.Event(), set()
    async with bench(count) as on:
        await on.store.owe(on.numbers)

        async def watch() -> None:
            await on.telegram.until_sent(_WARM_UP)
            profiler.enable()
            await on.telegram.until_sent(_WARM_UP + count)
            profiler.disable()
            stopping.set()

        async def ready(services: Services, port: int | None) -> None:
            tasks.add(asyncio.create_task(watch()))

        os.sched_setaffinity(0, {_client_core()})
        settings = Settings.model_validate(on.settings(_FULL_RATE))
        await run(settings, frozenset({Part.DELIVERY}), stopping=stopping, ready=ready)
        await asyncio.gather(*tasks)
    stats = pstats.Stats(profiler, stream=sys.stdout)
    stats.sort_stats("tottime").print_stats(40)
    stats.sort_stats("cumulative").print_stats(r"/(bot|redis|aiohttp)/", 40)


async def post(url: str, count: int, rate: float) -> None:
    """The bare POSTs, and what they cost, as JSON."""
    address, tail = f"{url}/bot{TOKEN}/sendMessage", payload.tail()
    headers, loop = {"Content-Type": "application/json"}, asyncio.get_running_loop()
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:

        async def send(chats: Iterator[int], first: int) -> None:
            """Its turns are evenly spaced and lie between those of the others."""
            start = loop.time() + first / rate if rate else 0
            for turn, chat in enumerate(chats):
                if rate:
                    await asyncio.sleep(start + turn * _CONNECTIONS / rate - loop.time())
                async with session.post(address, data=b'{"chat_id":%d,' % chat + tail, headers=headers) as response:
                    await response.read()

        async def send_all(chats: Iterator[int]) -> None:
            await asyncio.gather(*(send(chats, first) for first in range(_CONNECTIONS)))

        await send_all(iter(range(1, _WARM_UP + 1)))
        before, began = resource.getrusage(resource.RUSAGE_SELF), loop.time()
        await send_all(iter(range(_WARM_UP + 1, _WARM_UP + count + 1)))
        after, seconds = resource.getrusage(resource.RUSAGE_SELF), loop.time() - began
    _tell_cost(before, after, count, seconds)


async def deliver(url: str, store_url: str, count: int) -> None:
    """The whole path in this process, and what it costs, as JSON."""
    settings = Settings.model_validate({"redis_url": store_url})
    async with AsyncExitStack() as stack:
        stores = await stack.enter_async_context(open_stores(settings))
        await stack.enter_async_context(stores.presence.shown())
        application = build_application(TOKEN, url)
        await connect(application)
        stack.push_async_callback(application.shutdown)
        messenger = TelegramMessenger(application.bot)
        subscriptions = build_services(stores, settings, "newsbot").subscriptions
        pace = Pace(stores.redis, 1_000_000)
        alerts = OwnerAlerts(messenger, (), subscriptions.language_of)
        worker = build_worker(stores, subscriptions, messenger, alerts, pace, in_flight=_CONNECTIONS)
        store = Owed(store_url, stores, subscriptions)
        numbers = await store.subscribe(range(1, count + _WARM_UP + 1))
        await store.owe(numbers[:_WARM_UP])
        await worker.run_until_idle()
        await store.owe(numbers[_WARM_UP:])
        began, before = asyncio.get_running_loop().time(), resource.getrusage(resource.RUSAGE_SELF)
        await worker.run_until_idle()
        after, seconds = resource.getrusage(resource.RUSAGE_SELF), asyncio.get_running_loop().time() - began
    _tell_cost(before, after, count, seconds)


def _tell_cost(before: resource.struct_rusage, after: resource.struct_rusage, count: int, seconds: float) -> None:
    busy = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    cost = {"sender": 10_000 * busy / count, "store": 0, "per_second": count / seconds}
    sys.stdout.write(orjson.dumps(cost).decode())


@contextmanager
def _on(core: int) -> Iterator[None]:
    """What is started meanwhile runs there, and so do its threads."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _client_core() -> int:
    return 0


def _server_core() -> int:
    return (os.cpu_count() or 1) - 1


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="two short rounds")
    parser.add_argument("--count", type=int, default=10_000, help="messages a round")
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--profile", action="store_true", help="print the hottest functions instead")
    parser.add_argument("--raw", metavar="URL", help=argparse.SUPPRESS)
    parser.add_argument("--flat-out", metavar="URL", help=argparse.SUPPRESS)
    parser.add_argument("--store", metavar="URL", help=argparse.SUPPRESS)
    parser.add_argument("--rate", type=float, default=0, help=argparse.SUPPRESS)
    return parser


async def main(options: argparse.Namespace) -> int:
    if options.raw:
        await post(options.raw, options.count, options.rate)
        return 0
    if options.flat_out:
        await deliver(options.flat_out, options.store, options.count)
        return 0
    if options.profile:
        await profile(options.count)
        return 0
    return await (measure(2, 3_000) if options.quick else measure(options.rounds, options.count))


if __name__ == "__main__":
    sys.exit(asyncio.run(main(_arguments().parse_args())))
