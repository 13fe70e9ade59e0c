"""Every Redis key of the product, and what lies under it.

All keys share one hash tag, so that transactions and scripts over several of them run on a Redis Cluster too
(https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#hash-tags).
"""

import hashlib
import zlib

from bot.domain.delivery import Cause
from bot.domain.edition import Urgency
from bot.domain.subscription import Address

_TAG = "{newsbot}"
#: Small hashes are stored as lists, at a fifth of the memory of large ones, so that what there is much of is divided
#: among many: https://redis.io/docs/latest/operate/oss_and_stack/management/optimization/memory-optimization/
RECORDS_TOGETHER = 64
_NUMBERS_BUCKETS = 16384
#: So that those of a feed stay small hashes for about a year of news.
_ENTRIES_BUCKETS = 16
RECEIPTS_A_PAGE = 64

ARTICLES = f"{_TAG}:articles"  # hash: article id -> "<arrived ms>:<1 if owed>:<JSON>"
ARRIVALS = f"{_TAG}:articles:arrivals"  # sorted set: article id by arrival
UNLISTED = f"{_TAG}:articles:unlisted"  # sorted set: article id by arrival, of those that are not among the arrivals
JOINED = f"{_TAG}:articles:joined"  # hash: id of one that tells the same as another -> the id of that
REMOVED = f"{_TAG}:articles:removed"  # set: the ids of those that were taken back
CHANGES = f"{_TAG}:articles:changes"  # stream: what was stored or removed, for the search indexes

CLOCK = f"{_TAG}:clock"  # string: the latest millisecond that was told to be over

CATEGORIES = f"{_TAG}:categories"  # hash: slug -> JSON
CATEGORY_ORDER = f"{_TAG}:categories:order"  # sorted set: slug by position

FEEDS = f"{_TAG}:feeds"  # hash: URL -> JSON
FEED_HEALTH = f"{_TAG}:feeds:health"  # hash: URL -> JSON
FEEDS_DUE = f"{_TAG}:feeds:due"  # sorted set: URL by the ms at which it may be asked next
FEED_LEASES = f"{_TAG}:feeds:leases"  # sorted set: URL by the ms until which somebody has it
FEED_HOSTS = f"{_TAG}:feeds:hosts"  # sorted set: host by the ms before which it is not asked again
FEEDS_IN_TROUBLE = f"{_TAG}:feeds:trouble"  # set: URL
FEED_POLLS = f"{_TAG}:feeds:polls"  # hash: outcome -> how many polls came to it

DRAFTS = f"{_TAG}:drafts"  # sorted set: the ids of those that wait to be published, by since when (ms)
BEGUN = f"{_TAG}:begun"  # hash: chat id:message id -> the process that is to make it another
SAVERS = f"{_TAG}:saved"  # set: the private chats that have saved articles

INQUIRIES = f"{_TAG}:inquiries"  # sorted set: id of a question without an answer, by how many chats have asked it
INQUIRY_QUESTIONS = f"{_TAG}:inquiries:questions"  # hash: its id -> as it was asked first
INQUIRY_TIMES = f"{_TAG}:inquiries:times"  # sorted set: "<id> <address>" by when it was asked there (ms)
INQUIRY = f"{_TAG}:inquiry:"  # and its id: hash: address -> what was asked there, as JSON
INQUIRIES_OF = f"{_TAG}:inquiries:of:"  # and a chat's id: set: "<id> <address>", for what was asked there
INQUIRY_ANSWER = f"{_TAG}:inquiry:answer:"  # and its id: string: what an editor has answered, as JSON

RECORDS = f"{_TAG}:subscriptions:"  # and a number divided by RECORDS_TOGETHER: see `record`
LAST_NUMBER = f"{_TAG}:subscriptions:last"  # counter
WORDS = f"{_TAG}:subscriptions:words"  # hash: slug, zone, language, … -> the number that records have for it
DUE_MINUTES = f"{_TAG}:subscriptions:due"  # sorted set: the minutes (since 1970) at which any digest is due

DUE = f"{_TAG}:subscriptions:due:"  # and such a minute: set: the numbers of those whose digest is due then

MUTING = f"{_TAG}:subscriptions:muting"  # bitmap: the numbers of those who have muted anything

