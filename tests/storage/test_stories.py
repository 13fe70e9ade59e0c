"""Joining, merging and leaving, each in one step."""

import asyncio
from datetime import timedelta

from bot.bootstrap import Stores
from bot.domain.article import Added, Article, StoredArticle
from bot.storage import keys
from tests.unit.ingest.told import COMET, FERRY, TOLL, TOLL_AGAIN, TOLL_THIRD


async def published(stores: Stores, *articles: Article) -> None:
    for one in articles:
        assert await stores.articles.publish(one)


async def join(stores: Stores, article: Article, lead: Article) -> Added | None:
    done = await stores.stories.join(article, lead.id, await stores.articles.last_change())
    return done[0] if done else None


async def stored(stores: Stores, article_id: str) -> StoredArticle:
    found = await stores.articles.get(article_id)
    assert found
    return found


async def test_what_joins_is_kept_beside_and_owed_to_nobody(stores: Stores) -> None:
    await published(stores, TOLL)
    before = await stored(stores, "toll1")
    assert await join(stores, TOLL_AGAIN, TOLL) is Added.NEW
    after = await stored(stores, "toll1")
    assert after.article.also_at == (TOLL_AGAIN.source,)
    assert (after.arrived, after.owed) == (before.arrived, True)
    assert await stores.stories.joined("toll1") == [TOLL_AGAIN]
    assert await stores.articles.leads_of(["toll2", "ferry"]) == {"toll2": "toll1"}
    assert await stores.articles.get("toll2") is None
    assert [one.article for one in await stores.articles.told(["toll2", "gone"])] == [TOLL_AGAIN]
    assert await stores.articles.count() == 1
    assert await stores.plans.unplanned() == {"toll1"}


async def test_what_has_joined_is_known(stores: Stores) -> None:
    await published(stores, TOLL, FERRY)
    await join(stores, TOLL_AGAIN, TOLL)
    assert await join(stores, TOLL_AGAIN, TOLL) is Added.KNOWN
    assert await join(stores, TOLL_AGAIN, FERRY) is Added.KNOWN
    assert not await stores.articles.publish(TOLL_AGAIN)
    assert await stores.articles.keep(TOLL_AGAIN) is Added.KNOWN
    assert (await stored(stores, "toll1")).article.also_at == (TOLL_AGAIN.source,)
    assert (await stored(stores, "ferry")).article.also_at == ()
    assert await stores.articles.count() == 2


async def test_nothing_joins_or_is_published_over_a_change_that_was_not_seen(stores: Stores) -> None:
    await published(stores, TOLL)
    seen = await stores.articles.last_change()
    await published(stores, FERRY)
    assert await stores.stories.join(TOLL_AGAIN, "toll1", seen) is None
    assert await stores.articles.publish_after(TOLL_AGAIN, seen) is None
    assert await stores.articles.leads_of(["toll2"]) == {}
    assert await stores.stories.join(TOLL_AGAIN, "gone", await stores.articles.last_change()) is None
    done = await stores.articles.publish_after(TOLL_AGAIN, await stores.articles.last_change())
    assert done
    arrived, last = done
    assert (await stored(stores, "toll2")).arrived == arrived
    assert last == await stores.articles.last_change()
    assert await stores.articles.publish_after(TOLL_AGAIN, last) == (0, last)
    assert await stores.stories.join(TOLL_THIRD, "toll2", last) == (Added.NEW, await stores.articles.last_change())


async def test_what_was_joined_goes_along_into_another_story(stores: Stores) -> None:
    await published(stores, TOLL, TOLL_THIRD)
    await join(stores, TOLL_AGAIN, TOLL)
    story = await stores.stories.merge("toll1", "toll3")
    assert story
    assert story.also_at == (TOLL.source, TOLL_AGAIN.source)
    assert (await stored(stores, "toll3")).article == story
    assert await stores.articles.leads_of(["toll1", "toll2"]) == {"toll1": "toll3", "toll2": "toll3"}
    assert await stores.stories.joined("toll3") == [TOLL, TOLL_AGAIN]
    assert await stores.stories.joined("toll1") == []
    assert await stores.articles.get("toll1") is None
    assert await stores.articles.count("world") == 1
    hour = timedelta(hours=1)
    now = await stores.clock.now()
    assert [one.article.id for one in (await stores.articles.owed({"world": now - hour}, now + hour))["world"]] == [
        "toll3"
    ]


async def test_what_cannot_be_merged_stays(stores: Stores) -> None:
    other = COMET.model_copy(update={"category": "tech"})
    await published(stores, TOLL, other)
    await join(stores, TOLL_AGAIN, TOLL)
    pairs = [("toll1", "toll1"), ("toll1", "gone"), ("gone", "toll1"), ("comet", "toll1"), ("toll2", "toll1")]
    assert [await stores.stories.merge(*pair) for pair in pairs] == [None] * len(pairs)
    assert await stores.articles.count() == 2


