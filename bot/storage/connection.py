"""The connection to a Redis or Valkey server."""

from typing import Any

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.cluster import RedisCluster
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisClusterException, RedisError

#: redis-py's own types give every reply as the union of all protocols and decodings; ours is one of each
#: (RESP2, bytes), and the storage tests meet real servers.
Client = Any

#: Raised by every store when the server is away or refuses.
StoreError = (RedisError, RedisClusterException)

#: Longer than any blocking read of ours.
_SOCKET_TIMEOUT = 30
_MOST_CONNECTIONS = 50


class BadAddress(RedisError):
    """No client can be made of it; the text says why."""


def connect(url: str) -> Client:
    """A client for `redis://`, `rediss://`, `unix://` or `redis+cluster://`; connects at its first command.

    Raises BadAddress, also for options that there are not.
    """
    try:
        return _client(url)
    except (TypeError, ValueError) as error:  # their words name the option, never a value
        raise BadAddress(f"the store's address, or an option in it, is none: {error}") from None


def _client(url: str) -> Client:
    if url.startswith("redis+cluster://"):
        plain = "redis://" + url.removeprefix("redis+cluster://")
        # No command is sent again by itself: an answer that was lost may have been carried out.
        return RedisCluster.from_url(plain, socket_timeout=_SOCKET_TIMEOUT, protocol=2, retry=Retry(NoBackoff(), 0))
    # A pool that lets callers wait for a free connection: a burst of updates must not fail for want of one.
    pool: Any = BlockingConnectionPool.from_url(
        url,
        max_connections=_MOST_CONNECTIONS,
        timeout=_SOCKET_TIMEOUT,
        socket_timeout=_SOCKET_TIMEOUT,
        health_check_interval=30,
        protocol=2,
    )
    pool.make_connection()  # without connecting: options are looked at only here
    return Redis.from_pool(pool)
