"""Editors post links and files of pages, change drafts, and look through what waits."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from aiohttp import web

from bot.storage.begun import Begun
from tests.e2e.world import World, edited, labels, open_world, said
from tests.sites import Site, open_site

PAGES = Path(__file__).parent.parent / "data" / "pages"
TITLE = "Harbour Toll to Rise in May & Again in June"


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with open_site() as opened:
        yield opened


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path, allow_private_addresses=True) as opened:
        yield opened
        assert not [call for call in await opened.client.calls() if call["unknown_parameters"]]


def serve(site: Site, name: str, content_type: str = "text/html") -> str:
    content = (PAGES / name).read_bytes()
    site.answers[f"/{name}"] = lambda _: web.Response(body=content, content_type=content_type)
    return f"{site.url}/{name}"


async def read(world: World, *, group: Any = None) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is said of the page that is being read, and its preview."""
    chat = group or world.editing
    progress = await chat.next()
    assert progress["text"].startswith("Reading "), progress["text"]
    facts = await edited(chat, progress)
    shown = await chat.next()
    assert {"Publish", "Edit", "Discard"} <= set(labels(shown)), facts["text"]
    return facts, shown


@pytest.mark.parametrize("text", ["/post economy {url}", "/post {url} Economy", "/post #economy\n\n<{url}>."])
async def test_a_link_is_read_and_published(world: World, site: Site, text: str) -> None:
    await said(world.reading, "/subscribe economy")
    await world.editing.say(text.format(url=serve(site, "graph.html")))
    facts, shown = await read(world)
    assert "3 paragraphs, a picture, source The Linden Courier, dated 20 Nov 2026" in facts["text"]
    assert "1 chat subscribed to Economy" in facts["text"]
    await world.editing.press(shown, "Publish")
    assert "Published" in (await world.editing.next())["text"]
    teaser = await world.reading.next()
    assert teaser["text"].startswith(TITLE)
    assert "From May, ships pay by their length." in teaser["text"]
    (link,) = [entity["url"] for entity in teaser["entities"] if "url" in entity]
    assert link == "https://linden-courier.example/economy/harbour-toll/?id=7"


async def test_a_bare_link_asks_for_its_category(world: World, site: Site) -> None:
    await world.editing.say(serve(site, "graph.html"))
    progress = await world.editing.next()
    asked = await edited(world.editing, progress)
    assert asked["text"] == f"{TITLE}\n\nWhich category is it for?"
    assert labels(asked)[0] == "Economy"  # that of the page's own section comes first
    await world.editing.press(asked, "World")
    facts = await world.editing.next()
    assert "subscribed to World" in facts["text"]
    assert (await world.editing.next())["text"].startswith(TITLE)


async def test_an_unknown_category_gets_the_nearest(world: World, site: Site) -> None:
    await world.editing.say(f"/post scince {serve(site, 'headings.html')}")
    asked = await edited(world.editing, await world.editing.next())
    assert "“scince” is no category. Which one is it for?" in asked["text"]
    assert labels(asked)[0] == "Science"


async def test_the_same_page_is_one_article_however_it_is_linked(world: World, site: Site) -> None:
    url = serve(site, "graph.html")
    await world.editing.say(f"/post economy {url}")
    await world.editing.press((await read(world))[1], "Publish")
    assert "Published" in (await world.editing.next())["text"]
    await world.editing.say(f"/post economy {url}?utm_source=chat#top")
    facts, shown = await read(world)
    assert "published already" in facts["text"]
    await world.editing.press(shown, "Publish")
    assert "was published already" in (await world.editing.next())["text"]
    await world.editing.say(url)  # no category need be asked for
    facts, shown = await read(world)
    assert "published already" in facts["text"]
    assert world.services
    assert await world.services.articles.count() == 1


