"""Publishing and taking back, over a real store."""

import pytest

from bot.bootstrap import Stores
from bot.domain.edition import Edition, Mark
from bot.domain.schedule import Schedule
from bot.domain.subscription import Address
from bot.services import Services
from bot.storage.outbox import Chunk
from bot.storage.settlements import Batch, Settlement, Settlements
from bot.subscriptions import Reader
from tests.storage.chunks import take
from tests.storage.killing import killed_everywhere
from tests.storage.moments import a_moment_later
from tests.unit.ingest.told import FERRY, TOLL, TOLL_AGAIN
from tests.unit.samples import FULL, article


async def sent(stores: Stores, message_id: int = 77) -> list[Chunk]:
    """All that is owed is sent; gives it."""
    chunks = await take(stores.outbox, 50)
    ends = [
        Settlement(chunk, position, Mark.OWED, Mark.SENT, str(message_id))
        for chunk in chunks
        for position in range(len(chunk.numbers))
    ]
    await Settlements(stores.redis).write(Batch(settled=ends))
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


async def test_what_was_taken_back_half_way_is_taken_back_by_a_second_try(services: Services, stores: Stores) -> None:
    """The article was removed, and then the process ended."""
    await services.subscriptions.subscribe(Reader(Address(1)), ["policy"])
    await services.articles.publish(FULL)
    await services.planner.run_until_idle()
    await sent(stores)
    stored = await stores.articles.get("full")
    assert stored
    await stores.articles.remove(stored)
    assert await services.articles.retract("full") == 1
    (recall,) = await sent(stores)
    edition = await stores.outbox.edition(recall.edition_id)
    assert edition
    assert (edition.action, recall.numbers) == ("delete", (1,))
    assert await services.articles.retract("full") is None


async def test_an_article_in_a_digest_and_alone_is_taken_back_from_both(services: Services, stores: Stores) -> None:
    daily = Reader(Address(2))
    await services.subscriptions.subscribe(Reader(Address(1)), ["policy"])
    await services.subscriptions.subscribe(daily, ["policy"])
    await services.changes.reschedule(daily, Schedule.parse("daily 08:00"))
    for one in (FULL, article("a2")):
        await services.articles.publish(one)
    await services.planner.run_until_idle()
    await a_moment_later(stores)
    assert await services.changes.send_now(daily) == 2
    await sent(stores)
    assert await services.articles.retract("full") == 2
    recalls = {chunk.numbers: await stores.outbox.edition(chunk.edition_id) for chunk in await sent(stores)}
    assert {numbers: edition.action for numbers, edition in recalls.items() if edition} == {
        (1,): "delete",
        (2,): "edit",
    }


async def test_what_a_digest_has_no_room_for_is_taken_back_too(services: Services, stores: Stores) -> None:
    reader = Reader(Address(1))
    await services.subscriptions.subscribe(reader, ["policy"])
    await services.changes.reschedule(reader, Schedule.parse("daily 08:00"))
    for number in range(13):
        await services.articles.publish(article(f"a{number}"))
    await a_moment_later(stores)
    assert await services.changes.send_now(reader) == 13
    ((before, _),) = [(await stores.outbox.edition(chunk.edition_id), 0) for chunk in await sent(stores)]
    assert before and before.digest
    shown, hidden = before.articles[0], before.articles[-1]
    for article_id in (shown, hidden):
        assert await services.articles.retract(article_id) == 1
    present = await stores.outbox.edition(before.id)
    assert present and present.message
    assert present.articles == before.articles[1:-1]
    assert present.digest == before.digest  # so that what stands after a number stays the same
    assert f"Title of {shown}\n" not in present.message.text
    more = await services.articles.more_of(before.id, 10)
    assert more
    titles = [f"Title of {one}<" in more.text for one in before.articles]
    assert titles == [False] * 10 + [True, True, False]


