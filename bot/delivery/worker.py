"""Takes from the outbox, sends, settles.

    chunk → for each recipient still owed: mark as being tried → slot → send → outcome → mark and receipt
    postponed → back into the outbox when it is due

A recipient that is found marked as being tried was in flight when a process ended: nobody knows whether the message
arrived. It is sent once more, silently, and never a third time.
"""

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from typing import Protocol

from bot.delivery.messenger import Messenger
from bot.delivery.pacer import Pacer
from bot.domain.delivery import Ambiguous, Later, Moved, Outcome, Refused, Sent, Unreachable
from bot.domain.edition import Edition, Mark
from bot.domain.message import Message
from bot.domain.subscription import Address, Subscription
from bot.storage.connection import StoreError
from bot.storage.outbox import Chunk, Outbox
from bot.storage.streams import Entry
from bot.storage.subscriptions import SubscriptionStore

_LOG = logging.getLogger(__name__)
_POLL = timedelta(seconds=1)
_CHUNKS_AT_ONCE = 4
_FIRST_BACKOFF = timedelta(seconds=1)
_LONGEST_BACKOFF = timedelta(minutes=10)
_OPEN_MARKS = (Mark.OWED, Mark.TRYING)


class Chats(Protocol):
    """What delivery learns of chats goes here."""

    async def park(self, address: Address, reason: str, *, topic_only: bool) -> None: ...

    async def move(self, old_chat_id: int, new_chat_id: int) -> None: ...


