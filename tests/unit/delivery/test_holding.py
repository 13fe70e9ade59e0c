"""What may not come now comes once, in one digest, when it may: the planner and the worker together."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from bot.bootstrap import Stores
from bot.delivery.worker import Worker
from bot.domain.article import Article
from bot.domain.delivery import Cause
from bot.domain.edition import Edition
from bot.domain.fate import NotSubscribed
from bot.domain.hold import Holding
from bot.domain.message import Message
from bot.domain.quiet import Quiet
from bot.domain.schedule import Schedule
from bot.domain.subscription import Address, ChatKind
from bot.services import Services
from bot.storage import keys
from bot.storage.settlements import Settlements
from bot.subscriptions import Reader
from tests.storage.chunks import begun, candidate, take
from tests.storage.moments import a_moment_later, abandon, come_due
from tests.unit.delivery.changes import everything_sent
from tests.unit.delivery.fake_messenger import FakeMessenger
from tests.unit.delivery.processes import worker_of
from tests.unit.samples import FULL, article

READER = Reader(Address(1))
GROUP = Reader(Address(-1), ChatKind.SUPERGROUP)
BREAKING = article("breaking", title="The Breaking One").model_copy(update={"breaking": True})


async def quiet_now(services: Services, *, breaking: bool = False) -> Quiet:
    """From an hour ago to an hour from now, by the reader's clock."""
    now = (await services.clock.now()).astimezone((await services.subscriptions.get(READER)).zone)
    start, end = ((now + timedelta(hours=hours)).time() for hours in (-1, 1))
    return Quiet(start=start, end=end, breaking=breaking)


async def hold_ends(services: Services, stores: Stores, reader: Reader = READER) -> None:
    """As if its time had come, and no quiet hours held it longer."""
    past = await stores.clock.now() - timedelta(seconds=1)

    def end(old):  # type: ignore[no-untyped-def]
        return old.with_quiet(None).with_hold(old.hold.model_copy(update={"until": past}))

    await stores.subscriptions.change(services.subscriptions.blank(reader), end)


async def publish(services: Services, stores: Stores, *articles: Article) -> None:
    for one in articles:
        await services.articles.publish(one)
        await a_moment_later(stores)
    await services.planner.run_until_idle()


def told(messenger: FakeMessenger, chat_id: int = 1) -> list[list[str]]:
    """Of each message: the titles in it."""
    titles = [FULL.title, BREAKING.title, "Title of a2", "Title of a3"]
    return [[title for title in titles if title in text] for text in messenger.sent_to(chat_id)]


@pytest.fixture
async def subscribed(services: Services, stores: Stores) -> None:
    await services.subscriptions.subscribe(READER, ["policy"])
    await a_moment_later(stores)


@pytest.mark.usefixtures("subscribed")
@pytest.mark.parametrize("chosen_before", [False, True])
async def test_quiet_hours_hold_all_for_one_digest(
    services: Services, stores: Stores, worker: Worker, messenger: FakeMessenger, chosen_before: bool
) -> None:
    """The first was in the outbox when they began, or was planned in them."""
    if chosen_before:
        await publish(services, stores, FULL)
    await services.changes.set_quiet(READER, await quiet_now(services))
    if not chosen_before:
        await publish(services, stores, FULL)
    await worker.run_until_idle()
    assert messenger.sent_to(1) == []
    held = (await services.subscriptions.get(READER)).hold
    assert held and (held.cause, held.articles) == (Holding.QUIET, (FULL.id,))
    await publish(services, stores, article("a2"), article("a3"))
    await worker.run_until_idle()
    assert (await stores.outbox.counts())["owed"] == 1, "those after it are not even chosen"
    await hold_ends(services, stores)
    await everything_sent(services, stores, worker)
    assert told(messenger) == [[FULL.title, "Title of a2", "Title of a3"]]
    assert (await services.subscriptions.get(READER)).hold is None


