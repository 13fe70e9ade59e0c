"""How delivery goes, for editors."""

from telegram import Update

from bot.domain.message import Message
from bot.rendering import inbox
from bot.rendering import status as words
from bot.rendering.editor_actions import ShowStatus
from bot.telegram.context import Context


async def status(update: Update, context: Context) -> None:
    await context.reply(update, await _report(update, context))


async def refresh(update: Update, context: Context) -> None:
    if isinstance(context.action, ShowStatus):
        await context.note(update)
        await context.replace(update, await _report(update, context))


async def _report(update: Update, context: Context) -> Message:
    subscription = await context.services.subscriptions.get(context.reader(update))
    report = words.report(await context.services.reports.status(), subscription.zone)
    count = await context.services.inbox.count()
    return report.model_copy(update={"text": f"{report.text}\n\n{inbox.waiting_line(count)}"}) if count else report
