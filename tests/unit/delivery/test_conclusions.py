"""What follows from each outcome: marks, receipts, counts, and what the chat gets next."""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest

from bot.bootstrap import Stores
from bot.delivery.worker import Worker
from bot.domain.delivery import Ambiguous, Cause, Flooded, Later, Moved, Outcome, Refused, Sent, Unreachable
from bot.domain.edition import Edition
from bot.domain.message import Message
from bot.domain.subscription import Address
from bot.storage.settlements import Settlements
from bot.subscriptions import Reader
from tests.storage.chunks import check_accounts
from tests.unit.delivery.fake_alerts import FakeAlerts
from tests.unit.delivery.fake_messenger import FakeMessenger
from tests.unit.delivery.known_chats import KnownChats
from tests.unit.delivery.processes import Gate, worker_of

HELLO = "<b>Hello</b>"
EDITION = Edition(id="e1", message=Message(text=HELLO), articles=("a1",))
NEXT = Edition(id="e2", message=Message(text="Next"))
SHORT, LONG = timedelta(milliseconds=10), timedelta(hours=1)


async def tries(stores: Stores) -> Counter[str]:
    return sum(await Settlements(stores.redis).outcomes(await stores.clock.now(), 3), Counter())


@pytest.mark.parametrize(
    ("outcomes", "receipt", "ends", "told", "next_too"),
    [
        ([Sent(41)], "41", {"sent": 1}, {"sent": 1}, True),
        ([Later(), Sent(41)], "41", {"sent": 1}, {"later": 1, "sent": 1}, True),
        ([Flooded(SHORT), Sent(41)], "41", {"sent": 1}, {"flooded": 1, "sent": 1}, True),
        ([Flooded(LONG)], None, {"postponed": 1}, {"flooded": 1}, False),
        ([Ambiguous(), Sent(41)], "41", {"sent": 1}, {"ambiguous": 1, "sent": 1}, True),
        ([Ambiguous(), Ambiguous()], "ambiguous", {"ambiguous": 1}, {"ambiguous": 2}, True),
        ([Refused("who knows"), Sent(41)], "41", {"sent": 1}, {"refused": 1, "sent": 1}, True),
        ([Refused("who"), Refused("knows")], "refused", {"failed": 1}, {"refused": 2}, True),
        ([RuntimeError("ours"), RuntimeError("again")], "refused", {"failed": 1}, {"refused": 2}, True),
        ([Refused("can't parse", True), Sent(41)], "41", {"sent": 1}, {"refused": 1, "sent": 1}, True),
        ([Refused("x", True), Refused("y", True)], "refused", {"failed": 1}, {"refused": 2}, True),
        ([Moved(-1001), Sent(41)], "41", {"sent": 1}, {"sent": 1}, True),
        *(([Unreachable(cause)], None, {"postponed": 1}, {cause: 1}, True) for cause in Cause),
    ],
    ids=str,
)
async def test_each_outcome(
    stores: Stores,
    messenger: FakeMessenger,
    chats: list[int],
    swift: None,
    outcomes: list[Outcome | Exception],
    receipt: str | None,
    ends: dict[str, int],
    told: dict[str, int],
    next_too: bool,
) -> None:
    """And whether the chat gets the next message in the same breath."""
    messenger.will(-1, *outcomes)
    messenger.will(-1001, *outcomes[1:])
    await stores.outbox.owe(EDITION, chats[:1])
    await stores.outbox.owe(NEXT, chats[1:2])
    await worker_of(stores, messenger, doubt=LONG).run_until_idle()
    assert len(messenger.sent_to(-1) + messenger.sent_to(-1001)) == len(outcomes)
    assert await stores.outbox.receipt("e1", chats[0]) == receipt
    counts = await stores.outbox.counts()
    found = Counter({name: counts.get(name, 0) for name in ("sent", "failed", "ambiguous", "skipped", "postponed")})
    assert +found == Counter(ends) + Counter(sent=1), "the other chat's"
    assert await tries(stores) == Counter(told) + Counter(sent=1)
    free = not [key async for key in stores.redis.scan_iter("*:pace:chat:-1*")]
    assert free is next_too
    assert messenger.sent_to(-2) == ["Next"]
    await check_accounts(stores)


# -- refused --------------------------------------------------------------------------------------------------------


async def test_plain_text_is_tried_once_and_for_all(
    stores: Stores, messenger: FakeMessenger, chats: list[int], swift: None
) -> None:
    messenger.will(-1, Refused("can't parse entities", for_all=True))
    await stores.outbox.owe(EDITION, chats)
    await worker_of(stores, messenger, in_flight=1).run_until_idle()
    first, *others = [(call.chat_id, call.plain) for call in messenger.calls]
    assert first == (-1, False)
    assert sorted(others) == [(-3, True), (-2, True), (-1, True)]
    assert messenger.encoded == 2
    assert (await stores.outbox.counts())["sent"] == 3
    assert await stores.outbox.refusals() == []
    await stores.outbox.owe(EDITION, chats)
    await worker_of(stores, messenger).run_until_idle()
    assert len(messenger.calls) == 4


