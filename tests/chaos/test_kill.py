"""Processes are killed; what is owed is delivered all the same."""

import asyncio
import json
import os
import signal
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path

import aiohttp
import pytest

from bot.bootstrap import messages_in_flight
from bot.sandbox.client import Client
from bot.sandbox.server import Sandbox
from bot.storage.connection import connect
from bot.storage.server import embedded_server
from tests.process import newsbot, newsbot_once

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(120)]

TOKEN = "4242:a-token-that-only-this-sandbox-knows"
READERS = 220
ARTICLE: dict[str, object] = {
    "type": "article",
    "id": "a1",
    "category": "policy",
    "title": "Title",
    "published": "2026-11-22T10:00:00Z",
}


def _settings(sandbox: Sandbox, **more: object) -> dict[str, object]:
    return {"token": TOKEN, "api_url": sandbox.url, "web_port": 0, **more}


def _write(path: Path, rows: list[dict[str, object]]) -> str:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return str(path)


async def _owe_an_article(folder: Path, settings: dict[str, object], sandbox: Sandbox, client: Client) -> None:
    """Everybody has talked to the bot, is subscribed, and an editor has published."""
    people = [await client.new_person(f"Reader {number}") for number in range(READERS)]
    editor = await client.new_person("Ed", id=2001)
    await asyncio.gather(*(person.private.say("hello") for person in people))
    rows: list[dict[str, object]] = [
        {"type": "subscription", "chat_id": person.id, "kind": "private", "categories": {"policy": "instant"}}
        for person in people
    ]
    code, said = await newsbot_once("import", _write(folder / "readers.jsonl", rows), folder=folder, **settings)
    assert code == 0, said
    async with newsbot("run", "--only", "updates", folder=folder, until="running", **settings) as process:
        await editor.private.say("/post policy\n\nTitle\n\nTeaser")
        await editor.private.next()
        preview = await editor.private.next()
        await editor.private.press(preview, "Publish")
        await editor.private.next()
        process.running.terminate()
        await process.end()


async def _teasers(client: Client) -> list[dict[str, object]]:
    calls = await client.calls("sendMessage")
    return [
        c["parameters"] | {"chat": c["chat_id"]}
        for c in calls
        if "Title" in str(c["parameters"].get("text")) and c["chat_id"] != 2001 and c["status"] == 200
    ]


async def _count(client: Client) -> int:
    return len(await _teasers(client))


async def _reached(client: Client) -> int:
    return len({teaser["chat"] for teaser in await _teasers(client)})


async def _until(measure: Callable[[], Awaitable[int]], goal: int) -> None:
    while True:
        if await measure() >= goal:
            return
        await asyncio.sleep(0.01)


async def test_kill_during_a_broadcast(tmp_path: Path) -> None:
    async with Sandbox(token=TOKEN) as sandbox, aiohttp.ClientSession() as session:
        client = Client(sandbox.url, session)
        settings = _settings(sandbox, owners=2001, send_rate=300)
        await _owe_an_article(tmp_path, settings, sandbox, client)
        before = len(await _teasers(client))
        kills = 0
        for reached in (60, 140):
            async with newsbot(
                "run", "--only", "digests,delivery", folder=tmp_path, until="running", **settings
            ) as p:
                await _until(lambda: _count(client), before + reached)
                p.running.kill()
                kills += 1
        async with newsbot("run", "--only", "digests,delivery", folder=tmp_path, until="running", **settings) as p:
            await _until(lambda: _reached(client), READERS)
            p.running.terminate()
            await p.end()
        sent = await _teasers(client)
        times = Counter(str(teaser["chat"]) for teaser in sent)
        repeats = [chat for chat, count in times.items() if count > 1]
        assert len(times) == READERS
        assert max(times.values()) <= 1 + kills
        assert len(repeats) <= messages_in_flight(300) * kills
        silent = Counter(str(t["chat"]) for t in sent if t.get("disable_notification"))
        assert all(silent[chat] >= times[chat] - 1 for chat in repeats)


