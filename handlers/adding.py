"""Editors add feeds: by an address, which may be that of a page."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

from telegram import Update
from telegram.constants import ChatType

from bot.domain.article import Added
from bot.domain.category import Category, find_category, nearest_slugs
from bot.domain.feed import Failure, Feed, Mode, mark_of
from bot.domain.subscription import Address
from bot.rendering import adding as words
from bot.rendering.feed_actions import FileFeed
from bot.storage.offers import Offer
from bot.telegram.context import Context, chat_of, message_of
from bot.telegram.progress import Progress
from handlers import feeding, importing

#: Seconds that a feed may take which another process asks.
_PATIENCE = 40
_SCHEME = re.compile(r"(?:feed:)?(https?|feed)?://|feed:", re.I)
_ALIKE = 0.75


@dataclass(frozen=True, slots=True)
class Request:
    """What stands behind `/addfeed`: an address, words for a category, and what becomes of new articles, if that is
    said. `several`: there are more addresses, which are among the words."""

    address: str = ""
    category: str = ""
    mode: Mode | None = None
    several: bool = False


def read_request(text: str) -> Request:
    """`URL CATEGORY review`, of which any may be missing, and the first two may change places."""
    parts = text.split()
    addresses = list(dict.fromkeys(filter(_may_be_address, parts)))
    address = addresses[0] if addresses else ""
    parts = [part for part in parts if part != address]
    mode = Mode(parts.pop().casefold()) if parts and parts[-1].casefold() in set(Mode) else None
    return Request(address, " ".join(parts), mode, len(addresses) > 1)


async def add(update: Update, context: Context) -> None:
    """`/addfeed URL CATEGORY`, or with a file, or as a reply to one."""
    message = message_of(update)
    if message is None:
        return
    request = read_request(context.text(update))
    document = message.document or (message.reply_to_message.document if message.reply_to_message else None)
    if document and not request.address:
        mode = request.mode or Mode.AUTO
        await importing.add_file(update, context, document, request.category, mode, desk(update, context))
    elif request.several:
        await context.reply(update, words.one_at_a_time())
    elif request.address:
        progress = await context.begin(update, words.looking(request.address))
        context.in_background(_find(context, request, progress, desk(update, context)), progress)
    else:
        await context.reply(update, words.how_to_add(await _no_address(context, request.category)))


async def file_offered(update: Update, context: Context) -> None:
    """A category was chosen for a feed, or one that was removed is added again."""
    if not isinstance(context.action, FileFeed):
        return
    offer = await context.services.offers.get(context.action.offer)
    category = await context.services.categories.get(context.action.slug)
    if offer is None or category is None or len(offer.urls) != 1:
        await context.note(update, words.no_longer_offered(), alert=True)
        return
    await context.note(update)
    progress = context.pressed(update)
    context.in_background(_add(context, offer, category.slug, (), progress), progress)


def desk(update: Update, context: Context) -> Address | None:
    """Drafts come to the group in which a feed was added; else to the owners, wherever they are."""
    return None if chat_of(update).type == ChatType.PRIVATE else context.here(update)


async def _find(context: Context, request: Request, progress: Progress, desk: Address | None) -> None:
    """A feed without a category is kept while the editor chooses one, unless it has one from before. What is not said
    of a feed that is here stays as it is: above all, that its articles are reviewed, and where."""
    found = await context.services.discovery.find(request.address)
    if isinstance(found, Failure):
        await progress.show(words.not_found(request.address, found))
        return
    categories = await context.services.categories.all()
    request = _meant(request, categories)
    known = await context.services.feeds.get(found.url)
    if known and not request.category and not request.mode:
        await progress.show(await feeding.page(context, known, words.known()))
        return
    offer = Offer(
        urls=(found.url,),
        name=(known and known.name) or found.document.title,
        mode=request.mode or (known.mode if known else Mode.AUTO),
        desk=desk or (known.desk if known else None),
    )
    if category := find_category(request.category or (known.category if known else ""), categories):
        await _add(context, offer, category.slug, found.others, progress)
        return
    mark, nearest = mark_of(found.url), nearest_slugs(request.category, categories)
    await context.services.offers.keep(mark, offer)
    name, count = found.document.title or found.url, len(found.document.entries)
    await progress.show(words.choose_category(mark, name, count, categories, request.category, nearest))


async def _add(context: Context, offer: Offer, slug: str, others: Sequence[str], progress: Progress) -> None:
    """And asks it at once, so that the editor sees what comes of it."""
    (url,) = offer.urls
    feed = Feed(url=url, category=slug, mode=offer.mode, name=offer.name, desk=offer.desk)
    added = await context.services.feeds.add(feed)
    taken = None
    if added is Added.NEW:
        await progress.show(words.reading(feed, await feeding.name_of(context, slug)))
        taken = await _ask(context, url)
    feed = await context.services.feeds.get(url) or feed
    told = {Added.NEW: words.added(feed, taken, others), Added.CHANGED: words.changed(), Added.KNOWN: words.known()}
    await progress.show(await feeding.page(context, feed, told[added]))


async def _ask(context: Context, url: str) -> int | None:
    """How many articles or drafts it brought; None where another process has been faster."""
    if checked := await context.services.feeds.check_now(url):
        return checked.haul.taken
    for _ in range(_PATIENCE):
        if (await context.services.feeds.health(url)).checked:
            break
        await asyncio.sleep(1)
    return None


async def _no_address(context: Context, words: str) -> str:
    """What was meant as one, if anything but a category was said."""
    categories = await context.services.categories.all()
    return words.split()[0] if words and not find_category(words, categories) else ""


def _meant(request: Request, categories: Sequence[Category]) -> Request:
    """Who misspells `review` behind a category does not want its articles to go out at once."""
    before, _, last = request.category.rpartition(" ")
    if find_category(request.category, categories) or not find_category(before, categories):
        return request
    if not get_close_matches(last.casefold(), [Mode.REVIEW], cutoff=_ALIKE):
        return request
    return replace(request, category=before, mode=Mode.REVIEW)


def _may_be_address(word: str) -> bool:
    """A slug has neither a dot nor a colon; what has another scheme, or a mailbox, is no address of the web."""
    if "://" in word or word.casefold().startswith("feed:"):
        return bool(_SCHEME.match(word))
    return ("." in word or ":" in word) and "@" not in word.partition("/")[0]
