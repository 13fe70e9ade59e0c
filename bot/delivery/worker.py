"""Takes from the outbox, sends, settles.

    chunks → line → turn: slot, chat's own limits, mark as being tried → send → outcome → mark and receipt

A recipient that is found marked as being tried was in flight when a process ended: nobody knows whether the message
arrived. It is sent once more, silently, and never a third time.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from datetime import timedelta
from weakref import WeakSet

from bot.delivery.conclusions import Conclusions
from bot.delivery.dispatcher import Dispatcher
from bot.delivery.gate import Gate
from bot.delivery.line import Delivery, Line, Recipient
from bot.delivery.sender import Sender, Worded
from bot.delivery.settler import Settler
from bot.delivery.watch import Watch
from bot.domain.edition import Mark, Urgency
from bot.storage.connection import StoreError
from bot.storage.outbox import Chunk, Outbox
from bot.storage.records import Record
from bot.storage.streams import unless_stopping
from bot.storage.subscriptions import SubscriptionStore

_LOG = logging.getLogger(__name__)
#: Between two looks at the whole, and the longest wait for new chunks.
_LOOK = timedelta(seconds=1)
_BUSY_PAUSE = timedelta(milliseconds=200)
#: So many deliveries are held of each urgency together with what is more urgent.
_HELD = 1000
_CHUNKS_AT_ONCE = 10


class Worker:
    def __init__(
        self,
        outbox: Outbox,
        store: SubscriptionStore,
        line: Line,
        dispatcher: Dispatcher,
        sender: Sender,
        settler: Settler,
        conclusions: Conclusions,
        watch: Watch,
        gate: Gate,
    ) -> None:
        self._outbox = outbox
        self._store = store
        self._line = line
        self._dispatcher = dispatcher
        self._sender = sender
        self._settler = settler
        self._conclusions = conclusions
        self._watch = watch
        self._gate = gate
        self._held: WeakSet[Chunk] = WeakSet()

    async def run(self, stopping: asyncio.Event) -> None:
        """Raises StoreError and TokenRefused, some of them in a group."""
        await self._work(stopping, until_idle=False)

    async def run_until_idle(self) -> None:
        """What is postponed to later is left alone."""
        await self._work(asyncio.Event(), until_idle=True)

    async def _work(self, stopping: asyncio.Event, *, until_idle: bool) -> None:
        """What was taken and not sent when it ends is left to whoever takes it over, or to the next run.

        Each loop ends when the other has, by an event: a cancellation can be lost in a call to the store
        (https://github.com/python/cpython/issues/86296, mended in Python 3.12).
        """
        settling, ending = asyncio.create_task(self._settler.run()), asyncio.Event()
        try:
            await self._watch.look()
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(unless_stopping(stopping.wait(), ending)).add_done_callback(lambda _: ending.set())
                filling = self._fill(ending, until_idle=until_idle)
                for loop in (filling, self._dispatcher.run(ending), self._look_around(ending)):
                    tasks.create_task(loop).add_done_callback(lambda _: ending.set())
        finally:
            for delivery in self._line.clear():
                self._conclusions.hand_back(delivery)
            await self._settler.drain(stopping)
            settling.cancel()
            await asyncio.gather(settling, return_exceptions=True)

    async def _look_around(self, stopping: asyncio.Event) -> None:
        while not await _stopped_within(_LOOK, stopping):
            await self._watch.look()

    async def _fill(self, stopping: asyncio.Event, *, until_idle: bool) -> None:
        loop = asyncio.get_running_loop()
        look_at = 0.0
        taken = await self._outbox.left_over()
        while not stopping.is_set():
            if loop.time() >= look_at:
                taken += await self._outbox.take_over()
                taken += await self._outbox.forgotten({chunk.id for chunk in self._held})
                look_at = loop.time() + _LOOK.total_seconds()
            idle = self._idle
            busy = until_idle or not idle
            taken += await self._outbox.take(self._room(), None if busy else _LOOK, stopping)
            await self._hold(taken)
            # What was settled while it was asked for more may have put something into the outbox behind the answer.
            if until_idle and not taken and idle:
                stopping.set()
            elif busy and not taken:
                await _stopped_within(_BUSY_PAUSE, stopping)
            taken = []

    @property
    def _idle(self) -> bool:
        return not self._line and self._dispatcher.idle and self._settler.idle

    def _room(self) -> dict[Urgency, int]:
        return {urgency: _CHUNKS_AT_ONCE for urgency in Urgency if self._line.size(urgency) < _HELD}

    async def _hold(self, chunks: Sequence[Chunk]) -> None:
        """A chunk that fails by a fault of ours is left to a later start, and keeps no other waiting."""
        if not chunks:
            return
        records = await self._store.read_numbers(sorted({number for chunk in chunks for number in chunk.numbers}))
        editions = await self._outbox.raw_editions(list({chunk.edition_id for chunk in chunks}))
        self._held.update(chunks)
        for chunk in chunks:
            try:
                raw = editions.get(chunk.edition_id)
                await self._enter(chunk, self._sender.word(chunk.edition_id, raw) if raw else None, records)
            except StoreError:
                raise
            except Exception:
                _LOG.exception("chunk %s cannot be delivered", chunk.id)
        self._dispatcher.changed.set()

    async def _enter(self, chunk: Chunk, worded: Worded | None, records: Mapping[int, Record]) -> None:
        for position, (number, mark) in enumerate(zip(chunk.numbers, chunk.marks, strict=True)):
            record = records.get(number)
            recipient = Recipient(chunk, position, mark)
            if mark not in (Mark.OWED, Mark.TRYING, Mark.TRYING_AGAIN):
                continue
            if mark is Mark.TRYING_AGAIN:
                self._conclusions.end(recipient, Mark.AMBIGUOUS, "ambiguous")
            elif record is None:
                await self._conclusions.gone(recipient, worded.edition if worded else None)
            elif worded is None:
                self._conclusions.end(recipient, Mark.SKIPPED)
            else:
                delivery = Delivery(chunk, position, mark, record)
                barred = await self._gate.bars(chunk, worded.edition, record, self._watch.now(), again=delivery.again)
                if barred:
                    self._conclusions.bar(delivery, barred)
                else:
                    self._line.add(delivery)


async def _stopped_within(time: timedelta, stopping: asyncio.Event) -> bool:
    try:
        async with asyncio.timeout(time.total_seconds()):
            await stopping.wait()
    except TimeoutError:
        return False
    return True
