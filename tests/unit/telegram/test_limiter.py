from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from telegram.constants import ChatAction
from telegram.error import BadRequest, RetryAfter

from bot.delivery.pacer import FloodWait
from bot.domain.message import Message
from bot.domain.subscription import Address
from bot.sandbox.client import Chat, Client
from bot.sandbox.server import Sandbox
from bot.telegram.application import build_application
from bot.telegram.context import NewsApplication
from bot.telegram.messenger import TelegramMessenger
from bot.telegram.refusals import asked_wait
from tests.unit.telegram.conftest import TOKEN


class Pacer:
    """Notes what it is asked and told; `floods` are refused first."""

    def __init__(self) -> None:
        self.slots: list[int] = []
        self.refusals: list[tuple[int, timedelta]] = []
        self.floods: list[timedelta] = []

    async def answer_slot(self, chat_id: int) -> None:
        self.slots.append(chat_id)
        if self.floods:
            raise FloodWait(self.floods.pop())

    async def refused(self, chat_id: int, wait: timedelta) -> None:
        self.refusals.append((chat_id, wait))


@pytest.fixture
def pacer() -> Pacer:
    return Pacer()


@pytest.fixture
async def application(sandbox: Sandbox, pacer: Pacer) -> AsyncIterator[NewsApplication]:
    built = build_application(TOKEN, sandbox.url, pacer)
    await built.initialize()
    yield built
    await built.shutdown()


async def test_whatever_sends_or_changes_a_message_waits_for_its_turn(
    application: NewsApplication, pacer: Pacer, chat: Chat
) -> None:
    bot, to = application.bot, chat.chat_id
    sent = await bot.send_message(to, "one")
    await bot.edit_message_text("two", chat_id=to, message_id=sent.message_id)
    await bot.do_api_request("sendRichMessage", api_kwargs={"chat_id": to, "rich_message": {"html": "<p>x</p>"}})
    await bot.send_document(to, b"file", filename="a.txt")
    assert pacer.slots == [to] * 4


async def test_nothing_else_does(application: NewsApplication, pacer: Pacer, chat: Chat) -> None:
    sent = await application.bot.send_message(chat.chat_id, "one")
    pacer.slots.clear()
    await application.bot.send_chat_action(chat.chat_id, ChatAction.TYPING)
    await application.bot.get_chat(chat.chat_id)
    await application.bot.delete_message(chat.chat_id, sent.message_id)
    await application.bot.get_me()
    assert pacer.slots == []


async def test_deliveries_have_their_own_turns(
    application: NewsApplication, pacer: Pacer, messenger: TelegramMessenger, chat: Chat
) -> None:
    address = Address(chat.chat_id)
    await messenger.send(address, messenger.encode(Message(text="x")), silent=False)
    assert pacer.slots == []
    await messenger.reply(address, Message(text="x"))
    assert pacer.slots == [chat.chat_id]


async def test_that_telegram_asks_to_wait_is_told(
    application: NewsApplication, pacer: Pacer, client: Client, chat: Chat
) -> None:
    await client.switch(
        refuse={"code": 429, "description": "Too Many Requests: retry after 9", "parameters": {"retry_after": 9}}
    )
    with pytest.raises(RetryAfter) as caught:
        await application.bot.send_message(chat.chat_id, "one")
    assert asked_wait(caught.value) == timedelta(seconds=9)
    assert pacer.refusals == [(chat.chat_id, timedelta(seconds=9))]


async def test_other_refusals_are_none_of_its_business(application: NewsApplication, pacer: Pacer) -> None:
    with pytest.raises(BadRequest):
        await application.bot.send_message(777_000, "one")
    assert pacer.refusals == []


async def test_a_wait_too_long_is_said_at_once(
    application: NewsApplication, pacer: Pacer, client: Client, chat: Chat
) -> None:
    pacer.floods = [timedelta(seconds=25)]
    with pytest.raises(RetryAfter) as caught:
        await application.bot.send_message(chat.chat_id, "one")
    assert asked_wait(caught.value) == timedelta(seconds=25)
    assert await client.calls("sendMessage") == []
    assert pacer.refusals == []


async def test_an_answer_is_tried_again_after_its_wait(
    application: NewsApplication, pacer: Pacer, messenger: TelegramMessenger, client: Client, chat: Chat
) -> None:
    pacer.floods = [timedelta(milliseconds=10)]
    await messenger.reply(Address(chat.chat_id), Message(text="x"))
    assert len(await client.calls("sendMessage")) == 1
