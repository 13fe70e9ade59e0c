"""Corrections, from the editor's words to what stands in the chats, over a real store."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import ParamSpec, TypeVar

import pytest
from redis.exceptions import ConnectionError as StoreGone

from bot.articles import Corrected
from bot.bootstrap import Stores, build_worker
from bot.delivery.worker import Worker
from bot.domain.article import Article, Correction
from bot.domain.delivery import Cause, Outcome, Sent
from bot.domain.edition import Edition
from bot.domain.message import Message
from bot.domain.schedule import Schedule
from bot.domain.subscription import Address
from bot.rendering.actions import ReadArticle, decode
from bot.services import Services
from bot.storage import keys
from bot.storage.pace import Limits, Pace
from bot.subscriptions import Reader
from tests.unit.samples import FULL, NOW, article

P = ParamSpec("P")
T = TypeVar("T")

DAILY = Schedule.parse("daily 08:00")
LINE = "✏️ Correction, 22 Nov: "
NOTICE = "✏️ Correction to “<b>Harbour Toll Rises</b>”: "


class Windows:
    """A messenger that shows what stands in each chat."""

    def __init__(self) -> None:
        self.chats: dict[int, dict[int, str]] = defaultdict(dict)
        self.edits = 0
        self.called = asyncio.Event()
        self.answering = asyncio.Event()
        self.answering.set()
        self._last_id = 0

    def encode(self, message: Message, *, plain: bool = False) -> bytes:
        return message.text.encode()

    async def send(self, address: Address, encoded: bytes, *, silent: bool) -> Outcome:
        self._last_id += 1
        message_id = self._last_id
        self.chats[address.chat_id][message_id] = encoded.decode()
        self.called.set()
        await self.answering.wait()
        return Sent(message_id)

    async def edit(self, address: Address, message_id: int, message: Message, *, plain: bool = False) -> Outcome:
        self.edits += 1
        self.chats[address.chat_id][message_id] = message.text
        return Sent(message_id)

    async def delete(self, address: Address, message_id: int) -> Outcome:
        self.chats[address.chat_id].pop(message_id, None)
        return Sent(message_id)

    def shown(self, chat_id: int) -> list[str]:
        return list(self.chats[chat_id].values())


class Deaf:
    async def refused(self, edition: Edition, reason: str) -> None:
        raise AssertionError(f"{edition.id}: {reason}")

    async def failing_alike(self, cause: Cause, rest: timedelta) -> None:
        raise AssertionError(cause)


@pytest.fixture
def windows() -> Windows:
    return Windows()


@pytest.fixture
def worker(services: Services, stores: Stores, windows: Windows, monkeypatch: pytest.MonkeyPatch) -> Worker:
    monkeypatch.setattr("bot.delivery.dispatcher._CHAT_GAP", timedelta())
    pace = Pace(stores.redis, 1_000_000, Limits(chat_gap=timedelta(), group_gap=timedelta()))
    return build_worker(stores, services.subscriptions, windows, Deaf(), pace, in_flight=64)


async def said(services: Services, text: str, article_id: str = "full") -> Corrected | None:
    return await services.articles.correct(article_id, Correction(text=text, at=NOW))


async def reached(services: Services, text: str, article_id: str = "full") -> int | None:
    done = await said(services, text, article_id)
    assert done
    return done.reached


async def published(services: Services, *articles: Article, to: int = 1) -> None:
    """In the outbox of that many chats that want them at once."""
    for chat_id in range(1, to + 1):
        await services.subscriptions.subscribe(Reader(Address(chat_id)), ["policy"])
    for one in articles:
        await services.articles.publish(one)
    await services.planner.run_until_idle()


async def digested(services: Services, *articles: Article) -> None:
    """In the outbox of chat 1 as a digest."""
    reader = Reader(Address(1))
    await services.subscriptions.subscribe(reader, ["policy"])
    await services.changes.reschedule(reader, DAILY)
    for one in articles:
        await services.articles.publish(one)
    arrived = await services.clock.now()
    while await services.clock.now() <= arrived + timedelta(milliseconds=1):
        pass
    assert await services.changes.send_now(reader) == len(articles)


def first(todo: Callable[[], Awaitable[object]], then: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
    """`then`, before whose first call something else happens."""
    done: list[bool] = []

    async def both(*args: P.args, **kwargs: P.kwargs) -> T:
        if not done:
            done.append(True)
            await todo()
        return await then(*args, **kwargs)

    return both


# -- in the store ---------------------------------------------------------------------------------------------------


async def test_it_is_stored_with_the_article_which_arrived_when_it_arrived(
    services: Services, stores: Stores
) -> None:
    await services.articles.publish(FULL)
    before, change = await stores.articles.get("full"), await stores.articles.last_change()
    assert before
    for text in ("From June.", "From July."):
        assert await said(services, text)
    after = await stores.articles.get("full")
    assert after
    assert [correction.text for correction in after.article.corrections] == ["From July.", "From June."]
    assert (after.arrived, after.owed, after.article.revision) == (before.arrived, before.owed, 2)
    assert after.article.model_copy(update={"corrections": ()}) == FULL
    assert {one for _, one in await stores.articles.changes_after(change, 10)} == {"full"}
    assert [one.article.id for one in await stores.articles.latest("policy", count=5)] == ["full"]


async def test_what_was_corrected_at_the_same_time_is_all_kept(services: Services) -> None:
    await services.articles.keep(FULL)
    await asyncio.gather(*(said(services, f"Number {number}.") for number in range(9)))
    found = await services.articles.get("full")
    assert found
    assert {one.text for one in found.corrections} == {f"Number {number}." for number in range(9)}


async def test_what_is_kept_again_stays_corrected(services: Services) -> None:
    await services.articles.keep(FULL)
    await said(services, "From June.")
    await services.articles.keep(FULL)
    await services.articles.keep(FULL.model_copy(update={"faq": ()}))
    found = await services.articles.get("full")
    assert found
    assert (found.faq, [one.text for one in found.corrections]) == ((), ["From June."])


async def test_a_draft_of_a_corrected_article_shows_it_corrected_and_changes_nothing(services: Services) -> None:
    text = "policy\n\nTitle\n\nTeaser"
    published_as = await services.drafts.publish((await services.drafts.write(text)).draft_id)
    assert published_as
    await said(services, "From June.", published_as[0].id)
    preview = await services.drafts.write(text)
    assert isinstance(preview.article, Article)
    assert (preview.published, preview.changed, preview.article.revision) == (True, False, 1)
    again = await services.drafts.publish(preview.draft_id)
    assert again
    assert again[1] == "known"


async def test_what_is_not_stored_or_was_taken_back_is_not_corrected(services: Services) -> None:
    assert await said(services, "From June.") is None
    await services.articles.publish(FULL)
    await services.articles.retract("full")
    assert await said(services, "From June.") is None
    assert await services.articles.get("full") is None


async def test_a_question_finds_what_was_corrected(services: Services) -> None:
    await services.articles.keep(FULL)
    await services.questions.load()
    await said(services, "Barges are exempt.")
    following = asyncio.Event()
    task = asyncio.create_task(services.questions.follow(following))
    while not await services.questions.search("barges", limit=1):  # noqa: ASYNC110 – the index follows by itself
        await asyncio.sleep(0.01)
    following.set()
    await task
    (found,) = await services.questions.search("barges", limit=1)
    assert found.revision == 1
    services.questions.close()


# -- in the chats ---------------------------------------------------------------------------------------------------


async def test_who_has_it_sees_it_changed_and_is_told(services: Services, worker: Worker, windows: Windows) -> None:
    await published(services, FULL, to=3)
    await worker.run_until_idle()
    assert await reached(services, "From <June>.") == 3
    await worker.run_until_idle()
    for chat_id in (1, 2, 3):
        teaser, notice = windows.shown(chat_id)
        assert f"{LINE}From &lt;June&gt;." in teaser
        assert notice == f"{NOTICE}From &lt;June&gt;."


async def test_the_notice_has_a_button_that_opens_the_article(
    services: Services, stores: Stores, worker: Worker
) -> None:
    await published(services, FULL)
    await worker.run_until_idle()
    await said(services, "From June.")
    (name,) = [one for one in await stores.outbox.editions_of("full") if one.startswith("correction:")]
    notice = await stores.outbox.edition(name)
    assert notice and notice.message
    assert [decode(b.data or "") for row in notice.message.buttons for b in row] == [ReadArticle(id="full")]


async def test_a_digest_is_changed_and_stays_as_it_is_otherwise(
    services: Services, worker: Worker, windows: Windows
) -> None:
    earlier = NOW - timedelta(hours=1)
    await digested(services, FULL, *(article(f"a{number}", published=earlier) for number in range(11)))
    await worker.run_until_idle()
    (page,) = windows.shown(1)
    assert "and 2 more" in page
    assert await reached(services, "From June.") == 1
    await worker.run_until_idle()
    changed, notice = windows.shown(1)
    assert changed.replace(f"\n{LINE}From June.", "") == page
    assert notice == f"{NOTICE}From June."


async def test_who_is_still_owed_it_gets_it_corrected_and_is_told_no_more(
    services: Services, stores: Stores, worker: Worker, windows: Windows
) -> None:
    await published(services, FULL, to=2)
    assert await reached(services, "From June.") == 0
    (edition_id,) = await stores.outbox.editions_of("full")
    assert 0 < await stores.redis.ttl(keys.recall(edition_id)) <= 300
    await stores.redis.delete(keys.recall(edition_id))  # a while later
    await worker.run_until_idle()
    for chat_id in (1, 2):
        (teaser,) = windows.shown(chat_id)
        assert f"{LINE}From June." in teaser
    assert await reached(services, "From June.") is None
    await worker.run_until_idle()
    assert (len(windows.shown(1)), windows.edits) == (1, 0)


async def test_what_was_on_its_way_is_changed_when_it_has_arrived_and_its_chat_told(
    services: Services, worker: Worker, windows: Windows
) -> None:
    await published(services, FULL)
    windows.answering.clear()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(worker.run_until_idle())
        await windows.called.wait()
        assert await reached(services, "From June.") == 0
        windows.answering.set()
    teaser, notice = windows.shown(1)
    assert f"{LINE}From June." in teaser
    assert notice == f"{NOTICE}From June."


async def test_what_arrives_while_the_receipts_are_read_is_changed_too(
    services: Services, stores: Stores, worker: Worker, windows: Windows, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has its receipt after the recall stands and before anyone is owed it: no edit must be to the old words."""
    await published(services, FULL)
    receipts = stores.outbox.receipts

    async def after_the_rest(edition_id: str) -> object:
        found = [one async for one in receipts(edition_id)]
        windows.answering.set()
        while not windows.edits:  # noqa: ASYNC110 – the worker goes on by itself
            await asyncio.sleep(0.005)
        monkeypatch.setattr(stores.outbox, "receipts", receipts)
        return found

    async def slow(edition_id: str) -> object:
        for one in await after_the_rest(edition_id):  # type: ignore[attr-defined]
            yield one

    windows.answering.clear()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(worker.run_until_idle())
        await windows.called.wait()
        monkeypatch.setattr(stores.outbox, "receipts", slow)
        assert await reached(services, "From June.") == 0
    await worker.run_until_idle()
    assert f"{LINE}From June." in windows.shown(1)[0]


