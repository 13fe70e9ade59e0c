"""From the line to the messenger: gives each delivery its turn, makes the try, and puts back what is not over."""

import asyncio
import logging
import math
from collections import Counter
from collections.abc import Coroutine
from datetime import timedelta

from bot.delivery.conclusions import Conclusions
from bot.delivery.gate import Gate
from bot.delivery.line import Delivery, Line
from bot.delivery.messenger import TokenRefused
from bot.delivery.sender import Sender, Worded
from bot.delivery.watch import Watch
from bot.domain.delivery import Later
from bot.domain.edition import Mark
from bot.storage.connection import StoreError
from bot.storage.pace import Pace
from bot.storage.subscriptions import SubscriptionStore
from bot.storage.tries import Beginning, Begun, Candidate, Tries

_LOG = logging.getLogger(__name__)
_LONGEST_PAUSE = 1.0
#: A chat gets a message a second: https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
_CHAT_GAP = timedelta(seconds=1)
#: What has to wait longer is not held here, but waits in the outbox.
_PATIENCE = timedelta(minutes=1)
#: While repeating would likely be in vain.
_REPEAT_PAUSE = timedelta(seconds=30)
#: Messages to so many chats in a row were certainly not sent.
_TROUBLE = 3
#: Seconds: at a high rate a few messages go together, since each waking costs as much as a message does.
_GRAIN = 0.02
_LONGEST_TROUBLE = 60.0


