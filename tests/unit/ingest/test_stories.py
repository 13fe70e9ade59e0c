"""What feeds bring is published or joins its story, over a real store."""

import asyncio
from datetime import timedelta

import pytest

from bot.bootstrap import Stores
from bot.domain.article import Added
from bot.domain.schedule import Schedule
from bot.domain.subscription import Address
from bot.ingest.likeness import TELLINGS
from bot.ingest.stories import Filed, Stories
from bot.services import Services
from bot.storage import keys
from bot.subscriptions import Reader
from tests.storage.chunks import take
from tests.storage.killing import killed_everywhere
from tests.storage.moments import a_moment_later
from tests.unit.ingest.told import COMET, FERRY, TOLL, TOLL_AGAIN, TOLL_THIRD, told

READER = Reader(Address(1))


def another(stores: Stores) -> Stories:
    """As another process has them."""
    return Stories(stores.articles, stores.stories, stores.clock)


async def test_the_first_is_published_and_the_next_join_it(services: Services, stores: Stores) -> None:
    assert await services.stories.publish(FERRY) == Filed(Added.NEW)
    assert await services.stories.publish(TOLL) == Filed(Added.NEW)
    assert await services.stories.publish(TOLL_AGAIN) == Filed(Added.NEW, joined="toll1")
    assert await another(stores).publish(TOLL_THIRD) == Filed(Added.NEW, joined="toll1")
    story = await services.articles.get("toll1")
    assert story
    assert [one.name for one in story.also_at] == ["Gazette", "Mirror"]
    assert await services.articles.joined("toll1") == [TOLL_AGAIN, TOLL_THIRD]
    assert await stores.plans.unplanned() == {"ferry", "toll1"}


async def test_nothing_joins_what_is_in_no_list(services: Services, stores: Stores) -> None:
    await stores.articles.keep_new(TOLL.model_copy(update={"listed": False, "published": await stores.clock.now()}))
    assert await services.stories.publish(TOLL_AGAIN) == Filed(Added.NEW)


async def test_the_same_again_changes_nothing(services: Services, stores: Stores) -> None:
    """As after a crash between publishing an entry and noting that it is known."""
    for one in (TOLL, TOLL_AGAIN):
        await services.stories.publish(one)
    change = await stores.articles.last_change()
    assert await services.stories.publish(TOLL) == Filed(Added.KNOWN)
    assert await services.stories.publish(TOLL_AGAIN) == Filed(Added.KNOWN, joined="toll1")
    assert await another(stores).publish(TOLL_AGAIN) == Filed(Added.KNOWN, joined="toll1")
    assert await stores.articles.last_change() == change


async def test_what_has_joined_is_read_under_its_own_id(services: Services) -> None:
    for one in (TOLL, TOLL_AGAIN):
        await services.stories.publish(one)
    story = await services.articles.get("toll1")
    assert story
    assert await services.articles.get("toll2") == story
    assert await services.articles.get_many(["toll2", "gone", "toll1"]) == [story]


async def test_two_that_bring_it_at_once_publish_it_once(services: Services, stores: Stores) -> None:
    """Every process has its own memory of what there is."""
    sources = [
        TOLL.model_copy(update={"id": f"s{n}", "source": told("x", f"Source{n}", "x").source}) for n in range(9)
    ]
    processes = [another(stores) for _ in sources]
    async with asyncio.TaskGroup() as tasks:
        for process, one in zip(processes, sources, strict=True):
            tasks.create_task(process.publish(one))
    (story,) = await services.articles.latest(count=9)
    assert len(story.also_at) == 8
    assert len(await stores.plans.unplanned()) == 1


