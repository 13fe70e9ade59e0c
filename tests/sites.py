"""Websites of our own, each a host of its own: scripted answers, and what was asked of them."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from aiohttp import web

Answer = Callable[[web.Request], web.StreamResponse | Awaitable[web.StreamResponse]]


@dataclass
class Site:
    """`answers`: by path; what is not among them is not found. `asked`: every request, in order."""

    url: str = ""
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[web.Request] = field(default_factory=list)

    def serve(
        self, path: str, body: str | bytes, *, status: int = 200, headers: Mapping[str, str] | None = None
    ) -> str:
        """From now on; gives the address."""
        content = body.encode() if isinstance(body, str) else body
        self.answers[path] = lambda _: web.Response(
            body=content, status=status, content_type="application/rss+xml", headers=headers
        )
        return self.url + path

    def tagged(self, path: str, body: str, etag: str, **headers: str) -> str:
        """As `serve`, but what is asked for by its tag has not changed: RFC 9110, 13.1.2."""

        def answer(request: web.Request) -> web.Response:
            both = {"ETag": etag, **headers}
            if request.headers.get("If-None-Match") == etag:
                return web.Response(status=304, headers=both)
            return web.Response(text=body, content_type="application/rss+xml", headers=both)

        self.answers[path] = answer
        return self.url + path

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request)
        found = self.answers.get(request.path)
        answer = found(request) if found else web.Response(status=404)
        return answer if isinstance(answer, web.StreamResponse) else await answer


@asynccontextmanager
async def open_site() -> AsyncIterator[Site]:
    site, application = Site(), web.Application()
    application.router.add_route("*", "/{path:.*}", site.answer)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        site.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield site
    finally:
        await runner.cleanup()


@dataclass(frozen=True)
class Item:
    """`guid`, `link` and `date` (as RSS writes it) are left out where they are empty."""

    title: str
    link: str = ""
    guid: str = ""
    teaser: str = ""
    date: str = ""

    def __str__(self) -> str:
        parts = {"title": self.title, "link": self.link, "description": self.teaser, "pubDate": self.date}
        told = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in parts.items() if text)
        guid = f'<guid isPermaLink="false">{escape(self.guid)}</guid>' if self.guid else ""
        return f"<item>{told}{guid}</item>"


def rss(*items: Item, title: str = "The Quay", more: str = "") -> str:
    """https://www.rssboard.org/rss-specification"""
    return (
        f'<?xml version="1.0"?><rss version="2.0"><channel><title>{title}</title>{more}{_all(items)}</channel></rss>'
    )


def stories(*numbers: int) -> list[Item]:
    """In this order, each of a place of its own."""
    return [
        Item(f"Story {n}", f"https://quay.example/{n}", f"id-{n}", f"What happened at pier {n}.") for n in numbers
    ]


def _all(items: Iterable[Item]) -> str:
    return "".join(map(str, items))
