from datetime import timedelta

import pytest

from bot.bootstrap import Stores
from bot.domain.edition import Edition, Urgency
from bot.domain.inquiry import Inquiry, Why, id_of
from bot.domain.message import Message
from bot.domain.subscription import Address
from bot.storage import inquiries, keys
from bot.storage.inquiries import KEPT, MOST_A_DAY, Given
from tests.storage.killing import killed_everywhere
from tests.unit.samples import FULL, NOW

WHEN = "When does the bridge open?"
WHO = "Who pays for it?"


def asks(chat_id: int, question: str = WHEN, why: Why = Why.UNANSWERED, **fields: object) -> Inquiry:
    values = {"address": Address(chat_id), "language": "en", "nearest": ("full",), **fields}
    return Inquiry(question=question, why=why, **values)  # type: ignore[arg-type]


async def file(stores: Stores, inquiry: Inquiry, *, after: timedelta = timedelta()) -> bool:
    return await stores.inquiries.file(id_of(inquiry.question), inquiry, NOW + after)


async def empty(stores: Stores) -> bool:
    """Whether nothing is left of any question, but for how many a chat has asked today."""
    left = {key.decode() async for key in stores.redis.scan_iter("*inquir*")}
    return not {key for key in left if not key.endswith(":inquiries")}


async def test_what_more_have_asked_comes_first_and_each_chat_counts_once(stores: Stores) -> None:
    for chat in (1, 2, 1):
        assert await file(stores, asks(chat, "when does the BRIDGE open"))
    assert await file(stores, asks(3, WHO))
    assert await file(stores, asks(-100, address=Address(-100, 5)))
    assert await file(stores, asks(-100, address=Address(-100, 6)))
    first, second = await stores.inquiries.waiting(count=5)
    assert (first.question, first.count) == ("when does the BRIDGE open", 4)
    assert (second.question, second.count) == (WHO, 1)
    assert [one.id for one in await stores.inquiries.waiting(skip=1, count=5)] == [id_of(WHO)]
    assert await stores.inquiries.count() == 2
    threads = [one.address.thread_id for one in await stores.inquiries.asked(first.id)]
    assert sorted(threads, key=lambda thread: thread or 0) == [
        None,
        None,
        5,
        6,
    ]  # in no order: all were asked at once


async def test_what_a_chat_has_said_of_an_answer_stays(stores: Stores) -> None:
    await file(stores, asks(1))
    await file(stores, asks(1, why=Why.WRONG, shown="In May.", nearest=("full", "a2")))
    await file(stores, asks(1, why=Why.UNANSWERED, nearest=()))
    (asked,) = await stores.inquiries.asked(id_of(WHEN))
    assert (asked.why, asked.shown) == (Why.WRONG, "In May.")
    await file(stores, asks(1, why=Why.ASKED), after=timedelta(hours=1))
    (asked,) = await stores.inquiries.asked(id_of(WHEN))
    assert (asked.why, asked.shown, asked.nearest) == (Why.ASKED, "In May.", ("full",))
    assert asked.at == (NOW + timedelta(hours=1)).timestamp() * 1000


async def test_nothing_is_kept_for_more_than_ninety_days(stores: Stores) -> None:
    await file(stores, asks(1))
    await file(stores, asks(2), after=timedelta(days=1))
    await file(stores, asks(3, WHO), after=timedelta(days=1))
    await stores.inquiries.expire(NOW + KEPT)
    assert (await stores.inquiries.waiting(count=5))[0].count == 2
    await stores.inquiries.expire(NOW + KEPT + timedelta(milliseconds=1))
    assert [one.address.chat_id for one in await stores.inquiries.asked(id_of(WHEN))] == [2]
    assert await stores.inquiries.of_chat(1) == []
    await stores.inquiries.expire(NOW + KEPT + timedelta(days=2))
    assert await empty(stores)