@pytest.mark.parametrize("text", ["{url}\n{url}?2", "/post {url} {url}?2", "/post economy {url}\n{url}?2"])
async def test_several_links_at_once_are_told_to_come_one_by_one(world: World, site: Site, text: str) -> None:
    assert "more than one link" in await said(world.editing, text.format(url=f"{site.url}/a"))
    assert site.asked == []


async def test_a_reply_to_a_link(world: World, site: Site) -> None:
    url = serve(site, "open_graph.html")
    await world.editing.say("Comet", entities=[{"type": "text_link", "offset": 0, "length": 5, "url": url}])
    progress = await world.editing.next()
    sent = progress["message_id"] - 1
    await edited(world.editing, progress)
    await world.editing.say("/post science", reply_to=sent)
    facts, shown = await read(world)
    assert "subscribed to Science" in facts["text"]
    assert shown["text"].startswith("Comet Maravel returns after 412 years")


async def test_in_a_group_the_command_is_needed(world: World, site: Site) -> None:
    desk = await world.client.new_group("Desk", owner=world.editor, kind="supergroup")
    await desk.bot(administrator=True)
    chat = world.editor.in_(desk)
    url = serve(site, "graph.html")
    await chat.say(f"/post economy {url}")
    _, shown = await read(world, group=chat)
    await chat.press(shown, "Edit")
    asked = await chat.next()
    assert "as a reply to this message" in asked["text"]
    await chat.say("economy\n\nAnother title\n\nTeaser.", reply_to=asked["message_id"])
    await chat.next()
    assert (await chat.next())["text"].startswith("Another title")


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/missing", "nothing at that address (404)"),
        ("/picture", "There is no article there."),
        ("/feed", "/addfeed"),
        ("/huge", "It is too large."),
        ("/untitled", "There is no article there."),
    ],
)
async def test_pages_that_are_no_article_say_what_to_do(world: World, site: Site, path: str, answer: str) -> None:
    site.serve("/feed", "<?xml version='1.0'?><rss version='2.0'><channel><title>A feed</title></channel></rss>")
    site.answers["/picture"] = lambda _: web.Response(body=b"\x89PNG\r\n\x1a\n\0\0", content_type="image/png")
    site.answers["/huge"] = lambda _: web.Response(body=b"<html>" * 400_000, content_type="text/html")
    site.answers["/untitled"] = lambda _: web.Response(text="<html><body></body></html>", content_type="text/html")
    await world.editing.say(f"/post policy {site.url}{path}")
    refused = (await edited(world.editing, await world.editing.next()))["text"]
    assert answer in refused
    if path == "/missing":
        assert "whether the link is whole" in refused
    elif path != "/feed":
        assert "copy its title and text, and send them behind /post" in refused
    assert world.services
    assert (await world.services.drafts.waiting(count=5))[1] == 0


async def test_a_page_of_which_only_the_title_is_read_says_so(world: World, site: Site) -> None:
    site.answers["/title"] = lambda _: web.Response(text="<title>Comet returns</title>", content_type="text/html")
    await world.editing.say(f"/post sports {site.url}/title")
    facts, _ = await read(world)
    assert "Only its title could be read" in facts["text"]
    await world.editing.say(f"/post sports {serve(site, 'faq.html')}")
    assert "2 questions" in (await read(world))[0]["text"]


async def test_a_page_that_shows_only_part_says_so(world: World, site: Site) -> None:
    await world.editing.say(f"/post sports {serve(site, 'paywall.html')}")
    facts, _ = await read(world)
    assert "only part of its text" in facts["text"]


async def test_no_private_address_is_asked_for(tmp_path: Path, site: Site) -> None:
    url = serve(site, "graph.html")
    async with open_world(tmp_path) as world:
        await world.editing.say(f"/post economy {url}")
        assert "not a public one" in (await edited(world.editing, await world.editing.next()))["text"]
    assert site.asked == []


async def test_readers_send_links_as_questions(world: World, site: Site) -> None:
    assert "Nothing stored answers" in await said(world.reading, serve(site, "graph.html"))
    assert site.asked == []


