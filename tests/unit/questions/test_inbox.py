"""From a question that nobody could answer to all who have asked it."""

import asyncio
import re
from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.bootstrap import Stores, build_services, open_stores
from bot.domain.article import FaqPair
from bot.domain.delivery import Cause
from bot.domain.edition import Edition, Urgency
from bot.domain.inquiry import LONGEST_QUESTION, Inquiry, Why, alike, id_of
from bot.domain.subscription import Address, ChatKind
from bot.rendering import inbox as words
from bot.services import Services
from bot.storage import keys
from bot.subscriptions import Reader
from config.settings import Settings
from tests.storage.killing import killed_everywhere
from tests.unit.rendering.limits import check
from tests.unit.samples import FULL, NOW, TEXT, article

WHEN = "When does the toll rise again?"
ID = id_of(WHEN)
NEVER = "Never, says the council."


async def ask(services: Services, *chats: int, question: str = WHEN, why: Why = Why.UNANSWERED) -> None:
    for chat in chats:
        await services.inbox.file(Inquiry(question, Address(chat), "de", ("full",), why, "shown"))


async def owed(stores: Stores) -> list[tuple[Edition, list[int]]]:
    """Every edition in the outbox, with the chats that it is for."""
    found = []
    for urgency in Urgency:
        for _, fields in await stores.redis.xrange(keys.outbox(urgency)):
            edition = await stores.outbox.edition(fields[b"e"].decode())
            records = await stores.subscriptions.read_numbers(map(int, fields[b"n"].split(b",")))
            assert edition
            found.append((edition, sorted(record.subscription.chat_id for record in records.values())))
    return found


async def told(stores: Stores) -> Counter[int]:
    return Counter(chat for _, chats in await owed(stores) for chat in chats)


@pytest.fixture
async def stored(services: Services) -> None:
    await services.articles.keep(FULL)


@pytest.mark.usefixtures("stored")
async def test_a_reply_is_a_pair_of_the_article_and_all_who_asked_are_told(
    services: Services, stores: Stores
) -> None:
    await services.subscriptions.set_language(Reader(Address(2)), "es")
    await ask(services, 1, 2, -1000000000005)
    await ask(services, 4, question="when does the TOLL rise, again")
    done = await services.inbox.answer(ID, "full", NEVER)
    assert done and done.article
    assert done.told == 4
    assert done.article.faq == (*FULL.faq, FaqPair(question=WHEN, answer=NEVER))
    assert await services.articles.get("full") == done.article
    assert await told(stores) == Counter([1, 2, -1000000000005, 4])
    editions = {tuple(chats): edition for edition, chats in await owed(stores)}
    edition = editions[(-1000000000005, 1, 2)]
    assert set(edition.languages) == {"de", "es"}
    assert edition.message and WHEN in edition.message.text and NEVER in edition.message.text
    other = editions[(4,)].message
    assert other and "when does the TOLL rise, again" in other.text
    group = await services.subscriptions.get(Reader(Address(-1000000000005)))
    assert (group.kind, group.language, group.categories) == (ChatKind.SUPERGROUP, "de", {})
    assert await services.inbox.waiting(count=5) == ([], 0)


