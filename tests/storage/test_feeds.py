"""Feeds as they are stored, and whose turn it is."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.bootstrap import Stores
from bot.domain.article import Added
from bot.domain.feed import TROUBLE, Feed, Health, Mode
from bot.domain.moment import to_ms
from bot.domain.subscription import Address
from bot.storage import keys
from bot.storage.entries import Known, words_of
from bot.storage.feed_turns import LEASE, Claim, FeedTurns
from tests.storage.moments import a_moment_later

NOW = datetime(2026, 1, 23, 10, 0, tzinfo=UTC)
LATER = datetime(2100, 1, 1, tzinfo=UTC)


def feed(number: int = 1, host: str = "", category: str = "tech") -> Feed:
    return Feed(url=f"https://{host or f'site{number}'}.example/{number}", category=category, added=NOW)


async def urls(turns: FeedTurns, count: int = 100) -> set[str]:
    return {claim.url for claim in await turns.claim(count)}


# -- which there are --------------------------------------------------------------------------------------------


async def test_a_feed_is_added_once_and_then_changed(stores: Stores) -> None:
    first = Feed(url="https://a.example", category="tech", name="Tide", desk=Address(-5, 7), added=NOW)
    assert await stores.feeds.add(first) is Added.NEW
    assert await stores.feeds.add(first.model_copy(update={"added": LATER})) is Added.KNOWN
    assert await stores.feeds.get(first.url) == first
    other = first.model_copy(update={"category": "world", "mode": Mode.REVIEW, "name": "", "added": LATER})
    assert await stores.feeds.add(other) is Added.CHANGED
    kept = first.model_copy(update={"category": "world", "mode": Mode.REVIEW})
    assert await stores.feeds.all() == [kept]
    assert await stores.feeds.count() == 1


async def test_thousands_are_added_at_once_where_there_are_none(stores: Stores) -> None:
    many = [feed(number) for number in range(1200)]
    await stores.feeds.add(many[7].model_copy(update={"name": "Tide"}))
    (claim,) = await stores.feeds.turns.claim(1)
    await stores.feeds.turns.settle(claim, Health(gone=True), "gone")
    added = await stores.feeds.add_new(many)
    assert set(added) == {one.url for one in many} - {many[7].url}
    assert await stores.feeds.get(many[7].url) == many[7].model_copy(update={"name": "Tide"})
    assert {one.url for one in await stores.feeds.all()} == set(await stores.feeds.healths(one.url for one in many))
    assert await stores.feeds.marked(many[9].mark) == many[9]
    assert await stores.feeds.marked("0" * 12) is None
    assert not await stores.feeds.add_new(many)
    assert len(await urls(stores.feeds.turns, 2000)) == 1199


async def test_a_feed_from_before_feeds_were_asked(stores: Stores) -> None:
    """Then only its category was stored."""
    await stores.redis.hset(keys.FEEDS, "https://a.example", "tech")
    await stores.feeds.prepare()
    assert [(one.url, one.category, one.mode) for one in await stores.feeds.all()] == [
        ("https://a.example", "tech", Mode.AUTO)
    ]
    assert await urls(stores.feeds.turns) == {"https://a.example"}
    assert await stores.feeds.change("https://a.example", lambda one: one.model_copy(update={"name": "A"}))
    assert (await stores.feeds.all())[0].name == "A"


async def test_a_change_of_none_is_none(stores: Stores) -> None:
    assert await stores.feeds.change("https://a.example", lambda one: one) is None
    assert await stores.feeds.get("https://a.example") is None
    assert not await stores.feeds.remove("https://a.example")
    assert not await stores.feeds.move("https://a.example", "https://b.example")
    assert await stores.feeds.turns.claim_one("https://a.example") is None


async def test_removing_leaves_nothing(stores: Stores) -> None:
    before = await stores.redis.keys("*")
    one = feed()
    await stores.feeds.add(one)
    await stores.feeds.entries.note(one.url, {"id": Known("a1", words_of("T"))})
    (claim,) = await stores.feeds.turns.claim(1)
    await stores.feeds.turns.settle(claim, Health(due=LATER, failures=TROUBLE), "timeout")
    assert await stores.feeds.in_trouble() == [one.url]
    assert await stores.feeds.remove(one.url)
    left = {keys.FEED_HOSTS.encode(), keys.FEED_POLLS.encode()}
    assert set(await stores.redis.keys("*")) - left == set(before)


async def test_a_move_takes_everything_along(stores: Stores) -> None:
    one = feed()
    await stores.feeds.add(one)
    names = {f"entry {number}": Known(f"a{number}", words_of(str(number))) for number in range(200)}
    await stores.feeds.entries.note(one.url, names)
    (claim,) = await stores.feeds.turns.claim(1)
    await stores.feeds.turns.settle(claim, Health(etag="x", due=LATER), "changed")
    assert await stores.feeds.move(one.url, "https://new.example/feed")
    assert await stores.feeds.all() == [one.model_copy(update={"url": "https://new.example/feed"})]
    assert (await stores.feeds.health("https://new.example/feed")).etag == "x"
    assert await stores.feeds.entries.find("https://new.example/feed", names) == names
    assert await stores.feeds.entries.find(one.url, names) == {}
    assert await urls(stores.feeds.turns) == set()
    await stores.feeds.turns.wake("https://new.example/feed")
    assert await urls(stores.feeds.turns) == {"https://new.example/feed"}


async def test_a_move_to_another_feed_leaves_that_as_it_is(stores: Stores) -> None:
    one, other = feed(1), feed(2, category="world")
    await stores.feeds.add(one)
    await stores.feeds.add(other)
    assert await stores.feeds.move(one.url, other.url)
    assert await stores.feeds.all() == [other]


# -- what of them is known --------------------------------------------------------------------------------------


async def test_entries_are_known_for_each_feed(stores: Stores) -> None:
    log, names = stores.feeds.entries, {f"n{number}": Known(f"a{number}", words_of("T")) for number in range(300)}
    assert await log.find("a", names) == {}
    assert await log.note("a", names) == set(names)
    assert await log.find("a", [*names, "other"]) == names
    assert await log.find("b", names) == {}
    again = {"n1": Known("a1", words_of("Other")), "m": Known("m", words_of("T"))}
    assert await log.note("a", again) == {"m"}
    assert await log.find("a", ["n1", "m"]) == again
    assert await log.find("a", []) == {}
    assert await log.note("a", {}) == set()


async def test_an_entry_takes_some_thirty_bytes(stores: Stores) -> None:
    await stores.redis.config_set("hash-max-listpack-entries", 512)
    count = 5000
    await stores.feeds.entries.note("a", {f"id {n}": Known("abcdefgh", words_of(str(n))) for n in range(count)})
    taken = [await stores.redis.memory_usage(key, samples=0) or 0 for key in keys.feed_entries("a")]
    assert 0 < sum(taken) / count < 45


# -- whose turn it is -------------------------------------------------------------------------------------------


async def test_each_feed_is_taken_once(stores: Stores) -> None:
    for number in range(70):
        await stores.feeds.add(feed(number))
    first, second = await urls(stores.feeds.turns, 32), await urls(stores.feeds.turns, 50)
    assert (len(first), len(second)) == (32, 38)
    assert not first & second
    assert await urls(stores.feeds.turns) == set()


async def test_whoever_takes_one_knows_what_is_known_of_it_and_the_time(stores: Stores) -> None:
    await stores.feeds.add(feed(1))
    await stores.feeds.restore_health(feed(1).url, Health(etag="x"))
    await stores.feeds.add(feed(2))
    began = await stores.clock.now()
    claims = {claim.url: claim for claim in await stores.feeds.turns.claim(5)}
    one = await stores.feeds.turns.claim_one(feed(3).url)
    assert one is None
    await stores.feeds.add(feed(3))
    one = await stores.feeds.turns.claim_one(feed(3).url)
    assert one
    assert [claim.feed for claim in (claims[feed(1).url], claims[feed(2).url], one)] == [feed(1), feed(2), feed(3)]
    assert [claim.health for claim in (*claims.values(), one)].count(Health()) == 2
    assert claims[feed(1).url].health == Health(etag="x")
    await a_moment_later(stores)
    assert began <= one.taken < one.now() <= await stores.clock.now() + timedelta(milliseconds=5)


async def test_one_whose_process_died_is_due_again(stores: Stores) -> None:
    turns = FeedTurns(stores.redis, lease=timedelta(milliseconds=1))
    await stores.feeds.add(feed())
    (dead,) = await turns.claim(1)
    claims: list[Claim] = []
    while not claims:  # until the claim has run out
        await stores.redis.delete(keys.FEED_HOSTS)
        claims = await stores.feeds.turns.claim(1)
    assert claims[0].url == dead.url
    assert not await turns.settle(dead, Health(etag="late", due=LATER), "changed")
    await turns.release(dead)
    assert await stores.feeds.turns.claim_one(dead.url) is None  # it is still the other's
    assert await stores.feeds.turns.settle(claims[0], Health(etag="good", due=LATER), "changed")
    assert (await stores.feeds.health(dead.url)).etag == "good"
    assert await stores.feeds.polls() == {"changed": 1}


async def test_of_a_host_with_too_many_feeds_none_is_left_out(stores: Stores) -> None:
    """Each is due again at once."""
    turns, asked = FeedTurns(stores.redis, apart=timedelta(milliseconds=2)), set[str]()
    for number in range(8):
        await stores.feeds.add(feed(number, host="one"))
    while len(asked) < 8:
        for claim in await turns.claim(1):
            asked.add(claim.url)
            await turns.settle(claim, Health(due=NOW), "changed")


@pytest.mark.parametrize("seen", [False, True])
async def test_news_that_are_pushed_while_a_feed_is_being_asked_are_asked_for_then(
    stores: Stores, seen: bool
) -> None:
    await stores.feeds.add(feed())
    (claim,) = await stores.feeds.turns.claim(1)
    await stores.feeds.turns.wake(claim.url)
    if seen:
        assert await urls(stores.feeds.turns) == set()
    await stores.feeds.turns.settle(claim, Health(due=LATER), "changed")
    await stores.redis.delete(keys.FEED_HOSTS)
    (claim,) = await stores.feeds.turns.claim(1)
    await stores.feeds.turns.settle(claim, Health(due=LATER), "unchanged")
    await stores.redis.delete(keys.FEED_HOSTS)
    assert await urls(stores.feeds.turns) == set()


async def test_what_was_settled_is_due_when_its_health_says(stores: Stores) -> None:
    await stores.feeds.add(feed(1))
    await stores.feeds.add(feed(2))
    for claim in await stores.feeds.turns.claim(2):
        due = NOW if claim.url == feed(1).url else None
        assert await stores.feeds.turns.settle(claim, Health(due=due, gone=due is None), "changed")
    await stores.redis.delete(keys.FEED_HOSTS)
    assert await stores.feeds.turns.waiting_since(LATER) == NOW
    assert await urls(stores.feeds.turns) == {feed(1).url}
    await stores.feeds.turns.wake(feed(2).url)  # it is gone
    await stores.feeds.prepare()
    assert await urls(stores.feeds.turns) == set()
    await stores.feeds.add(feed(2))
    assert await urls(stores.feeds.turns) == {feed(2).url}


async def test_one_that_is_given_back_is_due_at_once(stores: Stores) -> None:
    await stores.feeds.add(feed())
    (claim,) = await stores.feeds.turns.claim(1)
    await stores.feeds.turns.release(claim)
    await stores.redis.delete(keys.FEED_HOSTS)
    assert await urls(stores.feeds.turns) == {claim.url}


async def test_one_that_was_removed_is_not_settled(stores: Stores) -> None:
    await stores.feeds.add(feed())
    (claim,) = await stores.feeds.turns.claim(1)
    await stores.feeds.remove(claim.url)
    assert not await stores.feeds.turns.settle(claim, Health(due=LATER), "changed")
    assert await stores.feeds.health(claim.url) == Health()


async def test_a_feed_that_names_new_ids_all_the_time_fills_no_store(stores: Stores) -> None:
    """And what it goes on telling of stays known."""
    log, stays = stores.feeds.entries, {"stays": Known("a", words_of("Stays"))}
    await log.note("a", stays)
    for poll in range(20):
        names = {f"{poll} {n}": Known("b", words_of("B")) for n in range(3000)}
        assert await log.find("a", [*names, "stays"]) == stays
        assert await log.note("a", names) == set(names)
        assert await log.find("a", names) == names
    kept = sum([await stores.redis.hlen(key) for key in keys.feed_entries("a")])
    assert 16_000 <= kept <= 36_000
    assert await log.find("a", [f"15 {n}" for n in range(3000)]), "those of the last polls"
    assert [one async for one in log.all("a")]
    assert await log.knows_any("a")


async def test_what_is_noted_while_it_is_removed_can_be_cleared(stores: Stores) -> None:
    await stores.feeds.add(feed())
    (claim,) = await stores.feeds.turns.claim(1)
    assert await stores.feeds.turns.has(claim)
    await stores.feeds.entries.note(claim.url, {"id": Known("article", b"word")})
    await stores.feeds.clear(claim.url)
    assert await stores.feeds.entries.knows_any(claim.url)
    await stores.feeds.remove(claim.url)
    assert not await stores.feeds.turns.has(claim)
    await stores.feeds.entries.note(claim.url, {"id": Known("article", b"word")})
    await stores.feeds.clear(claim.url)
    assert not await stores.feeds.entries.knows_any(claim.url)


async def test_an_editor_need_not_wait_for_its_turn(stores: Stores) -> None:
    await stores.feeds.add(feed())
    (claim,) = await stores.feeds.turns.claim(1)
    assert await stores.feeds.turns.claim_one(claim.url) is None
    await stores.feeds.turns.settle(claim, Health(due=LATER), "changed")
    assert await stores.feeds.turns.claim_one(claim.url)


async def test_a_host_is_asked_once_a_second_and_keeps_no_other_waiting(stores: Stores) -> None:
    for number in range(500):
        await stores.feeds.add(feed(number, host="a-large-site"))
    await stores.feeds.add(feed(900, host="z"))
    first = await urls(stores.feeds.turns)
    assert len(first) == 2
    assert feed(900, host="z").url in first
    free = dict(await stores.redis.zrange(keys.FEED_HOSTS, 0, -1, withscores=True))
    taken = await stores.redis.zrange(keys.FEED_LEASES, 0, 0, withscores=True)
    assert free[b"a-large-site.example"] == taken[0][1] - LEASE.total_seconds() * 1000 + 1000


async def test_a_host_has_two_requests_under_way_at_most(stores: Stores) -> None:
    for number in range(5):
        await stores.feeds.add(feed(number, host="same"))
    taken: list[Claim] = []
    for _ in range(5):
        taken += await stores.feeds.turns.claim(5)
        await _a_second_later(stores)
    assert len(taken) == 2
    await stores.feeds.turns.settle(taken[0], Health(due=LATER), "changed")
    assert len(await urls(stores.feeds.turns)) == 1


async def _a_second_later(stores: Stores) -> None:
    """As if it had passed for all hosts, and for the feeds that had to wait for theirs."""
    await stores.redis.delete(keys.FEED_HOSTS)
    leased = set(await stores.redis.zrange(keys.FEED_LEASES, 0, -1))
    for url in await stores.redis.zrange(keys.FEEDS_DUE, 0, -1):
        if url not in leased:
            await stores.redis.zadd(keys.FEEDS_DUE, {url: 0})


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://a.example/1", "https://A.example/2", True),
        ("https://a.example/1", "http://a.example", True),
        ("https://a.example/1", "https://a.example?x=//b.example", True),
        ("https://me:pass@a.example/1", "https://a.example/", True),
        ("https://a.example/1", "https://a.example:8443/2", False),
        ("https://a.example/1", "https://b.a.example/2", False),
    ],
)
async def test_a_host_that_asks_to_wait_is_left_alone(stores: Stores, one: str, other: str, same: bool) -> None:
    await stores.feeds.turns.pause_host(one, timedelta(hours=1))
    await stores.feeds.turns.pause_host(one, timedelta(seconds=1))  # which does not shorten it
    await stores.feeds.add(Feed(url=other, category="tech"))
    assert await urls(stores.feeds.turns) == (set() if same else {other})
    if same:
        assert await stores.redis.zscore(keys.FEEDS_DUE, other) > (datetime.now(UTC).timestamp() + 3500) * 1000


async def test_what_a_wrong_clock_put_off_for_a_year_is_due(stores: Stores) -> None:
    url, now = "https://a.example", await stores.clock.now()
    await stores.feeds.add(Feed(url=url, category="tech"))
    year = to_ms(now + timedelta(days=365))
    for key, name in ((keys.FEEDS_DUE, url), (keys.FEED_LEASES, url), (keys.FEED_HOSTS, "a.example")):
        await stores.redis.zadd(key, {name: year})
    assert await urls(stores.feeds.turns) == set()
    await stores.feeds.turns.forget_after(now + timedelta(days=2))
    assert await urls(stores.feeds.turns) == {url}
    await stores.feeds.turns.forget_after(now + timedelta(days=2))
    assert await urls(stores.feeds.turns) == set()  # it is somebody's now