async def test_what_a_chat_has_asked_is_forgotten_with_its_words(stores: Stores) -> None:
    await file(stores, asks(1, "When does the bridge open, my dear?"))
    own = id_of("When does the bridge open, my dear?")
    await stores.inquiries.file(own, asks(2, WHEN), NOW)
    await file(stores, asks(1, WHO, address=Address(1, 7)), after=timedelta(hours=1))
    assert [one.question for one in await stores.inquiries.of_chat(1)] == [
        "When does the bridge open, my dear?",
        WHO,
    ]
    assert await stores.inquiries.forget(1)
    assert not await stores.inquiries.forget(1)
    assert [(one.question, one.count) for one in await stores.inquiries.waiting(count=5)] == [(WHEN, 1)]
    assert await stores.inquiries.forget(2)
    assert await empty(stores)


async def test_questions_go_along_to_the_supergroup_that_a_group_becomes(stores: Stores) -> None:
    await file(stores, asks(-5))
    await file(stores, asks(-5, WHO))
    await file(stores, asks(-1005, WHO))
    await stores.inquiries.move(-5, -1005)
    await stores.inquiries.move(-5, -1005)
    assert [one.address.chat_id for one in await stores.inquiries.asked(id_of(WHEN))] == [-1005]
    assert [(one.question, one.count) for one in await stores.inquiries.waiting(count=5)] in (
        [(WHEN, 1), (WHO, 1)],
        [(WHO, 1), (WHEN, 1)],
    )
    assert await stores.inquiries.of_chat(-5) == []
    await stores.inquiries.forget(-1005)
    assert await empty(stores)


async def test_nobody_fills_the_store(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    filed = [await file(stores, asks(1, f"Question {n}?")) for n in range(MOST_A_DAY + 1)]
    assert filed == [True] * MOST_A_DAY + [False]
    assert await file(stores, asks(1, "Question 0?"))
    monkeypatch.setattr(inquiries, "MOST_INQUIRIES", MOST_A_DAY)
    monkeypatch.setattr(inquiries, "MOST_ASKERS", 2)
    assert await file(stores, asks(2, "Question 0?"))
    assert not await file(stores, asks(3, "Question 0?"))
    assert await file(stores, asks(2, WHEN))
    assert await stores.inquiries.count() == MOST_A_DAY
    assert await stores.inquiries.asked(id_of(WHEN))
    assert len(await stores.inquiries.asked(id_of("Question 0?"))) == 2


async def test_who_waits_is_owed_the_answer_once_wherever_somebody_is_killed(
    stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stores.articles.keep(FULL)
    for chat in (1, 2):
        await file(stores, asks(chat))
    given = Given(question=WHEN, answer="In May.", article="full", told=2)
    edition = Edition(id="q-1", message=Message(text="In May."), articles=("full",), answer=True)

    async def settle() -> bool | None:
        return await stores.inquiries.settle(id_of(WHEN), given, [Address(1), Address(2)], [(edition, [7, 8])])

    done, killed = await killed_everywhere(monkeypatch, settle)
    assert done
    assert killed
    assert await settle() is False
    rows = await stores.redis.xrange(keys.outbox(Urgency.REGULAR))
    assert [fields[b"n"] for _, fields in rows] == [b"7,8"]
    assert await stores.outbox.edition("q-1") == edition
    assert await stores.outbox.editions_of("full") == ["q-1"]
    assert await stores.inquiries.count() == 0
    assert await stores.inquiries.given(id_of(WHEN)) == given
    assert 0 < await stores.redis.ttl(keys.inquiry_answer(id_of(WHEN))) <= KEPT.total_seconds()


async def test_nobody_is_told_of_an_article_that_was_taken_back(stores: Stores) -> None:
    await file(stores, asks(1))
    given = Given(question=WHEN, answer="In May.", article="gone")
    assert await stores.inquiries.settle(id_of(WHEN), given, [Address(1)], []) is None
    assert await stores.inquiries.count() == 1


async def test_what_is_no_question_goes_with_its_answer(stores: Stores) -> None:
    await file(stores, asks(1))
    await stores.inquiries.keep_answer(id_of(WHEN), Given(question=WHEN, answer="In May."))
    assert await stores.inquiries.drop(id_of(WHEN))
    assert not await stores.inquiries.drop(id_of(WHEN))
    assert await empty(stores)
