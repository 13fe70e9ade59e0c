"""One sending budget for all processes, by the store's clock."""

import asyncio
from datetime import timedelta
from itertools import pairwise

import pytest

from bot.bootstrap import Stores
from bot.storage import keys
from bot.storage.pace import Limits, Pace
from tests.storage.chunks import NO_LIMITS

SECOND = timedelta(seconds=1)
MILLISECOND = timedelta(milliseconds=1)
LONG = timedelta(hours=1)


async def store_now(stores: Stores) -> int:
    """Microseconds."""
    seconds, microseconds = await stores.redis.time()
    return int(seconds) * 1_000_000 + int(microseconds)


async def reserved_until(stores: Stores, field: str = "next") -> int:
    return int(await stores.redis.hget(keys.PACE, field))


async def broadcast(pace: Pace, *chat_ids: int) -> list[timedelta]:
    """A message to each; gives what they have to wait for their slots."""
    turns, _ = await pace.reserve(chat_ids)
    return [turn.wait for turn in turns]


# -- the shared budget -----------------------------------------------------------------------------------------------


async def test_a_hundredth_is_left_unused(stores: Stores) -> None:
    assert Pace(stores.redis, 30).interval == pytest.approx(1_000_000 / 29.7)
    assert (await Pace(stores.redis, 30).speed()).rate == pytest.approx(29.7)
    assert (await Pace(stores.redis, 30).speed()).paused == timedelta()


async def test_two_processes_share_one_budget_evenly(stores: Stores) -> None:
    paces = [Pace(stores.redis, 100, NO_LIMITS) for _ in range(2)]
    await broadcast(paces[0], 1)
    slots = []
    for chat_id in range(2, 10):
        await broadcast(paces[chat_id % 2], chat_id)
        slots.append(await reserved_until(stores))
    gaps = [after - before for before, after in pairwise(slots)]
    assert min(gaps) >= int(paces[0].interval), "never nearer, whoever asks"


async def test_of_many_at_once_each_has_a_slot_of_its_own(stores: Stores) -> None:
    paces = [Pace(stores.redis, 100, NO_LIMITS) for _ in range(2)]
    began = await store_now(stores)
    await asyncio.gather(*(broadcast(paces[chat_id % 2], chat_id) for chat_id in range(1, 12)))
    assert await reserved_until(stores) - began >= 10 * int(paces[0].interval)


async def test_slots_are_evenly_spaced_and_not_given_far_ahead(stores: Stores) -> None:
    pace = Pace(stores.redis, 50, NO_LIMITS)
    turns, delay = await pace.reserve(range(1, 31))
    interval = timedelta(microseconds=pace.interval)
    ahead = timedelta(milliseconds=150)
    assert all(turn.given for turn in turns)
    gaps = [after.wait - before.wait for before, after in pairwise(turns)]
    assert all(abs(gap - interval) <= timedelta(microseconds=2) for gap in gaps[1:])
    assert ahead - interval <= turns[-1].wait <= ahead
    assert timedelta() < delay < ahead + interval
    assert pace.at_once == 3


async def test_what_was_not_used_is_lost_but_for_the_last(stores: Stores) -> None:
    pace = Pace(stores.redis, 50, NO_LIMITS)
    await stores.redis.hset(keys.PACE, "next", await store_now(stores) - 60_000_000)
    waits = await broadcast(pace, 1, 2, 3)
    assert waits[:2] == [timedelta()] * 2
    assert waits[2] == pytest.approx(timedelta(microseconds=pace.interval), abs=timedelta(microseconds=2))


async def test_a_chat_that_was_just_sent_to_waits_and_takes_no_slot(stores: Stores) -> None:
    pace = Pace(stores.redis, 1000)
    (first, second, other), _ = await pace.reserve([1, 1, 2])
    assert [turn.given for turn in (first, second, other)] == [True, False, True]
    assert second.wait - first.wait == pytest.approx(Limits().chat_gap, abs=2 * MILLISECOND)
    assert other.wait - first.wait <= timedelta(microseconds=pace.interval)


