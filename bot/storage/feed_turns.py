"""Whose turn it is to be asked among the feeds, for any number of processes together.

Who takes a feed has it for a while, and one whose process died is due again when that time is over. What is written
about a feed holds only for whoever has it. Hosts are spared by all processes together.
"""

import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.domain.feed import Feed, Health
from bot.domain.moment import from_ms, to_ms
from bot.storage import keys
from bot.storage.connection import Client

#: Longer than any feed takes that is fetched, read and filed.
LEASE = timedelta(minutes=2)
#: What one host is asked, by all processes together: so many at once, and so far apart.
_AT_ONCE_A_HOST = 2
_APART = timedelta(seconds=1)

_HOST = """
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local function stamp(moment) return string.format('%.0f', moment) end

local function host_of(url)
  return (string.gsub(string.lower(string.match(url, '^[^/]*//([^/?#]*)') or url), '^.*@', ''))
end
"""

# Those whose host must not be asked yet are put off until it may be, so that they keep no other from being seen.
# Which of them is first then is chance: a host with more feeds than it can be asked leaves none of them out for ever.
# What was woken while somebody has it stays marked as that, see `_SETTLE`.
_CLAIM = (
    _HOST
    + """
local due, leases, hosts, feeds, health = unpack(KEYS)
local count, lease, apart, at_once = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
redis.call('ZREMRANGEBYSCORE', leases, '-inf', now)
redis.call('ZREMRANGEBYSCORE', hosts, '-inf', now)
local asked = {}
for _, url in ipairs(redis.call('ZRANGE', leases, 0, -1)) do
  asked[host_of(url)] = (asked[host_of(url)] or 0) + 1
end

math.randomseed(clock[2])

local function wait_for(url, host)
  local leased = redis.call('ZSCORE', leases, url)
  if leased then return leased + 1 end
  local free = tonumber(redis.call('ZSCORE', hosts, host))
  if not free and (asked[host] or 0) >= at_once then free = now + apart end
  return free and free + math.random(0, apart - 1)
end

local taken = {}
for _ = 1, 20 do
  local found = redis.call('ZRANGE', due, '-inf', now, 'BYSCORE', 'LIMIT', 0, 100)
  for _, url in ipairs(found) do
    if #taken == count then return taken end
    local host = host_of(url)
    local later = wait_for(url, host)
    if not later then
      later = now + lease
      redis.call('ZADD', leases, stamp(later), url)
      redis.call('ZADD', hosts, stamp(now + apart), host)
      asked[host] = (asked[host] or 0) + 1
      taken[#taken + 1] = {url, stamp(later), redis.call('HGET', feeds, url), redis.call('HGET', health, url)}
    end
    redis.call('ZADD', due, stamp(later), url)
  end
  if #found == 0 then break end
end
return taken
"""
)

_CLAIM_ONE = (
    _HOST
    + """
local feeds, due, leases, health = unpack(KEYS)
local feed = redis.call('HGET', feeds, ARGV[1])
if not feed or tonumber(redis.call('ZSCORE', leases, ARGV[1]) or '0') > now then return false end
local later = stamp(now + tonumber(ARGV[2]))
redis.call('ZADD', leases, later, ARGV[1])
redis.call('ZADD', due, 'XX', later, ARGV[1])
return {ARGV[1], later, feed, redis.call('HGET', health, ARGV[1])}
"""
)

# A feed that was removed meanwhile stays away; one that was woken meanwhile may have been asked too early, and is
# due again.
_SETTLE = """
local feeds, health, due, leases, trouble, polls = unpack(KEYS)
local url, lease, value, next, troubled, outcome = unpack(ARGV)
if redis.call('ZSCORE', leases, url) ~= lease then return 0 end
redis.call('ZREM', leases, url)
if redis.call('HEXISTS', feeds, url) == 0 then return 0 end
redis.call('HSET', health, url, value)
local set = redis.call('ZSCORE', due, url)
if next ~= '' and set and set ~= lease then next = '0' end
if next == '' then redis.call('ZREM', due, url) else redis.call('ZADD', due, next, url) end
redis.call(troubled == '1' and 'SADD' or 'SREM', trouble, url)
redis.call('HINCRBY', polls, outcome, 1)
return 1
"""

_RELEASE = """
if redis.call('ZSCORE', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
redis.call('ZREM', KEYS[1], ARGV[1])
return redis.call('ZADD', KEYS[2], 'XX', 0, ARGV[1])
"""

_PAUSE = _HOST + "return redis.call('ZADD', KEYS[1], 'GT', stamp(now + tonumber(ARGV[2])), host_of(ARGV[1]))"


@dataclass(frozen=True, slots=True)
class Claim:
    """A feed that this process has for a while, as it was then; `lease` tells the store that it still does, `taken`
    is the store's time when it began."""

    feed: Feed
    health: Health
    lease: bytes
    taken: datetime
    _begun: float = field(default_factory=time.monotonic)

    @property
    def url(self) -> str:
        return self.feed.url

    def now(self) -> datetime:
        """By the store's clock, which need not be asked for it."""
        return self.taken + timedelta(seconds=time.monotonic() - self._begun)