@pytest.mark.usefixtures("subscribed")
async def test_what_may_have_come_when_a_process_was_killed_comes_silently_at_once(
    services: Services, stores: Stores, messenger: FakeMessenger, swift: None
) -> None:
    """Held, it would come once more with the digest after the quiet hours, which rings."""
    await publish(services, stores, FULL)
    (chunk,) = await take(stores.outbox)
    await begun(stores, candidate(chunk, 0))
    await abandon(stores, stores.presence)
    await services.changes.set_quiet(READER, await quiet_now(services))
    successor = worker_of(stores, messenger, name="successor")
    await successor.run_until_idle()
    assert [(call.chat_id, call.silent) for call in messenger.calls] == [(1, True)]
    await services.planner.run_until_idle()
    assert (await services.subscriptions.get(READER)).hold is None


@pytest.mark.usefixtures("subscribed")
async def test_a_plan_that_had_not_come_to_the_chat_is_held_too(
    services: Services, stores: Stores, worker: Worker, messenger: FakeMessenger
) -> None:
    await publish(services, stores, FULL)
    await services.changes.set_quiet(READER, await quiet_now(services))
    await services.articles.publish(article("a2"))  # its plan waits
    await a_moment_later(stores)
    await worker.run_until_idle()
    await services.planner.run_until_idle()
    await worker.run_until_idle()
    assert messenger.sent_to(1) == []
    await hold_ends(services, stores)
    await everything_sent(services, stores, worker)
    assert told(messenger) == [[FULL.title, "Title of a2"]]


@pytest.mark.usefixtures("subscribed")
@pytest.mark.parametrize("breaking", [False, True])
async def test_breaking_news_comes_if_it_is_wanted(
    services: Services, stores: Stores, worker: Worker, messenger: FakeMessenger, breaking: bool
) -> None:
    """Before anything is held, and while something is; and not once more at the end."""
    await services.changes.set_quiet(READER, await quiet_now(services, breaking=breaking))
    await publish(services, stores, BREAKING.model_copy(update={"id": "b0", "title": "The First"}))
    await worker.run_until_idle()
    await publish(services, stores, FULL)
    await worker.run_until_idle()
    await publish(services, stores, BREAKING)
    await worker.run_until_idle()
    assert len(messenger.sent_to(1)) == (2 if breaking else 0)
    await hold_ends(services, stores)
    await everything_sent(services, stores, worker)
    assert told(messenger)[-1] == ([FULL.title] if breaking else [FULL.title, BREAKING.title])
    assert sum(BREAKING.title in text for text in messenger.sent_to(1)) == 1


@pytest.mark.usefixtures("subscribed")
async def test_breaking_news_on_its_way_when_the_hold_ends_is_told_once(
    services: Services, stores: Stores, worker: Worker, messenger: FakeMessenger
) -> None:
    await services.changes.set_quiet(READER, await quiet_now(services, breaking=True))
    await publish(services, stores, FULL)
    await worker.run_until_idle()
    await services.articles.publish(BREAKING)  # its plan waits
    await a_moment_later(stores)
    await hold_ends(services, stores)
    await services.planner._rounds.go()
    await everything_sent(services, stores, worker)
    assert told(messenger) == [[FULL.title, BREAKING.title]]


@pytest.mark.usefixtures("subscribed")
async def test_no_quiet_hours_any_more_brings_what_was_held(
    services: Services, stores: Stores, worker: Worker, messenger: FakeMessenger
) -> None:
    await services.changes.set_quiet(READER, await quiet_now(services))
    await publish(services, stores, FULL)
    await worker.run_until_idle()
    await publish(services, stores, article("a2"))
    await services.changes.set_quiet(READER, None)
    await publish(services, stores, article("a3"))
    await everything_sent(services, stores, worker)
    assert told(messenger) == [[FULL.title, "Title of a2"], ["Title of a3"]]


@pytest.mark.usefixtures("subscribed")
async def test_what_is_asked_for_comes_in_quiet_hours(
    services: Services, stores: Stores, worker: Worker, messenger: FakeMessenger
) -> None:
    await services.changes.set_quiet(READER, await quiet_now(services))
    await publish(services, stores, FULL)
    await worker.run_until_idle()
    assert await services.changes.send_now(READER) == 1
    await publish(services, stores, article("a2"))
    await worker.run_until_idle()
    assert told(messenger) == [[FULL.title]]
    await hold_ends(services, stores)
    await everything_sent(services, stores, worker)
    assert told(messenger) == [[FULL.title], ["Title of a2"]]


