"""Every way of asking, what is asked on, and the buttons below the answers."""

import json
from typing import Any

import pytest

from bot.bootstrap import open_stores
from bot.domain.answer import Place
from bot.rendering.answer_actions import AskEditors, AskEverywhere, RateAnswer, ShowPassage, ShowQuote
from bot.sandbox.client import Chat
from tests.e2e.test_readers import ARTICLE, TITLE
from tests.e2e.world import World, edited, labels, said

LAMPS = "policy\n\nA council counts its lamps\n\nThe count takes a week.\n\nThe mayor counts the lamps on Monday."
QUESTION = "Who recorded the arrivals?"
RECORDED = "The bell-ringers of Mossbridge did, in 80 notebooks without a missing year."
UNKNOWN = "Which submarine won the chess final of Patagonia?"
READING = ["📖 Read the article", "❓ All questions (3)"]
RATING = ["👍 Yes", "👎 No"]


async def answered(chat: Chat, text: str, **how: Any) -> dict[str, Any]:
    await chat.say(text, **how)
    return await chat.next()


async def waiting(world: World) -> list[str]:
    """What waits for the editors."""
    assert world.services
    return [one.question for one in (await world.services.inbox.waiting(count=10))[0]]


async def test_an_answer_is_quoted_dated_linked_and_found_right(world: World) -> None:
    await world.post(ARTICLE)
    answer = await answered(world.reading, QUESTION)
    assert answer["text"].startswith(f"Who recorded the arrivals?\n{RECORDED}\nFrom {TITLE}")
    assert ", The Linden Courier, as of " in answer["text"] and answer["text"].endswith("\n\nWas this right?")
    assert (labels(answer)[:2], labels(answer)[-2:]) == (RATING, READING)
    pressed = await world.reading.press(answer, "👍")
    assert pressed["answer"]["text"] == "Thank you!"
    thanked = await edited(world.reading, answer)
    assert thanked["text"] == answer["text"].removesuffix("\n\nWas this right?")
    assert [entity["type"] for entity in thanked["entities"]] == [e["type"] for e in answer["entities"][:-1]]
    assert labels(thanked) == READING
    again = await world.reading.forge(answer, RateAnswer(exchange=_exchange(answer), right=False).encode())
    assert "said already" in again["answer"]["text"]
    assert await waiting(world) == []


async def test_a_wrong_answer_goes_to_the_editors(world: World) -> None:
    await world.post(LAMPS)
    await world.post(ARTICLE)
    answer = await answered(world.reading, QUESTION)
    await world.reading.press(answer, "👎")
    sorry = await edited(world.reading, answer)
    assert RECORDED in sorry["text"] and "Was this right?" not in sorry["text"]
    assert "Sorry" in sorry["text"]
    assert labels(sorry)[-3:] == [*READING, "✉️ Ask the editors"]
    assert len(await waiting(world)) == 1
    pressed = await world.reading.press(sorry, "Ask the editors")
    assert pressed["answer"]["text"].startswith("The editors have it. You will be told here")
    asked = await edited(world.reading, sorry)
    assert labels(asked)[-1] == "✓ The editors have it"
    again = await world.reading.press(asked, "✓")
    assert again["answer"]["text"].startswith("The editors have it already.")


async def test_what_nothing_answers_is_refused_and_can_be_asked_of_the_editors(world: World) -> None:
    await world.post(ARTICLE)
    refused = await answered(world.reading, UNKNOWN)
    assert refused["text"].startswith("Nothing stored answers that.")
    assert labels(refused)[-1] == "✉️ Ask the editors"
    assert await waiting(world) == [UNKNOWN]
    pressed = await world.reading.press(refused, "Ask the editors")
    assert pressed["answer"]["show_alert"]
    assert "✓ The editors have it" in labels(await edited(world.reading, refused))
    assert await waiting(world) == [UNKNOWN]


