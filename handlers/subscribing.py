"""Choosing categories."""

from datetime import timedelta

from telegram import Update

from bot.domain.subscription import ChatKind
from bot.rendering import articles, menus
from bot.rendering.actions import ToggleCategory
from bot.telegram.context import Context, announce_to_editor


async def start(update: Update, context: Context) -> None:
    """`/start`, also with what a link carried: `sub_SLUG` subscribes, `a_ID` opens an article."""
    payload = context.text(update)
    reader = context.reader(update)
    if context.is_editor(update) and reader.kind is ChatKind.PRIVATE:
        await announce_to_editor(context.bot, reader.address.chat_id)
    if payload.startswith("a_"):
        article = await context.services.articles.get(payload.removeprefix("a_"))
        shown = articles.whole(article, context.services.links) if article else articles.not_stored()
        await context.reply(update, shown)
        return
    if payload.startswith("sub_") and await context.may_manage(update):
        await _subscribe(update, context, [payload.removeprefix("sub_")])
        return
    categories = await context.services.categories.all()
    await context.reply(update, menus.greeting(categories, await context.services.subscriptions.get(reader)))


async def subscribe(update: Update, context: Context) -> None:
    if words := context.text(update).split():
        await _subscribe(update, context, words)
    else:
        await _choose(update, context)


async def unsubscribe(update: Update, context: Context) -> None:
    words = context.text(update).split()
    if not words:
        await _choose(update, context)
        return
    change = await context.services.subscriptions.unsubscribe(context.reader(update), words)
    await context.reply(update, menus.changed(change, await context.services.categories.all(), subscribed=False))


async def toggle(update: Update, context: Context) -> None:
    """A category's button: its keyboard shows the new state in place."""
    if not isinstance(context.action, ToggleCategory):
        return
    reader = context.reader(update)
    if await context.services.categories.get(context.action.slug) is None:
        await context.note(update, menus.stale_button())
        return
    change = await context.services.subscriptions.toggle(reader, context.action.slug)
    await context.note(update, menus.toggled(change))
    await context.refresh_categories(update, await context.services.categories.all(), change.subscription)


async def categories(update: Update, context: Context) -> None:
    found = await context.services.categories.all()
    week_ago = await context.services.clock.now() - timedelta(days=7)
    this_week = {c.slug: await context.services.articles.count_since(c.slug, week_ago) for c in found}
    subscription = await context.services.subscriptions.get(context.reader(update))
    await context.reply(update, menus.category_list(found, subscription, this_week))


async def _subscribe(update: Update, context: Context, words: list[str]) -> None:
    change = await context.services.subscriptions.subscribe(context.reader(update), words)
    await context.reply(update, menus.changed(change, await context.services.categories.all(), subscribed=True))


async def _choose(update: Update, context: Context) -> None:
    subscription = await context.services.subscriptions.get(context.reader(update))
    await context.reply(update, menus.choose_categories(await context.services.categories.all(), subscription))