async def test_a_digest_loses_only_what_is_taken_back(services: Services, stores: Stores) -> None:
    reader = Reader(Address(1))
    await services.subscriptions.subscribe(reader, ["policy", "tech"])
    await services.changes.reschedule(reader, Schedule.parse("daily 08:00"))
    for one in (FULL, article("a2"), article("a3", "tech")):
        await services.articles.publish(one)
    await a_moment_later(stores)
    assert await services.changes.send_now(reader) == 3
    await sent(stores)
    for article_id, left in (("full", ["Title of a2", "Title of a3"]), ("a2", ["Title of a3"])):
        assert await services.articles.retract(article_id) == 1
        (recall,) = await sent(stores)
        edition = await stores.outbox.edition(recall.edition_id)
        assert edition
        assert (edition.action, edition.message) == ("edit", None)
        present = await stores.outbox.edition(edition.of or "")
        assert present
        assert present.message
        titles = ["Harbour Toll Rises", "Title of a2", "Title of a3"]
        assert [title for title in titles if title in present.message.text] == left
    assert await services.articles.retract("a3") == 1
    (recall,) = await sent(stores)
    last = await stores.outbox.edition(recall.edition_id)
    assert last
    assert last.action == "delete"


async def digest_of_two(services: Services, stores: Stores) -> Edition:
    """Sent to one chat."""
    reader = Reader(Address(1))
    await services.subscriptions.subscribe(reader, ["world"])
    await services.changes.reschedule(reader, Schedule.parse("daily 08:00"))
    await a_moment_later(stores)
    for one in (TOLL, FERRY):
        await services.articles.publish(one)
    await a_moment_later(stores)
    await services.changes.send_now(reader)
    (chunk,) = await sent(stores)
    edition = await stores.outbox.edition(chunk.edition_id)
    assert edition
    return edition


async def test_a_digest_still_tells_what_has_joined_another_since(services: Services, stores: Stores) -> None:
    digest = await digest_of_two(services, stores)
    await services.articles.publish(TOLL_AGAIN)
    assert await services.articles.merge("toll1", "toll2")
    await services.articles.retract("ferry")
    reworded = await stores.outbox.edition(digest.id)
    assert reworded and reworded.message
    assert TOLL.title in reworded.message.text
    assert FERRY.title not in reworded.message.text
    assert await services.articles.retract("toll2") == 1, "the digest goes too: it tells only of that story now"
    recalls = [await stores.outbox.edition(chunk.edition_id) for chunk in await sent(stores)]
    assert [one.action for one in recalls if one] == ["edit", "delete"]


async def test_whoever_is_killed_while_taking_back_a_story_ends_it_when_beginning_again(
    services: Services, stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    await services.subscriptions.subscribe(Reader(Address(1)), ["world"])
    for one in (TOLL, TOLL_AGAIN):
        await services.articles.publish(one)
    await services.planner.run_until_idle()
    told = {chunk.edition_id for chunk in await sent(stores)}
    await services.articles.merge("toll2", "toll1")
    reached, killed = await killed_everywhere(monkeypatch, lambda: services.articles.retract("toll1"))
    assert reached is not None
    assert killed > 10
    recalls = [await stores.outbox.edition(chunk.edition_id) for chunk in await sent(stores)]
    assert {(one.of, one.action) for one in recalls if one} == {(edition_id, "delete") for edition_id in told}
    assert await stores.articles.told(["toll1", "toll2"]) == []
    assert await stores.articles.leads_of(["toll2"]) == {}
    assert await stores.articles.was_removed("toll2")
    assert await services.articles.retract("toll1") is None


async def test_whoever_is_killed_while_joining_or_splitting_has_done_it_once(
    services: Services, stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    for one in (TOLL, TOLL_AGAIN):
        await services.articles.publish(one)
    story, killed = await killed_everywhere(monkeypatch, lambda: services.articles.merge("toll2", "toll1"))
    assert story == TOLL.joined_by(TOLL_AGAIN)
    assert killed >= 2
    assert await services.articles.joined("toll1") == [TOLL_AGAIN]
    left, killed = await killed_everywhere(monkeypatch, lambda: services.articles.split("toll2"))
    assert left and left.article == TOLL_AGAIN
    assert killed >= 3
    assert await services.articles.get_many(["toll1", "toll2"]) == [TOLL, TOLL_AGAIN]