async def test_files_of_pages(world: World) -> None:
    await world.editing.send_file("saved.html", (PAGES / "graph.html").read_bytes(), caption="/post economy")
    facts, shown = await read(world)
    assert "source The Linden Courier" in facts["text"]
    assert shown["text"].startswith(TITLE)
    await world.editing.send_file("article.json", (PAGES / "article.json").read_bytes())
    asked = await edited(world.editing, await world.editing.next())
    assert labels(asked)[0] == "Science"
    await world.editing.press(asked, "Science")
    await world.editing.next()
    assert (await world.editing.next())["text"].startswith("Seagrass meadow has doubled")


async def test_a_file_in_our_own_form_keeps_its_id(world: World) -> None:
    line = {"type": "article", "id": "kept", "category": "policy", "title": "As exported", "teaser": "Just so."}
    await world.editing.send_file("line.json", orjson.dumps(line))
    _, shown = await read(world)
    await world.editing.press(shown, "Publish")
    await world.editing.next()
    assert world.services
    article = await world.services.articles.get("kept")
    assert article and (article.title, article.category) == ("As exported", "policy")


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"type": "article"}', b'{"@type": "Recipe", "name": "Loaf"}'])
async def test_json_that_is_no_article(world: World, content: bytes) -> None:
    await world.editing.send_file("thing.json", content)
    assert "There is no article there." in (await edited(world.editing, await world.editing.next()))["text"]


async def test_a_draft_is_edited_by_the_next_message(world: World, site: Site) -> None:
    await world.editing.say(f"/post economy {serve(site, 'graph.html')}")
    _, shown = await read(world)
    await world.editing.press(shown, "Edit")
    asked = await world.editing.next()
    (block,) = [entity for entity in asked["entities"] if entity["type"] == "pre"]
    text = asked["text"].encode("utf-16-le")[block["offset"] * 2 :][: block["length"] * 2].decode("utf-16-le")
    assert text.startswith(f"economy\n\n{TITLE}\n\nFrom May")
    assert "Nothing stored answers" in await said(world.editing, "What was the toll again?")  # no edit
    await world.editing.say(text.replace(TITLE, "Ships Pay by Length"))
    assert "Draft: " in (await world.editing.next())["text"]
    changed = await world.editing.next()
    assert changed["text"].startswith("Ships Pay by Length")
    assert (await world.editing.press(shown, "Publish"))["answer"]["show_alert"]  # it was replaced
    await world.editing.press(changed, "Publish")
    await world.editing.next()
    assert world.services
    (article,) = await world.services.articles.latest(count=1)
    assert article.source and article.source.url == "https://linden-courier.example/economy/harbour-toll/?id=7"
    assert article.image == f"{site.url}/pictures/harbour.jpg"
    assert (article.published.day, len(article.body)) == (20, 3)
    assert "Nothing stored answers" in await said(world.editing, "Something else altogether")


async def test_a_typed_draft_is_edited_too_and_what_cannot_be_read_replaces_nothing(world: World) -> None:
    await world.editing.say("/post policy\n\nA title\n\nA teaser")
    await world.editing.next()
    shown = await world.editing.next()
    await world.editing.press(shown, "Edit")
    assert "policy\n\nA title\n\nA teaser" in (await world.editing.next())["text"]
    await world.editing.say("polcy\n\nBetter title\n\nA teaser")
    asked = await world.editing.next()
    assert "“polcy” is none" in asked["text"]
    assert not (await world.editing.press(shown, "Edit"))["answer"].get("show_alert")
    await world.editing.next()
    await world.editing.press(asked, "Policy")
    await world.editing.next()
    assert (await world.editing.next())["text"].startswith("Better title")
    assert (await world.editing.press(shown, "Publish"))["answer"]["show_alert"]


