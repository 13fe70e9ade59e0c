import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.bootstrap import Stores
from bot.domain.delivery import Cause
from bot.domain.edition import Edition
from bot.domain.message import Message
from bot.domain.schedule import Schedule
from bot.domain.subscription import Address, ChatKind, Parked, Subscription
from bot.storage import keys
from bot.storage.records import Record, Unreadable
from bot.storage.saving import Guard
from bot.storage.subscriptions import SubscriptionStore
from tests.unit.samples import NOW, article

DAILY = Schedule.parse("daily 08:00")
BLOCKED = Parked(cause=Cause.BLOCKED, since=NOW)


async def subscribe(stores: Stores, chat_id: int, *slugs: str, thread_id: int | None = None) -> Record:
    blank = Subscription(chat_id=chat_id, thread_id=thread_id)
    await stores.subscriptions.change(blank, lambda old: old.subscribe(list(slugs), NOW))
    record = await stores.subscriptions.read(blank.address)
    assert record
    return record


async def instant(stores: Stores, slug: str) -> list[int]:
    bits = await stores.redis.get(keys.instant_subscribers_of(slug)) or b""
    return [number for number in range(len(bits) * 8) if bits[number // 8] & (0x80 >> number % 8)]


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
    await stores.subscriptions.change(third.subscription, lambda old: old.park(BLOCKED))
    rest = [record.number for record in others]
    assert await instant(stores, "policy") == rest
    assert await instant(stores, "tech") == [second.number, *rest]
    assert await stores.subscriptions.count("policy") == 17
    await stores.subscriptions.change(third.subscription, lambda old: old.park(None))
    assert await instant(stores, "policy") == [third.number, *rest]
    await stores.subscriptions.remove(Address(5))
    assert records[4].number not in await instant(stores, "policy")


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
    assert len(await stores.redis.hgetall(keys.numbers(1))) == 1
    assert await stores.redis.bitcount(keys.subscribers_of("c0")) == 1


async def test_what_was_read_too_long_ago_is_not_saved_and_owes_nothing(stores: Stores) -> None:
    old = await subscribe(stores, 1, "policy")
    await stores.subscriptions.change(old.subscription, lambda one: one.settle(["policy"], NOW + timedelta(hours=1)))
    edition = Edition(id="e", message=Message(text="x"))
    await stores.outbox.store([edition])
    settled = old.subscription.settle(["policy"], NOW + timedelta(hours=2))
    assert not await stores.subscriptions.save(old, settled, [edition])
    assert (await stores.outbox.counts())["chunks_waiting"] == 0
    now = await stores.subscriptions.read(Address(1))
    assert now
    assert await stores.subscriptions.save(now, settled, [edition])
    assert (await stores.outbox.counts())["chunks_waiting"] == 1
    assert await stores.outbox.edition("e") == edition


async def test_what_tells_of_an_article_that_was_taken_back_is_not_saved_and_owes_nothing(stores: Stores) -> None:
    record = await subscribe(stores, 1, "policy")
    await stores.articles.publish(article("a1"))
    stored = await stores.articles.get("a1")
    assert stored
    length = stored.length
    edition = Edition(id="e", message=Message(text="x"))
    await stores.outbox.store([edition])
    settled = record.subscription.settle(["policy"], NOW + timedelta(hours=1))
    assert not await stores.subscriptions.save(record, settled, [edition], Guard({"a1": length, "gone": length}))
    assert (await stores.outbox.counts())["chunks_waiting"] == 0
    assert await stores.subscriptions.read(Address(1)) == record
    assert await stores.subscriptions.save(record, settled, [edition], Guard({"a1": length}))
    assert (await stores.outbox.counts())["chunks_waiting"] == 1


async def test_what_is_not_stored_is_not_changed(stores: Stores) -> None:
    await stores.subscriptions.change_stored(Address(1), lambda old: old.park(BLOCKED))
    assert await stores.subscriptions.read(Address(1)) is None
    await subscribe(stores, 1, "policy")
    await stores.subscriptions.change_stored(Address(1), lambda old: old.park(BLOCKED))
    record = await stores.subscriptions.read(Address(1))
    assert record
    assert record.subscription.parked == BLOCKED


async def test_one_that_cannot_be_read_keeps_no_other_from_being_read(stores: Stores) -> None:
    one, bad, other = [await subscribe(stores, chat_id, "policy") for chat_id in (1, 2, 3)]
    await stores.redis.hset(*keys.record(bad.number), '{"chat_id": "?"}')
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
    assert not await stores.subscriptions.save(record, record.subscription.park(BLOCKED))
    assert await stores.subscriptions.read(Address(1)) is None


async def test_due_are_those_whose_slot_has_come_the_longest_waiting_first(stores: Stores) -> None:
    for chat_id, words in ((1, "daily 09:00"), (2, "daily 08:00"), (3, "instant"), (4, "daily 08:30")):
        blank = Subscription(chat_id=chat_id, schedule=Schedule.parse(words))
        await stores.subscriptions.change(blank, lambda old: old.subscribe(["policy"], NOW))
    await stores.subscriptions.change(Subscription(chat_id=4), lambda old: old.park(BLOCKED))
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
    assert await stores.subscriptions.move(Address(-5), -1005) == record.number
    assert await stores.subscriptions.move(Address(-5), -1005) is None
    moved = await stores.subscriptions.read(Address(-1005))
    assert moved
    assert moved.number == record.number
    assert moved.subscription.kind is ChatKind.SUPERGROUP
    assert await stores.subscriptions.read(Address(-5)) is None
    assert await instant(stores, "policy") == [record.number]


async def test_a_group_joins_what_its_supergroup_has_subscribed_to(stores: Stores) -> None:
    await subscribe(stores, -5, "policy", "tech")
    new = await subscribe(stores, -1005, "world")
    assert await stores.subscriptions.move(Address(-5), -1005) == new.number
    both = await stores.subscriptions.read(Address(-1005))
    assert both
    assert both.number == new.number
    assert set(both.subscription.categories) == {"policy", "tech", "world"}
    assert await stores.subscriptions.of_chat(-5) == []
    assert await instant(stores, "policy") == [new.number]
    assert await stores.subscriptions.count("tech") == 1


async def test_a_chat_that_moves_nowhere_stays(stores: Stores) -> None:
    record = await subscribe(stores, -5, "policy")
    assert await stores.subscriptions.move(Address(-5), -5) == record.number
    assert await stores.subscriptions.read(Address(-5)) == record


async def test_what_moves_between_two_reads_is_no_longer_found(
    stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    await subscribe(stores, -5, "policy")
    fetch = stores.redis.hget

    async def move_first(key: str, field: str) -> bytes | None:
        found: bytes | None = await fetch(key, field)
        if key == keys.numbers(-5) and found is not None:
            monkeypatch.undo()
            await stores.subscriptions.move(Address(-5), -1005)
        return found

    monkeypatch.setattr(stores.redis, "hget", move_first)
    assert await stores.subscriptions.read(Address(-5)) is None


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


# -- due ------------------------------------------------------------------------------------------------------------

MORNING = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


async def daily(stores: Stores, chat_id: int, words: str = "daily 08:00") -> Record:
    blank = Subscription(chat_id=chat_id, schedule=Schedule.parse(words))
    await stores.subscriptions.change(blank, lambda old: old.subscribe(["policy"], NOW))
    record = await stores.subscriptions.read(blank.address)
    assert record
    return record


async def minutes(stores: Stores) -> dict[int, set[int]]:
    """What the index of the due holds."""
    used = [int(minute) for minute in await stores.redis.zrange(keys.DUE_MINUTES, 0, -1)]
    return {minute: {int(number) for number in await stores.redis.smembers(keys.due(minute))} for minute in used}


async def test_a_minute_that_nobody_waits_for_leaves_the_index(stores: Stores) -> None:
    one, other = await daily(stores, 1), await daily(stores, 2)
    minute = int(MORNING.timestamp() // 60)
    assert await minutes(stores) == {minute: {one.number, other.number}}
    await stores.subscriptions.change(one.subscription, lambda old: old.settle(["policy"], MORNING))
    assert await minutes(stores) == {minute: {other.number}, minute + 24 * 60: {one.number}}
    await stores.subscriptions.remove(Address(2))
    assert await minutes(stores) == {minute + 24 * 60: {one.number}}
    await stores.subscriptions.change(one.subscription, lambda old: old.park(BLOCKED))
    assert await minutes(stores) == {}
    assert [key async for key in stores.redis.scan_iter("*:due:*")] == []


async def test_who_stands_at_a_wrong_minute_is_put_right(stores: Stores) -> None:
    """As when the rules of a time zone have changed: due later than noted, due earlier, and due no more."""
    later, earlier, gone = [await daily(stores, chat_id) for chat_id in (1, 2, 3)]
    minute = int(MORNING.timestamp() // 60)
    await stores.redis.delete(keys.due(minute))
    await stores.redis.delete(keys.DUE_MINUTES)
    for number, noted in ((later.number, minute - 60), (earlier.number, minute + 60), (99, minute - 60)):
        await stores.redis.sadd(keys.due(noted), number)
        await stores.redis.zadd(keys.DUE_MINUTES, {str(noted): noted})
    await stores.subscriptions.remove(Address(3))
    assert await stores.subscriptions.due(MORNING - timedelta(minutes=1), count=9) == []
    assert await minutes(stores) == {minute: {later.number}, minute + 60: {earlier.number}}
    found = await stores.subscriptions.due(MORNING + timedelta(hours=1), count=9)
    assert {record.number for record in found} == {later.number, earlier.number}
    assert await minutes(stores) == {minute: {later.number, earlier.number}}
    assert gone.number not in {record.number for record in found}


async def test_who_cannot_be_read_keeps_no_other_from_being_due(stores: Stores) -> None:
    bad, good = await daily(stores, 1), await daily(stores, 2, "daily 08:30")
    await stores.redis.hset(*keys.record(bad.number), b"\xff")
    now = MORNING + timedelta(hours=1)
    assert await stores.subscriptions.due(now, count=1) == []
    assert await stores.subscriptions.due(now, count=1) == [good]
    await stores.redis.hset(*keys.record(bad.number), bad.raw)
    assert bad in await stores.subscriptions.due(now + timedelta(hours=2), count=5)


async def test_who_is_put_off_is_due_again_later(stores: Stores) -> None:
    record, now = await daily(stores, 1), MORNING + timedelta(hours=1)
    await stores.subscriptions.put_off(record, now + timedelta(minutes=10))
    assert await stores.subscriptions.due(now + timedelta(minutes=9), count=5) == []
    assert await stores.subscriptions.due(now + timedelta(minutes=10), count=5) == [record]
    await stores.subscriptions.save(record, record.subscription.settle(["policy"], now))
    assert await stores.subscriptions.due(now + timedelta(hours=3), count=5) == []
    assert list((await minutes(stores)).values()) == [{record.number}]


# -- parked ---------------------------------------------------------------------------------------------------------


async def test_the_parked_are_counted_by_cause(stores: Stores) -> None:
    records = [await subscribe(stores, chat_id, "policy") for chat_id in (1, 2, 3)]
    for record in records:
        await stores.subscriptions.change(record.subscription, lambda old: old.park(BLOCKED))
    removed = Parked(cause=Cause.REMOVED, since=NOW)
    await stores.subscriptions.change(records[1].subscription, lambda old: old.park(removed))
    await stores.subscriptions.remove(Address(3))
    counts = await stores.subscriptions.parked_counts()
    assert counts == {cause: int(cause in (Cause.BLOCKED, Cause.REMOVED)) for cause in Cause}
    await stores.subscriptions.change(records[0].subscription, lambda old: old.park(None))
    assert (await stores.subscriptions.parked_counts())[Cause.BLOCKED] == 0


async def test_the_parked_are_found_by_cause_and_age(stores: Stores) -> None:
    for chat_id in (1, 2, 3):
        record = await subscribe(stores, chat_id, "policy")
        since = Parked(cause=Cause.BLOCKED, since=NOW + timedelta(hours=chat_id))
        await stores.subscriptions.save(record, record.subscription.park(since))

    async def found(cause: Cause, hours: int, count: int = 9) -> list[int]:
        parked = await stores.subscriptions.parked_until({cause: NOW + timedelta(hours=hours)}, count=count)
        return [record.subscription.chat_id for record in parked]

    assert await found(Cause.BLOCKED, 2) == [1, 2]
    assert await found(Cause.BLOCKED, 9, 1) == [1]
    assert await found(Cause.REMOVED, 9) == []


async def test_when_people_wrote_is_noted_for_an_hour_where_there_is_a_subscription(stores: Stores) -> None:
    await subscribe(stores, -5, "policy", thread_id=7)
    before = int((await stores.clock.now()).timestamp() * 1000)
    for address in (Address(-5), Address(-5, 7), Address(-6)):
        await stores.subscriptions.note_talk(address)
    assert await stores.subscriptions.talked_at(Address(-5, 7)) >= before
    assert 3500 < await stores.redis.ttl(keys.talk(Address(-5, 7))) <= 3600
    assert [await stores.subscriptions.talked_at(address) for address in (Address(-5), Address(-6))] == [0, 0]


async def test_who_is_heard_is_noted_for_a_day(stores: Stores) -> None:
    await subscribe(stores, -5, "policy")
    await subscribe(stores, -5, "tech", thread_id=7)
    assert await stores.redis.get(keys.heard(-5)) is None
    before = await stores.clock.now()
    assert len(await stores.subscriptions.hear(-5)) == 2
    assert int(await stores.redis.get(keys.heard(-5))) >= before.timestamp() * 1000
    assert 86_000 < await stores.redis.ttl(keys.heard(-5)) <= 86_400
    assert await stores.subscriptions.hear(-6) == []


# -- words ----------------------------------------------------------------------------------------------------------


async def test_what_another_process_has_stored_can_be_read(stores: Stores) -> None:
    other = SubscriptionStore(stores.redis)
    for slug in ("policy", "tech"):
        await subscribe(stores, 1, slug)
        record = await other.read(Address(1))
        assert record
        assert slug in record.subscription.categories
        assert await other.decode(record.number, record.raw) == record


async def test_two_processes_give_words_the_same_numbers(stores: Stores) -> None:
    others = [SubscriptionStore(stores.redis) for _ in range(4)]
    blanks = [Subscription(chat_id=chat_id, language=f"x{chat_id % 5}") for chat_id in range(1, 21)]
    await asyncio.gather(
        *(others[b.chat_id % 4].change(b, lambda old: old.subscribe(["policy"], NOW)) for b in blanks)
    )
    assert sorted([s.language async for s in stores.subscriptions.all()]) == sorted(b.language for b in blanks)


async def test_a_store_that_was_emptied_under_a_process_gets_its_words_anew(stores: Stores) -> None:
    await subscribe(stores, 1, "policy", "tech")
    await stores.redis.flushdb()
    other = SubscriptionStore(stores.redis)
    blank = Subscription(chat_id=2, language="de", timezone="Asia/Tokyo")
    await other.change(blank, lambda old: old.subscribe(["world"], NOW))
    record = await subscribe(stores, 1, "policy")
    assert await other.read(Address(1)) == record
    assert {s.language async for s in stores.subscriptions.all()} == {"de", "en"}


async def test_what_cannot_be_read_is_told_to_who_asks_for_it(stores: Stores) -> None:
    record = await subscribe(stores, 1, "policy")
    await stores.redis.hset(*keys.record(record.number), b"\x91\x01")
    with pytest.raises(Unreadable):
        await stores.subscriptions.read(Address(1))
    await stores.redis.delete(keys.WORDS)
    assert await SubscriptionStore(stores.redis).decode(1, record.raw) is None
