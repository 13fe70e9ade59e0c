"""The web part, and updates by webhook."""

import asyncio
import os
import re
import signal
from datetime import timedelta
from pathlib import Path

import aiohttp

from bot.domain.delivery import Cause
from bot.storage.breaker import Breaker, Rest
from bot.storage.connection import connect
from tests.e2e.world import World, open_world, said
from tests.unit.ingest.told import TOLL, TOLL_AGAIN

OPERATING = Path(__file__).parent.parent.parent / "docs" / "operating.md"


async def _get(world: World, path: str) -> tuple[int, str, str]:
    url = f"http://127.0.0.1:{world.web_port}{path}"
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        return response.status, response.headers["Content-Type"], await response.text()


async def test_health_and_metrics(world: World) -> None:
    assert (await _get(world, "/health/live"))[0] == 200
    assert (await _get(world, "/health/ready"))[0] == 200
    await said(world.reading, "/subscribe policy")
    await world.post("policy\n\nTitle\n\nTeaser")
    await world.until(lambda counts: counts.get("sent") == 1)
    status, kind, text = await _get(world, "/metrics")
    assert status == 200 and kind.startswith("text/plain")
    assert "newsbot_articles 1.0" in text
    for line in (
        'newsbot_deliveries_total{outcome="sent"} 1.0',
        'newsbot_deliveries_total{outcome="failed"} 0.0',
        "newsbot_deliveries_owed_total 1.0",
        "newsbot_deliveries_waiting 0.0",
        'newsbot_parked_chats{cause="blocked"} 0.0',
        'newsbot_recent_tries{outcome="sent"} 1.0',
        "newsbot_send_rate_set 1000.0",
        "newsbot_paused_seconds 0.0",
    ):
        assert line in text


async def test_every_metric_is_documented(world: World) -> None:
    _, _, text = await _get(world, "/metrics")
    told = dict(re.findall(r"^# HELP (\S+) (.+)$", text, re.MULTILINE))
    table = OPERATING.read_text("utf-8")
    assert len(told) >= 14
    for name in told:
        assert f"| `{name}" in table
    assert table.count("| `newsbot_") == len(told)


async def test_a_store_that_hangs_hangs_nobody_who_asks(world: World) -> None:
    redis = connect(f"unix://{world.settings.data_folder}/valkey/valkey.sock")
    server = int((await redis.info("server"))["process_id"])
    await redis.aclose()
    os.kill(server, signal.SIGSTOP)
    try:
        async with asyncio.timeout(20):
            answers = await asyncio.gather(*[_get(world, path) for path in ("/health/ready", "/metrics")])
            assert (await _get(world, "/health/live"))[0] == 200
    finally:
        os.kill(server, signal.SIGCONT)
    assert [status for status, _, _ in answers] == [503, 503]
    assert all("did not answer within 2 seconds" in text for _, _, text in answers)
    assert [(await _get(world, path))[0] for path in ("/health/ready", "/metrics")] == [200, 200]


async def test_ready_while_sending_rests(world: World) -> None:
    """People are answered meanwhile, and another process would rest as well."""
    assert world.services
    redis = connect(f"unix://{world.settings.data_folder}/valkey/valkey.sock")
    breaker, now = Breaker(redis), await world.services.clock.now()
    rest = Rest(cause=Cause.NOT_FOUND, since=now, until=now + timedelta(minutes=5))
    assert await breaker.trip(await breaker.read(), rest)
    await redis.aclose()
    status, _, text = await _get(world, "/health/ready")
    assert status == 200
    assert "sending rests until" in text


async def test_not_ready_while_the_store_is_away(world: World) -> None:
    assert world.services
    redis = connect(f"unix://{world.settings.data_folder}/valkey/valkey.sock")
    await redis.config_set("requirepass", "secret")  # each new connection is refused from now on
    await redis.execute_command("CLIENT", "KILL", "SKIPME", "yes")
    assert (await _get(world, "/health/live"))[0] == 200
    assert (await _get(world, "/health/ready"))[0] == 503
    assert (await _get(world, "/metrics"))[0] == 503
    await redis.config_set("requirepass", "")
    await redis.aclose()
    assert (await _get(world, "/health/ready"))[0] == 200


async def test_articles_have_pages(tmp_path: Path) -> None:
    async with open_world(tmp_path, public_url="https://news.example") as world:
        await said(world.reading, "/subscribe policy")
        await world.post("policy\n\n<script>alert(1)</script> & more\n\nTeaser\n\nBody\n\nFAQ\n\nQ.Why?\n\nBecause.")
        teaser = await world.reading.next()
        (url,) = [entity["url"] for entity in teaser["entities"] if entity["type"] == "text_link"]
        assert url.startswith("https://news.example/a/")
        status, _, page = await _get(world, url.removeprefix("https://news.example"))
        assert status == 200 and "<summary>Why?</summary>" in page
        assert "<script>" not in page and "&lt;script&gt;" in page
        assert (await _get(world, "/a/nope"))[0] == 404


async def test_webhook(tmp_path: Path) -> None:
    async with open_world(tmp_path, public_url="https://news.example") as world:
        await world.stop()
        port = 18000 + world.reader.id % 1000
        world.settings = world.settings.model_copy(
            update={"updates": "webhook", "public_url": f"http://127.0.0.1:{port}", "web_port": port}
        )
        await world.start()
        assert "/schedule" in await said(world.reading, "/help")
        url = f"http://127.0.0.1:{port}/telegram/webhook"
        forged = {
            "update_id": 1,
            "message": {
                "message_id": 1,
                "date": 1,
                "text": "/help",
                "chat": {"id": world.reader.id, "type": "private"},
            },
        }
        async with aiohttp.ClientSession() as session:
            for headers in ({}, {"X-Telegram-Bot-Api-Secret-Token": "wrong"}):
                async with session.post(url, json=forged, headers=headers) as response:
                    assert response.status == 404
        assert await world.reading.quiet(0.3) == []


async def test_an_article_page_names_who_else_tells_it(world: World) -> None:
    assert world.services
    for one in (TOLL, TOLL_AGAIN):
        await world.services.stories.publish(one)
    _, _, page = await _get(world, "/a/toll1")
    assert 'also at <a href="https://www.gazette.example/toll2">Gazette</a>' in page
    assert await _get(world, "/a/toll2") == await _get(world, "/a/toll1")
