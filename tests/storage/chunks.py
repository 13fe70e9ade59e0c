"""Chunks as a process takes and settles them, and the accounts that must balance whatever it does."""

import asyncio
from collections import Counter
from datetime import timedelta

from bot.bootstrap import Stores
from bot.domain.edition import Edition, Mark, Urgency
from bot.domain.message import Message
from bot.domain.subscription import Address, Subscription
from bot.storage import keys
from bot.storage.outbox import Chunk, Outbox
from bot.storage.pace import Limits, Pace
from bot.storage.settlements import Batch, Settlement, Settlements
from bot.storage.tries import Beginning, Candidate, Tries
from tests.unit.samples import NOW

EDITION = Edition(id="e1", message=Message(text="<b>Hello</b> “😀”"), articles=("a1", "a2"))
#: No chat and no slot is waited for.
NO_LIMITS = Limits(chat_gap=timedelta(), group_gap=timedelta())
_OVER = ("sent", "failed", "ambiguous", "skipped", "postponed")
_OPEN = (Mark.OWED, Mark.TRYING, Mark.TRYING_AGAIN)


def fast(stores: Stores) -> Pace:
    return Pace(stores.redis, 1_000_000, NO_LIMITS)


async def take(outbox: Outbox, count: int = 10) -> list[Chunk]:
    return await outbox.take(dict.fromkeys(Urgency, count), None, asyncio.Event())


async def owed(stores: Stores, *numbers: int, edition: Edition = EDITION) -> Chunk:
    await stores.outbox.owe(edition, numbers)
    (chunk,) = await take(stores.outbox)
    return chunk


async def subscribed(stores: Stores, *chat_ids: int) -> list[int]:
    """Their numbers."""
    numbers = []
    for chat_id in chat_ids:
        reader = Subscription(chat_id=chat_id).subscribe(["policy"], NOW)
        await stores.subscriptions.change(reader, lambda old: old)
        record = await stores.subscriptions.read(Address(chat_id))
        assert record
        numbers.append(record.number)
    return numbers


def candidate(chunk: Chunk, position: int, mark: Mark = Mark.OWED) -> Candidate:
    return Candidate(chunk, position, mark, Mark.TRYING if mark is Mark.OWED else Mark.TRYING_AGAIN)


async def begun(stores: Stores, *candidates: Candidate) -> list[Beginning]:
    return await Tries(stores.redis).begin(candidates)


async def settle(
    stores: Stores,
    chunk: Chunk,
    position: int,
    after: Mark,
    receipt: str | None = None,
    *,
    before: Mark = Mark.OWED,
) -> None:
    one = Settlement(chunk, position, before, after, receipt)
    await Settlements(stores.redis).write(Batch(settled=[one]))


async def marks_of(stores: Stores, chunk: Chunk) -> list[Mark]:
    """As they stand in the store."""
    stored = await stores.redis.get(keys.marks(chunk.urgency, chunk.id)) or b""
    return [Mark(chr(byte)) for byte in stored.replace(b"\0", b"-").ljust(len(chunk.numbers), b"-")]


async def check_accounts(stores: Stores) -> None:
    """Whoever was ever owed a message has got it, has not got it, or is still waiting."""
    counts = await stores.outbox.counts()
    marks = Counter[Mark]()
    for urgency in Urgency:
        for entry_id, fields in await stores.redis.xrange(keys.outbox(urgency)):
            size = len(fields[b"n"].split(b","))
            stored = await stores.redis.get(keys.marks(urgency, entry_id.decode())) or b""
            marks.update(Mark(chr(byte)) for byte in stored.replace(b"\0", b"-").ljust(size, b"-"))
    ended = {name: counts.get(name, 0) for name in _OVER}
    waiting = sum(marks[mark] for mark in _OPEN)
    assert counts.get("owed", 0) == sum(ended.values()) + waiting, f"{counts} {marks}"
    assert counts.get("in_flight", 0) == marks[Mark.TRYING] + marks[Mark.TRYING_AGAIN], f"{counts} {marks}"
    assert ended["postponed"] == counts["postponed_waiting"] + counts["doubts_waiting"]
