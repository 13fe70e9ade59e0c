"""Editors add feeds and look after them, and what the feeds bring comes to readers."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.domain.feed import Failure, Fault, Feed, Mode
from bot.domain.subscription import Address
from bot.runner import Part
from bot.sandbox.hand import Chat
from tests.e2e.world import World, edited, labels, open_world, said


@dataclass
class Site:
    """A news site with one feed; `titles`: its entries, the newest first; `broken`: the status it answers with."""

    url: str = ""
    titles: list[str] = field(default_factory=lambda: ["Fourth", "Third", "Second", "First"])
    broken: int = 0

    async def feed(self, request: web.Request) -> web.Response:
        if self.broken:
            return web.Response(status=self.broken)
        items = "".join(
            f"<item><title>{title}</title><link>{self.url}/{title.casefold()}</link>"
            f"<guid>{title}</guid><description>About {title}.</description></item>"
            for title in self.titles
        )
        rss = f'<rss version="2.0"><channel><title>The Gazette</title>{items}</channel></rss>'
        return web.Response(text=rss, content_type="application/rss+xml")

    async def front(self, _: web.Request) -> web.Response:
        link = '<link rel="alternate" type="application/rss+xml" href="/feed">'
        return web.Response(text=f"<html><head>{link}</head></html>", content_type="text/html")


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    made = Site()
    application = web.Application()
    application.router.add_get("/feed", made.feed)
    application.router.add_get("/", made.front)
    async with TestServer(application) as server:
        made.url = str(server.make_url("")).rstrip("/")
        yield made


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path, allow_private_addresses=True) as opened:
        yield opened
        assert not [call for call in await opened.client.calls() if call["unknown_parameters"]]


async def becomes(chat: Chat, message: dict[str, Any], words: str) -> dict[str, Any]:
    """What the message is when it says that; processes have to be started for it, which may take a while."""
    while words not in message["text"]:
        changed = await chat.changed(message["message_id"], timeout=30)
        assert changed, "it was deleted"
        message = changed
    return message


async def add(world: World, what: str) -> dict[str, Any]:
    """The page of the feed that `/addfeed` with that has added."""
    await world.editing.say(f"/addfeed {what}")
    return await becomes(world.editing, await world.editing.next(), "Added.")


async def test_a_page_finds_its_feed_and_the_newest_three_come(world: World, site: Site) -> None:
    await said(world.reading, "/subscribe policy")
    await world.editing.say(f"/addfeed {site.url} policy")
    looking = await world.editing.next()
    assert looking["text"].startswith("Looking for a feed at")
    shown = await becomes(world.editing, looking, "Added.")
    assert "Its newest 3 articles are published, and from now on every new one." in shown["text"]
    assert "🟢 The Gazette" in shown["text"] and "Category Policy; new articles: published at once." in shown["text"]
    came = [(await world.reading.next())["text"].split("\n")[0] for _ in range(3)]
    assert sorted(came) == ["Fourth", "Second", "Third"]
    site.titles.insert(0, "Fifth")
    await world.editing.press(shown, "🔄 Check now")
    assert "1 new article." in (await becomes(world.editing, shown, "Asked just now"))["text"]
    assert (await world.reading.next())["text"].startswith("Fifth\n\nAbout Fifth.")
    assert await world.reading.quiet(0.2) == []


async def test_a_feed_without_a_category_waits_for_one(world: World, site: Site) -> None:
    await world.editing.say(f"/addfeed {site.url}/feed polcy")
    asked = await becomes(world.editing, await world.editing.next(), "can be read")
    assert "The Gazette can be read, and has 4 articles." in asked["text"]
    assert "“polcy” is no category" in asked["text"]
    assert labels(asked)[0] == "Policy"
    assert "no feeds yet" in await said(world.editing, "/feeds")
    await world.editing.press(asked, "Science")
    assert "Category Science" in (await becomes(world.editing, asked, "Added."))["text"]


async def test_a_feed_that_is_here_is_asked_no_category(world: World, site: Site) -> None:
    await add(world, f"science {site.url}/feed")
    await world.editing.say(f"/addfeed {site.url}/feed")
    shown = await becomes(world.editing, await world.editing.next(), "is here already; nothing was changed")
    assert "Category Science" in shown["text"]


async def test_a_feed_that_is_here_stays_as_it_is_but_for_what_is_said(world: World, site: Site) -> None:
    """Above all, one that editors review does not begin to publish because it gets another category."""
    assert world.services
    await add(world, f"{site.url}/feed science review")
    for said_of_it, expected in (
        ("tech", ("tech", Mode.REVIEW)),
        ("auto", ("tech", Mode.AUTO)),
        ("science review", ("science", Mode.REVIEW)),
    ):
        await world.editing.say(f"/addfeed {site.url}/feed {said_of_it}")
        looking = await world.editing.next(where=lambda message: message["text"].startswith("Looking for"))
        await becomes(world.editing, looking, "this is how it is now")
        (feed,) = await world.services.feeds.all()
        assert (feed.category, feed.mode) == expected


async def test_a_feed_that_is_here_keeps_its_name_and_its_desk(world: World, site: Site) -> None:
    assert world.services
    desk = Address(-100_200, 7)
    named = Feed(url=f"{site.url}/feed", category="science", name="What we call it", mode=Mode.REVIEW, desk=desk)
    await world.services.feeds.add(named)
    await world.editing.say(f"/addfeed {site.url}/feed tech")
    shown = await becomes(world.editing, await world.editing.next(), "this is how it is now")
    assert "What we call it" in shown["text"]
    (feed,) = await world.services.feeds.all()
    assert (feed.name, feed.desk, feed.category) == ("What we call it", desk, "tech")


@pytest.mark.parametrize(("path", "words"), [("/nothing", "nothing at that address (404)"), ("", "no feed there")])
async def test_what_cannot_be_added_says_why(world: World, site: Site, path: str, words: str) -> None:
    site.broken = 500
    await world.editing.say(f"/addfeed {site.url}{path} policy")
    shown = await becomes(world.editing, await world.editing.next(), "No feed was added")
    assert words in shown["text"]
    assert "no feeds yet" in await said(world.editing, "/feeds")


async def test_a_misspelt_review_is_one_and_a_second_address_is_no_category(world: World, site: Site) -> None:
    """Who asks for drafts does not want anything to go out at once."""
    assert world.services
    shown = await add(world, f"{site.url}/feed policy reviw")
    assert "each is a draft first" in shown["text"]
    (feed,) = await world.services.feeds.all()
    assert (feed.category, feed.mode) == ("policy", Mode.REVIEW)
    await world.editing.say(f"/addfeed {site.url}/other\n{site.url}/third policy")
    await world.editing.next(where=lambda message: "more than one address" in message["text"])


@pytest.mark.parametrize("word", ["ftp://x.example/feed", "me@mail.example", "mailto:me@mail.example"])
async def test_what_is_no_address_of_the_web(world: World, word: str) -> None:
    assert f"{word} is no web address." in await said(world.editing, f"/addfeed {word} policy")


async def test_reviewed_articles_come_to_the_owners_as_drafts(world: World, site: Site) -> None:
    await said(world.reading, "/subscribe policy")
    site.titles = ["Only one"]
    shown = await add(world, f"{site.url} policy review")
    assert "Its newest article comes as a draft, and from now on every new one." in shown["text"]
    facts = await world.editing.next(where=lambda message: "From The Gazette" in message["text"])
    assert "1 chat" in facts["text"]
    draft = await world.editing.next()
    assert draft["text"].startswith("Only one")
    assert await world.reading.quiet(0.2) == []
    await world.editing.press(draft, "Publish")
    assert (await world.reading.next())["text"].startswith("Only one")


async def test_a_feed_added_in_a_group_has_its_desk_there(world: World, site: Site) -> None:
    site.titles = ["Only one"]
    desk = (await world.client.new_group("Desk", owner=world.editor)).id
    chat = world.client.chat(desk, world.editor)
    await chat.say(f"/addfeed {site.url} policy review")
    await becomes(chat, await chat.next(), "Added.")
    assert "From The Gazette" in (await chat.next())["text"]
    draft = await chat.next()
    await chat.press(draft, "Discard")
    assert "Discarded" in (await edited(chat, draft))["text"]
    assert await world.editing.quiet(0.2) == []


async def test_a_desk_moves_with_its_group_and_one_that_is_closed_is_the_owners(world: World, site: Site) -> None:
    assert world.services
    await said(world.editing, "/help")
    group = await world.client.new_group("Desk", owner=world.editor)
    old = world.editor.in_(group)
    await old.say(f"/addfeed {site.url} policy")
    await becomes(old, await old.next(), "Added.")
    group = await group.migrate()
    desk = world.editor.in_(group)
    await said(desk, "/help")
    (feed,) = await world.services.feeds.all()
    assert feed.desk and feed.desk.chat_id == group.id
    site.broken = 410
    await world.services.feeds.check_now(feed.url)
    assert "gone for good" in (await desk.next())["text"]
    await group.bot(present=False)
    site.broken = 0
    await world.services.feeds.check_now(feed.url)
    assert "can be read again" in (await world.editing.next())["text"]


async def test_its_buttons(world: World, site: Site) -> None:
    """Into the list, and out of it through every page."""
    assert world.services
    feeds = world.services.feeds
    await add(world, f"{site.url} policy")
    await world.editing.say("/feeds")
    listed = await world.editing.next()
    assert "1 feed\n" in listed["text"] and "Policy · 4 articles a week" in listed["text"]

    async def press(label: str, words: str) -> dict[str, Any]:
        await world.editing.press(pages[-1], label)
        pages.append(await edited(world.editing, listed))
        assert words in pages[-1]["text"]
        return pages[-1]

    pages = [listed]
    await press("🟢 The Gazette", "Next check in")
    await press("✍️ Review first", "each is a draft first")
    (feed,) = await feeds.all()
    assert feed.mode is Mode.REVIEW
    await press("🚀 Publish at once", "published at once")
    await press("📂 Category", "Which category")
    await press("Economy", "Category Economy")
    await press("🗑 Remove", "Remove The Gazette?")
    await press("‹ Back", "Category Economy")
    await press("🗑 Remove", "Remove The Gazette?")
    await press("🗑 Remove", "Removed: The Gazette")
    assert await feeds.all() == []
    await world.editing.press(pages[-1], "↩️ Add it again")
    again = await becomes(world.editing, pages[-1], "Added.")
    assert "Category Economy" in again["text"]
    await press("‹ All feeds", "1 feed\n")
    stale = await world.editing.forge(listed, "1fm|aaaaaaaaaaaa|show|")
    assert "no longer here" in stale["answer"]["text"]


async def test_what_could_not_be_reached_has_not_nothing_new(world: World) -> None:
    """Also where that does not count, as no other host was reached either."""
    await world.stop()
    await world.start(*set(Part) - {Part.FEEDS})
    assert world.services
    feeds = world.services.feeds
    for number in range(5):
        feeds._reach.note(f"https://site{number}.example/", Failure(fault=Fault.NO_CONNECTION))
    await feeds.add(Feed(url="http://127.0.0.1:1/feed", category="policy", name="The Gazette"))
    await world.editing.say("/feeds")
    listed = await world.editing.next()
    await world.editing.press(listed, "⚪️ The Gazette")
    page = await edited(world.editing, listed)
    await world.editing.press(page, "🔄 Check now")
    page = await becomes(world.editing, page, "cannot be reached")
    assert "🟡 The Gazette" in page["text"]
    assert "nothing new" not in page["text"]


async def test_removing_by_address(world: World, site: Site) -> None:
    await add(world, f"{site.url} policy")
    assert "no feed https://other.example here" in await said(world.editing, "/removefeed https://other.example")
    await world.editing.say("/removefeed")
    assert labels(await world.editing.next()) == ["📡 All feeds"]
    await world.editing.say(f"/removefeed {site.url}")  # the page that led to it
    asked = await world.editing.next()
    assert "Is it one of these?" in asked["text"] and labels(asked) == ["The Gazette", "‹ All feeds"]
    assert "Removed: The Gazette" in await said(world.editing, f"/removefeed {site.url}/feed/")
    assert "no feeds yet" in await said(world.editing, "/feeds")


async def test_a_feed_in_trouble_is_told_of_once_and_when_it_is_back(world: World, site: Site) -> None:
    shown = await add(world, f"{site.url} policy")
    site.broken = 500
    for _ in range(4):
        await world.editing.press(shown, "🔄 Check now")
        shown = await edited(world.editing, shown)
    assert "🔴 The Gazette" in shown["text"] and "Its server answers with error 500." in shown["text"]
    notice = await world.editing.next()
    assert "could not be read, 3 times in a row" in notice["text"]
    site.broken = 0
    await world.editing.press(shown, "🔄 Check now")
    assert "can be read again" in (await world.editing.next())["text"]
    assert await world.editing.quiet(0.2) == []


async def test_feeds_from_another_reader(world: World, site: Site) -> None:
    """Folders are categories; what cannot be read, or has no folder, is said."""
    assert world.services
    opml = f"""<opml version="2.0"><body>
      <outline text="Policy"><outline text="Gazette" xmlUrl="{site.url}/feed"/></outline>
      <outline text="Robots &amp; more"><outline text="Broken" xmlUrl="{site.url}/broken"/></outline>
      <outline text="Loose" xmlUrl="{site.url}/loose"/></body></opml>"""
    await world.editing.send_file("feeds.opml", opml.encode())
    begun = await world.editing.next()
    assert "Reading the 2 feeds of feeds.opml" in begun["text"]
    shown = await becomes(world.editing, begun, "2 feeds added")
    text = shown["text"]
    assert "1 of them cannot be read" in text and "• Broken: Its server has nothing at that address (404)." in text
    assert "New categories: Robots & more (robots-more)." in text
    assert "• Loose: it lies in no folder" in text
    listed = {feed.url.removeprefix(site.url): feed.category for feed in await world.services.feeds.all()}
    assert listed == {"/feed": "policy", "/broken": "robots-more"}
    answer = await world.editing.press(shown, "🗑 Remove what failed")
    assert "1 feed removed." in answer["answer"]["text"]
    (left,) = await world.services.feeds.all()
    assert left.url == f"{site.url}/feed"
    assert await world.services.categories.get("robots-more") is None, "which was made for what is gone"
    assert await world.services.categories.get("policy")
    await world.editing.send_file("feeds.opml", opml.encode(), caption="/addfeed science")
    shown = await becomes(world.editing, await world.editing.next(), "feeds added")
    assert "2 feeds added, 2 of them cannot be read, 1 was here already" in shown["text"]


async def test_feeds_as_a_file(world: World, site: Site) -> None:
    await add(world, f"{site.url} policy")
    await world.editing.say("/feeds")
    await world.editing.press(await world.editing.next(), "📤 As OPML")
    sent = await world.editing.next()
    assert sent["document"]["file_name"] == "feeds.opml" and "1 feed, for any feed reader" in sent["caption"]
    content = (await world.download(sent)).decode()
    assert '<outline text="Policy">' in content and f'xmlUrl="{site.url}/feed"' in content


@pytest.mark.parametrize(
    ("content", "caption", "words"),
    [
        (b"no list", "", "is no list of feeds"),
        (
            b"<opml version='2.0'><body/></opml>",
            "/addfeed polcy",
            "“polcy” is no category; nothing was added. Did you mean policy?",
        ),
        (b" " * 2_000_001, "", "too large"),
    ],
)
async def test_files_that_cannot_be_taken(world: World, content: bytes, caption: str, words: str) -> None:
    await world.editing.send_file("feeds.opml", content, caption=caption or None)
    assert words in (await world.editing.next())["text"]


async def test_how_to_add_is_told_when_nothing_is_given(world: World) -> None:
    assert "How to add a feed" in await said(world.editing, "/addfeed")
    told = await said(world.editing, "/addfeed policy")
    assert "How to add a feed" in told
    assert "no web address" not in told
    assert "hello is no web address." in await said(world.editing, "/addfeed hello policy")


async def test_to_readers_none_of_it_exists(world: World, site: Site) -> None:
    assert world.services
    shown = await add(world, f"{site.url} policy")
    for command in ("/feeds", f"/addfeed {site.url}", f"/removefeed {site.url}/feed"):
        assert "I do not know that command" in await said(world.reading, command)
    (feed,) = await world.services.feeds.all()
    await world.reading.say("/start")
    mine = await world.reading.next()
    for data in (f"1fm|{feed.mark}|del|yes", f"1fm|{feed.mark}|mode|review", "1fl|0", "1fo"):
        assert (await world.reading.forge(mine, data))["answer"]["text"]
    assert await world.services.feeds.all() == [feed]
    assert await world.reading.quiet(0.2) == []
    assert shown
