"""What the readers of all kinds of feeds share: an entry made of raw pieces."""

import re
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from urllib.parse import urljoin

from pydantic import TypeAdapter, ValidationError

from bot.domain.article import WebUrl, is_web_url
from bot.domain.feed import Entry
from bot.domain.link import without_tracking
from bot.ingest.plain_text import clean, excerpt, shortened

#: Entries of a feed that are read: what stands further down is old.
MOST_ENTRIES = 1000
#: Characters. What has no title is called by how its text begins.
_LONGEST_TITLE = 300
_LONGEST_MADE_TITLE = 120
_LONGEST_ID = 1000
_LONGEST_FEED_TITLE = 100
#: A teaser that says only this (a link to what others say of it) says nothing.
_NOTHING = frozenset(
    {"comments", "comment", "read more", "read more…", "read more...", "link", "[link]", "[comments]"}
)

#: What an address holds by mistake only.
_INVISIBLE = re.compile("[\0-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")

_URL: TypeAdapter[str] = TypeAdapter(WebUrl)
#: Nothing to be resolved.
_ABSOLUTE = re.compile("https?://[^/?#]")


def made_entry(
    *,
    identity: str,
    link: str | None,
    title: str,
    texts: Iterable[str],
    published: datetime | None,
    image: str | None = None,
) -> Entry:
    """`title` and `texts` as markup; the first of the texts that says more than the title is the teaser."""
    name = clean(title)
    teaser = next((text for text in map(_teaser, texts) if text and text != name), "")
    name = name or shortened(excerpt(teaser, _LONGEST_MADE_TITLE), _LONGEST_MADE_TITLE) or _spelled(link)
    return Entry(
        id=clean(identity)[:_LONGEST_ID],
        link=link and _onward(link),
        title=shortened(name, _LONGEST_TITLE),
        teaser="" if teaser == name else teaser,
        published=published,
        image=image,
    )


def feed_title(markup: str) -> str:
    """It names each article's source, so it is no place for a text."""
    return shortened(clean(markup), _LONGEST_FEED_TITLE)


def with_own_ids(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """An id that entries with different links share tells none of them apart, so they have none."""
    entries = tuple(entries)
    links = Counter(name for name, _ in {(entry.id, entry.link) for entry in entries})
    return tuple(entry if links[entry.id] == 1 else entry.model_copy(update={"id": ""}) for entry in entries)


def web_url(said: object, base: str) -> str | None:
    """An absolute http(s) address, or None. In feeds they are padded, broken over lines, hold spaces, and their
    ampersands are escaped once too often."""
    if not isinstance(said, str) or not (said := _INVISIBLE.sub("", said).strip().replace(" ", "%20")):
        return None
    said = said.replace("&amp;", "&")
    try:
        url = _URL.validate_python(said if _ABSOLUTE.match(said) else urljoin(base, said))
    except (ValidationError, ValueError):
        return None
    # The rules for addresses forgive more than a link's readers would: "http:s//e.example" is one by them.
    return url if url.lower().startswith(("http://", "https://")) else None


def _onward(link: str) -> str:
    """Where it leads, unless that is no address: one such entry would cost the feed all the others."""
    bare = without_tracking(link)
    return bare if bare == link or is_web_url(bare) else link


def _teaser(markup: str) -> str:
    text = excerpt(clean(markup))
    return "" if text.lower() in _NOTHING else text


def _spelled(link: str | None) -> str:
    return clean(link.partition("://")[2].rstrip("/")) if link else ""
