"""When articles come, in words and buttons."""

from collections.abc import Callable, Iterable, Sequence

from babel.dates import get_day_names
from babel.lists import format_list

from bot.domain.category import Category
from bot.domain.message import Button, Message
from bot.domain.schedule import Kind, Schedule
from bot.domain.subscription import Subscription
from bot.rendering.actions import ChooseSchedule, OpenMenu, SetCategorySchedule, SetSchedule
from bot.rendering.callback import Action
from bot.rendering.figures import clock, listed, locale, number, zone_name
from bot.rendering.hushing import paused_state
from bot.rendering.keyboard import choices, in_rows
from bot.rendering.markup import bold, escape, fill, shorten
from bot.rendering.names import name_of, names_of
from bot.rendering.wording import _, isolated, language, ngettext

_OFFERED = (
    ("instant", "hourly"),
    ("daily 08:00", "daily 18:00"),
    ("daily 08:00 18:00",),
    ("weekdays 08:00",),
    ("weekly mon 08:00",),
)
#: As many names as a reader takes in at a glance.
_NAMES = 15
#: Leaves room for what stands around a summary.
_LONGEST = 2500


def summary(subscription: Subscription, categories: Iterable[Category] = ()) -> str:
    """A line for each schedule; where `categories` are told, by their names instead of their slugs."""
    if not subscription.categories:
        return _("You are subscribed to nothing now.")
    names = names_of(categories)
    together: dict[Schedule, list[str]] = {}
    for slug, schedule in subscription.categories.items():
        together.setdefault(schedule, []).append(bold(name_of(slug, names)))
    first, *more = fill(
        (
            _("{categories}: {when}.").format(categories=some(called), when=_when(schedule, subscription))
            for schedule, called in together.items()
        ),
        limit=_LONGEST,
        gap="\n",
    )
    return f"{first}\n…" if more else first


def paused_too(subscription: Subscription) -> list[str]:
    """A line behind a summary, where for now nothing comes as that says."""
    until = subscription.paused_until
    return [f"⏸ {paused_state(until, subscription)}."] if until and subscription.categories else []


def some(names: Sequence[str]) -> str:
    """All of them, where they are not too many for a message."""
    shown, more = listed(names[:_NAMES]), len(names) - _NAMES
    if more <= 0:
        return shown
    text = ngettext("{names} and {number} more", "{names} and {number} more", more)
    return text.format(names=shown, number=number(more))


def choose_schedule(subscription: Subscription, categories: Sequence[Category]) -> Message:
    """For all that is subscribed; where that is more than one category, with a button for each."""
    held = {subscription.schedule, *subscription.categories.values()}
    rows = offers(lambda words: SetSchedule(words=words), held.pop() if len(held) == 1 else None)
    own = [category for category in categories if category.slug in subscription.categories]
    apart = (
        choices(ChooseSchedule(slug=c.slug).button(f"{c.called(language())} …") for c in own) if len(own) > 1 else []
    )
    hint = _("Choose below, or write your own times, such as {command}.").format(
        command=bold("/schedule weekly mon,thu 07:30")
    )
    lines = [summary(subscription, categories), "", hint]
    if apart:
        lines.append(_("A category can have a schedule of its own:"))
    return Message(text="\n".join(lines), buttons=(*rows, _zone(subscription), *in_rows(apart)))


def category_schedule(subscription: Subscription, category: Category) -> str:
    """Of one that is subscribed."""
    when = _when(subscription.categories[category.slug], subscription)
    return _("{categories}: {when}.").format(categories=bold(category.called(language())), when=when)


