"""Quiet hours, pauses and muted words, in words and buttons."""

from bot.domain.message import Button, Message
from bot.domain.muting import LONGEST_MUTED, MOST_MUTED, Unmutable, mark_of
from bot.domain.pause import NoPause
from bot.domain.quiet import Quiet
from bot.domain.subscription import Subscription
from bot.rendering.actions import OpenPage, Page, Pause, Resume, SetQuiet, Unmute
from bot.rendering.figures import clock, moment, number, zone_name
from bot.rendering.markup import bold, escape, shorten
from bot.rendering.wording import _, ngettext

#: Quiet hours that many want.
HOURS = ("22:00-07:00", "23:00-08:00", "20:00-09:00")
_PAUSES = ("1d", "3d", "7d", "14d")
_WORD_ON_BUTTON = 30


# -- quiet hours ----------------------------------------------------------------------------------------------------


def choose_quiet(subscription: Subscription) -> Message:
    text = _(
        "{state}\n\nChoose below, or write your own hours, such as {example}. They are by the clock of {zone}."
    ).format(
        state=quiet_state(subscription),
        example=bold("/quiet 22:30-06:45"),
        zone=bold(zone_name(subscription.timezone)),
    )
    return Message(text=text, buttons=_quiet_buttons(subscription.quiet))


def quiet_set(subscription: Subscription) -> Message:
    return Message(text=quiet_state(subscription), buttons=_quiet_buttons(subscription.quiet))


def no_quiet_hours(words: str, subscription: Subscription) -> Message:
    text = _("“{words}” are no hours that I understand. Write {example}, or choose:").format(
        words=escape(shorten(words, 60)), example=bold("/quiet 22:00-07:00")
    )
    return Message(text=text, buttons=_quiet_buttons(subscription.quiet))


def quiet_state(subscription: Subscription) -> str:
    quiet = subscription.quiet
    if quiet is None:
        return _("There are no quiet hours: news comes at any time.")
    state = _("Quiet hours: {start} to {end}. What they hold comes as one digest at their end.").format(
        start=bold(clock(quiet.start)), end=bold(clock(quiet.end))
    )
    breaking = _("Breaking news comes all the same.") if quiet.breaking else _("Breaking news waits too.")
    return f"{state} {breaking}"


def _quiet_buttons(quiet: Quiet | None) -> tuple[tuple[Button, ...], ...]:
    breaking = bool(quiet and quiet.breaking)
    chosen = str(quiet) if quiet else ""
    rows = [(SetQuiet(words=h, breaking=breaking).button(("● " if h == chosen else "") + h),) for h in HOURS]
    if quiet:
        label = _("🔴 Hold breaking news too") if breaking else _("🔴 Let breaking news through")
        rows.append((SetQuiet(words=chosen, breaking=not breaking).button(label),))
        rows.append((SetQuiet(words="off", breaking=False).button(_("No quiet hours")),))
    return tuple(rows)


# -- pauses ---------------------------------------------------------------------------------------------------------


def choose_pause(subscription: Subscription) -> Message:
    text = _("For how long shall nothing come? Afterwards you get one digest of all that came meanwhile.")
    buttons = tuple(Pause(words=words).button(_pause_label(words)) for words in _PAUSES)
    if subscription.paused_until:
        return paused(subscription)
    return Message(text=text, buttons=(buttons[:2], buttons[2:]))


def paused(subscription: Subscription) -> Message:
    if subscription.paused_until is None:
        return nothing_to_pause()
    until = moment(subscription.paused_until, subscription.zone)
    text = _("Paused until {until}. Then one digest brings all that came meanwhile.").format(until=bold(until))
    return Message(text=text, buttons=((Resume().button(_("▶️ Resume now")),),))


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
    buttons = tuple(Pause(words=words).button(_pause_label(words)) for words in _PAUSES)
    return Message(text=text, buttons=(buttons[:2], buttons[2:]))


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


def _pause_label(words: str) -> str:
    days = int(words.removesuffix("d"))
    return ngettext("{number} day", "{number} days", days).format(number=number(days))


# -- muted words ----------------------------------------------------------------------------------------------------


def muted_words(subscription: Subscription) -> Message:
    how = _("Write {example} to leave out articles with that word or phrase.").format(example=bold("/mute football"))
    add = OpenPage(page=Page.MUTED, arg="add").button(_("➕ Add a word"))
    if not subscription.muted:
        return Message(text=_("No words are muted.") + " " + how, buttons=((add,),))
    text = _("Articles with these words are left out. Tap one to hear of it again.")
    buttons = tuple(
        (Unmute(mark=mark_of(word)).button(f"✕ {shorten(word, _WORD_ON_BUTTON)}"),) for word in subscription.muted
    )
    return Message(text=f"{text}\n\n{how}", buttons=(*buttons, (add,)))


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
