"""Which clock a chat goes by, in words and buttons."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from babel.core import get_global
from babel.dates import get_timezone_location

from bot.domain.message import Button, Message
from bot.domain.place import Found, Place
from bot.domain.subscription import ChatKind, Subscription
from bot.rendering.actions import OpenMenu, SetTimezone
from bot.rendering.figures import clock, locale, zone_name
from bot.rendering.keyboard import in_rows
from bot.rendering.markup import bold, escape, shorten
from bot.rendering.wording import _

OFFERED = (
    "UTC",
    "Europe/London",
    "Europe/Berlin",
    "Europe/Kyiv",
    "Asia/Dubai",
    "Asia/Kolkata",
    "Asia/Shanghai",
    "Asia/Tokyo",
    "Australia/Sydney",
    "America/New_York",
    "America/Chicago",
    "America/Los_Angeles",
)


def told(subscription: Subscription, now: datetime) -> str:
    """What is set, and how else it is set than by buttons."""
    told = _("Your time zone is {zone}: it is {time} there.").format(
        zone=bold(zone_name(subscription.timezone)), time=_time(subscription, now)
    )
    hint = _("Choose below, or write the name of your city, such as {command}.").format(
        command=bold(_("/timezone Lisbon"))
    )
    return f"{told}\n\n{hint}"


def choose_timezone(subscription: Subscription, now: datetime) -> Message:
    cities = [SetTimezone(name=zone).button(city(zone)) for zone in OFFERED]
    rows = in_rows(cities, 3)
    return Message(text=told(subscription, now), buttons=(*rows, *_location(subscription.kind)))


def timezone_set(subscription: Subscription, now: datetime, *, by_location: bool = False) -> Message:
    text = _("Time zone: {zone}. It is {time} there now.").format(
        zone=bold(zone_name(subscription.timezone)), time=_time(subscription, now)
    )
    if zone_name(subscription.timezone) != subscription.timezone:
        text += " " + _("It knows no summer time; where your clock does, write the name of your city.")
    return Message(text=text, ends_keyboard=by_location)


def which_place(word: str, found: Found, kind: ChatKind) -> Message:
    """Nothing was surely meant by that word."""
    shown = escape(shorten(word, 60))
    if found.exact:
        text = _("There is more than one {name}. Which one is it?").format(name=bold(shorten(word, 60)))
    elif found.choices:
        text = _("I do not know “{word}”. Did you mean one of these?").format(word=shown)
    else:
        text = _(
            "I do not know the time zone “{word}”. Write the name of a larger city near you, or continent and city, "
            "such as Europe/Berlin."
        ).format(word=shown)
    return Message(text=text, buttons=(*_places(found.choices), *_location(kind)))


def no_zone_there(kind: ChatKind) -> Message:
    return Message(text=_("I do not know which time zone that place has."), buttons=_location(kind))


def ask_location() -> Message:
    return Message(
        text=_("Press the button below to tell me where you are. Only the time zone is kept of it."),
        asks_location=_("📍 Share my location"),
    )


def _location(kind: ChatKind) -> tuple[tuple[Button, ...], ...]:
    """Telegram offers it in private chats only: https://core.telegram.org/bots/api#keyboardbutton"""
    share = OpenMenu(name="location").button(_("📍 Share my location"))
    return ((share,),) if kind is ChatKind.PRIVATE else ()


def _places(places: Sequence[Place]) -> tuple[tuple[Button, ...], ...]:
    """Each with its country, and with its zone's city where that does not tell it from another."""
    countries = locale().territories
    names = [", ".join(filter(None, (place.name, countries.get(place.country, place.country)))) for place in places]
    alike = Counter(names)
    labels = [
        f"{name} ({city(place.zone)})" if alike[name] > 1 else name for name, place in zip(names, places, strict=True)
    ]
    return tuple((SetTimezone(name=place.zone).button(label),) for label, place in zip(labels, places, strict=True))


def city(zone: str) -> str:
    """Babel has some cities in other languages under their zone's former name only."""
    if zone == "UTC":
        return zone
    former = [old for old, new in get_global("zone_aliases").items() if new == zone]
    told = (locale().time_zones.get(name, {}) for name in (zone, *former))
    named = next((names["city"] for names in told if "city" in names), None)
    return named or get_timezone_location(zone, locale=locale(), return_city=True)


def _time(subscription: Subscription, now: datetime) -> str:
    return clock(now.astimezone(subscription.zone))
