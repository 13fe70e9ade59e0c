"""The outbox: what is owed to whom, stored before anything is sent.

An edition is one message as it was worded; a chunk is an entry of a stream that owes an edition to up to a hundred
subscriptions, named by their numbers. What became of each recipient stands in one byte beside the chunk, so that
after a crash only the messages that were in flight are in doubt. There is one stream for each urgency.
"""

import asyncio
from collections.abc import AsyncIterator, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import orjson

from bot.domain.edition import Edition, Mark, Urgency
from bot.domain.moment import from_ms
from bot.storage import keys
from bot.storage.connection import Client
from bot.storage.orders import INDEX_KEPT, order, setting, storing
from bot.storage.streams import Entry, LeaseQueue, Presence, take_any

#: With this begins the id of an edition that is a digest.
DIGEST = "d-"
#: Whoever is tried after an edition was worded anew gets it so; what was on its way is settled long before this ends.
#: Were it longer, all that a broadcast has still to send would be followed by an edit that changes nothing.
_ON_ITS_WAY = timedelta(minutes=5)
_SCANNED_AT_ONCE = 1000
_REFUSALS_KEPT = 100

# What tells of an article that was taken back meanwhile would never be taken back itself.
_OWE_ONCE = """
if redis.call('EXISTS', KEYS[1]) == 1 or redis.call('HEXISTS', KEYS[2], ARGV[1]) == 0 then return 0 end
for _, command in ipairs(cjson.decode(ARGV[2])) do redis.call(unpack(command)) end
return 1
"""

