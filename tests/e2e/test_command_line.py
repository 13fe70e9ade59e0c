"""`newsbot` as an operator uses it."""

import json
import socket
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from bot.sandbox.server import Sandbox
from tests.e2e.world import TOKEN, World
from tests.process import newsbot, newsbot_once

DATA = Path(__file__).parent.parent / "data"


async def test_round_trip_loses_nothing(tmp_path: Path) -> None:
    rows = [
        {"type": "category", "slug": "climate", "name": "Climate"},
        {"type": "feed", "url": "https://feeds.example/a", "category": "climate"},
        {
            "type": "article",
            "id": "one",
            "category": "climate",
            "title": "Title 🌍",
            "teaser": "T",
            "body": ["a", "b"],
            "source": {"name": "Gazette", "url": "https://gazette.example/x"},
            "related": [{"title": "Other"}],
            "faq": [{"question": "Why?", "answer": "So."}],
            "published": "2026-11-22T10:00:00Z",
        },
        {
            "type": "subscription",
            "chat_id": 42,
            "thread_id": None,
            "kind": "private",
            "categories": {"climate": "instant", "tech": "daily 08:00"},
            "timezone": "Europe/Berlin",
            "language": "en",
        },
    ]
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    code, said = await newsbot_once("import", "in.jsonl", folder=tmp_path)
    assert code == 0, said
    code, said = await newsbot_once("export", "--output", "out.jsonl", folder=tmp_path)
    assert code == 0, said
    out = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    for row in rows:
        same = [line for line in out if _holds(line, row)]
        assert same, row
    code, _ = await newsbot_once("import", str(tmp_path / "out.jsonl"), folder=tmp_path, data_dir="other")
    assert code == 0
    code, again = await newsbot_once("export", folder=tmp_path, data_dir="other")
    assert again == (tmp_path / "out.jsonl").read_text()


def _holds(line: object, row: object) -> bool:
    if isinstance(row, dict) and isinstance(line, dict):
        return all(_holds(line.get(name), value) for name, value in row.items())
    if isinstance(row, list) and isinstance(line, list):
        return len(row) == len(line) and all(_holds(a, b) for a, b in zip(line, row, strict=True))
    return line == row


async def test_an_export_that_fails_leaves_the_last_one_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "all.jsonl").write_text("the last one")
    (tmp_path / "all.jsonl").chmod(0o600)
    code, said = await newsbot_once(
        "export", "--output", "all.jsonl", folder=tmp_path, redis_url="redis://127.0.0.1:1"
    )
    assert code == 1 and "127.0.0.1:1" in said
    assert (tmp_path / "all.jsonl").read_text() == "the last one"
    assert not (tmp_path / "all.jsonl.part").exists()
    assert (await newsbot_once("import", str(DATA / "article.txt"), folder=tmp_path))[0] == 0
    assert (await newsbot_once("export", "--output", "all.jsonl", folder=tmp_path))[0] == 0
    code, said = await newsbot_once("export", "--output", "/dev/stdout", folder=tmp_path)
    assert code == 0 and '"type":"article"' in said
    assert (tmp_path / "all.jsonl").read_text() == said
    assert (tmp_path / "all.jsonl").stat().st_mode & 0o777 == 0o600


async def test_import_tells_what_it_cannot_take(tmp_path: Path) -> None:
    (tmp_path / "mixed.jsonl").write_text(
        '{"type":"category","slug":"climate","name":"Climate"}\n'
        "not json\n"
        '{"type":"article","id":"x","category":"nope","title":"T","published":"2026-11-22T10:00:00Z"}\n'
        '{"type":"subscription","chat_id":1,"categories":{"climate":"sometimes"}}\n'
        '{"type":"article","id":"y","category":"climate","title":"T","published":"2026-11-22T10:00:00Z"}\n'
    )
    code, said = await newsbot_once("import", "mixed.jsonl", str(DATA / "article.txt"), "none.txt", folder=tmp_path)
    assert code == 1
    for words in (
        "mixed.jsonl:2: not JSON",
        "mixed.jsonl:3: there is no category “nope”",
        "mixed.jsonl:4:",
        "none.txt",
    ):
        assert words in said
    assert "2 article" in said and "Problems: 4" in said


async def test_settings_in_trouble_are_explained(tmp_path: Path) -> None:
    assert (await newsbot_once("run", folder=tmp_path))[1].startswith("newsbot: NEWSBOT_TOKEN is not set")
    code, said = await newsbot_once("run", folder=tmp_path, timezone="Mars/Base", web_port="x")
    assert code == 1 and "NEWSBOT_TIMEZONE" in said and "NEWSBOT_WEB_PORT" in said
    code, said = await newsbot_once("run", "--only", "feed", folder=tmp_path)
    assert code == 2 and "'feed' is no part" in said
    code, said = await newsbot_once("demo", "--port", "65536", folder=tmp_path)
    assert code == 2 and "65536 is not in the range" in said
    code, said = await newsbot_once("run", folder=tmp_path, updates="webhook")
    assert code == 1 and "NEWSBOT_PUBLIC_URL" in said


