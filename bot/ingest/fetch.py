"""Requests to other people's servers: polite, bounded in time and size, and to public addresses only.

The way of one: its host's turn (turns) → the connection, whose address is looked at (addresses) → a redirect: the
same again for its target → the body in pieces, inflated and counted (bodies) → `Fetched`, `Unchanged` or `Failure`
(refusals). What the other side does is never an exception.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import NamedTuple, Self

import aiohttp
from aiohttp import SocketFactoryType
from aiohttp.abc import AbstractResolver
from yarl import URL

from bot.domain.feed import Failure, Fault
from bot.ingest import refusals
from bot.ingest.addresses import any_socket, public_socket
from bot.ingest.bodies import Bodies
from bot.ingest.decoding import BadEncoding, TooLarge
from bot.ingest.resolver import Resolver
from bot.ingest.turns import Paused, Turns

#: Bytes, after decompression.
MAX_FEED = 10 * 1024 * 1024
ACCEPT_FEED = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, text/html;q=0.4, */*;q=0.1"
)
ACCEPT_PAGE = "text/html, application/xhtml+xml, application/xml;q=0.8, */*;q=0.5"

#: Seconds for a connection, name and encryption included.
_CONNECT = 10.0
_MOST_REDIRECTS = 10
_OVERALL = 32
#: Bytes of an answer to a form.
_MOST_OF_A_HUB = 100 * 1024
#: Bytes: of one header, and of the first line. Some sites send more than aiohttp's 8190 in their security headers.
_LONGEST_HEADER = 32 * 1024
_LONGEST_LINE = 16 * 1024
#: Scheme and port, before and after.
_TO_HTTPS = ("http", 80, "https", 443)


class Validators(NamedTuple):
    """ETag and Last-Modified of an answer, to be sent back byte for byte (RFC 9110, 13.1)."""

    etag: str = ""
    modified: str = ""

    @classmethod
    def of(cls, headers: Mapping[str, str]) -> Self:
        """Without such as are no UTF-8, which aiohttp passes on as surrogates and which could not be stored, or hold
        control characters, which it takes and does not send."""
        etag, modified = headers.get("ETag", ""), headers.get("Last-Modified", "")
        return cls(*(value if value.isprintable() else "" for value in (etag, modified)))


NO_VALIDATORS = Validators()


@dataclass(frozen=True, slots=True)
class Fetched:
    """`url`: where it came from in the end; `moved`: the same, if all redirects on the way there are for good (301,
    308); `headers`: whichever case their names are asked for in; `body`: inflated."""

    url: str
    moved: str | None
    status: int
    headers: Mapping[str, str]
    body: bytes
    content_type: str


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The server says that it is still as the validators say (304)."""

    headers: Mapping[str, str]
    moved: str | None


@dataclass(frozen=True, slots=True)
class _Request:
    headers: Mapping[str, str]
    most: int
    patient: bool = True
    form: Mapping[str, str] | None = None

    @property
    def method(self) -> str:
        return "GET" if self.form is None else "POST"

    @property
    def redirecting(self) -> frozenset[int]:
        """Statuses. With others than these two a form would become a question, or be sent by luck alone."""
        return frozenset({301, 302, 303, 307, 308} if self.form is None else {307, 308})


@dataclass(slots=True)
class _Trip:
    """How far a request has come. `left`: seconds; `held`: what is let go when its answer is no longer needed;
    `cookies`: set on the way, without which some sites redirect for ever. They end with the trip."""

    url: URL
    left: float
    held: ExitStack
    redirects: int = 0
    for_good: bool = True
    cookies: aiohttp.CookieJar | None = None

    @property
    def host(self) -> str:
        return self.url.host_port_subcomponent or ""

    @property
    def moved(self) -> str | None:
        return str(self.url) if self.redirects and self.for_good else None

    def redirect(self, response: aiohttp.ClientResponse, target: str) -> Failure | None:
        """To be gone on with unless that is refused."""
        if self.redirects == _MOST_REDIRECTS:
            return Failure(fault=Fault.TOO_MANY_REDIRECTS)
        if response.cookies:
            self.cookies = self.cookies or aiohttp.CookieJar()
            self.cookies.update_cookies(response.cookies, self.url)
        try:
            self.url = with_login(self.url.join(URL(target)).with_fragment(None), self.url)
        except ValueError:
            return Failure(fault=Fault.BAD_ANSWER, detail="redirect")
        self.redirects += 1
        self.for_good &= response.status in (301, 308)
        return refusals.of_url(self.url)


def with_login(target: URL, url: URL) -> URL:
    """With the login that `url` has in it, if that may be told there: at the same server, or at its host once that is
    by encryption, as where a site moves to https. Nobody else learns it."""
    same = (target.scheme, target.port) == (url.scheme, url.port)
    encrypted = (url.scheme, url.port, target.scheme, target.port) == _TO_HTTPS
    if target.host != url.host or not (same or encrypted) or target.user or not url.user:
        return target
    return target.with_user(url.user).with_password(url.password)


