"""Help, the menus that buttons open, and what nobody else answers."""

from telegram import Update
from telegram.constants import ChatType

from bot.rendering import menus
from bot.rendering.actions import OpenMenu
from bot.telegram.context import Context, chat_of, message_of
from handlers import (
    asking,
    explaining,
    hushing,
    locating,
    managing,
    privacy,
    reading,
    saving,
    scheduling,
    settings,
    speaking,
    subscribing,
)
from handlers.permissions import about_chat, for_managers


async def help_me(update: Update, context: Context) -> None:
    name = context.bot.username if context.bot.supports_inline_queries else ""
    await context.reply(update, menus.help_text(editor=context.is_editor(update), inline_name=name))


async def open_menu(update: Update, context: Context) -> None:
    if not isinstance(context.action, OpenMenu):
        return
    openers = {
        "categories": about_chat(subscribing.categories),
        "help": help_me,
        "latest": reading.latest_all,
        "schedule": about_chat(scheduling.choose_schedule),
        "timezone": about_chat(locating.choose_timezone),
        "location": about_chat(locating.ask_location),
        "quiet": for_managers(hushing.quiet),
        "pause": for_managers(hushing.pause),
        "mute": for_managers(hushing.list_muted),
        "language": about_chat(speaking.choose_language),
        "digest": for_managers(scheduling.digest),
        "ask": asking.ask_what,
        "search": reading.search,
        "article": reading.article,
        "why": about_chat(explaining.why_what),
        "saved": saving.list_saved,
        "chats": managing.choose_chat,
        "settings": for_managers(settings.show_settings),
        "privacy": privacy.privacy,
        "mydata": for_managers(privacy.my_data),
        "forget": for_managers(privacy.ask_to_forget),
        "keep": about_chat(keep),
    }
    opener = openers.get(context.action.name)
    if opener:
        await opener(update, context)
    await context.note(update, "" if opener else menus.stale_button())


async def keep(update: Update, context: Context) -> None:
    await context.replace(update, menus.kept())


async def only_text(update: Update, context: Context) -> None:
    await context.reply(update, menus.only_text())


async def unknown_command(update: Update, context: Context) -> None:
    """In a group an unknown command is likely another bot's."""
    message = message_of(update)
    addressed = f"@{context.bot.username}".casefold() in (message.text or "").casefold() if message else False
    if chat_of(update).type == ChatType.PRIVATE or addressed:
        await context.reply(update, menus.unknown_command())


async def stale_button(update: Update, context: Context) -> None:
    await context.note(update, menus.stale_button())