@pytest.mark.parametrize(
    "url",
    [
        "redis://:passwort@127.0.0.1:1/?socket_tiemout=1",
        "redis://:passwort@127.0.0.1:1/?socket_timeout=soon",
        "redis+cluster://:passwort@127.0.0.1:1/?socket_tiemout=1",
        "unix:///nowhere.sock?password=passwort&socket_tiemout=1",
    ],
)
async def test_an_option_of_the_store_that_is_none_is_told(tmp_path: Path, url: str) -> None:
    for command in ("run", "export", "doctor"):
        code, said = await newsbot_once(
            command, folder=tmp_path, redis_url=url, token=TOKEN, api_url="http://127.0.0.1:1", web_port=0
        )
        assert code == 1 and "socket_t" in said, said
        assert "Traceback" not in said and "passwort" not in said


async def test_a_wrong_token_stops_with_a_sentence(tmp_path: Path) -> None:
    async with Sandbox(token=TOKEN) as sandbox:
        code, said = await newsbot_once("run", folder=tmp_path, token="1:wrong", api_url=sandbox.url)
    assert code == 1 and "does not know this token" in said and "Traceback" not in said


async def test_a_token_that_is_revoked_while_it_runs_stops_with_a_sentence(tmp_path: Path) -> None:
    """Also where nothing is being sent."""
    async with AsyncExitStack() as stack:
        async with Sandbox(token=TOKEN) as sandbox:
            url = sandbox.url
            running = newsbot("run", "--only", "updates", folder=tmp_path, until="running", token=TOKEN, api_url=url)
            process = await stack.enter_async_context(running)
        await stack.enter_async_context(Sandbox(token="1:another", port=int(url.rsplit(":", 1)[1])))
        assert "does not know this token" in await process.hear("newsbot: ")
        await process.running.wait()
    assert process.running.returncode == 1


async def test_a_web_port_that_is_taken_stops_with_a_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        async with Sandbox(token=TOKEN) as sandbox:
            port = taken.getsockname()[1]
            code, said = await newsbot_once("run", folder=tmp_path, token=TOKEN, api_url=sandbox.url, web_port=port)
    assert code == 1 and str(port) in said and "Traceback" not in said


@pytest.mark.parametrize("host", ["127.0.0..1", "a" * 64, "no-such-host.invalid"])
async def test_a_web_host_that_is_none_is_told_as_such(tmp_path: Path, host: str) -> None:
    async with Sandbox(token=TOKEN) as sandbox:
        for command in ("run", "doctor"):
            code, said = await newsbot_once(
                command, folder=tmp_path, token=TOKEN, api_url=sandbox.url, web_host=host, web_port=1
            )
            assert code == 1 and "NEWSBOT_WEB_HOST" in said and "Traceback" not in said, said


async def test_doctor(tmp_path: Path) -> None:
    """Without inline mode nothing is wrong."""
    async with Sandbox(token=TOKEN, inline=False) as sandbox:
        code, said = await newsbot_once("doctor", folder=tmp_path, token=TOKEN, api_url=sandbox.url, web_port=0)
        assert code == 0 and "/setinline" in said, said
        code, said = await newsbot_once("doctor", folder=tmp_path, token="1:wrong", api_url=sandbox.url, web_port=0)
        assert code == 1 and "BAD  token" in said
    code, said = await newsbot_once("doctor", folder=tmp_path, redis_url="redis://127.0.0.1:1", api_url=sandbox.url)
    assert code == 1 and "BAD  store" in said and "BAD  token" in said and "BAD  clock" in said


async def test_logs_are_json_and_hold_no_token(tmp_path: Path) -> None:
    async with Sandbox(token=TOKEN) as sandbox:
        settings: dict[str, object] = {"token": TOKEN, "api_url": sandbox.url, "web_port": 0, "log_format": "json"}
        async with newsbot("run", folder=tmp_path, until="running", **settings) as process:
            process.running.terminate()
            said = await process.end()
    lines = [json.loads(line) for line in said.splitlines()]
    assert {"event", "level", "logger", "timestamp"} <= set(lines[0])
    assert TOKEN not in said


async def test_second_poller_is_told_and_first_goes_on(world: World, tmp_path: Path) -> None:
    """Two bots with one token by mistake: nothing is answered twice."""
    settings: dict[str, object] = {"token": TOKEN, "api_url": world.sandbox.url, "web_port": 0}
    async with newsbot("run", folder=tmp_path, until="polls with this token", **settings):
        await world.reading.say("/help")
        assert "/schedule" in (await world.reading.next())["text"]
        assert await world.reading.quiet(0.5) == []
