import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.bootstrap import Stores
from bot.domain.edition import Edition
from bot.domain.message import Message
from bot.domain.schedule import Schedule
from bot.domain.subscription import Address, ChatKind, Subscription
from bot.storage import keys
from bot.storage.outbox import order
from bot.storage.subscriptions import Record
from tests.unit.samples import NOW, article

DAILY = Schedule.parse("daily 08:00")


async def subscribe(stores: Stores, chat_id: int, *slugs: str, thread_id: int | None = None) -> Record:
    blank = Subscription(chat_id=chat_id, thread_id=thread_id)
    await stores.subscriptions.change(blank, lambda old: old.subscribe(list(slugs), NOW))
    record = await stores.subscriptions.read(blank.address)
    assert record
    return record


async def instant(stores: Stores, slug: str) -> list[int]:
    numbers, more = await stores.outbox.instant_subscribers(slug, 0, 4096)
    assert not more
    return numbers


async def test_what_is_saved_is_read_back(stores: Stores) -> None:
    record = await subscribe(stores, 42, "policy")
    assert record.number == 1
    assert record.subscription == Subscription(chat_id=42).subscribe(["policy"], NOW)
    assert await stores.subscriptions.read(Address(43)) is None
    assert await stores.subscriptions.read_numbers([1, 7]) == {1: record}


async def test_a_chat_and_its_topics_have_subscriptions_of_their_own(stores: Stores) -> None:
    chat = await subscribe(stores, -100, "policy")
    topic = await subscribe(stores, -100, "tech", thread_id=7)
    await subscribe(stores, -1001, "tech")
    assert chat.number != topic.number
    found = await stores.subscriptions.of_chat(-100)
    assert {record.number for record in found} == {chat.number, topic.number}
    assert await stores.subscriptions.of_chat(-5) == []
    assert await stores.subscriptions.of_chat(5) == []


async def test_numbers_are_never_used_again(stores: Stores) -> None:
    first = await subscribe(stores, 1, "policy")
    assert await stores.subscriptions.remove(Address(1))
    assert not await stores.subscriptions.remove(Address(1))
    again = await subscribe(stores, 1, "policy")
    assert again.number > first.number


async def test_bitmaps_tell_who_wants_what(stores: Stores) -> None:
    records = [await subscribe(stores, chat_id, "policy", "tech") for chat_id in range(1, 20)]
    numbers = [record.number for record in records]
    assert await instant(stores, "policy") == numbers
    assert await stores.subscriptions.count("policy") == 19
    first, second, third, *others = records
    await stores.subscriptions.change(first.subscription, lambda old: old.with_schedule(DAILY))
    await stores.subscriptions.change(second.subscription, lambda old: old.unsubscribe(["policy"]))
    await stores.subscriptions.change(third.subscription, lambda old: old.park("blocked"))
    rest = [record.number for record in others]
    assert await instant(stores, "policy") == rest
    assert await instant(stores, "tech") == [second.number, *rest]
    assert await stores.subscriptions.count("policy") == 17
    await stores.subscriptions.change(third.subscription, lambda old: old.park(None))
    assert await instant(stores, "policy") == [third.number, *rest]
    await stores.subscriptions.remove(Address(5))
    assert records[4].number not in await instant(stores, "policy")


async def test_subscribers_are_read_a_slice_at_a_time(stores: Stores) -> None:
    for chat_id in range(1, 41):
        await subscribe(stores, chat_id, "policy")
    slices = [await stores.outbox.instant_subscribers("policy", start, 2) for start in (0, 2, 4, 6)]
    assert [number for numbers, _ in slices for number in numbers] == list(range(1, 41))
    assert [more for _, more in slices] == [True, True, True, False]
    assert await stores.outbox.instant_subscribers("gone", 0, 2) == ([], False)


async def test_a_change_of_nothing_writes_nothing(stores: Stores) -> None:
    record = await subscribe(stores, 1, "policy")
    before, after = await stores.subscriptions.change(record.subscription, lambda old: old)
    assert before == after
    assert await stores.subscriptions.read(Address(1)) == record


