"""A whole year of a thousand chats: every article that a chat is owed reaches it once, in the right slot.

.venv/bin/python -m tests.simulation.year [--chats N] [--days N] [--seed N] [--begins YYYY-MM-DD]
"""

import argparse
import asyncio
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from tests.simulation.check import Found, compare
from tests.simulation.clock import server_with_clock
from tests.simulation.scenario import Scenario, Size, scenario
from tests.simulation.world import World, in_haste

_SHOWN = 50


async def simulate(
    story: Scenario, folder: Path, *, killed: float, restarted: float, progress: bool = False
) -> World:
    async with server_with_clock(folder, story.begins) as (url, clock):
        world = World(story, url, clock, killed=killed, restarted=restarted)
        shown = story.begins.date()
        with in_haste():
            async for now in world.run():
                if progress and now.date() != shown:
                    shown = now.date()
                    sys.stderr.write(f"\r{shown}: {world.rounds} rounds, {world.chats.messages} messages")
        return world


def summary(story: Scenario, world: World, found: Found, seconds: float) -> str:
    """One figure a line."""
    figures = {
        "chats": len(story.acts),
        "days": (story.ends - story.begins).days,
        "articles": len(story.news),
        "changes of settings": sum(len(acts) for acts in story.acts.values()),
        "outages": len(story.outages),
        "processes killed at work": len(world.lapses),
        "processes started": world.restarts,
        "rounds of planning and sending": world.rounds,
        "messages": world.chats.messages,
        "articles owed to chats": found.owed,
        "repeated silently after a kill": found.repeated,
        "differences": len(found.differences),
        "seconds": round(seconds),
    }
    return "\n".join(f"{value:>12,}  {name}" for name, value in figures.items())


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--chats", type=int, default=1000)
    options.add_argument("--days", type=int, default=365)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--begins", type=datetime.fromisoformat, default=datetime(2026, 1, 1, tzinfo=UTC))
    chosen = options.parse_args()
    size = Size(chosen.chats, chosen.days, news_a_day=30, days_between_acts=30, days_between_outages=5)
    story = scenario(chosen.seed, chosen.begins.replace(tzinfo=UTC), size)
    began = time.perf_counter()
    memory = Path("/dev/shm")  # the clock is a file, read with every command
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        world = asyncio.run(simulate(story, Path(folder), killed=0.01, restarted=0.01, progress=True))
    found = compare(story, world)
    sys.stderr.write("\n")
    sys.stdout.write(summary(story, world, found, time.perf_counter() - began) + "\n")
    sys.stdout.write("".join(f"{difference}\n" for difference in found.differences[:_SHOWN]))
    return int(bool(found.differences))


if __name__ == "__main__":
    sys.exit(main())