PLANS = f"{_TAG}:plans"  # stream: published articles whose recipients are not yet in the outbox
NEWCOMERS = f"{_TAG}:plans:newcomers"  # sorted set: who is settled past an unfinished plan, by until when (ms)
LATER = f"{_TAG}:outbox:later"  # sorted set: postponed deliveries by the second at which they are due
DOUBTS = f"{_TAG}:outbox:doubts"  # sorted set: deliveries to chats found unreachable, by the second of the verdict
BREAKER = f"{_TAG}:outbox:breaker"  # string: when and why sending rests, as JSON
COUNTERS = f"{_TAG}:outbox:counters"  # hash: outcome -> how many
OUTCOMES = f"{_TAG}:outbox:outcomes:"  # and a minute since 1970: hash: outcome -> how many tries came to it then
REFUSED = f"{_TAG}:outbox:refused"  # hash: id of an edition that Telegram does not take -> "<seconds>:<why>"
PACE = f"{_TAG}:pace"  # hash: the next free sending slots and what Telegram's refusals made of the rate
FLOODS = f"{_TAG}:pace:floods"  # sorted set: chats for which Telegram has just asked to wait

RECEIVER = f"{_TAG}:receiver"  # string: the name of the process that polls for updates


def arrivals_in(slug: str) -> str:
    """Sorted set: article ids of a category by arrival."""
    return f"{_TAG}:category:{slug}:arrivals"


def owed_in(slug: str) -> str:
    """Sorted set: those of them that readers are owed, as imported ones are not."""
    return f"{_TAG}:category:{slug}:owed"


def joined_with(article_id: str) -> str:
    """Hash: the ids of those that have joined this article -> as among ARTICLES; 0 if they never arrived."""
    return f"{_TAG}:article:{article_id}:joined"


def subscribers_of(slug: str) -> str:
    """Bitmap: the numbers of those subscribed to a category."""
    return f"{_TAG}:category:{slug}:subscribers"


def instant_subscribers_of(slug: str) -> str:
    """Bitmap: the numbers of those who want a category's articles at once."""
    return f"{_TAG}:category:{slug}:instant"


def let_through(slug: str) -> str:
    """Bitmap: the numbers of those for whom they are held at present, but for breaking news."""
    return f"{_TAG}:category:{slug}:through"


def record(number: int) -> tuple[str, str]:
    """Hash, and the field in it, of a packed subscription, see records.py."""
    return f"{RECORDS}{number // RECORDS_TOGETHER}", str(number % RECORDS_TOGETHER)


def records_until(number: int) -> list[str]:
    """The hashes of all subscriptions up to this number."""
    return [record(first)[0] for first in range(0, number + 1, RECORDS_TOGETHER)]


def numbers(chat_id: int) -> str:
    """Hash: address -> number, for those of this chat and of some others."""
    return f"{_TAG}:subscriptions:numbers:{zlib.crc32(str(chat_id).encode()) % _NUMBERS_BUCKETS}"


def address(address: Address) -> str:
    """Not a key: the field for an address among the numbers."""
    return f"{address.chat_id}:{address.thread_id}" if address.thread_id else str(address.chat_id)


def due(minute: int) -> str:
    """Set: the numbers of those whose digest is due at a minute (since 1970)."""
    return f"{DUE}{minute}"


def parked(cause: Cause) -> str:
    """Sorted set: the numbers of those parked for a cause, by the ms since when."""
    return f"{_TAG}:subscriptions:parked:{cause.value}"


def heir(number: int) -> str:
    """String: the number of the subscription with which this one was joined, when its group became a supergroup."""
    return f"{_TAG}:subscriptions:heir:{number}"


def talk(address: Address) -> str:
    """String: when (the store's ms) people last wrote to each other there; gone after an hour."""
    return f"{_TAG}:chat:{address.chat_id}:{address.thread_id or ''}:talk"


def heard(chat_id: int) -> str:
    """String: when (the store's ms) this chat last showed that it can be written to; gone after a day."""
    return f"{_TAG}:chat:{chat_id}:heard"


def managed_by(person: int) -> str:
    """String: the chat that a person sets up from their private one, as JSON; gone after an hour."""
    return f"{_TAG}:managed:{person}"


def asked(address: Address, person: int) -> str:
    """String: what this person writes there next is a word to mute; gone after five minutes."""
    return f"{_TAG}:chat:{address.chat_id}:{address.thread_id or ''}:asked:{person}"


def refused(chat_id: int, person: int) -> str:
    """String: this person has been told within the hour that others change what comes to this chat."""
    return f"{_TAG}:chat:{chat_id}:refused:{person}"


def saved(chat_id: int) -> str:
    """Sorted set: the articles that the person of this private chat has saved, by when (ms)."""
    return f"{_TAG}:chat:{chat_id}:saved"


def exchanges(chat_id: int) -> str:
    """Sorted set: the ids of what was asked in a chat, by when (ms); gone two days after the last."""
    return f"{_TAG}:chat:{chat_id}:exchanges"


def exchange(chat_id: int, exchange_id: str) -> str:
    """Hash: what was asked and answered, as JSON, and which of its buttons were pressed; gone after two days."""
    return f"{_TAG}:chat:{chat_id}:exchange:{exchange_id}"


