"""One story from many sources, as readers and editors meet it."""

from typing import Any

from bot.domain.article import Article
from bot.sandbox.client import buttons
from tests.e2e.world import World, edited, labels, said
from tests.unit.ingest.told import COMET, FERRY, TOLL, TOLL_AGAIN, TOLL_THIRD

SPLIT, JOIN = "✂️ Split off: Gazette", "🔗 Join with…"


async def filed(world: World, *articles: Article) -> None:
    """As feeds bring them."""
    assert world.services
    for one in articles:
        await world.services.stories.publish(one)


async def page(world: World, article: Article) -> dict[str, Any]:
    """An article's page, from the list of what is published."""
    await world.editing.say("/articles")
    listed = await world.editing.next()
    label = next(text for text in labels(listed) if article.title.startswith(text.rstrip("…")))
    await world.editing.press(listed, label)
    return await world.editing.next()


async def test_what_joins_later_disturbs_nobody_and_stands_in_the_article(world: World) -> None:
    await said(world.reading, "/subscribe world")
    await filed(world, TOLL)
    teaser = await world.reading.next()
    assert teaser["text"].startswith(TOLL.title)
    await filed(world, TOLL_AGAIN, TOLL_THIRD)
    assert await world.reading.quiet(1) == []
    await world.reading.press(teaser, "📖 Read here")
    whole = str(await world.reading.next())
    assert "also at" in whole
    assert "Gazette" in whole and "Mirror" in whole
    assert TOLL_AGAIN.source and TOLL_AGAIN.source.url and TOLL_AGAIN.source.url in whole
    assert TOLL.title in str(await _answer(world, "/article toll2")), "it is read under its own id too"


async def test_whoever_is_told_late_is_told_of_all_at_once(world: World) -> None:
    await said(world.reading, "/subscribe world")
    await said(world.reading, "/schedule daily 08:00")
    await filed(world, TOLL, FERRY, TOLL_AGAIN)
    await world.reading.say("/digest")
    digest = await world.reading.next(where=lambda message: TOLL.title in message["text"])
    assert "also at Gazette" in digest["text"]
    assert "2 articles" in digest["text"]


async def test_an_editor_splits_off_what_is_another_story(world: World) -> None:
    await said(world.reading, "/subscribe world")
    await filed(world, TOLL, TOLL_AGAIN)
    await world.reading.next()
    managed = await page(world, TOLL)
    assert "also at Gazette" in managed["text"]
    assert "With it goes what has joined it" in managed["text"]
    await world.editing.press(managed, SPLIT)
    asked = await edited(world.editing, managed)
    assert "for 1 chat" in asked["text"]
    assert await world.reading.quiet(0.3) == []
    await world.editing.press(asked, "‹ Back")
    again = await edited(world.editing, managed)
    assert SPLIT in labels(again)
    await world.editing.press(again, SPLIT)
    answer = await world.editing.press(await edited(world.editing, managed), "✂️ Split off")
    assert "published" in answer["answer"]["text"]
    assert (await world.reading.next())["text"].startswith(TOLL_AGAIN.title), "nobody had been sent it"
    left = await edited(world.editing, managed)
    assert left["text"].startswith(TOLL_AGAIN.title)
    assert "also at" not in (await page(world, TOLL))["text"]
    answer = await world.editing.forge(managed, "1jx|toll2|True")
    assert "no longer works" in answer["answer"]["text"]


async def test_a_draft_that_will_join_a_story_says_so_instead_of_counting_its_readers(world: World) -> None:
    assert world.services
    await said(world.reading, "/subscribe world")
    await filed(world, TOLL)
    await world.reading.next()
    await world.services.drafts.offer(TOLL_AGAIN, "https://gazette.example/feed")
    await world.editing.say("/drafts")
    listed = await world.editing.next()
    await world.editing.press(listed, next(text for text in labels(listed) if TOLL_AGAIN.title[:15] in text))
    facts, preview = await world.editing.next(), await world.editing.next()
    assert f"{TOLL.title} tells the same" in facts["text"] and "1 chat" not in facts["text"]
    await world.editing.press(preview, "Publish")
    assert "was published already" in (await world.editing.next())["text"]
    assert await world.reading.quiet(0.3) == []