async def test_a_group_gets_eighteen_messages_and_then_one_every_three_seconds(stores: Stores) -> None:
    pace = Pace(stores.redis, 1_000_000, Limits(chat_gap=timedelta()))
    turns, _ = await pace.reserve([-7] * 22)
    assert [turn.given for turn in turns] == [True] * 18 + [False] * 4
    assert timedelta(seconds=3) < turns[18].wait <= Limits().group_gap
    assert all(turn.given for turn in (await pace.reserve([7] * 22))[0])


async def test_while_telegram_asks_to_wait_nobody_has_a_turn(stores: Stores) -> None:
    pace = Pace(stores.redis, 30, NO_LIMITS)
    for chat_id in (8, 9):
        await pace.refused(chat_id, 60 * SECOND)
    turns, delay = await pace.reserve([1, 2])
    assert turns == []
    assert 59 * SECOND < delay <= 60 * SECOND + timedelta(milliseconds=50)


# -- answers --------------------------------------------------------------------------------------------------------


async def test_an_answer_comes_at_once_and_pushes_the_broadcast_back(stores: Stores) -> None:
    pace = Pace(stores.redis, 30, NO_LIMITS)
    await broadcast(pace, 1, 2, 3, 4, 5, 6)
    ahead = await reserved_until(stores)
    assert await pace.answer_slot(9, LONG) < 5 * MILLISECOND
    assert await reserved_until(stores) - ahead == pytest.approx(pace.interval, abs=1)


async def test_answers_have_the_free_rate_even_where_broadcasts_are_paid_for(stores: Stores) -> None:
    pace = Pace(stores.redis, 1000, NO_LIMITS)
    waits = [await pace.answer_slot(chat_id, LONG) for chat_id in range(1, 11)]
    assert waits[0] == timedelta()
    assert waits[-1] == pytest.approx(9 * SECOND / 30, abs=30 * MILLISECOND)


async def test_in_one_chat_ten_answers_come_at_once_and_then_one_a_second(stores: Stores) -> None:
    pace = Pace(stores.redis, 1000)
    waits = [await pace.answer_slot(7, LONG) for _ in range(12)]
    gap = Limits().chat_gap
    assert waits[9] < 10 * SECOND / 30
    assert waits[10] == pytest.approx(gap, abs=0.1 * SECOND)
    assert waits[11] == pytest.approx(2 * gap, abs=0.1 * SECOND)


async def test_a_group_gets_eighteen_answers_and_then_one_every_three_seconds(stores: Stores) -> None:
    pace = Pace(stores.redis, 1000, Limits(chat_gap=timedelta()))
    waits = [await pace.answer_slot(-7, LONG) for _ in range(20)]
    assert waits[17] < 18 * SECOND / 29
    assert waits[19] - waits[18] == pytest.approx(Limits().group_gap, abs=0.1 * SECOND)


async def test_an_answer_that_would_come_too_late_takes_no_slot(stores: Stores) -> None:
    pace = Pace(stores.redis, 1000)
    for _ in range(10):
        await pace.answer_slot(7, LONG)
    before = await stores.redis.hgetall(keys.PACE)
    assert await pace.answer_slot(7, SECOND / 10) > SECOND / 10
    assert await stores.redis.hgetall(keys.PACE) == before


async def test_a_chat_that_was_just_answered_waits_for_the_broadcast(stores: Stores) -> None:
    """And the other way round: an answer does not wait for the broadcast."""
    pace = Pace(stores.redis, 1000)
    await pace.answer_slot(1, LONG)
    (first, second), _ = await pace.reserve([1, 2])
    assert first.wait == pytest.approx(Limits().chat_gap, abs=0.1 * SECOND)
    assert second.wait < 0.1 * SECOND
    assert await pace.answer_slot(2, LONG) < 0.1 * SECOND


# -- refusals -------------------------------------------------------------------------------------------------------


async def test_a_chat_that_telegram_asks_to_wait_for_waits_alone(stores: Stores) -> None:
    pace = Pace(stores.redis, 30)
    assert not await pace.refused(1, 30 * SECOND)
    assert not await pace.refused(1, 30 * SECOND), "the same chat again is still one chat"
    speed = await pace.speed()
    assert speed.paused == timedelta()
    assert speed.rate == pytest.approx(29.7)
    (waits, goes), _ = await pace.reserve([1, 2])
    assert 29 * SECOND < waits.wait <= 30 * SECOND
    assert goes.wait < SECOND / 10
    answer = await pace.answer_slot(1, LONG)
    assert 27 * SECOND < answer <= 30 * SECOND