async def test_what_follows_is_about_the_article_just_answered_from(world: World) -> None:
    await world.post(LAMPS)
    await world.post(ARTICLE)
    assert "About what?" in await said(world.reading, "why?")
    answer = await answered(world.reading, QUESTION)
    assert TITLE in (await answered(world.reading, "and why?"))["text"]
    assert TITLE in (await answered(world.reading, "who said that?"))["text"]
    assert "on Monday" in (await answered(world.reading, "When does the mayor count the lamps?"))["text"]
    council = await answered(world.reading, "why?")
    assert "A council counts its lamps" in council["text"]
    assert await waiting(world) == []
    swifts = await answered(world.reading, "why earlier?", reply_to=answer["message_id"])
    assert TITLE in swifts["text"]


async def test_after_a_while_nothing_follows_but_by_reply(world: World) -> None:
    await world.post(ARTICLE)
    answer = await answered(world.reading, QUESTION)
    async with open_stores(world.settings) as stores:
        (exchange,) = await stores.exchanges.all(world.reader.id)
        at = exchange.at.replace(year=exchange.at.year - 1)
        await stores.exchanges.keep(exchange.model_copy(update={"at": at}))
    assert "About what?" in await said(world.reading, "why?")
    assert TITLE in (await answered(world.reading, "why?", reply_to=answer["message_id"]))["text"]


async def test_an_article_that_was_opened_to_ask_about_it(world: World) -> None:
    await world.post(LAMPS)
    await world.reading.say("/latest policy")
    await world.reading.press(await world.reading.next(), "1")
    await world.reading.press(await world.reading.next(), "Ask about this article")
    assert "reply to this message" in (await world.reading.next())["text"]
    assert "A council counts its lamps" in await said(world.reading, "and why?")


async def test_a_question_pressed_can_be_asked_on(world: World) -> None:
    await world.post(ARTICLE)
    await world.reading.say("/ask")
    offered = await world.reading.next()
    await world.reading.press(offered, labels(offered)[0])
    answer = await world.reading.next()
    assert labels(answer) == READING
    assert TITLE in await said(world.reading, "and why?")


async def test_a_question_button_asks_what_it_says_where_pairs_have_moved(world: World) -> None:
    await world.post(ARTICLE)
    assert world.services
    (article,) = await world.services.articles.latest(count=1)
    first, second = article.faq[:2]
    await world.reading.start(f"a_{article.id}")
    await world.reading.press(await world.reading.next(), "Ask about")
    questions = await world.reading.next()
    await world.services.articles.keep(article.model_copy(update={"faq": article.faq[1:]}))
    await world.reading.press(questions, labels(questions)[1])
    assert (await world.reading.next())["text"].startswith(f"{second.question}\n{second.answer}")
    pressed = (await world.reading.press(questions, labels(questions)[0]))["answer"]
    assert first.question.startswith(labels(questions)[0][:20])
    assert pressed["text"] == "This article has changed since: ask again."


async def test_a_question_that_an_article_answers_no_more(world: World) -> None:
    await world.post(ARTICLE)
    assert world.services
    (article,) = await world.services.articles.latest(count=1)
    await world.reading.start(f"a_{article.id}")
    await world.reading.press(await world.reading.next(), "Ask about")
    questions = await world.reading.next()
    await world.services.articles.keep(article.model_copy(update={"faq": article.faq[:1]}))
    pressed = (await world.reading.press(questions, labels(questions)[1]))["answer"]
    assert (pressed["text"], pressed["show_alert"]) == ("This article has changed since: ask again.", True)
    await world.services.articles.retract(article.id)
    await world.reading.press(questions, labels(questions)[1])
    assert "not stored" in (await world.reading.next())["text"]


