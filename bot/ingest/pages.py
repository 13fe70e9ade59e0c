"""A page that an editor links to, or sends as a file, as an article.

address → fetched → read in a worker process → Page | Failure
"""

from typing import Any, TypeVar

import orjson
from pydantic import ValidationError

from bot.domain.feed import Failure, Fault
from bot.domain.page import Page
from bot.ingest.discovery import completed
from bot.ingest.fetch import ACCEPT_PAGE, Fetcher, Unchanged
from bot.ingest.parsing import Parsers

T = TypeVar("T")

#: Bytes.
MAX_PAGE = 2_000_000
PAGE_SUFFIXES = (".html", ".htm", ".xhtml")
JSON_SUFFIXES = (".json", ".jsonld")
#: Seconds of processor time, for all of a page and, if that is too much, for what it says of itself.
_COST, _COST_OF_LITTLE = 3.5, 1.5


class Pages:
    def __init__(self, fetcher: Fetcher, parsers: Parsers) -> None:
        self._fetcher = fetcher
        self._parsers = parsers

    async def fetch(self, url: str) -> Page | Failure:
        """`url` may lack its scheme."""
        fetched = await self._fetcher.get(completed(url), most=MAX_PAGE, accept=ACCEPT_PAGE, patient=False)
        if isinstance(fetched, Failure):
            return fetched
        if isinstance(fetched, Unchanged):  # nothing was asked for that could have stayed as it was
            return Failure(fault=Fault.BAD_ANSWER)
        return await self._read(fetched.body, fetched.url, fetched.content_type)

    async def read_file(self, name: str, content: bytes) -> tuple[Page, str] | Failure:
        """Whose name ends in one of the suffixes above: the page, and the word for its category, if it has one."""
        if name.casefold().endswith(PAGE_SUFFIXES):
            read = await self._read(content, "", "")
            return read if isinstance(read, Failure) else (read, "")
        return _no_article(await self._parsers.run(_read_json, content, seconds=_COST))

    async def _read(self, body: bytes, url: str, content_type: str) -> Page | Failure:
        """What costs too much, or breaks its reader, is read without its text, which takes most of it."""
        for whole, seconds in ((True, _COST), (False, _COST_OF_LITTLE)):
            read = await self._parsers.run(_read_page, body, url, content_type, whole, seconds=seconds)
            if not (isinstance(read, Failure) and read.fault in {Fault.TOO_COSTLY, Fault.NOT_A_FEED}):
                break
        return _no_article(read)


def _no_article(read: T | Failure) -> T | Failure:
    """The parsers know of feeds only."""
    if isinstance(read, Failure) and read.fault is Fault.NOT_A_FEED:
        return Failure(fault=Fault.NOT_AN_ARTICLE)
    return read


def _read_page(body: bytes, url: str, content_type: str, whole: bool) -> Page | Failure:
    from bot.ingest.page import read_page  # what it takes to read pages is for worker processes only

    return read_page(body, url, content_type, whole=whole)


def _read_json(content: bytes) -> tuple[Page, str] | Failure:
    from bot.ingest.page import read_json_ld

    try:
        data = orjson.loads(content.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError:
        return Failure(fault=Fault.NOT_AN_ARTICLE, detail="json")
    if own := _own_form(data):
        return own
    read = read_json_ld(data)
    return read if isinstance(read, Failure) else (read, "")


def _own_form(data: Any) -> tuple[Page, str] | None:
    """A line of our JSON Lines, or a list of just one."""
    if isinstance(data, list) and len(data) == 1:
        data = data[0]
    if not isinstance(data, dict) or data.get("type") != "article":
        return None
    try:
        return Page.model_validate(data), str(data.get("category") or "")
    except ValidationError:
        return None
