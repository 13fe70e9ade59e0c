"""When articles come, in words and buttons."""

from collections.abc import Sequence

from bot.domain.message import Button, Message
from bot.domain.schedule import Schedule
from bot.domain.subscription import Subscription
from bot.rendering.actions import OpenMenu, SetSchedule, SetTimezone
from bot.rendering.markup import bold, escape, shorten

_SCHEDULES = ("instant", "daily 08:00", "daily 12:00", "daily 18:00", "daily 08:00 18:00")
_TIMEZONES = (
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
#: As many names as a reader takes in at a glance.
_NAMES = 15


def summary(subscription: Subscription) -> str:
    if not subscription.categories:
        return "You are subscribed to nothing now."
    slugs = some([bold(slug) for slug in subscription.categories])
    if subscription.schedule.instant:
        return f"{slugs}: each article comes at once."
    return f"{slugs}: {_when(subscription)}."


def some(names: Sequence[str]) -> str:
    """All of them, where they are not too many for a message."""
    more = f" and {len(names) - _NAMES} more" if len(names) > _NAMES else ""
    return ", ".join(names[:_NAMES]) + more


def choose_schedule(subscription: Subscription) -> Message:
    text = (
        f"{summary(subscription)}\n\nChoose below, or write your own times, such as {bold('/schedule daily 07:30')}."
    )
    buttons = [
        SetSchedule(words=words).button(("● " if words == str(subscription.schedule) else "") + _schedule(words))
        for words in _SCHEDULES
    ]
    zone = OpenMenu(name="timezone").button(f"🌍 {subscription.timezone}")
    return Message(text=text, buttons=(*((button,) for button in buttons), (zone,)))


def scheduled(subscription: Subscription) -> Message:
    zone = OpenMenu(name="timezone").button(f"🌍 {subscription.timezone}")
    text = f"From now on: {_when(subscription)}. You have no categories yet: /categories."
    return Message(text=summary(subscription) if subscription.categories else text, buttons=((zone,),))


def no_schedule(words: str) -> Message:
    return Message(
        text=f"“{escape(shorten(words, 60))}” is no schedule that I know. "
        f"Write {bold('/schedule instant')} or {bold('/schedule daily 08:00')} (several times are fine), or choose:",
        buttons=tuple((SetSchedule(words=words).button(_schedule(words)),) for words in _SCHEDULES),
    )


def choose_timezone(subscription: Subscription, local_time: str) -> Message:
    text = (
        f"Your time zone is {bold(subscription.timezone)}: it is {local_time} there.\n\n"
        f"Choose below, or write yours, such as {bold('/timezone Europe/Lisbon')}."
    )
    return Message(text=text, buttons=_timezone_buttons(_TIMEZONES))


def timezone_set(subscription: Subscription, local_time: str) -> Message:
    return Message(text=f"Time zone: {bold(subscription.timezone)}. It is {local_time} there now.")


def no_timezone(word: str, nearest: Sequence[str]) -> Message:
    text = f"I do not know the time zone “{escape(shorten(word, 60))}”."
    hint = " Did you mean one of these?" if nearest else " Write it as continent and city, such as Europe/Berlin."
    return Message(text=text + hint, buttons=_timezone_buttons(nearest))


def _when(subscription: Subscription) -> str:
    if subscription.schedule.instant:
        return "at once"
    return f"{escape(_schedule(str(subscription.schedule)).lower())} ({escape(subscription.timezone)})"


def _schedule(words: str) -> str:
    times = Schedule.parse(words).times
    return f"Daily at {' and '.join(f'{t:%H:%M}' for t in times)}" if times else "At once"


def _timezone_buttons(names: Sequence[str]) -> tuple[tuple[Button, ...], ...]:
    buttons = [SetTimezone(name=name).button(name.split("/")[-1].replace("_", " ")) for name in names]
    return tuple(tuple(buttons[i : i + 3]) for i in range(0, len(buttons), 3))
