"""Webhook delivery to a real server."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import pytest
from aiohttp import web
from telegram import Bot
from telegram.error import BadRequest, Conflict

from bot.sandbox.client import Client, Person

Call = Callable[..., Coroutine[Any, Any, dict[str, Any]]]


class Receiver:
    """A bot's web server that answers with the prepared answers, then with 200."""

    def __init__(self) -> None:
        self.got: asyncio.Queue[tuple[str, dict[str, Any]]] = asyncio.Queue()
        self.answers: list[web.Response] = []
        self.url = ""

    async def take(self, request: web.Request) -> web.Response:
        await self.got.put((request.headers.get("X-Telegram-Bot-Api-Secret-Token", ""), await request.json()))
        return self.answers.pop(0) if self.answers else web.Response()

    async def texts(self, count: int) -> list[str]:
        async with asyncio.timeout(10):
            return [(await self.got.get())[1]["message"]["text"] for _ in range(count)]


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    server = Receiver()
    app = web.Application()
    app.router.add_post("/hook", server.take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield server
    await runner.cleanup()


async def test_updates_come_in_order_with_the_secret(bot: Bot, receiver: Receiver, ann: Person) -> None:
    await bot.set_webhook(receiver.url, secret_token="s3cret-_")
    await ann.private.say("one")
    secret, update = await receiver.got.get()
    assert (secret, update["message"]["text"]) == ("s3cret-_", "/start")
    await ann.private.say("two")
    assert await receiver.texts(2) == ["one", "two"]


async def test_a_failed_delivery_is_repeated_before_the_next(bot: Bot, receiver: Receiver, ann: Person) -> None:
    receiver.answers = [web.Response(status=500), web.Response(status=404)]
    await bot.set_webhook(receiver.url, drop_pending_updates=True)
    await ann.private.say("one")
    await ann.private.say("two")
    assert await receiver.texts(4) == ["one", "one", "one", "two"]
    info = await bot.get_webhook_info()
    assert info.last_error_message == "Wrong response from the webhook: 404 Not Found"


async def test_a_method_in_the_answer_is_called(bot: Bot, receiver: Receiver, ann: Person) -> None:
    receiver.answers = [web.json_response({"method": "sendMessage", "chat_id": ann.id, "text": "at once"})]
    await bot.set_webhook(receiver.url)
    assert (await ann.private.next())["text"] == "at once"


async def test_polling_and_webhook_exclude_each_other(call: Call, bot: Bot, receiver: Receiver) -> None:
    answer = await call("setWebhook", url=receiver.url, allowed_updates=["message"])
    assert answer == {"ok": True, "result": True, "description": "Webhook was set"}
    assert (await call("setWebhook", url=receiver.url))["description"] == "Webhook is already set"
    with pytest.raises(Conflict, match="can't use getUpdates method while webhook is active"):
        await bot.get_updates()
    info = (await call("getWebhookInfo"))["result"]
    assert (info["url"], info["allowed_updates"]) == (receiver.url, ["message"])
    assert (await call("deleteWebhook"))["description"] == "Webhook was deleted"
    assert (await call("deleteWebhook"))["description"] == "Webhook is already deleted"
    assert await bot.get_updates() == ()


async def test_setting_a_webhook_ends_a_poll(call: Call, client: Client, receiver: Receiver) -> None:
    poll = asyncio.create_task(call("getUpdates", timeout=20))
    while not await client.calls("getUpdates"):
        continue
    await call("setWebhook", url=receiver.url)
    assert (await poll)["description"] == "Conflict: terminated by setWebhook request"


async def test_what_no_webhook_can_be(bot: Bot) -> None:
    with pytest.raises(BadRequest, match="Bad webhook: an https url must be provided for webhook"):
        await bot.set_webhook("http://example.org/hook")
    with pytest.raises(BadRequest, match="Secret token contains unallowed characters"):
        await bot.set_webhook("http://127.0.0.1:1/", secret_token="a b")


async def test_a_refused_connection_is_told(bot: Bot, client: Client, ann: Person) -> None:
    await bot.set_webhook("http://127.0.0.1:1/hook")
    while (info := await bot.get_webhook_info()).last_error_message is None:
        continue
    assert info.last_error_message == "Connection refused"
    assert info.pending_update_count == 1
