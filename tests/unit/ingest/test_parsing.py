"""Reading in processes that may be ended: limits, and that nothing outlives them."""

import asyncio
import os
import signal
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from bot.domain.feed import Document, Failure, Fault
from bot.ingest.parsing import Parsers
from tests.benchmarks.lag import lag
from tests.unit.ingest import jobs

COSTLY = Failure(fault=Fault.TOO_COSTLY)
URL = "https://e.example/feed"


def feed(title: str, padding: int = 0) -> bytes:
    return f"<rss version='2.0'><channel><title>{title}</title></channel></rss><!--{'x' * padding}-->".encode()


#: Of the known ways to make the parser slow: time grows with the square of the length.
SLOW = b"<rss version='2.0'><channel><item><title " + b"".join(b'a%d="" ' % n for n in range(60_000)) + b"/>"


async def until_gone(pid: int) -> None:
    with suppress(psutil.NoSuchProcess):
        await asyncio.to_thread(psutil.Process(pid).wait, 10)
    await asyncio.sleep(0.1)  # what the loop is told of it comes by a thread of its own


async def test_nothing_is_started_before_it_is_needed() -> None:
    before = psutil.Process().children()
    async with Parsers():
        assert psutil.Process().children() == before


async def test_each_gets_its_own_answer() -> None:
    async with Parsers() as parsers:
        bodies = [feed(f"n{n}", padding=n % 3 * 100_000) for n in range(30)]
        read = await asyncio.gather(*(parsers.feed(body, URL) for body in bodies))
        other = await asyncio.gather(*(parsers.run(jobs.echo, n, "x" * n) for n in range(30)))
    assert [document.title for document in read if isinstance(document, Document)] == [f"n{n}" for n in range(30)]
    assert other == [(n, "x" * n) for n in range(30)]


async def test_a_job_is_ended_after_its_seconds_and_the_next_is_done() -> None:
    async with Parsers() as parsers:
        began = time.monotonic()
        assert await parsers.run(jobs.spin, seconds=0.3) == COSTLY
        assert time.monotonic() - began < 20  # processor time: others may need the machine too
        assert await parsers.run(jobs.echo, 1) == (1,)


async def test_a_feed_that_is_made_to_cost_much_is_ended() -> None:
    async with Parsers(seconds=0.5) as parsers:
        assert await parsers.feed(SLOW, URL) == COSTLY
        assert await parsers.feed(feed("next"), URL) == Document(title="next")


async def test_a_job_that_does_nothing_is_ended_by_the_clock() -> None:
    async with Parsers(wall=0.5) as parsers:
        assert await parsers.run(jobs.sleep) == COSTLY


async def test_memory_is_limited() -> None:
    async with Parsers() as parsers:
        assert await parsers.run(jobs.eat, 100_000_000) == 100_000_000
        assert await parsers.run(jobs.eat, 250_000_000) == COSTLY
        assert await parsers.run(jobs.eat, 100_000_000) == 100_000_000


async def test_who_keeps_memory_makes_room_for_a_fresh_process() -> None:
    async with Parsers() as parsers:
        first = await parsers.run(jobs.hoard, 100_000_000)
        second = await parsers.run(jobs.pid)
        assert first != second
        assert isinstance(first, int)
        await until_gone(first)


async def test_a_crash_ends_one_job_only() -> None:
    async with Parsers() as parsers:
        assert await parsers.run(jobs.crash) == COSTLY
        assert await parsers.run(jobs.echo, 2) == (2,)


@pytest.mark.parametrize(("job", "told"), [(jobs.fail, "such thing"), (jobs.deep, "RecursionError")])
async def test_what_a_reader_raises_ends_that_job_only(job: object, told: str) -> None:
    async with Parsers() as parsers:
        before = await parsers.run(jobs.pid)
        failure = await parsers.run(job)  # type: ignore[arg-type]
        assert isinstance(failure, Failure)
        assert failure.fault is Fault.NOT_A_FEED
        assert told in failure.detail
        assert await parsers.run(jobs.pid) == before


