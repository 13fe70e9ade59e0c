"""Quiet hours, pauses and muted words, in words and buttons."""

from datetime import datetime

from bot.domain.message import Message
from bot.domain.muting import LONGEST_MUTED, MOST_MUTED, Unmutable, mark_of
from bot.domain.pause import NoPause
from bot.domain.quiet import Quiet
from bot.domain.subscription import Subscription
from bot.rendering.actions import OpenPage, Page, Pause, Resume, SetQuiet, Unmute
from bot.rendering.figures import clock, moment, number, zone_name
from bot.rendering.keyboard import Rows, in_rows
from bot.rendering.markup import bold, escape, shorten
from bot.rendering.wording import _, isolated, ngettext

#: Quiet hours that many want.
HOURS = ("22:00-07:00", "23:00-08:00", "20:00-09:00")
#: For how many days pauses are offered.
DAYS = (1, 3, 7, 14, 30)
_WORD_ON_BUTTON = 30


# -- quiet hours ----------------------------------------------------------------------------------------------------


def choose_quiet(subscription: Subscription) -> Message:
    how = _("Choose below, or write your own hours, such as {example}. They are by the clock of {zone}.").format(
        example=bold("/quiet 22:30-06:45"), zone=bold(zone_name(subscription.timezone))
    )
    return Message(text=f"{quiet_told(subscription)} {how}", buttons=_quiet_buttons(subscription.quiet))


def quiet_set(subscription: Subscription) -> Message:
    return Message(text=quiet_told(subscription), buttons=_quiet_buttons(subscription.quiet))


def no_quiet_hours(words: str, subscription: Subscription) -> Message:
    text = _("“{words}” are no hours that I understand. Write {example}, or choose:").format(
        words=escape(shorten(words, 60)), example=bold("/quiet 22:00-07:00")
    )
    return Message(text=text, buttons=_quiet_buttons(subscription.quiet))


def quiet_state(subscription: Subscription) -> str:
    if subscription.quiet is None:
        return _("No quiet hours")
    text = _("Quiet {hours}, also for breaking news")
    if subscription.quiet.breaking:
        text = _("Quiet {hours}, but for breaking news")
    return text.format(hours=isolated(bold(span(subscription.quiet))))


def quiet_told(subscription: Subscription) -> str:
    """What is set, and what quiet hours are."""
    what = _("Nothing is sent in quiet hours; what was held comes as one digest at their end.")
    return f"{quiet_state(subscription)}\n\n{what}"


def span(quiet: Quiet) -> str:
    return f"{clock(quiet.start)}–{clock(quiet.end)}"


def other_breaking(quiet: Quiet) -> tuple[Quiet, str]:
    """These hours with breaking news the other way, and the label of the button that makes it so."""
    turn = _("🔴 Hold breaking news too") if quiet.breaking else _("🔴 Let breaking news through")
    return quiet.model_copy(update={"breaking": not quiet.breaking}), turn


def _quiet_buttons(quiet: Quiet | None) -> Rows:
    breaking, offered = bool(quiet and quiet.breaking), [Quiet.parse(hours) for hours in HOURS]
    rows = [
        (SetQuiet(words=str(one), breaking=breaking).button(("● " if str(one) == str(quiet) else "") + span(one)),)
        for one in offered
    ]
    if quiet:
        other, label = other_breaking(quiet)
        rows.append((SetQuiet(words=str(other), breaking=other.breaking).button(label),))
        rows.append((SetQuiet(words="off", breaking=False).button(_("No quiet hours")),))
    return tuple(rows)


# -- pauses ---------------------------------------------------------------------------------------------------------


def choose_pause(subscription: Subscription) -> Message:
    if subscription.paused_until:
        return paused(subscription)
    text = _("For how long shall nothing come?") + " " + catching_up()
    return Message(text=text, buttons=_pause_buttons())


def paused(subscription: Subscription) -> Message:
    if subscription.paused_until is None:
        return nothing_to_pause()
    text = f"{paused_state(subscription.paused_until, subscription)}\n\n{catching_up()}"
    return Message(text=text, buttons=((Resume().button(_("▶️ Resume now")),),))


def paused_state(until: datetime | None, subscription: Subscription) -> str:
    if until is None:
        return _("Not paused")
    return _("Paused until {time}").format(time=bold(moment(until, subscription.zone)))


