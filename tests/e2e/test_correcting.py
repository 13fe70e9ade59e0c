"""An editor corrects what is published."""

import json

import aiohttp
import pytest

from bot.runner import Part
from tests.e2e.world import World, edited, labels, said

TEXT = "policy\n\nHarbour Toll Rises\n\nFrom May, ships pay more."
LINE = "✏️ Correction, "
NOTICE = "✏️ Correction to “Harbour Toll Rises”: From June."


async def published_id(world: World, text: str = TEXT) -> str:
    return str((await world.post(text))["text"]).rpartition(" ")[2]


async def test_who_has_the_teaser_sees_it_changed_and_is_told(world: World) -> None:
    await said(world.reading, "/subscribe policy")
    article_id = await published_id(world)
    teaser = await world.reading.next()
    await world.until(lambda counts: counts.get("sent") == 1)
    answer = await said(world.editing, f"/correct {article_id.capitalize()} From\n  June.")
    assert answer == "Corrected. 1 message is being changed, and its chat told."
    changed = await edited(world.reading, teaser)
    assert LINE in changed["text"] and "From May" in changed["text"] and "From June." in changed["text"]
    assert labels(changed) == labels(teaser)
    notice = await world.reading.next()
    assert notice["text"] == NOTICE
    await world.reading.press(notice, "📖 Read here")
    assert "From June." in json.dumps((await world.reading.next())["rich_message"])
    assert "nobody is told again" in await said(world.editing, f"/correct {article_id} From June.")
    assert await world.reading.quiet(0.3) == []
    assert "Corrected" in await said(world.editing, f"/correct {article_id} From July.")
    assert (await world.reading.next())["text"].endswith("“Harbour Toll Rises”: From July.")
    found = await said(world.reading, "/ask Do ships pay more from May?")
    assert LINE in found and "From July." in found


async def test_a_digest_is_changed_and_its_chat_told(world: World) -> None:
    await said(world.reading, "/subscribe policy")
    await said(world.reading, "/schedule daily 08:00")
    article_id = await published_id(world)
    await world.post("policy\n\nAnother\n\nTeaser.")
    await world.reading.say("/digest")
    digest = await world.reading.next(where=lambda message: "Another" in message["text"])
    await said(world.editing, f"/correct {article_id} From June.")
    changed = (await edited(world.reading, digest))["text"]
    assert "From June." in changed and "Another" in changed and "Your digest" in changed
    assert (await world.reading.next(where=lambda message: "Correction to" in message["text"]))["text"] == NOTICE


async def test_who_is_still_owed_it_gets_it_corrected(world: World) -> None:
    await said(world.reading, "/subscribe policy")
    await world.stop()
    await world.start(Part.UPDATES, Part.DIGESTS)
    article_id = await published_id(world)
    await world.until(lambda counts: counts.get("owed") == 1)
    assert "0 messages are being changed" in await said(world.editing, f"/correct {article_id} From June.")
    await world.stop()
    await world.start()
    teaser = await world.reading.next()
    assert LINE in teaser["text"] and "From June." in teaser["text"]
    assert await world.reading.quiet(0.3) == []


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("", "Write /correct ID TEXT"),
        (" gone From June.", "There is no article with the ID “gone”"),
        (" ID", "That says nothing"),
        (" ID \u200b", "That says nothing"),
        (f" ID {'x' * 501}", "That has 501 characters"),
    ],
)
async def test_what_is_no_correction(world: World, words: str, answer: str) -> None:
    article_id = await published_id(world)
    assert answer in await said(world.editing, f"/correct{words.replace('ID', article_id)}")
    assert world.services
    (article,) = await world.services.articles.latest(count=1)
    assert article.corrections == ()


async def test_the_articles_page_tells_it(world: World) -> None:
    article_id = await published_id(world)
    await said(world.editing, f"/correct {article_id} From <June>.")
    url = f"http://127.0.0.1:{world.web_port}/a/{article_id}"
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        page = await response.text()
    assert page.index(LINE) < page.index("From &lt;June&gt;.") < page.index("From May")


async def test_alone_it_offers_the_newest_which_tell_how(world: World) -> None:
    article_id = await published_id(world)
    await world.editing.say("/correct")
    offered = await world.editing.next()
    await world.editing.press(offered, "Harbour Toll Rises")
    assert f"/correct {article_id}" in (await world.editing.next())["text"]


async def test_what_was_taken_back_is_not_corrected(world: World) -> None:
    article_id = await published_id(world)
    assert world.services
    await world.services.articles.retract(article_id)
    assert "or it was taken back" in await said(world.editing, f"/correct {article_id} From June.")


async def test_to_others_it_does_not_exist(world: World) -> None:
    article_id = await published_id(world)
    assert "do not know that command" in await said(world.reading, f"/correct {article_id} From June.")
    assert "/correct" not in await said(world.reading, "/help")