async def test_whoever_takes_over_a_worker_has_nothing_but_the_worker(tmp_path: Path) -> None:
    """Answers are read as what they should be, and nothing else: no code of theirs is run here."""
    async with Parsers() as parsers:
        for job in (jobs.answer_with_code, jobs.answer_without_end, jobs.answer_something_else):
            assert await parsers.run(job, str(tmp_path / "touched")) == COSTLY
            assert await parsers.run(jobs.echo, 5) == (5,)
    assert not (tmp_path / "touched").exists()


async def test_a_failure_and_a_document_are_told_apart() -> None:
    async with Parsers() as parsers:
        assert await parsers.feed(b"<html>", URL) == Failure(fault=Fault.NOT_A_FEED)
        assert await parsers.feed(b"<rss version='2.0'><channel></channel></rss>", URL) == Document()


async def test_what_a_library_prints_is_no_answer() -> None:
    async with Parsers() as parsers:
        assert await parsers.run(jobs.chatter) == "an answer"


async def test_small_feeds_and_pages_do_not_wait_for_a_slow_large_one() -> None:
    async with Parsers(seconds=5) as parsers:
        slow = asyncio.create_task(parsers.feed(SLOW, URL))
        await parsers.feed(feed("small"), URL)
        await parsers.run(jobs.echo)
        assert not slow.done()
        slow.cancel()


async def test_a_feed_that_cost_too_much_keeps_no_other_waiting_again() -> None:
    async with Parsers(seconds=1) as parsers:
        assert await parsers.feed(SLOW, URL) == COSTLY
        again = asyncio.create_task(parsers.feed(SLOW, URL))
        large = asyncio.create_task(parsers.feed(feed("large", 200_000), "https://other.example/feed"))
        assert await large == Document(title="large")
        assert not again.done()
        assert await again == COSTLY
        # It is forgiven once it is read.
        assert await parsers.feed(feed("better"), URL) == Document(title="better")


async def test_the_loop_runs_on_meanwhile() -> None:
    async with Parsers(seconds=1) as parsers, lag() as late:
        assert await parsers.feed(SLOW + b" " * 8_000_000, URL) == COSTLY
    assert len(late) > 20
    assert sorted(late)[int(len(late) * 0.95)] < 0.2


async def test_whoever_gives_up_does_not_leave_an_answer_for_the_next() -> None:
    async with Parsers() as parsers:
        pid = await parsers.run(jobs.pid)
        asking = asyncio.create_task(parsers.run(jobs.sleep))
        await asyncio.sleep(0.05)
        asking.cancel()
        assert await parsers.run(jobs.echo, 3) == (3,)
        assert isinstance(pid, int)
        await until_gone(pid)


async def test_an_idle_process_ends() -> None:
    async with Parsers(rest=0.05) as parsers:
        pid = await parsers.run(jobs.pid)
        assert isinstance(pid, int)
        await until_gone(pid)
        assert await parsers.run(jobs.pid) != pid


async def test_nothing_outlives_the_end() -> None:
    async with Parsers() as parsers:
        pid = await parsers.run(jobs.pid)
        left = asyncio.create_task(parsers.run(jobs.sleep))
        await asyncio.sleep(0.05)
        left.cancel()
    assert isinstance(pid, int)
    await until_gone(pid)
    assert not [child for child in psutil.Process().children() if "ingest.worker" in " ".join(child.cmdline())]


async def test_a_signal_to_all_processes_leaves_the_job_to_be_finished() -> None:
    async with Parsers() as parsers:
        pid = await parsers.run(jobs.pid)
        assert isinstance(pid, int)
        os.kill(pid, signal.SIGINT)
        os.kill(pid, signal.SIGTERM)
        assert await parsers.run(jobs.pid) == pid


async def test_a_worker_that_was_killed_between_two_jobs_is_replaced() -> None:
    async with Parsers() as parsers:
        pid = await parsers.run(jobs.pid)
        assert isinstance(pid, int)
        os.kill(pid, signal.SIGKILL)
        await until_gone(pid)
        assert await parsers.run(jobs.echo, 4) == (4,)


async def test_it_knows_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSBOT_TOKEN", "123456:secret")
    async with Parsers() as parsers:
        known = await parsers.run(jobs.environment)
    assert isinstance(known, dict)
    assert not [name for name in known if name.startswith("NEWSBOT")]
