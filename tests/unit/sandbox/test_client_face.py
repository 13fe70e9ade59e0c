"""The client face and the page: who may use them, state, files, and the stream of events."""

import asyncio
from pathlib import Path
from typing import Any

import aiohttp
import orjson
import pytest
from telegram import Bot

from bot.sandbox import static
from bot.sandbox.client import Client, Person
from bot.sandbox.server import Sandbox


@pytest.mark.parametrize("path", ["/", "/client/state", "/page/app.js"])
async def test_other_hosts_are_refused(sandbox: Sandbox, http: aiohttp.ClientSession, path: str) -> None:
    async with http.get(sandbox.url + path, headers={"Host": "evil.example"}) as answer:
        assert answer.status == 403
    local = sandbox.url.replace("127.0.0.1", "localhost").removeprefix("http://")
    async with http.get(sandbox.url + "/client/state", headers={"Host": local}) as answer:
        assert answer.status == 200


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({"Content-Type": "text/plain"}, b'{"first_name":"Eve"}', 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, b"first_name=Eve", 415),
        ({"Content-Type": "application/json", "Origin": "https://evil.example"}, b'{"first_name":"Eve"}', 403),
        ({"Content-Type": "application/json", "Origin": "null"}, b'{"first_name":"Eve"}', 403),
        ({"Content-Type": "application/json"}, b"{", 400),
        ({"Content-Type": "application/json"}, b"[]", 400),
        ({"Content-Type": "application/json"}, b'{"first_name":"Eve","id":"x"}', 400),
        ({"Content-Type": "application/json"}, b"{}", 400),
    ],
)
async def test_posts_of_strangers_and_nonsense(
    sandbox: Sandbox, http: aiohttp.ClientSession, client: Client, headers: dict[str, str], body: bytes, status: int
) -> None:
    async with http.post(sandbox.url + "/client/people", data=body, headers=headers) as answer:
        assert answer.status == status
        assert (await answer.json())["error"]
    async with http.get(sandbox.url + "/client/state") as answer:
        assert (await answer.json())["people"] == []


