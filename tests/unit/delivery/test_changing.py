"""Each article once, whatever planners and editors do between any two steps of a change of schedule."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from bot.bootstrap import Stores
from bot.delivery.worker import Worker
from bot.domain.edition import Edition
from bot.domain.message import Message
from bot.domain.schedule import Schedule
from bot.services import Services
from bot.storage.orders import order
from bot.storage.plans import Slice
from bot.storage.streams import Entry
from tests.unit.delivery.changes import AT_ONCE, DAILY, READER, everything_sent
from tests.unit.delivery.fake_messenger import FakeMessenger
from tests.unit.samples import FULL, article

LATE = article("late", title="A Late One")
SECOND = article("second", title="The Second")
#: What a change asks of the stores, in any order.
STEPS = [("clock", "now"), ("subscriptions", "read"), ("plans", "coming_to"), ("articles", "get_many")]
STEPS += [("articles", "owed"), ("subscriptions", "save")]
Act = Callable[[], Awaitable[object]]


def before_step(number: int, stores: Stores, monkeypatch: pytest.MonkeyPatch, act: Act) -> list[str]:
    """`act` runs once, before the step of that number from now on; gives the steps that were made."""
    made: list[str] = []

    def watch(noun: str, verb: str) -> None:
        store = getattr(stores, noun)
        call = getattr(store, verb)

        async def watched(*arguments: Any, **more: Any) -> Any:
            made.append(f"{noun}.{verb}")
            if len(made) == number + 1:
                await act()
            return await call(*arguments, **more)

        monkeypatch.setattr(store, verb, watched)

    for noun, verb in STEPS:
        watch(noun, verb)
    return made


@pytest.fixture(params=["plan", "plan and send", "publish", "publish and plan", "publish, plan and send"])
def act(request: pytest.FixtureRequest, services: Services, worker: Worker) -> Act:
    async def acted() -> None:
        if "publish" in request.param:
            await services.articles.publish(LATE)
        if "plan" in request.param:
            await services.planner.run_until_idle()
        if "send" in request.param:
            await worker.run_until_idle()

    return acted


def times_sent(messenger: FakeMessenger, title: str) -> int:
    return "".join(messenger.sent_to(1)).count(title)


@pytest.mark.parametrize("step", range(7))
@pytest.mark.parametrize("first", [AT_ONCE, DAILY], ids=str)
@pytest.mark.parametrize("back", [True, False], ids=["and back", "to stay"])
async def test_anything_between_two_steps(
    services: Services,
    stores: Stores,
    worker: Worker,
    messenger: FakeMessenger,
    act: Act,
    monkeypatch: pytest.MonkeyPatch,
    first: Schedule,
    step: int,
    back: bool,
) -> None:
    await services.subscriptions.subscribe(READER, ["policy"])
    await services.changes.reschedule(READER, first)
    await services.articles.publish(FULL)
    with monkeypatch.context() as patch:
        made = before_step(step, stores, patch, act)
        await services.changes.reschedule(READER, DAILY if first.instant else AT_ONCE)
    assert len(made) > step or made.count("subscriptions.save") == 1
    if back:
        await services.changes.reschedule(READER, first)
    await everything_sent(services, stores, worker)
    assert times_sent(messenger, FULL.title) == 1
    assert times_sent(messenger, LATE.title) == (await stores.articles.get("late") is not None)


async def plan_of(stores: Stores, article_id: str) -> tuple[Entry, Slice]:
    """Of this article's plan, as another planner has it in hand."""
    (found,) = [one for one in await stores.plans.unfinished() if one.article_id == article_id]
    fields = {b"id": article_id.encode(), b"arrived": str(found.arrived).encode()}
    plan = Entry(found.entry_id, fields)
    return plan, await stores.plans.next_slice(plan, "policy", 4096)


async def advance(stores: Stores, plan: Entry, part: Slice) -> bool:
    article_id = plan.fields[b"id"].decode()
    stored = await stores.articles.get(article_id)
    assert stored

    edition = Edition(
        id=f"{article_id}-{stored.arrived}",
        message=Message(text=stored.article.title),
        articles=(article_id,),
        category="policy",
        arrived=stored.arrived,
    )
    return await stores.plans.advance(plan, article_id, part, 4096, order(edition, part.numbers, part.planned))


@pytest.mark.parametrize("step", range(7))
@pytest.mark.parametrize("first", [AT_ONCE, DAILY], ids=str)
@pytest.mark.parametrize("sent", [True, False], ids=["sent", "not yet sent"])
async def test_a_slow_planner_with_a_slice_in_its_hands(
    services: Services,
    stores: Stores,
    worker: Worker,
    messenger: FakeMessenger,
    monkeypatch: pytest.MonkeyPatch,
    first: Schedule,
    step: int,
    sent: bool,
) -> None:
    """It read the slice before the change, and puts it into the outbox before any step of it, or after."""
    await services.subscriptions.subscribe(READER, ["policy"])
    await services.changes.reschedule(READER, first)
    await services.articles.publish(FULL)
    plan, part = await plan_of(stores, "full")
    advanced = []

    async def act() -> None:
        advanced.append(await advance(stores, plan, part))
        if sent:
            await worker.run_until_idle()

    with monkeypatch.context() as patch:
        before_step(step, stores, patch, act)
        await services.changes.reschedule(READER, DAILY if first.instant else AT_ONCE)
    if not advanced:
        await act()
    await everything_sent(services, stores, worker)
    assert times_sent(messenger, FULL.title) == 1


@pytest.mark.parametrize("passed", ["full", "second"])
@pytest.mark.parametrize("sent", [True, False], ids=["sent", "not yet sent"])
async def test_of_two_articles_one_has_been_planned(
    services: Services, stores: Stores, worker: Worker, messenger: FakeMessenger, passed: str, sent: bool
) -> None:
    """Whichever: their plans may be in the hands of different planners."""
    await services.subscriptions.subscribe(READER, ["policy"])
    for one in (FULL, SECOND):
        await services.articles.publish(one)
    assert await advance(stores, *await plan_of(stores, passed))
    if sent:
        await worker.run_until_idle()
    await services.changes.reschedule(READER, DAILY)
    await everything_sent(services, stores, worker)
    assert [times_sent(messenger, one.title) for one in (FULL, SECOND)] == [1, 1]