async def test_what_asks_the_same_in_other_words_is_one_question(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(60):
        await ask(services, n + 1, question=f"What is number {n}?")

    async def same(question: str, others: Sequence[str]) -> int | None:
        assert len(others) < 30, "each is compared at a cost"
        return next((place for place, one in enumerate(others) if "toll" in one), None)

    monkeypatch.setattr(services.questions, "same", same)
    await ask(services, 101)
    await ask(services, 102, 101, question="The next rise of the toll is when?")
    (first, *_), total = await services.inbox.waiting(count=100)
    assert (first.question, first.count, total) == (WHEN, 2, 61)


@pytest.mark.usefixtures("stored")
async def test_whoever_is_killed_goes_on_and_tells_nobody_twice(
    services: Services, stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ask(services, 1, 2)
    done, killed = await killed_everywhere(monkeypatch, lambda: services.inbox.answer(ID, "full", NEVER))
    assert done and done.given.told == 2
    assert killed > 5
    assert await told(stores) == Counter([1, 2])
    found = await services.articles.get("full")
    assert found and found.faq == (*FULL.faq, FaqPair(question=WHEN, answer=NEVER))


@pytest.mark.usefixtures("stored")
async def test_two_editors_at_once_tell_everyone_once(services: Services, stores: Stores) -> None:
    await ask(services, *range(1, 6))
    answers = [services.inbox.answer(ID, "full", f"Answer {n}.") for n in range(4)]
    more = [ask(services, *range(6, 9)), ask(services, 9)]
    await asyncio.gather(*answers, *more)
    assert set((await told(stores)).values()) == {1}
    waiting = await stores.inquiries.asked(ID)
    assert sorted([*await told(stores), *(one.address.chat_id for one in waiting)]) == list(range(1, 10))
    found = await services.articles.get("full")
    assert found and [pair.question for pair in found.faq].count(WHEN) == 1


@pytest.mark.usefixtures("stored")
async def test_of_two_editors_at_once_the_first_has_answered(services: Services, stores: Stores) -> None:
    await services.articles.keep(article("a2"))
    await ask(services, 1, 2)
    targets = ["full", "a2", "full"]
    replies = [services.inbox.answer(ID, target, f"Answer {n}.") for n, target in enumerate(targets)]
    done = await asyncio.gather(*replies)
    ((edition, chats),) = await owed(stores)
    (first,) = [one for one in done if one and not one.before]
    assert chats == [1, 2] and first.told == 2
    assert edition.message and first.given.answer in edition.message.text
    assert edition.articles == (first.given.article,)
    assert {one.given for one in done if one} == {first.given} == {await stores.inquiries.given(ID)}
    found = [await services.articles.get(name) for name in ("full", "a2")]
    pairs = [pair for one in found if one for pair in one.faq if pair.question == WHEN]
    assert pairs == [FaqPair(question=WHEN, answer=first.given.answer)]


@pytest.mark.usefixtures("stored")
async def test_another_reply_changes_the_answer_and_tells_only_who_has_not_been_told(
    services: Services, stores: Stores
) -> None:
    await services.articles.keep(article("a2"))
    await ask(services, 1)
    await services.inbox.answer(ID, "full", NEVER)
    again = await services.inbox.answer(ID, "full", "Q. When is the next rise?\n\nIn May.\n\nOr in June.")
    assert again and (again.told, again.given.told) == (0, 1)
    assert again.article and again.article.faq[2:] == (
        FaqPair(question="When is the next rise?", answer="In May.\n\nOr in June."),
    )
    await ask(services, 1, 2)
    elsewhere = await services.inbox.answer(ID, "a2", "In July.")
    assert elsewhere and elsewhere.article
    assert elsewhere.article.faq == (FaqPair(question="When is the next rise?", answer="In July."),)
    assert (elsewhere.told, elsewhere.given.told) == (2, 3)
    assert await services.articles.get("full") == FULL
    assert await told(stores) == Counter([1, 1, 2])


@pytest.mark.usefixtures("stored")
async def test_who_is_still_to_be_told_is_told_what_was_answered_last(services: Services, stores: Stores) -> None:
    await services.articles.keep(article("a2"))
    await ask(services, 1)
    await ask(services, 2, question="when does the TOLL rise, again")
    await services.inbox.answer(ID, "full", NEVER)
    for target, reply in [("full", "In May."), ("a2", "Q. When?\n\nIn July.")]:
        await services.inbox.answer(ID, target, reply)
        for edition, (chat,) in await owed(stores):
            assert edition.message and edition.articles == (target,)
            for said in edition.message, *edition.translations.values():
                assert NEVER not in said.text and reply.split("\n")[-1] in said.text
                assert {1: WHEN, 2: "when does the TOLL rise, again"}[chat] in said.text
    assert await told(stores) == Counter([1, 2])
    await services.articles.retract("full")
    assert await told(stores) == Counter([1, 2])
    editions = [edition.id for edition, _ in await owed(stores)]
    await services.articles.retract("a2")
    assert [await stores.outbox.edition(name) for name in editions] == [None, None]


@pytest.mark.usefixtures("stored")
async def test_a_reply_to_an_article_that_was_taken_back_is_kept(services: Services, stores: Stores) -> None:
    await services.articles.keep(article("a2"))
    await ask(services, 1)
    await services.articles.retract("full")
    done = await services.inbox.answer(ID, "full", "Q. What?\nA line.\n\n  Another. ")
    assert done and done.article is None
    assert await services.inbox.attach(ID, "full") == done
    kept = await services.inbox.open(ID)
    assert kept and kept.given == done.given and [one.address.chat_id for one in kept.asked] == [1]
    attached = await services.inbox.attach(ID, "a2")
    assert attached and attached.article
    assert attached.article.faq == (FaqPair(question="What?", answer="A line.\n\n  Another."),)
    assert await told(stores) == Counter([1])
    assert await services.inbox.attach(ID, "a2") is None


async def test_a_general_answer_is_found_and_read_and_in_no_list(services: Services, stores: Stores) -> None:
    await ask(services, 1)
    await ask(services, 2, question="Who writes all this?")
    first = await services.inbox.answer(ID, "faq-policy", NEVER)
    second = await services.inbox.answer(id_of("Who writes all this?"), "faq-policy", "The editors do.")
    assert first and second and second.article
    assert (second.article.id, second.article.title) == ("faq-policy", "Questions about Policy")
    assert [pair.answer for pair in second.article.faq] == [NEVER, "The editors do."]
    assert await services.articles.get("faq-policy") == second.article
    assert await services.articles.latest(count=5) == await services.articles.latest("policy", count=5) == []
    assert await services.articles.count() == await services.articles.count("policy") == 0
    assert await stores.plans.unplanned() == set()
    assert [one.article.id async for one in stores.articles.all()] == ["faq-policy"]
    await services.questions.load()
    found = await services.questions.ask("Who writes all this?")
    assert found.quote and found.quote.text == "The editors do."
    assert await services.articles.retract("faq-policy") == 0
    assert await stores.redis.zcard(keys.UNLISTED) == 0
    services.questions.close()


async def test_without_such_a_category_it_is_kept(services: Services) -> None:
    await ask(services, 1)
    done = await services.inbox.answer(ID, "faq-nowhere", NEVER)
    assert done and done.article is None


@pytest.mark.usefixtures("stored")
async def test_who_cannot_be_written_to_or_was_forgotten_is_told_nothing(services: Services, stores: Stores) -> None:
    await services.subscriptions.set_language(Reader(Address(1)), "es")
    await services.subscriptions.park(Address(1), Cause.BLOCKED)
    await ask(services, 1, 2, 3)
    assert await services.subscriptions.forget(2)
    done = await services.inbox.answer(ID, "full", NEVER)
    assert done and done.told == 1
    assert await told(stores) == Counter([3])


async def test_what_a_chat_has_asked_is_in_its_data_and_moves_with_it(services: Services) -> None:
    assert await services.subscriptions.export(-5) is None
    await ask(services, -5)
    data = await services.subscriptions.export(-5)
    assert data and WHEN.encode() in data
    await services.subscriptions.move(-5, -1000000000005)
    data = await services.subscriptions.export(-1000000000005)
    assert data and WHEN.encode() in data
    assert await services.subscriptions.forget(-1000000000005)
    assert not await services.subscriptions.forget(-1000000000005)
    assert await services.inbox.waiting(count=5) == ([], 0)


@pytest.mark.usefixtures("stored")
async def test_taking_back_an_article_takes_back_the_answers_that_quote_it(
    services: Services, stores: Stores
) -> None:
    await ask(services, 1)
    await services.inbox.answer(ID, "full", NEVER)
    ((edition, _),) = await owed(stores)
    assert await services.articles.retract("full") == 0
    assert await stores.outbox.edition(edition.id) is None


async def test_the_article_from_which_it_was_answered_wrongly_comes_first(services: Services) -> None:
    for name in ("a1", "a2"):
        await services.articles.keep(article(name, published=NOW))
    await services.inbox.file(Inquiry(WHEN, Address(1), "en", ("a2", "gone", "a1"), Why.WRONG, "In\nMay."))
    found = await services.inbox.open(ID)
    assert found and [one.id for one in found.near] == ["a2", "a1"]
    assert found.asked[0].shown == "In May."


async def test_what_is_not_known_is_not_answered(services: Services) -> None:
    assert await services.inbox.open(ID) is None
    assert await services.inbox.answer(ID, "full", NEVER) is None
    assert await services.inbox.attach(ID, "full") is None
    await ask(services, 1)
    assert await services.inbox.drop(ID)
    assert await services.inbox.open(ID) is None


async def test_an_empty_reply_is_none(services: Services) -> None:
    await ask(services, 1)
    with pytest.raises(ValidationError):
        await services.inbox.answer(ID, "full", " \n ")


_ANYTHING = st.one_of(TEXT, st.text(st.characters(), max_size=30), st.just("Q.a\nb"))


@given(_ANYTHING, _ANYTHING.filter(lambda reply: bool(reply.strip())))
@settings(max_examples=40)
def test_any_text_is_a_question_and_a_reply(redis_url: str, question: str, reply: str) -> None:
    asyncio.run(_filed_and_answered(redis_url, question, reply))


async def _filed_and_answered(redis_url: str, question: str, reply: str) -> None:
    async with open_stores(Settings.model_validate({"redis_url": redis_url})) as stores:
        await stores.redis.flushdb()
        services = build_services(stores, Settings.model_validate({}), "newsbot")
        await stores.articles.keep(FULL)
        await ask(services, 1, question=question)
        waiting, total = await services.inbox.waiting(count=5)
        assert total == len(waiting) == bool(alike(question))
        check(words.inbox(waiting, total=total))
        if not waiting or not re.sub("[\ud800-\udfff]", "", reply).strip():
            return
        found = await services.inbox.open(waiting[0].id)
        assert found and len(found.question) <= LONGEST_QUESTION
        check(words.inquiry(found.id, found.question, found.asked, found.given, found.near, FULL))
        done = await services.inbox.answer(found.id, "full", reply)
        assert done and done.article and done.told == 1
        assert done.article.faq[-1].answer in reply
        check(words.answered(found.id, done.given, done.article, done.told))
        ((edition, _),) = await owed(stores)
        assert edition.message
        check(edition.message)
