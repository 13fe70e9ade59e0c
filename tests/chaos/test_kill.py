"""Processes are killed; what is owed is delivered all the same."""

import asyncio
import json
import os
import signal
from pathlib import Path

import aiohttp
import pytest

from bot.sandbox.client import Client
from bot.sandbox.server import Sandbox
from bot.storage.connection import connect
from bot.storage.server import embedded_server
from tests.process import newsbot, newsbot_once

pytestmark = [pytest.mark.chaos, pytest.mark.xdist_group("chaos")]

TOKEN = "4242:a-token-that-only-this-sandbox-knows"
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
