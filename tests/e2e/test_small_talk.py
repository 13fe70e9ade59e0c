"""What people say to the bot that is no question."""

import pytest

from tests.e2e.world import World, labels, said

ARTICLE = (
    "policy\n\nFerry Treaty Signed\n\nThe ferry sails again from May.\n\nThe treaty was signed in Ambel.\n\n"
    "Frequently Asked Questions\n\nQ.When does the ferry sail?\n\nOn the first of May."
)


@pytest.mark.parametrize(
    "dialogue",
    [
        [("hello", "Hello! Ask me something"), ("Thanks!", "Gladly!"), ("bye", "Goodbye!"), ("👍", "Gladly!")],
        [("привет", "Hello!"), ("danke", "Gladly!"), ("مع السلامة", "Goodbye!"), ("yes", "Ask me something")],
        [
            ("Subscribe me to policy and tech, please", "Subscribed to Policy, Tech"),
            ("unsubscribe from tech", "Unsubscribed from Tech"),
            ("stop all", "Unsubscribed from Policy"),
            ("digest please?", "not subscribed to anything"),
        ],
        [
            ("stop", "Tap a category to subscribe or unsubscribe"),
            ("Hi, help please!", "/subscribe"),
            ("hilfe", "/subscribe"),
        ],
        [("pause 7d", "not subscribed"), ("mute football", "football"), ("language german", "Deutsch")],
        [("latest polcy", "Did you mean policy"), ("search whales", "Nothing stored has “whales”")],
        [
            ("/ask hello", "Hello! Ask me something"),
            ("/ask thanks!", "Gladly!"),
            ("/ask help", "Nothing stored answers"),
        ],
        [("thanks to whom?", "Nothing stored answers that"), ("stop the war", "Nothing stored answers that")],
    ],
    ids=lambda dialogue: dialogue[0][0],
)
async def test_dialogue(world: World, dialogue: list[tuple[str, str]]) -> None:
    for text, answer in dialogue:
        assert answer in await said(world.reading, text), text


async def test_a_greeting_leads_to_all_that_one_can_do(world: World) -> None:
    await world.reading.say("hi")
    greeting = await world.reading.next()
    assert labels(greeting) == ["📰 Latest", "📂 Categories", "⚙️ Settings", "❔ Help"]
    await world.reading.press(greeting, "⚙️ Settings")
    assert "Settings" in (await world.reading.next())["text"]


async def test_a_question_that_begins_with_hello_is_one(world: World) -> None:
    await world.post(ARTICLE)
    assert "On the first of May." in await said(world.reading, "Hello bot, when does the ferry sail?")


async def test_it_is_small_talk_for_editors_too(world: World) -> None:
    assert "Hello! Ask me something" in await said(world.editing, "Good morning")
    assert "/post" in await said(world.editing, "help")


async def test_what_is_forwarded_is_no_command(world: World) -> None:
    await said(world.reading, "/subscribe policy")
    stop = await world.editing.say("stop all")
    await world.editing.next()
    await world.reading.forward(stop)
    assert "Nothing stored answers that" in (await world.reading.next())["text"]
    assert "already subscribed to Policy" in await said(world.reading, "/subscribe policy")


async def test_in_a_group_it_is_said_to_the_bot_by_name(world: World) -> None:
    group = await world.client.new_group("Readers", owner=world.editor, members=[world.reader])
    owner, member = world.editor.in_(group), world.reader.in_(group)
    for text in ("hello", "thanks!", "stop"):
        await member.say(text)
    assert await member.quiet(0.4) == []
    await member.say("Hi @demo_news_bot!")
    assert "Hello! Ask me something" in (await member.next())["text"]
    await owner.say("@demo_news_bot subscribe policy, please")
    assert "Subscribed to Policy" in (await owner.next(where=lambda one: "Subscribed" in one["text"]))["text"]
    await member.say("@demo_news_bot stop all")
    assert (
        "Only this group's administrators"
        in (await member.next(where=lambda one: "administrators" in one["text"]))["text"]
    )
