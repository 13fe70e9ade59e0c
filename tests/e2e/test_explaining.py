"""Why an article came, or did not: asked by reply, by ID, by button."""

from tests.e2e.world import World, edited, labels, said

ARTICLE = "policy\n\nTitle\n\nTeaser"


async def article_id(world: World, title: str = "Title") -> str:
    assert world.services
    return next(a.id for a in await world.services.articles.latest(count=20) if a.title == title)


async def test_why_as_a_reply_to_a_teaser(world: World) -> None:
    await said(world.reading, "/subscribe policy")
    await world.post(ARTICLE)
    teaser = await world.reading.next()
    await world.until(lambda counts: counts.get("sent", 0) == 1)
    await world.reading.say("/why", reply_to=teaser["message_id"])
    answer = await world.reading.next()
    assert answer["text"].startswith("Title\n\nIt came at once: 2")
    assert answer["text"].endswith(" (UTC). This chat is subscribed to Policy.")
    assert labels(answer) == ["📖 Read here"]


async def test_why_by_id(world: World) -> None:
    await world.post(ARTICLE)
    wanted = await article_id(world)
    await world.reading.say(f"/why {wanted.upper()}")
    answer = await world.reading.next()
    assert "subscribed to nothing" in answer["text"]
    await world.reading.press(answer, "📂 Categories")
    assert "this week" in (await world.reading.next())["text"]
    await said(world.reading, "/subscribe tech")
    told = await said(world.reading, f"/why {wanted}")
    assert "belongs to Policy, and this chat is subscribed to Tech" in told
    await said(world.reading, "/subscribe policy")
    assert "it was published before" in await said(world.reading, f"/why {wanted}")
    for nonsense in ("nope", "<b>", "x" * 500, "a b c"):
        assert "no such article" in await said(world.reading, f"/why {nonsense}")


async def test_why_alone_offers_the_newest(world: World) -> None:
    assert "/why ID" in await said(world.reading, "/why")
    await world.post(ARTICLE)
    await world.reading.say("/help")
    await world.reading.press(await world.reading.next(), "🔎 Why did it come?")
    offered = await world.reading.next()
    await world.reading.press(offered, "Title")
    assert "subscribed to nothing" in (await world.reading.next())["text"]


async def test_why_as_a_reply_to_a_digest(world: World) -> None:
    await said(world.reading, "/subscribe policy")
    await said(world.reading, "/schedule daily 08:00")
    for title in ("One", "Two"):
        await world.post(f"policy\n\n{title}\n\nTeaser.")
    assert "with your next digest, due" in await said(world.reading, f"/why {await article_id(world, 'One')}")
    await world.reading.say("/digest")
    digest = await world.reading.next(where=lambda message: "Two" in message["text"])
    await world.until(lambda counts: counts.get("sent", 0) == 1)
    await world.reading.quiet(0.2)
    await world.reading.say("/why", reply_to=digest["message_id"])
    answer = await world.reading.next()
    assert answer["text"].startswith("This is your digest")
    assert set(labels(answer)) == {"One", "Two"}
    await world.reading.press(answer, "One")
    assert "It came with your digest" in (await world.reading.next())["text"]
    await world.reading.say("/latest")
    listed = await world.reading.next()
    await world.reading.say("/why", reply_to=listed["message_id"])
    assert (await world.reading.next(where=lambda message: "several" in message["text"]))["text"]


async def test_why_in_a_group_is_for_everyone(world: World) -> None:
    group = await world.client.new_group("Readers", owner=world.editor, members=[world.reader])
    owner, member = world.editor.in_(group), world.reader.in_(group)
    await said(owner, "/subscribe policy")
    await world.post(ARTICLE)
    teaser = await member.next(where=lambda message: message["text"].startswith("Title"))
    await world.until(lambda counts: counts.get("sent", 0) == 1)
    await member.say("/why@demo_news_bot", reply_to=teaser["message_id"])
    answer = await member.next(where=lambda message: "It came" in message["text"])
    assert "This chat is subscribed to Policy" in answer["text"]


async def test_a_preview_is_no_article_yet(world: World) -> None:
    await world.editing.say(f"/post {ARTICLE}")
    await world.editing.next()
    preview = await world.editing.next()
    await world.editing.say("/why", reply_to=preview["message_id"])
    assert "no such article" in (await world.editing.next())["text"]


async def test_status_is_for_editors(world: World) -> None:
    await said(world.reading, "/subscribe policy")
    await world.post(ARTICLE)
    await world.reading.next()
    await world.until(lambda counts: counts.get("sent") == 1)
    await world.editing.say("/status")
    report = await world.editing.next()
    assert report["text"].startswith("✅ All is well.")
    assert "To be sent · 0 messages" in report["text"]
    assert "1 sent" in report["text"]
    assert "do not know that command" in await said(world.reading, "/status")
    await world.reading.say("/help")
    greeting = await world.reading.next()
    forged = await world.reading.forge(greeting, "1o")
    assert "no longer works" in forged["answer"]["text"]


async def test_status_is_refreshed_in_place(world: World) -> None:
    await world.editing.say("/status")
    report = await world.editing.next()
    await said(world.reading, "/subscribe policy")
    await world.client.switch(
        refuse={
            "method": "sendMessage",
            "code": 400,
            "description": "Bad Request: strange",
            "chat_id": world.reader.id,
        }
    )
    await world.post(ARTICLE)
    await world.until(lambda counts: counts.get("failed") == 1)
    await world.editing.press(report, "🔄 Refresh")
    refreshed = (await edited(world.editing, report))["text"]
    assert refreshed.startswith("⚠️ Telegram did not take 1 message within a week:")
    assert f"• Title ({await article_id(world)})" in refreshed
    assert "Bad Request: strange" in refreshed
