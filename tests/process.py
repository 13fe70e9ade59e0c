"""`newsbot` as a process of its own, as an operator starts it."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path


def environment(**settings: object) -> dict[str, str]:
    """Nothing of the tester's own settings, and these."""
    settings = {"answers_by_meaning": False} | settings  # half a second of each process, and a core for its vectors
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("NEWSBOT_")}
    return inherited | {f"NEWSBOT_{name.upper()}": str(value) for name, value in settings.items()}


@asynccontextmanager
async def newsbot(*arguments: str, folder: Path, until: str, **settings: object) -> AsyncIterator["Process"]:
    """Runs in `folder` from when it has said `until`; killed at the end if it still runs."""
    async with python("-m", "bot.cli", *arguments, folder=folder, until=until, **settings) as process:
        yield process


@asynccontextmanager
async def python(*arguments: str, folder: Path, until: str, **settings: object) -> AsyncIterator["Process"]:
    """The same for `newsbot` as a Python program starts it."""
    running = await asyncio.create_subprocess_exec(
        sys.executable,
        *arguments,
        cwd=folder,
        env=environment(**settings),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    process = Process(running)
    try:
        await process.hear(until)
        yield process
    finally:
        if running.returncode is None:
            running.terminate()  # kill would leave its embedded server running
        await process.end()


async def newsbot_once(*arguments: str, folder: Path, **settings: object) -> tuple[int, str]:
    """Exit code and all that it said, standard output first."""
    running = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot.cli",
        *arguments,
        cwd=folder,
        env=environment(**settings),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    said, complained = await running.communicate()
    return running.returncode or 0, said.decode() + complained.decode()


class Process:
    def __init__(self, running: asyncio.subprocess.Process) -> None:
        self.running = running
        self.said: list[str] = []

    async def hear(self, words: str) -> str:
        """The line that holds the words; raises AssertionError if the process ends without saying it."""
        assert self.running.stdout
        while line := (await self.running.stdout.readline()).decode():
            self.said.append(line)
            if words in line:
                return line
        raise AssertionError(f"{words!r} was never said; this was:\n{''.join(self.said)}")

    async def end(self) -> str:
        """Waits for the end; gives all that was said."""
        assert self.running.stdout
        self.said.append((await self.running.stdout.read()).decode())
        await self.running.wait()
        # The transport of a finished process is closed by the loop only later; asyncio warns if that is too late.
        self.running._transport.close()  # type: ignore[attr-defined]
        return "".join(self.said)