async def test_who_has_it_twice_is_told_once(
    services: Services, stores: Stores, worker: Worker, windows: Windows
) -> None:
    await published(services, FULL, article("a2"))
    again = Edition(id="d1-1-1", message=Message(text="Both"), articles=("full", "a2"))
    await stores.outbox.owe(again, [1])
    await worker.run_until_idle()
    assert await reached(services, "From June.") == 2
    await worker.run_until_idle()
    assert [text.count(LINE) for text in windows.shown(1)] == [1, 0, 1, 0]
    assert [text for text in windows.shown(1) if text.startswith(NOTICE)] == [f"{NOTICE}From June."]


async def test_the_same_again_does_nothing_twice(services: Services, worker: Worker, windows: Windows) -> None:
    await published(services, FULL)
    await worker.run_until_idle()
    for text, messages in (("From June.", 1), ("From June.", None)):
        assert await reached(services, text) == messages
        await worker.run_until_idle()
    assert (len(windows.shown(1)), windows.edits) == (2, 1)
    found = await services.articles.get("full")
    assert found
    assert found.revision == 1


async def test_the_same_at_the_same_time_is_told_once(services: Services, worker: Worker, windows: Windows) -> None:
    await published(services, FULL)
    await worker.run_until_idle()
    await asyncio.gather(*(said(services, "From June.") for _ in range(5)))
    await worker.run_until_idle()
    assert len(windows.shown(1)) == 2


