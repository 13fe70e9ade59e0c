"""People and chats as Telegram knows them."""

import asyncio
from dataclasses import dataclass, field
from typing import Any, Literal

Json = dict[str, Any]
Kind = Literal["private", "group", "supergroup", "channel"]


@dataclass(slots=True)
class Person:
    id: int
    first_name: str
    username: str | None = None
    language_code: str | None = None
    note: str | None = None  # a word for the chat page on who this is, such as "editor"

    def shown(self) -> Json:
        """As the chat page knows the person."""
        return {**self.user(), "note": self.note} if self.note else self.user()

    def user(self) -> Json:
        """The User object: https://core.telegram.org/bots/api#user"""
        user: Json = {"id": self.id, "is_bot": False, "first_name": self.first_name}
        if self.username:
            user["username"] = self.username
        if self.language_code:
            user["language_code"] = self.language_code
        return user


@dataclass(slots=True)
class Topic:
    id: int
    name: str
    closed: bool = False


@dataclass(slots=True)
class Chat:
    """One chat with its whole history. Messages are never changed in place: an edit puts a new object."""

    id: int
    kind: Kind
    name: str  # title, or the first name in a private chat
    username: str | None = None
    owner: int | None = None
    members: set[int] = field(default_factory=set)
    administrators: set[int] = field(default_factory=set)
    rights: dict[int, Json] = field(default_factory=dict)  # administrator: what differs from all rights
    bot_status: str = "member"  # ChatMember.status of the bot: member, administrator, left or kicked
    is_forum: bool = False
    topics: dict[int, Topic] = field(default_factory=dict)
    messages: dict[int, Json] = field(default_factory=dict)
    own: set[int] = field(default_factory=set)  # ids of the messages that the bot sent
    last_id: int = 0
    started: bool = False  # the person has written: only then may the bot write in a private chat
    blocked: bool = False
    pinned: int | None = None
    below: Json = field(default_factory=dict)  # the keyboard below the field that one writes in, if there is one
    upgraded_to: int | None = None
    _summary: Json | None = None

    def summary(self) -> Json:
        """The Chat object inside messages, kept because every message carries it."""
        if self._summary is None:
            self._summary = self._make_summary()
        return self._summary

    def _make_summary(self) -> Json:
        summary: Json = {"id": self.id}
        if self.kind == "private":
            summary["first_name"] = self.name
        else:
            summary["title"] = self.name
        if self.username:
            summary["username"] = self.username
        if self.is_forum:
            summary["is_forum"] = True
        summary["type"] = self.kind
        return summary

    def overview(self) -> Json:
        """The chat as the client face tells it."""
        return {
            **self.summary(),
            "members": sorted(self.members),
            "administrators": sorted(self.administrators),
            "is_forum": self.is_forum,
            "bot": {"status": self.bot_status},
            "started": self.started,
            "blocked": self.blocked,
            "pinned": self.pinned,
            "keyboard": self.below.get("keyboard", []),
            "topics": [
                {"message_thread_id": topic.id, "name": topic.name, "closed": topic.closed}
                for topic in self.topics.values()
            ],
            "upgraded_to": self.upgraded_to,
            "last_message_id": self.last_id,
        }


@dataclass(slots=True)
class Query:
    """A callback or inline query waiting for the bot's one answer."""

    id: str
    person: int
    made_at: float  # the state's clock, seconds
    answer: asyncio.Future[Json]
    chat_id: int | None = None
    message_id: int | None = None
    words: str = ""
    offset: str = ""
