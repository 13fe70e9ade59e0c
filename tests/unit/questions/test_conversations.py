"""What is asked of the store's words, whichever way somebody asks, and what is kept of it."""

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from bot.bootstrap import Stores
from bot.domain.answer import Answer, Place, Quote
from bot.domain.article import Article, Source
from bot.domain.exchange import Exchange
from bot.domain.inquiry import LONGEST_QUESTION, Inquiry, Why
from bot.domain.scope import EVERYTHING, Scope
from bot.domain.subscription import Address
from bot.questions.answer import Questions
from bot.questions.conversations import Asked, Asking, Conversations, Kind
from bot.services import Services
from tests.storage.moments import a_moment_later
from tests.unit.questions.test_index import BRIDGE, FERRY
from tests.unit.samples import CATEGORIES, article, quoted

HERE = Address(42)


class Question(NamedTuple):
    question: str
    about: str | None
    shown: list[tuple[str, Place]]
    scope: Scope


class ScriptedAnswers:
    """Answers what it was told to, and notes what it was asked."""

    def __init__(self) -> None:
        self.answer = Answer(None)
        self.asked: list[Question] = []
        self.found: list[Article] = []
        self.searched: list[str] = []

    async def ask(
        self,
        question: str,
        *,
        about: str | None = None,
        shown: Collection[tuple[str, Place]] = (),
        scope: Scope = EVERYTHING,
    ) -> Answer:
        self.asked.append(Question(question, about, list(shown), scope))
        return self.answer

    async def search(self, words: str, *, limit: int, scope: Scope = EVERYTHING) -> list[Article]:
        self.searched.append(words)
        return [one for one in self.found if scope.holds(one)][:limit]

    async def sources(self) -> list[str]:
        return ["Reuters"]


class Desk:
    """The editors'."""

    def __init__(self) -> None:
        self.filed: list[Inquiry] = []
        self.away = False

    async def file(self, inquiry: Inquiry) -> bool:
        if self.away:
            raise ConnectionError
        self.filed.append(inquiry)
        return True


class Talk:
    """A chat's conversation."""

    def __init__(self, stores: Stores, services: Services) -> None:
        self._stores = stores
        self.answers = ScriptedAnswers()
        self.desk = Desk()
        self.conversations = Conversations(
            self.answers, services.articles, stores.categories, stores.exchanges, self.desk, stores.clock
        )

    async def said(self) -> list[Exchange]:
        return await self._stores.exchanges.all(HERE.chat_id)

    async def say(
        self, text: str, answer: Quote | None = None, *, about: str | None = None, private: bool = True
    ) -> Asked:
        await a_moment_later(self._stores)
        self.answers.answer = Answer(answer)
        return await self.conversations.ask(Asking(HERE, text, UTC, "en", about, private))


@pytest.fixture
async def talk(stores: Stores, services: Services) -> Talk:
    for category in CATEGORIES:
        await stores.categories.add(category)
    for one in (BRIDGE, FERRY):
        await stores.articles.keep(one)
    return Talk(stores, services)


CRACKS = quoted(BRIDGE, BRIDGE.body[0])
REPAIRS = quoted(BRIDGE, BRIDGE.teaser)
SAILS = quoted(FERRY, FERRY.teaser)


async def test_what_follows_is_asked_of_the_article_without_what_was_shown(talk: Talk) -> None:
    assert (await talk.say("Which arch has cracks?", CRACKS)).kind is Kind.QUESTION
    followed = await talk.say("and why?", REPAIRS)
    assert (followed.kind, followed.answer.quote) == (Kind.FOLLOW_UP, REPAIRS)
    await talk.say("and when?", None)
    assert talk.answers.asked == [
        ("Which arch has cracks?", None, [], EVERYTHING),
        ("and why?", BRIDGE.id, [(BRIDGE.id, CRACKS.place)], EVERYTHING),
        ("and when?", BRIDGE.id, [(BRIDGE.id, CRACKS.place), (BRIDGE.id, REPAIRS.place)], EVERYTHING),
    ]
    assert talk.desk.filed == []


