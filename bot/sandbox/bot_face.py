"""The face that a bot sees: /bot<TOKEN>/<method> and /file/bot<TOKEN>/<path>. https://core.telegram.org/bots/api"""

import asyncio
import inspect
import logging
import re
import time
from typing import Any

import orjson
from aiohttp import web

from bot.sandbox.errors import ApiError
from bot.sandbox.methods import about, answering, editing, membership, offering, receiving, sending
from bot.sandbox.methods.method import Described, Method
from bot.sandbox.parameters import Parameters, read_parameters
from bot.sandbox.state import State

_PATH = re.compile(r"/bot([^/]*)/(?:test/)?([A-Za-z]+)/?")
_FILE_PATH = re.compile(r"/file/bot([^/]*)/(.+)")
_TOKEN = re.compile(r"[0-9]+:[A-Za-z0-9_-]+")
_AREAS = (about, answering, editing, membership, offering, receiving, sending)
log = logging.getLogger(__name__)


class BotFace:
    def __init__(self, state: State, closing: asyncio.Event) -> None:
        self._state = state
        self._closing = closing
        self._methods: dict[str, Method] = {method.name.lower(): method for area in _AREAS for method in area.METHODS}
        state.webhook.execute = self._execute_answer

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        try:
            return await self._call(request)
        except ApiError as refusal:
            return _refused(refusal)
        except web.HTTPRequestEntityTooLarge:
            return _refused(ApiError(413, "Request Entity Too Large"))

    async def file(self, request: web.BaseRequest) -> web.StreamResponse:
        match = _FILE_PATH.fullmatch(request.path)
        stored = self._state.files.at(match[2]) if match else None
        if match is None or match[1] != self._state.token or stored is None:
            return _refused(ApiError(404, "Not Found"))
        return web.Response(body=stored.content, content_type="application/octet-stream")

    def _method(self, path: str) -> Method:
        """The method of a path. Raises ApiError 404 for what is no token or no method, 401 for a wrong token."""
        match = _PATH.fullmatch(path)
        if match is None or not _TOKEN.fullmatch(match[1]):
            raise ApiError(404, "Not Found")
        if match[1] != self._state.token:
            raise ApiError(401, "Unauthorized")
        return self._named(match[2])

    def _named(self, name: str) -> Method:
        method = self._methods.get(name.lower())
        if method is None or (name.lower() == "sendrichmessage" and not self._state.switches.rich):
            self._state.calls.record(name, {}, [], time.time()).update(status=404, description="Not Found")
            raise ApiError(404, "Not Found")
        return method

    async def _call(self, request: web.BaseRequest) -> web.StreamResponse:
        method = self._method(request.path)
        parameters = await read_parameters(request)
        result = await self._recorded(method, parameters)
        name = method.name.lower()
        switches = self._state.switches
        if (method.posts or _names(switches.current["lost_answer"], name)) and switches.loses_answer(name):
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        body: dict[str, Any] = {"ok": True, "result": result}
        if isinstance(result, Described):
            body = {"ok": True, "result": result.result, "description": result.description}
        return web.Response(body=orjson.dumps(body), content_type="application/json")

    async def _recorded(self, method: Method, parameters: Parameters) -> Any:
        """Runs a call and keeps in the log how it ended."""
        values = parameters.values
        shown = values
        if parameters.uploads:
            files = {name: {"file": one[0], "size": len(one[1])} for name, one in parameters.uploads.items()}
            shown = {**values, **files}
        unknown = [name for name in values if name not in method.parameters]
        call = self._state.calls.record(method.name, shown, unknown, time.time())
        try:
            result = await self._run(method, parameters)
        except ApiError as refusal:
            call["status"], call["description"] = refusal.code, refusal.description
            raise
        except Exception:
            call["status"], call["description"] = 500, "Internal Server Error"
            log.exception("%s failed", method.name)
            raise ApiError(500, "Internal Server Error") from None
        call["status"] = 200
        return result

    async def _run(self, method: Method, parameters: Parameters) -> Any:
        name = method.name.lower()
        switches = self._state.switches
        seconds = switches.seconds_slow(name)
        if seconds:
            await self._pause(seconds)
        chat = parameters.integer("chat_id")
        switches.refuse(name, chat)
        if method.posts:
            switches.limit(chat, time.monotonic)
        result = method.run(self._state, parameters)
        return await result if inspect.isawaitable(result) else result

    async def _pause(self, seconds: float) -> None:
        """Sleeps, but not on when the server stops."""
        try:
            await asyncio.wait_for(self._closing.wait(), seconds)
        except TimeoutError:
            return

    async def _execute_answer(self, name: str, values: dict[str, Any]) -> None:
        try:
            await self._recorded(self._named(name), Parameters(values))
        except ApiError as refusal:
            log.warning("%s in a webhook's answer was refused: %s", name, refusal.description)


def _names(settings: Any, name: str) -> bool:
    """Whether a switch's settings name this method."""
    return bool(settings) and name in [str(one).lower() for one in settings.get("methods") or ()]


def _refused(refusal: ApiError) -> web.Response:
    body: dict[str, Any] = {"ok": False, "error_code": refusal.code, "description": refusal.description}
    if refusal.parameters:
        body["parameters"] = refusal.parameters
    headers = (
        {"Retry-After": str(refusal.parameters["retry_after"])} if refusal.code == 429 and refusal.parameters else {}
    )
    return web.Response(
        body=orjson.dumps(body), status=refusal.code, content_type="application/json", headers=headers
    )
