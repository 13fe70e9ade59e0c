"""Every Redis key of the product, and what lies under it.

All keys share one hash tag, so that transactions and scripts over several of them run on a Redis Cluster too
(https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#hash-tags).
"""

from bot.domain.subscription import Address

_TAG = "{newsbot}"

ARTICLES = f"{_TAG}:articles"  # hash: article id -> "<arrived ms>:<1 if owed>:<JSON>"
ARRIVALS = f"{_TAG}:articles:arrivals"  # sorted set: article id by arrival
CHANGES = f"{_TAG}:articles:changes"  # stream: what was stored or removed, for the search indexes

CATEGORIES = f"{_TAG}:categories"  # hash: slug -> JSON
CATEGORY_ORDER = f"{_TAG}:categories:order"  # sorted set: slug by position
FEEDS = f"{_TAG}:feeds"  # hash: URL -> category slug

SUBSCRIPTIONS = f"{_TAG}:subscriptions"  # hash: number -> JSON
NUMBERS = f"{_TAG}:subscriptions:numbers"  # hash: address -> number
LAST_NUMBER = f"{_TAG}:subscriptions:last"  # counter
DUE = f"{_TAG}:subscriptions:due"  # sorted set: number by the second at which its digest is due

PLANS = f"{_TAG}:plans"  # stream: published articles whose recipients are not yet in the outbox
OUTBOX = f"{_TAG}:outbox"  # stream: chunks of recipients of an edition
LATER = f"{_TAG}:outbox:later"  # sorted set: postponed deliveries by the second at which they are due
COUNTERS = f"{_TAG}:outbox:counters"  # hash: outcome -> how many
PACE = f"{_TAG}:outbox:pace"  # the time, in microseconds, of the next free sending slot


def arrivals_in(slug: str) -> str:
    """Sorted set: article ids of a category by arrival."""
    return f"{_TAG}:category:{slug}:arrivals"


def owed_in(slug: str) -> str:
    """Sorted set: those of them that readers are owed, as imported ones are not."""
    return f"{_TAG}:category:{slug}:owed"


def subscribers_of(slug: str) -> str:
    """Bitmap: the numbers of those subscribed to a category."""
    return f"{_TAG}:category:{slug}:subscribers"


def instant_subscribers_of(slug: str) -> str:
    """Bitmap: the numbers of those who want a category's articles at once."""
    return f"{_TAG}:category:{slug}:instant"


def address(address: Address) -> str:
    """Not a key: the field of NUMBERS for an address."""
    return f"{address.chat_id}:{address.thread_id or 0}"


def draft(draft_id: str) -> str:
    """String: a draft as JSON."""
    return f"{_TAG}:draft:{draft_id}"


def unfinished_draft(editor: int) -> str:
    """String: the id of the draft whose text may go on in this editor's next message."""
    return f"{_TAG}:draft:unfinished:{editor}"


def edition(edition_id: str) -> str:
    """String: what is sent, edited or deleted, as JSON."""
    return f"{_TAG}:edition:{edition_id}"


def recall(edition_id: str) -> str:
    """String: the id of the edition that takes this one back."""
    return f"{_TAG}:edition:{edition_id}:recall"


def receipts(edition_id: str) -> str:
    """Hash: subscription number -> message id of what was sent."""
    return f"{_TAG}:edition:{edition_id}:receipts"


def editions_of(article_id: str) -> str:
    """Set: the editions that carry an article."""
    return f"{_TAG}:article:{article_id}:editions"


def marks(entry_id: str) -> str:
    """String: one byte for each recipient of a chunk, see domain.edition.Mark."""
    return f"{_TAG}:outbox:marks:{entry_id}"


def fan_out(entry_id: str) -> str:
    """String: how far (byte of the bitmap) the recipients of a plan are in the outbox."""
    return f"{_TAG}:plans:cursor:{entry_id}"


def presence(consumer: str) -> str:
    """String that lives as long as the process of that name."""
    return f"{_TAG}:alive:{consumer}"


def update(update_id: int) -> str:
    """String: this update of Telegram's has been handled."""
    return f"{_TAG}:update:{update_id}"
