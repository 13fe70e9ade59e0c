"""Editors look after feeds: the list, a feed's own page, and what its buttons do."""

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from telegram import Update

from bot.domain.feed import Feed, Mode
from bot.domain.link import canonical
from bot.domain.message import Message
from bot.ingest.discovery import completed
from bot.ingest.opml import write_outlines
from bot.rendering import adding
from bot.rendering import feeds as words
from bot.rendering.feed_actions import FeedTask, ListFeeds, ManageFeed
from bot.rendering.wording import language
from bot.storage.offers import Offer
from bot.telegram.context import Context
from bot.telegram.progress import Progress


async def feeds(update: Update, context: Context) -> None:
    await context.reply(update, await _list(context, 0))


async def turn_page(update: Update, context: Context) -> None:
    if isinstance(context.action, ListFeeds):
        await context.note(update)
        await context.replace(update, await _list(context, context.action.skip))


async def export(update: Update, context: Context) -> None:
    await context.note(update)
    known = await context.services.feeds.all()
    content = write_outlines(known, await context.services.categories.all())
    await context.reply(update, words.exported(content, len(known)))


async def remove(update: Update, context: Context) -> None:
    """`/removefeed URL`."""
    word = context.text(update)
    if not word:
        await context.reply(update, adding.how_to_remove())
    elif feed := await _find(context, word):
        await context.reply(update, await _removed(update, context, feed))
    else:
        await context.reply(update, words.no_such_feed(word, await _of_its_site(context, word)))


async def manage(update: Update, context: Context) -> None:
    """What a button of a feed's page does; shows the page as it is then."""
    action = context.action
    if not isinstance(action, ManageFeed):
        return
    feed = await context.services.feeds.marked(action.feed)
    if feed is None:
        await context.note(update, words.feed_gone(), alert=True)
        return
    tasks: dict[FeedTask, Callable[[Update, Context, Feed, str], Awaitable[Message | None]]] = {
        FeedTask.SHOW: _show,
        FeedTask.CHECK: _check,
        FeedTask.MODE: _set_mode,
        FeedTask.CATEGORY: _set_category,
        FeedTask.REMOVE: _remove,
    }
    shown = await tasks[action.task](update, context, feed, action.arg)
    await context.note(update, "" if shown else words.checking())
    if shown:
        await context.replace(update, shown)


async def page(context: Context, feed: Feed, news: str = "") -> Message:
    """Its own page; `news`: what has just been done with it."""
    health, category = await context.services.feeds.health(feed.url), await name_of(context, feed.category)
    return words.feed_page(feed, health, await context.services.clock.now(), category, news=news)


async def name_of(context: Context, slug: str) -> str:
    category = await context.services.categories.get(slug)
    return category.called(language()) if category else slug


async def _show(update: Update, context: Context, feed: Feed, _: str) -> Message:
    return await page(context, feed)


async def _check(update: Update, context: Context, feed: Feed, _: str) -> None:
    """In the background, since its server may take its time."""
    progress = context.pressed(update)
    context.in_background(_check_and_show(context, feed, progress), progress)


async def _check_and_show(context: Context, feed: Feed, progress: Progress) -> None:
    checked = await context.services.feeds.check_now(feed.url)
    news = words.checked(checked.haul.taken) if checked and not checked.health.failure else ""
    await progress.show(await page(context, checked.feed if checked else feed, news))


async def _set_mode(update: Update, context: Context, feed: Feed, mode: str) -> Message:
    if mode not in set(Mode):
        return await page(context, feed)
    wanted = Mode(mode)
    changed = await context.services.feeds.change(feed.url, lambda one: one.model_copy(update={"mode": wanted}))
    return await page(context, changed or feed)


async def _set_category(update: Update, context: Context, feed: Feed, slug: str) -> Message:
    categories = await context.services.categories.all()
    if slug not in {category.slug for category in categories}:
        return words.choose_category(feed, categories)
    changed = await context.services.feeds.change(feed.url, lambda one: one.model_copy(update={"category": slug}))
    return await page(context, changed or feed)


async def _remove(update: Update, context: Context, feed: Feed, sure: str) -> Message:
    return await _removed(update, context, feed) if sure else words.ask_to_remove(feed)


async def _removed(update: Update, context: Context, feed: Feed) -> Message:
    """With a button that undoes it."""
    offer = Offer(urls=(feed.url,), name=feed.name, mode=feed.mode, desk=feed.desk)
    await context.services.offers.keep(feed.mark, offer)
    await context.services.feeds.remove(feed.url)
    return words.removed(feed, adding.again(feed.mark, feed.category))


async def _find(context: Context, word: str) -> Feed | None:
    """By its address, however that is written, or by its name, if only one has it."""
    found = await context.services.feeds.all()
    if here := [one for one in found if one.url in {word, completed(word)}]:
        return here[0]
    alike = [one for one in found if canonical(one.url) == canonical(completed(word))]
    called = [one for one in found if one.name.casefold() == word.casefold()]
    return next((some[0] for some in (alike, called) if len(some) == 1), None)


async def _of_its_site(context: Context, word: str) -> list[Feed]:
    """Those that the editor may have meant: of the page that led to one, or of this name."""
    host, name = _host(completed(word)), word.casefold()
    return [
        one for one in await context.services.feeds.all() if _host(one.url) == host or one.name.casefold() == name
    ]


def _host(url: str) -> str:
    try:
        return (urlsplit(url).netloc.rpartition("@")[2]).removeprefix("www.").casefold()
    except ValueError:
        return ""


async def _list(context: Context, skip: int) -> Message:
    found = await context.services.feeds.all()
    healths = await context.services.feeds.healths([feed.url for feed in found])
    told = [(feed, healths[feed.url]) for feed in found]
    categories, now = await context.services.categories.all(), await context.services.clock.now()
    return words.feed_list(told, categories, now, skip=skip)
