"""The command menus and the bot's description, as Telegram's apps show them in their own language.

https://core.telegram.org/bots/api#setmycommands
"""

import logging
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress

from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
)
from telegram.constants import ChatType
from telegram.error import BadRequest, Forbidden, TelegramError

from bot.rendering.menus import about, editor_commands, in_short, reader_commands
from bot.rendering.wording import LANGUAGES, speaking, spoken
from bot.storage.connection import StoreError

_LOG = logging.getLogger(__name__)
_IN_GROUPS = (
    "subscribe", "unsubscribe", "categories", "latest", "schedule", "timezone", "language", "settings", "ask", "why",
    "help",
)  # fmt: skip


async def announce(bot: Bot, owners: Iterable[int], language: str, speaks: Callable[[int], Awaitable[str]]) -> None:
    """Puts all of them in place; without them it works all the same. `language`: for apps in one that the bot does
    not speak; `speaks` tells an owner's."""
    try:
        for code in (None, *(code for code in LANGUAGES if code != spoken(language))):
            with speaking(code or language):
                await _announce_in(bot, code)
        for owner in owners:
            with speaking(await speaks(owner)):
                await announce_to_chat(bot, owner, editor=True)
    except (TelegramError, *StoreError) as error:
        _LOG.warning("the command menus could not be set: %s", error)


async def announce_to_chat(bot: Bot, chat_id: int, kind: str = ChatType.PRIVATE, *, editor: bool = False) -> None:
    """The menu of one chat, in the language spoken there; Telegram refuses it until someone has started the bot."""
    if kind == ChatType.CHANNEL:
        return  # channels have no menus
    commands = _for_readers() if kind == ChatType.PRIVATE else _for_groups()
    if editor:
        commands += [BotCommand(name, words) for name, words in editor_commands().items()]
    with suppress(BadRequest, Forbidden):
        await bot.set_my_commands(commands, BotCommandScopeChat(chat_id))


async def _announce_in(bot: Bot, code: str | None) -> None:
    """None: for apps in any other language."""
    await bot.set_my_commands(_for_readers(), BotCommandScopeAllPrivateChats(), code)
    await bot.set_my_commands(_for_groups(), BotCommandScopeAllGroupChats(), code)
    await bot.set_my_description(about(), code)
    await bot.set_my_short_description(in_short(), code)


def _for_readers() -> list[BotCommand]:
    return [BotCommand(name, words) for name, words in reader_commands().items()]


def _for_groups() -> list[BotCommand]:
    return [command for command in _for_readers() if command.command in _IN_GROUPS]