async def test_an_edit_can_be_left(world: World) -> None:
    await world.editing.say("/post policy\n\nA title\n\nA teaser")
    await world.editing.next()
    shown = await world.editing.next()
    await world.editing.press(shown, "Edit")
    asked = await world.editing.next()
    await world.editing.press(asked, "Leave it as it is")
    assert "Left as it is" in (await edited(world.editing, asked))["text"]
    assert "Nothing stored answers" in await said(world.editing, "just words")
    await world.editing.press(shown, "Publish")
    assert "Published" in (await world.editing.next())["text"]


async def test_a_long_draft_is_edited_as_a_file(world: World) -> None:
    body = "\n\n".join(f"Paragraph {number}. " + "Some words to fill it. " * 20 for number in range(12))
    text = f"policy\n\nA long title\n\nThe teaser.\n\n{body}"
    await world.editing.send_file("long.txt", text.encode())
    await world.editing.next()
    shown = await world.editing.next()
    await world.editing.press(shown, "Edit")
    sent = await world.editing.next()
    content = (await world.download(sent)).decode()
    assert "this file" in (await world.editing.next())["text"]
    await world.editing.send_file("long.txt", content.replace("A long title", "A longer title").encode())
    await world.editing.next()
    assert (await world.editing.next())["text"].startswith("A longer title")
    assert (await world.editing.press(shown, "Publish"))["answer"]["show_alert"]


async def test_what_waits_is_listed_until_it_is_published_or_discarded(world: World) -> None:
    assert "No draft waits" in await said(world.editing, "/drafts")
    for number in range(9):
        await world.editing.say(f"/post policy\n\nTitle {number}\n\nTeaser.")
        await world.editing.next()
        await world.editing.next()
    await world.editing.say("/post polcy\n\nUnfinished\n\nTeaser.")
    await world.editing.next()
    await world.editing.say("/drafts")
    listed = await world.editing.next()
    assert "10 drafts wait" in listed["text"]
    assert labels(listed)[:2] == ["polcy Unfinished Teaser.", "Title 8"]
    await world.editing.press(listed, "Older ›")
    older = await edited(world.editing, listed)
    assert labels(older) == ["Title 1", "Title 0", "‹ Newer"]
    for title, button in (("Title 0", "Publish"), ("Title 1", "Discard")):
        await world.editing.press(older, title)
        await world.editing.next()
        shown = await world.editing.next()
        assert shown["text"].startswith(title)
        await world.editing.press(shown, button)
        if button == "Publish":
            assert "Published" in (await world.editing.next())["text"]
    await world.editing.say("/drafts")
    listed = await world.editing.next()
    assert "8 drafts wait" in listed["text"]
    await world.editing.press(listed, "polcy")
    assert "“polcy” is none" in (await world.editing.next())["text"]


async def test_strangers_cannot_see_or_change_drafts(world: World) -> None:
    await world.editing.say("/post policy\n\nA title\n\nA teaser")
    await world.editing.next()
    shown = await world.editing.next()
    rows = shown["reply_markup"]["inline_keyboard"]
    edit = next(button["callback_data"] for row in rows for button in row if button["text"] == "Edit")
    assert "do not know that command" in await said(world.reading, "/drafts")
    await world.reading.say("/help")
    message = await world.reading.next()
    for data in (edit, edit.replace("1ed", "1od"), edit.replace("1ed", "1ek"), "1ld|0", "1ed|", "1ld|-1"):
        answer = (await world.reading.forge(message, data))["answer"]
        assert answer and answer["text"], data
    assert "Nothing stored answers" in await said(world.reading, "policy\n\nMine\n\nMine")
    assert await world.reading.quiet(0.2) == []


async def test_what_a_killed_process_has_begun_is_ended_by_the_next(world: World) -> None:
    await world.editing.say("/feeds")
    left = await world.editing.next()
    assert world.services
    await world.services.begun.note(Begun(left["chat"]["id"], left["message_id"]))
    await world.stop()
    await world.start()
    assert "Something went wrong" in (await edited(world.editing, left))["text"]
