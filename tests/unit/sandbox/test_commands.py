"""Commands by scope and language, and what else the bot tells of itself."""

from typing import Any

import pytest
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    BotCommandScopeChatAdministrators,
    BotCommandScopeChatMember,
    MenuButtonCommands,
)
from telegram.error import BadRequest

from bot.sandbox.client import Client, Person


async def names(person: Person, chat_id: int | None = None) -> list[str]:
    return [one["command"] for one in await person.commands(chat_id)]


async def test_the_narrowest_scope_wins(bot: Bot, client: Client, ann: Person) -> None:
    bob = await client.new_person("Bob", language_code="de")
    group = await client.new_group("G", owner=ann, members=[bob])
    await group.add(bob, administrator=True)
    scopes: list[tuple[str, Any]] = [
        ("default", None),
        ("private", BotCommandScopeAllPrivateChats()),
        ("groups", BotCommandScopeAllGroupChats()),
        ("admins", BotCommandScopeAllChatAdministrators()),
        ("chat", BotCommandScopeChat(group.id)),
        ("chat_admins", BotCommandScopeChatAdministrators(group.id)),
        ("member", BotCommandScopeChatMember(group.id, ann.id)),
    ]
    seen = []
    for name, scope in scopes:
        await bot.set_my_commands([BotCommand(name, "x")], scope=scope)
        seen.append((await names(ann), await names(ann, group.id), await names(bob, group.id)))
    assert seen == [
        (["default"], ["default"], ["default"]),
        (["private"], ["default"], ["default"]),
        (["private"], ["groups"], ["groups"]),
        (["private"], ["groups"], ["admins"]),
        (["private"], ["chat"], ["chat"]),
        (["private"], ["chat"], ["chat_admins"]),
        (["private"], ["member"], ["chat_admins"]),
    ]
    await bot.delete_my_commands(scope=BotCommandScopeAllPrivateChats())
    assert await names(ann) == ["default"]


async def test_the_language_comes_before_none(bot: Bot, client: Client, ann: Person) -> None:
    bob = await client.new_person("Bob", language_code="de")
    await bot.set_my_commands([BotCommand("start", "Begin")])
    await bot.set_my_commands([BotCommand("anfang", "Beginnen")], language_code="de")
    assert (await names(ann), await names(bob)) == (["start"], ["anfang"])
    assert [one.command for one in await bot.get_my_commands(language_code="de")] == ["anfang"]


@pytest.mark.parametrize(
    ("commands", "reason"),
    [
        ([("Start", "x")], "Bot_command_invalid"),
        ([("a" * 33, "x")], "Bot_command_invalid"),
        ([("start", " ")], "Command description must be non-empty"),
        ([("start", "x" * 257)], "Bot_command_description_invalid"),
        ([(f"c{number}", "x") for number in range(101)], "Bot_commands_too_much"),
    ],
)
async def test_bad_commands(bot: Bot, commands: list[tuple[str, str]], reason: str) -> None:
    with pytest.raises(BadRequest, match=reason):
        await bot.set_my_commands(commands)


async def test_names_descriptions_and_the_menu(bot: Bot) -> None:
    await bot.set_my_description("Long")
    await bot.set_my_short_description("Short", language_code="de")
    assert (await bot.get_my_description(language_code="fr")).description == "Long"
    assert (await bot.get_my_short_description()).short_description == ""
    assert (await bot.get_my_short_description(language_code="de")).short_description == "Short"
    assert (await bot.get_my_name()).name == "Demo News"
    await bot.set_my_name("News")
    assert (await bot.get_my_name()).name == "News"
    await bot.set_chat_menu_button(menu_button=MenuButtonCommands())
    assert (await bot.get_chat_menu_button()).type == "commands"
    assert await bot.log_out() and await bot.close()
