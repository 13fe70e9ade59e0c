"""GET /client/events: server-sent events for the page, or one JSON answer for a client that asks with `wait`."""

import asyncio
import time
from contextlib import suppress
from typing import Any

import orjson
from aiohttp import web

from bot.sandbox.events import Events

HEARTBEAT = 15.0  # seconds
LONGEST_WAIT = 60.0


class Stream:
    def __init__(self, events: Events, closing: asyncio.Event) -> None:
        self._events = events
        self._closing = closing

    async def answer(self, request: web.BaseRequest, found: dict[str, str]) -> Any:
        """Events later than `after`; without it, only those to come. With `chat_id`, of that chat alone."""
        asked = request.query.get("after") or request.headers.get("Last-Event-ID") or ""
        after = int(asked) if asked.isdigit() else self._events.cursor
        if "wait" in request.query:
            chat = request.query.get("chat_id")
            return await self._once(after, float(request.query["wait"]), int(chat) if chat else None)
        return await self._flow(request, after)

    async def _once(self, after: int, seconds: float, chat_id: int | None) -> dict[str, Any]:
        """Waits up to `seconds` for the first events; `cursor` is what to ask with next."""
        end = time.monotonic() + min(seconds, LONGEST_WAIT)
        with self._events.listening(chat_id) as listener:
            while True:
                listener.clear()
                entries = self._events.since(after, chat_id)
                left = end - time.monotonic()
                if entries or left <= 0 or self._closing.is_set():
                    events = [{"id": number, **event} for number, event in entries]
                    return {"events": events, "cursor": self._events.cursor}
                await _heard(listener, left)

    async def _flow(self, request: web.BaseRequest, after: int) -> web.StreamResponse:
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        )
        await response.prepare(request)
        with suppress(ConnectionResetError), self._events.listening() as listener:  # the page was closed
            await response.write(b": here\n\n")
            while not self._closing.is_set():
                listener.clear()
                entries = self._events.since(after)
                if entries:
                    after = entries[-1][0]
                    await response.write(b"".join(_framed(number, event) for number, event in entries))
                elif not await _heard(listener, HEARTBEAT):
                    await response.write(b": beat\n\n")
        return response


async def _heard(listener: asyncio.Event, seconds: float) -> bool:
    try:
        await asyncio.wait_for(listener.wait(), seconds)
    except TimeoutError:
        return False
    return True


def _framed(number: int, event: dict[str, Any]) -> bytes:
    return b"id: %d\ndata: %s\n\n" % (number, orjson.dumps(event))
