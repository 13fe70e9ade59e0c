"""The face that a person sees: JSON under /client/ for the chat page and for tests, told in bot/sandbox/client.py."""

import logging
import re
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote, urlsplit

import orjson
from aiohttp import web

from bot.sandbox import groups, inline, people
from bot.sandbox.chats import Chat, Json
from bot.sandbox.errors import PersonError
from bot.sandbox.state import State
from bot.sandbox.stream import Stream

log = logging.getLogger(__name__)
Handler = Callable[[web.BaseRequest, dict[str, str]], Awaitable[Any]]
_CHAT = r"/client/chats/(?P<chat>-?\d+)"
_MESSAGE = _CHAT + r"/messages/(?P<message>\d+)"
_FILE_LIMIT = 50 * 1024 * 1024  # bytes; the page sends no larger ones


class ClientFace:
    def __init__(self, state: State, stream: Stream) -> None:
        self._state = state
        table: list[tuple[str, str, Handler]] = [
            ("GET", "/client/state", self._show_state),
            ("POST", "/client/people", self._new_person),
            ("POST", "/client/groups", self._new_group),
            ("POST", _CHAT + "/members", self._add_member),
            ("POST", _CHAT + "/bot", self._put_bot),
            ("POST", _CHAT + "/topics", self._new_topic),
            ("POST", _CHAT + r"/topics/(?P<topic>\d+)", self._change_topic),
            ("GET", _CHAT + "/messages", self._list_messages),
            ("POST", _CHAT + "/messages", self._say),
            ("POST", _MESSAGE + "/edit", self._edit),
            ("POST", _MESSAGE + "/delete", self._delete),
            ("POST", _MESSAGE + "/press", self._press),
            ("POST", _CHAT + "/block", self._block),
            ("POST", "/client/inline", self._ask_inline),
            ("POST", "/client/inline/choose", self._choose_inline),
            ("GET", "/client/commands", self._list_commands),
            ("GET", r"/client/files/(?P<file>[A-Za-z0-9_-]+)", self._file),
            ("GET", "/client/events", stream.answer),
            ("GET", "/client/calls", self._list_calls),
            ("GET", "/client/switches", self._show_switches),
            ("POST", "/client/switches", self._set_switches),
            ("POST", "/client/clock", self._set_clock),
            ("POST", "/client/updates", self._put_update),
            ("POST", r"/client/updates/(?P<update>\d+)/repeat", self._repeat_update),
        ]
        self._table = [(method, re.compile(path), handler) for method, path, handler in table]

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        try:
            _check_origin(request)
            handler, groups_found = self._handler(request)
            result = await handler(request, groups_found)
        except PersonError as refusal:
            return _json({"error": refusal.sentence}, refusal.status)
        except web.HTTPRequestEntityTooLarge:
            return _json({"error": "This is too large."}, 413)
        except (TypeError, ValueError):
            log.warning("a request of the client face makes no sense", exc_info=True)
            return _json({"error": "A value in this request is of the wrong kind."}, 400)
        return result if isinstance(result, web.StreamResponse) else _json(result)

    def _handler(self, request: web.BaseRequest) -> tuple[Handler, dict[str, str]]:
        known = False
        for method, pattern, handler in self._table:
            match = pattern.fullmatch(request.path)
            if match and method == request.method:
                return handler, match.groupdict()
            known = known or match is not None
        raise PersonError("Not so." if known else "There is nothing here.", 405 if known else 404)

    def _chat(self, found: dict[str, str]) -> Chat:
        return people.known_chat(self._state, found["chat"])

    async def _show_state(self, request: web.BaseRequest, found: dict[str, str]) -> Json:
        state = self._state
        return {
            "bot": {**state.bot, "description": state.profile.get(("description", ""), "")},
            "intro": state.intro,
            "people": [person.shown() for person in state.people.values()],
            "chats": [chat.overview() for chat in state.chats.values()],
            "switches": state.switches.current,
            "cursor": state.events.cursor,
        }

    async def _new_person(self, request: web.BaseRequest, found: dict[str, str]) -> Json:
        return people.new_person(self._state, await _body(request)).user()

    async def _new_group(self, request: web.BaseRequest, found: dict[str, str]) -> Json:
        return groups.new_group(self._state, await _body(request)).overview()

    async def _add_member(self, request: web.BaseRequest, found: dict[str, str]) -> Json:
        return groups.add_member(self._state, int(found["chat"]), await _body(request)).overview()

    async def _put_bot(self, request: web.BaseRequest, found: dict[str, str]) -> Json:
        return groups.put_bot(self._state, int(found["chat"]), await _body(request)).overview()

    async def _new_topic(self, request: web.BaseRequest, found: dict[str, str]) -> Json:
        return groups.new_topic(self._state, int(found["chat"]), await _body(request))

    async def _change_topic(self, request: web.BaseRequest, found: dict[str, str]) -> Json:
        given = await _body(request)
        return groups.change_topic(self._state, int(found["chat"]), int(found["topic"]), given)

    async def _list_messages(self, request: web.BaseRequest, found: dict[str, str]) -> Json:
        """The newest `limit` messages later than `after`, oldest first."""
        after, limit = _number(request, "after", 0), _number(request, "limit", 0)
        messages = [message for number, message in self._chat(found).messages.items() if number > after]
        return {"messages": messages[-limit:] if limit > 0 else messages}

    async def _say(self, request: web.BaseRequest, found: dict[str, str]) -> Json:
        chat = self._chat(found)
        if request.content_type != "multipart/form-data":
            return people.say(self._state, chat, await _body(request))
        form = await request.post()
        upload = form.get("file")
        if not isinstance(upload, web.FileField):
            raise PersonError("There is no file in the form.")
        content = upload.file.read()
        if len(content) > _FILE_LIMIT:
            raise PersonError("A file has at most 50 MB here.", 413)
        fields = {name: value for name, value in form.items() if isinstance(value, str)}
        stored = self._state.files.add(upload.filename, content, upload.content_type)
        as_photo = bool(stored.width) and fields.get("as") == "photo"
        file: Json = {"photo": stored.photo()} if as_photo else {"document": stored.document()}
        return people.say(self._state, chat, fields, file)

    async def _edit(self, request: web.BaseRequest, found: dict[str, str]) -> Json:
        return people.edit(self._state, self._chat(found), int(found["message"]), await _body(request))

    async def _delete(self, request: web.BaseRequest, found: dict[str, str]) -> Json:
        return people.delete(self._state, self._chat(found), int(found["message"]), await _body(request))

    async def _press(self, request: web.BaseRequest, found: dict[str, str]) -> Json:
        return await people.press(self._state, self._chat(found), int(found["message"]), await _body(request))

    async def _block(self, request: web.BaseRequest, found: dict[str, str]) -> Json:
        return people.block(self._state, self._chat(found), await _body(request))

    async def _ask_inline(self, request: web.BaseRequest, found: dict[str, str]) -> Json:
        return await inline.ask(self._state, await _body(request))

    async def _choose_inline(self, request: web.BaseRequest, found: dict[str, str]) -> Json:
        given = await _body(request)
        return inline.choose(self._state, people.known_chat(self._state, given.get("chat_id")), given)

    async def _list_commands(self, request: web.BaseRequest, found: dict[str, str]) -> list[Json]:
        person = people.known_person(self._state, request.query.get("user_id"))
        chat = people.known_chat(self._state, request.query.get("chat_id", str(person.id)))
        return self._state.commands.seen(chat, person.id, person.language_code or "")

    async def _file(self, request: web.BaseRequest, found: dict[str, str]) -> web.Response:
        stored = self._state.files.get(found["file"])
        if stored is None:
            raise PersonError("There is no such file.", 404)
        headers = {
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(stored.name)}",
            "X-Content-Type-Options": "nosniff",
        }
        kind = stored.mime if stored.width else "application/octet-stream"
        return web.Response(body=stored.content, content_type=kind, headers=headers)

    async def _list_calls(self, request: web.BaseRequest, found: dict[str, str]) -> list[Json]:
        return self._state.calls.listed(request.query.get("method"), _number(request, "after", 0))

    async def _show_switches(self, request: web.BaseRequest, found: dict[str, str]) -> Json:
        return self._state.switches.current

    async def _set_switches(self, request: web.BaseRequest, found: dict[str, str]) -> Json:
        """Sets what is named and leaves the rest; `migrate` happens once and is no lasting switch."""
        given = await _body(request)
        migration = given.pop("migrate", None)
        self._state.switches.set(given, self._state.monotonic())
        if migration:
            groups.migrate(self._state, int(migration["chat_id"]))
        self._state.events.publish("switches", switches=self._state.switches.current)
        return self._state.switches.current

    async def _set_clock(self, request: web.BaseRequest, found: dict[str, str]) -> Json:
        """Puts the clock forward, so that messages grow old and queries expire."""
        self._state.clock_offset += float((await _body(request)).get("advance") or 0)
        return {"now": self._state.now()}

    async def _put_update(self, request: web.BaseRequest, found: dict[str, str]) -> Json:
        return {"update_id": self._state.updates.put_raw(await _body(request))}

    async def _repeat_update(self, request: web.BaseRequest, found: dict[str, str]) -> Json:
        if not self._state.updates.repeat(int(found["update"])):
            raise PersonError(f"There was no update {found['update']}.", 404)
        return {"repeated": True}


def _check_origin(request: web.BaseRequest) -> None:
    """A page of another site must not write here, not even by a form."""
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("Host"):
        raise PersonError("This belongs to the sandbox's own page.", 403)
    allowed = ("application/json", "multipart/form-data")
    if request.method == "POST" and request.content_type not in allowed:
        raise PersonError("Send JSON or a multipart form.", 415)


async def _body(request: web.BaseRequest) -> Json:
    try:
        given = orjson.loads(await request.read() or b"{}")
    except orjson.JSONDecodeError:
        raise PersonError("This is no JSON.") from None
    if not isinstance(given, dict):
        raise PersonError("A JSON object is expected.")
    return given


def _number(request: web.BaseRequest, name: str, default: int) -> int:
    value = request.query.get(name, "")
    return int(value) if value.lstrip("-").isdigit() else default


def _json(content: Any, status: int = 200) -> web.Response:
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return web.Response(body=orjson.dumps(content), status=status, content_type="application/json", headers=headers)
