"""Whom an article goes to at once: the plans."""

import asyncio
from datetime import timedelta

import pytest

from bot.bootstrap import Stores
from bot.domain.edition import Edition
from bot.domain.message import Message
from bot.domain.schedule import Schedule
from bot.domain.subscription import Subscription
from bot.storage import keys
from bot.storage.orders import order
from bot.storage.plans import Slice
from bot.storage.saving import Guard
from bot.storage.streams import Entry
from tests.storage.chunks import take
from tests.storage.moments import a_moment_later
from tests.unit.samples import NOW, article

EDITION = Edition(id="e1", message=Message(text="x"), articles=("a1",))
DAILY = Schedule.parse("daily 08:00")


def part(start: int = 0, left: int = 0) -> Slice:
    return Slice(start, left, [], 0, more=True)


async def published(stores: Stores) -> Entry:
    assert await stores.articles.publish(article("a1"))
    (plan,) = await stores.plans.queue.take(1, None, asyncio.Event())
    return plan


async def test_a_plan_advances_once_from_where_it_stood(stores: Stores) -> None:
    plan = await published(stores)
    assert await stores.plans.standing(plan) == (0, 0)
    assert await stores.plans.advance(plan, "a1", part(0), 4096, order(EDITION, list(range(1, 251))))
    assert not await stores.plans.advance(plan, "a1", part(0), 4096, order(EDITION, [1]))
    assert await stores.plans.standing(plan) == (4096, 0)
    assert (await stores.outbox.counts())["chunks_waiting"] == 3
    assert await stores.plans.advance(plan, "a1", part(4096), 8192, order(EDITION, []))
    await stores.plans.finish(plan)
    assert await stores.plans.standing(plan) is None


@pytest.mark.parametrize("start", [0, 4096])
async def test_a_plan_that_is_finished_advances_no_more(stores: Stores, start: int) -> None:
    """Whatever cursor a successor has read: it is gone with the plan, and would be 0 again."""
    plan = await published(stores)
    assert await stores.plans.advance(plan, "a1", part(0), 4096, order(EDITION, [1]))
    await stores.plans.finish(plan)
    assert not await stores.plans.advance(plan, "a1", part(start), start + 4096, order(EDITION, [2]))
    assert (await stores.outbox.counts())["chunks_waiting"] == 1
    assert not await stores.redis.exists(keys.fan_out(plan.id))


async def test_the_plan_of_an_article_that_was_taken_back_advances_no_more(stores: Stores) -> None:
    plan = await published(stores)
    stored = await stores.articles.get("a1")
    assert stored
    await stores.articles.remove(stored)
    assert not await stores.plans.advance(plan, "a1", part(0), 4096, order(EDITION, [1]))
    assert (await stores.outbox.counts())["chunks_waiting"] == 0
    assert await stores.outbox.edition("e1") is None


async def test_a_full_slice_goes_into_the_outbox_in_one_step(stores: Stores) -> None:
    numbers = list(range(1, 4096 * 8))
    plan = await published(stores)
    assert await stores.plans.advance(plan, "a1", part(0), 4096, order(EDITION, numbers))
    chunks = await take(stores.outbox, 999)
    assert [number for chunk in chunks for number in chunk.numbers] == numbers


# -- slices ---------------------------------------------------------------------------------------------------------


async def reader(stores: Stores, chat_id: int, *slugs: str, schedule: Schedule = DAILY) -> int:
    """Subscribed now; gives the number."""
    now = await stores.clock.now()
    blank = Subscription(chat_id=chat_id, schedule=schedule)
    await stores.subscriptions.change(blank, lambda old: old.subscribe(list(slugs), now))
    record = await stores.subscriptions.read(blank.address)
    assert record
    return record.number


async def chosen(stores: Stores, plan: Entry, slug: str = "policy") -> list[int]:
    return (await stores.plans.next_slice(plan, slug, 4096)).numbers


async def test_subscribers_are_read_a_slice_at_a_time(stores: Stores) -> None:
    for number in range(1, 41):
        await stores.redis.setbit(keys.instant_subscribers_of("policy"), number, 1)
    plan, slices = await published(stores), []
    for start in (0, 2, 4, 6):
        slices.append(await stores.plans.next_slice(plan, "policy", 2))
        assert slices[-1].start == start
        assert await stores.plans.advance(plan, "a1", slices[-1], start + 2, [])
    assert [number for one in slices for number in one.numbers] == list(range(1, 41))
    assert [one.more for one in slices] == [True, True, True, False]
    other = await stores.plans.next_slice(plan, "gone", 2)
    assert (other.numbers, other.more) == ([], False)


