"""Quiet hours, pauses, muted words."""

import asyncio

from telegram import Update

from bot.domain.muting import mark_of, unmutable
from bot.domain.pause import NoPause, pause_end
from bot.domain.quiet import Quiet, QuietError
from bot.domain.subscription import Subscription
from bot.rendering import hushing
from bot.rendering.actions import Pause, SetQuiet, Unmute
from bot.rendering.menus import stale_button
from bot.rendering.wording import language
from bot.subscriptions import TooManyMuted
from bot.telegram.context import Context

_OFF = ("off", "none", "no")


async def quiet(update: Update, context: Context) -> None:
    if words := context.text(update):
        before = await _subscription(update, context)
        await _set_quiet(update, context, words, breaking=bool(before.quiet and before.quiet.breaking))
    else:
        await context.reply(update, hushing.choose_quiet(await _subscription(update, context)))


async def pick_quiet(update: Update, context: Context) -> None:
    if isinstance(context.action, SetQuiet):
        await context.note(update)
        await _set_quiet(update, context, context.action.words, breaking=context.action.breaking)


async def _set_quiet(update: Update, context: Context, words: str, *, breaking: bool) -> None:
    try:
        wanted = None if words.casefold() in _OFF else Quiet.parse(words, breaking=breaking)
    except QuietError:
        await context.reply(update, hushing.no_quiet_hours(words, await _subscription(update, context)))
        return
    after = await context.services.changes.set_quiet(context.reader(update), wanted)
    await context.replace(update, hushing.quiet_set(after))


async def pause(update: Update, context: Context) -> None:
    words = context.text(update)
    if words.casefold() in _OFF:
        await resume(update, context)
    elif words:
        await _pause(update, context, words)
    else:
        await context.reply(update, hushing.choose_pause(await _subscription(update, context)))


async def pick_pause(update: Update, context: Context) -> None:
    if isinstance(context.action, Pause):
        await context.note(update)
        await _pause(update, context, context.action.words)


async def _pause(update: Update, context: Context, words: str) -> None:
    subscription, now = await _subscription(update, context), await context.services.clock.now()
    if not subscription.categories:
        await context.reply(update, hushing.nothing_to_pause())
        return
    until = await asyncio.to_thread(pause_end, words, now, subscription.zone, language())
    if isinstance(until, NoPause):
        await context.reply(update, hushing.no_pause(words, until))
    else:
        after = await context.services.changes.pause(context.reader(update), until)
        await context.replace(update, hushing.paused(after))


async def resume(update: Update, context: Context) -> None:
    await context.note(update)
    if (await _subscription(update, context)).paused_until is None:
        await context.reply(update, hushing.not_paused())
        return
    _, count = await context.services.changes.resume(context.reader(update))
    await context.reply(update, hushing.resumed(count))


async def mute(update: Update, context: Context) -> None:
    words = context.text(update)
    if not words:
        await list_muted(update, context)
    elif why := unmutable(words):
        await context.reply(update, hushing.cannot_mute(why))
    else:
        await _mute(update, context, words)


async def list_muted(update: Update, context: Context) -> None:
    await context.reply(update, hushing.muted_words(await _subscription(update, context)))


async def _mute(update: Update, context: Context, words: str) -> None:
    try:
        after = await context.services.subscriptions.mute(context.reader(update), words)
    except TooManyMuted:
        await context.reply(update, hushing.too_many_muted(await _subscription(update, context)))
        return
    await context.reply(update, hushing.muted(after.muted[-1], after))


async def unmute(update: Update, context: Context) -> None:
    if words := context.text(update):
        after, was_muted = await context.services.subscriptions.unmute(context.reader(update), words)
        await context.reply(update, hushing.unmuted(words, after, was_muted=was_muted))
    else:
        await list_muted(update, context)


async def pick_unmute(update: Update, context: Context) -> None:
    if not isinstance(context.action, Unmute):
        return
    before = await _subscription(update, context)
    word = next((one for one in before.muted if mark_of(one) == context.action.mark), None)
    if word is None:
        await context.note(update, stale_button())
        return
    after, _ = await context.services.subscriptions.unmute(context.reader(update), word)
    await context.note(update)
    await context.replace(update, hushing.unmuted(word, after, was_muted=True))


async def _subscription(update: Update, context: Context) -> Subscription:
    return await context.services.subscriptions.get(context.reader(update))
