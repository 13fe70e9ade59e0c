"""Editors look after what is published."""

from pydantic import ValidationError
from telegram import Update

from bot.domain.category import Category, find_category
from bot.domain.message import Message
from bot.rendering import menus, posting
from bot.rendering.actions import ListArticles, ManageArticle, Retract
from bot.telegram.context import Context


async def articles(update: Update, context: Context) -> None:
    await context.reply(update, await _page(context, 0))


async def turn_page(update: Update, context: Context) -> None:
    if isinstance(context.action, ListArticles):
        await context.note(update)
        await context.replace(update, await _page(context, max(0, context.action.skip)))


async def manage(update: Update, context: Context) -> None:
    if not isinstance(context.action, ManageArticle):
        return
    article = await context.services.articles.get(context.action.id)
    await context.note(update, "" if article else menus.stale_button())
    if article:
        await context.reply(update, posting.manage(article))


async def retract(update: Update, context: Context) -> None:
    """`/retract ID` shows the article and asks; alone, it offers what is published."""
    article_id = context.text(update)
    found = await context.services.articles.get_many([article_id, article_id.lower()]) if article_id else []
    article = found[0] if found else None
    if article:
        await context.reply(update, posting.manage(article))
    elif article_id:
        await context.reply(update, posting.no_such_article(article_id))
    else:
        await articles(update, context)


async def retract_now(update: Update, context: Context) -> None:
    if not isinstance(context.action, Retract):
        return
    reached = await context.services.articles.retract(context.action.id)
    await context.note(update, "" if reached is not None else "It was taken back already.")
    if reached is not None:
        await context.replace(update, posting.retracted(reached))


async def add_category(update: Update, context: Context) -> None:
    slug, _, name = context.text(update).partition(" ")
    try:
        category = Category(slug=slug.casefold(), name=name or slug.title())
    except ValidationError:
        await context.reply(update, posting.how_to_add_category())
        return
    found = await context.services.categories.all()
    if "all" in (category.slug, category.name.casefold()):  # means every category wherever one is named
        await context.reply(update, posting.how_to_add_category())
        return
    same = find_category(category.slug, found) or find_category(category.name, found)
    if same is None:
        await context.services.categories.add(category)
    await context.reply(update, posting.category_added(same or category, new=same is None))


async def _page(context: Context, skip: int) -> Message:
    total = await context.services.articles.count()
    found = await context.services.articles.latest(skip=skip, count=posting.PAGE)
    return posting.article_list(found, skip=skip, total=total)
