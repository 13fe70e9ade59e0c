"""What is kept about a chat, and deleting it."""

from telegram import Update

from bot.rendering import menus
from bot.telegram.context import Context


async def privacy(update: Update, context: Context) -> None:
    await context.reply(update, menus.privacy())


async def my_data(update: Update, context: Context) -> None:
    content = await context.services.subscriptions.export(context.reader(update).address.chat_id)
    await context.reply(update, menus.my_data(content))


async def ask_to_forget(update: Update, context: Context) -> None:
    stored = await context.services.subscriptions.export(context.reader(update).address.chat_id)
    await context.reply(update, menus.forget_sure() if stored else menus.forgotten(False))


async def forget(update: Update, context: Context) -> None:
    if not context.managed and update.effective_user:
        await context.services.managers.end(update.effective_user.id)
    existed = await context.services.subscriptions.forget(context.reader(update).address.chat_id)
    await context.note(update, "" if existed else menus.forgotten(existed).text)
    if existed:  # a second press leaves what the first has said
        await context.replace(update, menus.forgotten(existed))