async def test_the_same_long_after_is_nothing_new(services: Services, worker: Worker, windows: Windows) -> None:
    """Who has a receipt by then got it corrected, and nothing is stored of the notice any more."""
    await published(services, FULL)
    old = Correction(text="From June.", at=NOW - timedelta(days=3))
    await services.articles.keep(FULL.model_copy(update={"corrections": (old,)}))
    await worker.run_until_idle()
    assert await reached(services, "From June.") is None
    await worker.run_until_idle()
    assert len(windows.shown(1)) == 1


@pytest.mark.parametrize("step", ["editions_of", "recall", "receipts", "owe_once"])
async def test_what_was_interrupted_is_ended_by_the_same_command(
    services: Services,
    stores: Stores,
    worker: Worker,
    windows: Windows,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
) -> None:
    await published(services, FULL)
    await worker.run_until_idle()

    def gone(*_: object) -> object:
        raise StoreGone("gone")

    with monkeypatch.context() as broken:
        broken.setattr(stores.outbox, step, gone)
        with pytest.raises(StoreGone):
            await said(services, "From June.")
    await worker.run_until_idle()
    assert await reached(services, "From June.") == 1
    await worker.run_until_idle()
    assert await reached(services, "From June.") is None
    await worker.run_until_idle()
    teaser, notice = windows.shown(1)
    assert f"{LINE}From June." in teaser
    assert (notice, windows.edits) == (f"{NOTICE}From June.", 1)