@pytest.mark.usefixtures("subscribed")
@pytest.mark.parametrize("asked_for", ["digest", "at once", "resume"])
async def test_what_a_parked_chat_asks_for_is_sent(
    services: Services, stores: Stores, worker: Worker, messenger: FakeMessenger, asked_for: str
) -> None:
    """As in a group that has just let the bot write again, of which Telegram does not tell."""
    changes = services.changes
    await changes.reschedule(READER, Schedule.parse("daily 08:00"))
    await a_moment_later(stores)
    await publish(services, stores, FULL)
    if asked_for == "resume":
        await changes.pause(READER, await stores.clock.now() + timedelta(days=7))
    await services.subscriptions.park(READER.address, Cause.NO_RIGHTS)
    if asked_for == "digest":
        await changes.send_now(READER)
    elif asked_for == "at once":
        await changes.reschedule(READER, Schedule())
    else:
        await changes.resume(READER)
    await publish(services, stores, article("a2"))
    await everything_sent(services, stores, worker)
    assert told(messenger)[0] == [FULL.title]
    assert (await services.subscriptions.get(READER)).parked is None


@pytest.mark.usefixtures("subscribed")
@pytest.mark.parametrize("schedule", ["instant", "daily 08:00"])
@pytest.mark.parametrize("resumed", [False, True])
async def test_a_pause_ends_with_one_digest(
    services: Services, stores: Stores, worker: Worker, messenger: FakeMessenger, schedule: str, resumed: bool
) -> None:
    await services.changes.reschedule(READER, Schedule.parse(schedule))
    await a_moment_later(stores)
    await publish(services, stores, FULL)
    after = await services.changes.pause(READER, await stores.clock.now() + timedelta(days=7))
    assert after.paused_until == after.digest_due()
    await publish(services, stores, article("a2"), BREAKING)
    await worker.run_until_idle()
    assert messenger.sent_to(1) == []
    if resumed:
        after, count = await services.changes.resume(READER)
        assert (after.paused_until, count) == (None, 3)
    else:
        await hold_ends(services, stores)
    await everything_sent(services, stores, worker)
    assert told(messenger) == [[FULL.title, BREAKING.title, "Title of a2"]]


@pytest.mark.usefixtures("subscribed")
async def test_a_pause_in_quiet_hours_that_let_breaking_news_through_tells_none_twice(
    services: Services, stores: Stores, worker: Worker, messenger: FakeMessenger
) -> None:
    await services.changes.set_quiet(READER, await quiet_now(services, breaking=True))
    await publish(services, stores, FULL, BREAKING)
    await worker.run_until_idle()
    assert told(messenger) == [[BREAKING.title]]
    await services.changes.pause(READER, await stores.clock.now() + timedelta(days=1))
    await publish(services, stores, article("a2"))
    await hold_ends(services, stores)
    await everything_sent(services, stores, worker)
    assert told(messenger) == [[BREAKING.title], [FULL.title, "Title of a2"]]


async def test_a_conversation_is_not_interrupted_but_by_breaking_news(
    services: Services, stores: Stores, worker: Worker, messenger: FakeMessenger
) -> None:
    await services.subscriptions.subscribe(GROUP, ["policy"])
    now = await stores.clock.now()
    await stores.redis.set(keys.talk(GROUP.address), int(now.timestamp() * 1000))
    await a_moment_later(stores)
    await publish(services, stores, FULL, BREAKING)
    await worker.run_until_idle()
    assert told(messenger, -1) == [[BREAKING.title]]
    hold = (await services.subscriptions.get(GROUP)).hold
    assert hold and hold.cause is Holding.TALK
    assert timedelta(minutes=9) < hold.until - now < timedelta(minutes=11)
    await hold_ends(services, stores, GROUP)
    await everything_sent(services, stores, worker)
    assert told(messenger, -1) == [[BREAKING.title]], "they still talk"
    await stores.redis.delete(keys.talk(GROUP.address))
    again = hold.model_copy(update={"until": now})
    await stores.subscriptions.change(services.subscriptions.blank(GROUP), lambda old: old.with_hold(again))
    await everything_sent(services, stores, worker)
    assert told(messenger, -1) == [[BREAKING.title], [FULL.title]]


