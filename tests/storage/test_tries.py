"""Deliveries are marked as being tried, right before they are sent."""

import asyncio

import pytest

from bot.bootstrap import Stores
from bot.domain.edition import Edition, Mark
from bot.domain.message import Message
from bot.domain.subscription import Subscription
from bot.storage import keys
from bot.storage.outbox import Outbox
from bot.storage.streams import Presence
from bot.storage.tries import Begun
from tests.storage.chunks import (
    EDITION,
    begun,
    candidate,
    check_accounts,
    marks_of,
    owed,
    settle,
    subscribed,
    take,
)
from tests.storage.moments import abandon


async def test_a_try_brings_the_mark_and_what_is_stored_by_then(stores: Stores) -> None:
    """Not what stood there when the chunk was taken."""
    numbers = await subscribed(stores, 5, 6)
    chunk = await owed(stores, *numbers)
    better = EDITION.model_copy(update={"message": Message(text="Better")})
    await stores.outbox.recall(EDITION, Edition(id="r1", action="edit", of="e1"), better)
    await stores.subscriptions.change(Subscription(chat_id=5), lambda old: old.with_timezone("Europe/Berlin"))
    (result,) = await begun(stores, candidate(chunk, 0))
    assert result.begun is Begun.YES
    assert Edition.model_validate_json(result.edition) == better
    record = await stores.subscriptions.decode(numbers[0], result.record)
    assert record
    assert record.subscription.timezone == "Europe/Berlin"
    assert await marks_of(stores, chunk) == [Mark.TRYING, Mark.OWED]
    assert (await stores.outbox.counts())["in_flight"] == 1
    await check_accounts(stores)


async def test_marks_are_kept_each_at_its_place(stores: Stores) -> None:
    numbers = await subscribed(stores, *range(1, 101))
    chunk = await owed(stores, *numbers)
    assert await begun(stores, candidate(chunk, 57), candidate(chunk, 99))
    found = await marks_of(stores, chunk)
    assert [position for position, mark in enumerate(found) if mark is Mark.TRYING] == [57, 99]
    assert 0 < await stores.redis.ttl(keys.marks(chunk.urgency, chunk.id)) <= 30 * 86_400


async def test_a_try_in_doubt_is_in_flight_once(stores: Stores) -> None:
    chunk = await owed(stores, *await subscribed(stores, 5))
    for mark in (Mark.OWED, Mark.TRYING):
        (result,) = await begun(stores, candidate(chunk, 0, mark))
        assert result.begun is Begun.YES
    assert await marks_of(stores, chunk) == [Mark.TRYING_AGAIN]
    await check_accounts(stores)


@pytest.mark.parametrize("mark", [mark for mark in Mark if mark is not Mark.OWED])
async def test_whatever_became_of_it_under_anothers_hand_is_no_longer_to_be_tried(stores: Stores, mark: Mark) -> None:
    chunk = await owed(stores, *await subscribed(stores, 5, 6))
    await settle(stores, chunk, 1, mark)
    given = await begun(stores, candidate(chunk, 1), candidate(chunk, 0))
    assert [result.begun for result in given] == [Begun.TAKEN_OVER, Begun.YES]
    assert await marks_of(stores, chunk) == [Mark.TRYING, mark]


async def test_of_those_who_are_at_the_same_delivery_one_may(stores: Stores) -> None:
    chunk = await owed(stores, *await subscribed(stores, 5))
    rounds = await asyncio.gather(*(begun(stores, candidate(chunk, 0)) for _ in range(5)))
    assert sorted(result.begun for one in rounds for result in one) == [Begun.YES] + [Begun.TAKEN_OVER] * 4
    await check_accounts(stores)


async def test_a_chunk_that_is_finished_is_not_tried(stores: Stores) -> None:
    """Whoever was taken for dead wakes up: its marks have gone with it, and look like owed."""
    chunk = await owed(stores, *await subscribed(stores, 5))
    await abandon(stores, stores.presence)
    (taken,) = await Outbox(stores.redis, Presence(stores.redis, "successor")).take_over()
    await settle(stores, taken, 0, Mark.SKIPPED)
    (result,) = await begun(stores, candidate(chunk, 0))
    assert result.begun is Begun.TAKEN_OVER
    assert not await stores.redis.exists(keys.marks(chunk.urgency, chunk.id))
    await check_accounts(stores)


async def test_who_has_a_receipt_has_the_message(stores: Stores) -> None:
    (number,) = await subscribed(stores, 5)
    first = await owed(stores, number)
    await settle(stores, first, 0, Mark.SENT, "77")
    again = await owed(stores, number)
    (result,) = await begun(stores, candidate(again, 0))
    assert result.begun is Begun.HAD_ALREADY
    assert await marks_of(stores, again) == [Mark.OWED]


async def test_nothing_goes_to_nobody_and_nothing_is_nothing(stores: Stores) -> None:
    """The one has been forgotten, the other message taken back."""
    (number,) = await subscribed(stores, 5)
    chunk = await owed(stores, number, 99)
    other = await owed(stores, number, edition=Edition(id="e2", message=Message(text="x")))
    await stores.redis.delete(keys.edition("e2"))
    given = await begun(stores, candidate(chunk, 1), candidate(other, 0), candidate(chunk, 0))
    assert [result.begun for result in given] == [Begun.GONE, Begun.GONE, Begun.YES]


async def test_whoever_takes_over_finds_where_the_dead_one_was(stores: Stores) -> None:
    numbers = await subscribed(stores, 1, 2, 3)
    chunk = await owed(stores, *numbers)
    await begun(stores, candidate(chunk, 0), candidate(chunk, 1))
    await settle(stores, chunk, 0, Mark.SENT, "7", before=Mark.TRYING)
    await abandon(stores, stores.presence)
    successor = Outbox(stores.redis, Presence(stores.redis, "successor"))
    (taken,) = await successor.take_over()
    assert taken.marks == [Mark.SENT, Mark.TRYING, Mark.OWED]
    given = await begun(stores, candidate(taken, 1, Mark.TRYING), candidate(taken, 2))
    assert [result.begun for result in given] == [Begun.YES] * 2
    given = await begun(stores, candidate(chunk, 1, Mark.TRYING), candidate(chunk, 2))
    assert [result.begun for result in given] == [Begun.TAKEN_OVER] * 2
    assert await take(successor) == []
    await check_accounts(stores)
