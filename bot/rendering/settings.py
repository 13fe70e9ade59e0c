"""The pages of /settings: one message, each page of which says first what is set now, and leads on and back."""

from collections.abc import Callable, Mapping

from bot.domain.category import Category
from bot.domain.digest import Form
from bot.domain.message import Button, Message
from bot.domain.schedule import Schedule
from bot.rendering import hushing, managing, menus, schedules, silence, timezones
from bot.rendering.actions import Choose, OpenMenu, Page
from bot.rendering.figures import number, zone_name
from bot.rendering.keyboard import choices, in_rows
from bot.rendering.markup import bold, italic
from bot.rendering.pages import State, clock, leaf, to
from bot.rendering.saved import nothing_saved
from bot.rendering.wording import LANGUAGES, _, isolated, language, ngettext

#: Of different schedules; a reader takes in no more.
_MOST_LINES = 12


def page(state: State, which: Page, arg: str = "") -> Message:
    return _PAGES[which](state, arg)


def _top(state: State, arg: str) -> Message:
    lines = [_("⚙️ <b>Settings</b>"), *_overview(state)]
    rows = [
        (to(Page.CATEGORIES, _("📂 Categories")), to(Page.SCHEDULE, _("🕗 Schedule"))),
        (to(Page.TIMEZONE, _("🌍 Time zone")), to(Page.QUIET, _("🌙 Quiet hours"))),
        (to(Page.PAUSE, _("⏸ Pause")), to(Page.MUTED, _("🔇 Muted words"))),
        (to(Page.FORM, _("🗞 Digests")), to(Page.LANGUAGE, _("🗣 Language"))),
        (to(Page.DATA, _("📄 My data")), to(Page.FORGET, _("🗑 Forget me"))),
    ]
    if state.private:
        saved = () if state.managed else (to(Page.SAVED, _("🔖 Saved")),)
        rows.append((*saved, to(Page.CHAT, _("📣 Other chat"))))
    return Message(text="\n".join(lines), buttons=(*rows, (to(Page.CLOSED, _("✖️ Close")),)))


def _overview(state: State) -> list[str]:
    subscription = state.subscription
    return [
        _when(state),
        f"🌍 {isolated(zone_name(subscription.timezone))} · {clock(state)}",
        f"🌙 {hushing.quiet_state(subscription)}",
        f"⏸ {silence.paused_now(state)}",
        f"🔇 {hushing.muted_state(subscription)}",
        f"🗞 {_forms()[subscription.form]}",
        f"🗣 {LANGUAGES.get(state.subscription.language, LANGUAGES['en'])}",
    ]


def _when(state: State) -> str:
    """What comes when, as far as there is room for it."""
    lines = schedules.summary(state.subscription, state.categories).split("\n")
    return "\n".join([*lines[:_MOST_LINES], *("…" for _more in lines[_MOST_LINES : _MOST_LINES + 1])])


def _categories(state: State, arg: str) -> Message:
    chosen = state.subscription.categories
    buttons = choices(
        Choose(page=Page.CATEGORIES, arg="off" if c.slug in chosen else "on", value=c.slug).button(
            f"{'✅' if c.slug in chosen else '➕'} {c.called(language())}"
        )
        for c in state.categories
    )
    hint = _("Tap a category to change that.")
    return leaf(f"{_when(state)}\n\n{hint}", in_rows(buttons))


def _schedule(state: State, arg: str) -> Message:
    """For all of them; with a category's slug, for it alone."""
    category = next((category for category in state.own if category.slug == arg), None)
    if category is not None:
        return _schedule_of(state, category)
    held = {state.subscription.schedule, *state.subscription.categories.values()}
    own = state.own if len(state.own) > 1 else []
    apart = choices(to(Page.SCHEDULE, f"{c.called(language())} …", c.slug) for c in own)
    text = f"{_when(state)}\n\n{_how_to_schedule('')}"
    if apart:
        text += "\n" + _("A category can have a schedule of its own:")
    return leaf(text, (*_schedules("", held.pop() if len(held) == 1 else None), *in_rows(apart)))


def _schedule_of(state: State, category: Category) -> Message:
    held = state.subscription.categories[category.slug]
    told = schedules.category_schedule(state.subscription, category)
    text = f"{told}\n\n{_how_to_schedule(f'{category.slug} ')}"
    return leaf(text, _schedules(category.slug, held), back=Page.SCHEDULE)


