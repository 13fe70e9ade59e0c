"""Whether a chat still wants what was chosen for it."""

import pytest

from bot.delivery.owed import owed, owed_from
from bot.domain.delivery import Cause
from bot.domain.edition import Edition, Urgency
from bot.domain.message import Message
from bot.domain.schedule import Schedule
from bot.domain.subscription import Parked, Subscription
from bot.storage.outbox import Chunk
from tests.unit.samples import NOW

#: When the chat subscribed, or changed between at once and digests.
CHANGE = int(NOW.timestamp() * 1000)
BEFORE, AFTER = CHANGE - 1000, CHANGE + 1000
AT_ONCE = Subscription(chat_id=1).subscribe(["policy"], NOW)
DAILY = AT_ONCE.with_schedule(Schedule.parse("daily 08:00"))
BLOCKED = Parked(cause=Cause.BLOCKED, since=NOW)
DIGEST = Edition(id="d", message=Message(text="x"))


def instant(arrived: int) -> Edition:
    return Edition(id="e", message=Message(text="x"), category="policy", arrived=arrived)


@pytest.mark.parametrize(
    ("arrived", "planned", "subscription", "wanted"),
    [
        (AFTER, AFTER + 1, AT_ONCE, True),
        (BEFORE, AFTER, AT_ONCE, False),  # it was there before the chat subscribed, or came with the digest
        (CHANGE, AFTER, AT_ONCE, False),
        (BEFORE, BEFORE + 1, AT_ONCE, True),  # chosen when it was to come at once, before the chat went to and fro
        (AFTER, AFTER + 1, DAILY, False),  # the digest tells of it
        (BEFORE, BEFORE + 1, DAILY, True),  # chosen before the category moved into the digest
        (BEFORE, AFTER, DAILY, False),
        (AFTER, AFTER + 1, AT_ONCE.unsubscribe(["policy"]), False),
        (AFTER, AFTER + 1, AT_ONCE.subscribe(["tech"], NOW).unsubscribe(["policy"]), False),
        (AFTER, AFTER + 1, AT_ONCE.park(BLOCKED), False),
    ],
)
def test_an_article_sent_at_once(arrived: int, planned: int, subscription: Subscription, wanted: bool) -> None:
    assert owed(instant(arrived), subscription, planned) is wanted


@pytest.mark.parametrize(
    ("edition", "subscription", "wanted"),
    [
        (DIGEST, DAILY, True),
        (DIGEST, AT_ONCE, True),
        (DIGEST, DAILY.park(BLOCKED), False),
        (DIGEST, Subscription(chat_id=1), False),
        (Edition(id="e", action="delete", of="x"), Subscription(chat_id=1, parked=BLOCKED), True),
        (Edition(id="e", action="edit", of="x", category="policy"), Subscription(chat_id=1), True),
    ],
)
def test_everything_else(edition: Edition, subscription: Subscription, wanted: bool) -> None:
    assert owed(edition, subscription, 0) is wanted


@pytest.mark.parametrize(("refusals", "wanted"), [(0, False), (1, True), (3, True)])
def test_whether_a_parked_chat_can_be_written_to_again_is_found_by_trying(refusals: int, wanted: bool) -> None:
    chunk = Chunk(Urgency.REGULAR, "1-1", "d", (1,), [], refusals=refusals)
    assert owed_from(chunk, DIGEST, DAILY.park(BLOCKED)) is wanted
    assert not owed_from(chunk, DIGEST, Subscription(chat_id=1).park(BLOCKED))