_REPLACE = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'KEEPTTL')
return 1
"""


@dataclass(slots=True, weakref_slot=True, eq=False)
class Chunk:
    """As this process holds it. `numbers` and `marks` go together; `planned`: when its recipients were chosen, in the
    store's ms; `attempt`: how often it was tried before; `again` says that they may have it already; `refusals`: how
    often the chat was found to be out of reach; `alone`: nobody else is owed the edition."""

    urgency: Urgency
    id: str
    edition_id: str
    numbers: tuple[int, ...]
    marks: list[Mark]
    planned: int = 0
    attempt: int = 0
    again: bool = False
    refusals: int = 0
    alone: bool = False


class Outbox:
    def __init__(self, redis: Client, presence: Presence) -> None:
        self._redis = redis
        self._lanes = {urgency: LeaseQueue(redis, keys.outbox(urgency), presence) for urgency in Urgency}
        self._replace = redis.register_script(_REPLACE)
        self._owe_once = redis.register_script(_OWE_ONCE)

    async def prepare(self) -> None:
        for lane in self._lanes.values():
            await lane.prepare()

    async def owe(self, edition: Edition, numbers: Sequence[int]) -> None:
        async with self._redis.pipeline(transaction=True) as pipe:
            for command in order(edition, numbers):
                pipe.execute_command(*command)
            await pipe.execute()

    async def store(self, editions: Iterable[Edition]) -> None:
        """Before they are owed to anybody."""
        async with self._redis.pipeline(transaction=False) as pipe:
            for command in storing(editions):
                pipe.execute_command(*command)
            await pipe.execute()

    async def owe_once(self, edition: Edition, numbers: Sequence[int], article_id: str) -> bool:
        """Unless an edition of that id is stored, or that article no longer is. It is stored even if it is owed to
        nobody, to tell that this was done."""
        commands = [setting(edition), *order(edition, numbers)]
        owed_keys = [keys.edition(edition.id), keys.ARTICLES]
        return bool(await self._owe_once(keys=owed_keys, args=[article_id, orjson.dumps(commands)]))

    # -- taking up ----------------------------------------------------------------------------------------------

    async def left_over(self) -> list[Chunk]:
        """What this process took and did not finish, as when the store went away in between."""
        return await self._open_all({urgency: await lane.left_over() for urgency, lane in self._lanes.items()})

    async def forgotten(self, held: Container[str]) -> list[Chunk]:
        """What this process has had for a while and does not hold (ids): what another process that was taken for dead
        began to send, and has then left."""
        return await self._open_all({urgency: await lane.forgotten(held) for urgency, lane in self._lanes.items()})

    async def take_over(self) -> list[Chunk]:
        """What processes have left that live no more."""
        return await self._open_all({urgency: await lane.take_over() for urgency, lane in self._lanes.items()})

    async def take(self, counts: Mapping[Urgency, int], wait: timedelta | None, stop: asyncio.Event) -> list[Chunk]:
        """Up to so many new chunks of each urgency; waits for the first one up to `wait`, or until told to stop."""
        lanes = {self._lanes[urgency]: count for urgency, count in counts.items() if count > 0}
        taken = await take_any(lanes, wait, stop) if lanes else {}
        return await self._open_all({urgency: taken.get(lane, []) for urgency, lane in self._lanes.items()})

    async def _open_all(self, entries: Mapping[Urgency, Sequence[Entry]]) -> list[Chunk]:
        found = [(urgency, entry) for urgency, some in entries.items() for entry in some]
        if not found:
            return []
        stored = await self._redis.mget([keys.marks(urgency, entry.id) for urgency, entry in found])
        return [_chunk(urgency, entry, marks or b"") for (urgency, entry), marks in zip(found, stored, strict=True)]

    async def edition(self, edition_id: str) -> Edition | None:
        value = await self._redis.get(keys.edition(edition_id))
        return Edition.model_validate_json(value) if value is not None else None

    async def raw_editions(self, edition_ids: Sequence[str]) -> dict[str, bytes]:
        """As they are stored; those no longer stored are left out."""
        values = await self._redis.mget([keys.edition(edition_id) for edition_id in edition_ids])
        return {edition_id: raw for edition_id, raw in zip(edition_ids, values, strict=True) if raw is not None}

    async def replace(self, edition: Edition, raw: bytes) -> bool:
        """In place of what was read; False if that is no longer what is stored."""
        return bool(await self._replace(keys=[keys.edition(edition.id)], args=[raw, edition.model_dump_json()]))

    async def move(self, edition_id: str, old: str, new: str) -> None:
        """It carries no longer the one article, but the other."""
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.smove(keys.editions_of(old), keys.editions_of(new), edition_id)
            pipe.expire(keys.editions_of(new), INDEX_KEPT)
            await pipe.execute()

    async def note_refusal(self, edition_id: str, reason: str, now: datetime) -> None:
        """Telegram does not take this message; kept for the owners, the latest hundred or so."""
        if await self._redis.hlen(keys.REFUSED) >= _REFUSALS_KEPT:
            await self._redis.delete(keys.REFUSED)
        await self._redis.hset(keys.REFUSED, edition_id, f"{int(now.timestamp())}:{reason}")

    async def refusals(self) -> list[tuple[str, datetime, str]]:
        """Editions that Telegram did not take, when and why; the latest first."""
        stored = await self._redis.hgetall(keys.REFUSED)
        split = [(edition_id.decode(), *value.decode().split(":", 1)) for edition_id, value in stored.items()]
        found = [(name, datetime.fromtimestamp(int(at), UTC), reason) for name, at, reason in split]
        return sorted(found, key=lambda one: one[1], reverse=True)

    # -- taking back --------------------------------------------------------------------------------------------

    async def editions_of(self, article_id: str) -> list[str]:
        return [raw.decode() for raw in await self._redis.smembers(keys.editions_of(article_id))]

    async def editions_to(self, article_id: str, number: int) -> list[str]:
        """Those of them that this subscription has got, or is owed; and those that are for many."""
        editions = await self.editions_of(article_id)
        digests = [edition_id for edition_id in editions if edition_id.startswith(DIGEST)]
        async with self._redis.pipeline(transaction=False) as pipe:
            for edition_id in digests:
                pipe.hexists(*keys.receipt(edition_id, number))
            received = await pipe.execute()
        got = {edition_id for edition_id, has_it in zip(digests, received, strict=True) if has_it}
        owed = await self._owed_to(number) if digests else set()
        return sorted(set(editions) - set(digests) | got | owed.intersection(digests))

    async def _owed_to(self, number: int) -> set[str]:
        """The editions that wait for a subscription, in the stream or outside of it."""
        found = {chunk.edition_id async for chunk in self._chunks_with(None, number)}
        for key in (keys.LATER, keys.DOUBTS):
            async for task, _ in self._redis.zscan_iter(key, f'\\["*","*",{number},*', _SCANNED_AT_ONCE):
                found.add(orjson.loads(task)[1])
        return found

    async def recall(self, edition: Edition, recall: Edition, replacement: Edition | None) -> int:
        """Lets `recall` follow `edition` to all whom it reached or is just reaching; `replacement` is what those
        get who are still owed it, nothing if there is none. Gives how many had got it."""
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.set(keys.edition(recall.id), recall.model_dump_json(), ex=INDEX_KEPT)
            pipe.set(keys.recall(edition.id), recall.id, ex=_ON_ITS_WAY if replacement else INDEX_KEPT)
            if replacement:  # before anyone follows: an edit is made to what the edition says by then
                pipe.set(keys.edition(edition.id), replacement.model_dump_json(), keepttl=True, xx=True)
            await pipe.execute()
        # An edition goes last, together with what is owed for it: whoever was interrupted before can begin again.
        reached = [number async for number, receipt in self.receipts(edition.id) if receipt.isdigit()]
        async with self._redis.pipeline(transaction=True) as pipe:
            for command in order(recall, reached):
                pipe.execute_command(*command)
            if not replacement:
                pipe.delete(keys.edition(edition.id))
            await pipe.execute()
        return len(reached)

    async def forget_article(self, article_id: str) -> None:
        await self._redis.delete(keys.editions_of(article_id))

    async def receipts(self, edition_id: str) -> AsyncIterator[tuple[int, str]]:
        """Of each subscription with which an edition is done: the message id, or how else it has ended."""
        members = await self._redis.smembers(keys.receipt_pages(edition_id))
        firsts = sorted(int(page) * keys.RECEIPTS_A_PAGE for page in members)
        for start in range(0, len(firsts), _SCANNED_AT_ONCE):
            some = firsts[start : start + _SCANNED_AT_ONCE]
            async with self._redis.pipeline(transaction=False) as pipe:
                for first in some:
                    pipe.hgetall(keys.receipt(edition_id, first)[0])
                pages = await pipe.execute()
            for first, page in zip(some, pages, strict=True):
                for place, value in page.items():
                    yield first + int(place), value.decode()

    async def receipt(self, edition_id: str, number: int) -> str | None:
        value = await self._redis.hget(*keys.receipt(edition_id, number))
        return value.decode() if value is not None else None

    # -- looking in ---------------------------------------------------------------------------------------------

    async def find(self, edition_id: str, number: int) -> Mark | None:
        """What is known of a delivery that is still in the outbox; None if it is not there."""
        async for chunk in self._chunks_with(edition_id, number):
            return chunk.marks[chunk.numbers.index(number)]
        return None

    async def on_its_way(self, edition_id: str) -> set[int]:
        """To whom an edition may just be going, or have gone without a receipt."""
        trying = (Mark.TRYING, Mark.TRYING_AGAIN)
        return {
            number
            async for chunk in self._chunks_with(edition_id)
            for number, mark in zip(chunk.numbers, chunk.marks, strict=True)
            if mark in trying
        }

    async def _chunks_with(self, edition_id: str | None, number: int | None = None) -> AsyncIterator[Chunk]:
        """Told apart before they are read: there may be ten thousand."""
        wanted, member = edition_id.encode() if edition_id else None, b"," if number is None else b",%d," % number
        for urgency in Urgency:
            last = "-"
            while rows := await self._redis.xrange(keys.outbox(urgency), last, "+", count=_SCANNED_AT_ONCE):
                found = [row for row in rows if wanted in (None, row[1][b"e"]) and member in b",%b," % row[1][b"n"]]
                for chunk in await self._open_all({urgency: [Entry(row[0].decode(), row[1]) for row in found]}):
                    yield chunk
                last = f"({rows[-1][0].decode()}"

    async def waiting_since(self) -> datetime | None:
        """When the oldest chunk was put here that is not finished."""
        oldest = [await self._redis.xrange(keys.outbox(urgency), count=1) for urgency in Urgency]
        moments = [int(rows[0][0].split(b"-")[0]) for rows in oldest if rows]
        return from_ms(int(min(moments))) if moments else None

    async def counts(self) -> dict[str, int]:
        """How deliveries have ended since the store began, and what is waiting now."""
        counters = await self._redis.hgetall(keys.COUNTERS)
        return {name.decode(): int(value) for name, value in counters.items()} | {
            "chunks_waiting": sum([await lane.waiting() for lane in self._lanes.values()]),
            "postponed_waiting": int(await self._redis.zcard(keys.LATER)),
            "doubts_waiting": int(await self._redis.zcard(keys.DOUBTS)),
        }


def _chunk(urgency: Urgency, entry: Entry, marks: bytes) -> Chunk:
    fields = entry.fields
    numbers = tuple(int(number) for number in fields[b"n"].split(b","))
    return Chunk(
        urgency=urgency,
        id=entry.id,
        edition_id=fields[b"e"].decode(),
        numbers=numbers,
        marks=[Mark(chr(byte)) for byte in marks.replace(b"\0", b"-").ljust(len(numbers), b"-")],
        planned=int(fields.get(b"p", 0)),
        attempt=int(fields.get(b"a", 0)),
        again=fields.get(b"r") == b"1",
        refusals=int(fields.get(b"f", 0)),
        alone=b"o" in fields,
    )