async def test_of_two_who_change_at_once_none_is_lost(stores: Stores) -> None:
    slugs = [f"c{number}" for number in range(12)]
    await asyncio.gather(*(subscribe(stores, 1, slug) for slug in slugs))
    record = await stores.subscriptions.read(Address(1))
    assert record
    assert set(record.subscription.categories) == set(slugs)
    assert await stores.redis.hlen(keys.SUBSCRIPTIONS) == 1


async def test_what_was_read_too_long_ago_is_not_saved_and_owes_nothing(stores: Stores) -> None:
    old = await subscribe(stores, 1, "policy")
    await stores.subscriptions.change(old.subscription, lambda one: one.settle(["policy"], NOW + timedelta(hours=1)))
    edition = Edition(id="e", message=Message(text="x"))
    settled = old.subscription.settle(["policy"], NOW + timedelta(hours=2))
    assert not await stores.subscriptions.save(old, settled, order(edition, [old.number]))
    assert await stores.outbox.chunks.waiting() == 0
    now = await stores.subscriptions.read(Address(1))
    assert now
    assert await stores.subscriptions.save(now, settled, order(edition, [now.number]))
    assert await stores.outbox.chunks.waiting() == 1
    assert await stores.outbox.edition("e") == edition


async def test_what_tells_of_an_article_that_was_taken_back_is_not_saved_and_owes_nothing(stores: Stores) -> None:
    record = await subscribe(stores, 1, "policy")
    await stores.articles.publish(article("a1"))
    edition = Edition(id="e", message=Message(text="x"))
    settled = record.subscription.settle(["policy"], NOW + timedelta(hours=1))
    assert not await stores.subscriptions.save(record, settled, order(edition, [record.number]), ["a1", "gone"])
    assert await stores.outbox.chunks.waiting() == 0
    assert await stores.subscriptions.read(Address(1)) == record
    assert await stores.subscriptions.save(record, settled, order(edition, [record.number]), ["a1"])
    assert await stores.outbox.chunks.waiting() == 1


async def test_what_is_not_stored_is_not_changed(stores: Stores) -> None:
    await stores.subscriptions.change_stored(Address(1), lambda old: old.park("blocked"))
    assert await stores.subscriptions.read(Address(1)) is None
    await subscribe(stores, 1, "policy")
    await stores.subscriptions.change_stored(Address(1), lambda old: old.park("blocked"))
    record = await stores.subscriptions.read(Address(1))
    assert record
    assert record.subscription.parked == "blocked"


async def test_one_that_cannot_be_read_keeps_no_other_from_being_read(stores: Stores) -> None:
    one, bad, other = [await subscribe(stores, chat_id, "policy") for chat_id in (1, 2, 3)]
    await stores.redis.hset(keys.SUBSCRIPTIONS, str(bad.number), '{"chat_id": "?"}')
    found = await stores.subscriptions.read_numbers([one.number, bad.number, 99, other.number])
    assert found == {one.number: one, other.number: other}


async def test_the_topics_of_a_group_move_each_by_itself(stores: Stores) -> None:
    chat = await subscribe(stores, -5, "policy")
    topic = await subscribe(stores, -5, "tech", thread_id=7)
    assert await stores.subscriptions.move(Address(-5, 7), -1005)
    assert [record.number for record in await stores.subscriptions.of_chat(-5)] == [chat.number]
    assert [record.number for record in await stores.subscriptions.of_chat(-1005)] == [topic.number]


async def test_a_digest_that_is_due_moves_along(stores: Stores) -> None:
    await subscribe(stores, -5, "policy")
    await stores.subscriptions.change(Subscription(chat_id=-5), lambda old: old.with_schedule(DAILY))
    await stores.subscriptions.move(Address(-5), -1005)
    (record,) = await stores.subscriptions.due(NOW + timedelta(days=2), count=5)
    assert record.subscription.address == Address(-1005)


async def test_what_was_removed_meanwhile_is_not_brought_back(stores: Stores) -> None:
    record = await subscribe(stores, 1, "policy")
    await stores.subscriptions.remove(Address(1))
    assert not await stores.subscriptions.save(record, record.subscription.park("blocked"))
    assert await stores.subscriptions.read(Address(1)) is None


