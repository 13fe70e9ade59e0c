"""Feeds on real servers, asked, read and filed."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from typing import Any

import pytest
from aiohttp import web
from redis.asyncio.client import Pipeline, Redis

from bot.bootstrap import Stores
from bot.domain.article import Added
from bot.domain.feed import Fault, Feed, Health, Mode
from bot.ingest.feeds import Checked
from bot.services import Services
from bot.storage import keys
from tests.sites import Item, Site, open_site, rss, stories
from tests.unit.ingest.conftest import Told


async def add(services: Services, url: str, mode: Mode = Mode.AUTO) -> Feed:
    feed = Feed(url=url, category="tech", mode=mode)
    assert await services.feeds.add(feed) is Added.NEW
    return feed


async def check(services: Services, url: str) -> Checked:
    checked = await services.feeds.check_now(url)
    assert checked
    return checked


async def titles(services: Services) -> list[str]:
    """Of what was published for readers, newest first."""
    return [article.title for article in await services.articles.latest(count=100)]


async def test_the_first_time_the_newest_three_come_and_never_the_others(feeding: Services, site: Site) -> None:
    url = site.serve("/feed", rss(*stories(*range(50, 0, -1))))
    await add(feeding, url)
    assert await feeding.feeds.step(asyncio.Event())
    assert await titles(feeding) == ["Story 50", "Story 49", "Story 48"]
    site.serve("/feed", rss(*stories(51, *range(50, 0, -1))))
    checked = await check(feeding, url)
    assert (checked.haul.taken, len(checked.haul.new)) == (1, 1)
    assert await titles(feeding) == ["Story 51", "Story 50", "Story 49", "Story 48"]
    article = (await feeding.articles.latest(count=1))[0]
    assert article.category == "tech"
    assert article.teaser == "What happened at pier 51."
    assert article.source
    assert (article.source.name, article.source.url) == ("The Quay", "https://quay.example/51")


async def test_the_newest_are_those_of_the_latest_dates(feeding: Services, site: Site) -> None:
    now = datetime.now(UTC)
    dated = [
        Item(
            f"{hours} hours ago", f"https://quay.example/{hours}", date=format_datetime(now - timedelta(hours=hours))
        )
        for hours in (9, 2, 7, 1, 3)
    ]
    url = site.serve("/feed", rss(*dated))
    await add(feeding, url)
    checked = await check(feeding, url)
    assert await titles(feeding) == ["1 hours ago", "2 hours ago", "3 hours ago"]
    assert sum(checked.health.arrivals.values()) == 5


async def test_validators_are_sent_back_and_what_is_unchanged_costs_nothing(feeding: Services, site: Site) -> None:
    tag, when = 'W/"a, b "', "Wed, 21 Oct 2015 07:28:00 GMT"
    url = site.tagged("/feed", rss(*stories(1)), tag, **{"Last-Modified": when})
    await add(feeding, url)
    await check(feeding, url)
    for _ in range(2):
        checked = await check(feeding, url)
        assert checked.haul.new == ()
        assert site.asked[-1].headers["If-None-Match"] == tag
        assert site.asked[-1].headers["If-Modified-Since"] == when
    assert checked.health.failures == 0
    assert await feeding.feeds.health(url) == checked.health
    assert await titles(feeding) == ["Story 1"]


async def test_the_same_body_is_not_read_again(feeding: Services, site: Site, stores: Stores) -> None:
    url = site.serve("/feed", rss(*stories(1)))
    await add(feeding, url)
    for _ in range(3):
        await check(feeding, url)
    assert await stores.feeds.polls() == {"changed": 1, "unchanged": 2}


async def test_a_poll_waits_for_the_store_as_seldom_as_it_can(
    feeding: Services, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is most of what a poll costs this process."""
    url = site.tagged("/feed", rss(*stories(2, 1)), '"1"')
    await add(feeding, url)
    for _ in range(2):  # the first time is another matter: all is new
        await check(feeding, url)
    assert await waits(monkeypatch, check(feeding, url)) == 2, "claimed and settled"
    site.tagged("/feed", rss(*stories(3, 2, 1)), '"2"')
    assert await waits(monkeypatch, check(feeding, url)) <= 8


