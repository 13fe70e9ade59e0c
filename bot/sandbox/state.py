"""All that the sandbox remembers: one object shared by the two faces, gone when the process ends."""

import itertools
import time
from typing import Any

from bot.sandbox.calls import Calls
from bot.sandbox.chats import Chat, Json, Person, Query
from bot.sandbox.commands import Commands
from bot.sandbox.events import Events
from bot.sandbox.files import Files
from bot.sandbox.inline_answers import InlineAnswers
from bot.sandbox.switches import Switches
from bot.sandbox.updates import Updates
from bot.sandbox.webhook import Webhook


class State:
    def __init__(self, *, token: str, username: str, name: str, inline: bool = True) -> None:
        self.token = token
        self.intro: Json | None = None
        self.bot: Json = {
            "id": int(token.partition(":")[0]),
            "is_bot": True,
            "first_name": name,
            "username": username,
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": inline,
            "can_connect_to_business": False,
            "has_main_web_app": False,
        }
        self.people: dict[int, Person] = {}
        self.chats: dict[int, Chat] = {}
        self.queries: dict[str, Query] = {}
        self.inline_messages: dict[str, tuple[int, int]] = {}  # inline_message_id: (chat, message)
        self.inline_results: dict[int, list[Json]] = {}  # person: results of the last inline answer
        self.inline_answers = InlineAnswers()
        self.profile: dict[tuple[str, str], str] = {}  # (field, language): text
        self.menu_buttons: dict[int | None, Any] = {}
        self.events = Events()
        self.updates = Updates()
        self.webhook = Webhook(self.updates)
        self.calls = Calls()
        self.files = Files()
        self.switches = Switches()
        self.commands = Commands()
        self.clock_offset = 0.0  # seconds ahead of the real clock, so that a test can age messages
        self._query_ids = itertools.count(int(time.time()) << 20)
        self._group_ids = itertools.count(5_000_001)
        self._person_ids = itertools.count(100_000_001)

    @property
    def bot_id(self) -> int:
        return int(self.bot["id"])

    def bot_user(self) -> Json:
        """The bot as a User inside messages, without what only getMe tells."""
        return {key: self.bot[key] for key in ("id", "is_bot", "first_name", "username")}

    def now(self) -> float:
        return time.time() + self.clock_offset

    def monotonic(self) -> float:
        """The clock of the flood limits, in seconds."""
        return time.monotonic()

    def new_person_id(self) -> int:
        return next(number for number in self._person_ids if number not in self.people)

    def new_group_id(self, kind: str) -> int:
        """Basic groups are small negatives; supergroups and channels have the -100 prefix."""
        number = next(self._group_ids)
        return -number if kind == "group" else -1_000_000_000_000 - number

    def new_query_id(self) -> str:
        return str(next(self._query_ids))
