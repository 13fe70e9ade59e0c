"""News that are pushed: feeds that name a hub are subscribed to there. https://www.w3.org/TR/websub/

What is pushed only says that there is news: the feed is then asked for it, from its own server, as at any other turn.
"""

import hashlib
import hmac
import logging
from collections.abc import AsyncIterable
from datetime import datetime, timedelta

from bot.domain.feed import Failure, Health
from bot.ingest.fetch import Fetcher
from bot.storage.clock import StoreClock
from bot.storage.feeds import FeedStore
from bot.storage.pushes import Pushing, PushStore

_LOG = logging.getLogger(__name__)
_WISHED = timedelta(days=10)
_RENEWED = timedelta(days=1)
#: Whatever a hub says; one that grants less is asked no more often than that.
_LONGEST, _ASKED_EVERY = timedelta(days=30), timedelta(hours=12)
#: Between two times that a feed is asked because of what is pushed: whoever runs a hub may push all the time.
_APART = timedelta(minutes=1)
#: Bytes of what is pushed: as much as of a feed that is fetched.
_MOST = 10 * 1024 * 1024
_HASHES = frozenset({"sha1", "sha256", "sha384", "sha512"})


class Pushes:
    def __init__(
        self, store: PushStore, feeds: FeedStore, fetcher: Fetcher, clock: StoreClock, root: str | None, secret: bytes
    ) -> None:
        """`root`: the address under which hubs reach `/push/…`; without one, nothing is subscribed to. `secret`: the
        same in all processes, known to nobody else."""
        self._store = store
        self._feeds = feeds
        self._fetcher = fetcher
        self._clock = clock
        self._root = root
        self._secret = secret

    async def told(self, url: str, health: Health) -> Health:
        """With what its hub does."""
        known = await self._store.read(url) if self._root and health.hub else Pushing()
        return health.model_copy(update={"leased_until": known.until, "pushed": known.pushed})

    async def follow(self, url: str, health: Health) -> None:
        """Subscribes where the feed names a hub, and does so anew before that runs out."""
        if self._root is None or health.hub is None or health.topic is None:
            return
        now, known = await self._clock.now(), await self._store.read(url)
        if (known.until and known.until - now > _RENEWED) or (known.asked and now - known.asked < _ASKED_EVERY):
            return
        await self._subscribe(url, health.hub, health.topic, now)

    async def _subscribe(self, url: str, hub: str, topic: str, now: datetime) -> None:
        token = self._keyed(b"path", url)
        await self._store.ask(url, token, now)  # first, as a hub may verify before it answers
        form = {
            "hub.callback": f"{self._root}/push/{token}",
            "hub.mode": "subscribe",
            "hub.topic": topic,
            "hub.secret": self._keyed(b"secret", url),
            "hub.lease_seconds": str(int(_WISHED.total_seconds())),
        }
        answer = await self._fetcher.post(hub, form)
        if isinstance(answer, Failure):
            _LOG.info("the hub %s of the feed %s cannot be subscribed to: %s", hub, url, answer.fault)

    async def verify(self, token: str, mode: str, topic: str, lease_seconds: str) -> bool:
        """Whether it is true that we want this, as a hub asks: section 5.3."""
        url = await self._store.feed_of(token)
        if url is None or (await self._feeds.health(url)).topic != topic:
            return False
        if mode == "subscribe":
            seconds = int(lease_seconds) if lease_seconds.isdecimal() and len(lease_seconds) < 12 else 0
            lease = min(timedelta(seconds=seconds), _LONGEST) if seconds else _WISHED
            await self._store.grant(url, await self._clock.now() + lease)
            return True
        if mode == "denied":
            await self._store.end(url)
            return True
        return False  # we never ask to be left out: what nobody wants any more is not found

    async def take(self, token: str, body: AsyncIterable[bytes], signature: str) -> bool:
        """False if there is no such subscription any more. What is not signed with our secret changes nothing."""
        url = await self._store.feed_of(token)
        if url is None or await self._feeds.get(url) is None:
            return False
        if await self._is_signed(url, body, signature):
            now, before = await self._clock.now(), (await self._store.read(url)).pushed
            await self._store.note(url, now)
            await self._feeds.turns.wake(url, before + _APART if before and now - before < _APART else None)
        return True

    async def _is_signed(self, url: str, body: AsyncIterable[bytes], signature: str) -> bool:
        """Section 8.1: `method=hexadecimal`. What is too long is not."""
        method, _, signed = signature.partition("=")
        if method not in _HASHES:
            return False
        expected, left = hmac.new(self._keyed(b"secret", url).encode(), digestmod=method), _MOST
        async for piece in body:
            left -= len(piece)
            if left < 0:
                return False
            expected.update(piece)
        # aiohttp passes on bytes that are no UTF-8 as surrogates.
        return hmac.compare_digest(expected.hexdigest().encode(), signed.encode(errors="surrogateescape"))

    def _keyed(self, purpose: bytes, url: str) -> str:
        return hashlib.blake2b(url.encode(), key=self._secret[:64], person=purpose, digest_size=20).hexdigest()