async def test_store_killed_during_a_broadcast(tmp_path: Path) -> None:
    """kill -9 of the embedded server: the bot waits until it is back, and goes on where it was."""
    async with Sandbox(token=TOKEN) as sandbox, aiohttp.ClientSession() as session:
        client = Client(sandbox.url, session)
        settings = _settings(sandbox, owners=2001, send_rate=100)
        await _owe_an_article(tmp_path, settings, sandbox, client)
        before = len(await _teasers(client))
        async with newsbot("run", "--only", "digests,delivery", folder=tmp_path, until="running", **settings) as p:
            await _until(lambda: _count(client), before + 60)
            redis = connect(f"unix://{tmp_path}/data/valkey/valkey.sock")
            pid = int((await redis.info("server"))["process_id"])
            await redis.aclose()
            os.kill(pid, signal.SIGKILL)
            await _until(lambda: _reached(client), READERS)
            p.running.terminate()
            await p.end()
        times = Counter(str(teaser["chat"]) for teaser in await _teasers(client))
        assert len(times) == READERS
        # Valkey may hold back what it writes for two seconds while the disk is busy, and so forget that long.
        assert sum(count - 1 for count in times.values()) <= 2 * 100


async def test_server_left_behind_is_taken_over(tmp_path: Path) -> None:
    """kill -9 of the bot: its store goes on, and what was acknowledged is there for the next process."""
    async with Sandbox(token=TOKEN) as sandbox, aiohttp.ClientSession() as session:
        reader = await Client(sandbox.url, session).new_person("Rita")
        settings = _settings(sandbox)
        async with newsbot("run", folder=tmp_path, until="running", **settings) as process:
            await reader.private.say("/subscribe policy")
            await reader.private.next()
            code, said = await newsbot_once("export", folder=tmp_path, **settings)
            assert code == 0 and f'"chat_id":{reader.id}' in said
            process.running.kill()
        code, said = await newsbot_once("export", folder=tmp_path, **settings)
        assert code == 0 and f'"chat_id":{reader.id}' in said
    assert not (tmp_path / "data" / "valkey" / "valkey.sock").exists()


async def test_killed_server_comes_back_with_its_file(tmp_path: Path) -> None:
    """kill -9 of the embedded server: its append-only file is written once a second at the latest."""
    article = _write(tmp_path / "a.jsonl", [ARTICLE])
    async with embedded_server(tmp_path / "data") as url:
        assert (await newsbot_once("import", article, folder=tmp_path))[0] == 0
        redis = connect(url)
        pid = int((await redis.info("server"))["process_id"])
        await redis.aclose()
        os.kill(pid, signal.SIGKILL)
    code, said = await newsbot_once("export", folder=tmp_path)
    assert code == 0 and '"id":"a1"' in said


async def test_stop_is_in_good_order(tmp_path: Path) -> None:
    async with Sandbox(token=TOKEN) as sandbox:
        for number in (signal.SIGTERM, signal.SIGINT):
            settings = _settings(sandbox)
            async with newsbot("run", folder=tmp_path, until="running", **settings) as process:
                process.running.send_signal(number)
                said = await process.end()
                assert process.running.returncode == 0, said
                assert "Traceback" not in said


async def test_bot_outlives_its_store(tmp_path: Path) -> None:
    """kill -9 of the embedded server: it is started again, and the bot goes on."""
    async with Sandbox(token=TOKEN) as sandbox, aiohttp.ClientSession() as session:
        reader = await Client(sandbox.url, session).new_person("Rita")
        settings = _settings(sandbox)
        async with newsbot("run", folder=tmp_path, until="running", **settings) as process:
            await reader.private.say("/subscribe policy")
            await reader.private.next()
            await asyncio.sleep(1.1)  # the append-only file's second
            redis = connect(f"unix://{tmp_path}/data/valkey/valkey.sock")
            os.kill(int((await redis.info("server"))["process_id"]), signal.SIGKILL)
            await redis.aclose()
            await reader.private.say("/subscribe policy")
            assert "already subscribed" in (await reader.private.next(timeout=20))["text"]
            process.running.terminate()
            assert "Traceback" not in await process.end()