async def test_all_who_were_refused_at_once_are_tried_with_plain_text(
    stores: Stores, worker: Worker, messenger: FakeMessenger, chats: list[int], alerts: FakeAlerts
) -> None:
    for chat_id in (-1, -2, -3):
        messenger.will(chat_id, Refused("can't parse entities", for_all=True))
    await stores.outbox.owe(EDITION, chats)
    await worker.run_until_idle()
    assert Counter(call.plain for call in messenger.calls) == Counter({False: 3, True: 3})
    assert (await stores.outbox.counts())["sent"] == 3
    assert alerts.refusals == []


@pytest.mark.parametrize("in_flight", [1, 64])
async def test_what_is_refused_as_plain_text_too_is_tried_for_nobody_else_and_told_once(
    stores: Stores, worker: Worker, messenger: FakeMessenger, chats: list[int], alerts: FakeAlerts, in_flight: int
) -> None:
    worker._dispatcher._in_flight = in_flight
    for chat_id in (-1, -2, -3):
        messenger.will(chat_id, *[Refused("message is too long", for_all=True)] * 2)
    await stores.outbox.owe(EDITION, chats)
    await worker.run_until_idle()
    assert 2 <= len(messenger.calls) <= (2 if in_flight == 1 else 6)
    counts = await stores.outbox.counts()
    assert (counts["failed"], counts["chunks_waiting"], counts["in_flight"]) == (3, 0, 0)
    assert [receipt async for _, receipt in stores.outbox.receipts("e1")] == ["refused"] * 3
    assert alerts.refusals == [("e1", "message is too long")]
    ((name, _, reason),) = await stores.outbox.refusals()
    assert (name, reason) == ("e1", "message is too long")
    messenger.forget()
    before = len(messenger.calls)
    await stores.outbox.owe(NEXT, chats)
    await worker.run_until_idle()
    assert [call.text for call in messenger.calls[before:]] == ["Next"] * 3


async def test_what_one_chat_refuses_goes_to_the_others_as_it_is(
    stores: Stores, messenger: FakeMessenger, chats: list[int], swift: None
) -> None:
    messenger.will(-1, *[Refused("BUTTON_USER_INVALID")] * 2)
    await stores.outbox.owe(EDITION, chats)
    await worker_of(stores, messenger, in_flight=1).run_until_idle()
    tried = {(call.chat_id, call.plain) for call in messenger.calls}
    assert tried == {(-1, False), (-1, True), (-2, False), (-3, False)}
    assert (await stores.outbox.counts())["failed"] == 1


async def test_when_three_chats_refuse_it_the_message_is_at_fault(
    stores: Stores, messenger: FakeMessenger, chats: list[int], swift: None
) -> None:
    for chat_id in (-1, -2, -3):
        messenger.will(chat_id, *[Refused("who knows")] * 2)
    await stores.outbox.owe(EDITION, chats)
    await worker_of(stores, messenger, in_flight=1).run_until_idle()
    tried = Counter((call.chat_id, call.plain) for call in messenger.calls)
    assert tried == Counter({(chat_id, plain): 1 for chat_id in (-1, -2, -3) for plain in (False, True)})
    edition = await stores.outbox.edition("e1")
    assert edition and edition.form == "refused"


async def test_not_when_others_took_it_in_between(
    stores: Stores, messenger: FakeMessenger, chats: list[int], swift: None
) -> None:
    worker = worker_of(stores, messenger, in_flight=1)
    for _ in range(3):
        messenger.will(-1, *[Refused("who knows")] * 2)
        messenger.will(-2, Sent(1))
        messenger.will(-3, *[Refused("who knows")] * 2)
    for number in range(3):
        await stores.outbox.owe(EDITION.model_copy(update={"id": f"e{number}"}), chats)
    await worker.run_until_idle()
    assert len(messenger.calls) == 3 * (2 + 1 + 2)
    editions = [await stores.outbox.edition(f"e{number}") for number in range(3)]
    assert {edition.form for edition in editions if edition} == {"html"}


async def test_an_edit_that_is_refused_says_nothing_of_the_message(
    stores: Stores, worker: Worker, messenger: FakeMessenger, chats: list[int], alerts: FakeAlerts
) -> None:
    await stores.outbox.owe(EDITION, chats)
    await worker.run_until_idle()
    messenger.will(-1, Refused("message can't be edited", for_all=True))
    better = EDITION.model_copy(update={"message": Message(text="Better")})
    assert await stores.outbox.recall(EDITION, Edition(id="r1", action="edit", of="e1"), better) == 3
    await worker.run_until_idle()
    assert Counter(call.what for call in messenger.calls) == Counter(send=3, edit=3)
    counts = await stores.outbox.counts()
    assert (counts["sent"], counts["failed"]) == (5, 1)
    assert alerts.refusals == []
    assert [call.silent for call in messenger.calls if call.what == "edit"] == [False] * 3


