"""When articles come, and by which clock: what readers say, press and share."""

import pytest

from bot.sandbox.client import SandboxRefusal
from tests.e2e.world import World, edited, labels, said

TOKYO, BERLIN = (35.69, 139.692), (52.52, 13.405)


@pytest.mark.parametrize(
    "dialogue",
    [
        [("/schedule", "Choose below"), ("/schedule daily 25:00", "no schedule that I know")],
        [("/schedule hourly", "every hour. You have no categories yet"), ("/subscribe tech", "Tech: every hour.")],
        [("/subscribe policy", "Policy: at once."), ("/schedule daily 8:00 18.30", "daily at 08:00 and 18:30 (UTC)")],
        [("/subscribe policy", "at once"), ("/schedule Weekdays 7:30", "Policy: Monday to Friday at 07:30 (UTC).")],
        [
            ("/subscribe policy tech", "at once"),
            ("/schedule tech weekly mon 08:00", "Policy: at once.\nTech: every Monday at 08:00 (UTC)."),
            ("/schedule POLICY hourly", "Policy: every hour.\nTech: every Monday at 08:00 (UTC)."),
            (
                "/schedule instant",
                "Policy, Tech: at once.\n\nThis replaces what was set for a category alone:\nPolicy: every h",
            ),
            ("/schedule hourly", "Policy, Tech: every hour."),
        ],
        [
            (
                "/schedule tech weekly mon,thu 8:00 20:00",
                "Subscribed to Tech.\nTech: every Monday and Thursday at 08:00 and 20:00 (UTC).",
            )
        ],
        [("/schedule polcy daily 08:00", "Did you mean policy?"), ("/schedule x y instant", "no category “x y”")],
        [("/schedule weekly 08:00", "no schedule that I know"), ("/schedule tech", "You are not subscribed to Tech")],
        [
            ("/schedule tech sometimes", "“sometimes” is no schedule"),
            ("/schedule daily 8 x", "“daily 8 x” is no schedule"),
        ],
        [("/subscribe tech", "at once"), ("/schedule daily 8", "Tech: daily at 08:00 (UTC).")],
        [
            ("/schedule tech daily 8am 6:30 pm", "Tech: daily at 08:00 and 18:30 (UTC)."),
            ("/schedule weekyl 8", "no sche"),
        ],
        [("/subscribe tech", "at once"), ("/schedule Mon-Fri 08:00", "Tech: Monday to Friday at 08:00 (UTC).")],
        [
            ("/schedule tech weekly mon", "Tech: every Monday at 08:00 (UTC)."),
            ("/schedule sometimes 8", "no schedule"),
        ],
        [("/schedule daily 6:15", "daily at 06:15"), ("/schedule tech weekdays", "Monday to Friday at 06:15 (UTC).")],
        [("/schedule <b>daily</b> 08:00", "“<b>daily</b> 08:00” is no"), ("/schedule <b> hourly", "category “<b>”")],
        [("/timezone", "Your time zone is UTC"), ("/timezone europe/berlin", "Time zone: Europe/Berlin")],
        [("/timezone München", "Time zone: Europe/Berlin"), ("/timezone Munich", "Time zone: Europe/Berlin")],
        [("/timezone new york", "Time zone: America/New_York"), ("/timezone São Paulo", "America/Sao_Paulo")],
        [("/timezone utc+2", "Time zone: UTC+2. It is"), ("/schedule tech daily 8", "Tech: daily at 08:00 (UTC+2).")],
        [("/timezone GMT-03:00", "no summer time"), ("/timezone UTC+5:30", "do not know the time zone “UTC+5:30”")],
        [("/timezone Qwertzuiop", "do not know the time zone"), ("/timezone Lodnon", "Did you mean one of these?")],
        [("/timezone Portland", "more than one Portland"), ("/timezone <b>", "do not know the time zone")],
    ],
    ids=lambda dialogue: dialogue[-1][0],
)
async def test_dialogue(world: World, dialogue: list[tuple[str, str]]) -> None:
    for text, answer in dialogue:
        assert answer in await said(world.reading, text)


@pytest.mark.parametrize(
    ("said_first", "text", "answer"),
    [
        ("", "/quiet 10pm-7am", "22:00"),
        ("", "/quiet from 10 pm to 7 am", "22:00"),
        ("", "/quiet tonight", "no hours that I understand"),
        ("/subscribe tech", "/pause tomorrow", "Paused until"),
        ("/subscribe tech", "/pause until friday", "Paused until Fri"),
        ("/subscribe tech", "/pause 2 weeks", "Paused until"),
        ("/subscribe tech", "/pause yesterday", "“yesterday” is over already"),
        ("/subscribe tech", "/pause 2020-12-24", "“2020-12-24” is over already"),
        ("/subscribe tech", "/pause 2 Jan 2199", "a year at most"),
        ("/subscribe tech", "/pause soonish", "“soonish” is no time"),
        ("/subscribe tech", "/pause off", "You are not paused"),
        ("", "/mute a", "One letter alone"),
        ("", "/mute " + "long words " * 6, "longer than 60 characters"),
        ("", "/mute night train", "“night train” are left out"),
    ],
)
async def test_when_nothing_shall_come(world: World, said_first: str, text: str, answer: str) -> None:
    if said_first:
        await said(world.reading, said_first)
    assert answer in await said(world.reading, text)