async def test_a_group_asks_by_name_by_command_and_by_reply(world: World) -> None:
    await world.post(LAMPS)
    await world.post(ARTICLE)
    group = await world.client.new_group("Readers", owner=world.editor, members=[world.reader])
    member = world.reader.in_(group)
    for asked in (
        "@demo_news_bot, when does the mayor count the lamps?",
        "When does the mayor count the lamps @Demo_News_Bot?",
    ):
        answer = await answered(member, asked)
        assert "on Monday" in answer["text"]
    assert (labels(answer)[:2], labels(answer)[-1]) == (RATING, READING[0])
    assert "What would you like to know?" in (await answered(member, "@demo_news_bot"))["text"]
    assert "About what?" in (await answered(member, "@demo_news_bot why?"))["text"]
    assert "Hello! Ask me something" in (await answered(member, "Hello @demo_news_bot!"))["text"]
    assert RECORDED in (await answered(member, f"/ask@demo_news_bot {QUESTION}"))["text"]
    followed = await answered(member, "why?", reply_to=answer["message_id"])
    assert "A council counts its lamps" in followed["text"]
    assert followed["reply_to_message"]["text"] == "why?"
    for text, to in [("Thanks!", answer), ("why?", None), ("and when?", None), ("@demo_news_botany why?", None)]:
        await member.say(text, reply_to=to["message_id"] if to else None)
    assert await member.quiet(0.5) == []


async def test_a_topic_has_its_own_conversation(world: World) -> None:
    await world.post(LAMPS)
    group = await world.client.new_group("Forum", owner=world.editor, kind="supergroup", forum=True)
    thread, chat = await group.new_topic("News"), world.editor.in_(group)
    answer = await answered(chat, "/ask When does the mayor count the lamps?", thread=thread)
    followed = await answered(chat, "why?", reply_to=answer["message_id"], thread=thread)
    assert (answer["message_thread_id"], followed["message_thread_id"]) == (thread, thread)
    assert "A council counts its lamps" in followed["text"]
    await chat.press(answer, "👍")
    assert "Was this right?" not in (await edited(chat, answer))["text"]


async def test_questions_in_the_language_of_the_chat(world: World) -> None:
    await said(world.reading, "/language de")
    await world.post(
        "policy\n\nDer Rat zählt die Lampen\n\nEs dauert.\n\nDie Bürgermeisterin zählt die Lampen am Montag."
    )
    answer = await answered(world.reading, "Wann zählt die Bürgermeisterin die Lampen?")
    assert "am Montag" in answer["text"]
    assert "Der Rat zählt die Lampen" in (await answered(world.reading, "und warum?"))["text"]


async def test_a_reply_to_a_refusal_asks_anew(world: World) -> None:
    await world.post(ARTICLE)
    group = await world.client.new_group("Readers", owner=world.editor, members=[world.reader])
    member = world.reader.in_(group)
    refused = await answered(member, f"/ask {UNKNOWN}")
    near = await answered(member, "/ask Which submarine did the swifts of Patagonia win at chess?")
    assert TITLE in labels(near)[0]
    assert RECORDED in (await answered(member, QUESTION, reply_to=refused["message_id"]))["text"]
    await member.say("why?", reply_to=near["message_id"])
    assert await member.quiet(0.5) == []


async def test_the_first_press_in_a_group_decides(world: World) -> None:
    await world.post(ARTICLE)
    group = await world.client.new_group("Readers", owner=world.editor, members=[world.reader])
    member, owner = world.reader.in_(group), world.editor.in_(group)
    answer = await answered(member, f"/ask {QUESTION}")
    assert (await owner.press(answer, "👍"))["answer"]["text"] == "Thank you!"
    assert "said already" in (await member.press(answer, "👎"))["answer"]["text"]
    assert await waiting(world) == []


@pytest.mark.parametrize("press", ["👍", "👎"])
async def test_whoever_rates_an_answer_may_speak_another_language(world: World, press: str) -> None:
    await world.post(ARTICLE)
    other = await world.client.new_person("Olga", language_code="ru")
    group = await world.client.new_group("Readers", owner=world.editor, members=[world.reader, other])
    answer = await answered(world.reader.in_(group), f"/ask {QUESTION}")
    assert "Was this right?" in answer["text"]
    await other.in_(group).press(answer, press)
    assert "Was this right?" not in (await edited(world.reader.in_(group), answer))["text"]


async def test_a_reply_to_an_article_is_about_it(world: World) -> None:
    await said(world.reading, "/subscribe policy science")
    await world.post(ARTICLE)
    swifts = await world.reading.next()
    await world.post(LAMPS)
    await world.reading.next()
    assert TITLE in (await answered(world.reading, "why earlier?", reply_to=swifts["message_id"]))["text"]
    refused = await answered(world.reading, UNKNOWN, reply_to=swifts["message_id"])
    assert refused["text"].startswith(f"Nothing stored answers that, nor does {TITLE}")
    assert labels(refused)[-3:] == [*READING, "✉️ Ask the editors"]