async def test_what_follows_is_never_answered_from_elsewhere(talk: Talk) -> None:
    await talk.say("Which arch has cracks?", CRACKS)
    refused = await talk.say("who said that?", SAILS)
    assert refused.answer == Answer(None, (BRIDGE,), about=True)
    await talk.say("why?", REPAIRS)
    assert talk.answers.asked[-1].about == BRIDGE.id


async def test_a_question_of_its_own_is_asked_everywhere(talk: Talk) -> None:
    await talk.say("Which arch has cracks?", CRACKS)
    await talk.say("Who won the football final?", None)
    assert talk.answers.asked[-1] == Question("Who won the football final?", None, [], EVERYTHING)
    assert (await talk.say("why?")).kind is Kind.UNCLEAR
    await talk.say("Which arch has cracks?", CRACKS)
    await talk.say("Which cracks are in the arch?", None)
    assert talk.answers.asked[-1].about == BRIDGE.id
    await talk.say("who inspected it?", REPAIRS)
    assert talk.answers.asked[-1].about == BRIDGE.id


@pytest.mark.parametrize(
    "text", ["How many repairs are needed?", "When does the ferry leave?", "When does it leave?"]
)
async def test_what_is_asked_again_is_answered_again(
    stores: Stores, services: Services, talk: Talk, tmp_path: Path, text: str
) -> None:
    questions = Questions(stores.articles, services.articles, stores.clock, tmp_path)
    await questions.load()
    conversations = Conversations(
        questions, services.articles, stores.categories, stores.exchanges, talk.desk, stores.clock
    )
    asking = Asking(HERE, text, UTC, "en")
    first = await conversations.ask(replace(asking, about=FERRY.id))
    again = [await conversations.ask(asking) for _ in range(3)]
    questions.close()
    assert first.answer.quote
    assert [one.answer.quote for one in again] == [first.answer.quote] * 3
    assert talk.desk.filed == []


async def test_in_a_group_only_a_reply_follows(talk: Talk) -> None:
    first = await talk.say("Which arch has cracks?", CRACKS, private=False)
    assert (await talk.say("why?", private=False)).kind is Kind.UNCLEAR
    asking = Asking(HERE, "why?", UTC, "en", BRIDGE.id, private=False, answering=first.id)
    talk.answers.answer = Answer(REPAIRS)
    assert (await talk.conversations.ask(asking)).answer.quote == REPAIRS
    assert talk.answers.asked[-1][1:3] == (BRIDGE.id, [(BRIDGE.id, CRACKS.place)])


async def test_after_ten_minutes_nothing_follows(talk: Talk, stores: Stores) -> None:
    asked = await talk.say("Which arch has cracks?", CRACKS)
    exchange = await stores.exchanges.get(42, asked.id)
    assert exchange
    for minutes, kind in [(9, Kind.FOLLOW_UP), (11, Kind.UNCLEAR)]:
        await stores.exchanges.forget(42)
        at = await stores.clock.now() - timedelta(minutes=minutes)
        await stores.exchanges.keep(exchange.model_copy(update={"at": at}))
        assert (await talk.say("why?", REPAIRS)).kind is kind


async def test_a_reply_asks_of_its_article_first_and_narrows_nothing(talk: Talk) -> None:
    await talk.say("What was said on policy since Monday?", about=FERRY.id)
    assert talk.answers.asked == [("What was said on policy since Monday?", FERRY.id, [], EVERYTHING)]
    (filed,) = talk.desk.filed
    assert (filed.question, filed.nearest) == ("What was said on policy since Monday?", (FERRY.id,))
    await talk.say("Which arch has cracks?", CRACKS, about="gone")
    assert talk.answers.asked[-1].about is None


async def test_what_narrows_a_question_is_not_searched(talk: Talk) -> None:
    asked = await talk.say("What did Reuters say about the bridge?", None)
    question, _, _, scope = talk.answers.asked[0]
    assert scope.sources == {"reuters"} == asked.answer.scope.sources and "Reuters" not in question
    await talk.conversations.ask_everywhere(Asking(HERE, "", UTC, "en"), asked.id)
    assert talk.answers.asked[1] == (question, None, [], EVERYTHING)
    assert [one.question for one in talk.desk.filed] == ["What did Reuters say about the bridge?"] * 2


