"""The demo's news site, in the sandbox that serves it, read by what reads any feed."""

from collections.abc import AsyncIterator
from importlib.resources import files
from pathlib import Path

import pytest

from bot.demo.courier import SECTIONS, Courier
from bot.domain.feed import Document
from bot.ingest.discovery import Discovery, Found
from bot.ingest.fetch import Fetched, Fetcher, Unchanged, Validators
from bot.ingest.parsing import Parsers
from bot.sandbox.server import Sandbox


@pytest.fixture
def courier() -> Courier:
    return Courier(Path(str(files("bot.demo") / "courier.toml")))


@pytest.fixture
async def sandbox(courier: Courier) -> AsyncIterator[Sandbox]:
    async with Sandbox(token="1:x", site=courier.answer) as opened:
        yield opened


@pytest.fixture
async def fetcher() -> AsyncIterator[Fetcher]:
    async with Fetcher(agent="test", allow_private=True, spacing=0) as opened:
        yield opened


@pytest.mark.parametrize("section", SECTIONS)
async def test_each_front_page_names_its_feed(sandbox: Sandbox, fetcher: Fetcher, section: str) -> None:
    folder, _, title = SECTIONS[section]
    async with Parsers() as parsers:
        found = await Discovery(fetcher, parsers).find(f"{sandbox.url}{folder}/")
    assert isinstance(found, Found)
    assert (found.url, found.document.title) == (f"{sandbox.url}{folder}/feed.xml", title)
    links = [entry.link for entry in found.document.entries]
    assert len(links) == 4
    for link in links:
        page = await fetcher.get(link or "")
        assert isinstance(page, Fetched) and b"og:title" in page.body


async def test_it_grows_until_all_is_told(sandbox: Sandbox, fetcher: Fetcher, courier: Courier) -> None:
    """And says that nothing has changed while nothing has."""
    url = f"{sandbox.url}/courier/feed.xml"
    first = await fetcher.get(url)
    assert isinstance(first, Fetched)
    validators = Validators.of(first.headers)
    assert isinstance(await fetcher.get(url, validators=validators), Unchanged)
    assert courier.grow() == "news"
    grown = await fetcher.get(url, validators=validators)
    assert isinstance(grown, Fetched)
    while courier.grow():
        pass
    async with Parsers() as parsers:
        document = await parsers.feed(grown.body, grown.url)
        every = await fetcher.get(url)
        assert isinstance(every, Fetched)
        last = await parsers.feed(every.body, every.url)
    assert isinstance(document, Document) and isinstance(last, Document)
    assert (len(document.entries), len(last.entries)) == (5, 10)
    assert document.entries[1:] == last.entries[-4:]


async def test_the_rest_is_the_sandbox_s_own(sandbox: Sandbox, fetcher: Fetcher) -> None:
    page = await fetcher.get(sandbox.url)
    assert isinstance(page, Fetched) and b"<script" in page.body
    assert not isinstance(await fetcher.get(f"{sandbox.url}/courier/none.html"), Fetched)
