"""Publishing and taking back, over a real store."""

import asyncio

from bot.bootstrap import Stores
from bot.domain.schedule import Schedule
from bot.domain.subscription import Address
from bot.services import Services
from bot.storage.outbox import Chunk, Mark
from bot.subscriptions import Reader
from tests.storage.moments import a_moment_later
from tests.unit.samples import FULL, article


async def sent(stores: Stores, message_id: int = 77) -> list[Chunk]:
    """All that is owed is sent; gives it."""
    chunks = []
    for entry in await stores.outbox.chunks.take(50, None, asyncio.Event()):
        chunk = await stores.outbox.open(entry)
        for position in range(len(chunk.numbers)):
            await stores.outbox.settle(chunk, position, Mark.SENT, message_id)
        await stores.outbox.finish(chunk)
        chunks.append(chunk)
    return chunks


async def test_what_is_published_twice_is_published_once(services: Services) -> None:
    assert await services.articles.publish(FULL)
    assert not await services.articles.publish(FULL)
    assert await services.articles.get("full") == FULL
    assert await services.articles.count("policy") == 1


async def test_what_is_taken_back_is_deleted_where_it_was_sent(services: Services, stores: Stores) -> None:
    await services.subscriptions.subscribe(Reader(Address(1)), ["policy"])
    await services.articles.publish(FULL)
    await services.planner.run_until_idle()
    assert len(await sent(stores)) == 1
    assert await services.articles.retract("full") == 1
    (recall,) = await sent(stores)
    edition = await stores.outbox.edition(recall.edition_id)
    assert edition
    assert (edition.action, recall.numbers) == ("delete", (1,))
    assert await services.articles.get("full") is None
    assert await services.articles.retract("full") is None


async def test_what_is_taken_back_before_anyone_got_it_is_owed_to_nobody(services: Services, stores: Stores) -> None:
    await services.subscriptions.subscribe(Reader(Address(1)), ["policy"])
    await services.articles.publish(FULL)
    assert await services.articles.retract("full") == 0
    await services.planner.run_until_idle()
    assert await sent(stores) == []


async def test_a_digest_loses_only_what_is_taken_back(services: Services, stores: Stores) -> None:
    reader = Reader(Address(1))
    await services.subscriptions.subscribe(reader, ["policy", "tech"])
    await services.planner.reschedule(reader, Schedule.parse("daily 08:00"))
    for one in (FULL, article("a2"), article("a3", "tech")):
        await services.articles.publish(one)
    await a_moment_later(stores)
    assert await services.planner.send_now(reader) == 3
    await sent(stores)
    for article_id, left in (("full", ["Title of a2", "Title of a3"]), ("a2", ["Title of a3"])):
        assert await services.articles.retract(article_id) == 1
        (recall,) = await sent(stores)
        edition = await stores.outbox.edition(recall.edition_id)
        assert edition
        assert edition.message
        assert edition.action == "edit"
        titles = ["Harbour Toll Rises", "Title of a2", "Title of a3"]
        assert [title for title in titles if title in edition.message.text] == left
    assert await services.articles.retract("a3") == 1
    (recall,) = await sent(stores)
    last = await stores.outbox.edition(recall.edition_id)
    assert last
    assert last.action == "delete"
