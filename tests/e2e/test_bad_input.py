"""Strange input breaks nothing, and loses nothing."""

import pytest

from tests.e2e.world import World, said


@pytest.mark.parametrize(
    "text",
    [
        "<b>bold & <i>unbalanced",
        "мир 🌍 سلام \u202eevil",
        "x" * 4096,
        "/ask " + "😀" * 1500,
        '"AND" OR NEAR(x) * ^ title:x; DROP TABLE',
        "\u200b\u200d",
        "/latest <script>",
        "/subscribe " + "y" * 3000,
        "/timezone ../../etc/passwd",
        "/schedule daily ٠٨:٠٠",
        "/article ../x",
        "/search %s %d {0}",
    ],
)
async def test_any_text_is_answered(world: World, text: str) -> None:
    await world.post("policy\n\n<b>Ti&tle</b> x\n\nTeaser <a href=x> 🌍")
    await world.reading.say(text)
    assert "went wrong" not in (await world.reading.next())["text"]


@pytest.mark.parametrize("title", ["<b>&amp; not markup", "عنوان عربي 🌙 مهم", "👩‍👩‍👧‍👦" * 30, "A" * 299])
async def test_any_title_is_delivered(world: World, title: str) -> None:
    await said(world.reading, "/subscribe policy")
    await world.post(f"policy\n\n{title}\n\nTeaser & <more>")
    teaser = await world.reading.next()
    assert teaser["text"].startswith(title[:100])
    assert "Teaser & <more>" in teaser["text"]


async def test_commands_for_other_bots_are_not_ours(world: World) -> None:
    await world.reading.say("/start@otherbot")
    assert "do not know that command" in (await world.reading.next())["text"]


async def test_an_edited_message_is_no_new_one(world: World) -> None:
    sent = await world.reading.say("/subscribe policy")
    await world.reading.next()
    await world.reading.edit(sent["message_id"], "/subscribe tech")
    assert await world.reading.quiet(0.3) == []
    assert "Tech" not in await said(world.reading, "/unsubscribe policy")


async def test_a_forwarded_command_is_nobodys(world: World) -> None:
    sent = await world.reading.say("/post policy\n\nTitle\n\nTeaser")
    await world.reading.next()
    await world.editing.forward(sent)
    assert "reply to it with /post" in (await world.editing.next())["text"]


async def test_the_same_update_twice_is_handled_once(world: World) -> None:
    sent = await world.reading.say("/help")
    await world.reading.next()
    await world.client.repeat(sent["update_id"])
    assert await world.reading.quiet(0.5) == []


async def test_strange_updates_are_survived(world: World) -> None:
    await said(world.reading, "/start")
    await world.client.put_update(
        message={"message_id": 7, "date": 1, "chat": {"id": world.reader.id, "type": "private"}}
    )
    await world.client.put_update(edited_message={"message_id": 7, "date": 1, "chat": {"id": 1, "type": "private"}})
    await world.client.put_update(
        callback_query={
            "id": "1",
            "from": {"id": 1, "is_bot": False, "first_name": "X"},
            "chat_instance": "1",
            "data": "1t|policy",
        }
    )
    assert "only text" in (await world.reading.next())["text"]
    assert "/schedule" in await said(world.reading, "/help")
