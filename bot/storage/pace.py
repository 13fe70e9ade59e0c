"""One sending budget for all processes, kept by reservation: evenly spaced slots, by the store's own clock.

Limits and what is known of them: https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
The reservation is the generic cell rate algorithm: https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.storage import keys
from bot.storage.connection import Client

#: A hundredth below what Telegram allows: its clock may run a little slower than the store's.
_SHARE_USED = 0.99
#: Answers are never sent as paid broadcasts, so they keep to the free 30 a second.
_FREE_RATE = 30.0
_ANSWERS_AT_ONCE = 10
#: Slots are given out as far ahead as this.
_AHEAD = timedelta(milliseconds=150)

# Times are microseconds. A chat's key holds when its next message may come, and two theoretical arrival times: of
# messages to a group, and of answers, of which ten may come at once: short bursts are tolerated, and whoever presses
# buttons is quick.
#
# The rate is a share of what is set: cut by 15 % when Telegram refuses (`cut`), then a hundredth more every ten
# seconds.
_LIMITS = """
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local GAP, GROUP_GAP, GROUP_AHEAD, ANSWERS_AHEAD = %(chat_gap)d, %(group_gap)d, %(group_ahead)d, %(answers_ahead)d

-- No slot lies so far ahead, unless the clock has been put back.
local FAR = 60000000

local function number(value) return tonumber(value or '0') or 0 end

local function share(cut, since)
  if not cut then return 1 end
  return math.min(1, tonumber(cut) + 0.01 * math.max(0, now - number(since)) / 10000000)
end

local function times_of(chat)
  local allowed, arrival, answers = string.match(redis.call('GET', chat) or '0:0:0', '(%%d+):(%%d+):(%%d+)')
  return tonumber(allowed), tonumber(arrival), tonumber(answers)
end

local function keep(chat, allowed, arrival, answers)
  local lifetime = math.ceil((math.max(allowed, arrival, answers) - now) / 1000)
  if lifetime <= 0 then return end
  redis.call('SET', chat, string.format('%%.0f:%%.0f:%%.0f', allowed, arrival, answers), 'PX', lifetime)
end
"""

# An answer takes the next slot between answers, and pushes all other messages back by one.
_ANSWER = """
local pace = redis.call('HMGET', KEYS[1], 'next', 'answers', 'paused', 'cut', 'since')
local allowed, arrival, answers = times_of(KEYS[2])
local group = ARGV[3] == '1'
local last = number(pace[2])
if last > now + FAR then last = 0 end
local slot = math.max(now, last, number(pace[3]), answers - ANSWERS_AHEAD)
if group then slot = math.max(slot, arrival - GROUP_AHEAD) end
if slot - now > tonumber(ARGV[4]) then return slot - now end
local reserved = math.max(now, math.min(number(pace[1]), now + FAR))
redis.call('HSET', KEYS[1], 'answers', string.format('%.0f', slot + ARGV[2]),
  'next', string.format('%.0f', reserved + ARGV[1] / share(pace[4], pace[5])))
keep(KEYS[2], math.max(allowed, slot + GAP), group and math.max(arrival, slot) + GROUP_GAP or 0,
  math.max(answers, slot) + GAP)
return slot - now
"""

# A slot that has passed unused is lost but for the last one: nothing is saved up.
_RESERVE = """
local pace = redis.call('HMGET', KEYS[1], 'next', 'paused', 'cut', 'since')
local interval, ahead = ARGV[1] / share(pace[3], pace[4]), tonumber(ARGV[2])
local reserved = number(pace[1])
if reserved > now + FAR then reserved = 0 end
local slot, paused, given = math.max(now - interval, reserved), number(pace[2]), {}
if paused > now then return {paused - now, given} end
local delay = 0

local function take(chat, group)
  local allowed, arrival, answers = times_of(chat)
  local at = math.max(now, slot)
  local wait = allowed - at
  if group then
    arrival = math.max(arrival, at)
    wait = math.max(wait, arrival - at - GROUP_AHEAD)
    arrival = arrival + GROUP_GAP
  end
  if wait > 0 then return {0, at + wait - now} end
  keep(chat, at + GAP, arrival, answers)
  slot = slot + interval
  return {1, at - now}
end

for i = 2, #KEYS do
  if slot - now > ahead then
    delay = slot - now - ahead / 2
    break
  end
  given[i - 1] = take(KEYS[i], ARGV[i + 1] == '1')