async def test_a_slice_says_when_it_was_read(stores: Stores) -> None:
    plan = await published(stores)
    before = await stores.clock.now()
    planned = (await stores.plans.next_slice(plan, "policy", 4096)).planned
    assert before.timestamp() * 1000 <= planned <= (await stores.clock.now()).timestamp() * 1000


async def test_who_comes_when_the_article_is_there_is_left_out(stores: Stores) -> None:
    """By each way to come: subscribing, changing to at once, coming to a category."""
    early = await reader(stores, 1, "policy", schedule=Schedule())
    daily = await reader(stores, 2, "policy")
    elsewhere = await reader(stores, 3, "tech", schedule=Schedule())
    parked = await reader(stores, 4, "policy", schedule=Schedule())
    await a_moment_later(stores)
    plan = await published(stores)
    await a_moment_later(stores)
    now = await stores.clock.now()
    for chat_id in (2, 3):
        await stores.subscriptions.change(
            Subscription(chat_id=chat_id),
            lambda old: old.with_schedule(Schedule()).settle(list(old.categories), now).subscribe(["policy"], now),
        )
    late = await reader(stores, 5, "policy", "tech", schedule=Schedule())
    assert await chosen(stores, plan) == [early, parked]
    assert await chosen(stores, plan, "tech") == [], "settled since the article came"
    await stores.plans.finish(plan)
    assert await stores.redis.zcard(keys.NEWCOMERS) == 0
    await stores.articles.publish(article("a2"))
    (second,) = await stores.plans.queue.take(1, None, asyncio.Event())
    assert await chosen(stores, second) == [early, daily, elsewhere, parked, late]


async def test_newcomers_are_kept_for_as_long_as_an_older_plan_is_on_its_way(stores: Stores) -> None:
    first = await published(stores)
    await a_moment_later(stores)
    await reader(stores, 1, "policy", schedule=Schedule())
    await a_moment_later(stores)
    await stores.articles.publish(article("a2"))
    (second,) = await stores.plans.queue.take(1, None, asyncio.Event())
    assert (await chosen(stores, first), await chosen(stores, second)) == ([], [1])
    await stores.plans.finish(second)
    assert await chosen(stores, first) == []
    await stores.plans.finish(first)
    assert await stores.redis.zcard(keys.NEWCOMERS) == 0


async def test_without_a_plan_on_its_way_nobody_is_noted(stores: Stores) -> None:
    await reader(stores, 1, "policy", schedule=Schedule())
    assert await stores.redis.exists(keys.NEWCOMERS) == 0


# -- leaving --------------------------------------------------------------------------------------------------------


async def test_plans_come_to_those_whom_they_have_not_passed(stores: Stores) -> None:
    plan = await published(stores)
    assert [one.entry_id for one in await stores.plans.coming_to(8)] == [plan.id]
    await stores.plans.advance(plan, "a1", part(), 2, [])
    assert await stores.plans.coming_to(15) == []
    assert [one.article_id for one in await stores.plans.coming_to(16)] == ["a1"]
    await stores.plans.finish(plan)
    assert await stores.plans.coming_to(16) == []


async def test_who_leaves_a_slice_that_was_read_is_not_in_it(stores: Stores) -> None:
    await reader(stores, 1, "policy", schedule=Schedule())
    plan = await published(stores)
    read = await stores.plans.next_slice(plan, "policy", 4096)
    record = (await stores.subscriptions.of_chat(1))[0]
    assert await stores.subscriptions.save(
        record, record.subscription.with_schedule(DAILY), (), Guard(plans=[plan.id])
    )
    assert not await stores.plans.advance(plan, "a1", read, 4096, order(EDITION, read.numbers))
    again = await stores.plans.next_slice(plan, "policy", 4096)
    assert again.numbers == []
    assert await stores.plans.advance(plan, "a1", again, 4096, [])


@pytest.mark.parametrize("finished", [False, True])
async def test_who_leaves_when_a_plan_has_just_passed_must_look_again(stores: Stores, finished: bool) -> None:
    await reader(stores, 1, "policy", schedule=Schedule())
    plan = await published(stores)
    (record,) = await stores.subscriptions.of_chat(1)
    assert await stores.plans.advance(plan, "a1", part(), 1, [])
    if finished:
        await stores.plans.finish(plan)
    later = record.subscription.settle(["policy"], NOW + timedelta(hours=1))
    assert not await stores.subscriptions.save(record, later, (), Guard(plans=[plan.id]))
    assert await stores.subscriptions.of_chat(1) == [record]
