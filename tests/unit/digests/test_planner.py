"""Who is owed what, over a real store."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from bot.bootstrap import Stores, build_services
from bot.domain.delivery import Cause
from bot.domain.edition import Edition, Urgency
from bot.domain.schedule import Schedule
from bot.domain.subscription import Address, Subscription
from bot.rendering.actions import ReadArticle, ShowMore, decode
from bot.services import Services
from bot.storage import keys
from bot.storage.orders import order
from bot.storage.plans import Slice
from bot.storage.streams import Entry
from bot.subscriptions import Reader
from config.settings import Settings
from tests.storage.chunks import subscribed, take
from tests.storage.moments import a_moment_later
from tests.unit.samples import FULL, article

DAILY = Schedule.parse("daily 08:00")
READER = Reader(Address(1))


async def an_hour_ago(stores: Stores) -> Schedule:
    """Daily at a time that was an hour ago."""
    return Schedule(((await stores.clock.now() - timedelta(hours=1)).time().replace(second=0, microsecond=0),))


async def owed(stores: Stores) -> list[tuple[Edition, tuple[int, ...]]]:
    found = []
    for chunk in await take(stores.outbox, 999):
        edition = await stores.outbox.edition(chunk.edition_id)
        assert edition
        found.append((edition, chunk.numbers))
    return found


async def test_an_article_is_owed_at_once_to_those_who_want_it_so(services: Services, stores: Stores) -> None:
    for chat_id in range(1, 6):
        await services.subscriptions.subscribe(Reader(Address(chat_id)), ["policy", "tech"])
    await services.changes.reschedule(Reader(Address(2)), DAILY)
    await services.subscriptions.unsubscribe(Reader(Address(3)), ["policy"])
    await services.subscriptions.park(Address(4), Cause.BLOCKED)
    await services.articles.publish(FULL)
    await services.planner.run_until_idle()
    ((edition, numbers),) = await owed(stores)
    assert (edition.articles, edition.category, numbers) == (("full",), "policy", (1, 5))
    assert await stores.plans.unplanned() == set()
    assert not await services.planner.step(asyncio.Event(), None)


async def test_a_plan_that_was_left_in_the_middle_is_continued(services: Services, stores: Stores) -> None:
    await stores.redis.setbit(keys.instant_subscribers_of("policy"), 5, 1)
    await stores.redis.setbit(keys.instant_subscribers_of("policy"), 4096 * 8 + 9, 1)
    await services.articles.publish(FULL)
    (plan,) = await stores.plans.queue.take(1, None, asyncio.Event())
    first = await stores.plans.next_slice(plan, "policy", 4096)
    assert await stores.plans.advance(plan, "full", first, 4096, [])
    await services.planner._broadcast.send(plan)
    assert [numbers for _, numbers in await owed(stores)] == [(4096 * 8 + 9,)]


async def test_a_successor_that_comes_when_the_plan_is_finished_does_nothing(
    services: Services, stores: Stores
) -> None:
    """It had read the cursor before; and it comes once more from the beginning."""
    await services.subscriptions.subscribe(READER, ["policy"])
    await services.articles.publish(FULL)
    (plan,) = await stores.plans.queue.take(1, None, asyncio.Event())
    await services.planner._broadcast.send(plan)
    assert [numbers for _, numbers in await owed(stores)] == [(1,)]
    await services.planner._broadcast.send(plan)
    for cursor in (0, 4096):
        again = order(Edition(id="late", articles=("full",)), [1])
        assert not await stores.plans.advance(plan, "full", Slice(cursor, 0, [1], 0, False), cursor + 4096, again)
    assert await owed(stores) == []
    assert not await stores.redis.exists(keys.fan_out(plan.id))


async def test_what_is_taken_back_while_it_is_planned_is_sent_to_nobody(
    services: Services, stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look at its readers and the step that owes it to them."""
    await services.subscriptions.subscribe(READER, ["policy"])
    await services.articles.publish(FULL)
    look, retracted = stores.plans.next_slice, list[int | None]()

    async def slowly(plan: Entry, slug: str, length: int, *, breaking: bool) -> Slice:
        found = await look(plan, slug, length, breaking=breaking)
        retracted.append(await services.articles.retract("full"))
        return found

    monkeypatch.setattr(stores.plans, "next_slice", slowly)
    await services.planner.run_until_idle()
    assert retracted == [0]
    assert await owed(stores) == []
    assert await stores.plans.unplanned() == set()