@pytest.mark.usefixtures("subscribed")
async def test_muted_words_are_left_out_at_once_and_in_digests(
    services: Services, stores: Stores, worker: Worker, messenger: FakeMessenger
) -> None:
    other = Reader(Address(2))
    await services.subscriptions.subscribe(other, ["policy"])
    await services.changes.reschedule(other, Schedule.parse("daily 08:00"))
    await a_moment_later(stores)
    for reader in (READER, other):
        await services.subscriptions.mute(reader, "  HÁRBOUR   tóll ")
    await publish(services, stores, FULL, article("a2"))
    await services.changes.send_now(other)
    await everything_sent(services, stores, worker)
    assert told(messenger, 1) == told(messenger, 2) == [["Title of a2"]]


@pytest.mark.usefixtures("subscribed")
async def test_a_category_that_brings_too_much_becomes_hourly_once(
    services: Services, stores: Stores, worker: Worker, messenger: FakeMessenger
) -> None:
    services.planner._broadcast._most = 2
    for number in range(4):
        await publish(services, stores, article(f"a{number}"))
        await worker.run_until_idle()
    after = await services.subscriptions.get(READER)
    assert (str(after.categories["policy"]), after.calmed) == ("hourly", ("policy",))
    await come_due(stores)
    await worker.run_until_idle()
    texts = messenger.sent_to(1)
    assert [sum(f"Title of a{number}" in text for text in texts) for number in range(4)] == [1, 1, 1, 0]
    (notice,) = [text for text in texts if "every hour" in text]
    assert "/schedule policy instant" in notice
    await services.changes.reschedule(READER, Schedule(), "policy")
    await a_moment_later(stores)
    await publish(services, stores, article("a5"))
    await everything_sent(services, stores, worker)
    assert sum("every hour" in text for text in messenger.sent_to(1)) == 1
    assert [sum(f"Title of a{number}" in text for text in messenger.sent_to(1)) for number in (3, 5)] == [1, 1]


@pytest.mark.usefixtures("subscribed")
async def test_what_comes_in_quiet_hours_makes_no_category_hourly(services: Services, stores: Stores) -> None:
    """Planned before the first of it was kept from coming."""
    services.planner._broadcast._most = 2
    await services.changes.set_quiet(READER, await quiet_now(services))
    for number in range(4):
        await publish(services, stores, article(f"a{number}"))
    assert (await services.subscriptions.get(READER)).calmed == ()


