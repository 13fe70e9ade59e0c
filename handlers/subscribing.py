"""Choosing categories."""

from datetime import timedelta

from telegram import Update
from telegram.constants import ChatType

from bot.rendering import menus, subscribing
from bot.rendering.actions import SetCategory, ToggleCategory
from bot.telegram.commands import announce_to_chat
from bot.telegram.context import Context, chat_of
from handlers import managing, reading, saving
from handlers.permissions import about_chat, for_managers


async def start(update: Update, context: Context) -> None:
    """`/start`, also with what a link carried: `sub_SLUG` subscribes, `a_ID` opens an article, `m_ID` a chat to set
    up, `saved` the saved articles."""
    openers = {
        "sub_": _subscribe_by_link,
        "a_": _open_article,
        "m_": managing.begin_by_link,
        "saved": saving.list_saved,
    }
    if context.is_editor(update) and chat_of(update).type == ChatType.PRIVATE:
        await announce_to_chat(context.bot, chat_of(update).id, editor=True)
    payload = context.text(update)
    await next((opener for begin, opener in openers.items() if payload.startswith(begin)), _greet)(update, context)


async def _open_article(update: Update, context: Context) -> None:
    await reading.show(update, context, context.text(update).removeprefix("a_"))


@for_managers
async def _subscribe_by_link(update: Update, context: Context) -> None:
    await _subscribe(update, context, [context.text(update).removeprefix("sub_")])


@about_chat
async def _greet(update: Update, context: Context) -> None:
    categories = await context.services.categories.all()
    subscription = await context.services.subscriptions.get(context.reader(update))
    await context.reply(update, menus.greeting(categories, subscription))


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
    await context.reply(
        update, subscribing.changed(change, await context.services.categories.all(), subscribed=False)
    )


async def toggle(update: Update, context: Context) -> None:
    """A category's button: its keyboard shows the new state in place."""
    if not isinstance(context.action, SetCategory | ToggleCategory):
        return
    reader, wanted = context.reader(update), getattr(context.action, "wanted", None)
    if await context.services.categories.get(context.action.slug) is None:
        await context.note(update, menus.stale_button())
        return
    change = await context.services.subscriptions.toggle(reader, context.action.slug, wanted=wanted)
    await context.note(update, subscribing.toggled(change))
    await context.refresh_categories(update, await context.services.categories.all(), change.subscription)


async def categories(update: Update, context: Context) -> None:
    found = await context.services.categories.all()
    week_ago = await context.services.clock.now() - timedelta(days=7)
    this_week = {c.slug: await context.services.articles.count_since(c.slug, week_ago) for c in found}
    subscription = await context.services.subscriptions.get(context.reader(update))
    await context.reply(update, subscribing.category_list(found, subscription, this_week))


async def _subscribe(update: Update, context: Context, words: list[str]) -> None:
    change = await context.services.subscriptions.subscribe(context.reader(update), words)
    await context.reply(update, subscribing.changed(change, await context.services.categories.all(), subscribed=True))


async def _choose(update: Update, context: Context) -> None:
    subscription = await context.services.subscriptions.get(context.reader(update))
    await context.reply(update, subscribing.choose_categories(await context.services.categories.all(), subscription))
