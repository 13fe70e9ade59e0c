"""A feed, what it says, and how it has been doing."""

from datetime import UTC, datetime
from enum import StrEnum
from hashlib import blake2s

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from bot.domain.article import WebUrl
from bot.domain.category import Slug
from bot.domain.subscription import Address


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Mode(StrEnum):
    """What becomes of a new entry: published at once, or a draft that an editor decides on."""

    AUTO = "auto"
    REVIEW = "review"


class Feed(_Value):
    """`url` is where it is fetched; `name` its own title, if it has one; `desk`: the chat that its drafts come to,
    the owners' own where there is none."""

    url: WebUrl
    category: Slug
    mode: Mode = Mode.AUTO
    name: str = ""
    desk: Address | None = None
    added: AwareDatetime = Field(default_factory=lambda: datetime.now(UTC))

    @property
    def mark(self) -> str:
        return mark_of(self.url)


def mark_of(url: str) -> str:
    """Names a feed where its address has no room, as on a button; the same in every process."""
    return blake2s(url.encode(), digest_size=6).hexdigest()


class Fault(StrEnum):
    """Why a feed, or a page, could not be had; worded in rendering/feeds."""

    REFUSED_ADDRESS = "refused_address"  # not a public one
    NO_ADDRESS = "no_address"  # the name is not known
    NO_CONNECTION = "no_connection"
    CERTIFICATE = "certificate"
    TIMEOUT = "timeout"
    TOO_LARGE = "too_large"
    TOO_MANY_REDIRECTS = "too_many_redirects"
    BAD_ANSWER = "bad_answer"  # not HTTP, cut short, an encoding that is none
    STATUS = "status"  # `detail`: the HTTP status
    BLOCKED = "blocked"  # asks for a human: 401, 403, a challenge
    BUSY = "busy"  # 429, 503
    GONE = "gone"  # 410
    NOT_A_FEED = "not_a_feed"
    NOT_AN_ARTICLE = "not_an_article"  # a page without a title; `detail`: what it is, if that is known
    TOO_COSTLY = "too_costly"  # took more processor time or memory than one is given


class Failure(_Value):
    """`retry_after`: seconds that the server asks to wait; `host`: which server that is,
    with its port if that is not the usual one."""

    fault: Fault
    detail: str = ""
    retry_after: float | None = None
    host: str = ""

    @property
    def unasked(self) -> bool:
        """Its server had asked to wait before, so it was left alone; what it answers itself has a status."""
        return self.fault is Fault.BUSY and not self.detail


class Entry(_Value):
    """What a feed says of one article, as clean text and absolute addresses. `id` is its own, "" if it has none or
    shares it with all others; `published` is missing where the feed gives no time, or an impossible one."""

    id: str = ""
    link: WebUrl | None = None
    title: str
    teaser: str = ""
    published: AwareDatetime | None = None
    image: WebUrl | None = None


class Document(_Value):
    """A feed as it was read, its entries in its own order. `ttl`: minutes that it asks to wait between two polls;
    `hub` and `topic`: where its news are pushed from, and its name there (https://www.w3.org/TR/websub/)."""

    title: str = ""
    link: WebUrl | None = None
    entries: tuple[Entry, ...] = ()
    ttl: int | None = None
    hub: WebUrl | None = None
    topic: WebUrl | None = None


class Health(_Value):
    """How a feed has been doing. `etag` and `modified` are sent back byte for byte (RFC 9110, 13.1); `digest` is of
    the last body. `failures` in a row; `gone` feeds are not asked again. `moved`: where it has been redirected to for
    good, `moves` times in a row. `ttl`, `hub` and `topic` as in Document, subscribed to until `leased_until`;
    `pushed`: when news last came that way. `arrivals`: new entries by day (ISO date), four weeks of them."""

    etag: str = ""
    modified: str = ""
    digest: str = ""
    checked: AwareDatetime | None = None
    succeeded: AwareDatetime | None = None
    due: AwareDatetime | None = None
    failures: int = 0
    failure: Failure | None = None
    gone: bool = False
    moved: WebUrl | None = None
    moves: int = 0
    ttl: int | None = None
    hub: WebUrl | None = None
    topic: WebUrl | None = None
    leased_until: AwareDatetime | None = None
    pushed: AwareDatetime | None = None
    arrivals: dict[str, int] = {}

    @property
    def in_trouble(self) -> bool:
        return self.gone or self.failures >= TROUBLE


#: Failures in a row from which on a feed counts as in trouble, and editors are told once.
TROUBLE = 3