@pytest.mark.parametrize("sent_between", [True, False])
async def test_two_in_a_row_both_reach_everybody(
    services: Services, worker: Worker, windows: Windows, sent_between: bool
) -> None:
    await published(services, FULL)
    await worker.run_until_idle()
    for text in ("From June.", "From July."):
        assert await reached(services, text) == 1
        if sent_between:
            await worker.run_until_idle()
    await worker.run_until_idle()
    teaser, *notices = windows.shown(1)
    assert f"{LINE}From July." in teaser
    assert notices == [f"{NOTICE}From June.", f"{NOTICE}From July."]


async def test_before_and_after_another_of_the_same_digest_is_taken_back(
    services: Services, worker: Worker, windows: Windows
) -> None:
    await digested(services, FULL, article("a2"), article("a3"))
    await worker.run_until_idle()
    assert await reached(services, "From June.") == 1
    await worker.run_until_idle()
    assert await services.articles.retract("a2") == 1
    assert await reached(services, "From July.") == 1
    await worker.run_until_idle()
    digest, *notices = windows.shown(1)
    assert [words in digest for words in ("Title of a2", "Title of a3", f"{LINE}From July.")] == [False, True, True]
    assert len(notices) == 2


async def test_what_is_taken_back_takes_its_notices_along(
    services: Services, worker: Worker, windows: Windows
) -> None:
    await published(services, FULL)
    await worker.run_until_idle()
    await said(services, "From June.")
    await worker.run_until_idle()
    await said(services, "From July.")
    await services.articles.retract("full")
    await worker.run_until_idle()
    assert windows.shown(1) == []


# -- at the same time -----------------------------------------------------------------------------------------------


async def test_what_a_plan_has_read_before_is_read_again(
    services: Services, stores: Stores, worker: Worker, windows: Windows, monkeypatch: pytest.MonkeyPatch
) -> None:
    await services.subscriptions.subscribe(Reader(Address(1)), ["policy"])
    await services.articles.publish(FULL)
    advance = first(lambda: said(services, "From June."), stores.plans.advance)
    monkeypatch.setattr(stores.plans, "advance", advance)
    await services.planner.run_until_idle()
    await worker.run_until_idle()
    (teaser,) = windows.shown(1)
    assert f"{LINE}From June." in teaser


async def test_what_a_digest_was_made_of_before_is_read_again(
    services: Services, stores: Stores, worker: Worker, windows: Windows, monkeypatch: pytest.MonkeyPatch
) -> None:
    await services.subscriptions.subscribe(Reader(Address(1)), ["policy"])
    await services.changes.reschedule(Reader(Address(1)), DAILY)
    save = first(lambda: said(services, "From June."), stores.subscriptions.save)
    await services.articles.publish(FULL)
    arrived = await services.clock.now()
    while await services.clock.now() <= arrived + timedelta(milliseconds=1):
        pass
    monkeypatch.setattr(stores.subscriptions, "save", save)
    assert await services.changes.send_now(Reader(Address(1))) == 1
    await worker.run_until_idle()
    (teaser,) = windows.shown(1)
    assert f"{LINE}From June." in teaser


async def test_another_of_the_digest_is_taken_back_meanwhile(
    services: Services, stores: Stores, worker: Worker, windows: Windows, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever words the digest last has seen both."""
    await digested(services, FULL, article("a2"), article("a3"))
    await worker.run_until_idle()
    recall = first(lambda: services.articles.retract("a2"), stores.outbox.recall)
    monkeypatch.setattr(stores.outbox, "recall", recall)
    await said(services, "From June.")
    await worker.run_until_idle()
    digest, _ = windows.shown(1)
    assert [words in digest for words in ("Title of a2", "Title of a3", f"{LINE}From June.")] == [False, True, True]


async def test_it_is_taken_back_itself_meanwhile(
    services: Services, stores: Stores, worker: Worker, windows: Windows, monkeypatch: pytest.MonkeyPatch
) -> None:
    await published(services, FULL)
    await worker.run_until_idle()
    recall = first(lambda: services.articles.retract("full"), stores.outbox.recall)
    monkeypatch.setattr(stores.outbox, "recall", recall)
    await said(services, "From June.")
    await worker.run_until_idle()
    assert windows.shown(1) == []
