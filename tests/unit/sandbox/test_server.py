"""Starting and stopping."""

import asyncio
import time

import aiohttp
import pytest

from bot.sandbox.client import Client
from bot.sandbox.server import Sandbox

TOKEN = "123456:ABC-def_1234"


async def test_a_taken_port_is_told(sandbox: Sandbox) -> None:
    port = int(sandbox.url.rpartition(":")[2])
    with pytest.raises(OSError, match="in use"):
        await Sandbox(token=TOKEN, port=port).start()


async def test_stopping_ends_every_wait_at_once(http: aiohttp.ClientSession) -> None:
    before = asyncio.all_tasks()
    sandbox = Sandbox(token=TOKEN)
    await sandbox.start()
    client = Client(sandbox.url, http)
    ann = await client.new_person("Ann")
    message = await ann.private.say("/start")
    poll = asyncio.create_task(http.get(f"{sandbox.url}/bot{TOKEN}/getUpdates?offset=2&timeout=50"))
    stream = await http.get(f"{sandbox.url}/client/events?after=0")
    press = asyncio.create_task(ann.private.forge(message, "x"))
    wait = asyncio.create_task(ann.private.next())
    while len(await client.calls("getUpdates")) < 1:
        continue
    began = time.monotonic()
    await sandbox.stop()
    assert time.monotonic() - began < 20
    assert (await (await poll).json())["ok"]
    assert (await press)["answer"] is None
    assert b"/start" in await stream.read()
    with pytest.raises((aiohttp.ClientError, TimeoutError)):
        await wait
    stream.close()
    assert asyncio.all_tasks() - before <= {asyncio.current_task()}
