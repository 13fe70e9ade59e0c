"""What was sent is changed and deleted."""

import asyncio
from datetime import timedelta

from bot.bootstrap import Stores
from bot.delivery.worker import Worker
from bot.domain.delivery import Cause, Flooded, Sent, Unreachable
from bot.domain.edition import Edition
from bot.domain.message import Message
from tests.storage.moments import come_due, free
from tests.unit.delivery.fake_messenger import Call, FakeMessenger

#: It is tried again when it comes due.
HOUR = Flooded(timedelta(hours=1))
EDITION = Edition(id="e1", message=Message(text="Hello"), articles=("a1",))


def worded(text: str) -> Edition:
    return EDITION.model_copy(update={"message": Message(text=text)})


async def sent_as(stores: Stores, worker: Worker, messenger: FakeMessenger, number: int) -> None:
    """The edition is in the first chat as message 41."""
    messenger.will(-1, Sent(41))
    await stores.outbox.owe(EDITION, [number])
    await worker.run_until_idle()


async def test_what_was_sent_can_be_changed_and_deleted(
    stores: Stores, worker: Worker, messenger: FakeMessenger, chats: list[int]
) -> None:
    await sent_as(stores, worker, messenger, chats[0])
    assert await stores.outbox.recall(EDITION, Edition(id="r1", action="edit", of="e1"), worded("Better")) == 1
    await worker.run_until_idle()
    await stores.outbox.owe(Edition(id="r2", action="edit", of="e1"), chats[1:2])
    await worker.run_until_idle()
    assert (await stores.outbox.counts())["failed"] == 1, "the second chat has nothing that could be changed"
    assert await stores.outbox.recall(worded("Better"), Edition(id="r3", action="delete", of="e1"), None) == 1
    await worker.run_until_idle()
    assert messenger.calls[1:] == [Call("edit", -1, "Better", 41), Call("delete", -1, message_id=41)]


async def test_edits_never_go_backwards(
    stores: Stores, worker: Worker, messenger: FakeMessenger, chats: list[int]
) -> None:
    """The first one has to wait, and comes after the second."""
    await sent_as(stores, worker, messenger, chats[0])
    messenger.will(-1, HOUR)
    await stores.outbox.recall(EDITION, Edition(id="r1", action="edit", of="e1"), worded("Without one"))
    await worker.run_until_idle()
    await free(stores, -1)
    await stores.outbox.recall(EDITION, Edition(id="r2", action="edit", of="e1"), worded("Without two"))
    await worker.run_until_idle()
    assert await come_due(stores) == 1
    await worker.run_until_idle()
    assert [call.text for call in messenger.calls if call.what == "edit"] == [
        "Without one",
        "Without two",
        "Without two",
    ]


async def test_an_edit_that_comes_after_the_deletion_does_nothing(
    stores: Stores, worker: Worker, messenger: FakeMessenger, chats: list[int]
) -> None:
    await sent_as(stores, worker, messenger, chats[0])
    messenger.will(-1, HOUR)
    await stores.outbox.recall(EDITION, Edition(id="r1", action="edit", of="e1"), worded("Better"))
    await worker.run_until_idle()
    await free(stores, -1)
    await stores.outbox.recall(worded("Better"), Edition(id="r2", action="delete", of="e1"), None)
    await worker.run_until_idle()
    await come_due(stores)
    await worker.run_until_idle()
    assert [call.what for call in messenger.calls] == ["send", "edit", "delete"]
    assert (await stores.outbox.counts())["chunks_waiting"] == 0


async def test_what_is_replaced_while_it_is_owed_is_sent_as_it_is_by_then(
    stores: Stores, worker: Worker, messenger: FakeMessenger, chats: list[int]
) -> None:
    messenger.will(-1, HOUR)
    await stores.outbox.owe(EDITION, chats[:1])
    await worker.run_until_idle()
    await stores.outbox.recall(EDITION, Edition(id="r1", action="edit", of="e1"), worded("Better"))
    await come_due(stores)
    await worker.run_until_idle()
    assert messenger.sent_to(-1) == ["Hello", "Better"], "the first was not taken"


async def test_who_cannot_be_reached_any_more_is_taken_back_from_too(
    stores: Stores, worker: Worker, messenger: FakeMessenger, chats: list[int]
) -> None:
    await sent_as(stores, worker, messenger, chats[0])
    messenger.will(-1, Unreachable(Cause.BLOCKED))
    await stores.outbox.owe(Edition(id="e2", message=Message(text="x")), chats[:1])
    await worker.run_until_idle()
    await stores.outbox.recall(EDITION, Edition(id="r", action="delete", of="e1"), None)
    await worker.run_until_idle()
    assert messenger.calls[-1] == Call("delete", -1, message_id=41)


async def test_what_is_recalled_is_sent_to_nobody_else(
    stores: Stores, worker: Worker, messenger: FakeMessenger, chats: list[int]
) -> None:
    await sent_as(stores, worker, messenger, chats[0])
    await stores.outbox.owe(EDITION, chats[1:])
    assert await stores.outbox.recall(EDITION, Edition(id="r", action="delete", of="e1"), None) == 1
    await worker.run_until_idle()
    assert messenger.calls[1:] == [Call("delete", -1, message_id=41)]


async def test_what_was_just_on_its_way_when_it_was_recalled_is_taken_back_too(
    stores: Stores, worker: Worker, messenger: FakeMessenger, chats: list[int]
) -> None:
    messenger.hang()
    messenger.will(-1, Sent(41))
    await stores.outbox.owe(EDITION, chats[:1])
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(worker.run_until_idle())
        await messenger.called.wait()
        assert await stores.outbox.recall(EDITION, Edition(id="r", action="delete", of="e1"), None) == 0
        messenger.answering.set()
    assert messenger.calls[1:] == [Call("delete", -1, message_id=41)]