class Worker:
    def __init__(
        self,
        outbox: Outbox,
        store: SubscriptionStore,
        chats: Chats,
        messenger: Messenger,
        pacer: Pacer,
        *,
        in_flight: int,
    ) -> None:
        """`in_flight`: as many messages may be on their way at once, and so in doubt after a crash."""
        self._outbox = outbox
        self._store = store
        self._chats = chats
        self._messenger = messenger
        self._pacer = pacer
        self._in_flight = asyncio.Semaphore(in_flight)

    async def run(self, stopping: asyncio.Event) -> None:
        await self._deliver_all(await self._outbox.chunks.left_over(), stopping)
        while not stopping.is_set():
            await self.step(stopping)

    async def run_until_idle(self) -> None:
        """What is postponed to later is left alone."""
        while await self.step(asyncio.Event(), None):
            pass

    async def step(self, stopping: asyncio.Event, wait: timedelta | None = _POLL) -> bool:
        """One round; waits for work no longer than `wait`. False if there was none."""
        await self._outbox.promote(datetime.now(UTC))
        entries = [
            *await self._outbox.chunks.take_over(),
            *await self._outbox.chunks.take(_CHUNKS_AT_ONCE, wait, stopping),
        ]
        await self._deliver_all(entries, stopping)
        return bool(entries)

    async def _deliver_all(self, entries: list[Entry], stopping: asyncio.Event) -> None:
        """A chunk that fails by a fault of ours is left to a later start, and keeps no other waiting."""
        for entry in entries:
            try:
                await self._deliver(await self._outbox.open(entry), stopping)
            except* StoreError:
                raise
            except* Exception:
                _LOG.exception("chunk %s could not be delivered", entry.id)

    async def _deliver(self, chunk: Chunk, stopping: asyncio.Event) -> None:
        """Stopped in between, it leaves the rest of the chunk to whoever takes it over."""
        edition = await self._outbox.edition(chunk.edition_id)
        records = await self._store.read_numbers(list(chunk.numbers))
        tries: list[asyncio.Task[bool]] = []
        async with asyncio.TaskGroup() as tasks:
            for position, mark in enumerate(chunk.marks):
                record = records.get(chunk.numbers[position])
                if mark is Mark.TRYING_AGAIN:
                    await self._outbox.settle(chunk, position, Mark.AMBIGUOUS)
                elif mark not in _OPEN_MARKS:
                    continue
                elif record is None or edition is None or not owed(edition, record.subscription, chunk.planned):
                    await self._outbox.settle(chunk, position, Mark.SKIPPED)
                elif await self._turn(stopping):
                    tries.append(tasks.create_task(self._try(chunk, position)))
                    tries[-1].add_done_callback(lambda _: self._in_flight.release())
                else:
                    return
        if all(ours.result() for ours in tries):
            await self._outbox.finish(chunk)

    async def _turn(self, stopping: asyncio.Event) -> bool:
        """When there is room on the way, and then a slot: a stall must not let slots pile up. False when stopping."""
        await self._in_flight.acquire()
        if await self._pacer.slot(stopping):
            return True
        self._in_flight.release()
        return False

    async def _try(self, chunk: Chunk, position: int) -> bool:
        """False if another worker has taken the chunk over, and is to finish it."""
        again = chunk.again or chunk.marks[position] is Mark.TRYING
        begun = await self._outbox.begin_try(chunk, position, Mark.TRYING_AGAIN if again else Mark.TRYING)
        if begun is None:
            return False
        edition, stored = begun
        subscription = Subscription.model_validate_json(stored) if stored else None
        if edition is None or subscription is None or not owed(edition, subscription, chunk.planned):
            await self._outbox.settle(chunk, position, Mark.SKIPPED)
            return True
        outcome = await self._act_safely(chunk, position, edition, subscription, silent=again)
        if isinstance(outcome, Moved):
            await self._chats.move(subscription.chat_id, outcome.chat_id)
            outcome = Later(timedelta())
        await self._settle(chunk, position, outcome, subscription, again=again)
        return True

    async def _act_safely(
        self, chunk: Chunk, position: int, edition: Edition, subscription: Subscription, *, silent: bool
    ) -> Outcome:
        """A fault of ours with one message must not keep the others waiting; it is counted and logged."""
        try:
            return await self._act(chunk, position, edition, subscription, silent=silent)
        except StoreError:
            raise
        except Exception as error:
            _LOG.exception("edition %s could not be tried", edition.id)
            return Refused(type(error).__name__)

    async def _act(
        self, chunk: Chunk, position: int, edition: Edition, subscription: Subscription, *, silent: bool
    ) -> Outcome:
        message = edition.message or Message(text="")
        if edition.action == "send":
            return await self._messenger.send(subscription.address, message, silent=silent)
        sent_as = await self._outbox.receipt(edition.of or "", chunk.numbers[position])
        if sent_as is None:
            return Refused("no receipt: it was sent too long ago")
        if edition.action == "edit":
            present = await self._outbox.edition(edition.of or "")
            if present is None or present.message is None:
                return Sent(sent_as)  # it has been taken back altogether since
            return await self._messenger.edit(subscription.address, sent_as, present.message)
        return await self._messenger.delete(subscription.address, sent_as)

    async def _settle(
        self, chunk: Chunk, position: int, outcome: Outcome, subscription: Subscription, *, again: bool
    ) -> None:
        now = datetime.now(UTC)
        match outcome:
            case Sent(message_id):
                await self._outbox.settle(chunk, position, Mark.SENT, message_id)
            case Later(wait):
                self._pacer.hold(wait or timedelta())
                until = now + (backoff(chunk.attempt) if wait is None else wait)
                await self._outbox.postpone(chunk, position, until, again=again)
            case Ambiguous() if again:
                await self._outbox.settle(chunk, position, Mark.AMBIGUOUS)
            case Ambiguous():
                await self._outbox.postpone(chunk, position, now + backoff(chunk.attempt), again=True)
            case Unreachable(reason, topic_only):
                await self._chats.park(subscription.address, reason, topic_only=topic_only)
                await self._outbox.settle(chunk, position, Mark.FAILED)
            case Refused(reason):
                _LOG.error("edition %s was refused: %s", chunk.edition_id, reason)
                await self._outbox.settle(chunk, position, Mark.FAILED)


def owed(edition: Edition, subscription: Subscription, planned: int) -> bool:
    """Whether a chat still wants it: it may have unsubscribed since, or changed between at once and digests.

    A change settles what came before it: a change to digests leaves to them what comes after it; a change to at once
    has sent what waited. What was chosen for this chat before the change is in neither, and still owed.
    """
    if edition.action != "send":
        return True
    if subscription.parked or not subscription.categories:
        return False
    if edition.category is None:
        return True
    schedule = subscription.categories.get(edition.category)
    if schedule is None:
        return False
    settled = int(subscription.settled_until(edition.category).timestamp() * 1000)
    came_after, chosen_before = edition.arrived > settled, planned <= settled
    return (came_after or chosen_before) if schedule.instant else (chosen_before and not came_after)


def backoff(attempt: int) -> timedelta:
    """Doubles with each attempt, so that an outage is not met with a storm."""
    return min(_FIRST_BACKOFF * (1 << min(attempt, 20)), _LONGEST_BACKOFF)