async def test_an_editor_joins_what_is_the_same_story(world: World) -> None:
    assert world.services
    await said(world.reading, "/subscribe world")
    for one in (TOLL, TOLL_AGAIN, FERRY, COMET):
        await world.services.articles.publish(one)
        await world.reading.next()
    managed = await page(world, TOLL_AGAIN)
    await world.editing.press(managed, JOIN)
    offered = await edited(world.editing, managed)
    assert labels(offered)[0].startswith("Vell raises its harbour toll")
    await world.editing.press(offered, labels(offered)[0])
    asked = await edited(world.editing, managed)
    assert "Nobody is sent anything" in asked["text"]
    await world.editing.press(asked, "🔗 Join them")
    story = await edited(world.editing, managed)
    assert story["text"].startswith(TOLL.title)
    assert "also at Gazette" in story["text"]
    assert await world.reading.quiet(0.5) == []
    listed = await said(world.editing, "/articles")
    assert "3 articles" in listed
    assert TOLL_AGAIN.title not in listed
    await world.editing.press(story, SPLIT)
    answer = await world.editing.press(await edited(world.editing, managed), "✂️ Split off")
    assert answer["answer"]["text"] == "Split off."
    assert await world.reading.quiet(0.5) == [], "they have had it"


async def test_what_is_taken_back_goes_with_all_that_has_joined_it(world: World) -> None:
    assert world.services
    await said(world.reading, "/subscribe world")
    sent = []
    for one in (TOLL, TOLL_AGAIN):
        await world.services.articles.publish(one)
        sent.append(await world.reading.next())
    await world.services.articles.merge("toll2", "toll1")
    await filed(world, TOLL_THIRD)
    managed = await page(world, TOLL)
    await world.editing.press(managed, "🗑 Take it back")
    assert "2 messages are being taken back" in (await edited(world.editing, managed))["text"]
    for message in sent:
        assert await world.reading.changed(message["message_id"]) is None
    for article_id in ("toll1", "toll2", "toll3"):
        assert "not stored" in await said(world.reading, f"/article {article_id}")
    assert await world.services.articles.retract("toll2") is None


async def test_what_is_taken_back_alone_leaves_its_story(world: World) -> None:
    """From the page that an editor had opened before another one joined the two."""
    assert world.services
    await said(world.reading, "/subscribe world")
    for one in (TOLL, TOLL_AGAIN):
        await world.services.articles.publish(one)
        last = await world.reading.next()
    managed = await page(world, TOLL_AGAIN)
    await world.services.articles.merge("toll2", "toll1")
    await world.editing.press(managed, "🗑 Take it back")
    assert "1 message is being taken back" in (await edited(world.editing, managed))["text"]
    assert await world.reading.changed(last["message_id"]) is None
    assert await world.services.articles.get("toll1") == TOLL


async def test_why_and_what_was_saved_follow_it(world: World) -> None:
    assert world.services
    await said(world.reading, "/start")
    await said(world.reading, "/subscribe world")
    await world.services.articles.publish(TOLL_AGAIN)
    teaser = await world.reading.next()
    await world.reading.press(teaser, "🔖 Save")
    await world.services.articles.publish(TOLL)
    await world.reading.next()
    await world.services.articles.merge("toll2", "toll1")
    await world.reading.say("/why", reply_to=teaser["message_id"])
    assert "It came at once" in (await world.reading.next())["text"]
    await world.reading.say("/saved")
    listed = await world.reading.next()
    assert TOLL.title in listed["text"]
    await world.reading.press(listed, "✕ 1")
    assert "nothing yet" in (await edited(world.reading, listed))["text"]


async def test_buttons_of_stories_are_dead_for_others(world: World) -> None:
    await filed(world, TOLL, TOLL_AGAIN)
    await world.reading.say("/help")
    message = await world.reading.next()
    for data in ("1jx|toll2|True", "1jo|toll1|0123456789ab|True", "1jc|toll1", "1js|toll1"):
        answer = await world.reading.forge(message, data)
        assert answer["answer"] is not None
    managed = await page(world, TOLL)
    for data in ("1jo|toll1|0123456789ab|True", "1jo|toll2|0123456789ab|False", "1jo|gone|0123456789ab|False"):
        assert "no longer works" in (await world.editing.forge(managed, data))["answer"]["text"]
    assert world.services
    assert [one.id for one in await world.services.articles.joined("toll1")] == ["toll2"]
    assert buttons(managed)


async def _answer(world: World, text: str) -> dict[str, Any]:
    await world.reading.say(text)
    return await world.reading.next()
