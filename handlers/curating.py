"""Editors look after what is published."""

from pydantic import ValidationError
from telegram import Update

from bot.domain.category import Category
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
    """`/retract ID` shows the article and asks."""
    article_id = context.text(update)
    article = await context.services.articles.get(article_id) if article_id else None
    if article:
        await context.reply(update, posting.manage(article))
    else:
        await context.reply(update, posting.no_such_article(article_id) if article_id else posting.retract_which())


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
    new = await context.services.categories.add(category)
    await context.reply(update, posting.category_added(category, new=new))


async def _page(context: Context, skip: int) -> Message:
    total = await context.services.articles.count()
    found = await context.services.articles.latest(skip=skip, count=posting.PAGE)
    return posting.article_list(found, skip=skip, total=total)