def catching_up() -> str:
    return _("After a pause, one digest catches up.")


def nothing_to_pause() -> Message:
    return Message(text=_("You have not subscribed to anything, so there is nothing to pause: /categories."))


def no_pause(words: str, why: NoPause) -> Message:
    texts = {
        NoPause.UNKNOWN: _("“{words}” is no time that I understand. Write {days}, {hours} or {day}, or choose:"),
        NoPause.OVER: _("“{words}” is over already. Write {days}, {hours} or {day}, or choose:"),
        NoPause.TOO_LONG: _("A pause lasts a year at most. Write {days}, {hours} or {day}, or choose:"),
    }
    text = texts[why].format(
        words=escape(shorten(words, 60)),
        days=bold("/pause 7d"),
        hours=bold("/pause 12h"),
        day=bold("/pause 2027-01-06"),
    )
    return Message(text=text, buttons=_pause_buttons())


def resumed(count: int) -> Message:
    if count:
        text = ngettext(
            "Welcome back. What came meanwhile is on its way: {number} article.",
            "Welcome back. What came meanwhile is on its way: {number} articles.",
            count,
        )
        return Message(text=text.format(number=number(count)))
    return Message(text=_("Welcome back. Nothing came meanwhile."))


def not_paused() -> Message:
    return Message(text=_("You are not paused: news comes as usual. /pause holds it for a while."))


def _pause_buttons() -> Rows:
    return in_rows([Pause(words=f"{count}d").button(days(count)) for count in DAYS], 3)


def days(count: int) -> str:
    return ngettext("{number} day", "{number} days", count).format(number=number(count))


# -- muted words ----------------------------------------------------------------------------------------------------


def muted_words(subscription: Subscription) -> Message:
    buttons = tuple(
        (Unmute(mark=mark_of(word)).button(f"✕ {shorten(word, _WORD_ON_BUTTON)}"),) for word in subscription.muted
    )
    add = OpenPage(page=Page.MUTED, arg="add").button(_("➕ Add a word"))
    return Message(text=f"{muted_state(subscription)}\n\n{how_to_mute()}", buttons=(*buttons, (add,)))


def muted_state(subscription: Subscription) -> str:
    count = len(subscription.muted)
    if not count:
        return _("No words are muted.")
    return ngettext("{number} muted word", "{number} muted words", count).format(number=number(count))


def how_to_mute() -> str:
    return _("Articles with such a word are left out. Add one below, or write {command}.").format(
        command=bold("/mute football")
    )


def muted(word: str, subscription: Subscription) -> Message:
    text = _("Articles with “{word}” are left out from now on.").format(word=escape(word))
    return muted_words(subscription).model_copy(update={"text": text})


def cannot_mute(why: Unmutable) -> Message:
    texts = {
        Unmutable.NO_WORD: _("There is no word in that. Write, for example, {example}."),
        Unmutable.ONE_LETTER: _(
            "One letter alone stands in almost every article, so it is not muted. Write, for example, {example}."
        ),
        Unmutable.TOO_LONG: _(
            "That is longer than {number} characters, so it is not muted. Write a word or a short phrase of it, as "
            "in {example}."
        ),
    }
    return Message(text=texts[why].format(example=bold("/mute football"), number=number(LONGEST_MUTED)))


def too_many_muted(subscription: Subscription) -> Message:
    text = _("You mute {number} words, which is as many as I can keep. Tap one to take it out.").format(
        number=number(MOST_MUTED)
    )
    return muted_words(subscription).model_copy(update={"text": text})


def unmuted(word: str, subscription: Subscription, *, was_muted: bool) -> Message:
    told = _("Articles with “{word}” come again.") if was_muted else _("“{word}” was not muted.")
    return muted_words(subscription).model_copy(update={"text": told.format(word=escape(shorten(word, 60)))})


# -- a category that brings too much --------------------------------------------------------------------------------


def calmed(name: str, slug: str, most: int) -> Message:
    text = _(
        "{category} brings a lot now: more than {most} articles in an hour. So from now on it comes as a digest "
        "every hour.\n\nTo have each article at once again: {command}"
    )
    command = f"/schedule {slug} instant"
    return Message(text=text.format(category=bold(name), most=number(most), command=escape(command)))
