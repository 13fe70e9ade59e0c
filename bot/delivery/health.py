"""What the outcomes of the last minutes say about Telegram and about us, and so what is to be done: pure functions.

Outcomes are counted by minute, the present one first, under their names: `sent`, `ambiguous`, `refused`, `later`,
`flooded`, and the causes for which a chat cannot be written to.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.domain.delivery import Cause

#: How far back to look for the last minute in which anything was tried.
MINUTES = 10
_MANY = 20
_FEW = 3
_FIRST_REST = timedelta(minutes=5)
_LONGEST_REST = timedelta(hours=2)
#: Where many chats fail alike each time, a chat that fails so often is believed after all.
_BELIEVED_AFTER = 3
#: Of these, one refusal proves little: the words also come for chats and topics that are in order.
_PROVED_AFTER = {Cause.NOT_FOUND: 3, Cause.TOPIC_GONE: 3, Cause.NO_RIGHTS: 7}
_NEXT_RUN = {
    Cause.NOT_FOUND: timedelta(hours=1),
    Cause.TOPIC_GONE: timedelta(hours=1),
    Cause.NO_RIGHTS: timedelta(days=1),
}


def failing_alike(minutes: Sequence[Counter[str]]) -> Cause | None:
    """The cause for which many chats, and more than half of all, could not be written to within a minute or two."""
    recent = Counter[str]()
    for minute in minutes[:2]:
        recent.update(minute)
    told = {name: recent[name] for name in ("sent", "refused", *Cause)}
    worst = max(Cause, key=lambda cause: told[cause])
    return worst if told[worst] >= _MANY and told[worst] * 2 > sum(told.values()) else None


def uncertain(minutes: Sequence[Counter[str]]) -> bool:
    """Whether more than one message in twenty is ambiguous, so that a repeated one would likely be no better."""
    for minute, before in zip(minutes, [*minutes[1:], Counter[str]()], strict=True):
        if minute["sent"] or minute["ambiguous"]:
            lost, sent = minute["ambiguous"] + before["ambiguous"], minute["sent"] + before["sent"]
            return lost >= _FEW and lost * 20 > lost + sent
    return False


def rest_after(trips: int) -> timedelta:
    """How long sending pauses when many chats have failed alike for the `trips`th time in a row."""
    return min(_FIRST_REST * (1 << min(trips - 1, 10)), _LONGEST_REST)


@dataclass(frozen=True, slots=True)
class Verdict:
    """`park` the chat; the message is tried again after `again`, or given up if that is None."""

    park: bool
    again: timedelta | None = None


def verdict(cause: Cause, refusals: int, *, alike: bool, heard: bool) -> Verdict:
    """On a chat that was found to be out of reach a while ago, before that `refusals` times.

    `alike`: many others failed in that minute for the same cause; `heard`: somebody there has spoken since.
    """
    if heard:
        return Verdict(park=False, again=timedelta())
    if alike and refusals + 1 < _BELIEVED_AFTER:
        return Verdict(park=False, again=timedelta())
    if refusals + 1 >= _PROVED_AFTER.get(cause, 1):
        return Verdict(park=True)
    return Verdict(park=cause is Cause.NO_RIGHTS, again=_NEXT_RUN[cause])