def _how_to_schedule(slug: str) -> str:
    return _("Choose below, or write your own times, such as {command}.").format(
        command=bold(f"/schedule {slug}weekly mon,thu 07:30")
    )


def _schedules(slug: str, held: Schedule | None) -> tuple[tuple[Button, ...], ...]:
    return schedules.offers(lambda words: Choose(page=Page.SCHEDULE, arg=slug, value=words), held)


def _timezone(state: State, arg: str) -> Message:
    told = timezones.told(state.subscription, state.now)
    buttons = [
        Choose(page=Page.TIMEZONE, arg="", value=zone).button(
            ("● " if zone == state.subscription.timezone else "") + timezones.city(zone)
        )
        for zone in timezones.OFFERED
    ]
    return leaf(told, in_rows(buttons, 3))


def _form(state: State, arg: str) -> Message:
    held, names = state.subscription.form, _forms()
    buttons = tuple(
        (Choose(page=Page.FORM, arg="", value=form.value).button(("● " if form is held else "") + names[form]),)
        for form in Form
    )
    text = _("Your digests come as: {form}.").format(form=bold(names[held]))
    return leaf(f"{text}\n\n{_preview(held)}", buttons)


def _forms() -> dict[Form, str]:
    return {
        Form.TEASERS: _("Teasers"),
        Form.HEADLINES: _("Headlines"),
        Form.CARDS: _("Teasers under a picture"),
    }


def _preview(form: Form) -> str:
    first, second = _("Bridge reopens after repairs"), _("Two ferries a day from Monday")
    if form is Form.HEADLINES:
        return f"<blockquote>{bold('1.')} {first}\n{bold('2.')} {second}</blockquote>"
    picture = "🖼\n" if form is Form.CARDS else ""
    teaser = italic(_("Traffic flows again since this morning. Inspectors found no further cracks."))
    return f"<blockquote>{picture}{bold('1.')} {bold(first)}\n{teaser}</blockquote>"


def _language(state: State, arg: str) -> Message:
    text = _("I speak {language} here.").format(language=bold(LANGUAGES[state.language]))
    buttons = [
        Choose(page=Page.LANGUAGE, arg="", value=code).button(("● " if code == state.language else "") + name)
        for code, name in LANGUAGES.items()
    ]
    return leaf(text, in_rows(buttons))


def _saved(state: State, arg: str) -> Message:
    if not state.saved:
        return leaf(nothing_saved().text, ())
    text = ngettext("You have saved {number} article.", "You have saved {number} articles.", state.saved)
    show = OpenMenu(name="saved").button(_("🔖 Show them"))
    return leaf(text.format(number=number(state.saved)), ((show,),))


def _data(state: State, arg: str) -> Message:
    send = OpenMenu(name="mydata").button(_("📄 Send it as a file"))
    return leaf(menus.privacy().text, ((send,),) if state.stored else ())


def _forget(state: State, arg: str) -> Message:
    if not state.stored:
        return leaf(menus.forgotten(existed=False).text, ())
    sure = Choose(page=Page.FORGET, arg="", value="all").button(_("🗑 Delete everything"))
    return leaf(menus.forget_sure().text, ((sure,),))


def _chat(state: State, arg: str) -> Message:
    choose = OpenMenu(name="chats").button(_("📣 Choose a chat"))
    return leaf(managing.how(state.managed).text, ((choose,),))


def _closed(state: State, arg: str) -> Message:
    return Message(text="\n".join([*_overview(state), "", _("/settings opens this again.")]))


_PAGES: Mapping[Page, Callable[[State, str], Message]] = {
    Page.TOP: _top,
    Page.CATEGORIES: _categories,
    Page.SCHEDULE: _schedule,
    Page.TIMEZONE: _timezone,
    Page.QUIET: silence.quiet,
    Page.PAUSE: silence.pause,
    Page.MUTED: silence.muted,
    Page.FORM: _form,
    Page.LANGUAGE: _language,
    Page.SAVED: _saved,
    Page.DATA: _data,
    Page.FORGET: _forget,
    Page.CHAT: _chat,
    Page.CLOSED: _closed,
}
