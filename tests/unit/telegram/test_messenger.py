from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import orjson
import pytest
from telegram import Bot

from bot.delivery.messenger import Messenger, TokenRefused
from bot.domain.delivery import Ambiguous, Cause, Flooded, Later, Moved, Outcome, Refused, Sent, Unreachable
from bot.domain.message import Button, Message
from bot.domain.subscription import Address
from bot.sandbox.client import Chat, Client
from bot.sandbox.server import Sandbox
from bot.telegram.application import build_application
from bot.telegram.context import NewsApplication
from bot.telegram.messenger import TelegramMessenger
from tests.unit.telegram.conftest import TOKEN
from tests.unit.telegram.servers import Connection, serving

BUTTONS = ((Button(label="Read", data="1r|a"), Button(label="Site", url="https://a.example/")),)
MESSAGE = Message(text='<b>News</b> of <a href="https://a.example/1">today</a>', buttons=BUTTONS)
NOWHERE = Address(777_000)


@asynccontextmanager
async def messenger_to(url: object) -> AsyncIterator[TelegramMessenger]:
    """Without asking the server who the bot is."""
    built = build_application(TOKEN, str(url).rstrip("/"))
    await built.bot.request.initialize()
    try:
        yield TelegramMessenger(built.bot)
    finally:
        await built.bot.request.shutdown()


async def try_all(messenger: TelegramMessenger, address: Address) -> list[Outcome]:
    return [
        await messenger.send(address, messenger.encode(MESSAGE), silent=False),
        await messenger.edit(address, 1, MESSAGE),
        await messenger.delete(address, 1),
    ]


def test_it_is_what_delivery_needs(messenger: TelegramMessenger) -> None:
    needed: Messenger = messenger
    assert needed is messenger


def test_another_request_object_will_not_do() -> None:
    with pytest.raises(TypeError):
        TelegramMessenger(Bot(TOKEN))


# -- encode ---------------------------------------------------------------------------------------------------------


def test_a_message_is_encoded_whole_but_for_its_recipient(messenger: TelegramMessenger) -> None:
    assert orjson.loads(messenger.encode(MESSAGE)) == {
        "text": MESSAGE.text,
        "parse_mode": "HTML",
        "link_preview_options": {"is_disabled": True},
        "reply_markup": {
            "inline_keyboard": [
                [{"text": "Read", "callback_data": "1r|a"}, {"text": "Site", "url": "https://a.example/"}]
            ]
        },
    }
    assert orjson.loads(messenger.encode(Message(text="x", link_preview=True))) == {"text": "x", "parse_mode": "HTML"}


def test_a_picture_is_shown_large_above_the_text(messenger: TelegramMessenger) -> None:
    shown = Message(text="x", picture="https://a.example/i.png")
    options = {"url": "https://a.example/i.png", "prefer_large_media": True, "show_above_text": True}
    assert orjson.loads(messenger.encode(shown))["link_preview_options"] == options
    assert orjson.loads(messenger.encode(shown, plain=True))["link_preview_options"] == {"is_disabled": True}


def test_plain_has_no_markup_but_its_buttons(messenger: TelegramMessenger) -> None:
    encoded = orjson.loads(messenger.encode(MESSAGE, plain=True))
    assert encoded["text"] == "News of today (https://a.example/1)"
    assert "parse_mode" not in encoded
    assert encoded["reply_markup"] == orjson.loads(messenger.encode(MESSAGE))["reply_markup"]


def test_paid_broadcasts_are_asked_for(application: NewsApplication) -> None:
    paid = TelegramMessenger(application.bot, paid_broadcast=True)
    assert orjson.loads(paid.encode(MESSAGE))["allow_paid_broadcast"] is True
    assert b"paid" not in TelegramMessenger(application.bot).encode(MESSAGE)


# -- what arrives ---------------------------------------------------------------------------------------------------


async def test_send_edit_delete(messenger: TelegramMessenger, client: Client, chat: Chat) -> None:
    address = Address(chat.chat_id)
    sent = await messenger.send(address, messenger.encode(MESSAGE), silent=True)
    assert isinstance(sent, Sent)
    (call,) = await client.calls("sendMessage")
    assert (call["unknown_parameters"], call["status"]) == ([], 200)
    assert call["parameters"]["disable_notification"] is True
    assert call["parameters"]["chat_id"] == chat.chat_id
    assert await messenger.edit(address, sent.message_id, Message(text="<i>new</i>")) == sent
    assert await messenger.edit(address, sent.message_id, Message(text="<i>new</i>")) == sent
    assert await messenger.delete(address, sent.message_id) == sent
    assert await messenger.delete(address, sent.message_id) == sent
    assert await messenger.edit(address, sent.message_id, Message(text="newer")) == sent
    words = [call["description"] for call in await client.calls() if call["status"] == 400]
    assert len(words) == 3  # not modified, not found, not found


