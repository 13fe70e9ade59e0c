"""Editors at work."""

from pathlib import Path
from typing import Any

import pytest

from bot.domain.category import Category
from bot.rendering.menus import EDITOR_COMMANDS
from tests.e2e.world import World, edited, labels, said

DATA = Path(__file__).parent.parent / "data"
ARTICLE = (DATA / "article.txt").read_text("utf-8")
TITLE = "Swifts of the Ambel Valley"


async def preview(world: World) -> dict[str, Any]:
    facts = await world.editing.next()
    assert facts["text"].startswith("Draft: ")
    shown = await world.editing.next()
    assert {"Publish", "Discard"} <= set(labels(shown))
    return shown


async def test_preview_is_what_readers_get(world: World) -> None:
    await said(world.reading, "/subscribe science")
    await world.editing.say(f"/post {ARTICLE}")
    facts = (await world.editing.next())["text"]
    assert "3 paragraphs, 3 questions, 1 related title, source The Linden Courier" in facts
    assert "1 chat" in facts
    shown = await world.editing.next()
    assert await world.reading.quiet(0.2) == []
    await world.editing.press(shown, "Publish")
    assert "Published" in (await world.editing.next())["text"]
    teaser = await world.reading.next()
    assert (teaser["text"], teaser["entities"]) == (shown["text"], shown["entities"])
    assert [*labels(teaser), "Publish", "Breaking", "Edit", "Discard"] == labels(shown)
    assert labels(await edited(world.editing, shown)) == labels(teaser)


async def test_post_as_reply_and_as_file(world: World) -> None:
    pasted = await world.editing.say(ARTICLE)
    await world.editing.next()
    await world.editing.say("/post", reply_to=pasted["message_id"])
    assert (await preview(world))["text"].startswith(TITLE)
    await world.editing.send_file("article.txt", ARTICLE.encode(), caption="/post")
    assert (await preview(world))["text"].startswith(TITLE)
    sent = await world.editing.send_file("article.txt", ARTICLE.encode())
    assert (await preview(world))["text"].startswith(TITLE)
    await world.editing.say("/post", reply_to=sent["message_id"])
    assert (await preview(world))["text"].startswith(TITLE)


async def test_a_category_said_of_a_text_is_for_that(world: World) -> None:
    pasted = await world.editing.say("The swifts are back\n\nThey came on Monday, two days early.")
    await world.editing.next()
    await world.editing.say("/post science", reply_to=pasted["message_id"])
    facts, shown = await world.editing.next(), await world.editing.next()
    assert "subscribed to Science" in facts["text"]
    assert shown["text"].startswith("The swifts are back\n\nThey came on Monday")


async def test_a_text_that_telegram_split_is_joined(world: World) -> None:
    """Telegram's apps send a pasted text of more than 4,096 characters as several messages."""
    body = "\n\n".join(f"Paragraph {number}. " + "Some words to fill it. " * 20 for number in range(12))
    text = f"/post policy\n\nA long title\n\nThe teaser.\n\n{body}"
    cut = text.rindex("\n", 0, 4096)
    await world.editing.say(text[:cut])
    await world.editing.next()
    await world.editing.next()
    await world.editing.say(text[cut:])
    assert "together" in (await world.editing.next())["text"]
    whole = await world.editing.next()
    assert "Nothing stored answers" in await said(world.editing, "Is this a question about something?")
    await world.editing.press(whole, "Publish")
    await world.editing.next()
    assert world.services
    (article,) = await world.services.articles.latest(count=1)
    assert [paragraph.split(".")[0] for paragraph in article.body] == [f"Paragraph {n}" for n in range(12)]
    assert "Nothing stored answers" in await said(world.editing, "What is the weight of the moon?")


async def test_links_behind_pasted_text(world: World) -> None:
    text = "/post policy\n\n𝕋itle\n\nTeaser\n\nRead more Another story →\n\nContinue reading at Gazette →"
    links = [
        {"type": "bot_command", "offset": 0, "length": 5},
        _link(text, "Another story", "https://gazette.example/another"),
        _link(text, "Continue reading at Gazette →", "https://gazette.example/this"),
    ]
    await world.editing.say(text, entities=links)
    shown = await preview(world)
    assert "Continue reading at Gazette →" in shown["text"]
    assert any(entity.get("url") == "https://gazette.example/this" for entity in shown["entities"])
    await world.editing.press(shown, "Publish")
    assert world.services
    await world.editing.next()
    (article,) = await world.services.articles.latest(count=1)
    assert (article.related[0].title, article.related[0].url) == ("Another story", "https://gazette.example/another")
    assert article.source and article.source.name == "Gazette"


def _link(text: str, words: str, url: str) -> dict[str, Any]:
    def units(part: str) -> int:
        return len(part.encode("utf-16-le")) // 2

    return {"type": "text_link", "offset": units(text[: text.index(words)]), "length": units(words), "url": url}


