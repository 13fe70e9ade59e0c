"""When articles come."""

from collections.abc import Iterator
from datetime import time

from telegram import Update

from bot.domain.category import Category, find_category, nearest_slugs
from bot.domain.message import Message
from bot.domain.schedule import Kind, Schedule, ScheduleError
from bot.rendering import menus, schedules, subscribing
from bot.rendering.actions import ChooseSchedule, SetCategorySchedule, SetSchedule
from bot.telegram.context import Context

#: Where neither the words nor the chat name a time.
_USUAL = (time(8),)
#: Of a category's name.
_MOST_WORDS = 32


async def schedule(update: Update, context: Context) -> None:
    """`/schedule [CATEGORY] [WHEN]`"""
    words = context.text(update)
    if not words:
        await choose_schedule(update, context)
        return
    categories = await context.services.categories.all()
    held = (await context.services.subscriptions.get(context.reader(update))).schedule
    name, when = split(words, categories, held.times or _USUAL)
    category = find_category(name, categories)
    if name and category is None:
        await context.reply(update, subscribing.no_such_category(name, nearest_slugs(name, categories)))
    elif when is not None:
        await _set_schedule(update, context, when, category)
    elif category and name == words:
        await _choose_for(update, context, category)
    else:
        await context.reply(update, _not_understood(words, categories))


def _not_understood(words: str, categories: list[Category]) -> Message:
    """With schedules for the category that they begin with, if they do."""
    first, *rest = words.split()
    category = find_category(first, categories) if rest else None
    return schedules.no_schedule(" ".join(rest) if category else words, category)


async def choose_schedule(update: Update, context: Context) -> None:
    subscription = await context.services.subscriptions.get(context.reader(update))
    await context.reply(update, schedules.choose_schedule(subscription, await context.services.categories.all()))


async def choose_in_place(update: Update, context: Context) -> None:
    """A category's button under the schedules, or the one that leads back."""
    if not isinstance(context.action, ChooseSchedule):
        return
    await context.note(update)
    subscription = await context.services.subscriptions.get(context.reader(update))
    categories = await context.services.categories.all()
    category = find_category(context.action.slug, categories) if context.action.slug else None
    chosen = (
        schedules.choose_category_schedule(subscription, category)
        if category
        else schedules.choose_schedule(subscription, categories)
    )
    await context.replace(update, chosen)


async def pick_schedule(update: Update, context: Context) -> None:
    if not isinstance(context.action, SetSchedule | SetCategorySchedule):
        return
    slug = context.action.slug if isinstance(context.action, SetCategorySchedule) else None
    category = await context.services.categories.get(slug) if slug else None
    try:
        wanted = Schedule.parse(context.action.words)
    except ScheduleError:
        wanted = None
    if wanted is None or (slug and category is None):
        await context.note(update, menus.stale_button())
        return
    await context.note(update)
    await _set_schedule(update, context, wanted, category)


async def digest(update: Update, context: Context) -> None:
    reader = context.reader(update)
    count = await context.services.changes.send_now(reader)
    subscription = await context.services.subscriptions.get(reader)
    await context.reply(update, menus.digest_coming(count) if count else menus.digest_empty(subscription))


def split(words: str, categories: list[Category], usual: tuple[time, ...] = ()) -> tuple[str, Schedule | None]:
    """What stands before the schedule in these words, and the schedule, if any, at the `usual` times if it names
    none. A category's name may be several words, and may be one that schedules begin with; what is no name is one
    with a slip in it only before a schedule that is one beyond doubt."""
    if find_category(words, categories):
        return words, None
    doubtful: tuple[str, Schedule | None] = "", None
    for name, rest in _splits(words):
        try:
            when = Schedule.parse(rest, usual)
        except ScheduleError:
            continue
        if not name or find_category(name, categories):
            return name, when
        if rest.split()[0].casefold() in list(Kind):
            doubtful = name, when
    return doubtful


def _splits(words: str) -> Iterator[tuple[str, str]]:
    parts = words.split()
    for start in range(min(len(parts), _MOST_WORDS)):
        yield " ".join(parts[:start]), " ".join(parts[start:])


async def _choose_for(update: Update, context: Context, category: Category) -> None:
    subscription = await context.services.subscriptions.get(context.reader(update))
    await context.reply(update, schedules.choose_category_schedule(subscription, category))


async def _set_schedule(update: Update, context: Context, wanted: Schedule, category: Category | None) -> None:
    """Whoever sets when a category comes wants it to come."""
    reader, slug = context.reader(update), category.slug if category else None
    before = await context.services.subscriptions.get(reader)
    if slug:
        await context.services.subscriptions.subscribe(reader, [slug])
    after = await context.services.changes.reschedule(reader, wanted, slug)
    categories = await context.services.categories.all()
    await context.reply(update, schedules.scheduled(before, after, categories, for_all=slug is None))
