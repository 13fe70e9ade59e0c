"""Fetching from servers that answer as they should, and from one that does not."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

import psutil
import pytest
from aiohttp import AddrInfoType, web
from aiohttp.abc import AbstractResolver, ResolveResult
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from bot.domain.feed import Failure, Fault
from bot.ingest.addresses import any_socket, public_socket
from bot.ingest.fetch import Fetched, Fetcher, Unchanged, Validators, with_login
from tests.hostile import ANSWERS, FEED, Hostile, Visit, canary, hostile_server

REFUSING = (
    Fault.REFUSED_ADDRESS,
    Fault.NO_ADDRESS,
    Fault.BAD_ANSWER,
    Fault.STATUS,
    Fault.TOO_MANY_REDIRECTS,  # to "http://", which means the same host
)
#: What comes of the hostile server's tricks.
READ = (
    "/gzip-undeclared",
    "/gzip-twice",
    "/gzip-in-parts",
    "/gzip-declared-only",
    "/wrong-type",
    "/policy",
    "/redirect-with-body",
)
GIVEN_UP = {
    "/silent": Fault.TIMEOUT,
    "/slow-head": Fault.TIMEOUT,
    "/slow-body": Fault.TIMEOUT,
    "/endless": Fault.TOO_LARGE,
    "/endless-chunks": Fault.BAD_ANSWER,
    "/endless-head": Fault.BAD_ANSWER,
    "/huge": Fault.TOO_LARGE,
    "/bomb": Fault.TOO_LARGE,
    "/bomb-twice": Fault.TOO_LARGE,
    "/members": Fault.TOO_LARGE,
    "/gzip-cut": Fault.BAD_ANSWER,
    "/gzip-broken": Fault.BAD_ANSWER,
    "/cut": Fault.BAD_ANSWER,
    "/cut-chunks": Fault.BAD_ANSWER,
    "/bad-chunks": Fault.BAD_ANSWER,
    "/two-lengths": Fault.BAD_ANSWER,
    "/many-headers": Fault.BAD_ANSWER,
    "/long-header": Fault.BAD_ANSWER,
    "/no-http": Fault.BAD_ANSWER,
    "/hangs-up": Fault.NO_CONNECTION,
    "/loop": Fault.TOO_MANY_REDIRECTS,
    "/nowhere": Fault.STATUS,
}


class Names(AbstractResolver):
    """A name server: each name's answers one after the other, the last for ever."""

    def __init__(self, names: Mapping[str, list[list[str]]] | None = None) -> None:
        self._names = names or {}

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        if host not in self._names:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        answers = self._names[host]
        found = answers.pop(0) if len(answers) > 1 else answers[0]
        return [
            ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=0)
            for address in found
        ]

    async def close(self) -> None:
        pass