# -- moved ----------------------------------------------------------------------------------------------------------


async def test_a_group_that_has_moved_gets_it_under_its_new_id_at_once(
    stores: Stores, worker: Worker, messenger: FakeMessenger, chats: list[int]
) -> None:
    messenger.will(-1, Moved(-1001))
    messenger.will(-1001, Sent(7))
    await stores.outbox.owe(EDITION, chats[:1])
    await stores.outbox.owe(NEXT, chats[:1])
    await worker.run_until_idle()
    assert [(call.chat_id, call.text) for call in messenger.calls][:2] == [(-1, HELLO), (-1001, HELLO)]
    assert messenger.sent_to(-1001) == [HELLO, "Next"]
    assert await stores.outbox.receipt("e1", chats[0]) == "7"
    assert await stores.subscriptions.read(Address(-1)) is None
    await stores.outbox.owe(EDITION.model_copy(update={"id": "e3"}), chats[:1])
    await worker.run_until_idle()
    assert messenger.calls[-1].chat_id == -1001


async def test_where_it_had_a_subscription_before_that_gets_what_it_lacked(
    stores: Stores, worker: Worker, subscriptions: KnownChats, messenger: FakeMessenger, chats: list[int]
) -> None:
    await subscriptions.subscribe(Reader(Address(-1001)), ["tech"])
    messenger.will(-1, *[Moved(-1001)] * 5)
    await stores.outbox.owe(EDITION, chats[:1])
    await worker.run_until_idle()
    assert [call.chat_id for call in messenger.calls] == [-1, -1001]
    record = await stores.subscriptions.read(Address(-1001))
    assert record
    assert set(record.subscription.categories) == {"policy", "tech"}
    assert await stores.subscriptions.count("policy") == 3
    assert await stores.outbox.receipt("e1", record.number)
    counts = await stores.outbox.counts()
    assert (counts["sent"], counts["skipped"], counts["owed"]) == (1, 1, 2)


async def test_but_not_what_it_had_already(
    stores: Stores, worker: Worker, subscriptions: KnownChats, messenger: FakeMessenger, chats: list[int]
) -> None:
    await subscriptions.subscribe(Reader(Address(-1001)), ["policy"])
    record = await stores.subscriptions.read(Address(-1001))
    assert record
    await stores.outbox.owe(EDITION, [record.number])
    await worker.run_until_idle()
    messenger.will(-1, Moved(-1001))
    await stores.outbox.owe(EDITION, chats[:1])
    await worker.run_until_idle()
    assert [call.chat_id for call in messenger.calls] == [-1001, -1]


async def test_a_topic_moves_with_its_group(
    stores: Stores, worker: Worker, subscriptions: KnownChats, messenger: FakeMessenger, chats: list[int]
) -> None:
    await subscriptions.subscribe(Reader(Address(-1, 7)), ["policy"])
    record = await stores.subscriptions.read(Address(-1, 7))
    assert record
    messenger.will(-1, Moved(-1001))
    await stores.outbox.owe(EDITION, [record.number])
    await worker.run_until_idle()
    assert [call.chat_id for call in messenger.calls] == [-1, -1001]
    assert await stores.subscriptions.read(Address(-1001, 7))


async def test_where_a_group_has_moved_to_nothing_is_sent_while_something_is_under_way(
    stores: Stores, worker: Worker, subscriptions: KnownChats, messenger: FakeMessenger, chats: list[int]
) -> None:
    """One message at a time, whichever way they come to it."""
    await subscriptions.subscribe(Reader(Address(-1001, 7)), ["policy"])
    record = await stores.subscriptions.read(Address(-1001, 7))
    assert record
    messenger.will(-1, Moved(-1001))
    messenger.hang(-1001)
    await stores.outbox.owe(NEXT, [record.number])
    await stores.outbox.owe(EDITION, chats[:1])
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(worker.run_until_idle())
        await messenger.has_had(2)
        for _ in range(100):  # round trips, in which another would have been sent
            await stores.clock.now()
        messenger.answering.set()
    assert messenger.most_at_once == 1
    assert len(messenger.sent_to(-1001)) == 2


async def test_a_group_that_moves_while_it_waits_for_its_turn_gets_all_it_is_owed(
    stores: Stores,
    worker: Worker,
    subscriptions: KnownChats,
    messenger: FakeMessenger,
    chats: list[int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gate = Gate(worker, monkeypatch)
    for edition in (EDITION, NEXT):
        await stores.outbox.owe(edition, chats[:1])
    async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
        tasks.create_task(worker.run_until_idle())
        await gate.waited.wait()
        await subscriptions.move(-1, -1001)
        gate.open.set()
    assert messenger.sent_to(-1001) == [HELLO, "Next"]
