"""Moments that tests bring about or wait for: no test sleeps."""

from datetime import UTC, datetime, timedelta

from bot.bootstrap import Stores
from bot.domain.edition import Urgency
from bot.storage import keys
from bot.storage.connection import Client
from bot.storage.settlements import Settlements
from bot.storage.streams import Presence

OUTBOX = tuple(keys.outbox(urgency) for urgency in Urgency)


async def abandon(stores: Stores, presence: Presence, *streams: str, idle_ms: int = 60_000) -> None:
    """As if that process had been killed a while ago: it shows no life, and what it took lies idle."""
    await stores.redis.delete(keys.presence(presence.name))
    for stream in streams or OUTBOX:
        pending = await stores.redis.xpending_range(stream, "workers", min="-", max="+", count=1000)
        ids = [row["message_id"] for row in pending if row["consumer"] == presence.name.encode()]
        if ids:
            await stores.redis.xclaim(stream, "workers", presence.name, 0, ids, idle=idle_ms)


async def blocked(redis: Client) -> None:
    """Returns when someone waits at the server."""
    while (await redis.info("clients"))["blocked_clients"] == 0:
        pass


async def a_moment_later(stores: Stores) -> None:
    """Returns when all that has arrived in the store lies before its clock's last full millisecond."""
    start = await stores.clock.now()
    while await stores.clock.now() <= start + timedelta(milliseconds=1):
        pass


async def come_due(stores: Stores) -> int:
    """What was postponed, whenever to, is back in the outbox, and its chats wait no more; gives how many."""
    settlements, far = Settlements(stores.redis), datetime.now(UTC) + timedelta(days=9)
    tasks = await settlements.due(keys.LATER, far)
    for task in tasks:
        await free(stores, task.chat_id)
        await settlements.owe_again(keys.LATER, task)
    return len(tasks)


async def free(stores: Stores, chat_id: int) -> None:
    """A chat need not be waited for any more."""
    await stores.redis.delete(keys.chat(chat_id))


async def waits(stores: Stores, key: str = keys.LATER) -> list[float]:
    """How many seconds what was postponed has still to wait."""
    later = await stores.redis.zrange(key, 0, -1, withscores=True)
    return [score - datetime.now(UTC).timestamp() for _, score in later]
