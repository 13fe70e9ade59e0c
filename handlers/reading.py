"""Reading what is stored: the newest, one in full, a search."""

from telegram import Update

from bot.domain.category import find_category, nearest_slugs
from bot.domain.message import Message
from bot.rendering import articles, digests, menus, posting, subscribing
from bot.rendering.actions import ReadArticle, ShowLatest, ShowMore
from bot.telegram.context import Context

_FOUND = 5
_NEWEST = 6


async def latest(update: Update, context: Context) -> None:
    """`/latest` offers the categories, `/latest SLUG` shows one."""
    word = context.text(update)
    found = await context.services.categories.all()
    if category := find_category(word, found):
        await context.reply(update, await _page(context, category.slug, 0))
    elif word:
        await context.reply(update, subscribing.no_such_category(word, nearest_slugs(word, found)))
    else:
        await latest_all(update, context)


async def latest_all(update: Update, context: Context) -> None:
    page = await _page(context, "", 0)
    await context.reply(update, page, menus.choose_latest(await context.services.categories.all()))


async def turn_page(update: Update, context: Context) -> None:
    if isinstance(context.action, ShowLatest):
        await context.note(update)
        await context.replace(update, await _page(context, context.action.slug, max(0, context.action.skip)))


async def article(update: Update, context: Context) -> None:
    article_id = context.text(update)
    if article_id:
        await show(update, context, article_id)
    else:
        await context.reply(update, articles.which(await context.services.articles.latest(count=_NEWEST)))


async def read_here(update: Update, context: Context) -> None:
    if not isinstance(context.action, ReadArticle):
        return
    if await context.is_draft(update, context.action.id):
        await context.note(update, posting.not_published_yet(), alert=True)
        return
    await context.note(update)
    await show(update, context, context.action.id)


async def show_more(update: Update, context: Context) -> None:
    """Of a digest."""
    if isinstance(context.action, ShowMore):
        await context.note(update)
        more = await context.services.articles.more_of(context.action.edition, context.action.skip)
        await context.reply(update, more or digests.no_more())


async def search(update: Update, context: Context) -> None:
    words = context.text(update)
    if not words:
        await context.reply(update, menus.search_what())
        return
    found = await context.services.questions.search(words, limit=_FOUND)
    shown = articles.article_list(articles.found_heading(), found, context.services.links)
    await context.reply(update, shown if found else menus.found_nothing(words))


async def show(update: Update, context: Context, article_id: str) -> None:
    """IDs that the bot makes are in small letters, which a phone begins with a capital."""
    found = await context.services.articles.get_many([article_id, article_id.lower()])
    if found:
        await context.reply(update, articles.whole(found[0], await context.names(), context.services.links))
    else:
        await context.reply(update, articles.not_stored())


async def _page(context: Context, slug: str, skip: int) -> Message:
    category = await context.services.categories.get(slug) if slug else None
    total = await context.services.articles.count(slug or None)
    found = await context.services.articles.latest(slug or None, skip=skip, count=articles.PAGE)
    if not found:
        return menus.nothing_yet(category)
    return articles.article_list(
        articles.newest_heading(category), found, context.services.links, slug=slug, skip=skip, total=total
    )
