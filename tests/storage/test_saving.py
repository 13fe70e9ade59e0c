"""Many subscriptions saved in one step, and what is found by them."""

from collections.abc import Callable
from datetime import timedelta
from random import Random

from bot.bootstrap import Stores
from bot.domain.delivery import Cause
from bot.domain.edition import Edition
from bot.domain.hold import Hold, Holding
from bot.domain.message import Message
from bot.domain.schedule import Schedule
from bot.domain.subscription import Address, Parked, Subscription
from bot.storage import keys
from bot.storage.orders import CHUNK_SIZE
from bot.storage.records import Record
from bot.storage.saving import Change, Guard, bits_of
from tests.storage.chunks import subscribed, take
from tests.unit.samples import NOW, article

LATER = NOW + timedelta(hours=1)
TOLD, ALONE = (Edition(id=name, message=Message(text="x")) for name in ("told", "alone"))
SLUGS = ("policy", "tech", "world")
QUIET = Hold(cause=Holding.QUIET, began=NOW, until=LATER, breaking=True)


async def records(stores: Stores, count: int) -> list[Record]:
    numbers = await subscribed(stores, *range(1, count + 1))
    found = await stores.subscriptions.read_numbers(numbers)
    return [found[number] for number in numbers]


def change(record: Record, *owed: Edition, guard: Guard | None = None) -> Change:
    return Change(record, record.subscription.settle(["policy"], LATER), owed, guard or Guard())


async def test_those_told_alike_share_a_chunk_without_those_who_have_changed(stores: Stores) -> None:
    first, changed, third, other = await records(stores, 4)
    await stores.subscriptions.change(changed.subscription, lambda old: old.with_language("de"))
    await stores.outbox.store([TOLD, ALONE])
    await stores.subscriptions.save_all(
        [*(change(record, TOLD) for record in (first, changed, third)), change(other, ALONE)]
    )
    chunks = {chunk.edition_id: chunk for chunk in await take(stores.outbox)}
    assert {name: chunk.numbers for name, chunk in chunks.items()} == {
        "told": (first.number, third.number),
        "alone": (other.number,),
    }
    assert (chunks["told"].alone, chunks["alone"].alone) == (False, True)
    assert (await stores.outbox.counts())["owed"] == 3
    found = await stores.subscriptions.read_numbers([1, 2, 3, 4])
    settled = {number for number, record in found.items() if record.subscription.since["policy"] == LATER}
    assert settled == {first.number, third.number, other.number}


async def test_more_than_a_chunk_is_saved_in_several_steps(stores: Stores) -> None:
    many = await records(stores, CHUNK_SIZE + 1)
    await stores.outbox.store([TOLD])
    await stores.subscriptions.save_all([change(record, TOLD) for record in many])
    chunks = await take(stores.outbox)
    assert [len(chunk.numbers) for chunk in chunks] == [CHUNK_SIZE, 1]
    assert not any(chunk.alone for chunk in chunks)


async def test_an_article_that_has_changed_stops_all_that_are_saved_with_it(stores: Stores) -> None:
    await stores.articles.publish(article("a1"))
    first, second = await records(stores, 2)
    await stores.outbox.store([TOLD])
    changes = [change(first, TOLD), change(second, TOLD, guard=Guard({"a1": 1}))]
    await stores.subscriptions.save_all(changes)
    assert await take(stores.outbox) == []
    assert await stores.subscriptions.read_numbers([first.number, second.number]) == {
        first.number: first,
        second.number: second,
    }
    await stores.subscriptions.save_all(changes[:1])
    assert [chunk.numbers for chunk in await take(stores.outbox)] == [(first.number,)]


async def test_a_table_of_words_that_was_lost_is_learned_again(stores: Stores) -> None:
    (record,) = await records(stores, 1)
    await stores.redis.delete(keys.WORDS)
    await stores.outbox.store([TOLD])
    await stores.subscriptions.save_all([change(record, TOLD)])
    found = await stores.subscriptions.read(record.subscription.address)
    assert found
    assert found.subscription.since == {"policy": LATER}
    assert [chunk.numbers for chunk in await take(stores.outbox)] == [(record.number,)]


async def test_bitmaps_follow_whatever_changes(stores: Stores) -> None:
    """Though only the bits that change are written."""
    chance = Random(5)  # noqa: S311
    changes: list[Callable[[Subscription], Subscription]] = [
        *(lambda old, slug=slug: old.subscribe([slug], NOW) for slug in SLUGS),
        *(lambda old, slug=slug: old.unsubscribe([slug]) for slug in SLUGS),
        *(lambda old, slug=slug: old.with_schedule(Schedule.parse("daily 08:00"), slug) for slug in SLUGS),
        *(lambda old, slug=slug: old.with_schedule(Schedule(), slug) for slug in SLUGS),
        lambda old: old.with_hold(QUIET),
        lambda old: old.with_hold(QUIET.model_copy(update={"breaking": False})),
        lambda old: old.with_hold(None),
        lambda old: old.with_muted(("chess",)),
        lambda old: old.with_muted(()),
        lambda old: old.park(Parked(cause=Cause.BLOCKED, since=NOW)),
        lambda old: old.park(None),
    ]
    bitmaps = {bitmap(slug) for bitmap in (
        keys.subscribers_of, keys.instant_subscribers_of, keys.let_through
    ) for slug in SLUGS} | {keys.MUTING}  # fmt: skip
    seen = set[str]()
    for _ in range(200):
        _, after = await stores.subscriptions.change(Subscription(chat_id=7), chance.choice(changes))
        record = await stores.subscriptions.read(Address(7))
        found = {key for key in bitmaps if record and await stores.redis.getbit(key, record.number)}
        assert found == bits_of(after)
        seen |= found
    assert seen == bitmaps