end
redis.call('HSET', KEYS[1], 'next', string.format('%.0f', slot))
return {delay, given}
"""

# Telegram does not say whether it means this chat or all. Chats here are never sent to beyond their own limits, so
# one refusal alone is that chat's, and several chats refused within a second (at a high rate, one in twenty of all
# messages) mean everyone.
_REFUSED = """
local wait = tonumber(ARGV[3])
local allowed, arrival, answers = times_of(KEYS[2])
keep(KEYS[2], math.max(allowed, now + wait), arrival, math.max(answers, now + wait + ANSWERS_AHEAD))
redis.call('ZADD', KEYS[3], now, ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', now - 1000000)
redis.call('PEXPIRE', KEYS[3], 2000)
local pace = redis.call('HMGET', KEYS[1], 'paused', 'cut', 'since')
local present = share(pace[2], pace[3])
if redis.call('ZCARD', KEYS[3]) < math.max(2, 0.05 * present * 1000000 / ARGV[1]) then return 0 end
local paused = math.max(number(pace[1]), now + wait + 50000)
redis.call('HSET', KEYS[1], 'paused', string.format('%.0f', paused))
if not pace[3] or now - number(pace[3]) > 1000000 then
  redis.call('HSET', KEYS[1], 'cut', math.max(0.02, present * 0.85), 'since', string.format('%.0f', paused))
end
return 1
"""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a single chat may get: a message a second, a group 20 a minute of which 18 may come at that pace."""

    chat_gap: timedelta = timedelta(seconds=1.02)
    group_gap: timedelta = timedelta(seconds=3.05)
    group_burst: int = 18

    def script(self, text: str) -> str:
        """A script that may use the functions above."""
        times = {
            "chat_gap": _microseconds(self.chat_gap),
            "group_gap": _microseconds(self.group_gap),
            "group_ahead": _microseconds(self.group_gap) * (self.group_burst - 1),
            "answers_ahead": _microseconds(self.chat_gap) * (_ANSWERS_AT_ONCE - 1),
        }
        return _LIMITS % times + text


@dataclass(frozen=True, slots=True)
class Turn:
    """`given`: a slot, that comes after `wait`; else the chat may not be sent to before that time."""

    given: bool
    wait: timedelta


@dataclass(frozen=True, slots=True)
class Speed:
    """`rate`: messages a second at present; `paused`: as long as Telegram has asked everyone to wait."""

    rate: float
    paused: timedelta


class Pace:
    def __init__(self, redis: Client, rate: float, limits: Limits | None = None) -> None:
        """`rate`: messages a second over all chats and processes."""
        self.limits = limits or Limits()
        self._redis = redis
        self._rate = rate * _SHARE_USED
        self._answer = redis.register_script(self.limits.script(_ANSWER))
        self._reserve = redis.register_script(self.limits.script(_RESERVE))
        self._refused = redis.register_script(self.limits.script(_REFUSED))

    @property
    def interval(self) -> float:
        """Microseconds between two slots, where Telegram has not refused any."""
        return 1_000_000 / self._rate

    @property
    def at_once(self) -> int:
        """For how many messages slots are reserved in one step."""
        return max(1, int(_AHEAD / timedelta(microseconds=self.interval) / 2))

    async def reserve(self, chat_ids: Sequence[int]) -> tuple[list[Turn], timedelta]:
        """Slots for a message to each of these chats, in this order; for those at the end there may be none, and
        after the time given they may ask again."""
        delay, given = await self._reserve(
            keys=[keys.PACE, *map(keys.chat, chat_ids)],
            args=[self.interval, _microseconds(_AHEAD), *(int(chat_id < 0) for chat_id in chat_ids)],
        )
        turns = [Turn(bool(slot), timedelta(microseconds=wait)) for slot, wait in given]
        return turns, timedelta(microseconds=delay)

    async def answer_slot(self, chat_id: int, within: timedelta) -> timedelta:
        """A slot for an answer to a person; it comes after that time, and is reserved if that is `within`."""
        slot = await self._answer(
            keys=[keys.PACE, keys.chat(chat_id)],
            args=[
                self.interval,
                1_000_000 / min(self._rate, _FREE_RATE),
                int(chat_id < 0),
                _microseconds(within),
            ],
        )
        return timedelta(microseconds=int(slot))

    async def refused(self, chat_id: int, wait: timedelta) -> bool:
        """Telegram refused a message to a chat and asks to wait; True if that is taken to mean all chats."""
        meant_all = await self._refused(
            keys=[keys.PACE, keys.chat(chat_id), keys.FLOODS],
            args=[self.interval, chat_id, _microseconds(wait)],
        )
        return bool(meant_all)

    async def speed(self) -> Speed:
        seconds, microseconds = await self._redis.time()
        now = seconds * 1_000_000 + microseconds
        paused, cut, since = await self._redis.hmget(keys.PACE, ["paused", "cut", "since"])
        share = min(1.0, float(cut) + 0.01 * max(0, now - int(since)) / 10_000_000) if cut else 1.0
        return Speed(self._rate * share, timedelta(microseconds=max(0, int(paused or 0) - now)))


def _microseconds(duration: timedelta) -> int:
    return duration // timedelta(microseconds=1)
