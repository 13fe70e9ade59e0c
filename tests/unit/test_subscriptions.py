from datetime import timedelta

import orjson
import pytest

from bot.bootstrap import Stores
from bot.domain.category import Category
from bot.domain.delivery import Cause
from bot.domain.subscription import Address, ChatKind, Parked
from bot.services import Services
from bot.storage import keys
from bot.subscriptions import Reader
from tests.storage.moments import a_moment_later

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


async def test_commas_part_categories_with_or_without_spaces(services: Services) -> None:
    change = await services.subscriptions.subscribe(READER, ["policy,#tech,wrld"])
    assert (names(change.changed), [one.word for one in change.unknown]) == (["policy", "tech"], ["wrld"])
    await services.categories.add(Category(slug="local", name="News around here"))
    change = await services.subscriptions.subscribe(READER, ["News", "around", "here,", "policy؛world"])
    assert (names(change.changed), names(change.same), change.unknown) == (["local", "world"], ["policy"], ())


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
    await services.subscriptions.park(READER.address, Cause.BLOCKED)
    assert (await services.subscriptions.get(READER)).parked is not None
    assert (await services.subscriptions.subscribe(READER, ["tech"])).subscription.parked is None


GROUP = {None: Reader(Address(-5)), 7: Reader(Address(-5, 7)), 8: Reader(Address(-5, 8))}


@pytest.fixture
async def group(services: Services) -> Services:
    """The services, and a forum with a subscription of its own and two of its topics'."""
    for reader in GROUP.values():
        await services.subscriptions.subscribe(reader, ["policy"])
    return services


async def parked(services: Services) -> list[str | None]:
    subscriptions = [await services.subscriptions.get(reader) for reader in GROUP.values()]
    return [one.parked.cause.value if one.parked else None for one in subscriptions]


@pytest.mark.parametrize("cause", [cause for cause in Cause if not cause.topic_only])
async def test_a_chat_is_parked_with_all_its_topics_and_comes_back_so(group: Services, cause: Cause) -> None:
    await group.subscriptions.park(Address(-5, 7), cause)
    assert await parked(group) == [cause] * 3
    assert await group.subscriptions.count("policy") == 0
    await group.subscriptions.come_back(-5)
    assert await parked(group) == [None] * 3
    assert await group.subscriptions.count("policy") == 3
    await group.subscriptions.park(Address(-99), cause)


@pytest.mark.parametrize("cause", [Cause.TOPIC_CLOSED, Cause.TOPIC_GONE])
async def test_a_topic_is_parked_without_its_chat(group: Services, cause: Cause) -> None:
    await group.subscriptions.park(Address(-5, 7), cause)
    assert await parked(group) == [None, cause, None]
    assert await group.subscriptions.count("policy") == 2
    await group.subscriptions.come_back(-5)
    assert await parked(group) == [None] * 3


async def test_since_when_it_is_parked_is_not_forgotten_by_being_told_again(group: Services, stores: Stores) -> None:
    await group.subscriptions.park(Address(-5, 7), Cause.TOPIC_GONE)
    first = (await group.subscriptions.get(GROUP[7])).parked
    await a_moment_later(stores)
    await group.subscriptions.park(Address(-5, 7), Cause.TOPIC_GONE)
    assert (await group.subscriptions.get(GROUP[7])).parked == first
    await group.subscriptions.park(Address(-5, 7), Cause.REMOVED)
    assert await parked(group) == ["removed"] * 3


@pytest.mark.parametrize(
    ("cause", "after"),
    [
        (Cause.BLOCKED, [None, None, None]),
        (Cause.REMOVED, [None, None, None]),
        (Cause.NOT_FOUND, [None, None, None]),
        (Cause.DEACTIVATED, [None, None, None]),
        (Cause.NO_RIGHTS, ["no_rights", "no_rights", "no_rights"]),
        (Cause.TOPIC_CLOSED, [None, None, "topic_closed"]),
        (Cause.TOPIC_GONE, [None, None, "topic_gone"]),
    ],
)
async def test_what_a_word_in_a_topic_shows(group: Services, cause: Cause, after: list[str | None]) -> None:
    for reader in (GROUP[7], GROUP[8]):
        await group.subscriptions.park(reader.address, cause)
    await group.subscriptions.heard_from(Address(-5, 7))
    assert await parked(group) == after


@pytest.mark.parametrize("known", [True, False])
async def test_a_word_is_noted_for_what_is_on_its_way(services: Services, stores: Stores, known: bool) -> None:
    if known:
        await services.subscriptions.subscribe(READER, ["policy"])
    await services.subscriptions.heard_from(READER.address)
    assert await stores.redis.exists(keys.heard(42))
    assert (await stores.subscriptions.read(READER.address) is not None) is known
    await stores.redis.delete(keys.heard(42))
    await services.subscriptions.come_back(42)
    assert await stores.redis.exists(keys.heard(42))


@pytest.mark.parametrize(
    ("cause", "days", "kept"),
    [
        (Cause.DEACTIVATED, 29, True),
        (Cause.DEACTIVATED, 31, False),
        (Cause.BLOCKED, 179, True),
        (Cause.BLOCKED, 181, False),
        (Cause.TOPIC_GONE, 31, True),
        (Cause.TOPIC_GONE, 181, False),
    ],
)
async def test_who_stays_out_of_reach_is_forgotten(
    services: Services, stores: Stores, cause: Cause, days: int, kept: bool
) -> None:
    since = await stores.clock.now() - timedelta(days=days)
    for reader in (READER, Reader(Address(43))):
        await services.subscriptions.subscribe(reader, ["policy"])
    long_ago = Parked(cause=cause, since=since)
    await stores.subscriptions.change(services.subscriptions.blank(READER), lambda old: old.park(long_ago))
    await services.subscriptions.forget_unreachable()
    assert (await stores.subscriptions.read(READER.address) is not None) is kept
    assert (await stores.subscriptions.parked_counts())[cause] == int(kept)
    assert await services.subscriptions.count("policy") == 1


async def test_a_planner_forgets_who_stays_out_of_reach(services: Services, stores: Stores) -> None:
    await services.subscriptions.subscribe(READER, ["policy"])
    long_ago = Parked(cause=Cause.BLOCKED, since=await stores.clock.now() - timedelta(days=999))
    await stores.subscriptions.change(services.subscriptions.blank(READER), lambda old: old.park(long_ago))
    await services.planner.run_until_idle()
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
    assert all(one["parked"] is None for one in exported["subscriptions"])
    await services.subscriptions.park(Address(-5, 7), Cause.TOPIC_CLOSED)
    exported = orjson.loads(await services.subscriptions.export(-5) or b"")
    assert [one["parked"]["cause"] for one in exported["subscriptions"] if one["parked"]] == ["topic_closed"]
    await services.saved.save(-5, "a1")
    assert list(orjson.loads(await services.subscriptions.export(-5) or b"")["saved"]) == ["a1"]
    assert await services.subscriptions.forget(-5)
    assert await services.saved.all(-5) == {}
    assert not await services.subscriptions.forget(-5)
    assert await services.subscriptions.export(-5) is None
    assert await services.subscriptions.count("policy") == 0


async def test_a_time_zone_is_set_with_nothing_subscribed(services: Services) -> None:
    assert (await services.subscriptions.set_timezone(READER, "Asia/Tokyo")).timezone == "Asia/Tokyo"
    assert (await services.subscriptions.get(READER)).timezone == "Asia/Tokyo"
