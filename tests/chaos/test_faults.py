"""Every fault that Telegram is known for, in one broadcast; and one fault for all chats."""

import asyncio
import json
import random
import time
from collections import deque
from contextlib import AsyncExitStack
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import aiohttp
import pytest

from bot.bootstrap import messages_in_flight, open_stores
from bot.domain.delivery import Cause
from bot.domain.subscription import Address, ChatKind, Subscription
from bot.sandbox.client import Client
from bot.sandbox.server import Sandbox
from bot.storage import keys
from bot.storage.server import embedded_server
from config.settings import Settings
from tests.chaos.broadcast import Broadcast, delivering, reader, subscriber
from tests.chaos.telegram import Fault, Telegram, Try
from tests.process import newsbot, newsbot_once

pytestmark = [pytest.mark.chaos, pytest.mark.xdist_group("chaos")]

_TOKEN = "4242:a-token-that-only-this-sandbox-knows"
#: Seconds: between two looks at the whole, with the writing of outcomes and a busy machine.
_BEFORE_THE_REST = 2.0
_MESSAGES = 5000
_SICK_OF_EACH = 36
_RATE = 1000


@dataclass(frozen=True, slots=True)
class Case:
    """What a chat meets, and how it is to end: so many `tries`, and `copies` of which so many are `silent`; a `cause`
    for which it is parked; `receipt` is None for a message id."""

    faults: tuple[Fault, ...] = ()
    lasting: Fault | None = None
    tries: int = 1
    copies: int = 1
    silent: int = 0
    cause: Cause | None = None
    receipt: str | None = None
    thread_id: int | None = None
    pause: float = 0.0


def _parks(cause: Cause, status: int, words: str, *, tries: int = 1, thread_id: int | None = None) -> Case:
    """`tries`: after so many is it believed."""
    lasting = Fault(status, words)
    return Case(lasting=lasting, tries=tries, copies=0, cause=cause, receipt=cause.value, thread_id=thread_id)


def _flood(seconds: int) -> Case:
    fault = Fault(429, f"Too Many Requests: retry after {seconds}", {"retry_after": seconds})
    return Case((fault,), tries=2, pause=seconds)


#: https://core.telegram.org/bots/api#making-requests, and the words of
#: https://github.com/tdlib/telegram-bot-api/blob/master/telegram-bot-api/Client.cpp
_CASES = {
    "blocked": _parks(Cause.BLOCKED, 403, "Forbidden: bot was blocked by the user"),
    "deactivated": _parks(Cause.DEACTIVATED, 403, "Forbidden: user is deactivated"),
    "kicked": _parks(Cause.REMOVED, 403, "Forbidden: bot was kicked from the supergroup chat"),
    "not found": _parks(Cause.NOT_FOUND, 400, "Bad Request: chat not found", tries=3),
    "no rights": _parks(
        Cause.NO_RIGHTS, 400, "Bad Request: not enough rights to send text messages to the chat", tries=7
    ),
    "topic closed": _parks(Cause.TOPIC_CLOSED, 400, "Bad Request: TOPIC_CLOSED", thread_id=7),
    "thread not found": _parks(Cause.TOPIC_GONE, 400, "Bad Request: message thread not found", tries=3, thread_id=7),
    "unknown": Case(lasting=Fault(400, "Bad Request: STRANGE_THING"), tries=2, copies=0, receipt="refused"),
    "flood 1": _flood(1),
    "flood 3": _flood(3),
    "500": Case((Fault(500, "Internal Server Error"),), tries=2),
    "502": Case((Fault(502, "Bad Gateway"), Fault(502, "Bad Gateway")), tries=3),
    "answer lost": Case((Fault(breaks=True, arrived=True),), tries=2, copies=2, silent=1),
    "reset": Case((Fault(breaks=True),), tries=2, silent=1),
    "slow": Case((Fault(arrived=True, slow=2.0),)),
}
_WELL = Case()
_MOVED = "migrated"


