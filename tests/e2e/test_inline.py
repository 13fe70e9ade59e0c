"""Articles and answers are offered in any chat, and sent from there."""

import asyncio
from pathlib import Path
from time import process_time
from typing import Any

from hypothesis import HealthCheck, given, settings

from bot.domain.article import Article, FaqPair
from bot.rendering.actions import ReadArticle
from tests.e2e.world import World, labels, said
from tests.unit.samples import TEXT

ARTICLE = (Path(__file__).parent.parent / "data" / "article.txt").read_text("utf-8")
SWIFTS = "Swifts of the Ambel Valley"
HOSTILE = Article(
    id="hostile",
    category="policy",
    title="<b>&amp; \u202e😀 title" * 40,
    teaser="#tag @name word " * 90,
    faq=(FaqPair(question="word? " * 99, answer="<script> word " * 900),),
)


async def offered(world: World, words: str, *, offset: str = "") -> list[dict[str, Any]]:
    results = (await world.reader.ask_inline(words, offset=offset))["results"]
    assert results is not None, "it was not answered"
    return list(results)


async def keep(world: World, *articles: Article) -> None:
    """Stored, and known to those who answer."""
    assert world.services
    for article in articles:
        await world.services.articles.keep(article)
    await until_found(world, articles[-1].title.split()[-1], found=True)


async def until_found(world: World, word: str, *, found: bool) -> None:
    assert world.services
    while bool(await world.services.questions.search(word, limit=1)) is not found:  # noqa: ASYNC110 – follows the store by itself
        await asyncio.sleep(0.02)


def numbered(number: int) -> Article:
    return Article(id=f"a{number}", category="policy", title=f"Lamp {number}", teaser=f"About a{number}.")


async def test_words_are_offered_their_answer_and_the_articles_that_have_them(world: World) -> None:
    await world.post(ARTICLE)
    answer, article = await offered(world, "why do the swifts come earlier?")
    assert answer["title"] == "Answer: Why do the swifts come earlier?"
    assert answer["description"] in " ".join(ARTICLE.split())
    assert article["title"].startswith(SWIFTS)
    sent = await world.reader.choose_inline(world.reading, answer["id"])
    assert sent["text"].startswith("Why do the swifts come earlier?\nFlying insects")
    assert labels(sent) == ["📖 Read and ask"]
    assert await world.reading.quiet(0.5) == []  # it is no question, though it is one in their name
    link = sent["reply_markup"]["inline_keyboard"][0][0]["url"]
    await world.reading.say(f"/start {link.partition('start=')[2]}")
    assert SWIFTS in str(await world.reading.next())


async def test_the_name_alone_offers_the_newest_page_by_page(world: World) -> None:
    await keep(world, *(numbered(number) for number in range(65)))
    titles, offset = list[str](), ""
    while True:
        page = await world.reader.ask_inline("", offset=offset)
        titles += [one["title"] for one in page["results"]]
        assert len(page["results"]) <= 10
        if not (offset := page["next_offset"]):
            break
    assert len(titles) == len(set(titles)) == 60
    assert len([one for one in await offered(world, "lamp") if ":" not in one["id"]]) == 10
    assert len(await offered(world, "lamp", offset="50")) == 10
    assert len(await offered(world, "lamp", offset="١")) == 10  # forged


async def test_a_word_that_is_only_begun_finds_its_article(world: World) -> None:
    await world.post(ARTICLE)
    assert [one["title"].startswith(SWIFTS) for one in await offered(world, "the early swif")] == [True]


async def test_where_nothing_is_found_a_button_opens_the_bot(world: World) -> None:
    empty = await world.reader.ask_inline("zebras")
    assert (empty["results"], empty["button"]["text"]) == ([], "Nothing found: open the bot")
    assert "Tap the categories" in await said(world.reading, f"/start {empty['button']['start_parameter']}")


async def test_each_is_answered_in_their_own_language(world: World) -> None:
    await world.post(ARTICLE)
    await said(world.reading, "/language de")
    berta = await world.client.new_person("Berta", language_code="es")
    (german,) = await offered(world, "")
    (spanish,) = (await berta.ask_inline(""))["results"]
    assert "Weiterlesen bei" in german["message"]["text"]
    assert "Seguir leyendo en" in spanish["message"]["text"]


async def test_in_a_group_it_can_be_sent_and_asked_about(world: World) -> None:
    """What is shared is nobody's question; a reply to it that is meant for the bot is one about that article."""
    await world.post("policy\n\nA council counts its lamps\n\nThe count takes a week.\n\nThe mayor began it early.")
    await world.post(ARTICLE)
    group = await world.client.new_group("Readers", owner=world.reader)
    chat = world.reader.in_(group)
    (article,) = [one for one in await offered(world, "council lamps") if one["title"].startswith("A council")]
    sent = await world.reader.choose_inline(chat, article["id"])
    assert await chat.quiet(0.5) == []
    await chat.say("/ask@demo_news_bot why early?", reply_to=sent["message_id"])
    assert "The mayor began it early." in (await chat.next())["text"]


async def test_what_is_taken_back_is_offered_no_more(world: World) -> None:
    await keep(world, numbered(1), numbered(2))
    assert world.services
    assert {"a1", "a2"} <= {one["id"] for one in await offered(world, "lamp")}
    await world.services.articles.retract("a1")
    await world.client.advance(6)  # so long Telegram gives the same answer again
    await until_found(world, "a1", found=False)
    assert {one["id"].partition(":")[0] for one in await offered(world, "lamp")} == {"a2"}


async def test_a_forged_press_under_what_was_sent_is_told_so(world: World) -> None:
    await world.post(ARTICLE)
    (article,) = await offered(world, "")
    sent = await world.reader.choose_inline(world.reading, article["id"])
    for data in (ReadArticle(id=article["id"]).encode(), "1m|settings", "x", "1k|"):
        answer = await world.reading.forge(sent, data)
        assert "no longer works" in answer["answer"]["text"]


async def test_without_its_pictures_where_one_is_refused(world: World) -> None:
    await keep(world, numbered(1).model_copy(update={"image": "https://a.example/1.jpg"}))
    *_, article = await offered(world, "lamp")
    assert article["thumbnail_url"] == "https://a.example/1.jpg"
    refusal = {"method": "answerInlineQuery", "times": 1, "description": "Bad Request: WEBDOCUMENT_URL_INVALID"}
    await world.client.switch(refuse=[refusal])
    *_, article = await offered(world, "a1")
    assert "thumbnail_url" not in article


async def test_it_does_not_wait_for_what_goes_on_in_the_private_chat(world: World) -> None:
    await world.post(ARTICLE)
    await world.client.switch(slow={"methods": ["sendMessage"], "seconds": 8})
    await world.reading.say("/help")
    async with asyncio.timeout(7):
        assert await offered(world, "swifts")
    assert "@demo_news_bot and some words" in (await world.reading.next(timeout=30))["text"]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TEXT)
async def test_any_words_are_answered_within_a_second(world: World, words: str) -> None:
    assert world.services
    if not await world.services.articles.count():
        await keep(world, HOSTILE)
    began = process_time()
    assert (await world.reader.ask_inline(words))["results"] is not None
    assert process_time() - began < 1
