"""What nobody could answer reaches the editors, and their reply whoever asked."""

from typing import Any

import pytest

from bot.storage import keys
from bot.storage.connection import connect
from bot.storage.inquiries import MOST_A_DAY
from tests.e2e.world import World, edited, labels, said

ARTICLE = "policy\n\nBridge inspection\n\nThe old bridge is closed.\n\nIts fifth arch has cracks."
WHEN = "Which month does the old bridge reopen to lorries?"
REPLY = "In May, says the council: “<b>not before</b>”.\n\nThe date is not fixed."


async def first_inquiry(world: World) -> dict[str, Any]:
    await world.editing.say("/inbox")
    page = await world.editing.next()
    assert WHEN in page["text"]
    await world.editing.press(page, "1")
    return await world.editing.next()


async def post_time_has_come(world: World) -> None:
    """As if the quiet hours of all that waits were over."""
    async with connect(f"unix://{world.settings.data_folder}/valkey/valkey.sock") as redis:
        for task in await redis.zrange(keys.LATER, 0, -1):
            await redis.zadd(keys.LATER, {task: 0})


async def test_the_whole_way_from_a_question_to_all_who_asked(world: World) -> None:
    await world.post(ARTICLE)
    sleeper = await world.client.new_person("Sam", language_code="de")
    await said(sleeper.private, "/quiet 00:00-23:59")
    forgetful = await world.client.new_person("Fay")
    assert "Nothing stored answers" in await said(world.reading, WHEN)
    for person in (sleeper, forgetful):
        await said(person.private, WHEN.lower().rstrip("?") + " ???")
    await forgetful.private.say("/forget")
    await forgetful.private.press(await forgetful.private.next(), "Delete everything")

    item = await first_inquiry(world)
    assert WHEN in item["text"] and "2 chats asked" in item["text"]
    assert labels(item)[0] == "✅ 📎 Bridge inspection"
    await world.editing.say(REPLY, reply_to=item["message_id"])
    done = await world.editing.next()
    assert "Bridge inspection answers it" in done["text"] and "2 chats that asked are told" in done["text"]

    told = await world.reading.next()
    assert WHEN in told["text"] and REPLY in told["text"] and "From Bridge inspection" in told["text"]
    assert labels(told) == ["📖 Read the article"]
    assert await sleeper.private.quiet(0.3) == []
    assert "No question waits" in await said(world.editing, "/inbox")
    assert (await said(sleeper.private, WHEN)).count(REPLY) == 1, "it is one of the article's answers at once"

    await said(sleeper.private, "/quiet off")
    await post_time_has_come(world)
    late = await sleeper.private.next()
    assert WHEN.lower().rstrip("?") in late["text"] and REPLY in late["text"]
    for chat in (world.reading, sleeper.private, forgetful.private):
        assert [one for one in await chat.quiet(0.3) if "answered" in one["text"]] == []

    await world.editing.say("In June.", reply_to=done["message_id"])
    assert "2 chats have been told, and are not told again" in (await world.editing.next())["text"]
    assert "In June." in await said(world.reading, WHEN)
    assert await sleeper.private.quiet(0.3) == []


async def test_a_reply_after_anothers_changes_nothing_and_says_so(world: World) -> None:
    await world.post(ARTICLE)
    await said(world.reading, WHEN)
    item, other = await first_inquiry(world), await first_inquiry(world)
    await world.editing.say("In May.", reply_to=item["message_id"])
    assert "1 chat that asked is told" in (await world.editing.next())["text"]
    assert "In May." in (await world.reading.next())["text"]
    await world.editing.say("In June.", reply_to=other["message_id"])
    late = await world.editing.next()
    assert "was first: yours was not stored" in late["text"] and "In May." in late["text"]
    assert "In May." in await said(world.reading, WHEN)
    await world.editing.say("In June.", reply_to=late["message_id"])
    assert "1 chat has been told, and is not told again" in (await world.editing.next())["text"]
    assert "In June." in await said(world.reading, WHEN)


@pytest.mark.parametrize("is_reply", [True, False], ids=["a reply too", "no reply"])
async def test_an_answer_that_an_app_has_split_is_one(world: World, is_reply: bool) -> None:
    await world.post(ARTICLE)
    await said(world.reading, WHEN)
    item = await first_inquiry(world)
    await world.editing.say("In May. " + "It is long. " * 330, reply_to=item["message_id"])
    assert "1 chat that asked is told" in (await world.editing.next())["text"]
    await world.editing.say("And then it ends in June.", reply_to=item["message_id"] if is_reply else None)
    done = await world.editing.next()
    assert done["text"].startswith("This is your last message and the one before it together.")
    assert "1 chat has been told, and is not told again" in done["text"]
    assert world.services
    (article,) = await world.services.articles.latest(count=1)
    assert article.faq[-1].answer.startswith("In May. ") and article.faq[-1].answer.endswith(
        "long.\n\nAnd then it ends in June."
    )
    assert (await world.reading.next())["text"].startswith("✉️ You asked:")
    assert await world.reading.quiet(0.3) == []
    await said(world.editing, "Another sentence that nothing answers")
    (article,) = await world.services.articles.latest(count=1)
    assert article.faq[-1].answer.endswith("June.")