async def test_due_are_those_whose_slot_has_come_the_longest_waiting_first(stores: Stores) -> None:
    for chat_id, words in ((1, "daily 09:00"), (2, "daily 08:00"), (3, "instant"), (4, "daily 08:30")):
        blank = Subscription(chat_id=chat_id, schedule=Schedule.parse(words))
        await stores.subscriptions.change(blank, lambda old: old.subscribe(["policy"], NOW))
    await stores.subscriptions.change(Subscription(chat_id=4), lambda old: old.park("blocked"))
    morning = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)

    async def due(now: datetime, count: int = 10) -> list[int]:
        return [record.subscription.chat_id for record in await stores.subscriptions.due(now, count=count)]

    assert await due(morning - timedelta(seconds=1)) == []
    assert await due(morning) == [2]
    assert await due(morning + timedelta(hours=2)) == [2, 1]
    assert await due(morning + timedelta(hours=2), 1) == [2]
    await stores.subscriptions.change(Subscription(chat_id=2), lambda old: old.settle(["policy"], morning))
    assert await due(morning + timedelta(hours=2)) == [1]
    await stores.subscriptions.change(Subscription(chat_id=4), lambda old: old.park(None))
    assert await due(morning + timedelta(hours=2)) == [4, 1]
    await stores.subscriptions.remove(Address(1))
    assert await due(morning + timedelta(hours=2)) == [4]


async def test_a_group_keeps_its_number_when_it_becomes_a_supergroup(stores: Stores) -> None:
    record = await subscribe(stores, -5, "policy")
    assert await stores.subscriptions.move(Address(-5), -1005)
    assert not await stores.subscriptions.move(Address(-5), -1005)
    moved = await stores.subscriptions.read(Address(-1005))
    assert moved
    assert moved.number == record.number
    assert moved.subscription.kind is ChatKind.SUPERGROUP
    assert await stores.subscriptions.read(Address(-5)) is None
    assert await instant(stores, "policy") == [record.number]


async def test_a_group_joins_what_its_supergroup_has_subscribed_to(stores: Stores) -> None:
    await subscribe(stores, -5, "policy", "tech")
    new = await subscribe(stores, -1005, "world")
    assert await stores.subscriptions.move(Address(-5), -1005)
    both = await stores.subscriptions.read(Address(-1005))
    assert both
    assert both.number == new.number
    assert set(both.subscription.categories) == {"policy", "tech", "world"}
    assert await stores.subscriptions.of_chat(-5) == []
    assert await instant(stores, "policy") == [new.number]
    assert await stores.subscriptions.count("tech") == 1


async def test_a_chat_that_moves_nowhere_stays(stores: Stores) -> None:
    record = await subscribe(stores, -5, "policy")
    assert not await stores.subscriptions.move(Address(-5), -5)
    assert await stores.subscriptions.read(Address(-5)) == record


async def test_a_change_while_a_group_moves_is_not_lost(stores: Stores) -> None:
    await subscribe(stores, -5, "policy")
    await asyncio.gather(
        stores.subscriptions.move(Address(-5), -1005),
        stores.subscriptions.change(Subscription(chat_id=-5), lambda old: old.subscribe(["tech"], NOW)),
    )
    await stores.subscriptions.move(Address(-5), -1005)
    record = await stores.subscriptions.read(Address(-1005))
    assert record
    assert set(record.subscription.categories) == {"policy", "tech"}


async def test_all_are_told(stores: Stores) -> None:
    for chat_id in range(1, 30):
        await subscribe(stores, chat_id, "policy")
    found = [one.chat_id async for one in stores.subscriptions.all()]
    assert sorted(found) == list(range(1, 30))


@pytest.mark.parametrize("chat_id", [-(2**52), 2**52, -1002003004005])
async def test_numbers_of_chats_of_any_size(stores: Stores, chat_id: int) -> None:
    record = await subscribe(stores, chat_id, "policy")
    assert record.subscription.chat_id == chat_id
    assert len(await stores.subscriptions.of_chat(chat_id)) == 1