async def waits(monkeypatch: pytest.MonkeyPatch, doing: Awaitable[Checked]) -> int:
    """How often it asks the store for something."""
    asked = 0

    def counted(send: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def one(*args: Any, **options: Any) -> Any:
            nonlocal asked
            asked += 1
            return await send(*args, **options)

        return one

    with monkeypatch.context() as patch:
        for kind, name in ((Redis, "execute_command"), (Pipeline, "execute")):
            patch.setattr(kind, name, counted(getattr(kind, name)))
        await doing
    return asked


async def test_validators_of_a_server_that_says_they_mean_nothing_are_not_used(feeding: Services, site: Site) -> None:
    url = site.tagged("/feed", rss(*stories(1)), '"always"', Expires="0")
    await add(feeding, url)
    await check(feeding, url)
    await check(feeding, url)
    assert "If-None-Match" not in site.asked[-1].headers


async def test_one_that_is_gone_is_asked_no_more(feeding: Services, site: Site, desk: Told) -> None:
    url = site.serve("/feed", "", status=410)
    feed = await add(feeding, url)
    await feeding.feeds.run_until_idle()
    health = await feeding.feeds.health(url)
    assert health.gone
    assert health.due is None
    assert desk.notices == [f"gone {url}"]
    await feeding.feeds.run_until_idle()
    assert len(site.asked) == 1
    for _ in range(3):  # however often an editor has it asked all the same, it is no trouble that may pass
        assert (await feeding.feeds.check_now(url)) is not None
    assert desk.notices == [f"gone {url}"]
    site.serve("/feed", rss(*stories(1)))
    assert await feeding.feeds.add(feed) is Added.KNOWN  # an editor believes that it lives
    await spared(feeding)
    await feeding.feeds.run_until_idle()
    assert not (await feeding.feeds.health(url)).gone
    assert desk.notices == [f"gone {url}", f"recovered {url}"]


async def spared(services: Services) -> None:
    """As if the second had passed in which a host is not asked again."""
    redis = services.feeds._store._redis
    await redis.delete(keys.FEED_HOSTS)


async def test_one_that_fails_is_asked_ever_less_and_editors_hear_of_it_once(
    feeding: Services, site: Site, desk: Told
) -> None:
    url = site.serve("/feed", "", status=500)
    await add(feeding, url)
    waits = []
    for failures in range(1, 8):
        health = (await check(feeding, url)).health
        assert (health.failures, health.failure and health.failure.fault) == (failures, Fault.STATUS)
        assert health.due
        assert health.checked
        waits.append(health.due - health.checked)
    assert all(longer > wait * 1.5 for wait, longer in pairwise(waits) if longer < timedelta(hours=20))
    assert timedelta(hours=20) <= waits[-1] <= timedelta(days=1)
    assert desk.notices == [f"trouble {url}"]
    site.serve("/feed", rss(*stories(1)))
    assert (await check(feeding, url)).health.failures == 0
    assert desk.notices == [f"trouble {url}", f"recovered {url}"]


async def test_what_is_no_feed_fails_and_keeps_its_validators(feeding: Services, site: Site) -> None:
    url = site.tagged("/feed", rss(*stories(1)), '"1"')
    await add(feeding, url)
    await check(feeding, url)
    site.answers["/feed"] = lambda _: web.Response(
        text="<html><body>Please log in", content_type="text/html", headers={"ETag": '"2"'}
    )
    checked = await check(feeding, url)
    assert checked.health.failure
    assert checked.health.failure.fault is Fault.NOT_A_FEED
    assert checked.health.etag == '"1"'


async def test_a_server_that_asks_to_wait_is_left_alone_with_all_its_feeds(
    feeding: Services, site: Site, stores: Stores
) -> None:
    busy = site.serve("/busy", "", status=429, headers={"Retry-After": "7200"})
    other = site.serve("/other", rss(*stories(1)))
    await add(feeding, busy)
    health = (await check(feeding, busy)).health
    assert health.due
    assert health.checked
    assert health.due - health.checked == timedelta(hours=2)
    await add(feeding, other)
    assert not await feeding.feeds.step(asyncio.Event())
    assert len(site.asked) == 1
    async with open_site() as elsewhere:
        await add(feeding, elsewhere.serve("/feed", rss(*stories(2))))
        assert await feeding.feeds.step(asyncio.Event())
    assert await titles(feeding) == ["Story 2"]


async def test_a_server_that_was_left_alone_has_failed_nobody(feeding: Services, site: Site) -> None:
    """An editor who presses “Check now” meanwhile."""
    busy = site.serve("/busy", "", status=429, headers={"Retry-After": "7200"})
    await add(feeding, busy)
    for _ in range(4):
        health = (await check(feeding, busy)).health
        assert health.failures == 1 and not health.in_trouble
        assert health.failure and health.due and health.checked
        assert health.due - health.checked > timedelta(minutes=119)
    assert len(site.asked) == 1


async def test_whoever_is_redirected_to_a_busy_server_gets_its_own_no_pause(feeding: Services, site: Site) -> None:
    """Else one feed could have all those stopped that share its host, or a redirector."""
    async with open_site() as elsewhere:
        busy = elsewhere.serve("/busy", "", status=429, headers={"Retry-After": "7200"})
        redirecting = site.serve("/redirecting", "", status=302, headers={"Location": busy})
        await add(feeding, redirecting)
        assert (await check(feeding, redirecting)).health.failure
        await add(feeding, site.serve("/other", rss(*stories(1))))
        assert await feeding.feeds.step(asyncio.Event())
        assert await titles(feeding) == ["Story 1"]
        await add(feeding, elsewhere.serve("/feed", rss(*stories(2))))
        assert not await feeding.feeds.step(asyncio.Event())


async def test_how_long_an_answer_stays_good_is_kept_to(feeding: Services, site: Site) -> None:
    url = site.serve("/feed", rss(*stories(1)), headers={"Cache-Control": "public, max-age=20000"})
    slow = site.serve("/slow", rss(*stories(2), more="<ttl>500</ttl>"))
    for address, least in ((url, timedelta(seconds=20000)), (slow, timedelta(minutes=500))):
        await add(feeding, address)
        health = (await check(feeding, address)).health
        assert health.due
        assert health.checked
        assert least <= health.due - health.checked <= timedelta(days=1)


async def test_one_that_moves_for_good_is_followed_when_it_was_found_there_twice(
    feeding: Services, site: Site
) -> None:
    new, old = site.serve("/new", rss(*stories(1, 2))), site.url + "/old"
    site.answers["/old"] = lambda _: web.Response(status=301, headers={"Location": "/new"})
    await add(feeding, old)
    await check(feeding, old)
    assert [feed.url for feed in await feeding.feeds.all()] == [old]
    checked = await check(feeding, old)
    assert checked.feed.url == new
    assert [feed.url for feed in await feeding.feeds.all()] == [new]
    site.serve("/new", rss(*stories(3, 1, 2)))
    assert (await check(feeding, new)).haul.taken == 1
    assert await titles(feeding) == ["Story 3", "Story 1", "Story 2"]


async def test_one_that_moves_for_now_stays_where_it_is(feeding: Services, site: Site) -> None:
    site.serve("/new", rss(*stories(1)))
    for status, path in ((302, "/a"), (307, "/b")):
        site.answers[path] = lambda _, status=status: web.Response(status=status, headers={"Location": "/new"})  # type: ignore[misc]
        await add(feeding, site.url + path)
        for _ in range(3):
            assert (await check(feeding, site.url + path)).feed.url == site.url + path


async def test_one_that_moves_to_a_page_stays_where_it_is_and_fails(feeding: Services, site: Site) -> None:
    site.serve("/", "<html><p>Welcome")
    site.answers["/old"] = lambda _: web.Response(status=301, headers={"Location": "/"})
    await add(feeding, site.url + "/old")
    for _ in range(3):
        assert (await check(feeding, site.url + "/old")).health.failure
    assert [feed.url for feed in await feeding.feeds.all()] == [site.url + "/old"]


async def test_one_that_moves_to_another_that_is_here_becomes_that(feeding: Services, site: Site) -> None:
    new, old = site.serve("/new", rss(*stories(1))), site.url + "/old"
    site.answers["/old"] = lambda _: web.Response(status=308, headers={"Location": "/new"})
    await add(feeding, old)
    await add(feeding, new)
    await check(feeding, old)
    await check(feeding, old)
    assert [feed.url for feed in await feeding.feeds.all()] == [new]
    await check(feeding, new)
    assert await titles(feeding) == ["Story 1"]


async def test_a_feed_is_named_by_itself_unless_an_editor_has_named_it(feeding: Services, site: Site) -> None:
    await add(feeding, site.serve("/a", rss(title="The Daily Tide")))
    await feeding.feeds.add(Feed(url=site.serve("/b", rss(title="RSS")), category="tech", name="Mine"))
    names = [(await check(feeding, site.url + path)).feed.name for path in ("/a", "/b")]
    assert names == ["The Daily Tide", "Mine"]


async def test_one_that_was_removed_while_it_was_asked_stays_away(feeding: Services, site: Site) -> None:
    url = site.url + "/feed"
    body, asked, going_on = rss(*stories(1)), asyncio.Event(), asyncio.Event()

    async def answer(request: web.Request) -> web.StreamResponse:
        asked.set()
        await going_on.wait()
        return web.Response(text=body)

    site.answers["/feed"] = answer
    await add(feeding, url)
    checking = asyncio.create_task(feeding.feeds.check_now(url))
    await asked.wait()
    assert await feeding.feeds.check_now(url) is None  # somebody is at it
    await feeding.feeds.remove(url)
    going_on.set()
    assert await checking is None
    assert await feeding.feeds.all() == []
    assert await feeding.feeds.health(url) == Health()
    assert await titles(feeding) == [], "nothing is published that nobody wants any more"


async def test_a_feed_that_editors_review_brings_drafts(feeding: Services, site: Site, desk: Told) -> None:
    url = site.serve("/feed", rss(*stories(3, 2, 1)))
    await add(feeding, url, Mode.REVIEW)
    await check(feeding, url)
    assert await titles(feeding) == []
    drafts, count = await feeding.drafts.waiting(count=10)
    assert count == 3
    assert {preview.draft_id for preview in desk.drafts} == {draft.id for draft in drafts}
    assert await feeding.drafts.publish(desk.drafts[0].draft_id)
    assert await titles(feeding) == ["Story 1"]
    site.serve("/feed", rss(*stories(3, 2, 1), title="Changed"))
    await check(feeding, url)
    assert len(desk.drafts) == 3


async def test_all_are_asked_while_the_part_runs_and_it_ends_at_once(feeding: Services, site: Site) -> None:
    """Also while one of them does not answer; that one is due again for the next process."""
    stopping, hanging = asyncio.Event(), asyncio.Event()

    async def hang(request: web.Request) -> web.StreamResponse:
        hanging.set()
        await asyncio.Event().wait()
        raise AssertionError

    async with open_site() as slow:
        slow.answers["/feed"] = hang
        await add(feeding, slow.url + "/feed")
        await add(feeding, site.serve("/feed", rss(*stories(1))))
        running = asyncio.create_task(feeding.feeds.run(stopping))
        await hanging.wait()
        while not await titles(feeding):  # noqa: ASYNC110 – it is another task that brings it
            await asyncio.sleep(0.01)
        stopping.set()
        await running
    await spared(feeding)
    claims = await feeding.feeds._store.turns.claim(5)
    assert [claim.url for claim in claims] == [slow.url + "/feed"]


async def test_when_nothing_at_all_can_be_reached_no_feed_is_blamed(feeding: Services, desk: Told) -> None:
    """Whoever has just lost the network must not be told of every feed."""
    urls = [f"http://127.0.0.1:{port}/feed" for port in range(1, 9)]  # where nobody listens
    for url in urls:
        await add(feeding, url)
    healths = [(await check(feeding, url)).health for _ in range(4) for url in urls]
    assert max(health.failures for health in healths) == 1
    assert desk.notices == []
    assert healths[-1].failure
    assert healths[-1].failure.fault is Fault.NO_CONNECTION
    assert healths[-1].due
    assert healths[-1].checked
    assert healths[-1].due - healths[-1].checked <= timedelta(minutes=10)


async def test_one_that_leads_for_now_to_what_is_gone_is_not_gone(feeding: Services, site: Site) -> None:
    gone = site.serve("/gone", "", status=410)
    for_now = site.serve("/for-now", "", status=302, headers={"Location": gone})
    for_good = site.serve("/for-good", "", status=301, headers={"Location": gone})
    for url, expected in ((for_now, False), (for_good, True)):
        await add(feeding, url)
        assert (await check(feeding, url)).health.gone is expected


async def test_a_name_of_spaces_is_none(feeding: Services, site: Site) -> None:
    url = site.serve("/feed", rss(*stories(1)))
    await feeding.feeds.add(Feed(url=url, category="tech", name=" "))
    assert (await check(feeding, url)).health.failure is None
    assert await titles(feeding) == ["Story 1"]
