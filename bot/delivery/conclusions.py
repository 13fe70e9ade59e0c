"""What follows from an outcome: for the delivery, for the chat, and for the message as such."""

import logging
from collections import defaultdict
from datetime import timedelta

from bot.delivery.alerts import Alerts
from bot.delivery.gate import Barred
from bot.delivery.line import Delivery, Recipient
from bot.delivery.sender import Worded
from bot.delivery.settler import Settler
from bot.delivery.watch import Chats, Watch
from bot.domain.delivery import Ambiguous, Flooded, Later, Moved, Outcome, Refused, Sent, Unreachable
from bot.domain.edition import Edition, Mark
from bot.domain.moment import to_ms
from bot.storage import keys
from bot.storage.outbox import Outbox
from bot.storage.pace import Pace
from bot.storage.settlements import Settlement
from bot.storage.subscriptions import SubscriptionStore
from bot.storage.tasks import Task

_LOG = logging.getLogger(__name__)
_FIRST_BACKOFF = timedelta(seconds=1)
_LONGEST_BACKOFF = timedelta(minutes=10)
#: So many chats, and none that took it: the message is at fault, not they.
_REFUSED_BY_MANY = 3
#: What waits for quiet hours or a pause to end is looked at again so soon: they may be ended before, and an edition
#: that nobody looks at is kept for a month, while a pause may last a year.
_LONGEST_WAIT = timedelta(hours=1)


