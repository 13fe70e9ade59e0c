"""Articles are saved to be read later, and found again."""

import json

from tests.e2e.world import World, edited, labels, said


async def test_save_and_take_out_with_the_button_itself(world: World) -> None:
    await said(world.reading, "/subscribe policy")
    await world.post("policy\n\nWorth keeping\n\nTeaser.")
    teaser = await world.reading.next()
    pressed = await world.reading.press(teaser, "🔖 Save")
    assert "/saved" in pressed["answer"]["text"]
    kept = await edited(world.reading, teaser)
    assert labels(kept) == ["📖 Read here", "✓ Saved"]
    assert "1. Worth keeping" in await said(world.reading, "/saved")
    await world.reading.press(kept, "✓ Saved")
    assert labels(await edited(world.reading, teaser)) == ["📖 Read here", "🔖 Save"]
    assert "saved nothing yet" in await said(world.reading, "/saved")


async def test_the_list_turns_pages_reads_and_removes(world: World) -> None:
    await said(world.reading, "/subscribe policy")
    for number in range(7):
        await world.post(f"policy\n\nTitle {number}\n\nTeaser.")
        await world.reading.press(await world.reading.next(), "🔖 Save")
    await world.reading.say("/help")
    await world.reading.press(await world.reading.next(), "🔖 Saved")
    first = await world.reading.next()
    assert "7 articles" in first["text"] and "Title 6" in first["text"] and "Title 1" not in first["text"]
    await world.reading.press(first, "Older ›")
    second = await edited(world.reading, first)
    assert "7. Title 0" in second["text"]
    await world.reading.press(second, "📖 7")
    assert "Title 0" in str(await world.reading.next())
    for number in (7, 6):
        await world.reading.press(second, f"✕ {number}")
        second = await edited(world.reading, first)
    assert "5 articles" in second["text"] and "Title 6" in second["text"]


async def test_what_is_taken_back_is_left_out_and_cannot_be_saved(world: World) -> None:
    assert world.services
    await said(world.reading, "/subscribe policy")
    shown = []
    for title in ("Stays", "Goes"):
        await world.post(f"policy\n\n{title}\n\nTeaser.")
        shown.append(await world.reading.next())
        await world.reading.press(shown[-1], "🔖 Save")
    await world.reading.say("/latest policy")
    listed = await world.reading.next()
    (goes,) = [one for one in await world.services.articles.latest(count=2) if one.title == "Goes"]
    await world.reading.press(listed, "1")
    whole = await world.reading.next()
    assert "🔖 Save" in labels(whole)
    await world.services.articles.retract(goes.id)
    answer = await world.reading.press(whole, "🔖 Save")
    assert "taken back" in answer["answer"]["text"]
    text = await said(world.reading, "/saved")
    assert "1 article\n" in text and "Stays" in text


async def test_in_a_group_everyone_saves_for_themselves(world: World) -> None:
    """Who has not started the bot is told to; the button stays as it is for the others."""
    stranger = await world.client.new_person("Sam")
    group = await world.client.new_group("Readers", owner=world.reader, members=[stranger])
    chat = world.reader.in_(group)
    assert world.services
    await said(world.reading, "/help")
    await said(chat, "/subscribe policy")
    await world.post("policy\n\nGroup title\n\nTeaser.")
    teaser = await chat.next()
    refused = await stranger.in_(group).press(teaser, "🔖 Save")
    assert "press Start" in refused["answer"]["text"]
    assert "private chat" in (await chat.press(teaser, "🔖 Save"))["answer"]["text"]
    assert "Group title" in await said(world.reading, "/saved")
    assert await world.services.saved.all(stranger.id) == {}
    assert "private chat" in await said(chat, "/saved")
    (shown,) = [one for one in await chat.history() if one["message_id"] == teaser["message_id"]]
    assert labels(shown) == ["📖 Read here", "🔖 Save"]


async def test_my_data_tells_it_and_forget_deletes_it(world: World) -> None:
    await world.post("policy\n\nWorth keeping\n\nTeaser.")
    await world.reading.say("/latest policy")
    await world.reading.press(await world.reading.next(), "1")
    await world.reading.press(await world.reading.next(), "🔖 Save")
    await world.reading.say("/mydata")
    stored = json.loads(await world.download(await world.reading.next()))
    assert len(stored["saved"]) == 1
    await world.reading.say("/forget")
    asked = await world.reading.next()
    await world.reading.press(asked, "🗑 Delete everything")
    assert "nothing is stored" in (await edited(world.reading, asked))["text"]
    assert "saved nothing yet" in await said(world.reading, "/saved")
    assert "Nothing is stored" in await said(world.reading, "/mydata")