async def test_every_fault_in_one_broadcast(tmp_path: Path) -> None:
    """A tenth of the chats is sick: each ends as it should, and no other is any the worse for it."""
    async with AsyncExitStack() as stack:
        cast = await stack.enter_async_context(delivering(tmp_path))
        telegram = cast.telegram
        subscriptions, sick = _people(random.Random(4))  # noqa: S311
        await cast.subscribe(subscriptions)
        healthy = {one.chat_id for one in subscriptions} - set(sick)
        await stack.enter_async_context(cast.run("bot", send_rate=_RATE, paid_broadcast=True))
        without = await _time_of(cast, {one.chat_id for one in subscriptions})
        calm = len(telegram.tries)
        for chat, name in sick.items():
            _make_sick(telegram, chat, name)
        with_faults = await _time_of(cast, healthy)
        await _let_time_pass(cast)
        counts = await cast.stores.outbox.counts()
        tries = telegram.tries[calm:]
        wrong = [words for chat, name in sick.items() for words in await _wrong(cast, tries, chat, name)]
        parked = await cast.stores.subscriptions.parked_counts()
        refusals = await cast.stores.outbox.refusals()
    assert not wrong
    copies = telegram.copies(tries)
    assert {copies[chat] for chat in healthy} == {1}
    assert not [one for one in tries if one.silent and one.chat_id in healthy]
    assert with_faults < without * 2 + 5
    assert parked == dict.fromkeys(Cause, _SICK_OF_EACH)
    failed = _SICK_OF_EACH * (len(Cause) + 1)
    assert counts["failed"] == failed and counts["sent"] == counts["owed"] - failed == 2 * _MESSAGES - failed
    assert counts["in_flight"] == counts["postponed"] == 0
    assert len(refusals) == 1


def _people(chance: random.Random) -> tuple[list[Subscription], dict[int, str]]:
    """The subscriptions, and what is wrong with which chats."""
    people = [reader(number) for number in range(_MESSAGES)]
    places = iter(chance.sample(range(_MESSAGES), _SICK_OF_EACH * (len(_CASES) + 1)))
    sick: dict[int, str] = {}
    for name in (*_CASES, _MOVED):
        for place in (next(places) for _ in range(_SICK_OF_EACH)):
            thread, group = _CASES.get(name, _WELL).thread_id, name in (_MOVED, "kicked") or _CASES[name].thread_id
            if group:
                people[place] = subscriber(-place - 1, kind=ChatKind.SUPERGROUP, thread_id=thread)
            sick[people[place].chat_id] = name
    return people, sick


def _new_id(chat_id: int) -> int:
    return -1_001_000_000_000 + chat_id


def _make_sick(telegram: Telegram, chat_id: int, name: str) -> None:
    case = _CASES.get(name, _WELL)
    telegram.faults[chat_id] = deque(case.faults)
    if case.lasting:
        telegram.lasting[chat_id] = case.lasting
    if name == _MOVED:
        words = "Bad Request: group chat was upgraded to a supergroup chat"
        telegram.lasting[chat_id] = Fault(400, words, {"migrate_to_chat_id": _new_id(chat_id)})


async def _time_of(cast: Broadcast, people: set[int]) -> float:
    """Seconds until a new message to everyone has reached these."""
    began = time.monotonic()
    cast.telegram.reached.clear()
    await cast.owe(cast.number_of)
    await cast.telegram.until(lambda: people <= cast.telegram.reached)
    return time.monotonic() - began


async def _let_time_pass(cast: Broadcast) -> None:
    """As if the minute of doubt had passed, and the hour or the day until the next try, again and again."""
    redis = cast.stores.redis
    while await cast.left():
        for key in (keys.DOUBTS, keys.LATER):
            for task in await redis.zrange(key, 0, -1):
                await redis.zadd(key, {task: 0}, xx=True)
        await asyncio.sleep(0.1)


