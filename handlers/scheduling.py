"""When articles come."""

from zoneinfo import available_timezones

from rapidfuzz import process
from telegram import Update

from bot.domain.schedule import Schedule, ScheduleError
from bot.domain.subscription import Subscription
from bot.rendering import menus, schedules
from bot.rendering.actions import SetSchedule, SetTimezone
from bot.telegram.context import Context


async def schedule(update: Update, context: Context) -> None:
    if words := context.text(update):
        await _set_schedule(update, context, words)
    else:
        await choose_schedule(update, context)


async def choose_schedule(update: Update, context: Context) -> None:
    await context.reply(update, schedules.choose_schedule(await _subscription(update, context)))


async def pick_schedule(update: Update, context: Context) -> None:
    if isinstance(context.action, SetSchedule):
        await context.note(update)
        await _set_schedule(update, context, context.action.words)


async def timezone(update: Update, context: Context) -> None:
    if name := context.text(update):
        await _set_timezone(update, context, name)
    else:
        await choose_timezone(update, context)


async def choose_timezone(update: Update, context: Context) -> None:
    subscription = await _subscription(update, context)
    await context.reply(update, schedules.choose_timezone(subscription, await _local_time(context, subscription)))


async def pick_timezone(update: Update, context: Context) -> None:
    if isinstance(context.action, SetTimezone):
        await context.note(update)
        await _set_timezone(update, context, context.action.name)


async def digest(update: Update, context: Context) -> None:
    reader = context.reader(update)
    count = await context.services.planner.send_now(reader)
    subscription = await context.services.subscriptions.get(reader)
    await context.reply(update, menus.digest_coming(count) if count else menus.digest_empty(subscription))


async def _set_schedule(update: Update, context: Context, words: str) -> None:
    try:
        wanted = Schedule.parse(words)
    except ScheduleError:
        await context.reply(update, schedules.no_schedule(words))
        return
    subscription = await context.services.planner.reschedule(context.reader(update), wanted)
    await context.reply(update, schedules.scheduled(subscription))


async def _set_timezone(update: Update, context: Context, name: str) -> None:
    zone, nearest = find_zone(name)
    if zone is None:
        await context.reply(update, schedules.no_timezone(name, nearest))
        return
    subscription = await context.services.subscriptions.set_timezone(context.reader(update), zone)
    await context.reply(update, schedules.timezone_set(subscription, await _local_time(context, subscription)))


def find_zone(name: str) -> tuple[str | None, list[str]]:
    """The IANA zone of that name or of that city, whatever its case; else those that are like it."""
    wanted = name.strip().replace(" ", "_").casefold()
    zones = sorted(zone for zone in available_timezones() if "/" in zone or zone in ("UTC", "GMT"))
    exact = next((zone for zone in zones if zone.casefold() == wanted), None)
    city = next((zone for zone in zones if "/" in zone and zone.casefold().rsplit("/", 1)[-1] == wanted), None)
    if exact or city:
        return exact or city, []
    cities = {zone: zone.rsplit("/", 1)[-1].casefold() for zone in zones if "/" in zone and "Etc/" not in zone}
    return None, [zone for _, _, zone in process.extract(wanted, cities, limit=6, score_cutoff=65)]


async def _subscription(update: Update, context: Context) -> Subscription:
    return await context.services.subscriptions.get(context.reader(update))


async def _local_time(context: Context, subscription: Subscription) -> str:
    return f"{(await context.services.clock.now()).astimezone(subscription.zone):%H:%M}"