def inquiry(inquiry_id: str) -> str:
    return f"{INQUIRY}{inquiry_id}"


def inquiries_of(chat_id: int) -> str:
    return f"{INQUIRIES_OF}{chat_id}"


def inquiry_answer(inquiry_id: str) -> str:
    return f"{INQUIRY_ANSWER}{inquiry_id}"


def inquiries_today(chat_id: int) -> str:
    """String: how many new questions without an answer came from a chat since it was made, a day ago at most."""
    return f"{_TAG}:chat:{chat_id}:inquiries"


def feed_entries(url: str) -> list[str]:
    """Hashes: digest of an identity (8 bytes) -> digest of its words (4 bytes), and the id of its article. Behind
    those of the present, as many with what was noted before these were begun."""
    feed = f"{_TAG}:feed:{_short(url)}"
    first = [f"{feed}:entries:{bucket}" for bucket in range(_ENTRIES_BUCKETS)]
    return first + [f"{name}:before" for name in first]


def _short(url: str) -> str:
    return hashlib.blake2b(url.encode(), digest_size=8).hexdigest()


def pushing(url: str) -> str:
    """Hash: when (ms) a feed's hub was asked to push its news, until when it does, and when it last did."""
    return f"{_TAG}:feed:{_short(url)}:pushing"


def pushed_to(token: str) -> str:
    """String: the feed whose news are pushed to the address that ends in this."""
    return f"{_TAG}:feeds:pushed:{token}"


def draft(draft_id: str) -> str:
    """String: a draft as JSON."""
    return f"{_TAG}:draft:{draft_id}"


def unfinished_draft(editor: int) -> str:
    """String: the id of the draft whose text may go on in this editor's next message."""
    return f"{_TAG}:draft:unfinished:{editor}"


def unfinished_answer(editor: int) -> str:
    """String: the id of the inquiry whose answer may go on in this editor's next message."""
    return f"{_TAG}:inquiry:unfinished:{editor}"


def edited_draft(address: Address, editor: int) -> str:
    """String: `123|{draft}`: whose place this editor's next text there takes; in front, its message's id when it has
    come."""
    return f"{_TAG}:draft:edited:{address.chat_id}:{address.thread_id or ''}:{editor}"


def edition(edition_id: str) -> str:
    """String: what is sent, edited or deleted, as JSON."""
    return f"{_TAG}:edition:{edition_id}"


def recall(edition_id: str) -> str:
    """String: the id of the edition that takes this one back, or brings in line what was on its way."""
    return f"{_TAG}:edition:{edition_id}:recall"


def receipt(edition_id: str, number: int) -> tuple[str, str]:
    """A page of up to 64 receipts, a hash, and the field in it: the message id of what was sent to a subscription,
    or how else the delivery has ended."""
    page, field = divmod(number, RECEIPTS_A_PAGE)
    return f"{_TAG}:edition:{edition_id}:receipts:{page}", str(field)


def receipt_pages(edition_id: str) -> str:
    """Set: the pages of receipts that an edition has."""
    return f"{_TAG}:edition:{edition_id}:receipts"


def editions_of(article_id: str) -> str:
    """Set: the editions that carry an article."""
    return f"{_TAG}:article:{article_id}:editions"


def outbox(urgency: Urgency) -> str:
    """Stream: chunks of recipients of an edition."""
    return f"{_TAG}:outbox:{urgency}"


def marks(urgency: Urgency, entry_id: str) -> str:
    """String: one byte for each recipient of a chunk, see domain.edition.Mark."""
    return f"{_TAG}:outbox:{urgency}:marks:{entry_id}"


def outcomes(minute: int) -> str:
    """Hash: outcome -> how many tries came to it in that minute since 1970."""
    return f"{OUTCOMES}{minute}"


def chat(chat_id: int) -> str:
    """String: when the chat may be sent to again, see storage.pace."""
    return f"{_TAG}:pace:chat:{chat_id}"


def fan_out(entry_id: str) -> str:
    """Hash: how far (byte of the bitmap) the recipients of a plan are in the outbox; how many have left it."""
    return f"{_TAG}:plans:cursor:{entry_id}"


def newcomer(number: int, slug: str) -> str:
    """Not a key: a member of NEWCOMERS."""
    return f"{number}:{slug}"


def presence(consumer: str) -> str:
    """String that lives as long as the process of that name."""
    return f"{_TAG}:alive:{consumer}"


def update(update_id: int) -> str:
    """String: this update of Telegram's has been handled."""
    return f"{_TAG}:update:{update_id}"


def offer(mark: str) -> str:
    """String: feeds that an editor has been asked about, as JSON; expires."""
    return f"{_TAG}:offer:{mark}"
