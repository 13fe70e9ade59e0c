"""From an address to a feed, over a site of our own."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.domain.feed import Failure, Fault
from bot.domain.outline import Outline
from bot.ingest.discovery import Discovery, Found, completed, feeds_named
from bot.ingest.fetch import Fetcher
from bot.ingest.parsing import Parsers

RSS = '<rss version="2.0"><channel><title>News</title><item><title>One</title><link>https://a.example/1</link></item></channel></rss>'


@dataclass
class Site:
    """`pages`: path -> content type and text; `asked` in their order."""

    url: str = ""
    pages: dict[str, tuple[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def page(self, path: str, head: str) -> None:
        self.pages[path] = ("text/html", f"<html><head><title>x</title>{head}</head><body>Hello</body></html>")

    def feed(self, path: str) -> None:
        self.pages[path] = ("application/rss+xml", RSS)

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(request.path_qs)
        if request.path == "/moved":
            raise web.HTTPMovedPermanently("/feed.rss")
        if request.path not in self.pages:
            raise web.HTTPNotFound
        kind, text = self.pages[request.path]
        return web.Response(text=text, content_type=kind)


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    made = Site()
    application = web.Application()
    application.router.add_get("/{path:.*}", made.answer)
    async with TestServer(application) as server:
        made.url = str(server.make_url("")).rstrip("/")
        yield made


@pytest.fixture
async def discovery() -> AsyncIterator[Discovery]:
    async with Fetcher(agent="test", allow_private=True, spacing=0) as fetcher, Parsers() as parsers:
        yield Discovery(fetcher, parsers)


async def test_the_address_of_a_feed(site: Site, discovery: Discovery) -> None:
    site.feed("/feed.rss")
    found = await discovery.find(f"{site.url}/feed.rss")
    assert isinstance(found, Found)
    assert (found.url, found.document.title, found.others) == (f"{site.url}/feed.rss", "News", ())
    assert site.asked == ["/feed.rss"]


async def test_a_feed_that_has_moved_for_good(site: Site, discovery: Discovery) -> None:
    site.feed("/feed.rss")
    found = await discovery.find(f"{site.url}/moved")
    assert isinstance(found, Found) and found.url == f"{site.url}/feed.rss"


async def test_a_page_names_its_feeds_and_the_first_that_is_one_counts(site: Site, discovery: Discovery) -> None:
    links = [
        '<link rel="alternate" type="application/rss+xml" title="Comments" href="/comments.rss">',
        '<link rel="alternate" type="application/atom+xml" href="gone.atom">',
        "<link rel='home Alternate' type='application/rss+xml; charset=utf-8' href='feed.rss'>",
        '<link rel="alternate" type="text/html" hreflang="de" href="/de">',
    ]
    site.page("/section/", "".join(links))
    site.feed("/section/feed.rss")
    site.feed("/comments.rss")
    found = await discovery.find(f"{site.url}/section/")
    assert isinstance(found, Found) and found.url == f"{site.url}/section/feed.rss"
    assert found.others == (f"{site.url}/section/gone.atom", f"{site.url}/comments.rss")


async def test_where_sites_often_have_one(site: Site, discovery: Discovery) -> None:
    site.page("/about/us", "")
    site.feed("/rss.xml")
    found = await discovery.find(f"{site.url}/about/us")
    assert isinstance(found, Found) and found.url == f"{site.url}/rss.xml"
    assert site.asked == ["/about/us", "/feed", "/rss.xml"]


async def test_a_page_without_any(site: Site, discovery: Discovery) -> None:
    site.page("/", '<link rel="alternate" type="application/rss+xml" href="javascript:alert(1)">')
    found = await discovery.find(site.url)
    assert isinstance(found, Failure) and found.fault is Fault.NOT_A_FEED


async def test_what_is_not_there(site: Site, discovery: Discovery) -> None:
    found = await discovery.find(f"{site.url}/nothing")
    assert found == Failure(fault=Fault.STATUS, detail="404")


async def test_without_a_scheme_plain_http_is_tried_too(site: Site, discovery: Discovery) -> None:
    site.feed("/feed.rss")
    found = await discovery.find(f"{site.url.removeprefix('http://')}/feed.rss")
    assert isinstance(found, Found) and found.url == f"{site.url}/feed.rss"


class Forged(Fetcher):
    """Whoever answers has no certificate that counts."""

    def __init__(self) -> None:
        super().__init__(agent="test")
        self.asked: list[str] = []

    async def get(self, url: str, **_: object) -> Failure:
        self.asked.append(url)
        return Failure(fault=Fault.CERTIFICATE)


async def test_where_the_certificate_is_wrong_nothing_is_read_without_one(discovery: Discovery) -> None:
    forged = Forged()
    async with Parsers() as parsers:
        assert await Discovery(forged, parsers).find("e.example/feed") == Failure(fault=Fault.CERTIFICATE)
    assert forged.asked == ["https://e.example/feed"]


async def test_private_addresses_that_a_page_names_are_refused(site: Site) -> None:
    site.feed("/feed.rss")
    async with Fetcher(agent="test") as fetcher, Parsers() as parsers:
        found = await Discovery(fetcher, parsers).find(f"{site.url}/feed.rss")
    assert isinstance(found, Failure) and found.fault is Fault.REFUSED_ADDRESS
    assert not site.asked


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("example.org", "https://example.org"),
        (" http://example.org/x ", "http://example.org/x"),
        ("feed://example.org/x", "https://example.org/x"),
        ("feed:https://example.org/x", "https://example.org/x"),
        ("feed:http://example.org/x", "http://example.org/x"),
        ("//example.org/x", "https://example.org/x"),
        ("HTTPS://example.org", "HTTPS://example.org"),
        ("file:///etc/passwd", "file:///etc/passwd"),
    ],
)
def test_completed(given: str, meant: str) -> None:
    assert completed(given) == meant


def test_addresses_are_relative_to_the_base() -> None:
    page = b'<base href="https://b.example/x/"><link rel=alternate type=application/feed+json href="f.json">'
    assert feeds_named(page, "https://a.example/") == ["https://b.example/x/f.json"]


def test_an_address_that_can_be_none_hides_no_other() -> None:
    bad, good = (f'<link rel="alternate" type="application/rss+xml" href="{to}">' for to in ("http://[x/", "/feed"))
    page = f'<base href="http://[y/">{bad}{good}'.encode()
    assert feeds_named(page, "https://a.example/") == ["https://a.example/feed"]


async def test_a_list_of_feeds_that_is_made_to_cost_much_is_ended() -> None:
    short = b'<opml version="2.0"><body><outline xmlUrl="https://e.example/"/>'
    nested = b'<opml version="2.0"><body>' + b'<outline text="x"><outline xmlUrl="https://e.example/"/>' * 15_000
    async with Fetcher(agent="newsbot/tests") as fetcher, Parsers() as parsers, Parsers(wall=1) as hasty:
        assert await Discovery(fetcher, parsers).listed(short) == [Outline("https://e.example/", "", ())]
        assert await Discovery(fetcher, hasty).listed(nested) is None