async def test_a_schedule_by_button(world: World) -> None:
    await said(world.reading, "/subscribe policy")
    await world.reading.say("/schedule")
    menu = await world.reading.next()
    assert "● At once" in labels(menu)
    for label, told in [
        ("Every hour", "Policy: every hour."),
        ("Daily at 08:00", "Policy: daily at 08:00 (UTC)."),
        ("Monday to Friday at 08:00", "Policy: Monday to Friday at 08:00 (UTC)."),
        ("Every Monday at 08:00", "Policy: every Monday at 08:00 (UTC)."),
    ]:
        await world.reading.press(menu, label)
        assert (await world.reading.next())["text"] == told


async def test_a_category_of_its_own_by_button_and_back(world: World) -> None:
    await said(world.reading, "/subscribe policy tech")
    await world.reading.say("/schedule")
    menu = await world.reading.next()
    await world.reading.press(menu, "Tech …")
    for_tech = await edited(world.reading, menu)
    assert for_tech["text"].startswith("Tech: at once.")
    await world.reading.press(for_tech, "Every Monday at 08:00")
    assert "Tech: every Monday at 08:00 (UTC)." in (await world.reading.next())["text"]
    await world.reading.press(for_tech, "« All categories")
    back = await edited(world.reading, menu)
    assert "Policy: at once.\nTech: every Monday" in back["text"]
    assert not [label for label in labels(back) if label.startswith("●")]


async def test_each_category_comes_in_its_own_way(world: World) -> None:
    await said(world.reading, "/subscribe policy tech")
    await said(world.reading, "/schedule tech daily 08:00")
    await world.post("tech\n\nLater\n\nTeaser.")
    await world.post("policy\n\nNow\n\nTeaser.")
    assert (await world.reading.next())["text"].startswith("Now")
    await world.reading.say("/schedule tech instant")
    heard = [(await world.reading.next())["text"] for _ in range(2)]
    assert any("Later" in text for text in heard)


async def test_a_pause_is_told_of_where_articles_are_promised(world: World) -> None:
    await said(world.reading, "/subscribe tech")
    await said(world.reading, "/pause 7d")
    for command in ("/subscribe policy", "/schedule instant", "/schedule tech hourly", "/unsubscribe policy"):
        assert "\n⏸ Paused until" in await said(world.reading, command)
    assert "Paused" not in await said(world.reading, "/unsubscribe tech")


async def test_buttons_that_nobody_was_given(world: World) -> None:
    await world.reading.say("/schedule")
    menu = await world.reading.next()
    for data in ("1s|every now and then", "1sc|nope|daily 08:00", "1sc|tech|never", "1z|Mars", "1so|a b"):
        answer = await world.reading.forge(menu, data)
        assert "no longer works" in answer["answer"]["text"]
    assert await world.reading.quiet(0.1) == []


async def test_a_time_zone_by_button(world: World) -> None:
    await world.reading.say("/timezone")
    zones = await world.reading.next()
    await world.reading.press(zones, "Tokyo")
    assert "Asia/Tokyo" in (await world.reading.next())["text"]
    await world.reading.say("/schedule")
    await world.reading.press(await world.reading.next(), "🌍 Asia/Tokyo")
    assert "Your time zone is Asia/Tokyo" in (await world.reading.next())["text"]


async def test_one_of_several_places_by_button(world: World) -> None:
    await world.reading.say("/timezone San José")
    asked = await world.reading.next()
    assert "San José, Costa Rica" in labels(asked)
    await world.reading.press(asked, "San José, Costa Rica")
    assert "Time zone: America/Costa_Rica" in (await world.reading.next())["text"]


async def test_a_location_by_the_button_below(world: World) -> None:
    await world.reading.say("/timezone")
    await world.reading.press(await world.reading.next(), "📍 Share my location")
    await world.reading.next()
    ((button,),) = await world.reading.below()
    assert button == {"text": "📍 Share my location", "request_location": True}
    await world.reading.share_location(*TOKYO)
    assert "Time zone: Asia/Tokyo" in (await world.reading.next())["text"]
    assert await world.reading.below() == []


async def test_a_location_that_nobody_asked_for(world: World) -> None:
    await world.reading.share_location(*BERLIN)
    assert "Time zone: Europe/Berlin" in (await world.reading.next())["text"]
    await world.reading.share_location(0.0, -160.0)
    assert "Time zone: UTC-11" in (await world.reading.next())["text"]
    with pytest.raises(SandboxRefusal):
        await world.reading.share_location(91, 0)


async def test_in_a_group_administrators_only_and_no_location(world: World) -> None:
    group = await world.client.new_group("Readers", owner=world.editor, members=[world.reader])
    owner, member = world.editor.in_(group), world.reader.in_(group)
    for command in ("/schedule hourly", "/timezone Berlin"):
        await member.say(command)
    assert "administrators" in (await member.next())["text"]
    await owner.say("/timezone")
    menu = await owner.next(where=lambda message: bool(labels(message)))
    assert not [label for label in labels(menu) if "location" in label]
    assert (await member.press(menu, "Tokyo"))["answer"]["show_alert"]
    await owner.press(menu, "Tokyo")
    await owner.next(where=lambda message: "Asia/Tokyo" in message["text"])


async def test_a_channel_by_post(world: World) -> None:
    channel = await world.client.new_group("Channel", owner=world.editor, kind="channel")
    chat = world.editor.in_(channel)
    assert "Tech: Monday to Friday at 08:00 (UTC)." in await said(chat, "/schedule tech weekdays 08:00")
    assert "Time zone: Europe/Berlin" in await said(chat, "/timezone Köln")