class Dispatcher:
    def __init__(
        self,
        line: Line,
        store: SubscriptionStore,
        pace: Pace,
        tries: Tries,
        sender: Sender,
        conclusions: Conclusions,
        watch: Watch,
        gate: Gate,
        *,
        in_flight: int,
    ) -> None:
        """`in_flight`: as many messages may be on their way at once, and so in doubt after a crash."""
        self.changed = asyncio.Event()
        self._line = line
        self._store = store
        self._pace = pace
        self._tries = tries
        self._sender = sender
        self._conclusions = conclusions
        self._watch = watch
        self._gate = gate
        self._in_flight = in_flight
        self._under_way: set[asyncio.Task[None]] = set()
        self._turns: dict[float, list[Delivery]] = {}
        self._out = 0  # deliveries that have a turn, or are being given one, or are under way
        self._failure: Exception | None = None
        self._in_vain = Counter[int]()
        self._rests_until = 0.0

    @property
    def idle(self) -> bool:
        return not self._out

    async def run(self, stopping: asyncio.Event) -> None:
        """Returns when nothing is under way any more. Raises StoreError and TokenRefused."""
        self._failure = None
        try:
            await self._give_turns(stopping)
        finally:
            while self._under_way or self._turns:
                await asyncio.wait([*self._under_way, asyncio.create_task(asyncio.sleep(_GRAIN))])
            self._out = 0

    async def _give_turns(self, stopping: asyncio.Event) -> None:
        loop = asyncio.get_running_loop()
        while not stopping.is_set():
            if self._failure:
                raise self._failure
            if candidates := self._candidates(loop.time()):
                wait = await self._reserve(candidates)
                await self._pause(min(wait, _LONGEST_PAUSE), stopping, or_change=False)
            else:
                await self._pause(self._until_next(loop.time()), stopping, or_change=True)

    def _candidates(self, now: float) -> list[Delivery]:
        """As many as there are slots for, and room on the way."""
        at_once = min(self._in_flight, self._pace.at_once)
        room = min(self._in_flight - self._out, at_once)
        # A round trip for each message that comes back would cost more than to wait for a few.
        if room * 2 < at_once or self._rests(now):
            return []
        taken = self._line.take(now, room)
        if not self._watch.uncertain:
            return taken
        for delivery in (one for one in taken if one.again):
            self._put_back(delivery, _REPEAT_PAUSE)
        return [one for one in taken if not one.again]

    def _rests(self, now: float) -> bool:
        return now < self._rests_until or self._watch.resting

    def _until_next(self, now: float) -> float:
        ready = None if self._rests(now) else self._line.next_ready(now)
        return _LONGEST_PAUSE if ready is None else min(max(0.02, ready), _LONGEST_PAUSE)

    async def _reserve(self, deliveries: list[Delivery]) -> float:
        """Turns for those that may go; gives the seconds until others may ask."""
        self._out += len(deliveries)
        turns, delay = await self._pace.reserve([delivery.chat_id for delivery in deliveries])
        now = asyncio.get_running_loop().time()
        for delivery, turn in zip(deliveries, turns, strict=False):
            if turn.given:
                self._begin_at(now + turn.wait.total_seconds(), delivery)
            else:
                self._out -= 1
                self._put_back(delivery, turn.wait)
        for delivery in reversed(deliveries[len(turns) :]):
            self._out -= 1
            self._put_back(delivery, timedelta())
        return delay.total_seconds()

    def _begin_at(self, at: float, delivery: Delivery) -> None:
        """Those whose slots are close together go together."""
        at = math.ceil(at / _GRAIN) * _GRAIN
        if at not in self._turns:
            self._turns[at] = []
            asyncio.get_running_loop().call_at(at, self._begin_all, at)
        self._turns[at].append(delivery)

    def _begin_all(self, at: float) -> None:
        self._start(self._begin(self._turns.pop(at), at))

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _begin(self, deliveries: list[Delivery], at: float) -> None:
        """Marks them and lets them go; those that nobody wants any more end here."""
        try:
            found = await self._tries.begin([_candidate(delivery) for delivery in deliveries])
            for delivery, beginning in zip(deliveries, found, strict=True):
                worded = await self._worded(delivery, beginning)
                if worded is None:
                    self._free(delivery)
                else:
                    self._start(self._try(at, delivery, worded))
        except StoreError as error:
            self._failure = error
        self.changed.set()

    async def _worded(self, delivery: Delivery, beginning: Beginning) -> Worded | None:
        try:
            if beginning.begun is Begun.YES:
                return await self._still_wanted(delivery, beginning)
            if beginning.begun is Begun.HAD_ALREADY:
                self._conclusions.end(delivery, Mark.SKIPPED)
            elif beginning.begun is Begun.GONE:
                raw = beginning.edition
                edition = self._sender.word(delivery.chunk.edition_id, raw).edition if raw else None
                await self._conclusions.gone(delivery, edition)
        except StoreError:
            raise
        except Exception:  # a fault of ours with one keeps no other waiting
            _LOG.exception("edition %s cannot be sent", delivery.chunk.edition_id)
        return None

    async def _still_wanted(self, delivery: Delivery, beginning: Beginning) -> Worded | None:
        """The edition, where the chat still wants it; both may have changed since they were read."""
        delivery.mark = _trying(delivery)
        worded = self._sender.word(delivery.chunk.edition_id, beginning.edition)
        if worded.edition.form == "refused":
            self._conclusions.end(delivery, Mark.FAILED, "refused")
            return None
        if beginning.record != delivery.record.raw:
            changed = await self._store.decode(delivery.number, beginning.record)
            if changed is None:
                self._conclusions.end(delivery, Mark.SKIPPED)
                return None
            delivery.record = changed
        barred = await self._gate.bars(
            delivery.chunk, worded.edition, delivery.record, self._watch.now(), again=delivery.again
        )
        if barred is None:
            return worded
        self._conclusions.bar(delivery, barred)
        return None

    def _free(self, delivery: Delivery, until: float = 0.0) -> None:
        self._out -= 1
        self._line.free(delivery.taken_for, until)

    async def _try(self, at: float, delivery: Delivery, worded: Worded) -> None:
        wait = await self._outcome(delivery, worded)
        if wait is None:
            self._free(delivery, at + _CHAT_GAP.total_seconds())
        else:
            self._out -= 1
            self._put_back(delivery, wait)
        self.changed.set()

    async def _outcome(self, delivery: Delivery, worded: Worded) -> timedelta | None:
        """None if it is over for now, else when to try again. Where a failure ends the run, the mark stays for the
        next one, which takes it for one in doubt, unless it is known not to have been sent."""
        try:
            outcome = await self._sender.send(delivery, worded, silent=delivery.again)
            self._note_trouble(delivery.chat_id, isinstance(outcome, Later))
            return await self._conclusions.draw(delivery, worded, outcome)
        except TokenRefused as error:
            self._failure = error
            return timedelta()
        except StoreError as error:
            self._failure = error
        except Exception:
            _LOG.exception("edition %s was sent, but not seen to its end", delivery.chunk.edition_id)
        return None

    def _put_back(self, delivery: Delivery, wait: timedelta) -> None:
        """To be offered again after that time, here or, if it is long, in the outbox with all that follows it."""
        if wait <= _PATIENCE:
            self._line.put_back(delivery)
        else:
            for one in (delivery, *self._line.drop_chat(delivery.taken_for)):
                self._conclusions.postpone(one, wait)
        self._line.free(delivery.taken_for, asyncio.get_running_loop().time() + wait.total_seconds() if wait else 0.0)

    def _note_trouble(self, chat_id: int, in_vain: bool) -> None:
        """Several chats in a row, each in vain: the trouble is Telegram's or the network's."""
        if not in_vain:
            self._in_vain.clear()
            return
        self._in_vain[chat_id] += 1
        if len(self._in_vain) >= _TROUBLE:
            pause = min(2.0 ** min(self._in_vain.total() - _TROUBLE, 10), _LONGEST_TROUBLE)
            self._rests_until = asyncio.get_running_loop().time() + pause

    async def _pause(self, seconds: float, stopping: asyncio.Event, *, or_change: bool) -> None:
        if seconds <= 0:
            return
        waiting = [asyncio.create_task(stopping.wait())]
        if or_change:
            self.changed.clear()
            waiting.append(asyncio.create_task(self.changed.wait()))
        await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


def _trying(delivery: Delivery) -> Mark:
    return Mark.TRYING_AGAIN if delivery.again else Mark.TRYING


def _candidate(delivery: Delivery) -> Candidate:
    return Candidate(delivery.chunk, delivery.position, delivery.mark, _trying(delivery))
