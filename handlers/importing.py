"""Editors bring their feeds along from another reader, as an OPML file.

file → which feeds go where → stored, so that all are due at once → watched until each has been asked once
"""

import asyncio
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta

from telegram import Document, Update

from bot.domain.category import find_category, nearest_slugs
from bot.domain.feed import Failure, Fault, Feed, Health, Mode
from bot.domain.outline import Sorted, sort
from bot.domain.subscription import Address
from bot.ingest.opml import MAX_BYTES
from bot.rendering import adding as words
from bot.rendering.feed_actions import RemoveFailing
from bot.storage.offers import Offer
from bot.telegram.context import Context
from bot.telegram.progress import Progress

#: Between two looks; Telegram lets a message be edited about once a second.
_LOOK = timedelta(seconds=1.5)
#: How long the feeds are watched; those of one site are asked one after the other.
_WATCHED = timedelta(minutes=10)


async def add_file(
    update: Update, context: Context, document: Document, word: str, mode: Mode, desk: Address | None
) -> None:
    """`word`: the category for what lies in no folder that is named after one."""
    name = document.file_name or ""
    categories = await context.services.categories.all()
    default = find_category(word, categories)
    if (document.file_size or 0) > MAX_BYTES:
        await context.reply(update, words.list_too_large(MAX_BYTES))
    elif word and default is None:
        await context.reply(update, words.no_such_category(word, nearest_slugs(word, categories)))
    else:
        content = await (await document.get_file()).download_as_bytearray()
        outlines = await context.services.discovery.listed(bytes(content))
        if outlines is None:
            await context.reply(update, words.no_list(name))
            return
        done = await asyncio.to_thread(sort, outlines, categories, default.slug if default else None)
        imported = await _store(context, name, done, mode, desk)
        progress = await context.begin(update, words.progress(imported))
        context.in_background(_watch(context, imported, progress), progress)


async def remove_failing(update: Update, context: Context) -> None:
    """Those of a file that have never been read."""
    if not isinstance(context.action, RemoveFailing):
        return
    offer = await context.services.offers.get(context.action.offer)
    healths = await context.services.feeds.healths(offer.urls if offer else ())
    removed = [await context.services.feeds.remove(url) for url, health in healths.items() if _failure(health)]
    await _remove_empty(context, offer.categories if offer else ())
    await context.note(update, words.removed_failing(sum(removed)), alert=True)
    await context.drop_buttons(update, RemoveFailing)


async def _remove_empty(context: Context, slugs: Iterable[str]) -> None:
    """Categories that were made for what has been removed, unless they are of use by now."""
    services = context.services
    used = {feed.category for feed in await services.feeds.all()}
    for slug in slugs:
        if (
            slug not in used
            and not await services.articles.count(slug)
            and not await services.subscriptions.count(slug)
        ):
            await services.categories.remove(slug)


async def _store(context: Context, name: str, done: Sorted, mode: Mode, desk: Address | None) -> words.Import:
    """Feeds that are here already stay as they are."""
    for category in done.new:
        await context.services.categories.add(category)
    feeds = [
        Feed(url=outline.url, category=slug, mode=mode, name=outline.name, desk=desk) for outline, slug in done.filed
    ]
    new = set(await context.services.feeds.add_new(feeds))
    added = {feed.url: feed.name or feed.url for feed in feeds if feed.url in new}
    return words.Import(name, added, known=len(done.filed) - len(added), sorted=done)


async def _watch(context: Context, imported: words.Import, progress: Progress) -> None:
    """Whichever process asks the feeds."""
    loop = asyncio.get_running_loop()
    end, unread = loop.time() + _WATCHED.total_seconds(), list(imported.added)
    while True:
        healths = await context.services.feeds.healths(unread)
        unread = [url for url in unread if healths[url].succeeded is None]
        imported = _so_far(imported, len(imported.added) - len(unread), healths)
        if imported.is_done or loop.time() > end:
            break
        await progress.show(words.progress(imported))
        await asyncio.sleep(_LOOK.total_seconds())
    mark = secrets.token_hex(6)
    if imported.added:
        new = tuple(category.slug for category in imported.sorted.new)
        await context.services.offers.keep(mark, Offer(urls=tuple(imported.added), categories=new))
    await progress.show(words.summary(imported, mark))


def _so_far(imported: words.Import, read: int, healths: Mapping[str, Health]) -> words.Import:
    """`healths`: of those that were not read before."""
    failed = {url: failure for url, health in healths.items() if (failure := _failure(health))}
    return replace(imported, read=read, failed=failed)


def _failure(health: Health) -> Failure | None:
    """Why a feed has never been read; None if it has, or has not been asked yet."""
    if health.succeeded or health.checked is None:
        return None
    return health.failure or Failure(fault=Fault.BAD_ANSWER)