class Sockets:
    """As if one port of this machine were a public host's; `made`: what connections went to."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.made: list[tuple[object, ...]] = []

    def __call__(self, info: AddrInfoType) -> socket.socket:
        made = any_socket(info) if info[4][:2] == ("127.0.0.1", self._port) else public_socket(info)
        self.made.append(info[4][:2])
        return made


def fetcher(**changes: object) -> Fetcher:
    return Fetcher(**{"agent": "newsbot/1 (+https://example.org)", "allow_private": True, "spacing": 0.0, **changes})  # type: ignore[arg-type]


@pytest.fixture
async def hostile() -> AsyncIterator[Hostile]:
    async with hostile_server() as server:
        yield server


@asynccontextmanager
async def site(answer: Callable[[web.Request], web.StreamResponse]) -> AsyncIterator[URL]:
    """A server that behaves."""

    async def handle(request: web.Request) -> web.StreamResponse:
        return answer(request)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handle)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield URL(f"http://127.0.0.1:{runner.addresses[0][1]}/")
    finally:
        await runner.cleanup()


async def test_a_feed_is_fetched_by_one_who_says_who_it_is() -> None:
    asked: list[web.Request] = []

    def answer(request: web.Request) -> web.Response:
        asked.append(request)
        return web.Response(body=FEED, content_type="application/rss+xml", charset="utf-8", headers={"ETag": '"1"'})

    async with site(answer) as root, fetcher() as fetch:
        fetched = await fetch.get(f"{root}feed?a=b#part")
    assert isinstance(fetched, Fetched)
    assert (fetched.url, fetched.moved, fetched.status, fetched.body) == (f"{root}feed?a=b", None, 200, FEED)
    assert fetched.content_type == "application/rss+xml; charset=utf-8"
    assert fetched.headers["etag"] == '"1"'
    (request,) = asked
    assert request.headers["User-Agent"] == "newsbot/1 (+https://example.org)"
    assert request.headers["Accept"].startswith("application/rss+xml")
    assert "If-None-Match" not in request.headers
    assert "Cookie" not in request.headers


@pytest.mark.parametrize("etag", ['"1"', 'W/"1"', "unquoted", '"ä,b"', "'--gzip"])
async def test_validators_go_back_byte_for_byte(etag: str) -> None:
    modified = "Mon, 2 Jan 2006 03:04:05 +0000"
    validators = {"ETag": etag, "Last-Modified": modified}
    asked: list[tuple[bytes, bytes]] = []

    def answer(request: web.Request) -> web.Response:
        asked.extend(header for header in request.raw_headers if header[0].startswith(b"If-"))
        return web.Response(headers=validators, status=304 if "If-None-Match" in request.headers else 200)

    async with site(answer) as root, fetcher() as fetch:
        first = await fetch.get(str(root))
        assert isinstance(first, Fetched)
        again = await fetch.get(str(root), validators=Validators.of(first.headers))
    assert isinstance(again, Unchanged)
    assert Validators.of(again.headers) == (etag, modified)
    assert asked == [(b"If-None-Match", etag.encode()), (b"If-Modified-Since", modified.encode())]


@pytest.mark.parametrize("etag", [b"\xff", b"\x01", b"\x7f"])
async def test_validators_that_are_no_text_are_not_kept(etag: bytes) -> None:
    async def answer(visit: Visit) -> None:
        fields = b'ETag: "' + etag + b'"\r\nLast-Modified: then\r\nContent-Length: 0'
        await visit.write(b"HTTP/1.1 200 OK\r\n" + fields + b"\r\n\r\n")

    async with hostile_server({"/": answer}) as hostile, fetcher() as fetch:
        fetched = await fetch.get(hostile.url("/"))
        assert isinstance(fetched, Fetched)
        validators = Validators.of(fetched.headers)
        assert validators == ("", "then")
        assert isinstance(await fetch.get(hostile.url("/"), validators=validators), Fetched)


async def test_unchanged_is_no_answer_to_who_had_nothing(hostile: Hostile) -> None:
    async with site(lambda request: web.Response(status=304)) as root, fetcher() as fetch:
        assert await fetch.get(str(root)) == Failure(fault=Fault.STATUS, detail="304")
        assert await fetch.post(str(root), {}) == Failure(fault=Fault.STATUS, detail="304")


@pytest.mark.parametrize(
    ("statuses", "for_good"),
    [((301,), True), ((308,), True), ((302,), False), ((307,), False), ((301, 308), True), ((301, 302), False)],
)
async def test_a_feed_has_moved_if_every_redirect_says_so(statuses: tuple[int, ...], for_good: bool) -> None:
    def answer(request: web.Request) -> web.Response:
        step = int(request.path.strip("/"))
        if step == len(statuses):
            return web.Response(body=FEED)
        return web.Response(status=statuses[step], headers={"Location": f"../{step + 1}"})

    async with site(answer) as root, fetcher() as fetch:
        fetched = await fetch.get(f"{root}0")
    assert isinstance(fetched, Fetched)
    assert fetched.url == f"{root}{len(statuses)}"
    assert fetched.moved == (fetched.url if for_good else None)


@pytest.mark.parametrize(
    ("address", "target", "followed"),
    [
        ("http://me:word@a.example/feed", "http://a.example/new", "http://me:word@a.example/new"),
        ("http://me:word@a.example/feed", "https://a.example/feed", "https://me:word@a.example/feed"),
        ("http://me:w%40rd@a.example/feed", "/new", "http://me:w%40rd@a.example/new"),
        ("https://me:word@a.example/feed", "http://a.example/feed", "http://a.example/feed"),
        ("https://me:word@a.example/feed", "https://a.example:8443/feed", "https://a.example:8443/feed"),
        ("https://me:word@a.example/feed", "https://b.example/feed", "https://b.example/feed"),
        ("https://me:word@a.example/feed", "https://x.a.example/feed", "https://x.a.example/feed"),
        ("https://me:word@a.example/feed", "https://you:other@a.example/feed", "https://you:other@a.example/feed"),
        ("https://a.example/feed", "https://a.example/new", "https://a.example/new"),
    ],
)
def test_a_login_goes_along_where_it_is_safe_and_nowhere_else(address: str, target: str, followed: str) -> None:
    assert str(with_login(URL(address).join(URL(target)), URL(address))) == followed


async def test_a_login_is_told_again_where_the_same_server_redirects_by_a_whole_address() -> None:
    def answer(request: web.Request) -> web.Response:
        if "Authorization" not in request.headers:
            return web.Response(status=401)
        if request.path == "/feed":
            return web.Response(body=FEED)
        return web.Response(status=301, headers={"Location": f"http://{request.host}/feed"})

    async with site(answer) as root, fetcher() as fetch:
        fetched = await fetch.get(str((root / "old").with_user("me").with_password("word")))
    assert isinstance(fetched, Fetched)


async def test_ten_redirects_are_followed_and_no_more() -> None:
    def answer(request: web.Request) -> web.Response:
        left = int(request.path.strip("/"))
        return web.Response(status=302, headers={"Location": f"/{left - 1}"}) if left else web.Response(body=FEED)

    async with site(answer) as root, fetcher() as fetch:
        assert isinstance(await fetch.get(f"{root}10"), Fetched)
        assert await fetch.get(f"{root}11") == Failure(fault=Fault.TOO_MANY_REDIRECTS)


async def test_a_form_is_posted_and_stays_one_where_the_redirect_says_so() -> None:
    forms: list[tuple[str, dict[str, str]]] = []

    async def handle(request: web.Request) -> web.Response:
        forms.append((request.method, {name: str(value) for name, value in (await request.post()).items()}))
        if request.path.startswith("/redirect/"):
            return web.Response(status=int(request.path.rpartition("/")[2]), headers={"Location": "/hub"})
        return web.Response(status=202)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handle)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    root = f"http://127.0.0.1:{runner.addresses[0][1]}"
    form = {"hub.mode": "subscribe", "hub.topic": "https://example.org/ä?b=c&d"}
    async with fetcher() as fetch:
        for path in ("/hub", "/redirect/307"):
            answer = await fetch.post(root + path, form)
            assert isinstance(answer, Fetched)
            assert answer.status == 202
        assert await fetch.post(root + "/redirect/302", form) == Failure(fault=Fault.STATUS, detail="302")
    await runner.cleanup()
    assert forms == [("POST", form)] * 4


async def test_a_busy_host_is_left_alone_for_as_long_as_it_asks() -> None:
    asked: list[str] = []

    def answer(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(status=429, headers={"Retry-After": "100"})

    async with site(answer) as root, site(lambda request: web.Response(body=FEED)) as other, fetcher() as fetch:
        host = root.authority
        assert await fetch.get(f"{root}1") == Failure(fault=Fault.BUSY, detail="429", retry_after=100, host=host)
        for patient in (True, False):
            again = await fetch.get(f"{root}2", patient=patient)
            assert isinstance(again, Failure)
            assert again.fault is Fault.BUSY
            assert 99 < (again.retry_after or 0) <= 100
        assert isinstance(await fetch.get(str(other)), Fetched)
    assert asked == ["/1"]


async def test_large_bodies_are_there_two_at_a_time_and_who_waits_for_room_is_not_late() -> None:
    body = bytes(600 * 1024)

    async def get(fetch: Fetcher, url: str) -> int:
        async with fetch.getting(url) as answer:
            assert isinstance(answer, Fetched)
            return len(answer.body)

    async with site(lambda request: web.Response(body=body)) as root, fetcher(total=0.5) as fetch:
        async with fetch.getting(f"{root}1"), fetch.getting(f"{root}2") as second:
            assert isinstance(second, Fetched)
            third = asyncio.create_task(get(fetch, f"{root}3"))
            await asyncio.wait([third], timeout=1.0)
            assert not third.done()
        assert await third == len(body)
        async with asyncio.timeout(20):
            assert [await get(fetch, str(root)) for _ in range(5)] == [len(body)] * 5


async def test_a_site_may_set_a_cookie_on_the_way_that_ends_with_it() -> None:
    had: list[str] = []

    def answer(request: web.Request) -> web.Response:
        had.append(request.headers.get("Cookie", ""))
        if "seen" in request.cookies:
            return web.Response(body=FEED)
        return web.Response(status=302, headers={"Location": "/", "Set-Cookie": "seen=yes; Path=/"})

    names = Names({"site.example": [["127.0.0.1"]]})
    async with site(answer) as root, fetcher(resolver=names) as fetch:
        for _ in range(2):
            assert isinstance(await fetch.get(str(root.with_host("site.example"))), Fetched)
    assert had == ["", "seen=yes"] * 2


async def test_nothing_is_carried_over_to_another_host() -> None:
    asked: list[web.Request] = []

    def end(request: web.Request) -> web.Response:
        asked.append(request)
        return web.Response(body=FEED)

    async with site(end) as root:

        def here(request: web.Request) -> web.Response:
            asked.append(request)
            return web.Response(status=302, headers={"Location": there, "Set-Cookie": "a=b"})

        there = str(root.with_host("there.example"))
        names = Names({"here.example": [["127.0.0.1"]], "there.example": [["127.0.0.1"]]})
        async with site(here) as first, fetcher(resolver=names) as fetch:
            url = first.with_host("here.example").with_user("name").with_password("secret")
            assert isinstance(await fetch.get(str(url)), Fetched)
    assert "Authorization" in asked[0].headers
    assert not asked[1].headers.keys() & {"Authorization", "Cookie", "Referer"}


@pytest.mark.parametrize("path", READ)
async def test_what_can_be_read_is_read_whatever_is_said_of_it(hostile: Hostile, path: str) -> None:
    async with fetcher() as fetch:
        fetched = await fetch.get(hostile.url(path))
    assert isinstance(fetched, Fetched)
    assert fetched.body == FEED
    await hostile.left_alone()


@pytest.mark.parametrize(("path", "fault"), GIVEN_UP.items())
async def test_what_cannot_be_read_is_given_up_and_left_alone(hostile: Hostile, path: str, fault: Fault) -> None:
    async with fetcher(total=1.0 if fault is Fault.TIMEOUT else 20.0) as fetch:
        answer = await fetch.get(hostile.url(path))
        assert isinstance(answer, Failure)
        assert answer.fault is fault
        async with asyncio.timeout(20):
            await hostile.left_alone()


async def test_what_comes_after_a_body_is_not_a_part_of_it(hostile: Hostile) -> None:
    """Whether it spoils the body is a matter of what is there when that is read."""
    async with fetcher() as fetch:
        answer = await fetch.get(hostile.url("/overlong"))
    assert (
        answer.body == FEED
        if isinstance(answer, Fetched)
        else answer == Failure(fault=Fault.BAD_ANSWER, detail="ClientResponseError")
    )


async def test_the_loop_goes_on_and_memory_is_bounded_beside_all_that(hostile: Hostile) -> None:
    """32 at once that send all they can: together they would be hundreds of megabytes. What is measured includes the
    server, and is CPU time, since other processes want some too."""
    process, worst, most = psutil.Process(), 0.0, 0
    before = process.memory_info().rss

    async def watch() -> None:
        nonlocal worst, most
        while True:
            begun = time.thread_time()
            await asyncio.sleep(0)
            worst = max(worst, time.thread_time() - begun)
            most = max(most, process.memory_info().rss - before)

    watching = asyncio.create_task(watch())
    async with fetcher(total=20.0) as fetch:
        urls = [hostile.url(path) for path in ("/endless", "/bomb", "/bomb-twice", "/members") * 8]
        answers = await asyncio.gather(*(fetch.get(url, patient=False) for url in urls))
    watching.cancel()
    assert {answer.fault for answer in answers if isinstance(answer, Failure)} == {Fault.TOO_LARGE}
    assert most < 100 * 1024 * 1024
    assert worst < 0.2


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.1:{port}/",
        "http://localhost:{port}/",
        "http://127.1:{port}/",
        "http://2130706433:{port}/",
        "http://0x7f000001:{port}/",
        "http://0x7f.1:{port}/",
        "http://0177.0.0.1:{port}/",
        "http://0:{port}/",
        "http://0.0.0.0:{port}/",
        "http://[::ffff:127.0.0.1]:{port}/",
        "http://[::ffff:7f00:1]:{port}/",
        "http://[::127.0.0.1]:{port}/",
        "http://[64:ff9b::7f00:1]:{port}/",
        "http://[2002:7f00:1::]:{port}/",
        "http://[::]:{port}/",
        "http://①②⑦.⓪.⓪.①:{port}/",
        "http://127。0。0。1:{port}/",
        "http://localhost.:{port}/",
        "http://user@127.0.0.1:{port}/",
        "//127.0.0.1:{port}/",
        "http:\\\\127.0.0.1:{port}/",
        "http://169.254.169.254/latest/meta-data/",
        "http://10.0.0.1/",
        "http://[fe80::1%25eth0]/",
        "http://private.example:{port}/",
        "http://mixed.example:{port}/",
        "http://wrapped.example:{port}/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:{port}/",
        "data:text/xml,<rss/>",
        "ftp://example.org/",
        "unix:///run/docker.sock",
        "javascript:alert(1)",
        "http://",
        "http://:80/",
        "http://[::1",
        "http://127.0.0.1:99999999/",
    ],
)
async def test_no_private_address_is_reached_directly_or_by_redirect(hostile: Hostile, target: str) -> None:
    here = ["127.0.0.1"]
    names = Names(
        {
            "private.example": [here],
            "mixed.example": [["127.0.0.1", "::1", "10.0.0.1"]],
            "wrapped.example": [["::ffff:127.0.0.1"]],
            **{
                name: [here]
                for name in ("localhost", "localhost.", "0", "127.1", "0x7f.1", "0x7f000001", "0177.0.0.1")
            },
        }
    )
    sockets = Sockets(hostile.port)
    async with canary("127.0.0.1") as (port, seen), canary("::1") as (_, seen_too):
        there = target.format(port=port)
        async with fetcher(allow_private=False, sockets=sockets, resolver=names) as fetch:
            answers = [
                await fetch.get(there),
                await fetch.get(hostile.to(there)),
                await fetch.get(hostile.to(hostile.to(there, 308), 301)),
                await fetch.post(hostile.to(there, 307), {}),
            ]
    assert not seen
    assert not seen_too
    assert set(sockets.made) == {("127.0.0.1", hostile.port)}
    for answer in answers:
        assert isinstance(answer, Failure)
        assert answer.fault in REFUSING


async def test_this_machine_is_refused_by_name_with_its_own_name_server(hostile: Hostile) -> None:
    async with fetcher(allow_private=False) as fetch:
        answer = await fetch.get(hostile.url("/feed", host="localhost"))
    assert isinstance(answer, Failure)
    assert answer.fault is Fault.REFUSED_ADDRESS
    assert not hostile.asked


async def test_a_name_that_resolves_to_something_else_the_second_time_is_refused_then(hostile: Hostile) -> None:
    names = Names({"rebinding.example": [["127.0.0.1"], ["::1"]]})
    async with fetcher(allow_private=False, sockets=Sockets(hostile.port), resolver=names) as fetch:
        url = hostile.url("/feed", host="rebinding.example")
        assert isinstance(await fetch.get(url), Fetched)
        again = await fetch.get(url)
    assert isinstance(again, Failure)
    assert again.fault is Fault.REFUSED_ADDRESS


async def test_what_nobody_answers_at_is_told_apart() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    async with fetcher() as fetch:
        for url, fault in {
            f"http://127.0.0.1:{port}/": Fault.NO_CONNECTION,
            "http://no-such-name.invalid/": Fault.NO_ADDRESS,
            f"http://{'x' * 64}.example/": Fault.NO_ADDRESS,
            "nonsense": Fault.REFUSED_ADDRESS,
        }.items():
            answer = await fetch.get(url)
            assert isinstance(answer, Failure)
            assert answer.fault is fault


async def test_a_server_without_encryption_is_no_certificate_matter() -> None:
    async with site(lambda request: web.Response(body=FEED)) as root, fetcher() as fetch:
        answer = await fetch.get(str(root.with_scheme("https")))
    assert isinstance(answer, Failure)
    assert answer.fault is Fault.NO_CONNECTION


ANSWERED = st.one_of(
    st.binary(max_size=200),
    st.builds(
        lambda status, name, value, body: b"HTTP/1.1 %d X\r\n%s: %s\r\n\r\n%s" % (status, name, value, body),
        st.integers(0, 1200),
        st.sampled_from(
            [
                b"Location",
                b"Content-Length",
                b"Content-Encoding",
                b"Transfer-Encoding",
                b"Retry-After",
                b"Content-Type",
            ]
        ),
        st.one_of(
            st.binary(max_size=30), st.sampled_from([b"gzip", b"br", b"chunked", b"//[", b"http://[::", b"-1"])
        ),
        st.binary(max_size=50),
    ),
)


@given(ANSWERED)
def test_whatever_a_server_sends_is_no_exception(sent: bytes) -> None:
    async def answer(visit: Visit) -> None:
        await visit.write(sent)

    async def fetch_it() -> object:
        async with hostile_server({"/feed": answer}) as hostile:
            sockets = Sockets(hostile.port)
            async with fetcher(allow_private=False, sockets=sockets, resolver=Names(), total=2.0) as fetch:
                return await fetch.get(hostile.url("/feed"))

    assert isinstance(asyncio.run(fetch_it()), (Fetched, Failure))


@given(st.text())
def test_whatever_is_taken_for_an_address_is_no_exception(url: str) -> None:
    async def fetch_it(*urls: str) -> list[object]:
        async with fetcher(allow_private=False, resolver=Names(), total=1.0) as fetch:
            return [await fetch.get(each) for each in urls]

    answers = asyncio.run(fetch_it(url, f"http://{url}", f"http://[{url}]/", f"http://127.0.0.1:{url}/"))
    assert all(isinstance(answer, Failure) for answer in answers)


def test_each_trick_of_the_hostile_server_is_tried() -> None:
    assert {*READ, *GIVEN_UP, "/overlong", "/feed", "/costly"} == ANSWERS.keys()
