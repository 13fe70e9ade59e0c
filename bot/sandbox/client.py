"""A person's hand on the sandbox over HTTP, for tests and the demo: people, their chats, and what comes there."""

from collections.abc import Iterable
from typing import Any

import aiohttp

from bot.sandbox.hand import Chat, buttons
from bot.sandbox.wire import Json, SandboxRefusal, Wire

__all__ = ["Chat", "Client", "Group", "Person", "SandboxRefusal", "buttons"]


class Client:
    """`url` is the sandbox's root; the session stays the caller's to close."""

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        self._wire = Wire(url, session)
        self._chats: dict[tuple[int, int], Chat] = {}

    async def new_person(
        self,
        first_name: str,
        *,
        username: str | None = None,
        language_code: str | None = "en",
        id: int | None = None,
        note: str | None = None,
    ) -> "Person":
        given = {
            "first_name": first_name,
            "username": username,
            "language_code": language_code,
            "id": id,
            "note": note,
        }
        user = await self._wire.post("/people", **given)
        return Person(self, self._wire, user["id"], user["first_name"])

    async def new_group(
        self,
        title: str,
        *,
        owner: "Person",
        members: Iterable["Person"] = (),
        kind: str = "group",
        forum: bool = False,
        username: str | None = None,
    ) -> "Group":
        """A group, supergroup or channel with the bot as a member (in a channel: an administrator); one with a
        username is public."""
        people = [person.id for person in members]
        given = {"title": title, "owner": owner.id, "members": people, "kind": kind, "username": username}
        chat = await self._wire.post("/groups", **given, forum=forum or None)
        return Group(self, self._wire, chat["id"], title)

    async def switch(self, **switches: Any) -> Json:
        """Sets switches by name; None turns one off. See bot/sandbox/switches.py."""
        current: Json = await self._wire.put("/switches", switches)
        return current

    async def calls(self, method: str | None = None, *, after: int = 0) -> list[Json]:
        """What the bot called, oldest first."""
        told: list[Json] = await self._wire.get("/calls", method=method, after=after)
        return told

    async def repeat(self, update_id: int) -> None:
        """Delivers an update to the bot once more."""
        await self._wire.post(f"/updates/{update_id}/repeat")

    async def put_update(self, **update: Any) -> int:
        """Delivers any update, also a strange one; tells its number."""
        number: int = (await self._wire.post("/updates", **update))["update_id"]
        return number

    async def advance(self, seconds: float) -> None:
        """Puts the sandbox's clock forward, so that messages grow old."""
        await self._wire.post("/clock", advance=seconds)

    def chat(self, chat_id: int, person: "Person") -> "Chat":
        """A person's view of a chat; the same view every time, so that what was taken stays taken."""
        key = (chat_id, person.id)
        if key not in self._chats:
            self._chats[key] = Chat(self._wire, chat_id, person)
        return self._chats[key]


class Person:
    def __init__(self, client: Client, wire: Wire, id: int, first_name: str) -> None:
        self._client = client
        self._wire = wire
        self.id = id
        self.first_name = first_name

    @property
    def private(self) -> "Chat":
        """The chat with the bot. Opening it sends nothing, no /start either."""
        return self._client.chat(self.id, self)

    def in_(self, group: "Group") -> "Chat":
        return self._client.chat(group.id, self)

    async def ask_inline(self, query: str, *, offset: str = "") -> Json:
        """Asks the bot from any chat: {"results": […]|None, "next_offset"}."""
        answer: Json = await self._wire.post("/inline", **{"from": self.id, "query": query, "offset": offset})
        return answer

    async def choose_inline(self, chat: "Chat", result_id: str, query: str = "") -> Json:
        given = {"from": self.id, "chat_id": chat.chat_id, "result_id": result_id, "query": query}
        message: Json = await self._wire.post("/inline/choose", **given)
        return message

    async def commands(self, chat_id: int | None = None) -> list[Json]:
        """The commands that this person is offered in a chat (the private one when not told)."""
        commands: list[Json] = await self._wire.get("/commands", user_id=self.id, chat_id=chat_id or self.id)
        return commands


class Group:
    def __init__(self, client: Client, wire: Wire, id: int, title: str) -> None:
        self._client = client
        self._wire = wire
        self.id = id
        self.title = title

    async def add(self, person: Person, *, administrator: bool = False, rights: Json | None = None) -> None:
        """Also makes a member an administrator, or one no more; `rights` are those that differ from all of them."""
        given = {"person": person.id, "administrator": administrator, "rights": rights}
        await self._wire.post(f"/chats/{self.id}/members", **given)

    async def bot(self, *, present: bool = True, administrator: bool = False) -> None:
        await self._wire.post(f"/chats/{self.id}/bot", present=present, administrator=administrator)

    async def new_topic(self, name: str) -> int:
        thread: int = (await self._wire.post(f"/chats/{self.id}/topics", name=name))["message_thread_id"]
        return thread

    async def close_topic(self, thread: int, *, closed: bool = True) -> None:
        await self._wire.post(f"/chats/{self.id}/topics/{thread}", closed=closed)

    async def migrate(self) -> "Group":
        """Makes it a supergroup; tells the new one, this one's id is then the old."""
        await self._client.switch(migrate={"chat_id": self.id})
        chats: list[Json] = (await self._wire.get("/state"))["chats"]
        new = next(chat["upgraded_to"] for chat in chats if chat["id"] == self.id)
        return Group(self._client, self._wire, new, self.title)