async def test_an_editor_chooses_where_an_answer_belongs(world: World) -> None:
    await world.post(ARTICLE)
    await world.post("policy\n\nThe old ferry\n\nThe ferry is old.")
    await said(world.reading, WHEN)
    item = await first_inquiry(world)
    assert {"✅ 📎 Bridge inspection", "📎 The old ferry"} <= set(labels(item))
    await world.editing.press(item, "📎 The old ferry")
    item = await edited(world.editing, item)
    assert labels(item)[0] == "✅ 📎 The old ferry"
    await world.editing.press(item, "In general, about")
    item = await edited(world.editing, item)
    await world.editing.press(item, "Policy")
    item = await edited(world.editing, item)
    assert "general answers on Policy" in item["text"]
    await world.editing.say("Q. When does it open?\n\nIn May.", reply_to=item["message_id"])
    assert "Questions about Policy answers it" in (await world.editing.next())["text"]
    told = (await world.reading.next())["text"]
    assert WHEN in told and "In May." in told and "From" not in told
    assert "In May." in await said(world.reading, "When does it open?")
    latest = await said(world.reading, "/latest policy")
    assert "Questions about" not in latest and "Bridge" in latest
    await world.reading.say("/article faq-policy")
    assert "When does it open?" in str(await world.reading.next())


async def test_a_reply_is_kept_where_its_article_was_taken_back(world: World) -> None:
    await world.post(ARTICLE)
    await said(world.reading, WHEN)
    item = await first_inquiry(world)
    assert world.services
    (article,) = await world.services.articles.latest(count=1)
    await world.services.articles.retract(article.id)
    await world.editing.say(REPLY, reply_to=item["message_id"])
    kept = await world.editing.next()
    assert "Your answer is kept" in kept["text"]
    await world.editing.press(kept, "In general, about")
    kept = await edited(world.editing, kept)
    await world.editing.press(kept, "Policy")
    assert "1 chat that asked is told" in (await edited(world.editing, kept))["text"]
    assert REPLY in (await world.reading.next())["text"]


async def test_the_same_follow_up_asks_something_else_of_each_article(world: World) -> None:
    await world.post(ARTICLE)
    await world.post("policy\n\nFerry fares\n\nA ticket for the ferry will cost 4.20 euros.")
    other = (await world.client.new_person("Olaf")).private
    for chat, question in [(world.reading, "Which arch has cracks?"), (other, "What will a ferry ticket cost?")]:
        await said(chat, question)
        await chat.say("why?")
        await chat.press(await chat.next(), "Ask the editors")
    await world.editing.say("/inbox")
    page = await world.editing.next()
    assert labels(page) == ["1", "2"]
    for number in labels(page):
        await world.editing.press(page, number)
        item = await world.editing.next()
        if labels(item)[0] == "✅ 📎 Ferry fares":
            await world.editing.say("Fuel costs more.", reply_to=item["message_id"])
            assert "1 chat that asked is told" in (await world.editing.next())["text"]
    assert "Fuel costs more." in (await other.next())["text"]
    assert await world.reading.quiet(0.3) == []
    assert "1 question without an answer" in await said(world.editing, "/inbox")


async def test_nobody_is_promised_an_answer_to_what_the_editors_do_not_have(world: World) -> None:
    await world.reading.say(WHEN)
    refused = await world.reading.next()
    async with connect(f"unix://{world.settings.data_folder}/valkey/valkey.sock") as redis:
        await redis.set(keys.inquiries_today(world.reading.chat_id), MOST_A_DAY)
    await world.reading.say("Who paints the lanterns of Mossbridge harbour?")
    too_many = await world.reading.next()
    assert "cannot take more" in (await world.reading.press(too_many, "Ask the editors"))["answer"]["text"]
    assert "The editors have it." in (await world.reading.press(refused, "Ask the editors"))["answer"]["text"]
    async with connect(f"unix://{world.settings.data_folder}/valkey/valkey.sock") as redis:
        await redis.delete(keys.inquiries_today(world.reading.chat_id))
    assert "The editors have it." in (await world.reading.press(too_many, "Ask the editors"))["answer"]["text"]
    assert "2 questions without an answer" in await said(world.editing, "/inbox")


async def test_what_is_no_question_goes_and_nobody_is_told(world: World) -> None:
    await said(world.reading, WHEN)
    item = await first_inquiry(world)
    await world.editing.press(item, "Not a question")
    item = await edited(world.editing, item)
    await world.editing.say("In May.", reply_to=item["message_id"])
    assert "Your answer is kept" in (await world.editing.next())["text"], "who replies has thought better of it"
    await world.editing.press(item, "It is none")
    assert "Out of the inbox" in (await edited(world.editing, item))["text"]
    assert "No question waits" in await said(world.editing, "/inbox")
    assert await world.reading.quiet(0.3) == []


async def test_strangers_get_nothing(world: World) -> None:
    await world.post(ARTICLE)
    assert "do not know that command" in await said(world.reading, "/inbox")
    await said(world.reading, WHEN)
    group = await world.client.new_group("All", owner=world.editor, members=[world.reader])
    theirs, readers = world.editor.in_(group), world.reader.in_(group)
    await theirs.say("/inbox")
    page = await theirs.next()
    assert (await readers.press(page, "1"))["answer"]["text"].startswith("This button no longer works")
    await theirs.press(page, "1")
    item = await theirs.next()
    await readers.say("In May.", reply_to=item["message_id"])
    assert world.services
    assert await world.services.inbox.count() == 1
    await theirs.say("In May.", reply_to=item["message_id"])
    assert "answers it" in (await theirs.next(where=lambda one: "answers it" in one["text"]))["text"]
    assert "In May." in (await world.reading.next())["text"]


async def test_status_tells_how_many_wait_and_the_chat_what_it_has_asked(world: World) -> None:
    await said(world.reading, WHEN)
    assert "1 question: /inbox" in await said(world.editing, "/status")
    await world.reading.say("/mydata")
    data = await world.download(await world.reading.next())
    assert WHEN.encode() in data
