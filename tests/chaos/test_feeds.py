"""Two processes ask the same feeds, and one is killed at it: no entry is lost, and none comes twice."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from bot.bootstrap import Stores, open_stores
from bot.domain.category import Category
from bot.domain.feed import Feed
from bot.sandbox.server import Sandbox
from bot.storage import keys
from bot.storage.server import embedded_server
from config.settings import Settings
from tests.process import Process, newsbot
from tests.sites import Item, Site, open_site, rss

pytestmark = [pytest.mark.chaos, pytest.mark.xdist_group("chaos")]

_SITES = 24
_KILLED_AFTER = (5, 30)


class Sites:
    """Each has a feed of as many entries as there have been rounds, and three."""

    def __init__(self, sites: list[Site]) -> None:
        self._sites = sites
        self.round = 0
        self.asked = 0
        self.changed = asyncio.Condition()
        for number, site in enumerate(sites):
            site.answers["/feed"] = lambda _, number=number: self._answer(number)  # type: ignore[misc]

    @property
    def urls(self) -> list[str]:
        return [f"{site.url}/feed" for site in self._sites]

    async def _answer(self, number: int) -> web.StreamResponse:
        async with self.changed:
            self.asked += 1
            self.changed.notify_all()
        entries = range(3 + self.round, 0, -1)
        items = [Item(f"Story {number}.{n}", f"https://quay.example/{number}/{n}", f"{number}.{n}") for n in entries]
        return web.Response(text=rss(*items), content_type="application/rss+xml")

    async def until_asked(self, times: int) -> None:
        async with self.changed:
            await self.changed.wait_for(lambda: self.asked >= times)


@asynccontextmanager
async def _open_sites() -> AsyncIterator[Sites]:
    async with AsyncExitStack() as stack:
        yield Sites([await stack.enter_async_context(open_site()) for _ in range(_SITES)])


async def _all_due(stores: Stores, urls: list[str]) -> None:
    """As if the time had passed for every feed, and for what the killed one had."""
    await stores.redis.delete(keys.FEED_LEASES, keys.FEED_HOSTS)
    await stores.redis.zadd(keys.FEEDS_DUE, dict.fromkeys(urls, 0))


async def _until_read(stores: Stores, urls: list[str], count: int) -> None:
    """All feeds have so many articles, and nobody asks any."""
    while await stores.articles.count() < count or await stores.redis.zcard(keys.FEED_LEASES):  # noqa: ASYNC110
        await asyncio.sleep(0.1)


async def _kill(process: Process) -> None:
    process.running.kill()
    await process.running.wait()


async def test_a_process_is_killed_while_it_reads_feeds(tmp_path: Path) -> None:
    async with Sandbox(token="4242:none") as sandbox, _open_sites() as sites, embedded_server(tmp_path) as redis_url:
        settings: dict[str, object] = {
            "token": "4242:none",
            "api_url": sandbox.url,
            "redis_url": redis_url,
            "allow_private_addresses": True,
        }
        async with open_stores(Settings.model_validate(settings)) as stores:
            await stores.categories.add(Category(slug="tech", name="Tech"))
            for url in sites.urls:
                await stores.feeds.add(Feed(url=url, category="tech"))
            run = ("run", "--only", "feeds")
            async with newsbot(*run, folder=tmp_path, until="running", **settings):
                for round_, after in enumerate(_KILLED_AFTER):
                    sites.round, asked = round_, sites.asked
                    async with newsbot(*run, folder=tmp_path, until="running", **settings) as doomed:
                        await _all_due(stores, sites.urls)
                        await sites.until_asked(asked + after // 2)
                        await _kill(doomed)
                    await _all_due(stores, sites.urls)
                    await _until_read(stores, sites.urls, _SITES * (3 + round_))
            titles = [stored.article.title async for stored in stores.articles.all()]
            assert sorted(titles) == sorted(
                f"Story {number}.{n}" for number in range(_SITES) for n in range(1, 3 + len(_KILLED_AFTER))
            )
            assert await stores.redis.xlen(keys.PLANS) == len(titles)
            assert all(health.failures == 0 for health in (await stores.feeds.healths(sites.urls)).values())