async def _wrong(cast: Broadcast, tries: list[Try], chat_id: int, name: str) -> list[str]:
    """What is not as it should be with this chat."""
    case = _CASES.get(name, _WELL)
    address = Address(_new_id(chat_id) if name == _MOVED else chat_id, case.thread_id)
    record = await cast.stores.subscriptions.read(address)
    assert record
    mine = [one for one in tries if one.chat_id in (chat_id, address.chat_id)]
    arrived = [one for one in mine if one.arrived]
    parked, receipt = record.subscription.parked, await cast.receipt(chat_id)
    seen = {
        "tries": (len(mine), case.tries + (name == _MOVED)),
        "copies": (len(arrived), case.copies),
        "silent": (sum(one.silent for one in mine), case.silent),
        "repeats": ([one.silent for one in arrived[1:]], [True] * (case.copies - 1)),
        "cause": (parked.cause if parked else None, case.cause),
        "receipt": ("sent" if receipt and receipt.isdigit() else receipt, case.receipt or "sent"),
        "number": (record.number, cast.number_of[chat_id]),
        "waited": (all(b.at - a.at >= case.pause for a, b in pairwise(mine)), True),
    }
    return [
        f"{name} {chat_id}: {what} {is_} in place of {is_to_be}"
        for what, (is_, is_to_be) in seen.items()
        if is_ != is_to_be
    ]


async def test_all_chats_fail_alike(tmp_path: Path) -> None:
    """Nobody is parked; sending rests; the owner is told once, and by /status when asked."""
    rate, readers, owner_id = 100, 600, 2001
    async with Sandbox(token=_TOKEN) as sandbox, aiohttp.ClientSession() as session, AsyncExitStack() as stack:
        client = Client(sandbox.url, session)
        owner = await client.new_person("Olga", id=owner_id)
        people = [await client.new_person(f"Reader {number}") for number in range(readers)]
        settings: dict[str, object] = {
            "token": _TOKEN,
            "api_url": sandbox.url,
            "owners": owner_id,
            "web_port": 0,
            "send_rate": rate,
        }
        rows = (
            {"type": "subscription", "chat_id": one.id, "kind": "private", "categories": {"policy": "instant"}}
            for one in people
        )
        file = tmp_path / "readers.jsonl"
        file.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
        code, said = await newsbot_once("import", str(file), folder=tmp_path, **settings)
        assert code == 0, said
        await client.switch(blocked=[one.id for one in people])
        process = await stack.enter_async_context(newsbot("run", folder=tmp_path, until="running", **settings))
        await owner.private.say("/post policy\n\nTitle\n\nTeaser")
        await owner.private.next()
        preview = await owner.private.next()
        await owner.private.press(preview, "Publish")
        assert "goes to" in (await owner.private.next())["text"]
        warning = await owner.private.next(where=lambda message: "Many chats" in message["text"], timeout=20)
        refused = await _refused(client)
        await owner.private.say("/status")
        status = await owner.private.next(where=lambda message: "Since the beginning" in message["text"])
        assert await owner.private.quiet(2.0) == []
        still = await _refused(client)
        process.running.terminate()
        said = await process.end()
        async with (
            embedded_server(tmp_path / "data") as url,
            open_stores(Settings.model_validate({"redis_url": url})) as stores,
        ):
            parked = await stores.subscriptions.parked_counts()
            counts = await stores.outbox.counts()
    assert "the bot was blocked" in warning["text"] and "5 minutes" in warning["text"]
    assert refused <= still <= _BEFORE_THE_REST * rate + messages_in_flight(rate)
    assert "Sending rests until" in status["text"] and "Nobody is unsubscribed" in status["text"]
    assert set(parked.values()) == {0}
    assert counts["owed"] == readers and not counts.get("failed") and counts["doubts_waiting"] == still
    assert process.running.returncode == 0 and len(said.splitlines()) < 100


async def _refused(client: Client) -> int:
    return sum(call["status"] == 403 for call in await client.calls("sendMessage"))
