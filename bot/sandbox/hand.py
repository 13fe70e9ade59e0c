"""A person in a chat with the bot, for tests and the demo: acts, and waits for what the bot does."""

import asyncio
import io
import re
import time
from collections.abc import Callable
from typing import Any, Protocol

import aiohttp

from bot.sandbox.wire import Json, Wire

Where = Callable[[Json], bool]
Wanted = Callable[[], tuple[bool, Any]]
# https://core.telegram.org/bots/features#deep-linking
_PAYLOAD = re.compile(r"[A-Za-z0-9_-]{0,64}")
WAIT_SLICE = 20.0  # seconds of one waiting request


class Actor(Protocol):
    """Whoever acts in a chat: a Person of bot/sandbox/client.py."""

    id: int
    first_name: str


class Chat:
    """A person in a chat. What the bot does there waits here until next(), changed() or quiet() takes it."""

    def __init__(self, wire: Wire, chat_id: int, person: Actor) -> None:
        self._wire = wire
        self._path = f"/chats/{chat_id}"
        self.chat_id = chat_id
        self.person = person
        self._cursor = 0  # number of the last event seen
        self._last_id = 0  # the newest message seen
        self._messages: list[Json] = []
        self._changes: dict[int, list[Json | None]] = {}

    async def say(
        self,
        text: str,
        *,
        entities: list[Json] | None = None,
        reply_to: int | None = None,
        thread: int | None = None,
        forward_from: Any = None,
    ) -> Json:
        """Writes; the answer is the Message, with `update_id` of the update that the bot gets (or None)."""
        given = {"text": text, "entities": entities, "reply_to": reply_to, "thread": thread}
        return await self._act("/messages", **given, forward_from=forward_from)

    async def start(self, payload: str = "") -> Json:
        """Presses Start, or opens t.me/BOT?start=PAYLOAD. Raises ValueError for what no such link can carry."""
        if not _PAYLOAD.fullmatch(payload):
            raise ValueError(f"A start parameter has at most 64 of A-Z, a-z, 0-9, _ and -, unlike {payload!r}")
        return await self.say(f"/start {payload}".rstrip())

    async def send_file(
        self,
        name: str,
        content: bytes,
        *,
        mime: str | None = None,
        caption: str | None = None,
        reply_to: int | None = None,
        thread: int | None = None,
    ) -> Json:
        form = aiohttp.FormData()
        fields = {"from": self.person.id, "caption": caption, "reply_to": reply_to, "thread": thread}
        for field, value in fields.items():
            if value is not None:
                form.add_field(field, str(value))
        form.add_field("file", io.BytesIO(content), filename=name, content_type=mime or "application/octet-stream")
        message: Json = await self._wire.upload(self._path + "/messages", form)
        return message

    async def share_location(self, latitude: float, longitude: float) -> Json:
        """Sends a place, in degrees."""
        return await self._act("/messages", location={"latitude": latitude, "longitude": longitude})

    async def share_chat(self, label: str, chat_id: int) -> Json:
        """Presses the button below that begins with this label and asks for a chat, and chooses that one. Raises
        LookupError when there is no such button."""
        offered = [button for row in await self.below() for button in row]
        asked = next((one["request_chat"] for one in offered if one["text"].startswith(label)), None)
        if asked is None:
            raise LookupError(f"There is no button {label!r}; there are: {offered}")
        return await self._act("/messages", chat_shared={"request_id": asked["request_id"], "chat_id": chat_id})

    async def below(self) -> list[list[Json]]:
        """The rows of buttons below the field that one writes in."""
        chats: list[Json] = (await self._wire.get("/state"))["chats"]
        rows: list[list[Json]] = next(chat["keyboard"] for chat in chats if chat["id"] == self.chat_id)
        return rows

    async def press(self, message: Json, label_or_data: str) -> Json:
        """Presses the button with this label or data, else the first whose label begins with or contains it.

        Waits up to 10 s for the bot's answer: {"answer": {…} or None}. Raises LookupError when there is no
        such button; `forge` sends data that no button has.
        """
        return await self.forge(message, _data(message, label_or_data))

    async def forge(self, message: Json, data: str) -> Json:
        """Sends any callback data in the name of this message, as a client of one's own could."""
        return await self._act(f"/messages/{message['message_id']}/press", data=data)

    async def edit(self, message_id: int, text: str) -> Json:
        return await self._act(f"/messages/{message_id}/edit", text=text)

    async def delete(self, message_id: int) -> None:
        await self._act(f"/messages/{message_id}/delete")

    async def forward(self, message: Json) -> Json:
        """Forwards a message, from whichever chat, into this one."""
        place = {"chat_id": message["chat"]["id"], "message_id": message["message_id"]}
        return await self._act("/messages", forward_from=place)

    async def history(self) -> list[Json]:
        messages: list[Json] = (await self._wire.get(self._path + "/messages"))["messages"]
        return messages

    async def block(self) -> None:
        await self._act("/block", blocked=True)

    async def unblock(self) -> None:
        await self._act("/block", blocked=False)

    async def _act(self, path: str, **given: Any) -> Json:
        told: Json = await self._wire.post(self._path + path, **{"from": self.person.id}, **given)
        return told

    async def next(self, timeout: float = 30, where: Where | None = None) -> Json:  # noqa: ASYNC109  # the tests' word
        """The next message of the bot not yet taken (the first that fits `where`, leaving the others).

        Raises TimeoutError that names what did come.
        """

        def wanted() -> tuple[bool, Any]:
            for position, message in enumerate(self._messages):
                if where is None or where(message):
                    return True, self._messages.pop(position)
            return False, None

        there, message = await self._until(wanted, timeout)
        if not there:
            came = [_told(one) for one in self._messages] or "nothing"
            raise TimeoutError(f"No such message within {timeout} s in chat {self.chat_id}; what came: {came}")
        found: Json = message
        return found

    async def changed(self, message_id: int, timeout: float = 30) -> Json | None:  # noqa: ASYNC109  # as above
        """The next edit of this message not yet taken, or None when it was deleted. Raises TimeoutError."""

        def wanted() -> tuple[bool, Any]:
            changes = self._changes.get(message_id)
            return (True, changes.pop(0)) if changes else (False, None)

        there, message = await self._until(wanted, timeout)
        if not there:
            raise TimeoutError(f"Message {message_id} of chat {self.chat_id} did not change within {timeout} s")
        found: Json | None = message
        return found

    async def quiet(self, seconds: float = 0.5) -> list[Json]:
        """Every message of the bot not yet taken that is there after this time; a test mostly expects none."""
        await self._until(lambda: (False, None), seconds)
        taken, self._messages = self._messages, []
        return taken

    async def _until(self, wanted: Wanted, seconds: float) -> tuple[bool, Any]:
        end = time.monotonic() + seconds
        while True:
            found = wanted()
            left = end - time.monotonic()
            if found[0]:
                return found
            if left <= 0:
                await self._hear(0)
                return wanted()
            await self._hear(min(left, WAIT_SLICE))

    async def _hear(self, seconds: float) -> None:
        query = {"after": self._cursor, "wait": seconds, "chat_id": self.chat_id}
        told = await asyncio.wait_for(self._wire.get("/events", **query), seconds + 10)
        self._cursor = told["cursor"]
        for event in told["events"]:
            await self._take(event)

    async def _take(self, event: Json) -> None:
        kind = event["kind"]
        if kind == "reset":  # more happened than the sandbox replays
            told = await self._wire.get(self._path + "/messages", after=self._last_id)
            for message in told["messages"]:
                is_bot = message.get("from", {}).get("is_bot", "sender_chat" in message)
                self._note(message, by_bot=is_bot)
        elif kind == "message":
            self._note(event["message"], by_bot=event["by_bot"])
        elif kind == "edited":
            self._changes.setdefault(event["message"]["message_id"], []).append(event["message"])
        elif kind == "deleted":
            self._changes.setdefault(event["message_id"], []).append(None)

    def _note(self, message: Json, *, by_bot: bool) -> None:
        if message["message_id"] <= self._last_id:
            return
        self._last_id = message["message_id"]
        if by_bot:
            self._messages.append(message)


def buttons(message: Json) -> list[Json]:
    """All inline buttons of a message, row by row."""
    keyboard: list[list[Json]] = (message.get("reply_markup") or {}).get("inline_keyboard", [])
    return [button for row in keyboard for button in row]


def _data(message: Json, label_or_data: str) -> str:
    offered = [(one["text"], one["callback_data"]) for one in buttons(message) if "callback_data" in one]
    fits: list[Callable[[str, str], bool]] = [
        lambda label, data: label == label_or_data,
        lambda label, data: data == label_or_data,
        lambda label, data: label.startswith(label_or_data),
        lambda label, data: label_or_data in label,
    ]
    for fit in fits:
        for label, data in offered:
            if fit(label, data):
                return str(data)
    raise LookupError(f"There is no button {label_or_data!r}; there are: {offered}")


def _told(message: Json) -> str:
    return str(message.get("text") or message.get("caption") or sorted(message))[:200]