async def test_a_short_wait_does_not_shorten_a_long_one(stores: Stores) -> None:
    pace = Pace(stores.redis, 30)
    for wait in (30, 1):
        await pace.refused(1, wait * SECOND)
    (result,), _ = await pace.reserve([1])
    assert result.wait > 29 * SECOND


async def test_two_chats_within_a_second_mean_everyone(stores: Stores) -> None:
    pace = Pace(stores.redis, 30)
    assert [await pace.refused(chat_id, 5 * SECOND) for chat_id in (1, 2, 3)] == [False, True, True]
    speed = await pace.speed()
    assert speed.paused == pytest.approx(5.05 * SECOND, abs=0.2 * SECOND)
    assert speed.rate == pytest.approx(29.7 * 0.85), "cut once, not for each"
    assert await pace.answer_slot(9, LONG) == pytest.approx(5 * SECOND, abs=0.2 * SECOND)
    assert await broadcast(pace, 8) == []


async def test_two_chats_further_apart_do_not(stores: Stores) -> None:
    pace = Pace(stores.redis, 30)
    await stores.redis.zadd(keys.FLOODS, {"1": await store_now(stores) - 1_500_000})
    assert not await pace.refused(2, SECOND)
    assert 0 < await stores.redis.pttl(keys.FLOODS) <= 2000


async def test_at_a_high_rate_two_of_a_thousand_are_still_chats(stores: Stores) -> None:
    pace = Pace(stores.redis, 1000)
    assert not any([await pace.refused(chat_id, SECOND) for chat_id in range(1, 50)])
    assert await pace.refused(50, SECOND)


async def test_a_longer_wait_for_everyone_counts(stores: Stores) -> None:
    pace = Pace(stores.redis, 30)
    for chat_id, wait in ((1, 1), (2, 9), (3, 2)):
        await pace.refused(chat_id, wait * SECOND)
    assert (await pace.speed()).paused == pytest.approx(9.05 * SECOND, abs=0.2 * SECOND)


@pytest.mark.parametrize(
    ("cut", "seconds", "share"),
    [
        (0.85, 0, 0.85),
        (0.85, 10, 0.86),
        (0.85, 75, 0.925),
        (0.85, 150, 1),
        (0.85, 10_000, 1),
        (0.02, 500, 0.52),
        (0.85, -30, 0.85),  # Telegram still asks to wait
    ],
)
async def test_the_rate_comes_back_by_a_hundredth_every_ten_seconds(
    stores: Stores, cut: float, seconds: int, share: float
) -> None:
    pace = Pace(stores.redis, 50, NO_LIMITS)
    since = await store_now(stores) - seconds * 1_000_000
    await stores.redis.hset(keys.PACE, mapping={"cut": cut, "since": since})
    assert (await pace.speed()).rate == pytest.approx(49.5 * share, rel=0.002)
    *_, second, third = await broadcast(pace, 1, 2, 3, 4)
    assert third - second == pytest.approx(SECOND / (49.5 * share), rel=0.002, abs=timedelta(microseconds=2))


@pytest.mark.parametrize(
    ("before", "after"), [(0.85, 0.7225), (0.02, 0.02)], ids=["cut again", "but never to nothing"]
)
async def test_refused_again_it_is_cut_further(stores: Stores, before: float, after: float) -> None:
    pace = Pace(stores.redis, 30)
    since = await store_now(stores) - 1_100_000
    await stores.redis.hset(keys.PACE, mapping={"cut": before, "since": since, "paused": since})
    for chat_id in (1, 2):
        await pace.refused(chat_id, SECOND)
    assert (await pace.speed()).rate == pytest.approx(29.7 * after, rel=0.003)


async def test_an_answer_pushes_back_by_more_while_the_rate_is_cut(stores: Stores) -> None:
    pace = Pace(stores.redis, 30, NO_LIMITS)
    now = await store_now(stores)
    await stores.redis.hset(keys.PACE, mapping={"cut": 0.5, "since": now, "next": now + 60_000_000})
    await pace.answer_slot(9, LONG)
    assert await reserved_until(stores) - now - 60_000_000 == pytest.approx(2 * pace.interval, rel=0.01)
