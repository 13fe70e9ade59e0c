"""What readers say, and what they are answered."""

import json
from pathlib import Path

import pytest

from bot.domain.article import Article
from bot.rendering.actions import Forget
from tests.e2e.world import World, edited, labels, said

DATA = Path(__file__).parent.parent / "data"
ARTICLE = (DATA / "article.txt").read_text("utf-8")
TITLE = "Swifts of the Ambel Valley"


@pytest.mark.parametrize(
    ("dialogue"),
    [
        [("/start", "Tap the categories"), ("/help", "/schedule"), ("/privacy", "/forget")],
        [
            ("/subscribe policy tech", "Subscribed to Policy, Tech"),
            ("/subscribe policy", "already subscribed to Policy"),
        ],
        [("/subscribe polcy", "Did you mean policy"), ("/subscribe zzzzzz", "no category “zzzzzz”")],
        [("/subscribe", "Tap a category"), ("/subscribe all", "Policy, World, Economy, Tech, Science, Sports")],
        [("/unsubscribe all", "You were not subscribed"), ("/subscribe World", "Subscribed to World")],
        [
            ("/subscribe World", "at once"),
            ("/unsubscribe all", "Unsubscribed from World.\nYou are subscribed to nothing"),
        ],
        [("/categories", "Policy · 0 this week"), ("/CATEGORIES", "Policy")],
        [("/latest", "Nothing has been published yet"), ("/latest policy", "Nothing has been published in Policy")],
        [("/latest polcy", "Did you mean policy"), ("/article", "Which article"), ("/article nope", "not stored")],
        [("/search", "Search for what"), ("/search whales", "Nothing stored has “whales”")],
        [("/ask", "What would you like to know"), ("/ask who won?", "Nothing stored answers that")],
        [("/digest", "not subscribed to anything"), ("/nonsense", "do not know that command")],
        [("/mydata", "Nothing is stored about this chat"), ("/start a_nope", "not stored")],
        [("/start sub_tech", "Subscribed to Tech"), ("/start sub_nope", "no category “nope”")],
        [("/post policy", "do not know that command"), ("/articles", "do not know that command")],
        [("/help@demo_news_bot", "/schedule")],
    ],
    ids=lambda dialogue: dialogue[0][0],
)
async def test_dialogue(world: World, dialogue: list[tuple[str, str]]) -> None:
    for text, answer in dialogue:
        heard = await said(world.reading, text)
        assert answer in heard
        if text == "/latest":
            await world.reading.next()


async def test_categories_toggle_by_button(world: World) -> None:
    await world.reading.say("/start")
    greeting = await world.reading.next()
    answer = await world.reading.press(greeting, "Policy")
    assert answer["answer"]["text"] == "Subscribed to Policy"
    changed = await edited(world.reading, greeting)
    assert "✅ Policy" in labels(changed)
    assert "📰 Latest" in labels(changed)
    assert (await world.reading.press(changed, "✅ Policy"))["answer"]["text"] == "Unsubscribed from Policy"
    assert "➕ Policy" in labels(await edited(world.reading, greeting))


async def test_every_menu_opens_by_button(world: World) -> None:
    await world.reading.say("/start")
    greeting = await world.reading.next()
    for label, words in [
        ("📰 Latest", "Nothing has been published"),
        ("🕗 Schedule", "Choose below"),
        ("❔ Help", "/ask"),
    ]:
        await world.reading.press(greeting, label)
        assert words in (await world.reading.next())["text"]
        if label == "📰 Latest":
            await world.reading.next()


async def test_everything_opens_from_help(world: World) -> None:
    await world.post(ARTICLE)
    await world.reading.say("/help")
    menu = await world.reading.next()
    opened = {
        "📂 Categories": "this week",
        "🌍 Time zone": "Your time zone",
        "🌙 Quiet hours": "No quiet hours",
        "⏸ Pause": "For how long",
        "🔇 Muted words": "No words are muted",
        "⚙️ Settings": "No words are muted",
        "🔍 Search": "Search for what",
        "📖 Read": "Which article",
        "🗞 My digest now": "not subscribed to anything",
        "❓ Ask": "What would you like to know",
        "🔎 Why did it come?": "Why did an article come",
        "🔒 Privacy": "What is kept",
        "📄 My data": "Nothing is stored",
        "🗑 Forget me": "Nothing is stored",
    }
    for label, words in opened.items():
        await world.reading.press(menu, label)
        assert words in (await world.reading.next())["text"]


