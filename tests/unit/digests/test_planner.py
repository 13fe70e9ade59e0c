"""Who is owed what, over a real store."""

import asyncio
from datetime import timedelta

from bot.bootstrap import Stores
from bot.domain.schedule import Schedule
from bot.domain.subscription import Address
from bot.services import Services
from bot.storage import keys
from bot.storage.outbox import Edition
from bot.subscriptions import Reader
from tests.storage.moments import a_moment_later
from tests.unit.samples import FULL, article

DAILY = Schedule.parse("daily 08:00")
READER = Reader(Address(1))


async def owed(stores: Stores) -> list[tuple[Edition, tuple[int, ...]]]:
    found = []
    for entry in await stores.outbox.chunks.take(999, None, asyncio.Event()):
        chunk = await stores.outbox.open(entry)
        edition = await stores.outbox.edition(chunk.edition_id)
        assert edition
        found.append((edition, chunk.numbers))
    return found


async def test_an_article_is_owed_at_once_to_those_who_want_it_so(services: Services, stores: Stores) -> None:
    for chat_id in range(1, 6):
        await services.subscriptions.subscribe(Reader(Address(chat_id)), ["policy", "tech"])
    await services.planner.reschedule(Reader(Address(2)), DAILY)
    await services.subscriptions.unsubscribe(Reader(Address(3)), ["policy"])
    await services.subscriptions.park(4, "blocked")
    await services.articles.publish(FULL)
    await services.planner.run_until_idle()
    ((edition, numbers),) = await owed(stores)
    assert (edition.articles, edition.category, numbers) == (("full",), "policy", (1, 5))
    assert await stores.outbox.unplanned() == set()
    assert not await services.planner.step(asyncio.Event(), None)


async def test_a_plan_that_was_left_in_the_middle_is_continued(services: Services, stores: Stores) -> None:
    await stores.redis.setbit(keys.instant_subscribers_of("policy"), 5, 1)
    await stores.redis.setbit(keys.instant_subscribers_of("policy"), 4096 * 8 + 9, 1)
    await services.articles.publish(FULL)
    (plan,) = await stores.outbox.plans.take(1, None, asyncio.Event())
    assert await stores.outbox.advance_plan(plan, 0, 4096, [])
    await services.planner._fan_out(plan)
    assert [numbers for _, numbers in await owed(stores)] == [(4096 * 8 + 9,)]


async def test_a_digest_brings_what_came_since_the_last_once(services: Services, stores: Stores) -> None:
    await services.articles.publish(article("before"))
    await a_moment_later(stores)
    await services.subscriptions.subscribe(READER, ["policy", "tech"])
    await services.planner.reschedule(READER, DAILY)
    await services.articles.publish(article("one"))
    await services.articles.publish(article("two", "tech"))
    await services.articles.publish(article("elsewhere", "world"))
    await a_moment_later(stores)
    assert await services.planner.send_now(READER) == 2
    assert await services.planner.send_now(READER) == 0
    ((edition, numbers),) = await owed(stores)
    assert (edition.articles, numbers) == (("one", "two"), (1,))


async def test_a_long_digest_comes_in_parts(services: Services, stores: Stores) -> None:
    await services.subscriptions.subscribe(READER, ["policy"])
    await services.planner.reschedule(READER, DAILY)
    for number in range(23):
        await services.articles.publish(article(f"a{number}"))
    await a_moment_later(stores)
    assert await services.planner.send_now(READER) == 23
    assert [len(edition.articles) for edition, _ in await owed(stores)] == [10, 10, 3]


async def test_a_digest_that_is_due_is_owed_by_itself(services: Services, stores: Stores) -> None:
    await services.subscriptions.subscribe(READER, ["policy"])
    await services.planner.reschedule(READER, DAILY)
    long_ago = await stores.clock.now() - timedelta(days=3)
    blank = services.subscriptions.blank(READER)
    await stores.subscriptions.change(blank, lambda old: old.settle(["policy"], long_ago))
    await services.articles.publish(FULL)
    await a_moment_later(stores)
    await services.planner.run_until_idle()
    assert [edition.articles for edition, _ in await owed(stores)] == [("full",)]
    after = await services.subscriptions.get(READER)
    due = after.digest_due()
    assert due
    assert due > await stores.clock.now()


async def test_from_digests_to_at_once_what_waited_comes_now(services: Services, stores: Stores) -> None:
    await services.subscriptions.subscribe(READER, ["policy"])
    await services.planner.reschedule(READER, DAILY)
    await services.articles.publish(FULL)
    await services.planner.run_until_idle()
    await a_moment_later(stores)
    assert (await services.planner.reschedule(READER, Schedule())).schedule.instant
    assert [edition.articles for edition, _ in await owed(stores)] == [("full",)]
    assert await services.planner.send_now(READER) == 0


async def test_from_at_once_to_digests_nothing_is_lost(services: Services, stores: Stores) -> None:
    """It was published, and nobody had yet planned whom it goes to."""
    await services.subscriptions.subscribe(READER, ["policy"])
    await a_moment_later(stores)
    await services.articles.publish(FULL)
    await a_moment_later(stores)
    await services.planner.reschedule(READER, DAILY)
    await services.planner.run_until_idle()
    assert await owed(stores) == []
    assert await services.planner.send_now(READER) == 1


async def test_a_chat_with_no_subscription_gets_no_digest(services: Services, stores: Stores) -> None:
    assert await services.planner.send_now(READER) == 0
    assert (await services.planner.reschedule(READER, DAILY)).schedule == DAILY
    assert await services.planner.send_now(READER) == 0
    assert await owed(stores) == []
