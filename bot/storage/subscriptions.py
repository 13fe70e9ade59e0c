"""Subscriptions, each under a small number that never changes, and who wants what.

Who is subscribed to a category stands in bitmaps over the numbers: some three bytes a chat for all categories
together, and an order in which all subscribers can be gone through that holds across restarts. Whose digest is due
when stands in sets by minute, who cannot be reached in sorted sets by cause; both follow from the record.
"""

import logging
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import chain

from bot.domain.delivery import Cause
from bot.domain.edition import Edition
from bot.domain.moment import to_ms
from bot.domain.subscription import Address, Subscription
from bot.storage import keys
from bot.storage.connection import Client
from bot.storage.due import DueIndex, minute_of
from bot.storage.records import Record, Records, Unreadable, words_of
from bot.storage.saving import Change, Guard, Packed, Saved, Saving
from bot.storage.words import UnknownWord, Words

_LOG = logging.getLogger(__name__)
_HEARD_KEPT = timedelta(days=1)
#: Longer than a conversation keeps an article waiting.
_TALK_KEPT = timedelta(hours=1)
#: As long as anything stays owed.
_HEIR_KEPT = timedelta(days=30)
_UNREADABLE_PUT_OFF = timedelta(hours=1)
_HASHES_AT_ONCE = 16

_OF_CHAT = """
if ARGV[2] ~= '' then
  local time = redis.call('TIME')
  redis.call('SET', KEYS[2], string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000)), 'EX', ARGV[2])
end
local bucket, found = redis.call('HGETALL', KEYS[1]), {}
for i = 1, #bucket, 2 do
  if string.match(bucket[i], '^-?%d+') == ARGV[1] then table.insert(found, bucket[i + 1]) end
end
return found
"""

_NOTE_TALK = """
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then return end
local time = redis.call('TIME')
redis.call('SET', KEYS[2], string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000)), 'EX', ARGV[2])
"""

_MOVE = """
local number = redis.call('HGET', KEYS[1], ARGV[1])
if number ~= ARGV[3] or redis.call('HGET', KEYS[3], ARGV[4]) ~= ARGV[5] then return -1 end
if redis.call('HEXISTS', KEYS[2], ARGV[2]) == 1 then return 0 end
redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('HSET', KEYS[2], ARGV[2], number)
redis.call('HSET', KEYS[3], ARGV[4], ARGV[6])
return 1
"""