class Conclusions:
    def __init__(
        self,
        outbox: Outbox,
        store: SubscriptionStore,
        pace: Pace,
        chats: Chats,
        settler: Settler,
        watch: Watch,
        alerts: Alerts,
        *,
        doubt: timedelta = timedelta(minutes=1),
    ) -> None:
        """`doubt`: for so long a chat that cannot be written to may still turn out to be one of many."""
        self._outbox = outbox
        self._store = store
        self._pace = pace
        self._chats = chats
        self._settler = settler
        self._watch = watch
        self._alerts = alerts
        self._doubt = doubt
        self._refusals: dict[str, set[int]] = defaultdict(set)
        self._accepted: set[str] = set()  # broadcasts that some chat has taken

    async def draw(self, delivery: Delivery, worded: Worded, outcome: Outcome) -> timedelta | None:
        """None if the delivery is over for now; else after what time it may be tried again."""
        match outcome:
            case Sent(message_id):
                self._settler.count("sent")
                await self._sent(delivery, str(message_id))
            case Flooded(wait):
                self._settler.count("flooded")
                await self._release(delivery)
                await self._pace.refused(delivery.chat_id, wait)
                return wait
            case Later():
                self._settler.count("later")
                await self._release(delivery)
                return _backoff(delivery)
            case Ambiguous():
                self._settler.count("ambiguous")
                return self._ambiguous(delivery)
            case Unreachable(cause):
                self._settler.count(cause.value)
                self._doubt_chat(delivery, outcome)
            case Moved(chat_id):
                return await self._moved(delivery, worded.edition, chat_id)
            case Refused():
                self._settler.count("refused")
                return await self._refused(delivery, worded, outcome)
        return None

    def end(self, one: Recipient, mark: Mark, receipt: str | None = None) -> None:
        self._settler.add(Settlement(one.chunk, one.position, one.mark, mark, receipt))

    async def gone(self, one: Recipient, edition: Edition | None) -> None:
        """Its subscription is no longer stored. Where it has been joined with another, what that lacks is owed to
        that."""
        heir = await self._store.heir(one.number)
        if heir is not None and edition is not None:
            await self._outbox.owe(edition, [heir])
        self.end(one, Mark.SKIPPED)

    def postpone(self, delivery: Delivery, wait: timedelta) -> None:
        """Any process may go on with it when its time has come."""
        self._wait_in(keys.LATER, delivery, wait, _task(delivery))

    def bar(self, delivery: Delivery, barred: Barred) -> None:
        """It was not let out to the chat."""
        if barred.until is None:
            self.end(delivery, Mark.SKIPPED)
        else:
            self.hand_back(delivery)
            self.postpone(delivery, min(barred.until - self._watch.now(), _LONGEST_WAIT))

    def hand_back(self, delivery: Delivery) -> None:
        """Its last try certainly did not reach Telegram, or there was none: it is to be as if there had been none."""
        if delivery.mark is Mark.TRYING and not delivery.again:
            before = Mark.OWED
        elif delivery.mark is Mark.TRYING_AGAIN:
            before = Mark.OWED if delivery.chunk.again else Mark.TRYING
        else:
            return
        self._settler.add(Settlement(delivery.chunk, delivery.position, delivery.mark, before))
        delivery.mark = before

    async def _release(self, delivery: Delivery) -> None:
        """Not before this is written may it be tried again, else that would find the mark of this try."""
        self.hand_back(delivery)
        await self._settler.flush()

    def _wait_in(self, key: str, one: Delivery, wait: timedelta, task: Task) -> None:
        due = (self._watch.now() + wait).timestamp()
        self._settler.add(Settlement(one.chunk, one.position, one.mark, Mark.POSTPONED, None, key, due, task))

    async def _sent(self, delivery: Delivery, receipt: str) -> None:
        self.end(delivery, Mark.SENT, receipt)
        if not delivery.chunk.alone:
            self._accepted.add(delivery.chunk.edition_id)
        if delivery.chunk.refusals:
            await self._chats.come_back(delivery.chat_id)

    def _ambiguous(self, delivery: Delivery) -> timedelta | None:
        if delivery.again:
            self.end(delivery, Mark.AMBIGUOUS, "ambiguous")
            return None
        delivery.again = True
        return _backoff(delivery)

    def _doubt_chat(self, delivery: Delivery, found: Unreachable) -> None:
        """Whether it is parked is told later: it may be one of many that fail for a reason of ours."""
        task = _task(delivery, found, to_ms(self._watch.now()))
        self._wait_in(keys.DOUBTS, delivery, self._doubt, task)

    async def _moved(self, delivery: Delivery, edition: Edition, chat_id: int) -> timedelta | None:
        """To the new id at once."""
        await self._chats.move(delivery.chat_id, chat_id)
        record = (await self._store.read_numbers([delivery.number])).get(delivery.number)
        if record is None:
            await self.gone(delivery, edition)
            return None
        delivery.record = record
        return timedelta()

    async def _refused(self, delivery: Delivery, worded: Worded, outcome: Refused) -> timedelta | None:
        """What is refused with its mark-up is sent without, to everyone if Telegram's words say that the text is at
        fault. What is refused so too goes to nobody else if they say it, or several chats have refused it and none
        has taken it."""
        edition = worded.edition
        marked_up = edition.action == "send" and edition.form == "html" and not delivery.plain
        if marked_up:
            _LOG.warning("edition %s was refused (%s), trying plain text", edition.id, outcome.reason)
            delivery.plain = True
            if outcome.for_all:
                await self._outbox.replace(edition.model_copy(update={"form": "plain"}), worded.raw)
            return timedelta()
        _LOG.error("edition %s was refused: %s", edition.id, outcome.reason)
        await self._outbox.note_refusal(edition.id, outcome.reason, self._watch.now())
        self.end(delivery, Mark.FAILED, "refused")
        self._refusals[edition.id].add(delivery.number)
        by_many = len(self._refusals[edition.id]) >= _REFUSED_BY_MANY and edition.id not in self._accepted
        if edition.action == "send" and (outcome.for_all or by_many):
            await self._condemn(edition, outcome.reason)
        return None

    async def _condemn(self, edition: Edition, reason: str) -> None:
        """It is sent to nobody else, and the owners are told, once."""
        present = (await self._outbox.raw_editions([edition.id])).get(edition.id)
        if present is None or (found := Edition.model_validate_json(present)).form == "refused":
            return
        if await self._outbox.replace(found.model_copy(update={"form": "refused"}), present):
            await self._alerts.refused(edition, reason)


def _backoff(delivery: Delivery) -> timedelta:
    delivery.attempt += 1
    return backoff(delivery.attempt - 1)


def backoff(attempt: int) -> timedelta:
    """Doubles with each attempt, so that an outage is not met with a storm."""
    return min(_FIRST_BACKOFF * (1 << min(attempt, 20)), _LONGEST_BACKOFF)


def _task(delivery: Delivery, found: Unreachable | None = None, at: int = 0) -> Task:
    chunk = delivery.chunk
    return Task(
        urgency=chunk.urgency,
        edition_id=chunk.edition_id,
        number=delivery.number,
        planned=chunk.planned,
        attempt=delivery.attempt,
        again=delivery.again,
        refusals=chunk.refusals,
        chat_id=delivery.chat_id,
        cause=found.cause if found else None,
        found=at,
    )