async def test_news_are_the_newest_of_what_was_asked_for(talk: Talk, stores: Stores) -> None:
    tech = [
        article(f"t{n}", "tech", published=BRIDGE.published + timedelta(hours=n), source=Source(name="Reuters"))
        for n in range(7)
    ]
    for one in tech:
        await stores.articles.publish(one)
    asked = await talk.say("What's new on technology?")
    assert [one.id for one in asked.answer.news] == ["t6", "t5", "t4", "t3", "t2"]
    talk.answers.found = [tech[3], FERRY, tech[5]]
    asked = await talk.say("What's new about the ferry?")
    assert [one.id for one in asked.answer.news][:2] == ["t5", "t3"]
    assert "ferry" in talk.answers.searched[-1]
    assert (talk.answers.asked, talk.desk.filed) == ([], [])


@pytest.mark.parametrize("text", ["?!", "👍👍", "why?", "\x00", " "])
async def test_what_says_nothing_is_neither_asked_nor_kept(talk: Talk, stores: Stores, text: str) -> None:
    assert await talk.say(text) == Asked(Answer(None), "", Kind.UNCLEAR)
    assert (talk.answers.asked, talk.desk.filed, await stores.exchanges.all(42)) == ([], [], [])


async def test_what_goes_to_the_editors_says_why(talk: Talk) -> None:
    right = await talk.say("Which arch has cracks?", CRACKS)
    assert await talk.conversations.rate(42, right.id, right=True)
    wrong = await talk.say("Which arch has moss?", CRACKS)
    assert await talk.conversations.rate(42, wrong.id, right=False)
    assert await talk.conversations.rate(42, wrong.id, right=False) is False
    assert await talk.conversations.rate(43, wrong.id, right=False) is None
    assert await talk.conversations.ask_editors(42, wrong.id) is True
    assert await talk.conversations.ask_editors(42, wrong.id) is False
    assert await talk.conversations.ask_editors(43, wrong.id) is None
    filed = Inquiry("Which arch has moss?", HERE, "en", (BRIDGE.id,), Why.WRONG, CRACKS.text, BRIDGE.id)
    assert [one.why for one in talk.desk.filed] == [Why.WRONG, Why.ASKED]
    assert talk.desk.filed[0] == filed
    talk.answers.found = [BRIDGE, FERRY]
    assert await talk.conversations.nearest(42, wrong.id) == [FERRY]


@pytest.mark.parametrize("press", ["rate", "ask_editors"])
async def test_what_could_not_be_filed_is_filed_when_it_is_pressed_again(talk: Talk, press: str) -> None:
    """As when the store goes away in between, or the process is killed and Telegram sends the press again."""
    wrong = await talk.say("Which arch has moss?", CRACKS)

    async def pressed() -> bool | None:
        if press == "rate":
            return await talk.conversations.rate(42, wrong.id, right=False)
        return await talk.conversations.ask_editors(42, wrong.id)

    talk.desk.away = True
    with pytest.raises(ConnectionError):
        await pressed()
    talk.desk.away = False
    assert await pressed() is True
    assert await pressed() is False
    assert [one.question for one in talk.desk.filed] == ["Which arch has moss?"]


@pytest.mark.parametrize(
    "text",
    [
        *(
            "a " * 5_000_000,
            "\x00\ud800why",
            "👩‍👩‍👧‍👦" * 99,
            "\u202eyhw",
            '<b>who</b> & "what"?',
            "' OR 1=1; --",
            "NEAR(a b)",
        ),
        *("*", "title:bridge AND -arch", "bridge" * 10_000, "since since since", "what's new on " * 300, "@newsbot"),
    ],
    ids=lambda text: repr(text[:20]),
)
async def test_any_text_is_answered_or_refused(services: Services, talk: Talk, text: str) -> None:
    asked = await services.conversations.ask(Asking(HERE, text, UTC, "en"))
    assert asked.answer.quote is None or asked.answer.quote.text in asked.answer.quote.passage
    exchanges = await talk.said()
    assert all(len(one.question) <= LONGEST_QUESTION for one in exchanges)
