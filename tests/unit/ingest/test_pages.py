"""Pages fetched from a real server and read in a real worker process."""

import resource
from collections.abc import AsyncIterator
from pathlib import Path

import orjson
import pytest
from aiohttp import web

from bot.domain.feed import Failure, Fault
from bot.domain.page import Page
from bot.ingest.fetch import Fetcher
from bot.ingest.pages import MAX_PAGE, Pages
from bot.ingest.parsing import Parsers
from tests.sites import Site, open_site
from tests.unit.ingest import jobs

DATA = Path(__file__).parents[2] / "data" / "pages"


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with open_site() as opened:
        yield opened


@pytest.fixture
async def pages() -> AsyncIterator[Pages]:
    async with Fetcher(agent="newsbot", allow_private=True) as fetcher, Parsers() as parsers:
        yield Pages(fetcher, parsers)


def serve(site: Site, body: bytes, content_type: str = "text/html") -> str:
    site.answers["/page"] = lambda _: web.Response(body=body, headers={"Content-Type": content_type})
    return f"{site.url}/page"


async def test_a_page_is_read_where_it_leads_in_the_end(pages: Pages, site: Site) -> None:
    serve(site, b"<html><title>A title</title><p>Words.</p>")
    site.answers["/old"] = lambda _: web.Response(status=302, headers={"Location": "/page?utm_source=x"})
    page = await pages.fetch(f"{site.url}/old")
    assert isinstance(page, Page)
    assert page.source and page.source.url == f"{site.url}/page"
    assert "text/html" in site.asked[0].headers["Accept"]


async def test_the_header_tells_the_encoding(pages: Pages, site: Site) -> None:
    url = serve(site, "<title>Старый мост снова открыт</title>".encode("cp1251"), "text/html; charset=windows-1251")
    page = await pages.fetch(url)
    assert isinstance(page, Page) and page.title == "Старый мост снова открыт"


async def test_what_is_larger_than_a_page_is_refused(pages: Pages, site: Site) -> None:
    large = b"<html><title>A title</title>" + b" " * MAX_PAGE
    refused = await pages.fetch(serve(site, large))
    assert isinstance(refused, Failure) and refused.fault is Fault.TOO_LARGE
    assert isinstance(await pages.fetch(serve(site, large[:MAX_PAGE])), Page)


HEAD = b"<html><title>A title</title><meta name=description content='A teaser.'>"


@pytest.mark.parametrize(
    "body",
    [
        b"<p>Some words.</p>" * 108_000,  # whose text would take some seconds to be found
        b"<span>a</span>" * 130_000,  # with which the finder of texts fails
        b"<p " + b" ".join(b"a%d=1" % n for n in range(50_000)) + b">Some words.</p>",
    ],
)
async def test_what_costs_too_much_is_read_without_its_text(pages: Pages, body: bytes) -> None:
    began = _processor_time()
    page = await pages._read(HEAD + body, "https://a.example/x", "")
    assert isinstance(page, Page)
    assert (page.title, page.teaser) == ("A title", "A teaser.")
    assert not page.body or page.body == ("Some words.",)
    await pages._parsers.__aexit__(None, None, None)
    assert _processor_time() - began < 5


async def test_what_breaks_its_reader_is_read_without_its_text(pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.ingest.pages._read_page", jobs.page_that_breaks)
    page = await pages._read(HEAD, "https://a.example/x", "")
    assert isinstance(page, Page)
    assert page.title == "Without its text"


def _processor_time() -> float:
    """Seconds, of the processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


async def test_files(pages: Pages) -> None:
    read = await pages.read_file("Saved.HTM", (DATA / "headings.html").read_bytes())
    assert isinstance(read, tuple)
    page, category = read
    assert (page.title, page.source, page.id, category) == ("Lake-cooled foundry opens in Veronde", None, None, "")
    read = await pages.read_file("article.json", (DATA / "article.json").read_bytes())
    assert isinstance(read, tuple)
    page, category = read
    assert (page.title, page.section, category) == ("Seagrass meadow has doubled", "Science", "")
    assert page.body[1] == "Thirty years ago there were thirty."
    assert page.source and page.source.url == "https://marsh.example/seagrass"


@pytest.mark.parametrize("wrap", [orjson.dumps, lambda line: b"\xef\xbb\xbf" + orjson.dumps([line])])
async def test_files_in_our_own_form(pages: Pages, wrap: object) -> None:
    line = {"type": "article", "id": "kept", "category": "policy", "title": "T", "published": "2026-11-22T10:00:00Z"}
    assert callable(wrap)
    read = await pages.read_file("x.json", wrap({**line, "faq": [{"question": "Q", "answer": "A"}]}))
    assert isinstance(read, tuple)
    page, category = read
    assert (page.id, page.title, len(page.faq), category) == ("kept", "T", 1, "policy")


@pytest.mark.parametrize("content", [b"", b"\xff", b"[" * 100_000, b"null", b'{"type": "article", "title": ""}'])
async def test_json_that_is_no_article(pages: Pages, content: bytes) -> None:
    read = await pages.read_file("x.json", content)
    assert isinstance(read, Failure) and read.fault is Fault.NOT_AN_ARTICLE
