"""Switches with which a person makes this Telegram misbehave, all off at the start (but rich messages: on)."""

import math
from collections.abc import Callable
from typing import Any

from bot.sandbox.errors import ApiError, PersonError

Json = dict[str, Any]
_NAMES = ("flood", "blocked", "server_error", "slow", "lost_answer", "refuse", "rich")
FLOOD: Json = {
    "global_per_second": 30,
    "burst": 5,
    "chat_per_second": 1,
    "chat_burst": 3,
    "group_per_minute": 20,
}


class Bucket:
    """A token bucket: `capacity` at once, then `rate` a second."""

    __slots__ = ("at", "capacity", "level", "rate")

    def __init__(self, rate: float, capacity: float, now: float) -> None:
        self.rate = rate
        self.capacity = max(capacity, 1.0)
        self.level = self.capacity
        self.at = now

    def wait(self, now: float) -> float:
        """Seconds until a token is there; 0 when there is one now."""
        self.level = min(self.capacity, self.level + (now - self.at) * self.rate)
        self.at = now
        return 0.0 if self.level >= 1 - 1e-9 else (1 - self.level) / self.rate

    def take(self) -> None:
        self.level -= 1


class Flood:
    """Telegram's limits: https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this

    Counted are new messages, not edits, deletions or chat actions.
    """

    def __init__(self, settings: Json, now: float) -> None:
        self.settings = {**FLOOD, **settings}
        self._all = Bucket(self.settings["global_per_second"], self.settings["burst"], now)
        self._chats: dict[int, Bucket] = {}

    def check(self, chat_id: int, now: float) -> None:
        """Takes a token for a message to this chat, or raises ApiError 429 with whole seconds to wait."""
        chat = self._chats.get(chat_id)
        if chat is None:
            chat = self._chats[chat_id] = self._bucket(chat_id, now)
        wait = max(self._all.wait(now), chat.wait(now))
        if wait > 0:
            seconds = max(1, math.ceil(wait))
            raise ApiError(429, f"Too Many Requests: retry after {seconds}", {"retry_after": seconds})
        self._all.take()
        chat.take()

    def _bucket(self, chat_id: int, now: float) -> Bucket:
        if chat_id < 0:
            per_minute = self.settings["group_per_minute"]
            return Bucket(per_minute / 60, per_minute, now)
        return Bucket(self.settings["chat_per_second"], self.settings["chat_burst"], now)


class Rate:
    """Fires for an even share of the calls, without chance, so that a test sees the same every time."""

    __slots__ = ("_sum", "methods", "share", "times")

    def __init__(self, settings: Json) -> None:
        self.share = float(settings.get("rate", 1.0))
        self.times: int | None = settings.get("times")
        methods = settings.get("methods")
        self.methods = None if methods is None else frozenset(str(name).lower() for name in methods)
        self._sum = 0.0

    def fires(self, method: str) -> bool:
        if self.times == 0 or (self.methods is not None and method not in self.methods):
            return False
        self._sum += self.share
        if self._sum < 1 - 1e-9:
            return False
        self._sum -= 1
        if self.times is not None:
            self.times -= 1
        return True


class Switches:
    def __init__(self) -> None:
        self.current: Json = dict.fromkeys(_NAMES)
        self.current["rich"] = True
        self.current["blocked"] = []
        self.blocked: frozenset[int] = frozenset()
        self._flood: Flood | None = None
        self._rates: dict[str, Rate] = {}

    @property
    def rich(self) -> bool:
        return bool(self.current["rich"])

    def set(self, changes: Json, now: float) -> None:
        """Sets the switches named; raises PersonError for an unknown one or a value that makes no sense."""
        if unknown := sorted(set(changes) - set(_NAMES)):
            raise PersonError(f"There is no switch called {', '.join(unknown)}.")
        for name, value in changes.items():
            try:
                self._set(name, value, now)
            except (TypeError, ValueError, AttributeError, KeyError):
                raise PersonError(f"The switch {name} does not take {value!r}.") from None

    def _set(self, name: str, value: Any, now: float) -> None:
        if name == "blocked":
            value = [int(chat) for chat in value or []]
            self.blocked = frozenset(value)
        elif name == "flood":
            value = {**FLOOD, **(value if isinstance(value, dict) else {})} if value else None
            self._flood = Flood(value, now) if value else None
        elif name == "refuse":
            value = [dict(one) for one in (value if isinstance(value, list) else [value] if value else [])] or None
        elif name == "rich":
            value = bool(value)
        else:
            self._rates.pop(name, None)
            if value:
                self._rates[name] = Rate(value)
        self.current[name] = value or (value if isinstance(value, (bool, list)) else None)

    def seconds_slow(self, method: str) -> float:
        rate = self._rates.get("slow")
        return float(self.current["slow"].get("seconds", 1.0)) if rate and rate.fires(method) else 0.0

    def loses_answer(self, method: str) -> bool:
        rate = self._rates.get("lost_answer")
        return rate is not None and rate.fires(method)

    def refuse(self, method: str, chat_id: int) -> None:
        """Raises the scripted refusal or the server error that is due for this call."""
        rate = self._rates.get("server_error")
        if rate is not None and rate.fires(method):
            code = int(self.current["server_error"].get("code", 502))
            raise ApiError(code, "Bad Gateway" if code == 502 else "Internal Server Error")
        for refusal in self.current["refuse"] or ():
            if _meant(refusal, method, chat_id):
                if refusal.get("times") is not None:
                    refusal["times"] -= 1
                code = int(refusal.get("code", 400))
                raise ApiError(code, refusal.get("description", "Bad Request"), refusal.get("parameters"))

    def limit(self, chat_id: int, clock: Callable[[], float]) -> None:
        if self._flood is not None:
            self._flood.check(chat_id, clock())


def _meant(refusal: Json, method: str, chat_id: int) -> bool:
    name, chat, times = refusal.get("method"), refusal.get("chat_id"), refusal.get("times")
    if times is not None and times <= 0:
        return False
    return (name is None or str(name).lower() == method) and (chat is None or int(chat) == chat_id)