async def test_a_topic(messenger: TelegramMessenger, client: Client) -> None:
    owner = await client.new_person("Olga")
    group = await client.new_group("Forum", owner=owner, kind="supergroup", forum=True)
    address = Address(group.id, await group.new_topic("News"))
    assert isinstance(await messenger.send(address, messenger.encode(MESSAGE), silent=False), Sent)
    (call,) = await client.calls("sendMessage")
    assert call["parameters"]["message_thread_id"] == address.thread_id
    assert "disable_notification" not in call["parameters"]
    assert await messenger.send(Address(group.id, 99_999), messenger.encode(MESSAGE), silent=False) == Unreachable(
        Cause.TOPIC_GONE
    )


async def test_a_group_that_became_a_supergroup(messenger: TelegramMessenger, client: Client) -> None:
    group = await client.new_group("Readers", owner=await client.new_person("Olga"))
    new = await group.migrate()
    assert await messenger.send(Address(group.id), messenger.encode(MESSAGE), silent=False) == Moved(new.id)


# -- outcomes -------------------------------------------------------------------------------------------------------


async def test_refusals(messenger: TelegramMessenger, client: Client, chat: Chat) -> None:
    address, encoded = Address(chat.chat_id), messenger.encode(MESSAGE)
    assert await messenger.send(NOWHERE, encoded, silent=False) == Unreachable(Cause.NOT_FOUND)
    broken = await messenger.send(address, messenger.encode(Message(text="<b>")), silent=False)
    assert isinstance(broken, Refused)
    assert broken.for_all
    await client.switch(blocked=[chat.chat_id])
    assert await messenger.send(address, encoded, silent=False) == Unreachable(Cause.BLOCKED)


async def test_a_flood(messenger: TelegramMessenger, client: Client, chat: Chat) -> None:
    await client.switch(
        refuse={"code": 429, "description": "Too Many Requests: retry after 9", "parameters": {"retry_after": 9}}
    )
    assert await try_all(messenger, Address(chat.chat_id)) == [Flooded(timedelta(seconds=9))] * 3


async def test_a_server_in_trouble(messenger: TelegramMessenger, client: Client, chat: Chat) -> None:
    await client.switch(server_error={"code": 502})
    assert await try_all(messenger, Address(chat.chat_id)) == [Later()] * 3


async def test_a_lost_answer(messenger: TelegramMessenger, client: Client, chat: Chat) -> None:
    await client.switch(lost_answer={"methods": ["sendMessage"]})
    assert await messenger.send(Address(chat.chat_id), messenger.encode(MESSAGE), silent=False) == Ambiguous()


async def test_nobody_there(sandbox: Sandbox) -> None:
    async def hang_up(connection: Connection) -> None:
        await connection.close()

    async with serving(hang_up) as url:
        pass
    async with messenger_to(url) as messenger:
        assert await try_all(messenger, NOWHERE) == [Later()] * 3


async def test_an_unknown_token(sandbox: Sandbox) -> None:
    built = build_application("1:wrong", sandbox.url)
    await built.bot.request.initialize()
    messenger = TelegramMessenger(built.bot)
    with pytest.raises(TokenRefused):
        await messenger.send(NOWHERE, messenger.encode(MESSAGE), silent=False)
    with pytest.raises(TokenRefused):
        await messenger.delete(NOWHERE, 1)
    await built.bot.request.shutdown()


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        ("200 OK", b"<html>", Ambiguous()),
        ("200 OK", b"", Ambiguous()),
        ("200 OK", b"[]", Ambiguous()),
        ("200 OK", b'{"ok":true}', Ambiguous()),
        ("200 OK", b'{"ok":true,"result":true}', Ambiguous()),
        ("200 OK", b'{"ok":true,"result":{"message_id":"x"}}', Ambiguous()),
        ("200 OK", b'{"ok":true,"result":{"message_id":7}}', Sent(7)),
        ("403 Forbidden", b"<html>a gateway's", Later()),
        ("401 Unauthorized", b"<html>a gateway's", Later()),
        ("407 Proxy Authentication Required", b"", Later()),
        ("302 Found", b"", Later()),
        ("503 Service Unavailable", b"\xff", Later()),
        ("400 Bad Request", b'{"ok":false,"description":"new","parameters":7}', Refused("new")),
        ("400 Bad Request", b'{"ok":false,"error_code":400}', Later()),
    ],
)
async def test_strange_answers(status: str, body: bytes, outcome: Outcome) -> None:
    async def handle(connection: Connection) -> None:
        await connection.read()
        await connection.answer(body, status)

    async with serving(handle) as url, messenger_to(url) as messenger:
        assert await messenger.send(NOWHERE, messenger.encode(MESSAGE), silent=False) == outcome


@pytest.mark.parametrize(
    ("body", "outcome"), [(b'{"ok":true,"result":true}', Sent(5)), (b"{", Ambiguous()), (b'{"ok":1}', Ambiguous())]
)
async def test_strange_answers_to_a_deletion(body: bytes, outcome: Outcome) -> None:
    async def handle(connection: Connection) -> None:
        await connection.read()
        await connection.answer(body)

    async with serving(handle) as url, messenger_to(url) as messenger:
        assert await messenger.delete(NOWHERE, 5) == outcome
