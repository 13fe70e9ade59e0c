"""By which clock."""

from telegram import Update

from bot.domain.subscription import ChatKind
from bot.rendering import timezones
from bot.rendering.actions import SetTimezone
from bot.telegram.context import Context, message_of


async def timezone(update: Update, context: Context) -> None:
    """`/timezone NAME`, of a zone or of a city."""
    words = context.text(update)
    if not words:
        await choose_timezone(update, context)
        return
    found = await context.services.atlas.find(words)
    if found.place:
        await _set_timezone(update, context, found.place.zone)
    else:
        await context.reply(update, timezones.which_place(words, found, context.reader(update).kind))


async def choose_timezone(update: Update, context: Context) -> None:
    subscription = await context.services.subscriptions.get(context.reader(update))
    await context.reply(update, timezones.choose_timezone(subscription, await context.services.clock.now()))


async def pick_timezone(update: Update, context: Context) -> None:
    if isinstance(context.action, SetTimezone):
        await context.note(update)
        await _set_timezone(update, context, context.action.name)


async def ask_location(update: Update, context: Context) -> None:
    """In a private chat only: a group has no one place, and Telegram has the button nowhere else."""
    if context.reader(update).kind is ChatKind.PRIVATE:
        await context.reply(update, timezones.ask_location())


async def located(update: Update, context: Context) -> None:
    """Somebody has shared where they are."""
    message = message_of(update)
    if message is None or message.location is None:
        return
    zone = await context.services.atlas.zone_at(message.location.latitude, message.location.longitude)
    if zone:
        await _set_timezone(update, context, zone, by_location=True)
    else:
        await context.reply(update, timezones.no_zone_there(context.reader(update).kind))


async def _set_timezone(update: Update, context: Context, zone: str, *, by_location: bool = False) -> None:
    subscription = await context.services.subscriptions.set_timezone(context.reader(update), zone)
    now = await context.services.clock.now()
    await context.reply(update, timezones.timezone_set(subscription, now, by_location=by_location))