async def test_the_pages_own_posts_pass(sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
    headers = {"Origin": sandbox.url}
    async with http.post(sandbox.url + "/client/people", json={"first_name": "Ann"}, headers=headers) as answer:
        assert answer.status == 200


@pytest.mark.parametrize(("path", "status"), [("/client/nothing", 404), ("/client/people", 405)])
async def test_wrong_paths(sandbox: Sandbox, http: aiohttp.ClientSession, path: str, status: int) -> None:
    async with http.get(sandbox.url + path) as answer:
        assert answer.status == status


async def test_state_tells_everything(
    sandbox: Sandbox, http: aiohttp.ClientSession, client: Client, ann: Person
) -> None:
    group = await client.new_group("G", owner=ann, forum=True)
    async with http.get(sandbox.url + "/client/state") as answer:
        state: dict[str, Any] = await answer.json()
    assert state["bot"]["username"] == "demo_news_bot"
    assert state["people"] == [
        {"id": ann.id, "is_bot": False, "first_name": "Ann", "username": "ann", "language_code": "en"}
    ]
    private, forum = state["chats"]
    assert (private["id"], private["type"], private["first_name"]) == (ann.id, "private", "Ann")
    assert (forum["id"], forum["type"], forum["title"]) == (group.id, "supergroup", "G")
    assert (forum["is_forum"], forum["members"]) == (True, [ann.id])
    assert state["switches"]["flood"] is None
    assert state["cursor"] > 0


async def test_files_are_given_under_their_name(
    sandbox: Sandbox, http: aiohttp.ClientSession, bot: Bot, ann: Person
) -> None:
    sent = await bot.send_document(ann.id, b"<script>", filename="ü.html")
    assert sent.document is not None
    async with http.get(f"{sandbox.url}/client/files/{sent.document.file_id}") as answer:
        assert await answer.read() == b"<script>"
        assert answer.content_type == "application/octet-stream"
        assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''%C3%BC.html"
    async with http.get(f"{sandbox.url}/client/files/none") as answer:
        assert answer.status == 404


async def events(answer: aiohttp.ClientResponse, count: int) -> list[tuple[int, dict[str, Any]]]:
    found: list[tuple[int, dict[str, Any]]] = []
    async with asyncio.timeout(10):
        while len(found) < count:
            line = await answer.content.readline()
            if line.startswith(b"id: "):
                data = await answer.content.readline()
                found.append((int(line[4:]), orjson.loads(data.removeprefix(b"data: "))))
    return found


async def test_events_stream_and_replay(sandbox: Sandbox, http: aiohttp.ClientSession, bot: Bot, ann: Person) -> None:
    async with http.get(sandbox.url + "/client/state") as answer:
        cursor = (await answer.json())["cursor"]
    stream = await http.get(f"{sandbox.url}/client/events?after={cursor}")
    assert stream.content_type == "text/event-stream"
    sent = await bot.send_message(ann.id, "one")
    await bot.edit_message_text("two", chat_id=ann.id, message_id=sent.message_id)
    await bot.delete_message(ann.id, sent.message_id)
    await bot.set_my_commands([("start", "x")])
    got = await events(stream, 4)
    stream.close()
    assert [event["kind"] for _, event in got] == ["message", "edited", "deleted", "commands"]
    assert [number for number, _ in got] == list(range(cursor + 1, cursor + 5))
    assert got[0][1]["chat_id"] == ann.id and got[0][1]["message"]["text"] == "one"
    assert got[2][1] == {"kind": "deleted", "message_id": sent.message_id, "chat_id": ann.id}
    again = await http.get(f"{sandbox.url}/client/events", headers={"Last-Event-ID": str(cursor + 2)})
    assert await events(again, 2) == got[2:]
    again.close()


async def test_a_number_from_another_run_means_reset(sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
    stream = await http.get(f"{sandbox.url}/client/events?after=999")
    assert await events(stream, 1) == [(0, {"kind": "reset"})]
    stream.close()


async def test_the_page_is_served_with_a_strict_policy(sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
    async with http.get(sandbox.url + "/") as answer:
        assert answer.status == 200
        assert answer.headers["Cache-Control"] == "no-cache"
        policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'self'; ") and "unsafe" not in policy


async def test_page_files_have_their_types(
    sandbox: Sandbox, http: aiohttp.ClientSession, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(static, "FOLDER", tmp_path)
    (tmp_path / "app.js").write_text("1", encoding="utf-8")
    (tmp_path / "look.css").write_text("a{}", encoding="utf-8")
    (tmp_path / "secret.py").write_text("x", encoding="utf-8")
    async with http.get(sandbox.url + "/") as answer:
        assert await answer.text() == "The sandbox runs; its chat page is not here."
    for name, kind in (("app.js", "text/javascript"), ("look.css", "text/css")):
        async with http.get(f"{sandbox.url}/page/{name}") as answer:
            assert (answer.status, answer.content_type) == (200, kind)
    for name in ("secret.py", "none.js", "%2e%2e%2fstate.py", "..%2fstate.js"):
        async with http.get(f"{sandbox.url}/page/{name}") as answer:
            assert answer.status == 404


async def test_pictures_are_served_from_their_folder(http: aiohttp.ClientSession, tmp_path: Path) -> None:
    (tmp_path / "sea.svg").write_text("<svg/>", encoding="utf-8")
    async with Sandbox(token="1:a", pictures=tmp_path) as sandbox:
        async with http.get(f"{sandbox.url}/pictures/sea.svg") as answer:
            assert (answer.status, answer.content_type) == (200, "image/svg+xml")
        async with http.get(f"{sandbox.url}/pictures/none.svg") as answer:
            assert answer.status == 404
    async with Sandbox(token="1:a") as sandbox, http.get(f"{sandbox.url}/pictures/sea.svg") as answer:
        assert answer.status == 404
