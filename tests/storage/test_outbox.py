"""What is owed: the outbox."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.bootstrap import Stores
from bot.domain.edition import Edition, Mark, Urgency
from bot.domain.message import Message
from bot.storage import keys
from bot.storage.orders import CHUNK_SIZE, order
from bot.storage.settlements import RECALLABLE
from tests.storage.chunks import EDITION, check_accounts, marks_of, owed, settle, take

MONTH = timedelta(days=30).total_seconds()


# -- owing ----------------------------------------------------------------------------------------------------------


async def test_an_edition_is_stored_before_it_is_sent(stores: Stores) -> None:
    chunk = await owed(stores, 3, 5)
    assert (chunk.edition_id, chunk.numbers, chunk.attempt, chunk.again) == ("e1", (3, 5), 0, False)
    assert chunk.marks == [Mark.OWED, Mark.OWED]
    assert await stores.outbox.edition("e1") == EDITION
    raw = await stores.outbox.raw_editions(["e1", "gone"])
    assert {name: Edition.model_validate_json(value) for name, value in raw.items()} == {"e1": EDITION}
    assert await stores.outbox.editions_of("a1") == await stores.outbox.editions_of("a2") == ["e1"]
    assert await stores.outbox.edition("gone") is None


async def test_an_edition_for_nobody_is_no_work(stores: Stores) -> None:
    await stores.outbox.owe(EDITION, [])
    assert await take(stores.outbox) == []
    assert order(EDITION, []) == []


async def test_many_are_owed_in_chunks(stores: Stores) -> None:
    await stores.outbox.owe(EDITION, list(range(1, 2 * CHUNK_SIZE + 51)))
    chunks = await take(stores.outbox)
    assert [len(chunk.numbers) for chunk in chunks] == [CHUNK_SIZE, CHUNK_SIZE, 50]
    assert [number for chunk in chunks for number in chunk.numbers] == list(range(1, 251))
    await settle(stores, chunks[1], 99, Mark.SKIPPED)
    assert await marks_of(stores, chunks[1]) == [Mark.OWED] * 99 + [Mark.SKIPPED]
    assert (await stores.outbox.counts())["owed"] == 250
    await check_accounts(stores)


async def test_a_later_slice_keeps_what_delivery_made_of_the_edition(stores: Stores) -> None:
    """It was found that Telegram takes it as plain text only."""
    await stores.outbox.owe(EDITION, [1])
    raw = (await stores.outbox.raw_editions(["e1"]))["e1"]
    plain = EDITION.model_copy(update={"form": "plain"})
    assert await stores.outbox.replace(plain, raw)
    assert not await stores.outbox.replace(EDITION, raw), "it is no longer what was read"
    await stores.outbox.owe(EDITION, [2])
    assert await stores.outbox.edition("e1") == plain
    assert RECALLABLE.total_seconds() < await stores.redis.ttl(keys.edition("e1")) <= MONTH


async def test_an_edition_that_nobody_gets_goes_by_itself(stores: Stores) -> None:
    await owed(stores, 3)
    assert RECALLABLE.total_seconds() < await stores.redis.ttl(keys.edition("e1")) <= MONTH


# -- taking up ------------------------------------------------------------------------------------------------------


async def test_each_urgency_has_its_lane(stores: Stores) -> None:
    for urgency in reversed(Urgency):
        await stores.outbox.owe(Edition(id=urgency, urgency=urgency), [1])
    stop = asyncio.Event()
    (breaking,) = await stores.outbox.take({Urgency.BREAKING: 9}, None, stop)
    assert (breaking.urgency, breaking.edition_id) == (Urgency.BREAKING, "breaking")
    assert await stores.outbox.take({Urgency.BREAKING: 9, Urgency.REGULAR: 0}, None, stop) == []
    assert [chunk.urgency for chunk in await take(stores.outbox)] == [Urgency.REGULAR, Urgency.CATCH_UP]
    assert await stores.outbox.take({}, timedelta(hours=1), stop) == [], "nothing is asked for"


async def test_whoever_waits_for_one_lane_is_woken_by_it(stores: Stores) -> None:
    counts = {Urgency.BREAKING: 1, Urgency.CATCH_UP: 1}
    async with asyncio.TaskGroup() as tasks:
        waiting = tasks.create_task(stores.outbox.take(counts, timedelta(seconds=20), asyncio.Event()))
        await stores.outbox.owe(EDITION.model_copy(update={"urgency": Urgency.CATCH_UP}), [1])
    assert [chunk.urgency for chunk in waiting.result()] == [Urgency.CATCH_UP]


async def test_when_someone_was_chosen_stands_with_the_chunk(stores: Stores) -> None:
    for command in order(EDITION, [3], planned=1_795_341_600_123):
        await stores.redis.execute_command(*command)
    (chunk,) = await take(stores.outbox)
    assert chunk.planned == 1_795_341_600_123


# -- receipts and looking in -----------------------------------------------------------------------------------------


async def test_receipts_are_found_across_pages(stores: Stores) -> None:
    """Alone, at the ends of a page, and beyond the digits of the first ones."""
    numbers = [1, keys.RECEIPTS_A_PAGE - 1, keys.RECEIPTS_A_PAGE, 6400, 1_000_000, 64_000_063]
    chunk = await owed(stores, *numbers)
    for position, number in enumerate(numbers):
        await settle(stores, chunk, position, Mark.SENT, str(number + 7))
    assert {number: text async for number, text in stores.outbox.receipts("e1")} == {n: str(n + 7) for n in numbers}
    assert [await stores.outbox.receipt("e1", number) for number in (64, 65)] == ["71", None]
    assert {one async for one in stores.outbox.receipts("e2")} == set()
    for key in (keys.receipt("e1", 6400)[0], keys.receipt_pages("e1")):
        assert 0 < await stores.redis.ttl(key) <= RECALLABLE.total_seconds() + 3600


async def test_a_delivery_is_found_while_it_is_in_the_outbox(stores: Stores) -> None:
    await stores.outbox.owe(EDITION.model_copy(update={"id": "e0"}), [3])
    await stores.outbox.owe(EDITION, list(range(1, 251)))
    _, _, chunk, _ = await take(stores.outbox)
    await settle(stores, chunk, 50, Mark.TRYING)
    await stores.redis.hset(keys.COUNTERS, "in_flight", 1)  # as its turn does
    assert chunk.numbers[50] == 151
    assert await stores.outbox.find("e1", 151) is Mark.TRYING
    assert await stores.outbox.find("e1", 250) is Mark.OWED
    assert await stores.outbox.find("e1", 251) is None
    assert await stores.outbox.find("e2", 3) is None
    await check_accounts(stores)


async def test_a_delivery_is_found_behind_many_chunks(stores: Stores) -> None:
    async with stores.redis.pipeline(transaction=False) as pipe:
        for number in range(1, 1005):
            pipe.xadd(keys.outbox(Urgency.REGULAR), {"e": "e1" if number % 2 else "e2", "n": number})
        await pipe.execute()
    assert await stores.outbox.find("e1", 1003) is Mark.OWED
    assert await stores.outbox.find("e1", 1004) is None


async def test_nothing_counts_as_nothing(stores: Stores) -> None:
    assert await stores.outbox.counts() == {"chunks_waiting": 0, "postponed_waiting": 0, "doubts_waiting": 0}


async def test_what_telegram_refused_is_told_the_latest_first(stores: Stores) -> None:
    now = datetime(2026, 11, 22, 10, tzinfo=UTC)
    for minutes, name in enumerate(("e1", "e2")):
        await stores.outbox.note_refusal(name, f"can't parse: {name}", now + timedelta(minutes=minutes))
    assert await stores.outbox.refusals() == [
        ("e2", now + timedelta(minutes=1), "can't parse: e2"),
        ("e1", now, "can't parse: e1"),
    ]


async def test_what_telegram_refused_is_not_kept_for_ever(stores: Stores) -> None:
    for number in range(150):
        await stores.outbox.note_refusal(f"e{number}", "too long", datetime.now(UTC))
    kept = await stores.outbox.refusals()
    assert 0 < len(kept) <= 100
    assert "e149" in [name for name, _, _ in kept]


# -- taking back ----------------------------------------------------------------------------------------------------


async def test_a_recall_follows_whom_it_reached(stores: Stores) -> None:
    chunk = await owed(stores, 3, 5, 7)
    await settle(stores, chunk, 0, Mark.SENT, "77")
    await settle(stores, chunk, 2, Mark.AMBIGUOUS, "ambiguous")
    recall = Edition(id="r1", action="delete", of="e1", urgency=Urgency.BREAKING)
    assert await stores.outbox.recall(EDITION, recall, None) == 1
    (following,) = await take(stores.outbox)
    assert (following.edition_id, following.numbers, following.urgency) == ("r1", (3,), Urgency.BREAKING)
    assert await stores.outbox.edition("e1") is None
    await settle(stores, chunk, 1, Mark.SENT, "78")
    (following,) = await take(stores.outbox)
    assert (following.numbers, following.urgency) == ((5,), Urgency.BREAKING), "it was on its way just then"
    await check_accounts(stores)


async def test_a_recall_follows_all_of_many(stores: Stores) -> None:
    await stores.outbox.owe(EDITION, list(range(1, 251)))
    for chunk in await take(stores.outbox):
        for position, number in enumerate(chunk.numbers):
            await settle(stores, chunk, position, Mark.SENT, str(number))
    assert await stores.outbox.recall(EDITION, Edition(id="r1", action="delete", of="e1"), None) == 250
    followed = [number for chunk in await take(stores.outbox) for number in chunk.numbers]
    assert sorted(followed) == list(range(1, 251))


async def test_a_replacement_is_what_the_others_get(stores: Stores) -> None:
    await owed(stores, 3)
    better = EDITION.model_copy(update={"message": Message(text="Better")})
    assert await stores.outbox.recall(EDITION, Edition(id="r1", action="edit", of="e1"), better) == 0
    assert await stores.outbox.edition("e1") == better


async def test_an_article_that_is_forgotten_has_no_editions(stores: Stores) -> None:
    await stores.outbox.owe(EDITION, [1])
    await stores.outbox.forget_article("a1")
    assert await stores.outbox.editions_of("a1") == []
    assert await stores.outbox.editions_of("a2") == ["e1"]


@pytest.mark.parametrize("urgency", list(Urgency))
async def test_a_chunk_in_any_lane_keeps_its_marks_apart(stores: Stores, urgency: Urgency) -> None:
    """Two lanes may give their entries the same id."""
    for lane in Urgency:
        await stores.redis.xadd(keys.outbox(lane), {"e": "e1", "n": "1,2"}, id="1-1")
        await stores.redis.hincrby(keys.COUNTERS, "owed", 2)
    chunks = {chunk.urgency: chunk for chunk in await take(stores.outbox)}
    await settle(stores, chunks[urgency], 1, Mark.SKIPPED)
    for lane, chunk in chunks.items():
        expected = Mark.SKIPPED if lane is urgency else Mark.OWED
        assert await marks_of(stores, chunk) == [Mark.OWED, expected]
    await check_accounts(stores)
