"""Which categories there are, which are subscribed, and what has just changed of that."""

from collections.abc import Iterable, Mapping, Sequence

from bot.domain.category import Category
from bot.domain.message import Message
from bot.domain.subscription import Change, Subscription
from bot.rendering.actions import SetCategory
from bot.rendering.figures import either, listed, number
from bot.rendering.keyboard import Rows, choices, in_rows
from bot.rendering.markup import bold, escape, fill, shorten
from bot.rendering.schedules import paused_too, some, summary
from bot.rendering.wording import _, language, ngettext

_LIST_LIMIT = 3000


def category_buttons(categories: Iterable[Category], subscription: Subscription) -> Rows:
    """Two in a row, each of which makes it the other way."""
    buttons = choices(
        SetCategory(slug=c.slug, wanted=c.slug not in subscription.categories).button(
            f"{'✅' if c.slug in subscription.categories else '➕'} {c.called(language())}"
        )
        for c in categories
    )
    return in_rows(buttons)


def category_list(
    categories: Sequence[Category], subscription: Subscription, this_week: Mapping[str, int]
) -> Message:
    lines = [
        f"{'✅' if c.slug in subscription.categories else '▫️'} {_of_week(c, this_week.get(c.slug, 0))}"
        for c in categories
    ]
    shown = fill(lines, limit=_LIST_LIMIT, gap="\n")[0] if lines else _("There are no categories yet.")
    more = "" if shown.count("\n") + 1 >= len(lines) else "\n" + _("… and more")
    text = f"{shown}{more}\n\n{summary(subscription, categories)}"
    return Message(text=text, buttons=category_buttons(categories, subscription))


def _of_week(category: Category, count: int) -> str:
    text = ngettext("{category} · {number} this week", "{category} · {number} this week", count)
    return text.format(category=bold(category.called(language())), number=number(count))


def choose_categories(categories: Sequence[Category], subscription: Subscription) -> Message:
    text = _("Tap a category to subscribe or unsubscribe.") + f"\n\n{summary(subscription, categories)}"
    return Message(text=text, buttons=category_buttons(categories, subscription))


def changed(change: Change, categories: Sequence[Category], *, subscribed: bool) -> Message:
    """What `/subscribe` or `/unsubscribe` did."""
    lines = []
    if change.changed:
        done = _("Subscribed to {categories}.") if subscribed else _("Unsubscribed from {categories}.")
        lines.append(done.format(categories=_names(change.changed)))
    if change.same:
        lines.append(_same(change, subscribed))
    lines += [_unknown(unknown.word, unknown.nearest) for unknown in change.unknown[:5]]
    if not lines:
        lines.append(_("There is nothing to change."))
    lines += [summary(change.subscription, categories), *paused_too(change.subscription)]
    return Message(text="\n".join(lines), buttons=category_buttons(categories, change.subscription))


def _same(change: Change, subscribed: bool) -> str:
    if subscribed:
        return _("You were already subscribed to {categories}.").format(categories=_names(change.same))
    if not change.changed and not change.subscription.categories:
        return _("You were not subscribed to anything.")
    return _("You were not subscribed to {categories}.").format(categories=_names(change.same))


def _unknown(word: str, nearest: Sequence[str]) -> str:
    said = _("There is no category “{word}”.").format(word=escape(shorten(word, 40)))
    if nearest:
        hint = _("Did you mean {names}?").format(names=either([bold(slug) for slug in nearest]))
    else:
        hint = _("/categories lists them.")
    return f"{said} {hint}"


def toggled(change: Change) -> str:
    """A short note over the keyboard; at most 200 characters, without markup."""
    names = listed([category.called(language()) for category in change.changed])
    subscribed = all(category.slug in change.subscription.categories for category in change.changed)
    if not names:
        return _("Nothing changed")
    return (_("Subscribed to {categories}") if subscribed else _("Unsubscribed from {categories}")).format(
        categories=names
    )


def no_such_category(word: str, nearest: Sequence[str]) -> Message:
    return Message(text=_unknown(word, nearest))


def _names(categories: Iterable[Category]) -> str:
    return some([bold(category.called(language())) for category in categories])
