"""The pages of /settings on when, and of what, a chat wants to hear nothing."""

from datetime import time

from bot.domain.message import Button, Message
from bot.domain.muting import LONGEST_MUTED, mark_of
from bot.domain.quiet import Quiet
from bot.domain.subscription import ChatKind
from bot.rendering import hushing
from bot.rendering.actions import Choose, Page
from bot.rendering.figures import clock
from bot.rendering.keyboard import choices, in_rows
from bot.rendering.markup import bold, escape, shorten
from bot.rendering.pages import State, leaf, to
from bot.rendering.wording import _

_WORD_LIMIT = 40
_BREAKING = "breaking"
#: The page of the muted words that asks for another one.
ADD = "add"
_STEP = 30  # minutes


def quiet(state: State, arg: str) -> Message:
    quiet = state.subscription.quiet
    text = hushing.quiet_told(state.subscription)
    if quiet is None:
        return leaf(text, tuple((_set_quiet(one, hushing.span(one)),) for one in map(Quiet.parse, hushing.HOURS)))
    rows = (
        (_from(quiet, -_STEP), _from(quiet, _STEP)),
        (_until(quiet, -_STEP), _until(quiet, _STEP)),
        (_set_quiet(*hushing.other_breaking(quiet)),),
        (Choose(page=Page.QUIET, arg="", value="off").button(_("No quiet hours")),),
    )
    return leaf(text, rows)


def _from(quiet: Quiet, step: int) -> Button:
    moved = quiet.model_copy(update={"start": _moved(quiet.start, step, quiet.end)})
    label = _("from {time}").format(time=clock(moved.start))
    return _set_quiet(moved, _arrow(label, step))


def _until(quiet: Quiet, step: int) -> Button:
    moved = quiet.model_copy(update={"end": _moved(quiet.end, step, quiet.start)})
    label = _("until {time}").format(time=clock(moved.end))
    return _set_quiet(moved, _arrow(label, step))


def _arrow(label: str, step: int) -> str:
    return f"◀ {label}" if step < 0 else f"{label} ▶"


def _moved(moment: time, step: int, other: time) -> time:
    """A step around the clock, and over the other end: quiet hours are never none, nor all day."""
    minutes = moment.hour * 60 + moment.minute + step
    moved = time(minutes // 60 % 24, minutes % 60)
    return _moved(moved, step, other) if moved == other else moved


def _set_quiet(quiet: Quiet, label: str) -> Button:
    """The button bears the whole of what it sets, so that pressing it twice is as good as once."""
    return Choose(page=Page.QUIET, arg=_BREAKING if quiet.breaking else "", value=str(quiet)).button(label)


def quiet_chosen(chosen: Choose) -> Quiet | None:
    """Raises ValueError."""
    return None if chosen.value == "off" else Quiet.parse(chosen.value, breaking=chosen.arg == _BREAKING)


def pause(state: State, arg: str) -> Message:
    how = _("Choose below, or write until when, such as {command}.").format(command=bold("/pause 10d"))
    text = f"{paused_now(state)}\n\n{hushing.catching_up()} {how}"
    days = [Choose(page=Page.PAUSE, arg="", value=str(count)).button(hushing.days(count)) for count in hushing.DAYS]
    resume = [(Choose(page=Page.PAUSE, arg="", value="0").button(_("▶️ Resume now")),)] if _is_paused(state) else []
    return leaf(text, (*resume, *in_rows(days, 3)))


def _is_paused(state: State) -> bool:
    until = state.subscription.paused_until
    return until is not None and until > state.now


def paused_now(state: State) -> str:
    until = state.subscription.paused_until if _is_paused(state) else None
    return hushing.paused_state(until, state.subscription)


def muted(state: State, arg: str) -> Message:
    if arg == ADD:
        return leaf(_which_word(state), (), back=Page.MUTED)
    words = state.subscription.muted
    told = "\n".join([hushing.muted_state(state.subscription), *(f"• {escape(word)}" for word in words)])
    buttons = choices(
        Choose(page=Page.MUTED, arg="", value=mark_of(word)).button(f"✕ {shorten(word, _WORD_LIMIT)}")
        for word in words
    )
    return leaf(f"{told}\n\n{hushing.how_to_mute()}", (*in_rows(buttons), (to(Page.MUTED, _("➕ Add a word"), ADD),)))


def _which_word(state: State) -> str:
    """A channel's posts are for its readers: of them only commands are for the bot."""
    if state.subscription.kind is ChatKind.CHANNEL and not state.private:
        return _("Which word or phrase? Write, for example, {command}.").format(command=bold("/mute football"))
    return _("Which word or phrase? Write it now; in a group, as a reply to this message.")


def may_be_muted(text: str) -> bool:
    """Whether this answers that page, rather than being a question to the bot or something longer."""
    return 0 < len(text) <= LONGEST_MUTED and "\n" not in text and not text.endswith("?")