async def test_discard(world: World) -> None:
    await world.editing.say("/post policy\n\nTitle\n\nTeaser")
    shown = await preview(world)
    await world.editing.press(shown, "Discard")
    assert "Discarded" in (await edited(world.editing, shown))["text"]
    assert (await world.editing.forge(shown, "1p|AAAAAAAAAAA"))["answer"]["show_alert"]
    assert "Nothing is published" in await said(world.editing, "/articles")


async def test_published_twice_is_published_once(world: World) -> None:
    await said(world.reading, "/subscribe policy")
    await world.editing.say("/post policy\n\nTitle\n\nTeaser")
    shown = await preview(world)
    for words in ("Published", "was published already"):
        await world.editing.press(shown, "Publish")
        assert words in (await world.editing.next())["text"]
    await world.editing.say("/post policy\n\nTitle\n\nTeaser")
    assert "published already" in (await world.editing.next())["text"]
    assert (await world.reading.next())["text"].startswith("Title")
    assert await world.reading.quiet(1.2) == []


async def test_unknown_category_is_chosen(world: World) -> None:
    await world.editing.say("/post polcy\n\nA title\n\nA teaser")
    asked = await world.editing.next()
    assert "“polcy” is none" in asked["text"]
    assert labels(asked)[0] == "Policy"
    await world.editing.press(asked, "Policy")
    assert (await preview(world))["text"].startswith("A title")


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("/post", "How to post"),
        ("/post policy", "no title"),
        ("/post   \n\n ", "How to post"),
        (f"/post policy\n\n{'x' * 2900}", "Its title is longer than 300"),
        (f"/post policy\n\nTitle\n\n{'x' * 4000}", "Draft"),
        ("/post no category here at all, just words\n\nand more", "must be a category"),
    ],
)
async def test_texts_that_are_no_article(world: World, text: str, answer: str) -> None:
    assert answer in await said(world.editing, text)


async def test_files_that_are_no_article(world: World) -> None:
    await world.editing.send_file("big.txt", b"x" * 10_000_000, caption="/post")
    assert "10.0 MB" in (await world.editing.next())["text"]
    await world.editing.send_file("photo.txt", b"\x89PNG\0\0", caption="/post")
    assert "is not a text file" in (await world.editing.next())["text"]
    await world.editing.send_file("word.docx", b"PK", caption="/post")
    assert "is not a text file" in (await world.editing.next())["text"]
    await world.editing.send_file("latin.txt", "policy\n\nCafé über alles\n\nGrün".encode("latin-1"), caption="/post")
    assert "accents were guessed" in (await world.editing.next())["text"]
    assert (await world.editing.next())["text"].startswith("Café über alles")


async def test_retract_takes_it_back_everywhere(world: World) -> None:
    await said(world.reading, "/subscribe science")
    await world.post(ARTICLE)
    teaser = await world.reading.next()
    await world.editing.say("/articles")
    listed = await world.editing.next()
    await world.editing.press(listed, TITLE)
    managed = await world.editing.next()
    await world.editing.press(managed, "🗑 Take it back")
    assert "1 message is being taken back" in (await edited(world.editing, managed))["text"]
    assert await world.reading.changed(teaser["message_id"]) is None
    assert "Nothing stored answers" in await said(world.reading, "Why did the swifts return earlier?")
    assert "taken back already" in (await world.editing.press(managed, "🗑 Take it back"))["answer"]["text"]
    await world.reading.forge(await _any_message(world), "1r|oyjqghku")
    assert "not stored" in (await world.reading.next())["text"]


async def _any_message(world: World) -> dict[str, Any]:
    await world.reading.say("/help")
    return await world.reading.next()


async def test_retract_rewrites_the_digest(world: World) -> None:
    await said(world.reading, "/subscribe policy")
    await said(world.reading, "/schedule daily 08:00")
    for title in ("Stays", "Goes"):
        await world.post(f"policy\n\n{title}\n\nTeaser.")
    await world.reading.say("/digest")
    digest = await world.reading.next(where=lambda message: "Goes" in message["text"])
    assert world.services
    gone = next(a for a in await world.services.articles.latest(count=2) if a.title == "Goes")
    await world.editing.say(f"/retract {gone.id}")
    await world.editing.press(await world.editing.next(), "🗑 Take it back")
    rewritten = (await edited(world.reading, digest))["text"]
    assert "Stays" in rewritten and "Goes" not in rewritten


async def test_add_category(world: World) -> None:
    assert "SLUG NAME" in await said(world.editing, "/addcategory")
    assert "SLUG NAME" in await said(world.editing, "/addcategory UPPER_ Nope")
    assert "added" in await said(world.editing, "/addcategory climate Climate & weather")
    assert "already" in await said(world.editing, "/addcategory climate Again")
    assert "Subscribed to Climate & weather" in await said(world.reading, "/subscribe climate")