class Fetcher:
    """Entered at the beginning of a process, left at its end. `agent`: how it names itself. `sockets`, `resolver`:
    how a socket is made for an address, and an address found for a name; tests have no public ones. `spacing`:
    seconds between two starts at one host, by name and port; `total`: seconds for a request, redirects and body
    included, without the time in which it waits for its turn."""

    def __init__(
        self,
        *,
        agent: str,
        allow_private: bool = False,
        sockets: SocketFactoryType = public_socket,
        resolver: AbstractResolver | None = None,
        spacing: float = 1.0,
        total: float = 30.0,
    ) -> None:
        self._agent = agent
        self._sockets = any_socket if allow_private else sockets
        self._resolver = resolver or Resolver()
        self._total = total
        self._turns = Turns(_OVERALL, spacing)
        self._bodies = Bodies()
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=0,  # the turns are
                socket_factory=self._sockets,
                resolver=self._resolver,
                use_dns_cache=False,
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None, connect=_CONNECT),
            headers={"User-Agent": self._agent, "Accept-Encoding": "gzip"},
            auto_decompress=False,
            max_field_size=_LONGEST_HEADER,
            max_line_size=_LONGEST_LINE,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session:
            await self._session.close()
        await self._resolver.close()

    async def get(
        self,
        url: str,
        *,
        validators: Validators = NO_VALIDATORS,
        most: int = MAX_FEED,
        accept: str = ACCEPT_FEED,
        patient: bool = True,
    ) -> Fetched | Unchanged | Failure:
        """`most`: bytes of the body. `patient`: waits for its host's turn, however long that takes; someone who looks
        on should not. Unchanged only if there are validators."""
        async with self.getting(url, validators=validators, most=most, accept=accept, patient=patient) as answer:
            return answer

    @asynccontextmanager
    async def getting(
        self,
        url: str,
        *,
        validators: Validators = NO_VALIDATORS,
        most: int = MAX_FEED,
        accept: str = ACCEPT_FEED,
        patient: bool = True,
    ) -> AsyncIterator[Fetched | Unchanged | Failure]:
        """As `get`, for those who have more to do with the answer: until they are through with it, few others of its
        size are fetched."""
        headers = {"Accept": accept, "If-None-Match": validators.etag, "If-Modified-Since": validators.modified}
        sent = {name: value for name, value in headers.items() if value}
        with ExitStack() as held:
            yield await self._request(url, _Request(sent, most, patient), held)

    async def post(self, url: str, form: Mapping[str, str]) -> Fetched | Failure:
        """At once: many feeds have the same hub, and would all wait there while others could be asked."""
        with ExitStack() as held:
            answer = await self._request(url, _Request({}, _MOST_OF_A_HUB, patient=False, form=form), held)
        return Failure(fault=Fault.STATUS, detail="304") if isinstance(answer, Unchanged) else answer

    async def _request(self, url: str, request: _Request, held: ExitStack) -> Fetched | Unchanged | Failure:
        try:
            trip = _Trip(URL(url).with_fragment(None), self._total, held)
        except ValueError:
            return Failure(fault=Fault.NO_ADDRESS)
        answer: Fetched | Unchanged | Failure | None = refusals.of_url(trip.url)
        while answer is None:
            answer = await self._in_turn(trip, request)
        return answer

    async def _in_turn(self, trip: _Trip, request: _Request) -> Fetched | Unchanged | Failure | None:
        """None if there is somewhere else to go on to."""
        try:
            async with self._turns.turn(trip.host, patient=request.patient):
                return await self._try(trip, request)
        except Paused as paused:
            return Failure(fault=Fault.BUSY, retry_after=paused.seconds, host=trip.host)

    async def _try(self, trip: _Trip, request: _Request) -> Fetched | Unchanged | Failure | None:
        loop = asyncio.get_running_loop()
        begun = loop.time()
        try:
            async with (
                asyncio.timeout(trip.left) as limit,
                self._open().request(
                    request.method,
                    trip.url,
                    headers=request.headers,
                    cookies=trip.cookies.filter_cookies(trip.url) if trip.cookies else None,
                    data=request.form,
                    allow_redirects=False,
                ) as response,
            ):
                return await self._answer(response, trip, request, limit)
        except (TooLarge, BadEncoding, TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:
            return refusals.failure(error)
        finally:
            trip.left -= loop.time() - begun

    async def _answer(
        self, response: aiohttp.ClientResponse, trip: _Trip, request: _Request, limit: asyncio.Timeout
    ) -> Fetched | Unchanged | Failure | None:
        status, headers = response.status, response.headers
        if status in request.redirecting and (target := headers.get("Location")):
            return trip.redirect(response, target)
        if status == 304 and request.headers.keys() & {"If-None-Match", "If-Modified-Since"}:
            return Unchanged(headers, trip.moved)
        if refused := refusals.refusal(status, headers, datetime.now(UTC)):
            if (
                refused.fault is Fault.GONE and not trip.for_good
            ):  # but what leads there for now may lead elsewhere soon
                return Failure(fault=Fault.STATUS, detail=refused.detail)
            if refused.retry_after:
                self._turns.pause(trip.host, refused.retry_after)
                return refused.model_copy(update={"host": trip.host})
            return refused
        body = await self._bodies.read(response, request.most, trip.held, limit)
        return Fetched(str(trip.url), trip.moved, status, headers, body, headers.get("Content-Type", ""))

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise RuntimeError("the fetcher has not been entered")
        return self._session
