"""While many chats fail alike, no process sends."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.bootstrap import Stores
from bot.domain.delivery import Cause
from bot.storage import keys
from bot.storage.breaker import Breaker, Rest

NOW = datetime(2026, 11, 22, 10, 0, 0, 123456, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
REST = Rest(cause=Cause.BLOCKED, since=NOW, until=NOW + 5 * MINUTE)


async def test_at_first_nothing_rests(stores: Stores) -> None:
    assert (await Breaker(stores.redis).read()).rest is None


async def test_of_two_who_see_the_same_one_begins_the_rest(stores: Stores) -> None:
    breakers = [Breaker(stores.redis), Breaker(stores.redis)]
    seen = [await breaker.read() for breaker in breakers]
    assert await breakers[0].trip(seen[0], REST)
    assert not await breakers[1].trip(seen[1], REST.model_copy(update={"trips": 2}))
    assert (await breakers[1].read()).rest == REST
    assert 0 < await stores.redis.ttl(keys.BREAKER) <= 86_400


async def test_a_rest_is_followed_by_a_longer_one(stores: Stores) -> None:
    breaker = Breaker(stores.redis)
    await breaker.trip(await breaker.read(), REST)
    longer = REST.model_copy(update={"trips": 2, "until": NOW + 10 * MINUTE})
    assert await breaker.trip(await breaker.read(), longer)
    assert (await breaker.read()).rest == longer


@pytest.mark.parametrize(
    ("found", "covered"),
    [
        (NOW - 2 * MINUTE - timedelta(seconds=1), False),
        (NOW - 2 * MINUTE, True),  # before it was seen that many failed
        (NOW, True),
        (NOW + 5 * MINUTE, True),
        (NOW + 5 * MINUTE + timedelta(seconds=1), False),
    ],
)
def test_which_chats_were_of_the_many(found: datetime, covered: bool) -> None:
    assert REST.covers(found) is covered