async def test_commands_alone_offer_what_there_is(world: World) -> None:
    await world.post(ARTICLE)
    await world.reading.say("/article")
    assert TITLE in labels(await world.reading.next())[0]
    await world.reading.say("/ask")
    offered = await world.reading.next()
    await world.reading.press(offered, labels(offered)[0])
    assert TITLE in (await world.reading.next())["text"]
    await world.editing.say("/retract")
    assert TITLE in labels(await world.editing.next())[0]


@pytest.mark.parametrize(
    "command",
    [
        *(
            "start",
            "subscribe",
            "unsubscribe",
            "categories",
            "latest",
            "schedule",
            "timezone",
            "quiet",
            "pause",
            "mute",
        ),
        *("unmute", "article", "search", "ask", "why", "manage", "settings", "privacy", "help"),
    ],
)
async def test_a_command_alone_shows_a_keyboard(world: World, command: str) -> None:
    await world.post(ARTICLE)
    await said(world.reading, "/subscribe policy")
    await world.reading.say(f"/{command}")
    assert labels(await world.reading.next())


async def test_latest_turns_pages(world: World) -> None:
    assert world.services
    for number in range(7):
        await world.services.articles.publish(
            Article(id=f"a{number}", category="policy", title=f"Title number {number}", teaser=f"Teaser {number}.")
        )
    await world.reading.say("/latest policy")
    page = await world.reading.next()
    assert "Title number 6" in page["text"] and "Title number 1" not in page["text"]
    await world.reading.press(page, "Older ›")
    older = await edited(world.reading, page)
    assert "Title number 1" in older["text"]
    await world.reading.press(older, "7")
    assert "Title number 0" in str(await world.reading.next())


async def test_article_unfolds_its_questions(world: World) -> None:
    await world.post(ARTICLE)
    await world.reading.say("/search swifts")
    found = await world.reading.next()
    await world.reading.press(found, "1")
    rich = (await world.reading.next())["rich_message"]
    kinds = [block["type"] for block in rich["blocks"]]
    assert kinds.count("details") == 3
    assert TITLE in json.dumps(rich)


async def test_article_without_rich_messages(world: World) -> None:
    """A server older than Bot API 10.1 answers 404; then ordinary messages hold all of it."""
    await world.client.switch(rich=False)
    await world.post(ARTICLE)
    await world.reading.say("/search swifts")
    await world.reading.press(await world.reading.next(), "1")
    whole = await world.reading.next()
    assert whole["text"].startswith(TITLE)
    assert sum(entity["type"] == "expandable_blockquote" for entity in whole["entities"]) == 3


async def test_long_article_in_parts(world: World) -> None:
    await world.client.switch(rich=False)
    body = "\n\n".join(f"Paragraph {number}: " + "many words follow each other here. " * 30 for number in range(12))
    text = f"policy\n\nA long article\n\nIts teaser.\n\n{body}"
    await world.editing.send_file("long.txt", text.encode(), caption="/post")
    await world.editing.next()
    await world.editing.press(await world.editing.next(), "Publish")
    await world.editing.next()
    await world.reading.say("/search long article")
    await world.reading.press(await world.reading.next(), "1")
    parts = [await world.reading.next() for _ in range(4)]
    text = "".join(part["text"] for part in parts)
    assert all(f"Paragraph {number}:" in text for number in range(12))
    assert "reply_markup" in parts[-1] and "reply_markup" not in parts[0]


async def test_questions_are_answered_with_stored_words(world: World) -> None:
    await world.post(ARTICLE)
    await world.reading.say("Why did the swifts return earlier this year?")
    answer = await world.reading.next()
    quoted = [e for e in answer["entities"] if e["type"] == "blockquote"]
    words = (
        answer["text"].encode("utf-16-le")[quoted[0]["offset"] * 2 :][: quoted[0]["length"] * 2].decode("utf-16-le")
    )
    assert " ".join(words.split()) in " ".join(ARTICLE.split())
    assert TITLE in answer["text"] and "2026" in answer["text"]
    assert any(entity["type"] == "text_link" for entity in answer["entities"])


