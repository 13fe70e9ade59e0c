"""What is owed is delivered, once, whatever happens in between.

A second message to a chat would come a second after the first, so that is how long these tests listen for one.
"""

from bot.domain.article import Article
from bot.runner import Part
from tests.e2e.world import World, said


async def test_restart_goes_on_with_what_is_owed(world: World) -> None:
    await said(world.reading, "/subscribe policy")
    await world.stop()
    await world.start(Part.UPDATES)
    await world.post("policy\n\nTitle\n\nTeaser")
    assert await world.reading.quiet(0.2) == []
    await world.stop()
    await world.start(Part.DIGESTS)
    assert await world.reading.quiet(0.2) == []
    await world.stop()
    await world.start(Part.DELIVERY)
    assert (await world.reading.next())["text"].startswith("Title")
    await world.stop()
    await world.start()
    assert await world.reading.quiet(1.3) == []


async def test_retracted_before_it_was_sent(world: World) -> None:
    await said(world.reading, "/subscribe policy")
    await world.stop()
    await world.start(Part.UPDATES, Part.DIGESTS)
    await world.post("policy\n\nTitle\n\nTeaser")
    assert world.services
    (article,) = await world.services.articles.latest(count=1)
    while (await world.services.outbox.counts())["chunks_waiting"] == 0:
        await world.reading.quiet(0.05)
    assert await world.services.articles.retract(article.id) == 0
    await world.stop()
    await world.start()
    assert await world.reading.quiet(1.3) == []


async def test_unsubscribed_before_it_was_sent(world: World) -> None:
    await said(world.reading, "/subscribe policy")
    await world.stop()
    await world.start(Part.UPDATES, Part.DIGESTS)
    await world.post("policy\n\nTitle\n\nTeaser")
    await said(world.reading, "/unsubscribe policy")
    await world.stop()
    await world.start()
    assert await world.reading.quiet(1.3) == []


async def test_trouble_is_waited_out(world: World) -> None:
    await said(world.reading, "/subscribe policy")
    await world.client.switch(
        refuse={
            "method": "sendMessage",
            "code": 502,
            "description": "Bad Gateway",
            "times": 2,
            "chat_id": world.reader.id,
        }
    )
    await world.post("policy\n\nTitle\n\nTeaser")
    assert (await world.reading.next())["text"].startswith("Title")
    assert await world.reading.quiet(1.3) == []


async def test_a_lost_answer_is_repeated_once_and_silently(world: World) -> None:
    await said(world.reading, "/subscribe policy")
    await world.client.switch(lost_answer={"times": 1, "methods": ["sendMessage"]})
    assert world.services
    await world.services.articles.publish(Article(id="a1", category="policy", title="Title"))
    first, second = await world.reading.next(), await world.reading.next()
    assert first["text"] == second["text"]
    sends = [call for call in await world.client.calls("sendMessage") if call["chat_id"] == world.reader.id]
    assert [bool(call["parameters"].get("disable_notification")) for call in sends[-2:]] == [False, True]
    assert await world.reading.quiet(1.3) == []


async def test_flood_limits_are_obeyed(world: World) -> None:
    readers = [(await world.client.new_person(f"Reader {number}")).private for number in range(8)]
    for reader in readers:
        await said(reader, "/subscribe policy")
    await world.client.switch(flood={"global_per_second": 20, "burst": 3})
    await world.post("policy\n\nTitle\n\nTeaser")
    for reader in readers:
        assert (await reader.next())["text"].startswith("Title")
        assert await reader.quiet(0) == []


async def test_flip_of_the_schedule_loses_nothing_that_is_owed(world: World) -> None:
    await said(world.reading, "/subscribe policy")
    await world.stop()
    await world.start(Part.UPDATES, Part.DIGESTS)
    await world.post("policy\n\nTitle\n\nTeaser")
    await world.until(lambda counts: counts["chunks_waiting"] > 0)
    await said(world.reading, "/schedule daily 03:00")
    await said(world.reading, "/schedule instant")
    await world.stop()
    await world.start()
    assert (await world.reading.next())["text"].startswith("Title")
    assert await world.reading.quiet(1.3) == []


async def test_answers_are_tried_again_while_telegram_is_in_trouble(world: World) -> None:
    await world.client.switch(refuse={"method": "sendMessage", "code": 502, "description": "Bad Gateway", "times": 2})
    assert "/schedule" in await said(world.reading, "/help")


async def test_a_parked_chat_that_speaks_is_served_again(world: World) -> None:
    await said(world.reading, "/subscribe policy")
    await world.client.switch(
        refuse={
            "method": "sendMessage",
            "code": 403,
            "description": "Forbidden: bot was blocked by the user",
            "times": 1,
            "chat_id": world.reader.id,
        }
    )
    assert world.services
    await world.services.articles.publish(Article(id="a1", category="policy", title="Unheard"))
    await world.until(lambda counts: counts["doubts_waiting"] > 0)
    await world.believe_doubts()
    await world.until(lambda counts: counts["failed"] == 1)
    await said(world.reading, "/categories")
    await world.services.articles.publish(Article(id="a2", category="policy", title="Heard"))
    assert (await world.reading.next())["text"].startswith("Heard")


async def test_edits_of_a_digest_never_go_backwards(world: World) -> None:
    """An edit that Telegram refused for a while comes after a later one, and must not undo it."""
    await said(world.reading, "/subscribe policy")
    await said(world.reading, "/schedule daily 08:00")
    for title in ("Stays", "Goes", "Goes too"):
        await world.post(f"policy\n\n{title}\n\nTeaser.")
    await world.reading.say("/digest")
    digest = await world.reading.next(where=lambda message: "Goes too" in message["text"])
    assert world.services
    found = {article.title: article for article in await world.services.articles.latest(count=3)}
    await world.client.switch(
        refuse={"method": "editMessageText", "code": 502, "description": "Bad Gateway", "times": 1}
    )
    await world.services.articles.retract(found["Goes"].id)
    while not await world.client.calls("editMessageText"):
        await world.reading.quiet(0.05)
    await world.services.articles.retract(found["Goes too"].id)
    await world.until(lambda counts: counts["chunks_waiting"] == 0)
    (now,) = [m for m in await world.reading.history() if m["message_id"] == digest["message_id"]]
    assert "Stays" in now["text"] and "Goes" not in now["text"]
