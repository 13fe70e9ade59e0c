"""Feeds whose news are pushed, with a hub on a real server."""

import asyncio
import hmac
import io
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta

import aiohttp
import pytest
from aiohttp import web
from yarl import URL

from bot.bootstrap import Reading, Stores, build_services
from bot.domain.feed import Feed
from bot.domain.moment import to_ms
from bot.services import Services
from bot.storage import keys
from bot.web.push import push_routes
from bot.web.server import web_server
from config.settings import Settings
from tests.sites import Site, rss, stories
from tests.unit.ingest.conftest import Told
from tests.unit.samples import CATEGORIES

ROOT = "https://news.example"


@pytest.fixture
async def pushed(stores: Stores, reading: Reading, desk: Told) -> Services:
    """As `feeding`, with an address that hubs can reach."""
    for category in CATEGORIES:
        await stores.categories.add(category)
    settings = Settings.model_validate({"public_url": ROOT, "token": "1:t"})
    return build_services(stores, settings, "newsbot", reading, desk)


@pytest.fixture
async def front(pushed: Services) -> AsyncIterator[str]:
    """Where the web part really listens."""
    async with web_server(push_routes(pushed), "127.0.0.1", 0) as port:
        yield f"http://127.0.0.1:{port}"


class Hub:
    """Notes the subscriptions that it is asked for."""

    def __init__(self, site: Site) -> None:
        self.forms: list[dict[str, str]] = []
        site.answers["/hub"] = self._answer
        more = f'<atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="hub" href="{site.url}/hub"/>'
        more += f'<atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="self" href="{site.url}/topic"/>'
        self.url = site.serve("/feed", rss(*stories(1), more=more))
        self.topic = f"{site.url}/topic"

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.forms.append({name: str(value) for name, value in (await request.post()).items()})
        return web.Response(status=202)

    def callback(self, front: str) -> str:
        return self.forms[-1]["hub.callback"].replace(ROOT, front)

    def signed(self, body: bytes, method: str = "sha256") -> str:
        return f"{method}={hmac.new(self.forms[-1]['hub.secret'].encode(), body, method).hexdigest()}"


async def subscribe(services: Services, hub: Hub) -> None:
    await services.feeds.add(Feed(url=hub.url, category="tech"))
    assert await services.feeds.check_now(hub.url)


async def ask(front: str, hub: Hub, **parameters: str) -> tuple[int, str]:
    named = {f"hub.{name}": value for name, value in parameters.items()}
    async with aiohttp.ClientSession() as session, session.get(hub.callback(front), params=named) as response:
        return response.status, await response.text()


async def push(front: str, hub: Hub, body: bytes, signature: str) -> int:
    headers = {"X-Hub-Signature": signature}
    async with (
        aiohttp.ClientSession() as session,
        session.post(hub.callback(front), data=io.BytesIO(body), headers=headers) as response,
    ):
        return response.status


async def is_due(stores: Stores, url: str) -> bool:
    return bool(await stores.redis.zscore(keys.FEEDS_DUE, url) == 0)


async def test_a_feed_that_names_a_hub_is_subscribed_to_and_asked_when_news_are_pushed(
    pushed: Services, site: Site, front: str, stores: Stores
) -> None:
    hub = Hub(site)
    await subscribe(pushed, hub)
    (form,) = hub.forms
    assert form["hub.mode"] == "subscribe"
    assert form["hub.topic"] == hub.topic
    assert form["hub.callback"].startswith(f"{ROOT}/push/")
    status = await ask(front, hub, mode="subscribe", topic=hub.topic, challenge="<x>", lease_seconds="864000")
    assert status == (200, "<x>")
    for method in ("sha256", "sha1", "sha512"):
        assert await push(front, hub, b"news" * 900_000, hub.signed(b"news" * 900_000, method)) == 202
        assert await is_due(stores, hub.url)
    checked = await pushed.feeds.check_now(hub.url)
    assert checked
    now = await stores.clock.now()
    assert checked.health.pushed
    assert checked.health.leased_until
    assert timedelta(days=9) < checked.health.leased_until - now <= timedelta(days=10)
    assert checked.health.due
    assert checked.health.checked
    assert checked.health.due - checked.health.checked <= timedelta(minutes=5)  # it has brought nothing yet
    assert len(hub.forms) == 1


async def test_what_is_not_signed_changes_nothing(pushed: Services, site: Site, front: str, stores: Stores) -> None:
    hub = Hub(site)
    await subscribe(pushed, hub)
    good = hub.signed(b"news")
    for body, signature in ((b"other", good), (b"news", ""), (b"news", "md5=1"), (b"news", "sha256=é"), (b"", good)):
        assert await push(front, hub, body, signature) == 202
        assert not await is_due(stores, hub.url)