@pytest.mark.usefixtures("subscribed")
async def test_published_while_a_pause_is_ended(
    services: Services, stores: Stores, worker: Worker, messenger: FakeMessenger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And planned, when the chat is not yet one that gets it at once."""
    await services.changes.pause(READER, await stores.clock.now() + timedelta(days=7))
    await publish(services, stores, FULL)
    word = services.changes._owing

    async def slowly(*arguments: Any, **more: Any) -> Any:
        monkeypatch.undo()
        await publish(services, stores, article("a2"))
        return await word(*arguments, **more)

    monkeypatch.setattr(services.changes, "_owing", slowly)
    await services.changes.resume(READER)
    await everything_sent(services, stores, worker)
    assert told(messenger) == [[FULL.title, "Title of a2"]]


@pytest.mark.usefixtures("subscribed")
async def test_published_while_a_round_ends_a_hold(
    services: Services, stores: Stores, worker: Worker, messenger: FakeMessenger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another planner has it planned before the round is written."""
    await services.changes.pause(READER, await stores.clock.now() + timedelta(days=7))
    await publish(services, stores, FULL)
    await hold_ends(services, stores)
    save = stores.subscriptions.save_all

    async def slowly(changes: Any) -> None:
        monkeypatch.undo()
        await services.articles.publish(article("a2"))
        (plan,) = await stores.plans.queue.take(1, None, asyncio.Event())
        await services.planner._broadcast.send(plan)
        await save(changes)

    monkeypatch.setattr(stores.subscriptions, "save_all", slowly)
    await everything_sent(services, stores, worker)
    assert told(messenger) == [[FULL.title, "Title of a2"]]


@pytest.mark.usefixtures("subscribed")
async def test_to_digests_in_a_hold_tells_none_twice(
    services: Services, stores: Stores, worker: Worker, messenger: FakeMessenger
) -> None:
    """Not what the hold has let through, and what it holds comes at its end."""
    await services.changes.set_quiet(READER, await quiet_now(services, breaking=True))
    await publish(services, stores, FULL)
    await worker.run_until_idle()
    await publish(services, stores, BREAKING, article("a2"))
    await worker.run_until_idle()
    await services.changes.reschedule(READER, Schedule.parse("weekly mon 03:00"))
    await hold_ends(services, stores)
    await everything_sent(services, stores, worker)
    assert told(messenger) == [[BREAKING.title], [FULL.title, "Title of a2"]]


@pytest.mark.usefixtures("subscribed")
async def test_a_pause_that_was_ended_meanwhile_does_not_begin_again(services: Services, stores: Stores) -> None:
    """The delivery was looked at before."""
    now = await stores.clock.now()
    await services.changes.pause(READER, now + timedelta(days=3))
    await services.changes.resume(READER)
    record = await stores.subscriptions.read(READER.address)
    assert record
    await services.changes._holds.hold(record.number, Holding.PAUSE, now + timedelta(days=3), ["full"])
    hold = (await services.subscriptions.get(READER)).hold
    assert hold and hold.until <= await stores.clock.now()


@pytest.mark.usefixtures("subscribed")
async def test_who_has_just_chosen_digests_is_not_made_hourly(services: Services, stores: Stores) -> None:
    after = await services.changes.reschedule(READER, Schedule.parse("daily 08:00"))
    record = await stores.subscriptions.read(READER.address)
    assert record
    await services.changes.calm(record.number, "policy", 20)
    assert await services.subscriptions.get(READER) == after


async def test_what_a_group_holds_goes_with_it_to_its_supergroup(services: Services, stores: Stores) -> None:
    old, new = Reader(Address(-5), ChatKind.GROUP), Reader(Address(-1005), ChatKind.SUPERGROUP)
    for reader, word in ((old, "one"), (new, "two")):
        await services.subscriptions.subscribe(reader, ["policy"])
        await services.subscriptions.mute(reader, word)
    await a_moment_later(stores)
    await services.changes.pause(old, await stores.clock.now() + timedelta(days=1))
    held = (await services.subscriptions.get(old)).hold
    await services.subscriptions.move(-5, -1005)
    after = await services.subscriptions.get(new)
    assert (after.hold, after.muted) == (held, ("two", "one"))


async def test_an_answer_comes_once_after_the_quiet_hours_whatever_is_subscribed(
    services: Services, stores: Stores, worker: Worker, messenger: FakeMessenger
) -> None:
    await services.articles.keep(FULL)
    await services.changes.set_quiet(READER, await quiet_now(services))
    record = await services.subscriptions.known(READER)
    assert record and not record.subscription.categories
    told = Edition(id="q", message=Message(text="The council."), articles=(FULL.id,), answer=True)
    await stores.outbox.owe(told, [record.number])
    await worker.run_until_idle()
    assert messenger.sent_to(1) == []
    assert (await services.subscriptions.get(READER)).hold is None, "no digest brings it"
    await services.changes.set_quiet(READER, None)
    for _ in range(2):
        await come_due(stores)
        await worker.run_until_idle()
    assert messenger.sent_to(1) == ["The council."]
    assert isinstance(await services.reports.fate(FULL.id, READER.address), NotSubscribed)


async def test_an_answer_does_not_wait_for_a_pause_that_was_ended_meanwhile(
    services: Services, stores: Stores, worker: Worker, messenger: FakeMessenger
) -> None:
    """Nor is it lost in one that is longer than an edition is kept."""
    await services.articles.keep(FULL)
    record = await services.subscriptions.known(READER)
    assert record
    await services.changes.pause(READER, await stores.clock.now() + timedelta(days=60))
    answer = Edition(id="q", message=Message(text="The council."), articles=(FULL.id,), answer=True)
    await stores.outbox.owe(answer, [record.number])
    await worker.run_until_idle()
    assert messenger.sent_to(1) == []
    waiting = await Settlements(stores.redis).waiting("q", record.number)
    assert waiting and waiting[1] < await stores.clock.now() + timedelta(hours=2)
    await services.changes.resume(READER)
    await come_due(stores)
    await worker.run_until_idle()
    assert messenger.sent_to(1) == ["The council."]
