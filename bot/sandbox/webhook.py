"""Delivery of updates to a webhook: in order, each again until it is taken. https://core.telegram.org/bots/api#setwebhook"""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import orjson

from bot.sandbox.updates import Updates

Json = dict[str, Any]
Execute = Callable[[str, Json], Awaitable[None]]
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105  # a header's name
FIRST_DELAY, LONGEST_DELAY = 0.1, 5.0  # seconds between tries; Telegram's own are longer
TIMEOUT = aiohttp.ClientTimeout(total=60)


class Webhook:
    def __init__(self, updates: Updates) -> None:
        self.url = ""
        self.execute: Execute | None = None  # runs a method that the bot put into its answer
        self._secret = ""
        self._connections = 40
        self._updates = updates
        self._task: asyncio.Task[None] | None = None
        self._error: tuple[int, str] | None = None

    def set(self, url: str, secret: str, connections: int) -> bool:
        """Begins to deliver there; False when everything was so already."""
        if (url, secret, connections) == (self.url, self._secret, self._connections):
            return False
        self.url, self._secret, self._connections = url, secret, connections
        self._error = None
        self._cancel()
        self._task = asyncio.create_task(self._deliver())
        return True

    def clear(self) -> bool:
        """Ends the delivery; False when there was none."""
        had = bool(self.url)
        self.url = self._secret = ""
        self._cancel()
        return had

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def stop(self) -> None:
        self._cancel()
        if self._task is not None:
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    def info(self) -> Json:
        """WebhookInfo without the number of pending updates."""
        told: Json = {"url": self.url, "has_custom_certificate": False}
        if self.url:
            told["max_connections"] = self._connections
            told["ip_address"] = "127.0.0.1"
        if self._error is not None:
            told["last_error_date"], told["last_error_message"] = self._error
        return told

    async def _deliver(self) -> None:
        delay = FIRST_DELAY
        async with aiohttp.ClientSession(timeout=TIMEOUT) as session:
            while True:
                update = self._updates.first()
                if update is None:
                    self._updates.arrived.clear()
                    await self._updates.arrived.wait()
                elif await self._post(session, update):
                    delay = FIRST_DELAY
                    self._updates.drop(update)
                else:
                    await asyncio.sleep(delay)
                    delay = min(delay * 2, LONGEST_DELAY)

    async def _post(self, session: aiohttp.ClientSession, update: Json) -> bool:
        headers = {"Content-Type": "application/json"}
        if self._secret:
            headers[SECRET_HEADER] = self._secret
        try:
            async with session.post(self.url, data=orjson.dumps(update), headers=headers) as answer:
                body = await answer.read()
                if 200 <= answer.status < 300:
                    await self._run_answer(body)
                    return True
                reason = f"Wrong response from the webhook: {answer.status} {answer.reason}"
        except aiohttp.ClientConnectorError:
            reason = "Connection refused"
        except TimeoutError:
            reason = "Read timeout expired"
        except aiohttp.ClientError as problem:
            reason = f"Connection failed: {type(problem).__name__}"
        self._error = int(time.time()), reason
        return False

    async def _run_answer(self, body: bytes) -> None:
        """An answer like {"method": "sendMessage", …} is a call whose result the bot does not want to know."""
        if not body.lstrip().startswith(b"{") or self.execute is None:
            return
        try:
            call = orjson.loads(body)
        except orjson.JSONDecodeError:
            return
        name = call.pop("method", None)
        if isinstance(name, str):
            await self.execute(name, call)
