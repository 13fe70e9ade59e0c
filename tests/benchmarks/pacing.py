"""How close real processes come to Telegram's limits, and how often they are refused; how soon a person is answered.

    python -m tests.benchmarks.pacing [--quick] [--only a,b,…]

`reached` is the shortest possible time from the first message to the last, divided by the time that it took.
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from tests.benchmarks.limits import Limits, shortest_span
from tests.benchmarks.owed import Owed, empty_store
from tests.benchmarks.rows import exit_code, row, tell
from tests.benchmarks.stand_in import TOKEN, StandIn, stand_in
from tests.process import Process, newsbot

_LATENCY_MS = 40
_FIRST_PERSON = 900_000_000
_LONGEST_ANSWER = 10.0
_FOR_A_GROUP = 25
_SKEW = 0.7


@dataclass(frozen=True, slots=True)
class Load:
    """`single`, `threefold`: private chats that are owed one message, or three parts; `groups` are owed 25 each."""

    single: int
    threefold: int = 0
    groups: int = 0

    def owed(self) -> dict[int, int]:
        """Messages by chat id."""
        owed: dict[int, int] = {}
        for chats, parts in self.editions():
            owed |= {chat: owed.get(chat, 0) + parts for chat in chats}
        return owed

    def editions(self) -> list[tuple[Sequence[int], int]]:
        """Chats and parts of each, those that take longest late; all but the last are 70 % of the work."""
        hardest = _FOR_A_GROUP * self.groups + 3 * self.threefold
        first = max(0, round(_SKEW * (hardest + self.single)) - hardest)
        return [
            (range(1, 1 + first), 1),
            (range(10_001, 10_001 + self.threefold), 3),
            *[(range(-self.groups, 0), 1)] * _FOR_A_GROUP,
            (range(1 + first, 1 + self.single), 1),
        ]


@dataclass(frozen=True, slots=True)
class Scenario:
    """`skewed`: one process is given 70 % of the work before the others come. No target: it is only reported."""

    name: str
    load: Load
    limits: Limits
    processes: int = 2
    skewed: bool = False
    at_least: float | None = None
    most_refusals: int | None = None


_USUAL = Limits(rate=30, capacity=5)
_UNTOLD = replace(_USUAL, rate=22)
SCENARIOS = (
    Scenario("a: one message each", Load(600), _USUAL, at_least=0.97, most_refusals=0),
    Scenario("b: a lower limit than the bot knows of", Load(600), _UNTOLD, at_least=0.85, most_refusals=9),
    Scenario(
        "c: mixed and skewed", Load(500, 100, 5), _USUAL, processes=4, skewed=True, at_least=0.95, most_refusals=0
    ),
    Scenario("d: a, punitive", Load(600), replace(_USUAL, punitive=True)),
    Scenario("d: b, punitive", Load(600), replace(_UNTOLD, punitive=True)),
)


def quick(scenario: Scenario) -> Scenario:
    """A quarter of the work, of whose time start and end are more; but groups need their minute in any case."""
    if scenario.load.groups:
        return scenario
    load = Load(scenario.load.single // 4)
    return replace(scenario, load=load, at_least=scenario.at_least and round(scenario.at_least - 0.1, 2))


async def broadcast(scenario: Scenario) -> list[dict[str, Any]]:
    owed, editions = scenario.load.owed(), scenario.load.editions()
    total, ceiling = sum(owed.values()), shortest_span(scenario.limits, owed)
    async with _scene(scenario.limits) as (folder, store, telegram), AsyncExitStack() as stack:
        numbers = dict(zip(owed, await store.subscribe(list(owed)), strict=True))

        async def owe(some: Sequence[tuple[Sequence[int], int]]) -> None:
            for chats, parts in some:
                await store.owe([numbers[chat] for chat in chats], pages=parts)

        bots = [
            newsbot("run", "--only", "delivery", folder=folder, until="running", **_settings(store, telegram))
            for _ in range(scenario.processes)
        ]
        running = [await stack.enter_async_context(bots.pop())]
        if scenario.skewed:
            await owe(editions[:-1])
            await telegram.until_sent(1)
        running += [await stack.enter_async_context(bot) for bot in bots]
        await owe(editions[-1:] if scenario.skewed else editions)
        try:
            async with asyncio.timeout(4 * ceiling + 60):
                await telegram.until_sent(total)
        except TimeoutError:
            await _complain(scenario, running)
        report = await telegram.report()
    return _judge(scenario, total, ceiling, report)


def _judge(scenario: Scenario, total: int, ceiling: float, report: dict[str, Any]) -> list[dict[str, Any]]:
    refused = sum(report["refused"].values())
    once = report["copies"].get("1", 0)
    told = {"ceiling_seconds": round(ceiling, 2), "seconds": round(report["span"], 2), "refused": report["refused"]}
    told |= {"messages": total, "sent": report["sent"], "per_second": round(report["per_second"], 2)}
    reached = round(ceiling / report["span"], 4) if report["span"] and report["sent"] >= total else 0.0
    return [
        tell(row(scenario.name, reached, at_least=scenario.at_least, **told)),
        tell(row(f"{scenario.name}: refusals", refused, at_most=scenario.most_refusals)),
        tell(row(f"{scenario.name}: not sent exactly once", total - once, at_most=0)),
    ]


async def _complain(scenario: Scenario, running: Sequence[Process]) -> None:
    for process in running:
        process.running.terminate()
        sys.stderr.write(f"{scenario.name} was not finished in time: {(await process.end())[-2000:]}\n")


async def answers(owed: int, people: int) -> list[dict[str, Any]]:
    """One person after another asks, one a second, while the whole bot is busy with a long broadcast."""
    async with _scene(_USUAL) as (folder, store, telegram):
        numbers = await store.subscribe(range(1, owed // 10 + 1))
        for _ in range(10):
            await store.owe(numbers)
        async with newsbot("run", folder=folder, until="running", **_settings(store, telegram)):
            await telegram.until_sent(30)
            for person in range(people):
                await telegram.say([(_FIRST_PERSON + person, "/categories")])
                await asyncio.sleep(1)
            for _ in range(int(_LONGEST_ANSWER)):
                if not (report := await telegram.report())["unanswered"]:
                    break
                await asyncio.sleep(1)
    seconds = sorted([*report["answers"], *[_LONGEST_ANSWER] * report["unanswered"]])
    told = {"p50": round(statistics.median(seconds), 3), "answers": len(report["answers"]), "asked": people}
    told |= {"owed": owed, "per_second": round(report["per_second"], 2), "refused": report["refused"]}
    p95 = round(statistics.quantiles(seconds, n=20)[-1], 3)
    return [tell(row("e: seconds to an answer during a broadcast, p95", p95, at_most=1, **told))]


@asynccontextmanager
async def _scene(limits: Limits) -> AsyncIterator[tuple[Path, Owed, StandIn]]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with empty_store(folder) as store, stand_in(latency=_LATENCY_MS, **asdict(limits)) as telegram:
            yield folder, store, telegram


def _settings(store: Owed, telegram: StandIn) -> dict[str, object]:
    return {"token": TOKEN, "api_url": telegram.url, "redis_url": store.url, "web_port": 0}


async def measure(*, brief: bool, only: str) -> int:
    rows: list[dict[str, Any]] = []
    for scenario in SCENARIOS:
        if scenario.name[0] in only:
            rows += await broadcast(quick(scenario) if brief else scenario)
    if "e" in only:
        rows += await (answers(10_000, 10) if brief else answers(100_000, 60))
    return exit_code(rows)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a quarter of the work, lower targets")
    parser.add_argument("--only", default="a,b,c,d,e", help="letters of scenarios")
    options = parser.parse_args()
    sys.exit(asyncio.run(measure(brief=options.quick, only=options.only)))