class SubscriptionStore:
    def __init__(self, redis: Client) -> None:
        self._redis = redis
        self._words = Words(redis)
        self._records = Records(self._words)
        self._saving = Saving(redis)
        self._due = DueIndex(redis)
        self._of_chat = redis.register_script(_OF_CHAT)
        self._note_talk = redis.register_script(_NOTE_TALK)
        self._move = redis.register_script(_MOVE)

    # -- reading ------------------------------------------------------------------------------------------------

    async def read(self, address: Address) -> Record | None:
        """Raises Unreadable."""
        number = await self._redis.hget(keys.numbers(address.chat_id), keys.address(address))
        raw = await self._redis.hget(*keys.record(int(number))) if number is not None else None
        if raw is None:
            return None
        found = Record(int(number), await self._unpack(raw), raw)
        # Between the two reads it may have moved to another chat.
        return found if found.subscription.address == address else None

    async def read_numbers(self, numbers: Iterable[int]) -> dict[int, Record]:
        """Those stored and readable."""
        return {record.number: record for record, _ in await self._read(numbers) if record}

    async def of_chat(self, chat_id: int) -> list[Record]:
        """Those of a chat and of all its topics."""
        return await self._read_chat(chat_id, "")

    async def hear(self, chat_id: int) -> list[Record]:
        """Likewise; and notes that the chat has just shown that it can be written to."""
        return await self._read_chat(chat_id, int(_HEARD_KEPT.total_seconds()))

    async def heard_at(self, chat_id: int) -> int:
        """In the store's ms; 0 if it is more than a day ago."""
        return int(await self._redis.get(keys.heard(chat_id)) or 0)

    async def note_talk(self, address: Address) -> None:
        """People write to each other there just now; kept for those with a subscription only."""
        found_by = [keys.numbers(address.chat_id), keys.talk(address)]
        await self._note_talk(keys=found_by, args=[keys.address(address), int(_TALK_KEPT.total_seconds())])

    async def talked_at(self, address: Address) -> int:
        """When people last wrote to each other there, in the store's ms; 0 if it is more than an hour ago."""
        return int(await self._redis.get(keys.talk(address)) or 0)

    async def decode(self, number: int, raw: bytes) -> Record | None:
        """A record that was fetched elsewhere, by `keys.record`. One that cannot be read is left out and logged, so
        that it keeps no other waiting."""
        try:
            return Record(number, await self._unpack(raw), raw)
        except Unreadable as error:
            _LOG.error("subscription %s cannot be read: %s", number, error)
            return None

    async def all(self) -> AsyncIterator[Subscription]:
        hashes = keys.records_until(int(await self._redis.get(keys.LAST_NUMBER) or 0))
        for start in range(0, len(hashes), _HASHES_AT_ONCE):
            async with self._redis.pipeline(transaction=False) as pipe:
                for key in hashes[start : start + _HASHES_AT_ONCE]:
                    pipe.hvals(key)
                found = await pipe.execute()
            for raw in (raw for values in found for raw in values):
                if record := await self.decode(0, raw):
                    yield record.subscription

    async def count(self, slug: str) -> int:
        return int(await self._redis.bitcount(keys.subscribers_of(slug)))

    async def _read(self, numbers: Iterable[int]) -> list[tuple[Record | None, int]]:
        """Each number that is stored, with its record if that can be read."""
        together = defaultdict(list)
        for number in numbers:
            together[keys.record(number)[0]].append(number)
        if not together:
            return []
        async with self._redis.pipeline(transaction=False) as pipe:
            for key, members in together.items():
                pipe.hmget(key, [keys.record(number)[1] for number in members])
            values = await pipe.execute()
        raws = zip(chain(*together.values()), chain(*values), strict=True)
        return [(await self.decode(number, raw), number) for number, raw in raws if raw is not None]

    async def _read_chat(self, chat_id: int, heard_kept: int | str) -> list[Record]:
        numbers = await self._of_chat(keys=[keys.numbers(chat_id), keys.heard(chat_id)], args=[chat_id, heard_kept])
        return list((await self.read_numbers(int(number) for number in numbers)).values())

    async def _unpack(self, raw: bytes) -> Subscription:
        """Raises Unreadable."""
        try:
            return self._records.unpack(raw)
        except UnknownWord:
            await self._words.learn()  # another process has added it
        try:
            return self._records.unpack(raw)
        except UnknownWord as error:
            raise Unreadable(f"there is no word {error}") from error

    # -- changing -----------------------------------------------------------------------------------------------

    async def change_stored(self, address: Address, change: Callable[[Subscription], Subscription]) -> None:
        """Nothing, where nothing is stored."""
        while record := await self.read(address):
            after = change(record.subscription)
            if after == record.subscription or await self.save(record, after):
                return

    async def change(
        self, blank: Subscription, change: Callable[[Subscription], Subscription]
    ) -> tuple[Subscription, Subscription]:
        """Applies `change` to what is stored at the address of `blank`, or to `blank`; gives before and after."""
        while True:
            record = await self.read(blank.address) or Record(0, blank, b"")
            after = change(record.subscription)
            if after == record.subscription and record.number:
                return record.subscription, after
            if await self.save(record, after):
                return record.subscription, after

    async def save(
        self,
        record: Record,
        after: Subscription | None,
        owed: Sequence[Edition] = (),
        guard: Guard | None = None,
    ) -> bool:
        """Together with the editions (stored before) that it is owed with that; no `after` removes it. False, with
        nothing done, if the record has changed since it was read, or anything of the guard's."""
        number = record.number or int(await self._redis.incr(keys.LAST_NUMBER))
        return await self._save_all({number: Change(record, after, owed, guard or Guard())}) == 1

    async def save_all(self, changes: Sequence[Change]) -> None:
        """Likewise, each for itself, for subscriptions that are stored. What has changed since it was read stays; so
        does what is saved in one step with what tells of an article that has changed."""
        await self._save_all({change.record.number: change for change in changes})

    async def _save_all(self, changes: Mapping[int, Change]) -> int:
        """By their numbers; gives how many were saved."""
        told = Counter(edition.id for change in changes.values() for edition in change.owed)
        alone = {edition_id for edition_id, count in told.items() if count == 1}
        left, done = changes, 0
        while left:
            packed = await self._packed(left)  # by the table as it is now
            saved = await self._saving.save_all(packed, self._words.by_word, alone)
            done += saved.count(Saved.DONE)
            again = (one for one, how in zip(packed, saved, strict=True) if how is Saved.WORDS_CHANGED)
            left = {one.number: one.change for one in again}
            if left:
                await self._words.learn()
        return done

    async def _packed(self, changes: Mapping[int, Change]) -> list[Packed]:
        try:
            return [self._pack(change, number) for number, change in changes.items()]
        except UnknownWord:
            await self._words.learn({word for one in changes.values() if one.after for word in words_of(one.after)})
        return [self._pack(change, number) for number, change in changes.items()]

    def _pack(self, change: Change, number: int) -> Packed:
        """Raises UnknownWord."""
        value, words = self._records.pack(change.after) if change.after else (b"", set[str]())
        return Packed(change, number, value, words)

    async def remove(self, address: Address) -> bool:
        """False if there was nothing."""
        while record := await self.read(address):
            if await self.save(record, None):
                return True
        return False

    async def move(self, old: Address, new_chat_id: int) -> int | None:
        """To the id that a group has as a supergroup, where it joins what is stored there already. Gives the number
        that holds it afterwards; None if there was nothing to move."""
        while record := await self.read(old):
            if old.chat_id == new_chat_id:
                return record.number
            after = record.subscription.move(new_chat_id)
            moved = await self._move_to(record, after)
            if moved > 0:
                return record.number
            if moved == 0:
                await self.change(after, after.adopted_by)
                joined = await self._redis.hget(keys.numbers(new_chat_id), keys.address(after.address))
                if joined is not None:  # what is still owed to the old number finds its way by this
                    await self._redis.set(keys.heir(record.number), joined, ex=_HEIR_KEPT)
                if await self.save(record, None):
                    return int(joined) if joined is not None else None
        return None

    async def heir(self, number: int) -> int | None:
        """The subscription with which one that is no longer stored was joined."""
        found = await self._redis.get(keys.heir(number))
        return int(found) if found is not None else None

    async def _move_to(self, record: Record, after: Subscription) -> int:
        """1 if it was moved, 0 if there is one at that address, -1 if it has changed since it was read."""
        old, (records, field) = record.subscription.address, keys.record(record.number)
        await self._words.learn(words_of(after))
        packed, _ = self._records.pack(after)
        found = await self._move(
            keys=[keys.numbers(old.chat_id), keys.numbers(after.chat_id), records],
            args=[keys.address(old), keys.address(after.address), record.number, field, record.raw, packed],
        )
        return int(found)

    # -- whose turn it is -----------------------------------------------------------------------------------------

    async def due(self, now: datetime, *, count: int) -> list[Record]:
        """Those whose digest is due, the longest waiting first."""
        due: dict[int, Record] = {}
        for minute, number, raw in await self._due.until(now, count):
            record = await self.decode(number, raw) if raw is not None else None
            slot = record.due if record else None
            unreadable = raw is not None and record is None
            stands = minute_of(now + _UNREADABLE_PUT_OFF) if unreadable else minute_of(slot)
            if stands != minute:  # the rules of its time zone have changed, or it cannot be read
                await self._due.move(number, minute, stands)
            if record and slot and slot <= now:
                due[number] = record
        return list(due.values())

    async def put_off(self, record: Record, until: datetime) -> None:
        """What is due stays so, and is not looked at before."""
        await self._due.move(record.number, minute_of(record.due), minute_of(until))

    async def parked_counts(self) -> dict[Cause, int]:
        async with self._redis.pipeline(transaction=False) as pipe:
            for cause in Cause:
                pipe.zcard(keys.parked(cause))
            return dict(zip(Cause, await pipe.execute(), strict=True))

    async def parked_until(self, moments: Mapping[Cause, datetime], *, count: int) -> list[Record]:
        """Those parked for these causes since such a moment or longer, up to so many for each."""
        async with self._redis.pipeline(transaction=False) as pipe:
            for cause, moment in moments.items():
                pipe.zrange(keys.parked(cause), "-inf", to_ms(moment), byscore=True, offset=0, num=count)
            numbers = chain(*await pipe.execute())
        return list((await self.read_numbers(map(int, numbers))).values())