async def test_whoever_is_killed_and_begins_again_has_done_it_once(
    services: Services, stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    await services.stories.publish(TOLL)
    filed, killed = await killed_everywhere(monkeypatch, lambda: another(stores).publish(TOLL_AGAIN))
    assert killed >= 4
    assert filed == Filed(Added.NEW, joined="toll1")
    assert await another(stores).publish(TOLL_AGAIN) == Filed(Added.KNOWN, joined="toll1")
    story = await services.articles.get("toll1")
    assert story
    assert story.also_at == (TOLL_AGAIN.source,)


async def test_what_other_processes_do_is_seen(services: Services, stores: Stores) -> None:
    await services.stories.publish(FERRY)
    await services.articles.publish(TOLL)
    assert (await services.stories.publish(TOLL_AGAIN)).joined == "toll1"
    await services.articles.retract("toll1")
    assert (await services.stories.publish(TOLL_THIRD)).joined is None
    await services.articles.merge("toll3", "ferry")
    echo = TOLL.model_copy(update={"id": "echo", "source": told("x", "Echo", "x").source})
    assert (await services.stories.publish(echo)).joined == "ferry", "under which an editor has put it"


async def test_what_arrived_more_than_two_days_ago_is_another_story(services: Services, stores: Stores) -> None:
    await stores.articles.keep(TOLL, await stores.clock.now() - timedelta(hours=49))
    await stores.articles.keep(COMET, await stores.clock.now() - timedelta(hours=47))
    assert await services.stories.publish(TOLL_AGAIN) == Filed(Added.NEW)
    seen = told("seen", "Echo", COMET.title, COMET.teaser)
    assert (await services.stories.publish(seen)).joined == "comet"


async def test_a_story_that_went_unnoticed_is_no_obstacle(services: Services, stores: Stores) -> None:
    """Where so much has changed meanwhile that its end is no longer told."""
    await services.stories.publish(TOLL)
    await services.articles.retract("toll1")
    await stores.redis.xtrim(keys.CHANGES, maxlen=0)
    await services.articles.publish(COMET)
    assert await services.stories.publish(TOLL_AGAIN) == Filed(Added.NEW)


async def test_a_story_that_all_the_world_tells_is_one(services: Services, stores: Stores) -> None:
    """Of which no process compares all tellings."""
    tellings = 3 * TELLINGS
    for n in range(tellings):
        source = told("x", f"Source{n}", "x").source
        process = services.stories if n % 2 else another(stores)
        await process.publish(TOLL.model_copy(update={"id": f"s{n}", "source": source}))
    (story,) = await services.articles.latest(count=9)
    assert len(story.also_at) == tellings - 1
    assert len(await stores.stories.some_joined("s0", TELLINGS)) == TELLINGS
    again = TOLL_AGAIN.model_copy(update={"source": told("x", "Source20", "x").source})
    assert (await services.stories.publish(again)).joined is None, "it tells it already"


async def test_what_two_change_is_known_to_both(services: Services, stores: Stores) -> None:
    """Each knows what it has done itself, and reads what the other has."""
    other = another(stores)
    for one in (FERRY, COMET, TOLL):
        await services.stories.publish(one)
    await other.publish(TOLL_AGAIN)
    assert (await services.stories.publish(TOLL_THIRD)).joined == "toll1"
    assert (await services.stories.publish(TOLL_AGAIN.model_copy(update={"id": "later"}))).joined is None
    assert (await other.publish(TOLL_THIRD.model_copy(update={"id": "latest"}))).joined != "toll1"


async def test_the_nearest_are_offered(services: Services) -> None:
    for one in (FERRY, COMET, TOLL, TOLL_AGAIN):
        await services.articles.publish(one)
    assert [one.id for one in await services.stories.nearest(TOLL_THIRD, 2)] == ["toll2", "toll1"]


async def test_who_was_told_is_not_disturbed_and_a_digest_tells_of_all(services: Services, stores: Stores) -> None:
    later = Reader(Address(2))
    for reader in (READER, later):
        await services.subscriptions.subscribe(reader, ["world"])
    await services.changes.reschedule(later, Schedule.parse("daily 08:00"))
    await a_moment_later(stores)
    await services.stories.publish(TOLL)
    await services.planner.run_until_idle()
    (first,) = await take(stores.outbox, 5)
    said = await stores.outbox.edition(first.edition_id)
    await services.stories.publish(TOLL_AGAIN)
    await services.planner.run_until_idle()
    assert await take(stores.outbox, 5) == []
    assert await stores.outbox.edition(first.edition_id) == said
    await a_moment_later(stores)
    assert await services.changes.send_now(later) == 1
    (chunk,) = await take(stores.outbox, 5)
    digest = await stores.outbox.edition(chunk.edition_id)
    assert digest and digest.message
    assert "also at <a href=" in digest.message.text
    assert "Gazette" in digest.message.text


async def test_a_store_that_was_restored_is_read_anew(services: Services, stores: Stores) -> None:
    """Its server was killed, and has lost what it had not yet written."""
    await services.stories.publish(FERRY)
    await services.stories.publish(TOLL)
    (newest,) = await stores.redis.xrevrange(keys.CHANGES, count=1)
    await stores.redis.xdel(keys.CHANGES, newest[0])
    await stores.redis.hdel(keys.ARTICLES, "toll1")
    assert await services.stories.publish(TOLL_AGAIN) == Filed(Added.NEW)
    assert await services.stories.publish(TOLL_THIRD) == Filed(Added.NEW, joined="toll2")
