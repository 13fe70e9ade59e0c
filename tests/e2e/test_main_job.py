"""The main job: an editor pastes an article, its subscribers get it, and it answers questions."""

from pathlib import Path

from tests.e2e.world import World

ARTICLE = (Path(__file__).parent.parent / "data" / "article.txt").read_text("utf-8")


async def test_article_reaches_subscribers_and_answers(world: World) -> None:
    await world.reading.say("/start")
    greeting = await world.reading.next()
    await world.reading.press(greeting, "Science")
    said = await world.post(ARTICLE)
    assert "1 chat" in str(said["text"])
    teaser = await world.reading.next()
    assert teaser["text"].startswith("Swifts of the Ambel Valley")
