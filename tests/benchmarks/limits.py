"""Flood limits as Telegram's are described, for the stand-in to keep and for a schedule to be measured against.

The rates: https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this. How deep Telegram's
buckets are, and how it treats a bot that does not wait, it does not say: both can be chosen here.
"""

import math
from dataclasses import dataclass


class Bucket:
    """Holds `capacity` tokens, full at first, and gains `rate` a second."""

    def __init__(self, rate: float, capacity: float) -> None:
        self._rate = rate
        self._capacity = capacity
        self._level = capacity
        self._at = -math.inf

    def wait(self, now: float) -> float:
        """Seconds until there is a token, 0 if there is one."""
        missing = 1 - self._level_at(now)
        return missing / self._rate if missing > 1e-9 else 0.0

    def take(self, now: float) -> None:
        self._level = self._level_at(now) - 1
        self._at = now

    def _level_at(self, now: float) -> float:
        return min(self._capacity, self._level + (now - self._at) * self._rate)


@dataclass(frozen=True, slots=True)
class Limits:
    """Messages a second and how many may come at once: over all, in a private chat, in a group or channel.

    `punitive`: whoever exceeds the first is refused everything until the wait is over, and each time for longer.
    """

    rate: float = 30
    capacity: float = 5
    chat_rate: float = 1
    chat_capacity: float = 2
    group_rate: float = 20 / 60
    group_capacity: float = 20
    punitive: bool = False

    def everything(self) -> Bucket:
        return Bucket(self.rate, self.capacity)

    def chat(self, chat_id: int) -> Bucket:
        """Ids of groups and channels are negative."""
        if chat_id < 0:
            return Bucket(self.group_rate, self.group_capacity)
        return Bucket(self.chat_rate, self.chat_capacity)


@dataclass(frozen=True, slots=True)
class Refusal:
    """`scope`: global, chat, group, or lockout, none of which Telegram tells; `retry_after` in whole seconds."""

    scope: str
    retry_after: int


class Limiter:
    """Lets a message pass only where both its chat and the whole have room; what is refused uses up nothing."""

    _FIRST_LOCKOUT = 3
    _LOCKOUT_STEP = 2
    _LONGEST_LOCKOUT = 30

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._everything = limits.everything()
        self._chats: dict[int, Bucket] = {}
        self._locked_until = -math.inf
        self._lockout = self._FIRST_LOCKOUT

    def refuse(self, chat_id: int, now: float) -> Refusal | None:
        """None, and counted, if the message may pass; `now` in seconds, never going back."""
        if now < self._locked_until:
            return Refusal("lockout", _whole(self._locked_until - now))
        if wait := self._everything.wait(now):
            return Refusal("global", self._lock(now) if self._limits.punitive else _whole(wait))
        chat = self._chats.get(chat_id) or self._chats.setdefault(chat_id, self._limits.chat(chat_id))
        if wait := chat.wait(now):
            return Refusal("group" if chat_id < 0 else "chat", _whole(wait))
        chat.take(now)
        self._everything.take(now)
        return None

    def _lock(self, now: float) -> int:
        wait = self._lockout
        self._locked_until = now + wait
        self._lockout = min(wait + self._LOCKOUT_STEP, self._LONGEST_LOCKOUT)
        return wait


def _whole(seconds: float) -> int:
    return max(1, math.ceil(seconds - 1e-6))


def shortest_span(limits: Limits, owed: dict[int, int]) -> float:
    """Seconds between the first message and the last that `owed` (chat id -> messages) takes at least: of the chats
    that may be written to, always the one with most messages left."""
    everything = limits.everything()
    left = dict(owed)
    chats = {chat_id: limits.chat(chat_id) for chat_id in owed}
    now = 0.0
    while left:
        now += everything.wait(now)
        ready = [chat_id for chat_id in left if not chats[chat_id].wait(now)]
        if not ready:
            now += min(chats[chat_id].wait(now) for chat_id in left)
            continue
        chat_id = max(ready, key=left.__getitem__)
        everything.take(now)
        chats[chat_id].take(now)
        left[chat_id] -= 1
        if not left[chat_id]:
            del left[chat_id]
    return now