async def test_strangers_get_nothing(world: World) -> None:
    await world.editing.say("/post policy\n\nTitle\n\nTeaser")
    shown = await preview(world)
    publish = next(
        b["callback_data"] for row in shown["reply_markup"]["inline_keyboard"] for b in row if b["text"] == "Publish"
    )
    message = await _any_message(world)
    for data in (
        publish,
        publish.replace("1p", "1b"),
        "1x|whatever",
        "1e|0",
        "1g|x",
        "junk",
        "1t|<b>",
        "1t|policy|more",
        "1a|x|-1",
        "2t|policy",
    ):
        answer = await world.reading.forge(message, data)
        assert answer["answer"] is not None
    await world.reading.quiet(0.2)
    for command in ("/retract x", "/correct x Text", "/addcategory a b", "/articles"):
        assert "do not know that command" in await said(world.reading, command)
    assert world.services
    assert await world.services.articles.count() == 0


async def test_editors_commands_are_shown_to_editors_only(world: World) -> None:
    await said(world.editing, "/start")
    await said(world.reading, "/start")
    await world.stop()
    await world.start()
    for_editor = {command["command"] for command in await world.editor.commands()}
    for_reader = {command["command"] for command in await world.reader.commands()}
    assert for_editor - for_reader == set(EDITOR_COMMANDS)
    assert "/post" in await said(world.editing, "/help")
    assert "/post" not in await said(world.reading, "/help")


async def test_each_preview_publishes_what_it_shows(world: World) -> None:
    await world.editing.say("/post polcy\n\nA title\n\nA teaser")
    asked = await world.editing.next()
    await world.editing.press(asked, "Policy")
    as_policy = await preview(world)
    await world.editing.press(asked, "World")
    await preview(world)
    await world.editing.press(as_policy, "Publish")
    await world.editing.next()
    assert world.services
    (article,) = await world.services.articles.latest(count=1)
    assert article.category == "policy"


async def test_discard_after_publish_says_so(world: World) -> None:
    await world.editing.say("/post policy\n\nA title\n\nA teaser")
    shown = await preview(world)
    await world.editing.press(shown, "Publish")
    await world.editing.next()
    discard = next(button for button in labels(shown) if button == "Discard")
    answer = await world.editing.press(shown, discard)
    assert "published already" in answer["answer"]["text"]
    assert world.services
    assert await world.services.articles.count() == 1


async def test_corrected_links_take_their_place_and_are_sent_to_nobody_again(world: World) -> None:
    await said(world.reading, "/subscribe policy")
    await world.post("policy\n\nTitle\n\nTeaser")
    await world.reading.next()
    await world.editing.say("/post policy\n\nTitle\n\nTeaser\n\nLink: https://gazette.example/x\n\nQ.Why?\n\nSo.")
    assert "sends it to nobody again" in (await world.editing.next())["text"]
    await world.editing.press(await world.editing.next(), "Publish")
    assert "Nothing was sent again" in (await world.editing.next())["text"]
    assert await world.reading.quiet(1.3) == []
    assert world.services
    (article,) = await world.services.articles.latest(count=1)
    assert article.source and article.source.url == "https://gazette.example/x" and len(article.faq) == 1


async def test_preview_buttons_wait_for_publication(world: World) -> None:
    await world.editing.say(f"/post {ARTICLE}")
    shown = await preview(world)
    for label in ("📖 Read here", "Why do the swifts come earlier?", "❓ All questions"):
        assert "once the article is published" in (await world.editing.press(shown, label))["answer"]["text"]


async def test_typed_text_goes_before_a_file_replied_to(world: World) -> None:
    sent = await world.editing.send_file("article.txt", ARTICLE.encode())
    await preview(world)
    await world.editing.say("/post policy\n\nTyped title\n\nTyped teaser", reply_to=sent["message_id"])
    assert (await preview(world))["text"].startswith("Typed title")


async def test_pasted_without_the_command(world: World) -> None:
    assert "reply to it with /post" in await said(world.editing, ARTICLE)


async def test_many_categories(world: World) -> None:
    assert world.services
    for number in range(120):
        category = Category(slug=f"category-with-a-long-slug-{number}", name=f"A rather long category name {number}")
        await world.services.categories.add(category)
    await said(world.reading, "/start")
    assert "… and more" in await said(world.reading, "/categories")
    assert "and 111 more" in await said(world.reading, "/subscribe all")
    assert "Subscribed to A rather long category name 119" in await said(
        world.editing, "/subscribe A rather long category name 119"
    )
    await world.editing.say("/post nonsense\n\nTitle")
    assert 80 < len(labels(await world.editing.next())) <= 90
