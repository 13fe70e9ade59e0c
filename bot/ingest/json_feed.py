"""JSON Feed (https://www.jsonfeed.org/version/1.1/)."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import orjson

from bot.domain.feed import Document, Entry, Failure, Fault
from bot.ingest.dates import moment
from bot.ingest.entries import MOST_ENTRIES, feed_title, made_entry, web_url, with_own_ids

_BOM = b"\xef\xbb\xbf"


def looks_like(body: bytes) -> bool:
    return body.removeprefix(_BOM).lstrip()[:1] == b"{"


def read(body: bytes, url: str, now: datetime) -> Document | Failure:
    try:
        said = _loads(body.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError):
        return Failure(fault=Fault.NOT_A_FEED)
    items = said.get("items")
    if not isinstance(items, list) or "jsonfeed.org" not in _text(said, "version"):
        return Failure(fault=Fault.NOT_A_FEED)
    found = [item for item in items[:MOST_ENTRIES] if isinstance(item, dict)]
    return Document(
        title=feed_title(_text(said, "title")),
        link=web_url(said.get("home_page_url"), url),
        entries=with_own_ids(_entry(item, url, now) for item in found),
        hub=next(_hubs(said, url), None),
        topic=web_url(said.get("feed_url"), url),
    )


def _loads(text: str) -> Any:
    """Raises ValueError, RecursionError. Many such feeds are written in JavaScript, which cuts texts in the middle of
    an emoji and writes its half as "\\ud83d": no character, and no reason to lose all other entries."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return json.loads(text, strict=False)


def _entry(item: Mapping[str, Any], url: str, now: datetime) -> Entry:
    times = (moment(_text(item, name), None, now) for name in ("date_published", "date_modified"))
    pictures = (web_url(item.get(name), url) for name in ("image", "banner_image"))
    # An id is a link only where it is a whole address: "42" is none.
    links = (web_url(item.get("url"), url), web_url(item.get("external_url"), url), web_url(item.get("id"), ""))
    return made_entry(
        identity=_text(item, "id"),
        link=next(filter(None, links), None),
        title=_text(item, "title"),
        texts=(_text(item, "summary"), _text(item, "content_html"), _text(item, "content_text")),
        published=next(filter(None, times), None),
        image=next(filter(None, pictures), None),
    )


def _text(said: Mapping[str, Any], name: str) -> str:
    """Numbers are taken too, as ids often are."""
    value = said.get(name)
    return str(value) if isinstance(value, str | int | float) else ""


def _hubs(said: Mapping[str, Any], url: str) -> Iterator[str]:
    hubs = said.get("hubs")
    for hub in hubs if isinstance(hubs, list) else ():
        if (
            isinstance(hub, dict)
            and _text(hub, "type").lower() == "websub"
            and (address := web_url(hub.get("url"), url))
        ):
            yield address
