"""Servers that do all they should not, beside a feed that is well and a reader who chats.

For these tests 127.0.0.1 is a public address, and every other address of this machine is as private as ever.
"""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import psutil
import pytest
from aiohttp import AddrInfoType
from aiohttp.abc import ResolveResult

from bot.domain.feed import Failure, Fault, Feed
from bot.ingest import addresses
from bot.ingest.resolver import Resolver
from tests.e2e.world import World, open_world, said
from tests.hostile import ANSWERS, canary, hostile_server
from tests.sites import Site, open_site, rss, stories

MEGABYTE = 1024 * 1024
#: Seconds in which a healthy feed's article is with its reader, whatever others do.
PROMPT = 30.0
#: Seconds between two messages to one chat: who asks sooner is kept waiting by this alone.
_APART = 1.05


class Net:
    """What connections go to, and what names mean: of each its answers one after the other, the last for ever."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.connected: set[str] = set()
        self.names: dict[str, list[list[str]]] = {}
        is_public, any_socket = addresses.is_public, addresses.any_socket

        def make(info: AddrInfoType) -> socket.socket:
            self.connected.add(str(info[4][0]))
            return any_socket(info)

        monkeypatch.setattr(addresses, "is_public", lambda address: address == "127.0.0.1" or is_public(address))
        monkeypatch.setattr(addresses, "any_socket", make)
        monkeypatch.setattr(Resolver, "resolve", self._resolve)

    async def _resolve(self, host: str, port: int = 0, family: int = socket.AF_UNSPEC) -> list[ResolveResult]:
        if host not in self.names:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        answers = self.names[host]
        found = answers.pop(0) if len(answers) > 1 else answers[0]
        return [
            ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=0)
            for address in found
        ]


class Watch:
    """Seconds of work without a break on the loop, and bytes that the process has grown by, at the worst. CPU time,
    since other processes want some too; the servers and the sandbox are in it."""

    def __init__(self) -> None:
        self.busy = 0.0
        self.grown = 0

    @asynccontextmanager
    async def on(self) -> AsyncIterator["Watch"]:
        watching = asyncio.create_task(self._watch())
        yield self
        watching.cancel()

    async def _watch(self) -> None:
        process = psutil.Process()
        before = process.memory_info().rss
        while True:
            begun = time.thread_time()
            await asyncio.sleep(0.01)
            self.busy = max(self.busy, time.thread_time() - begun)
            self.grown = max(self.grown, process.memory_info().rss - before)


@pytest.fixture
def net(monkeypatch: pytest.MonkeyPatch) -> Net:
    return Net(monkeypatch)


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with open_site() as opened:
        yield opened


async def add(world: World, category: str, *urls: str) -> None:
    assert world.services
    for url in urls:
        await world.services.feeds.add(Feed(url=url, category=category))


async def until_asked(world: World, urls: list[str]) -> dict[str, str]:
    """Waits until each has been asked once; what came of it."""
    assert world.services
    while True:
        healths = await world.services.feeds.healths(urls)
        if all(url in healths and healths[url].checked for url in urls):
            return {url: health.failure.fault if health.failure else "" for url, health in healths.items()}
        await asyncio.sleep(0.1)


async def chat(world: World, until: asyncio.Event) -> list[float]:
    """Somebody who asks for help again and again, as often as one chat is answered; seconds that each answer took."""
    person, took = await world.client.new_person("Chatty"), []
    while not until.is_set():
        begun = time.monotonic()
        assert await said(person.private, "/help")
        took.append(time.monotonic() - begun)
        await asyncio.sleep(_APART)
    return sorted(took)


async def test_one_bad_feed_delays_neither_another_nor_an_answer(tmp_path: Path, net: Net, site: Site) -> None:
    """Each trick on a host of its own, all at once, those that keep a connection several times; the healthy feed is
    the last to be added."""
    async with AsyncExitStack() as stack:
        world = await stack.enter_async_context(open_world(tmp_path))
        assert "Policy" in await said(world.reading, "/subscribe policy")
        bad = []
        for path in (*ANSWERS, *("/silent", "/slow-head", "/slow-body", "/endless", "/bomb-twice") * 3):
            hostile = await stack.enter_async_context(hostile_server())
            bad.append(hostile.url(path))
        bad.remove(next(url for url in bad if url.endswith("/feed")))
        watch = await stack.enter_async_context(Watch().on())
        done = asyncio.Event()
        chatting = asyncio.create_task(chat(world, done))
        await add(world, "tech", *bad)
        await asyncio.sleep(1.5)  # they are being asked by now
        await add(world, "policy", site.serve("/feed", rss(*stories(1))))
        async with asyncio.timeout(PROMPT):
            assert (await world.reading.next(timeout=PROMPT))["text"].startswith("Story 1")
        faults = await until_asked(world, bad)
        done.set()
        took = await chatting
    assert took[len(took) // 2] < 1
    assert took[int(len(took) * 0.95)] < 3, "1 s on a machine that does nothing else"
    assert watch.busy < 0.5
    assert watch.grown < 100 * MEGABYTE
    assert {fault for url, fault in faults.items() if url.endswith("/costly")} == {Fault.TOO_COSTLY}
    assert {fault for url, fault in faults.items() if url.endswith("/silent")} == {Fault.TIMEOUT}
    assert net.connected == {"127.0.0.1"}


#: With {port}: of a canary at ::1.
PRIVATE = (
    "http://[::1]:{port}/",
    "http://localhost:{port}/",
    "http://private.example:{port}/",
    "http://mixed.example:{port}/",
    "http://[::ffff:10.0.0.1]:{port}/",
    "http://[64:ff9b::a00:1]:{port}/",
    "http://[2002:a00:1::]:{port}/",
    "http://10.0.0.1:{port}/",
    "http://192.168.0.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://0.0.0.0:{port}/",
)


async def test_nothing_private_is_ever_connected_to(tmp_path: Path, net: Net) -> None:
    """As a feed, by redirect, as a page that an editor links to, and as one that is looked through for feeds."""
    net.names = {"private.example": [["::1"]], "localhost": [["::1"]], "mixed.example": [["10.0.0.1", "::1"]]}
    async with canary("::1") as (port, seen), hostile_server() as hostile, open_world(tmp_path) as world:
        assert world.services
        there = [target.format(port=port) for target in PRIVATE]
        feeds = [*there, *map(hostile.to, there), hostile.to(hostile.to(there[0], 308), 301)]
        await add(world, "tech", *feeds)
        for url in feeds:
            page, found = await asyncio.gather(world.services.pages.fetch(url), world.services.discovery.find(url))
            assert isinstance(page, Failure)
            assert isinstance(found, Failure)
            assert page.fault is Fault.REFUSED_ADDRESS
        faults = await until_asked(world, feeds)
    assert set(faults.values()) == {Fault.REFUSED_ADDRESS}
    assert not seen
    assert net.connected == {"127.0.0.1"}


async def test_a_feed_whose_name_means_something_private_the_second_time(tmp_path: Path, net: Net) -> None:
    net.names = {"rebinding.example": [["127.0.0.1"], ["::1"]]}
    async with hostile_server() as hostile, open_world(tmp_path) as world:
        assert world.services
        url = hostile.url("/feed", host="rebinding.example")
        await add(world, "policy", url)
        assert await until_asked(world, [url]) == {url: ""}
        checked = await world.services.feeds.check_now(url)
        assert checked
        assert checked.health.failure
        assert checked.health.failure.fault is Fault.REFUSED_ADDRESS
        assert len(await world.services.articles.latest(count=10)) == 1
    assert net.connected == {"127.0.0.1"}
