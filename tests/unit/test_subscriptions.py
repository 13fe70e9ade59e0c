import orjson
import pytest

from bot.bootstrap import Stores
from bot.domain.subscription import Address, ChatKind
from bot.services import Services
from bot.subscriptions import Reader

READER = Reader(Address(42))


def names(categories: object) -> list[str]:
    return [category.slug for category in categories]  # type: ignore[attr-defined]


async def test_a_chat_that_is_not_stored_has_the_defaults(services: Services, stores: Stores) -> None:
    group = Reader(Address(-5, 7), ChatKind.SUPERGROUP, "de")
    subscription = await services.subscriptions.get(group)
    assert (subscription.address, subscription.kind) == (Address(-5, 7), ChatKind.SUPERGROUP)
    assert (subscription.timezone, subscription.language) == ("Europe/Berlin", "de")
    assert await stores.subscriptions.read(group.address) is None


@pytest.mark.parametrize("words", [["policy"], ["POLICY"], ["#policy,"], ["Policy", "policy"]])
async def test_subscribe_by_slug_name_and_hash(services: Services, words: list[str]) -> None:
    change = await services.subscriptions.subscribe(READER, words)
    assert (names(change.changed), names(change.same), change.unknown) == (["policy"], [], ())
    assert list((await services.subscriptions.get(READER)).categories) == ["policy"]


async def test_what_was_so_already_and_what_is_unknown_is_told(services: Services) -> None:
    await services.subscriptions.subscribe(READER, ["policy"])
    change = await services.subscriptions.subscribe(READER, ["policy", "tech", "wrld", ","])
    assert (names(change.changed), names(change.same)) == (["tech"], ["policy"])
    assert [(unknown.word, unknown.nearest[0]) for unknown in change.unknown] == [("wrld", "world")]


async def test_unknown_words_alone_store_nothing(services: Services, stores: Stores) -> None:
    change = await services.subscriptions.subscribe(READER, ["xyzzy"])
    assert (change.changed, change.same) == ((), ())
    assert await stores.subscriptions.read(READER.address) is None


async def test_all_and_back(services: Services) -> None:
    assert len((await services.subscriptions.subscribe(READER, ["all"])).changed) == 3
    assert await services.subscriptions.count("tech") == 1
    change = await services.subscriptions.unsubscribe(READER, ["ALL"])
    assert len(change.changed) == 3
    assert change.subscription.categories == {}
    assert names((await services.subscriptions.unsubscribe(READER, ["tech"])).same) == ["tech"]


async def test_a_toggle_goes_both_ways(services: Services) -> None:
    assert names((await services.subscriptions.toggle(READER, "tech")).changed) == ["tech"]
    change = await services.subscriptions.toggle(READER, "tech")
    assert names(change.changed) == ["tech"]
    assert change.subscription.categories == {}


async def test_who_subscribes_again_is_back(services: Services) -> None:
    await services.subscriptions.subscribe(READER, ["policy"])
    await services.subscriptions.park(READER.address, "blocked")
    assert (await services.subscriptions.get(READER)).parked == "blocked"
    assert (await services.subscriptions.subscribe(READER, ["tech"])).subscription.parked is None


async def test_a_chat_is_parked_with_all_its_topics_and_comes_back_so(services: Services) -> None:
    for thread_id in (None, 7):
        await services.subscriptions.subscribe(Reader(Address(-5, thread_id)), ["policy"])
    await services.subscriptions.park(Address(-5, 7), "kicked")
    assert await services.subscriptions.count("policy") == 0
    await services.subscriptions.come_back(-5)
    assert await services.subscriptions.count("policy") == 2
    await services.subscriptions.park(Address(-99), "never seen")


async def test_a_topic_is_parked_without_its_chat(services: Services) -> None:
    for thread_id in (None, 7, 8):
        await services.subscriptions.subscribe(Reader(Address(-5, thread_id)), ["policy"])
    await services.subscriptions.park(Address(-5, 7), "closed", topic_only=True)
    parked = [(await services.subscriptions.get(Reader(Address(-5, thread_id)))).parked for thread_id in (None, 7, 8)]
    assert parked == [None, "closed", None]
    assert await services.subscriptions.count("policy") == 2


async def test_who_speaks_can_be_written_to_again(services: Services, stores: Stores) -> None:
    for thread_id in (None, 7):
        await services.subscriptions.subscribe(Reader(Address(-5, thread_id)), ["policy"])
    await services.subscriptions.park(Address(-5), "kicked")
    await services.subscriptions.heard_from(Address(-5, 7))
    parked = [(await services.subscriptions.get(Reader(Address(-5, thread_id)))).parked for thread_id in (None, 7)]
    assert parked == ["kicked", None]
    await services.subscriptions.heard_from(READER.address)
    assert await stores.subscriptions.read(READER.address) is None


async def test_a_group_moves_with_all_its_topics(services: Services, stores: Stores) -> None:
    for thread_id in (None, 7):
        await services.subscriptions.subscribe(Reader(Address(-5, thread_id)), ["policy"])
    before = {one.subscription.thread_id: one.number for one in await stores.subscriptions.of_chat(-5)}
    for _ in range(2):
        await services.subscriptions.move(-5, -1005)
        after = {one.subscription.thread_id: one.number for one in await stores.subscriptions.of_chat(-1005)}
        assert after == before
        assert await stores.subscriptions.of_chat(-5) == []


async def test_all_that_is_stored_is_told_and_forgotten(services: Services) -> None:
    assert await services.subscriptions.export(-5) is None
    for thread_id in (None, 7):
        await services.subscriptions.subscribe(Reader(Address(-5, thread_id)), ["policy"])
    exported = orjson.loads(await services.subscriptions.export(-5) or b"")
    assert exported["chat_id"] == -5
    assert sorted(one["thread_id"] or 0 for one in exported["subscriptions"]) == [0, 7]
    assert {tuple(one["categories"].items()) for one in exported["subscriptions"]} == {(("policy", "instant"),)}
    assert await services.subscriptions.forget(-5)
    assert not await services.subscriptions.forget(-5)
    assert await services.subscriptions.export(-5) is None
    assert await services.subscriptions.count("policy") == 0


async def test_a_time_zone_is_set_with_nothing_subscribed(services: Services) -> None:
    assert (await services.subscriptions.set_timezone(READER, "Asia/Tokyo")).timezone == "Asia/Tokyo"
    assert (await services.subscriptions.get(READER)).timezone == "Asia/Tokyo"
