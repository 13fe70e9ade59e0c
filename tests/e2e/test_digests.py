"""Digests as their readers meet them."""

from datetime import timedelta
from typing import Any

import pytest

from bot.domain.article import Article
from bot.domain.digest import Form
from bot.domain.subscription import Address
from bot.storage import keys
from bot.storage.connection import connect
from bot.subscriptions import Reader
from tests.e2e.world import World, labels, said

PICTURE = "https://pictures.example/harbour.png"


async def ask_for_digest(world: World, form: Form, count: int) -> dict[str, Any]:
    """The first message of a digest of so many articles."""
    assert world.services
    await said(world.reading, "/subscribe policy")
    await said(world.reading, "/schedule daily 08:00")
    await world.services.subscriptions.set_form(Reader(Address(world.reader.id)), form)
    for n in range(1, count + 1):
        one = Article(id=f"a{n}", category="policy", title=f"Title {n}.", teaser=f"Teaser {n}.", image=PICTURE)
        earlier = one.published - timedelta(minutes=n)
        await world.services.articles.publish(one.model_copy(update={"published": earlier}))
    await world.reading.say("/digest")
    heard = [await world.reading.next() for _ in range(2)]  # the digest, and that it is on its way
    return next(message for message in heard if "1. Title 1." in message["text"])


@pytest.mark.parametrize(
    ("form", "most", "label"), [(Form.TEASERS, 10, "📖 12"), (Form.CARDS, 10, "📖 12"), (Form.HEADLINES, 25, "27")]
)
async def test_what_does_not_fit_comes_when_asked_for(world: World, form: Form, most: int, label: str) -> None:
    first = await ask_for_digest(world, form, 2 * most + 3)
    shown, message = [], first
    while "▾" in labels(message)[-1]:
        shown.append(message)
        await world.reading.press(message, labels(message)[-1])
        message = await world.reading.next()
    shown.append(message)
    text = "\n".join(one["text"] for one in shown)
    assert len(shown) == 3
    assert all(
        text.count(f"{n}. Title {n}.\n") + text.count(f"{n}. Title {n}. ") <= 1 for n in range(1, 2 * most + 4)
    )
    assert all(f"{n}. Title {n}." in text for n in range(1, 2 * most + 4))
    assert ("Teaser 1." in text) is (form is not Form.HEADLINES)
    pictured = {"url": PICTURE, "prefer_large_media": True, "show_above_text": True}
    assert first["link_preview_options"] == (pictured if form is Form.CARDS else {"is_disabled": True})
    await world.reading.press(shown[1], label)
    assert f"Title {most + 2}." in str(await world.reading.next())


async def test_the_button_of_a_digest_that_is_too_old_says_so(world: World) -> None:
    first = await ask_for_digest(world, Form.TEASERS, 12)
    async with connect(f"unix://{world.settings.data_folder}/valkey/valkey.sock") as redis:
        for edition in await redis.smembers(keys.editions_of("a1")):
            await redis.delete(keys.edition(edition.decode()))
    await world.reading.press(first, "▾ Show 2 more")
    assert "/latest" in (await world.reading.next())["text"]


async def test_the_same_story_is_told_once(world: World) -> None:
    await said(world.reading, "/subscribe policy world")
    await said(world.reading, "/schedule daily 08:00")
    title = "Harbour council votes to raise the toll"
    for slug, source in (("policy", "The Gazette"), ("world", "Courier")):
        link = f"https://{slug}.example/toll"
        await world.post(f"{slug}\n\n{title}\n\nFrom May.\n\nContinue reading at {source} →\n\nLink: {link}")
    await world.post("world\n\nAnother story\n\nIts teaser.")
    await world.reading.say("/digest")
    told = await world.reading.next(where=lambda message: "Another story" in message["text"])
    assert told["text"].count(title) == 1
    assert "3 articles" in told["text"]
    assert "also at The Gazette" in told["text"] or "also at Courier" in told["text"]
    assert labels(told) == ["📖 1", "📖 2"]
    addresses = {entity.get("url") for entity in told["entities"]}
    assert {"https://policy.example/toll", "https://world.example/toll"} <= addresses


async def test_the_heading_has_the_day_where_the_chat_is(world: World) -> None:
    """It is always another day at one of these places."""
    assert world.services
    days = []
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
        await said(world.reading, "/subscribe policy")
        await said(world.reading, "/schedule daily 08:00")
        await said(world.reading, f"/timezone {zone}")
        for title in (f"One {zone}", f"Two {zone}"):
            await world.post(f"policy\n\n{title}\n\nTeaser.")
        await world.reading.say("/digest")
        told = await world.reading.next(where=lambda message: "2 articles\n" in message["text"])
        days.append(told["text"].split("\n")[0])
    assert days[0] != days[1]
    assert all(day.startswith("🗞 Your digest · ") for day in days)
