from datetime import UTC, datetime

import pytest
from hypothesis import given

from bot.domain.message import Message
from bot.domain.place import Found, Place
from bot.domain.subscription import ChatKind, Subscription
from bot.rendering import timezones
from bot.rendering.actions import OpenMenu, SetTimezone, decode
from bot.rendering.figures import zone_name
from bot.rendering.wording import LANGUAGES, speaking
from tests.unit.rendering.limits import check
from tests.unit.samples import TEXT

NOW = datetime(2026, 7, 1, 10, 0, tzinfo=UTC)
READER = Subscription(chat_id=1, timezone="Europe/Berlin")
GROUP = READER.model_copy(update={"kind": ChatKind.GROUP})
PORTLANDS = Found(
    choices=(Place("Portland", "US", "America/Los_Angeles"), Place("Portland", "US", "America/New_York")), exact=True
)


def labels(message: Message) -> list[str]:
    return [button.label for row in message.buttons for button in row]


def test_the_time_there_is_told() -> None:
    assert "it is 12:00 there" in timezones.choose_timezone(READER, NOW).text
    assert "It is 12:00 there now" in timezones.timezone_set(READER, NOW).text


def test_every_offered_zone_can_be_taken() -> None:
    message = timezones.choose_timezone(READER, NOW)
    actions = [decode(button.data or "") for row in message.buttons for button in row]
    assert len([action for action in actions if isinstance(action, SetTimezone)]) == 12
    assert None not in actions


def test_a_location_can_be_shared_in_private_only() -> None:
    share = OpenMenu(name="location").encode()
    for private, group in [
        (timezones.choose_timezone(READER, NOW), timezones.choose_timezone(GROUP, NOW)),
        (
            timezones.which_place("x", Found(), ChatKind.PRIVATE),
            timezones.which_place("x", Found(), ChatKind.CHANNEL),
        ),
    ]:
        assert share in [button.data for row in private.buttons for button in row]
        assert share not in [button.data for row in group.buttons for button in row]
    assert timezones.ask_location().asks_location
    assert timezones.timezone_set(READER, NOW, by_location=True).ends_keyboard


def test_places_of_one_name_are_told_apart() -> None:
    message = timezones.which_place("portland", PORTLANDS, ChatKind.GROUP)
    assert "more than one" in message.text
    assert labels(message) == ["Portland, United States (Los Angeles)", "Portland, United States (New York)"]
    other = Found(choices=(Place("San José", "CR", "America/Costa_Rica"), Place("San Jose", "PH", "Asia/Manila")))
    assert labels(timezones.which_place("sanjoze", other, ChatKind.GROUP)) == [
        "San José, Costa Rica",
        "San Jose, Philippines",
    ]


@pytest.mark.parametrize("code", sorted(LANGUAGES))
def test_all_can_be_told_in_every_language(code: str) -> None:
    with speaking(code):
        for message in (
            timezones.choose_timezone(READER, NOW),
            timezones.timezone_set(READER, NOW),
            timezones.which_place("portland", PORTLANDS, ChatKind.PRIVATE),
            timezones.no_zone_there(ChatKind.PRIVATE),
            timezones.ask_location(),
        ):
            check(message)


@given(TEXT, TEXT)
def test_any_word_can_be_told_back(word: str, name: str) -> None:
    place = Place("N" + name, "US", "America/Argentina/ComodRivadavia")
    for found in (Found(), Found(choices=(place, place)), Found(choices=(place,), exact=True)):
        check(timezones.which_place(word or "x", found, ChatKind.PRIVATE))


@pytest.mark.parametrize(
    ("zone", "shown"),
    [("Etc/GMT-2", "UTC+2"), ("Etc/GMT+11", "UTC-11"), ("Etc/UTC", "Etc/UTC"), ("Europe/Berlin", "Europe/Berlin")],
)
def test_a_zone_at_sea_is_called_as_people_call_it(zone: str, shown: str) -> None:
    assert zone_name(zone) == shown
    subscription = READER.model_copy(update={"timezone": zone})
    told = timezones.timezone_set(subscription, NOW).text
    assert f"<b>{shown}</b>" in told
    assert ("summer time" in told) is (zone != shown)
