"""Questions over a real store and its index."""

import asyncio

import pytest

from bot.articles import Articles
from bot.domain.article import Article
from bot.questions.answer import Questions, best
from bot.questions.index import Index, Passage
from bot.rendering.links import Links
from bot.storage.articles import ArticleStore
from bot.storage.categories import CategoryStore
from bot.storage.connection import Client
from bot.storage.outbox import Outbox
from bot.storage.stories import StoryStore
from bot.storage.streams import Presence
from tests.storage.moments import blocked
from tests.unit.questions.test_index import BRIDGE, FERRY


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
async def questions(store: ArticleStore, articles: Articles) -> Questions:
    questions = Questions(store, articles, Index())
    await questions.load()
    return questions


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


@pytest.mark.parametrize(("article_id", "position"), [("bridge", 2), ("bridge", -1), ("gone", 0)])
async def test_a_question_that_is_not_stored(questions: Questions, article_id: str, position: int) -> None:
    assert await questions.stored(article_id, position) is None


async def test_what_is_gone_from_the_store_is_not_quoted(questions: Questions, store: ArticleStore) -> None:
    stored = await store.get("bridge")
    assert stored
    await store.remove(stored)
    assert (await questions.ask("How many repairs are needed?")).quote is None
    assert await questions.search("bridge", limit=3) == []


class Heard(Index):
    """An index that tells of every change that comes through."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: asyncio.Queue[str] = asyncio.Queue()

    def put(self, article: Article) -> None:
        super().put(article)
        self.seen.put_nowait(f"put {article.title}")

    def remove(self, article_id: str) -> None:
        super().remove(article_id)
        self.seen.put_nowait(f"remove {article_id}")


async def test_the_index_follows_the_store(redis: Client, articles: Articles, store: ArticleStore) -> None:
    index, stopping = Heard(), asyncio.Event()
    questions = Questions(store, articles, index)
    await questions.load()
    while not index.seen.empty():
        index.seen.get_nowait()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(questions.follow(stopping))
        await store.publish(FERRY.model_copy(update={"id": "tram", "title": "Tram Opens"}))
        assert [await index.seen.get() for _ in range(2)] == ["remove tram", "put Tram Opens"]
        assert index.articles("tram", limit=3) == ["tram"]
        await store.keep(FERRY.model_copy(update={"title": "Ferry Sinks"}))
        assert [await index.seen.get() for _ in range(2)] == ["remove ferry", "put Ferry Sinks"]
        stored = await store.get("tram")
        assert stored
        await store.remove(stored)
        assert await index.seen.get() == "remove tram"
        assert index.articles("tram", limit=3) == []
        await blocked(redis)
        stopping.set()


def passage(question: str = "", **shares: float) -> Passage:
    values = {
        "rank": 0.0,
        "evidence": 1.0,
        "coverage": 0.6,
        "question_coverage": 0.0,
        "question_share": 1.0,
        **shares,
    }
    return Passage(article="a", position=0, question=question, text="t", **values)


def test_a_pair_that_asks_the_same_goes_before_any_passage() -> None:
    pair = passage("Why?", question_coverage=0.5)
    assert best([passage(coverage=1.0, rank=9.0), pair]) == pair


def test_among_pairs_the_one_that_asks_most_of_it() -> None:
    good = passage("Why?", question_coverage=0.9)
    assert best([passage("How?", question_coverage=0.6, rank=5.0), good]) == good


@pytest.mark.parametrize(
    "shares",
    [
        {"coverage": 0.49},
        {"evidence": 0.79},
        {"question_coverage": 0.39, "coverage": 0.2},
        {"question_coverage": 0.9, "question_share": 0.39, "coverage": 0.2},
    ],
)
def test_too_little_is_no_answer(shares: dict[str, float]) -> None:
    assert best([passage("Why?" if "question_coverage" in shares else "", **shares)]) is None
    assert best([]) is None