async def test_what_was_published_comes_back_as_it_was(stores: Stores) -> None:
    await published(stores, TOLL, TOLL_AGAIN)
    await join(stores, TOLL_THIRD, TOLL_AGAIN)
    before = await stored(stores, "toll2")
    plans = await stores.redis.xlen(keys.PLANS)
    await stores.stories.merge("toll2", "toll1")
    left = await stores.stories.split("toll2")
    assert left
    assert left.arrived == before.arrived
    after = await stored(stores, "toll2")
    assert (after.article, after.arrived, after.owed) == (TOLL_AGAIN, before.arrived, True)
    assert (await stored(stores, "toll1")).article.also_at == (TOLL_THIRD.source,), "that stays where it is"
    assert await stores.stories.joined("toll1") == [TOLL_THIRD]
    assert await stores.redis.xlen(keys.PLANS) == plans, "nobody is sent anything"
    assert await stores.stories.split("toll2") is None


async def test_what_was_never_published_is_now(stores: Stores) -> None:
    await published(stores, TOLL)
    await join(stores, TOLL_AGAIN, TOLL)
    now = await stores.clock.now()
    left = await stores.stories.split("toll2")
    assert left
    assert left.arrived == 0
    after = await stored(stores, "toll2")
    assert after.arrived > int(now.timestamp() * 1000)
    assert await stores.plans.unplanned() == {"toll1", "toll2"}
    assert (await stored(stores, "toll1")).article == TOLL
    assert await stores.articles.leads_of(["toll2"]) == {}


async def test_what_was_imported_is_owed_to_nobody_when_it_leaves(stores: Stores) -> None:
    await stores.articles.keep(TOLL)
    await stores.articles.keep(TOLL_AGAIN)
    await stores.stories.merge("toll2", "toll1")
    await stores.stories.split("toll2")
    assert await stores.plans.unplanned() == set()
    assert not (await stored(stores, "toll2")).owed


async def test_of_two_that_are_told_by_the_same_one_may_leave(stores: Stores) -> None:
    twin = TOLL_AGAIN.model_copy(update={"id": "twin"})
    await published(stores, TOLL, twin)
    await join(stores, TOLL_AGAIN, TOLL)
    await stores.stories.merge("twin", "toll1")
    await stores.stories.split("toll2")
    assert (await stored(stores, "toll1")).article.also_at == (TOLL_AGAIN.source,)
    await stores.stories.split("twin")
    assert (await stored(stores, "toll1")).article.also_at == ()


async def test_what_is_taken_out_is_gone(stores: Stores) -> None:
    await published(stores, TOLL)
    await join(stores, TOLL_AGAIN, TOLL)
    assert await stores.stories.drop("toll2")
    assert not await stores.stories.drop("toll2")
    assert (await stored(stores, "toll1")).article == TOLL
    assert await stores.articles.told(["toll2"]) == []
    assert await stores.articles.was_removed("toll2")


async def test_a_revision_reaches_what_has_joined_and_nothing_else(stores: Stores) -> None:
    await published(stores, TOLL)
    await join(stores, TOLL_AGAIN, TOLL)

    def reword(article: Article) -> Article:
        return article.model_copy(update={"title": "Reworded"})

    assert await stores.articles.revise("toll2", reword)
    assert not await stores.articles.revise("toll2", reword)
    assert not await stores.articles.revise("gone", reword)
    assert (await stored(stores, "toll1")).article.title == TOLL.title
    assert [one.title for one in await stores.stories.joined("toll1")] == ["Reworded"]
    assert await stores.articles.revise("toll1", reword)
    assert (await stored(stores, "toll1")).article.also_at == (TOLL_AGAIN.source,)


async def test_what_has_joined_stays_when_a_text_is_replaced(stores: Stores) -> None:
    await published(stores, TOLL)
    await join(stores, TOLL_AGAIN, TOLL)
    assert await stores.articles.keep(TOLL.model_copy(update={"title": "Better"})) is Added.CHANGED
    assert (await stored(stores, "toll1")).article.also_at == (TOLL_AGAIN.source,)
    assert await stores.articles.keep(TOLL.model_copy(update={"title": "Better"})) is Added.KNOWN


async def test_splits_and_merges_at_the_same_time_lose_nothing(stores: Stores) -> None:
    every = [TOLL, TOLL_AGAIN, TOLL_THIRD, FERRY, COMET]
    ids = [one.id for one in every]
    await published(stores, *every)

    async def shuffle(turn: int) -> None:
        for step in range(12):
            one, other = ids[(turn + step) % 5], ids[(2 * turn + 3 * step) % 5]
            await stores.stories.merge(one, other)
            await stores.stories.split(ids[(turn * step) % 5])

    async with asyncio.TaskGroup() as tasks:
        for turn in range(4):
            tasks.create_task(shuffle(turn))
    found = await stores.articles.told(ids)
    assert [one.article.id for one in found] == ids
    leads = await stores.articles.leads_of(ids)
    for lead in await stores.articles.get_many(ids):
        joined = await stores.stories.joined(lead.article.id)
        assert {one.id for one in joined} == {one for one, its in leads.items() if its == lead.article.id}
        assert set(lead.article.also_at) == {one.told_by for one in joined}
    assert await stores.articles.count() == 5 - len(leads)
    for one in ids:
        await stores.stories.split(one)
    assert {one.article for one in await stores.articles.get_many(ids)} == set(every)
