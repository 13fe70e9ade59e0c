"""What is owed is delivered, once, whatever happens in between."""

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
    assert await world.reading.quiet(0.3) == []


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
    assert await world.reading.quiet(0.4) == []


async def test_unsubscribed_before_it_was_sent(world: World) -> None:
    await said(world.reading, "/subscribe policy")
    await world.stop()
    await world.start(Part.UPDATES, Part.DIGESTS)
    await world.post("policy\n\nTitle\n\nTeaser")
    await said(world.reading, "/unsubscribe policy")
    await world.stop()
    await world.start()
    assert await world.reading.quiet(0.4) == []


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
    assert await world.reading.quiet(0.3) == []


async def test_a_lost_answer_is_repeated_once_and_silently(world: World) -> None:
    await said(world.reading, "/subscribe policy")
    await world.client.switch(lost_answer={"times": 1, "methods": ["sendMessage"]})
    assert world.services
    await world.services.articles.publish(Article(id="a1", category="policy", title="Title"))
    first, second = await world.reading.next(), await world.reading.next()
    assert first["text"] == second["text"]
    sends = [call for call in await world.client.calls("sendMessage") if call["chat_id"] == world.reader.id]
    assert [bool(call["parameters"].get("disable_notification")) for call in sends[-2:]] == [False, True]
    assert await world.reading.quiet(0.5) == []


async def test_flood_limits_are_obeyed(world: World) -> None:
    readers = [(await world.client.new_person(f"Reader {number}")).private for number in range(8)]
    for reader in readers:
        await said(reader, "/subscribe policy")
    await world.client.switch(flood={"global_per_second": 20, "burst": 3})
    await world.post("policy\n\nTitle\n\nTeaser")
    for reader in readers:
        assert (await reader.next())["text"].startswith("Title")
        assert await reader.quiet(0) == []
