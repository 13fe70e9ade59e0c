"""What the buttons of /settings set."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from zoneinfo import available_timezones

from telegram import Update

from bot.domain.digest import Form
from bot.domain.muting import mark_of
from bot.domain.schedule import Schedule
from bot.rendering import hushing, schedules, silence, subscribing
from bot.rendering.actions import Choose, Page
from bot.rendering.wording import LANGUAGES
from bot.telegram.context import Context
from handlers.speaking import set_language

#: Whether a category is wanted; the empty one is of older buttons, that made it the other way.
_WANTED = {"on": True, "off": False, "": None}
#: Gives a note for the person, mostly none; raises KeyError or ValueError for what no button of ours says, or no
#: longer.
Setter = Callable[[Update, Context, Choose], Awaitable[str]]


async def _toggle(update: Update, context: Context, chosen: Choose) -> str:
    if await context.services.categories.get(chosen.value) is None:
        raise ValueError(chosen.value)
    wanted = _WANTED[chosen.arg]
    change = await context.services.subscriptions.toggle(context.reader(update), chosen.value, wanted=wanted)
    return subscribing.toggled(change)


async def _reschedule(update: Update, context: Context, chosen: Choose) -> str:
    subscription = await context.services.subscriptions.get(context.reader(update))
    if chosen.arg and chosen.arg not in subscription.categories:
        raise ValueError(chosen.arg)
    wanted = Schedule.parse(chosen.value)
    await context.services.changes.reschedule(context.reader(update), wanted, chosen.arg or None)
    replaced = not chosen.arg and subscription.own_schedules(but=wanted)
    return schedules.own_schedules_replaced() if replaced else ""


async def _set_timezone(update: Update, context: Context, chosen: Choose) -> str:
    if chosen.value not in available_timezones():
        raise ValueError(chosen.value)
    await context.services.subscriptions.set_timezone(context.reader(update), chosen.value)
    return ""


async def _set_quiet(update: Update, context: Context, chosen: Choose) -> str:
    await context.services.changes.set_quiet(context.reader(update), silence.quiet_chosen(chosen))
    return ""


async def _pause(update: Update, context: Context, chosen: Choose) -> str:
    days = int(chosen.value)
    if days not in (0, *hushing.DAYS):
        raise ValueError(chosen.value)
    if not days:
        _, coming = await context.services.changes.resume(context.reader(update))
        return hushing.resumed(coming).text
    if not (await context.services.subscriptions.get(context.reader(update))).categories:
        return hushing.nothing_to_pause().text
    until = await context.services.clock.now() + timedelta(days=days)
    await context.services.changes.pause(context.reader(update), until)
    return ""


async def _unmute(update: Update, context: Context, chosen: Choose) -> str:
    muted = (await context.services.subscriptions.get(context.reader(update))).muted
    word = next((word for word in muted if mark_of(word) == chosen.value), None)
    if word is not None:
        await context.services.subscriptions.unmute(context.reader(update), word)
    return ""


async def _set_form(update: Update, context: Context, chosen: Choose) -> str:
    await context.services.subscriptions.set_form(context.reader(update), Form(chosen.value))
    return ""


async def _set_language(update: Update, context: Context, chosen: Choose) -> str:
    if chosen.value not in LANGUAGES:
        raise ValueError(chosen.value)
    await set_language(update, context, chosen.value)
    return ""


async def _forget(update: Update, context: Context, chosen: Choose) -> str:
    await context.services.subscriptions.forget(context.reader(update).address.chat_id)
    return ""


SETTERS: Mapping[Page, Setter] = {
    Page.CATEGORIES: _toggle,
    Page.SCHEDULE: _reschedule,
    Page.TIMEZONE: _set_timezone,
    Page.QUIET: _set_quiet,
    Page.PAUSE: _pause,
    Page.MUTED: _unmute,
    Page.FORM: _set_form,
    Page.LANGUAGE: _set_language,
    Page.FORGET: _forget,
}