class FeedTurns:
    def __init__(self, redis: Client, lease: timedelta = LEASE, apart: timedelta = _APART) -> None:
        self._redis = redis
        self._lease = lease
        self._apart = apart
        self._claim = redis.register_script(_CLAIM)
        self._claim_one = redis.register_script(_CLAIM_ONE)
        self._settle = redis.register_script(_SETTLE)
        self._release = redis.register_script(_RELEASE)
        self._pause = redis.register_script(_PAUSE)

    async def claim(self, count: int) -> list[Claim]:
        """Up to so many feeds whose turn it is, of hosts that may be asked."""
        taken = await self._claim(
            keys=[keys.FEEDS_DUE, keys.FEED_LEASES, keys.FEED_HOSTS, keys.FEEDS, keys.FEED_HEALTH],
            args=[count, _ms(self._lease), _ms(self._apart), _AT_ONCE_A_HOST],
        )
        return [self._made(*one) for one in taken if one[2] is not None]

    async def claim_one(self, url: str) -> Claim | None:
        """This one, whenever it is due; None if somebody has it, or there is no such feed."""
        taken = await self._claim_one(
            keys=[keys.FEEDS, keys.FEEDS_DUE, keys.FEED_LEASES, keys.FEED_HEALTH], args=[url, _ms(self._lease)]
        )
        return self._made(*taken) if taken is not None else None

    def _made(self, url: bytes, lease: bytes, feed: bytes, health: bytes | None) -> Claim:
        return Claim(load_feed(url.decode(), feed), load_health(health), lease, from_ms(int(lease)) - self._lease)

    async def has(self, claim: Claim) -> bool:
        """Whether it still holds: the feed was neither removed, nor taken over."""
        lease = await self._redis.zscore(keys.FEED_LEASES, claim.url)
        return lease is not None and int(lease) == int(claim.lease)

    async def settle(self, claim: Claim, health: Health, outcome: str) -> bool:
        """Its health, its next turn (`health.due`; none: never again) and the end of the claim, in one step. False,
        and nothing is written, if the claim has run out or the feed was removed."""
        due = str(to_ms(health.due)) if health.due else ""
        return bool(
            await self._settle(
                keys=[
                    keys.FEEDS,
                    keys.FEED_HEALTH,
                    keys.FEEDS_DUE,
                    keys.FEED_LEASES,
                    keys.FEEDS_IN_TROUBLE,
                    keys.FEED_POLLS,
                ],
                args=[claim.url, claim.lease, health.model_dump_json(), due, int(health.in_trouble), outcome],
            )
        )

    async def release(self, claim: Claim) -> None:
        """Unfinished: it is somebody else's turn at once."""
        await self._release(keys=[keys.FEED_LEASES, keys.FEEDS_DUE], args=[claim.url, claim.lease])

    async def waiting_since(self, now: datetime) -> datetime | None:
        """The moment at which the one came due that has waited longest, of those that have one."""
        found = await self._redis.zrange(
            keys.FEEDS_DUE, "(0", to_ms(now), byscore=True, offset=0, num=1, withscores=True
        )
        return from_ms(int(found[0][1])) if found else None

    async def wake(self, url: str, at: datetime | None = None) -> None:
        """It is due then, or now, if not sooner, unless it is gone."""
        await self._redis.zadd(keys.FEEDS_DUE, {url: to_ms(at) if at else 0}, xx=True, lt=True)

    async def forget_after(self, latest: datetime) -> None:
        """Turns, claims and pauses that end later than that: they were given while the clock was wrong."""
        later = f"({to_ms(latest)}"
        late = await self._redis.zrange(keys.FEEDS_DUE, later, "+inf", byscore=True)
        async with self._redis.pipeline(transaction=True) as pipe:
            if late:
                pipe.zadd(keys.FEEDS_DUE, dict.fromkeys(late, 0), xx=True)
            pipe.zremrangebyscore(keys.FEED_LEASES, later, "+inf")
            pipe.zremrangebyscore(keys.FEED_HOSTS, later, "+inf")
            await pipe.execute()

    async def pause_host(self, url: str, wait: timedelta) -> None:
        """Nobody takes a feed of this one's host for so long."""
        await self._pause(keys=[keys.FEED_HOSTS], args=[url, _ms(wait)])


def load_feed(url: str, value: bytes) -> Feed:
    """Before feeds were asked, only their category was stored."""
    if value.startswith(b"{"):
        return Feed.model_validate_json(value)
    return Feed(url=url, category=value.decode())


def load_health(value: bytes | None) -> Health:
    return Health.model_validate_json(value) if value is not None else Health()


def _ms(duration: timedelta) -> int:
    return duration // timedelta(milliseconds=1)