async def test_a_signature_that_is_no_text_is_none(pushed: Services, site: Site, front: str, stores: Stores) -> None:
    hub = Hub(site)
    await subscribe(pushed, hub)
    where = URL(hub.callback(front))
    reader, writer = await asyncio.open_connection(where.host, where.port)
    head = f"POST {where.path} HTTP/1.1\r\nHost: news\r\nConnection: close\r\nContent-Length: 0\r\n"
    writer.write(head.encode() + b"X-Hub-Signature: sha256=\xff\r\n\r\n")
    assert (await reader.read()).startswith(b"HTTP/1.1 202 ")
    writer.close()
    assert not await is_due(stores, hub.url)


async def test_what_we_do_not_want_is_not_verified(pushed: Services, site: Site, front: str) -> None:
    hub = Hub(site)
    await subscribe(pushed, hub)
    for mode, topic in (("subscribe", "https://else.example"), ("unsubscribe", hub.topic), ("", "")):
        assert (await ask(front, hub, mode=mode, topic=topic, challenge="x"))[0] == 404
    known = hub.forms[-1]["hub.callback"]
    hub.forms[-1]["hub.callback"] = ROOT + "/push/" + "0" * 40
    assert (await ask(front, hub, mode="subscribe", topic=hub.topic))[0] == 404
    assert await push(front, hub, b"", hub.signed(b"")) == 410
    hub.forms[-1]["hub.callback"] = known
    await pushed.feeds.remove(hub.url)
    assert await push(front, hub, b"", hub.signed(b"")) == 410


async def test_a_hub_is_asked_again_before_it_stops_and_not_sooner(
    pushed: Services, site: Site, front: str, stores: Stores
) -> None:
    hub = Hub(site)
    await subscribe(pushed, hub)
    await pushed.feeds.check_now(hub.url)
    assert len(hub.forms) == 1  # it has not verified yet, and is given time
    await stores.redis.hset(keys.pushing(hub.url), "asked", 0)
    await ask(front, hub, mode="subscribe", topic=hub.topic, lease_seconds="80000")
    await pushed.feeds.check_now(hub.url)
    assert len(hub.forms) == 2
    assert hub.forms[0] == hub.forms[1]
    await ask(front, hub, mode="denied", topic=hub.topic)
    checked = await pushed.feeds.check_now(hub.url)
    assert checked
    assert checked.health.leased_until is None


async def test_without_an_address_of_our_own_no_hub_is_asked(feeding: Services, site: Site) -> None:
    hub = Hub(site)
    await subscribe(feeding, hub)
    assert hub.forms == []


async def test_a_hub_that_fails_fails_no_feed(pushed: Services, site: Site) -> None:
    hub = Hub(site)
    del site.answers["/hub"]
    await subscribe(pushed, hub)
    assert (await pushed.feeds.health(hub.url)).failures == 0


async def test_whoever_pushes_all_the_time_does_not_have_the_feed_asked_all_the_time(
    pushed: Services, site: Site, front: str, stores: Stores
) -> None:
    hub = Hub(site)
    await subscribe(pushed, hub)
    await push(front, hub, b"news", hub.signed(b"news"))
    await pushed.feeds.check_now(hub.url)
    await push(front, hub, b"more", hub.signed(b"more"))
    due = await stores.redis.zscore(keys.FEEDS_DUE, hub.url)
    now = to_ms(await stores.clock.now())
    assert now + 30_000 < due <= now + 60_000


async def test_what_is_pushed_without_end_is_not_taken(
    pushed: Services, site: Site, front: str, stores: Stores
) -> None:
    hub = Hub(site)
    await subscribe(pushed, hub)
    endless = b"x" * 11_000_000
    with suppress(aiohttp.ClientError):  # whose rest nobody reads
        await push(front, hub, endless, hub.signed(endless))
    assert not await is_due(stores, hub.url)


async def test_slow_hubs_keep_no_feed_waiting(pushed: Services, site: Site) -> None:
    """Not even large ones, of which few are read at a time."""
    asked, answered = asyncio.Semaphore(0), asyncio.Event()

    async def slow(_: web.Request) -> web.Response:
        asked.release()
        await answered.wait()
        return web.Response(status=202)

    site.answers["/hub"] = slow
    links = '<atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="{}" href="{}/hub"/>'
    more = "".join(links.format(rel, site.url) for rel in ("hub", "self")) + f"<!--{'x' * 600_000}-->"
    urls = [site.serve(f"/feed{n}", rss(*stories(1), more=more)) for n in range(3)]
    for url in urls:
        await pushed.feeds.add(Feed(url=url, category="tech"))
    async with asyncio.timeout(20), asyncio.TaskGroup() as tasks:
        for url in urls:
            tasks.create_task(pushed.feeds.check_now(url))
        for _ in urls:
            await asked.acquire()
        answered.set()
