"""Starts the stand-in for Telegram, and asks it what it knows."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

TOKEN = "4242:a-token-that-only-this-stand-in-knows"
_INTERVAL = 0.1


class StandIn:
    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        self.url = url
        self._session = session

    async def count(self) -> dict[str, int]:
        async with self._session.get(f"{self.url}/count") as response:
            counted: dict[str, int] = await response.json()
            return counted

    async def report(self) -> dict[str, Any]:
        async with self._session.get(f"{self.url}/report") as response:
            reported: dict[str, Any] = await response.json()
            return reported

    async def say(self, words: list[tuple[int, str]]) -> None:
        """People write to the bot: (chat id, text) each."""
        async with self._session.post(f"{self.url}/say", json=words) as response:
            await response.read()

    async def until(self, enough: Callable[[dict[str, int]], bool]) -> dict[str, int]:
        """Looks at the count every tenth of a second."""
        while True:
            counted = await self.count()
            if enough(counted):
                return counted
            await asyncio.sleep(_INTERVAL)

    async def until_sent(self, count: int) -> int:
        return (await self.until(lambda counted: counted["sent"] >= count))["sent"]


@asynccontextmanager
async def stand_in(**options: object) -> AsyncIterator[StandIn]:
    """`options`: those of tests.benchmarks.telegram."""
    arguments = []
    for name, value in options.items():
        option = f"--{name.replace('_', '-')}"
        arguments += [option] if value is True else [] if value is False else [option, str(value)]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.benchmarks.telegram",
        *arguments,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin and process.stdout
    try:
        port = int(await process.stdout.readline())
        async with aiohttp.ClientSession() as session:
            yield StandIn(f"http://127.0.0.1:{port}", session)
    finally:
        process.stdin.close()
        await process.wait()