async def test_what_is_new_is_listed(world: World) -> None:
    await world.post(LAMPS)
    await world.post(ARTICLE)
    everything = await answered(world.reading, "What's new?")
    assert everything["text"].startswith("New\n") and "lamps" in everything["text"] and TITLE in everything["text"]
    policy = await answered(world.reading, "What's new on policy?")
    assert policy["text"].startswith("New in Policy\n") and TITLE not in policy["text"]
    await world.reading.press(policy, "Look everywhere")
    assert TITLE in (await edited(world.reading, policy))["text"]
    nothing = await answered(world.reading, "What's new on sports?")
    assert nothing["text"] == "New in Sports\n\nNothing is stored on that."
    assert await waiting(world) == []


async def test_a_question_that_is_narrowed_says_so(world: World) -> None:
    await world.post(LAMPS)
    answer = await answered(world.reading, "When does the mayor count the lamps, in policy since yesterday?")
    assert "Looked only at: Policy · since " in answer["text"] and "on Monday" in answer["text"]
    assert (labels(answer)[:2], labels(answer)[-2:]) == (RATING, [READING[0], "🌐 Look everywhere"])
    await world.reading.press(answer, "Look everywhere")
    wide = await edited(world.reading, answer)
    assert "Looked only" not in wide["text"] and "on Monday" in wide["text"]


@pytest.mark.parametrize("kind", [ShowPassage, ShowQuote])
async def test_words_that_have_changed_are_not_shown(world: World, kind: type[ShowPassage | ShowQuote]) -> None:
    await world.post(LAMPS)
    assert world.services
    (article,) = await world.services.articles.latest(count=1)
    answer = await answered(world.reading, "When does the mayor count the lamps?")
    place = str(Place(False, 1, 0, 1, "0000"))
    pressed = (await world.reading.forge(answer, kind(id=article.id, place=place).encode()))["answer"]
    assert (pressed["text"], pressed["show_alert"]) == ("This article has changed since: ask again.", True)


async def test_a_whole_passage_is_shown_in_place(world: World) -> None:
    await world.post(ARTICLE)
    answer = await answered(world.reading, "Where has the female ringed as number 417 landed?")
    assert labels(answer)[2] == "¶ Show the paragraph"
    (told,) = [one for one in _marked(answer) if one[0] == "blockquote"]
    await world.reading.press(answer, "¶ Show the paragraph")
    shown = await edited(world.reading, answer)
    (quoted, bold) = [one for one in _marked(shown) if one[0] in ("blockquote", "bold")]
    assert bold[1] == told[1] != quoted[1] and told[1] in quoted[1] and quoted[1] in ARTICLE
    assert labels(shown) == [label for label in labels(answer) if not label.startswith("¶")]
    assert shown["text"].endswith("Was this right?")


async def test_another_answer_is_shown_below(world: World) -> None:
    await world.post(ARTICLE)
    assert world.services
    found = await world.services.questions.ask("Which bird is ringed as number 417?")
    assert found.quote
    answer = await answered(world.reading, UNKNOWN)
    await world.reading.forge(answer, ShowQuote(id=found.quote.article.id, place=str(found.quote.place)).encode())
    shown = await world.reading.next()
    assert found.quote.text in shown["text"] and "Was this right?" not in shown["text"]
    assert TITLE in await said(world.reading, "and why?")


async def test_nobody_presses_for_another_chat(world: World) -> None:
    await world.post(ARTICLE)
    mine = await answered(world.reading, UNKNOWN)
    stranger = await world.client.new_person("Stranger")
    theirs = await answered(stranger.private, "/help")
    exchange = _exchange(mine)
    for action in [
        RateAnswer(exchange=exchange, right=False),
        AskEditors(exchange=exchange),
        AskEverywhere(exchange=exchange),
    ]:
        assert "too long ago" in (await stranger.private.forge(theirs, action.encode()))["answer"]["text"]
    assert await stranger.private.quiet(0.3) == []


