"""What was asked and answered."""

from datetime import UTC, datetime, timedelta

from bot.bootstrap import Stores
from bot.domain.exchange import Exchange
from bot.domain.subscription import Address
from bot.storage import keys
from bot.storage.exchanges import KEPT, MOST_KEPT
from tests.unit.samples import article, quoted

NOW = datetime(2026, 11, 22, tzinfo=UTC)


HERE = Address(1)


def exchange(number: int, address: Address = HERE) -> Exchange:
    at = NOW + timedelta(seconds=number)
    return Exchange(
        id=f"{number:08x}", address=address, at=at, question=f"Q{number}?", searched=f"Q{number}?", language="en"
    )


async def test_it_comes_back_as_it_was(stores: Stores) -> None:
    told = exchange(1, Address(-5, 7)).with_quote(quoted(article(), "Words."), None)
    await stores.exchanges.keep(told)
    assert await stores.exchanges.get(-5, told.id) == told
    assert await stores.exchanges.get(5, told.id) is None
    assert await stores.exchanges.all(-5) == [told]


async def test_it_goes_after_two_days(stores: Stores) -> None:
    await stores.exchanges.keep(exchange(1))
    for key in (keys.exchange(1, "00000001"), keys.exchanges(1)):
        assert 0 < await stores.redis.pttl(key) <= KEPT / timedelta(milliseconds=1)


async def test_the_last_is_that_of_the_same_topic(stores: Stores) -> None:
    for number, thread in enumerate((7, None, 8)):
        await stores.exchanges.keep(exchange(number, Address(-5, thread)))
    for number, thread in enumerate((7, None, 8)):
        last = await stores.exchanges.last(Address(-5, thread))
        assert last and last.question == f"Q{number}?"
    assert await stores.exchanges.last(Address(-5, 9)) is None


async def test_a_button_counts_once(stores: Stores) -> None:
    one = exchange(1)
    assert not await stores.exchanges.press(one, "rated")
    await stores.exchanges.keep(one)
    assert await stores.exchanges.press(one, "rated")
    assert not await stores.exchanges.press(one, "rated")
    assert await stores.exchanges.press(one, "editors")


async def test_a_chat_keeps_so_many(stores: Stores) -> None:
    for number in range(MOST_KEPT + 3):
        await stores.exchanges.keep(exchange(number))
    kept = await stores.exchanges.all(1)
    assert (kept[0].question, kept[-1].question, len(kept)) == (f"Q{MOST_KEPT + 2}?", "Q3?", MOST_KEPT)
    assert len(await stores.redis.keys("*:exchange:*")) == MOST_KEPT


async def test_all_of_a_chat_is_forgotten(stores: Stores) -> None:
    for number in (1, 2):
        await stores.exchanges.keep(exchange(number))
    await stores.exchanges.keep(exchange(3, Address(2)))
    assert await stores.exchanges.forget(1)
    assert not await stores.exchanges.forget(1)
    assert await stores.exchanges.all(1) == []
    assert await stores.exchanges.forget(2)
    assert await stores.redis.keys("*exchange*") == []


def test_what_was_shown_in_a_row_counts_together() -> None:
    first = exchange(1).with_quote(quoted(article(), "One."), None)
    second = exchange(2).with_quote(quoted(article(), "Two."), first)
    assert [place for _, place in second.places()] == [
        quoted(article(), "One.").place,
        quoted(article(), "Two.").place,
    ]
    other = exchange(3).with_quote(quoted(article("a2"), "Three."), second)
    assert other.places() == [("a2", quoted(article("a2"), "Three.").place)]