async def test_question_buttons_answer(world: World) -> None:
    await world.reading.say("/subscribe science")
    await world.reading.next()
    await world.post(ARTICLE)
    teaser = await world.reading.next()
    asked = labels(teaser)[2]
    await world.reading.press(teaser, asked)
    assert (await world.reading.next())["text"].startswith(asked)
    await world.reading.press(teaser, "❓ All questions (3)")
    questions = await world.reading.next()
    await world.reading.press(questions, labels(questions)[0])
    answer = await world.reading.next()
    assert answer["text"].startswith(labels(questions)[0].removesuffix("…"))
    assert labels(answer) == ["📖 Read the article", "❓ All questions (3)"]


async def test_reply_to_teaser_asks_about_that_article(world: World) -> None:
    await world.reading.say("/subscribe science policy")
    await world.reading.next()
    await world.post(
        "policy\n\nA council counts its lamps\n\nThe count takes a week.\n\nThe mayor began the count early."
    )
    await world.reading.next()
    await world.post(ARTICLE)
    teaser = await world.reading.next()
    await world.reading.say("why earlier?", reply_to=teaser["message_id"])
    assert TITLE in (await world.reading.next())["text"]


async def test_nothing_stored_offers_nearest_titles(world: World) -> None:
    await world.post(ARTICLE)
    await world.reading.say("Which submarine did the swifts of Mars commission in the parliament of whales?")
    answer = await world.reading.next()
    assert answer["text"].startswith("Nothing stored answers that.")
    assert TITLE in labels(answer)[0]


async def test_daily_digest_when_asked_for(world: World) -> None:
    await said(world.reading, "/subscribe policy tech")
    await said(world.reading, "/schedule daily 08:00")
    await world.post("policy\n\nFirst title\n\nFirst teaser.")
    await world.post("tech\n\nSecond title\n\nSecond teaser.")
    assert await world.reading.quiet(1.3) == []
    await world.reading.say("/digest")
    heard = [(await world.reading.next())["text"] for _ in range(2)]
    digest = next(text for text in heard if "Your digest is" not in text)
    assert "POLICY" in digest and "First title" in digest and "Second title" in digest
    assert "Nothing new since" in await said(world.reading, "/digest")


async def test_switch_to_instant_brings_what_was_waiting(world: World) -> None:
    await said(world.reading, "/subscribe policy")
    await said(world.reading, "/schedule daily 08:00")
    await world.post("policy\n\nWaiting title\n\nTeaser.")
    await world.reading.say("/schedule instant")
    heard = [(await world.reading.next())["text"] for _ in range(2)]
    assert any("Waiting title" in text for text in heard)
    await world.post("policy\n\nNext title\n\nTeaser.")
    assert "Next title" in (await world.reading.next())["text"]
    assert await world.reading.quiet(1.3) == []


async def test_my_data_and_forget(world: World) -> None:
    await said(world.reading, "/subscribe policy")
    await world.reading.say("/mydata")
    sent = await world.reading.next()
    assert sent["document"]["file_name"] == "mydata.json"
    stored = json.loads(await world.download(sent))
    assert stored["subscriptions"][0]["categories"] == {"policy": "instant"}
    await world.reading.say("/forget")
    asked = await world.reading.next()
    await world.reading.press(asked, "Keep it")
    assert "Nothing was deleted" in (await edited(world.reading, asked))["text"]
    await world.reading.say("/forget")
    asked = await world.reading.next()
    await world.reading.press(asked, "🗑 Delete everything")
    assert "nothing is stored" in (await edited(world.reading, asked))["text"]
    again = await world.reading.forge(asked, Forget().encode())
    assert "Nothing is stored" in again["answer"]["text"]
    assert "Nothing is stored" in await said(world.reading, "/mydata")
    await world.post("policy\n\nUnseen\n\nTeaser.")
    assert await world.reading.quiet(1.3) == []


async def test_deep_link_opens_article(world: World) -> None:
    await world.post("policy\n\nDeep title\n\nTeaser.")
    assert world.services
    (article,) = await world.services.articles.latest(count=1)
    await world.reading.say(f"/start a_{article.id}")
    assert "Deep title" in str(await world.reading.next())