async def test_what_was_asked_is_in_my_data_and_forgotten(world: World) -> None:
    await said(world.reading, UNKNOWN)
    await world.reading.say("/mydata")
    stored = json.loads(await world.download(await world.reading.next()))
    assert [one["question"] for one in stored["asked"]] == [UNKNOWN]
    await world.reading.say("/forget")
    asked = await world.reading.next()
    await world.reading.press(asked, "🗑 Delete everything")
    await edited(world.reading, asked)
    assert "Nothing is stored" in await said(world.reading, "/mydata")


def _exchange(message: dict[str, Any]) -> str:
    data = [button["callback_data"] for row in message["reply_markup"]["inline_keyboard"] for button in row]
    return str(next(one for one in data if one.startswith(("1ar|", "1ae|"))).split("|")[1])


def _marked(message: dict[str, Any]) -> list[tuple[str, str]]:
    """What is set apart in its text, and how."""
    units = message["text"].encode("utf-16-le")
    return [
        (entity["type"], units[entity["offset"] * 2 :][: entity["length"] * 2].decode("utf-16-le"))
        for entity in message["entities"]
    ]


async def test_what_another_bot_has_put_below_its_messages_means_nothing(world: World) -> None:
    await world.post(ARTICLE)
    group = await world.client.new_group("Readers", owner=world.editor, members=[world.reader])
    member, owner = world.reader.in_(group), world.editor.in_(group)
    answer = await answered(member, f"/ask {QUESTION}")
    refused = await answered(member, f"/ask {UNKNOWN}")
    await owner.say("/inbox")
    await owner.press(await owner.next(where=lambda one: "without an answer" in one["text"]), "1")
    item = await owner.next(where=lambda one: "Reply to this message" in one["text"])
    await owner.quiet(0.1)
    for copied in (answer, refused, item):
        await _reply_to_copy(world, copied, world.editor.id, "why?")
    assert await owner.quiet(0.5) == []
    assert await waiting(world) == [UNKNOWN]


async def _reply_to_copy(world: World, message: dict[str, Any], person: int, text: str) -> None:
    """As another bot can say it."""
    other = {"id": 777, "is_bot": True, "first_name": "Other", "username": "other_bot"}
    await world.client.put_update(
        message={
            "message_id": 90_000 + message["message_id"],
            "date": message["date"],
            "chat": message["chat"],
            "from": {"id": person, "is_bot": False, "first_name": "Ed"},
            "text": text,
            "reply_to_message": {**message, "from": other},
        }
    )


@pytest.mark.parametrize("is_reply", [True, False], ids=["a reply", "no reply"])
async def test_that_an_answer_is_wrong_can_be_said(world: World, is_reply: bool) -> None:
    await world.post(ARTICLE)
    assert world.services
    (article,) = await world.services.articles.latest(count=1)
    await world.reading.say(article.faq[0].question)
    answer = await world.reading.next()
    await world.reading.say("Das stimmt nicht!", reply_to=answer["message_id"] if is_reply else None)
    sorry = await world.reading.next()
    assert sorry["text"].startswith("Sorry.") and labels(sorry)[-1] == "✉️ Ask the editors"
    (waiting,), _total = await world.services.inbox.waiting(count=5)
    assert waiting.question == article.faq[0].question
    pressed = (await world.reading.press(answer, "No"))["answer"]
    assert pressed["text"] == "That has been said already, thank you."


async def test_in_a_group_it_is_said_as_a_reply_to_the_answer(world: World) -> None:
    await world.post(ARTICLE)
    group = await world.client.new_group("Readers", owner=world.editor, members=[world.reader])
    member = world.reader.in_(group)
    assert world.services
    (article,) = await world.services.articles.latest(count=1)
    await member.say(f"/ask {article.faq[0].question}")
    answer = await member.next()
    await member.say("that's wrong")
    assert await member.quiet(0.3) == []
    await member.say("that's wrong", reply_to=answer["message_id"])
    assert (await member.next())["text"].startswith("Sorry.")
