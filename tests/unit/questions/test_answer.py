"""Questions over a real store and its index."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.articles import Articles
from bot.domain.answer import mark_of, passage_at
from bot.domain.scope import EVERYTHING, Scope
from bot.questions.answer import Questions
from bot.questions.index import Index
from bot.questions.retrieve import Retrieval
from bot.rendering.links import Links
from bot.storage import keys
from bot.storage.articles import ArticleStore
from bot.storage.categories import CategoryStore
from bot.storage.clock import StoreClock
from bot.storage.connection import Client
from bot.storage.outbox import Outbox
from bot.storage.stories import StoryStore
from bot.storage.streams import Presence
from tests.unit.questions.test_index import BRIDGE, FERRY
from tests.unit.samples import FULL, NOW, TEXT

#: What search engines, databases, browsers and phones might take for something else than words.
HOSTILE = [
    "", " ", "?!", "🙂👍🌉", "the of and", "_", "\x00\x01\x1b[31m", "مرحبا متى تغادر العبارة؟", "\u202eyrref eht",
    "'; DROP TABLE passage; --", '"', "AND OR NOT NEAR(a b)", "title:bridge a* ^b -c (", "<b>bridge</b><script>",
    "{{7*7}} ${x} %s %(a)s", "\ud800", "a" * 100_000, "bridge " * 100_000, "🙂" * 100_000, "\n" * 10_000,
]  # fmt: skip


@pytest.fixture
async def store(redis: Client) -> ArticleStore:
    store = ArticleStore(redis)
    await store.keep(BRIDGE)
    await store.keep(FERRY)
    return store


@pytest.fixture
def articles(redis: Client, store: ArticleStore) -> Articles:
    return Articles(
        store, StoryStore(redis), CategoryStore(redis), Outbox(redis, Presence(redis, "test")), Links("newsbot")
    )


@pytest.fixture
async def questions(
    redis: Client, store: ArticleStore, articles: Articles, tmp_path: Path
) -> AsyncIterator[Questions]:
    questions = Questions(store, articles, StoreClock(redis), tmp_path)
    await questions.load()
    yield questions
    questions.close()


async def test_an_answer_names_its_article_and_question(questions: Questions) -> None:
    found = await questions.ask("How many repairs are needed?")
    assert found.quote is not None
    assert (found.quote.article, found.quote.question) == (BRIDGE, "How many repairs are needed?")
    assert found.quote.text in [pair.answer for pair in BRIDGE.faq]


async def test_a_passage_is_quoted_word_for_word(questions: Questions) -> None:
    found = await questions.ask("What about cracks in the fifth arch?")
    assert found.quote is not None
    assert (found.quote.text, found.quote.question) == (BRIDGE.body[0], None)


async def test_an_honest_no_names_the_nearest(questions: Questions) -> None:
    found = await questions.ask("Does the ferry serve breakfast on Sundays in winter storms?")
    assert found.quote is None
    assert found.nearest == (FERRY,)
    assert not found.about
    assert (await questions.ask("Who won the football final?")).nearest == ()


async def test_a_no_that_is_not_sure_offers_what_may_be_meant(questions: Questions) -> None:
    found = await questions.ask("Does the ferry leave on Sundays?")
    assert found.quote is None
    assert [one.question for one in found.others] == ["When does the ferry leave?"]
    assert (await questions.ask("Which submarine won the chess final of Patagonia?")).others == ()


async def test_what_is_asked_about_an_article_looks_there_first(questions: Questions) -> None:
    found = await questions.ask("When does it leave?", about="ferry")
    assert found.quote is not None
    assert found.quote.article == FERRY


async def test_what_the_article_does_not_say_may_stand_elsewhere(questions: Questions) -> None:
    found = await questions.ask("How many repairs are needed?", about="ferry")
    assert found.quote is not None
    assert found.quote.article == BRIDGE


async def test_a_no_about_an_article_offers_that_article(questions: Questions) -> None:
    found = await questions.ask("Who won the football final?", about="ferry")
    assert (found.quote, found.nearest, found.about) == (None, (FERRY,), True)
    gone = await questions.ask("Who won the football final?", about="gone")
    assert (gone.quote, gone.nearest, gone.about) == (None, (), False)


@pytest.mark.parametrize(("position", "text"), [(0, BRIDGE.faq[0].answer), (1, BRIDGE.faq[1].answer)])
async def test_an_articles_own_question(questions: Questions, position: int, text: str) -> None:
    quote = await questions.stored("bridge", position)
    assert quote is not None
    assert quote.text == text


async def test_a_question_that_has_moved_is_still_the_one_that_was_named(
    questions: Questions, store: ArticleStore
) -> None:
    first, second = BRIDGE.faq[:2]
    await store.keep(BRIDGE.without_pair(first.question))
    quote = await questions.stored("bridge", 1, mark_of(second.question))
    assert quote and (quote.question, quote.text) == (second.question, second.answer)
    assert await questions.stored("bridge", 0, mark_of(first.question)) is None


@pytest.mark.parametrize(("article_id", "position"), [("bridge", 2), ("bridge", -1), ("gone", 0)])
async def test_a_question_that_is_not_stored(questions: Questions, article_id: str, position: int) -> None:
    assert await questions.stored(article_id, position) is None


async def test_what_is_gone_from_the_store_is_not_quoted(questions: Questions, store: ArticleStore) -> None:
    stored = await store.get("bridge")
    assert stored
    await store.remove(stored)
    assert (await questions.ask("How many repairs are needed?")).quote is None
    assert await questions.search("bridge", limit=3) == []


async def followed(questions: Questions, article_id: str, words: str, *, found: bool) -> None:
    """Waits until it is found by these words, or is not any more."""
    async with asyncio.timeout(20):
        while (article_id in [one.id for one in await questions.search(words, limit=9)]) is not found:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_the_index_follows_the_store(questions: Questions, store: ArticleStore) -> None:
    stopping = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(questions.follow(stopping))
        await store.publish(FERRY.model_copy(update={"id": "tram", "title": "Tram Opens"}))
        await followed(questions, "tram", "tram", found=True)
        await store.keep(FERRY.model_copy(update={"title": "Steamer Sinks"}))
        await followed(questions, "ferry", "steamer", found=True)
        stored = await store.get("tram")
        assert stored
        await store.remove(stored)
        assert "tram" not in [one.id for one in (await questions.ask("Does the tram open?")).nearest]
        await followed(questions, "tram", "tram", found=False)
        stopping.set()


async def test_what_was_known_is_not_read_again(
    redis: Client, store: ArticleStore, articles: Articles, tmp_path: Path
) -> None:
    for change in (lambda: None, lambda: store.publish(FULL), lambda: redis.delete(keys.CHANGES)):
        if waiting := change():
            await waiting
        questions = Questions(store, articles, StoreClock(redis), tmp_path)
        await questions.load()
        assert [one.id for one in await questions.search("bridge", limit=3)] == ["bridge"]
        questions.close()
    stored = await store.get("bridge")
    assert stored
    await store.remove(stored)
    questions = Questions(store, articles, StoreClock(redis), tmp_path)
    await questions.load()
    assert await questions.candidates("bridge repairs") == []
    assert await questions.search("toll", limit=3) == [FULL]
    questions.close()


async def test_one_writes_and_both_read(
    questions: Questions, redis: Client, store: ArticleStore, articles: Articles, tmp_path: Path
) -> None:
    second, stopping = Questions(store, articles, StoreClock(redis), tmp_path), asyncio.Event()
    await second.load()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(second.follow(stopping))
        following = tasks.create_task(questions.follow(stopping))
        await store.publish(FULL)
        await followed(second, "full", "toll", found=True)
        await followed(questions, "full", "toll", found=True)
        following.cancel()
        questions.close()
        await store.publish(FULL.model_copy(update={"id": "later", "title": "Lighthouse Relit"}))
        await followed(second, "later", "lighthouse", found=True)
        stopping.set()
    second.close()


async def test_a_quote_can_be_opened_again_until_its_article_changes(
    questions: Questions, store: ArticleStore
) -> None:
    found = await questions.ask("What about cracks in the fifth arch?")
    assert found.quote
    again = await questions.at("bridge", found.quote.place)
    assert again == found.quote
    await store.keep(BRIDGE.model_copy(update={"body": ("It was torn down.",)}))
    assert await questions.at("bridge", found.quote.place) is None
    assert (await questions.ask("What about cracks in the fifth arch?")).quote is None


async def test_what_has_been_told_is_not_told_again(questions: Questions) -> None:
    first = await questions.ask("When does it leave?", about="ferry")
    assert first.quote
    told = [("ferry", first.quote.place)]
    again = await questions.ask("When does it leave?", about="ferry", shown=told)
    assert again.quote is None or again.quote.text != first.quote.text


async def test_a_scope_narrows_what_answers(questions: Questions) -> None:
    here = await questions.ask("How many repairs are needed?", scope=Scope(categories=frozenset({"policy"})))
    assert here.quote
    elsewhere = await questions.ask("How many repairs are needed?", scope=Scope(categories=frozenset({"world"})))
    assert elsewhere.quote is None
    assert [one.id for one in await questions.search("bridge ferry", limit=3, scope=elsewhere.scope)] == ["ferry"]


@pytest.mark.parametrize(
    ("words", "ids"),
    [("repa", ["bridge"]), ("the inspecti", ["bridge"]), ("ferr", ["ferry"]), ("repa ", []), ("re", []), ("zzz", [])],
)
async def test_articles_are_found_while_their_last_word_is_typed(
    questions: Questions, words: str, ids: list[str]
) -> None:
    assert [one.id for one in await questions.search(words, limit=1)] == ids


def test_a_whole_word_goes_before_one_that_only_begins_so() -> None:
    index = Index()
    for title in ("Artists", "Art", "Artisan"):
        index.put(FERRY.model_copy(update={"id": title, "title": title}))
    assert Retrieval(index, None).articles("art", EVERYTHING, 1) == ["Art"]


async def test_an_old_article_answers_no_more(
    redis: Client, store: ArticleStore, articles: Articles, tmp_path: Path
) -> None:
    old = BRIDGE.model_copy(update={"published": NOW - timedelta(days=4000)})
    await store.keep(old)
    questions = Questions(store, articles, StoreClock(redis), tmp_path, expiry=timedelta(days=3000))
    await questions.load()
    assert (await questions.ask("How many repairs are needed?")).quote is None
    assert (await questions.ask("When does the ferry leave?")).quote
    questions.close()


async def test_which_question_asks_the_same(questions: Questions) -> None:
    others = ["When does the ferry leave?", "How many repairs does the bridge need?"]
    assert await questions.same("how many repairs needs the bridge", others) == 1
    assert await questions.same("Who won the final?", others) is None
    assert await questions.same("", others) is None
    for other in ("Where does the ferry leave?", "Who leaves the ferry?", "Why do ferries leave?"):
        assert await questions.same(other, others) is None, "it asks for something else"
    assert await questions.same("The ferry leaves when?", others) == 0


async def test_who_answers_nobody_finds_nothing(
    redis: Client, store: ArticleStore, articles: Articles, tmp_path: Path
) -> None:
    questions = Questions(store, articles, StoreClock(redis), tmp_path)
    assert (await questions.ask("When does the ferry leave?")).quote is None
    assert await questions.sources() == []


async def answered_or_refused(questions: Questions, question: str) -> None:
    for about in (None, "bridge", "gone"):
        found = await questions.ask(question, about=about)
        for quote in filter(None, (found.quote, *found.others)):
            assert quote.text in quote.passage
            assert passage_at(quote.article, quote.place) == quote.passage
    await questions.search(question, limit=3)


@given(st.one_of(TEXT, st.text(st.characters(exclude_categories=()))))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
async def test_any_text_gets_an_answer_word_for_word_or_a_refusal(questions: Questions, question: str) -> None:
    await answered_or_refused(questions, question)


@pytest.mark.parametrize("question", HOSTILE, ids=range(len(HOSTILE)))
async def test_what_might_be_taken_for_something_else_is_just_text(questions: Questions, question: str) -> None:
    await answered_or_refused(questions, question)


async def answered(store: ArticleStore, articles: Articles, folder: Path) -> bool:
    """By questions that are opened there anew."""
    questions = Questions(store, articles, StoreClock(store._redis), folder)
    await questions.load()
    found = await questions.ask("How many repairs are needed?")
    questions.close()
    return found.quote is not None


@pytest.mark.parametrize("kept", [0, 8192])
async def test_a_damaged_index_is_made_anew(
    store: ArticleStore, articles: Articles, tmp_path: Path, kept: int
) -> None:
    assert await answered(store, articles, tmp_path)
    path = tmp_path / "answers.sqlite3"
    content = path.read_bytes()
    path.write_bytes(content[:kept] + b"\xff" * (len(content) - kept))
    assert await answered(store, articles, tmp_path)


async def test_without_a_folder_to_write_to_all_can_be_asked(
    store: ArticleStore, articles: Articles, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    assert await answered(store, articles, tmp_path / "file")


def test_an_index_without_room_goes_on_when_there_is_some(tmp_path: Path) -> None:
    index = Index(tmp_path / "small")
    index._db.execute("PRAGMA max_page_count = 20")
    body = tuple(f"word{number} " * 50 for number in range(500))
    with pytest.raises(sqlite3.OperationalError, match="full"), index.change():
        index.put(BRIDGE.model_copy(update={"body": body}))
    with index.change():
        index.set_state("change", "1")
    assert (index.state("change"), index.size()) == ("1", 0)


async def test_expiry_is_no_scope_of_the_question(
    redis: Client, store: ArticleStore, articles: Articles, tmp_path: Path
) -> None:
    questions = Questions(store, articles, StoreClock(redis), tmp_path, expiry=timedelta(days=9999))
    await questions.load()
    assert not (await questions.ask("How many repairs are needed?")).scope
    questions.close()


async def test_general_answers_of_the_editors_do_not_expire(
    redis: Client, store: ArticleStore, articles: Articles, tmp_path: Path
) -> None:
    await store.keep(FERRY.model_copy(update={"id": "faq-world", "listed": False}))
    questions = Questions(store, articles, StoreClock(redis), tmp_path, expiry=timedelta(microseconds=1))
    await questions.load()
    assert (await questions.ask("How many repairs are needed?")).quote is None
    found = await questions.ask("When does the ferry leave?")
    questions.close()
    assert found.quote is not None
    assert found.quote.article.id == "faq-world"
