"""The benchmarks' limiter refuses what is over its limits and nothing else."""

import pytest

from tests.benchmarks.limits import Bucket, Limiter, Limits, Refusal, shortest_span

WIDE = Limits(rate=1000, capacity=1000)


def _passed(limiter: Limiter, chats: list[int], times: list[float]) -> int:
    return sum(limiter.refuse(chat, now) is None for chat, now in zip(chats, times, strict=True))


def test_bucket_starts_full_and_gains_its_rate() -> None:
    bucket = Bucket(rate=2, capacity=3)
    for _ in range(3):
        assert bucket.wait(10) == 0
        bucket.take(10)
    assert bucket.wait(10) == pytest.approx(0.5)
    assert bucket.wait(10.25) == pytest.approx(0.25)
    assert bucket.wait(10.5) == 0


def test_bucket_saves_up_no_more_than_it_holds() -> None:
    bucket = Bucket(rate=1, capacity=2)
    bucket.take(0)
    bucket.take(1000)
    bucket.take(1000)
    assert bucket.wait(1000) == pytest.approx(1)


def test_capacity_then_rate_over_all_chats() -> None:
    times = [second / 100 for second in range(1000)]  # 10 seconds at 100 a second
    passed = _passed(Limiter(Limits(rate=30, capacity=5)), list(range(1, 1001)), times)
    assert passed == pytest.approx(5 + 30 * 9.99, abs=1)


def test_even_spacing_at_the_rate_is_never_refused() -> None:
    limiter = Limiter(Limits(rate=30, capacity=1))
    assert _passed(limiter, list(range(1, 901)), [n / 30 for n in range(900)]) == 900


def test_private_chat() -> None:
    limiter = Limiter(WIDE)
    assert [limiter.refuse(7, 0) for _ in range(3)] == [None, None, Refusal("chat", 1)]
    assert limiter.refuse(8, 0) is None
    assert limiter.refuse(7, 1) is None
    assert limiter.refuse(7, 1) == Refusal("chat", 1)


def test_group_gets_twenty_a_minute() -> None:
    limiter = Limiter(WIDE)
    assert _passed(limiter, [-7] * 25, [0] * 25) == 20
    assert limiter.refuse(-7, 1) == Refusal("group", 2)  # two thirds of a token are missing, at three seconds each
    assert limiter.refuse(-7, 3) is None
    assert _passed(limiter, [-7] * 600, [3 + n / 10 for n in range(600)]) == pytest.approx(20, abs=1)


def test_refused_message_uses_up_nothing() -> None:
    limiter = Limiter(Limits(rate=1, capacity=1, chat_capacity=1))
    assert limiter.refuse(1, 0) is None
    assert limiter.refuse(2, 0.5) == Refusal("global", 1)
    assert limiter.refuse(2, 1) is None
    limiter = Limiter(Limits(rate=1, capacity=2, chat_capacity=1))
    assert limiter.refuse(1, 0) is None
    assert limiter.refuse(1, 0) == Refusal("chat", 1)
    assert limiter.refuse(2, 0) is None


def test_soft_limit_lets_pass_again_as_soon_as_there_is_room() -> None:
    limiter = Limiter(Limits(rate=10, capacity=1))
    assert limiter.refuse(1, 0) is None
    assert limiter.refuse(2, 0) == Refusal("global", 1)  # whole seconds, though a tenth would do
    assert limiter.refuse(2, 0.1) is None


def test_punitive_limit_locks_out_for_longer_each_time() -> None:
    limiter = Limiter(Limits(rate=10, capacity=1, punitive=True))
    now, waits = 0.0, []
    for chat in range(1, 20):
        assert limiter.refuse(chat, now) is None
        refusal = limiter.refuse(100 + chat, now)
        assert refusal and refusal.scope == "global"
        assert limiter.refuse(200 + chat, now + 1.5) == Refusal("lockout", refusal.retry_after - 1)
        now += refusal.retry_after
        waits.append(refusal.retry_after)
    assert waits == [*range(3, 30, 2), 30, 30, 30, 30, 30]


def test_shortest_span_of_single_messages_is_the_rate() -> None:
    limits = Limits(rate=30, capacity=5)
    assert shortest_span(limits, dict.fromkeys(range(1, 601), 1)) == pytest.approx((600 - 5) / 30)


def test_shortest_span_of_one_group_is_the_groups_rate() -> None:
    assert shortest_span(Limits(), {-1: 25}) == pytest.approx(15, abs=0.1)


def test_shortest_span_keeps_the_limits() -> None:
    """Nothing is gained by waiting for those with many messages: they go first, the others between them."""
    owed = dict.fromkeys(range(1, 501), 1) | dict.fromkeys(range(501, 601), 3) | dict.fromkeys(range(-5, 0), 25)
    assert shortest_span(Limits(), owed) == pytest.approx((925 - 5) / 30)
