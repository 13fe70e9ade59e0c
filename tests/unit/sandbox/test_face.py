"""The bot face as HTTP: tokens, methods, ways to pass parameters, and the log of calls."""

import aiohttp
import pytest

from bot.sandbox.client import Client, Person
from bot.sandbox.server import Sandbox

TOKEN = "123456:ABC-def_1234"


@pytest.mark.parametrize(
    ("path", "status", "description"),
    [
        ("bot123456:wrong/getMe", 401, "Unauthorized"),
        ("botnonsense/getMe", 404, "Not Found"),
        (f"bot{TOKEN}/getNothing", 404, "Not Found"),
        (f"bot{TOKEN}/", 404, "Not Found"),
        (f"file/bot{TOKEN}/documents/none", 404, "Not Found"),
    ],
)
async def test_wrong_addresses(
    sandbox: Sandbox, http: aiohttp.ClientSession, path: str, status: int, description: str
) -> None:
    async with http.get(f"{sandbox.url}/{path}") as answer:
        assert await answer.json() == {"ok": False, "error_code": status, "description": description}
        assert answer.status == status


async def test_all_ways_to_pass_parameters(sandbox: Sandbox, http: aiohttp.ClientSession, ann: Person) -> None:
    url = f"{sandbox.url}/bot{TOKEN}/SENDmessage"
    fields = {"chat_id": str(ann.id), "text": "x", "disable_notification": "true"}
    form = aiohttp.FormData(fields)
    multipart = aiohttp.MultipartWriter("form-data")
    for name, value in fields.items():
        multipart.append(value).set_content_disposition("form-data", name=name)
    requests = [
        http.get(url, params=fields),
        http.post(url, data=form),
        http.post(url, data=multipart),
        http.post(url, json={"chat_id": ann.id, "text": "x", "disable_notification": True}),
        http.post(url, params={"chat_id": ann.id}, json={"text": "x"}),
    ]
    for request in requests:
        async with request as answer:
            assert (await answer.json())["result"]["text"] == "x"
    assert len(await ann.private.quiet(0)) == len(requests)


async def test_a_body_that_is_no_json(sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
    headers = {"Content-Type": "application/json"}
    async with http.post(f"{sandbox.url}/bot{TOKEN}/getMe", data=b"{", headers=headers) as answer:
        assert answer.status == 400
        assert (await answer.json())["description"] == "Bad Request: can't parse request JSON object"


async def test_calls_are_logged_with_unknown_parameters(
    sandbox: Sandbox, http: aiohttp.ClientSession, client: Client, ann: Person
) -> None:
    values = {"chat_id": str(ann.id), "text": "x", "txet": "y", "reply_markup": '{"inline_keyboard":[]}'}
    async with http.post(f"{sandbox.url}/bot{TOKEN}/sendMessage", data=values) as answer:
        assert answer.status == 200
    async with http.post(f"{sandbox.url}/bot{TOKEN}/sendMessage", data={"chat_id": "1", "text": "x"}) as answer:
        assert answer.status == 400
    good, bad = await client.calls("sendmessage")
    assert good["chat_id"] == ann.id
    assert good["unknown_parameters"] == ["txet"]
    assert good["parameters"]["reply_markup"] == {"inline_keyboard": []}
    assert (good["status"], bad["status"], bad["description"]) == (200, 400, "Bad Request: chat not found")
    assert await client.calls(after=bad["n"]) == []