def choose_category_schedule(subscription: Subscription, category: Category) -> Message:
    schedule = subscription.categories.get(category.slug)
    rows = offers(lambda words: SetCategorySchedule(slug=category.slug, words=words), schedule)
    if schedule is None:
        told = _("You are not subscribed to {category} yet: with a schedule you will be.")
        told = told.format(category=bold(category.called(language())))
    else:
        told = category_schedule(subscription, category)
    hint = _("Choose below, or write your own times, such as {command}.").format(
        command=bold(f"/schedule {category.slug} weekly mon,thu 07:30")
    )
    return Message(
        text=f"{told}\n\n{hint}", buttons=(*rows, (ChooseSchedule(slug="").button(_("« All categories")),))
    )


def scheduled(before: Subscription, after: Subscription, categories: Sequence[Category], *, for_all: bool) -> Message:
    """`for_all`: a schedule for the whole chat was set."""
    if not after.categories:
        when = _when(after.schedule, after)
        text = _("From now on: {when}. You have no categories yet: /categories.").format(when=when)
        return Message(text=text, buttons=(_zone(after),))
    names = names_of(categories)
    new = [bold(name_of(slug, names)) for slug in after.categories if slug not in before.categories]
    lines = [_("Subscribed to {categories}.").format(categories=some(new))] if new else []
    told = "\n".join([*lines, summary(after, categories), *paused_too(after)])
    if for_all and (replaced := before.own_schedules(but=after.schedule)):
        was = summary(before.model_copy(update={"categories": replaced}), categories)
        whole, *too_long = fill([told, _("This replaces what was set for a category alone:") + f"\n{was}"])
        told = f"{told}\n\n{own_schedules_replaced()}" if too_long else whole
    return Message(text=told, buttons=(_zone(after),))


def own_schedules_replaced() -> str:
    """A short note over the keyboard."""
    return _("That goes for all categories now, also for those that had a schedule of their own.")


def no_schedule(words: str, category: Category | None = None) -> Message:
    text = _(
        "“{words}” is no schedule that I know. Write {instant}, {daily} (several times are fine), {weekdays} "
        "or {weekly}, or choose:"
    )
    examples = ("instant", "daily 08:00", "weekdays 08:00", "weekly mon 08:00")
    command = f"/schedule {category.slug}" if category else "/schedule"
    told = {words.split()[0]: bold(f"{command} {words}") for words in examples}
    return Message(
        text=text.format(words=escape(shorten(words, 60)), **told),
        buttons=offers(lambda words: _setting(words, category), None),
    )


def _setting(words: str, category: Category | None) -> Action:
    return SetCategorySchedule(slug=category.slug, words=words) if category else SetSchedule(words=words)


def in_words(schedule: Schedule) -> str:
    """When articles come, as it stands within a sentence."""
    kind = schedule.kind
    if kind is Kind.INSTANT:
        return _("at once")
    if kind is Kind.HOURLY:
        return _("every hour")
    times = format_list([clock(moment) for moment in schedule.times], locale=locale())
    if kind is Kind.DAILY:
        return _("daily at {times}").format(times=times)
    if kind is Kind.WEEKDAYS:
        return _("Monday to Friday at {times}").format(times=times)
    names = get_day_names("wide", locale=locale())
    days = format_list([names[day] for day in schedule.days], locale=locale())
    return _("every {days} at {times}").format(days=days, times=times)


def _when(schedule: Schedule, subscription: Subscription) -> str:
    words = in_words(schedule)
    return f"{words} ({isolated(zone_name(subscription.timezone))})" if schedule.times else words


def offers(action: Callable[[str], Action], held: Schedule | None) -> tuple[tuple[Button, ...], ...]:
    """The common schedules as buttons, the one that is held marked."""
    return tuple(tuple(_offer(action(words), Schedule.parse(words), held) for words in row) for row in _OFFERED)


def _offer(action: Action, schedule: Schedule, held: Schedule | None) -> Button:
    words = in_words(schedule)
    return action.button(("● " if schedule == held else "") + words[:1].upper() + words[1:])


def _zone(subscription: Subscription) -> tuple[Button]:
    return (OpenMenu(name="timezone").button(f"🌍 {zone_name(subscription.timezone)}"),)
