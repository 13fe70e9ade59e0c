"""The keyboard below the field that one writes in, and the location that it may ask for."""

from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from telegram import Bot, KeyboardButton, ReplyKeyboardMarkup, ReplyKeyboardRemove

from bot.sandbox.client import Client, Person, SandboxRefusal

Call = Callable[..., Coroutine[Any, Any, dict[str, Any]]]
SHARE = {"text": "Here I am", "request_location": True}


async def test_a_keyboard_stays_until_it_is_taken_away(bot: Bot, ann: Person) -> None:
    keyboard = ReplyKeyboardMarkup([["Yes", "No"], [KeyboardButton("Here I am", request_location=True)]])
    sent = await bot.send_message(ann.id, "Well?", reply_markup=keyboard)
    assert sent.reply_markup is None
    assert await ann.private.below() == [[{"text": "Yes"}, {"text": "No"}], [SHARE]]
    await ann.private.say("Yes")
    await bot.send_message(ann.id, "Thank you")
    assert len(await ann.private.below()) == 2
    await bot.send_message(ann.id, "Bye", reply_markup=ReplyKeyboardRemove())
    assert await ann.private.below() == []


async def test_one_that_is_for_one_time_goes_with_the_answer(bot: Bot, ann: Person) -> None:
    keyboard = ReplyKeyboardMarkup([[KeyboardButton("Here I am", request_location=True)]], one_time_keyboard=True)
    await bot.send_message(ann.id, "Where?", reply_markup=keyboard)
    await ann.private.share_location(52.5, 13.4)
    assert await ann.private.below() == []


async def test_a_location_comes_as_a_message(bot: Bot, ann: Person) -> None:
    told = await ann.private.share_location(52.5, -13.4)
    assert told["location"] == {"latitude": 52.5, "longitude": -13.4}
    message = (await bot.get_updates())[-1].message
    assert message and message.location
    assert (message.location.latitude, message.location.longitude) == (52.5, -13.4)
    forwarded = await ann.private.forward(told)
    assert forwarded["location"] == told["location"]


@pytest.mark.parametrize(("latitude", "longitude"), [(91, 0), (0, 181), (float("nan"), 0)])
async def test_no_such_place(ann: Person, latitude: float, longitude: float) -> None:
    with pytest.raises(SandboxRefusal):
        await ann.private.share_location(latitude, longitude)


async def test_a_location_is_asked_for_in_private_only(call: Call, client: Client, ann: Person) -> None:
    group = await client.new_group("Group", owner=ann)
    answer = await call("sendMessage", chat_id=group.id, text="x", reply_markup={"keyboard": [[SHARE]]})
    assert answer["description"] == "Bad Request: location can be requested in private chats only"
    assert (await call("sendMessage", chat_id=group.id, text="x", reply_markup={"keyboard": [["Yes"]]}))["ok"]
    assert await ann.in_(group).below() == [[{"text": "Yes"}]]


@pytest.mark.parametrize(
    ("markup", "description"),
    [
        ({"keyboard": "x"}, "can't parse reply keyboard markup JSON object"),
        ({"keyboard": ["x"]}, "can't parse reply keyboard markup JSON object"),
        ({"keyboards": []}, "can't parse reply keyboard markup JSON object"),
        ({"keyboard": [[{}]]}, "can't parse keyboard button: Can't find field \"text\""),
        ({"keyboard": [[{"text": " "}]]}, "keyboard button text must be non-empty"),
    ],
)
async def test_refused_keyboards(call: Call, ann: Person, markup: dict[str, Any], description: str) -> None:
    answer = await call("sendMessage", chat_id=ann.id, text="x", reply_markup=markup)
    assert answer["description"] == f"Bad Request: {description}"
    assert await ann.private.below() == []
