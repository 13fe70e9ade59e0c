"""The embedded server: one for each folder, for as long as anyone uses it."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import psutil
import pytest
from redis.exceptions import RedisError

from bot.storage.connection import Client, connect
from bot.storage.server import ServerError, embedded_server

#: Who started the server may leave before the others do; Python tells so of every child that lives on.
pytestmark = pytest.mark.filterwarnings("ignore:subprocess .* is still running:ResourceWarning")


@asynccontextmanager
async def client(url: str) -> AsyncIterator[Client]:
    redis = connect(url)
    try:
        yield redis
    finally:
        await redis.aclose()


async def process_of(url: str) -> psutil.Process:
    async with client(url) as redis:
        return psutil.Process((await redis.info("server"))["process_id"])


async def answers(url: str) -> bool:
    async with client(url) as redis:
        try:
            return bool(await redis.ping())
        except RedisError:
            return False


async def killed(process: psutil.Process, with_signal: int = signal.SIGKILL) -> None:
    """It is gone, and nobody was told."""
    process.send_signal(with_signal)
    await asyncio.to_thread(process.wait, 10)


async def test_what_is_written_is_there_the_next_time(tmp_path: Path) -> None:
    async with embedded_server(tmp_path) as url, client(url) as redis:
        assert url == f"unix://{tmp_path}/valkey/valkey.sock"
        await redis.set("key", "value")
    assert not await answers(url)
    async with embedded_server(tmp_path) as url, client(url) as redis:
        assert await redis.get("key") == b"value"


async def test_it_ends_with_its_last_user_whoever_that_is(tmp_path: Path) -> None:
    for first_leaves_first in (True, False):
        first, second = AsyncExitStack(), AsyncExitStack()
        url = await first.enter_async_context(embedded_server(tmp_path))
        assert await second.enter_async_context(embedded_server(tmp_path)) == url
        process = await process_of(url)
        one, other = (first, second) if first_leaves_first else (second, first)
        await one.aclose()
        assert await answers(url)
        assert await process_of(url) == process
        await other.aclose()
        assert not await answers(url)


async def test_of_many_who_come_at_once_one_starts_it(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        urls = await asyncio.gather(*(stack.enter_async_context(embedded_server(tmp_path)) for _ in range(5)))
        assert len(set(urls)) == 1
        assert len({(await process_of(url)).pid for url in urls}) == 1
    assert not await answers(urls[0])


async def test_two_folders_have_a_server_each(tmp_path: Path) -> None:
    async with embedded_server(tmp_path / "a") as one, embedded_server(tmp_path / "b") as other:
        assert (await process_of(one)).pid != (await process_of(other)).pid


async def test_a_socket_that_nobody_answers_is_replaced(tmp_path: Path) -> None:
    async with embedded_server(tmp_path) as url, client(url) as redis:
        await redis.set("key", "value")
        await redis.execute_command("WAITAOF", 1, 0, 5000)
        await killed(await process_of(url))
        assert (tmp_path / "valkey" / "valkey.sock").is_socket()
    async with embedded_server(tmp_path) as url, client(url) as redis:
        assert await redis.get("key") == b"value"


async def test_a_file_in_the_sockets_place_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "valkey").mkdir()
    (tmp_path / "valkey" / "valkey.sock").write_text("?", "utf-8")
    async with embedded_server(tmp_path) as url:
        assert await answers(url)


async def test_a_server_whose_users_were_killed_is_found_again(tmp_path: Path) -> None:
    """A process of its own starts it and is killed: no lock is held, and the server goes on."""
    starter = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        "import asyncio, pathlib, sys\n"
        "from bot.storage.server import embedded_server\n"
        "async def main():\n"
        "    async with embedded_server(pathlib.Path(sys.argv[1])) as url:\n"
        "        print(url, flush=True)\n"
        "        await asyncio.Event().wait()\n"
        "asyncio.run(main())",
        str(tmp_path),
        stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    assert starter.stdout
    url = (await starter.stdout.readline()).decode().strip()
    process = await process_of(url)
    starter.kill()
    await starter.wait()
    assert await answers(url)
    async with embedded_server(tmp_path) as found:
        assert found == url
        assert await process_of(found) == process
    await asyncio.to_thread(psutil.wait_procs, [process], 10)
    assert not await answers(url)


async def test_a_long_path_is_no_obstacle(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 30) / "data"
    async with embedded_server(folder) as url, embedded_server(folder) as same, client(url) as redis:
        assert url == same
        assert len(url) < 110
        await redis.set("key", "value")
    async with embedded_server(folder) as url, client(url) as redis:
        assert await redis.get("key") == b"value"
    assert (folder / "valkey" / "valkey.log").is_file()


async def test_a_folder_with_spaces_and_accents(tmp_path: Path) -> None:
    async with embedded_server(tmp_path / "mes données") as url:
        assert await answers(url)


async def test_a_server_that_cannot_start_is_told_with_its_log(tmp_path: Path) -> None:
    (tmp_path / "valkey").mkdir()
    (tmp_path / "valkey" / "appendonlydir").write_text("in the way", "utf-8")
    with pytest.raises(ServerError, match=r"valkey\.log"):
        async with embedded_server(tmp_path):
            pass
    # Nothing is left behind that keeps the next one from starting.
    (tmp_path / "valkey" / "appendonlydir").unlink()
    async with embedded_server(tmp_path) as url:
        assert await answers(url)


async def test_an_error_within_ends_it_too(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        async with embedded_server(tmp_path) as url:
            raise KeyError
    assert not await answers(url)


async def test_a_server_that_went_away_does_not_keep_its_users_from_leaving(tmp_path: Path) -> None:
    async with embedded_server(tmp_path) as url:
        await killed(await process_of(url), signal.SIGTERM)
    assert not await answers(url)


async def test_much_of_a_kind_is_kept_small(tmp_path: Path) -> None:
    """A long record among short ones, and many numbers at one minute."""
    async with embedded_server(tmp_path) as url, connect(url) as redis:
        await redis.hset("h", mapping={"1": "x", "2": "x" * 1000})
        await redis.sadd("s", *range(20_000))
        assert await redis.object("ENCODING", "h") == b"listpack"
        assert await redis.object("ENCODING", "s") == b"intset"