async def test_what_is_taken_back_while_a_digest_is_made_is_not_in_it(
    services: Services, stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    await services.subscriptions.subscribe(READER, ["policy"])
    await services.changes.reschedule(READER, DAILY)
    for one in (FULL, article("a2")):
        await services.articles.publish(one)
    await a_moment_later(stores)
    save, tries = stores.subscriptions.save, 0

    async def slowly(*arguments: Any) -> bool:
        nonlocal tries
        tries += 1
        if tries == 1:
            await services.articles.retract("full")
        return await save(*arguments)

    monkeypatch.setattr(stores.subscriptions, "save", slowly)
    assert await services.changes.send_now(READER) == 1
    assert tries == 2
    assert [edition.articles for edition, _ in await owed(stores)] == [("a2",)]


async def test_one_article_that_cannot_be_worded_keeps_no_other_waiting(services: Services, stores: Stores) -> None:
    await services.subscriptions.subscribe(READER, ["policy"])
    await services.articles.publish(article("bad"))
    await services.articles.publish(FULL)
    good = await stores.redis.hget(keys.ARTICLES, "bad")
    await stores.redis.hset(keys.ARTICLES, "bad", "1:1:{")
    await services.planner.run_until_idle()
    assert [edition.articles for edition, _ in await owed(stores)] == [("full",)]
    assert {fields[b"id"] for _, fields in await stores.redis.xrange(keys.PLANS)} == {b"bad"}
    await stores.redis.hset(keys.ARTICLES, "bad", good)
    await run_once(services)
    assert [edition.articles for edition, _ in await owed(stores)] == [("bad",)]


async def test_one_subscription_that_cannot_be_read_keeps_no_digest_waiting(
    services: Services, stores: Stores
) -> None:
    long_ago = await stores.clock.now() - timedelta(days=3)
    for chat_id in (1, 2, 3):
        reader = Reader(Address(chat_id))
        await services.subscriptions.subscribe(reader, ["policy"])
        await services.changes.reschedule(reader, await an_hour_ago(stores))
        blank = services.subscriptions.blank(reader)
        await stores.subscriptions.change(blank, lambda old: old.settle(["policy"], long_ago))
    await stores.redis.hset(*keys.record(2), "{")
    await services.articles.publish(FULL)
    await a_moment_later(stores)
    await services.planner.run_until_idle()
    assert sorted(number for _, numbers in await owed(stores) for number in numbers) == [1, 3]


async def test_planners_that_meet_plan_each_digest_once(stores: Stores) -> None:
    daily, since = await an_hour_ago(stores), await stores.clock.now() - timedelta(days=1)
    numbers = await subscribed(stores, *range(1, 151))
    for number in numbers:
        blank = Subscription(chat_id=number)
        await stores.subscriptions.change(blank, lambda old: old.with_schedule(daily).settle(["policy"], since))
    await stores.articles.publish(FULL)
    await a_moment_later(stores)
    planners = [build_services(stores, Settings.model_validate({}), "newsbot").planner for _ in range(3)]
    await asyncio.gather(*(planner.run_until_idle() for planner in planners))
    assert sorted(number for _, some in await owed(stores) for number in some) == sorted(numbers)


async def run_once(services: Services) -> None:
    """As a process that is told to stop when it has just begun."""
    stopping = asyncio.Event()
    stopping.set()
    await services.planner.run(stopping)


async def test_what_a_planner_left_it_goes_on_with_when_it_runs_again(services: Services, stores: Stores) -> None:
    await services.subscriptions.subscribe(READER, ["policy"])
    await services.articles.publish(FULL)
    assert await stores.plans.queue.take(1, None, asyncio.Event())
    await services.planner.run_until_idle()
    assert await owed(stores) == []
    await run_once(services)
    assert [numbers for _, numbers in await owed(stores)] == [(1,)]


async def test_a_planner_runs_until_it_is_told_to_stop(services: Services, stores: Stores) -> None:
    await services.subscriptions.subscribe(READER, ["policy"])
    stopping = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(services.planner.run(stopping))
        await services.articles.publish(FULL)
        wait = timedelta(seconds=20)
        assert await stores.outbox.take(dict.fromkeys(Urgency, 1), wait, asyncio.Event())
        stopping.set()
    assert await stores.plans.unplanned() == set()


async def test_a_chunk_says_when_its_recipients_were_chosen(services: Services, stores: Stores) -> None:
    await services.subscriptions.subscribe(READER, ["policy"])
    await services.articles.publish(FULL)
    await a_moment_later(stores)
    before = await stores.clock.now()
    await services.planner.run_until_idle()
    (chunk,) = await take(stores.outbox)
    assert int(before.timestamp() * 1000) <= chunk.planned <= int((await stores.clock.now()).timestamp() * 1000)


async def test_a_digest_brings_what_came_since_the_last_once(services: Services, stores: Stores) -> None:
    await services.articles.publish(article("before"))
    await a_moment_later(stores)
    await services.subscriptions.subscribe(READER, ["policy", "tech"])
    await services.changes.reschedule(READER, DAILY)
    await services.articles.publish(article("one"))
    await services.articles.publish(article("two", "tech"))
    await services.articles.publish(article("elsewhere", "world"))
    await a_moment_later(stores)
    assert await services.changes.send_now(READER) == 2
    assert await services.changes.send_now(READER) == 0
    ((edition, numbers),) = await owed(stores)
    assert (edition.articles, numbers) == (("one", "two"), (1,))


async def test_a_long_digest_is_one_message_that_goes_on_when_asked(services: Services, stores: Stores) -> None:
    await services.subscriptions.subscribe(READER, ["policy"])
    await services.changes.reschedule(READER, DAILY)
    for number in range(23):
        await services.articles.publish(article(f"a{number}"))
    await a_moment_later(stores)
    assert await services.changes.send_now(READER) == 23
    ((edition, _),) = await owed(stores)
    assert edition.message
    assert len(edition.articles) == 23
    told, message, skip = 0, edition.message, 0
    while True:
        actions = [decode(button.data or "") for row in message.buttons for button in row]
        told += sum(isinstance(action, ReadArticle) for action in actions)
        more = next((action for action in actions if isinstance(action, ShowMore)), None)
        if more is None:
            break
        assert (more.edition, more.skip) == (edition.id, skip + 10)
        skip = more.skip
        following = await services.articles.more_of(more.edition, more.skip)
        assert following
        message = following
    assert told == 23
    assert await services.articles.more_of(edition.id, 23) is None
    assert await services.articles.more_of("gone", 10) is None


async def test_a_digest_tells_a_story_of_several_sources_once(services: Services, stores: Stores) -> None:
    await services.subscriptions.subscribe(READER, ["policy", "world"])
    await services.changes.reschedule(READER, DAILY)
    title = "Harbour council votes to raise the toll"
    for name, slug in (("Gazette", "policy"), ("Courier", "world")):
        source = {"name": name, "url": f"https://{name.lower()}.example/toll"}
        await services.articles.publish(article(name, slug, title=title, source=source))
    await a_moment_later(stores)
    assert await services.changes.send_now(READER) == 2
    ((edition, _),) = await owed(stores)
    assert edition.message
    assert sorted(edition.articles) == ["Courier", "Gazette"]
    assert edition.message.text.count(title) == 1
    assert "also at" in edition.message.text
    told_first, other = edition.articles
    assert await services.articles.retract(told_first) == 0
    present = await stores.outbox.edition(edition.id)
    assert present and present.message
    assert present.articles == (other,)
    assert (title in present.message.text, "also at" in present.message.text) == (True, False)


async def test_a_digest_that_is_due_is_owed_by_itself(services: Services, stores: Stores) -> None:
    await services.subscriptions.subscribe(READER, ["policy"])
    await services.changes.reschedule(READER, await an_hour_ago(stores))
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
    await services.changes.reschedule(READER, DAILY)
    await services.articles.publish(FULL)
    await services.planner.run_until_idle()
    await a_moment_later(stores)
    assert (await services.changes.reschedule(READER, Schedule())).schedule.instant
    assert [edition.articles for edition, _ in await owed(stores)] == [("full",)]
    assert await services.changes.send_now(READER) == 0


async def test_from_at_once_to_digests_nothing_is_lost(services: Services, stores: Stores) -> None:
    """It was published, and nobody had yet planned whom it goes to."""
    await services.subscriptions.subscribe(READER, ["policy"])
    await a_moment_later(stores)
    await services.articles.publish(FULL)
    await a_moment_later(stores)
    await services.changes.reschedule(READER, DAILY)
    await services.planner.run_until_idle()
    assert [(edition.articles, numbers) for edition, numbers in await owed(stores)] == [(("full",), (1,))]
    assert await services.changes.send_now(READER) == 0


async def test_a_category_alone_is_rescheduled_and_only_what_waits_in_it_comes(
    services: Services, stores: Stores
) -> None:
    await services.subscriptions.subscribe(READER, ["policy", "tech", "world"])
    await services.changes.reschedule(READER, DAILY)
    for slug in ("policy", "tech"):
        await services.articles.publish(article(slug, slug))
    await services.planner.run_until_idle()
    await a_moment_later(stores)
    after = await services.changes.reschedule(READER, Schedule(), "policy")
    assert after.categories == {"policy": Schedule(), "tech": DAILY, "world": DAILY}
    assert after.schedule == DAILY
    assert [edition.articles for edition, _ in await owed(stores)] == [("policy",)]
    assert await services.changes.send_now(READER) == 1


async def test_what_is_on_its_way_in_other_categories_comes_as_it_was(services: Services, stores: Stores) -> None:
    await services.subscriptions.subscribe(READER, ["policy", "tech"])
    await a_moment_later(stores)
    for slug in ("policy", "tech"):
        await services.articles.publish(article(slug, slug))
    await a_moment_later(stores)
    await services.changes.reschedule(READER, DAILY, "policy")
    await services.planner.run_until_idle()
    editions = [edition for edition, _ in await owed(stores)]
    assert sorted((edition.articles, edition.category) for edition in editions) == [
        (("policy",), None),
        (("tech",), "tech"),
    ]


async def test_a_category_that_is_not_subscribed_cannot_be_rescheduled(services: Services) -> None:
    await services.subscriptions.subscribe(READER, ["policy"])
    before = await services.subscriptions.get(READER)
    assert await services.changes.reschedule(READER, DAILY, "tech") == before


async def test_a_chat_with_no_subscription_gets_no_digest(services: Services, stores: Stores) -> None:
    assert await services.changes.send_now(READER) == 0
    assert (await services.changes.reschedule(READER, DAILY)).schedule == DAILY
    assert await services.changes.send_now(READER) == 0
    assert await owed(stores) == []


async def test_a_digest_that_cannot_be_made_is_not_tried_without_end(
    services: Services, stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its round counts as idle, so that the planner waits before the next."""
    await services.subscriptions.subscribe(READER, ["policy"])
    await services.changes.reschedule(READER, await an_hour_ago(stores))
    record = await stores.subscriptions.read(READER.address)
    assert record
    long_ago = await stores.clock.now() - timedelta(days=2)
    await stores.subscriptions.save(record, record.subscription.settle(["policy"], long_ago))
    monkeypatch.setattr(services.planner._rounds, "_due", lambda *_: 1 / 0)
    assert await services.planner.step(asyncio.Event(), None) is False
