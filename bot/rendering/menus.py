"""The bot's own words to readers: greetings, menus, confirmations, refusals."""

from collections.abc import Iterable, Mapping, Sequence

from bot.domain.category import Category
from bot.domain.message import Attachment, Button, Message
from bot.domain.subscription import Change, ChatKind, Subscription
from bot.rendering.actions import Forget, OpenMenu, ShowLatest, ToggleCategory, choices
from bot.rendering.markup import bold, counted, escape, fill, shorten
from bot.rendering.schedules import some, summary

_LIST_LIMIT = 3000
_MENU_ROW = (
    OpenMenu(name="latest").button("📰 Latest"),
    OpenMenu(name="schedule").button("🕗 Schedule"),
    OpenMenu(name="help").button("❔ Help"),
)

_ALL_MENUS = tuple(
    tuple(OpenMenu(name=name).button(label) for name, label in row.items())
    for row in (
        {"categories": "📂 Categories", "latest": "📰 Latest"},
        {"schedule": "🕗 Schedule", "timezone": "🌍 Time zone"},
        {"digest": "🗞 My digest now", "ask": "❓ Ask"},
        {"why": "🔎 Why did it come?"},
        {"privacy": "🔒 Privacy", "mydata": "📄 My data"},
        {"forget": "🗑 Forget me"},
    )
)

READER_COMMANDS: Mapping[str, str] = {
    "start": "Choose your categories",
    "subscribe": "Subscribe to categories, or all",
    "unsubscribe": "Unsubscribe from categories, or all",
    "categories": "The categories and how much is in them",
    "latest": "The newest articles",
    "digest": "Your digest now, without waiting",
    "schedule": "At once, or daily at your time",
    "timezone": "Your time zone",
    "article": "A stored article in full",
    "search": "Search the stored articles",
    "ask": "Ask the stored articles a question",
    "why": "Why an article came here, or did not",
    "mydata": "All that is stored about this chat",
    "forget": "Delete all of it",
    "privacy": "What is kept, and for how long",
    "help": "What I can do",
}
EDITOR_COMMANDS: Mapping[str, str] = {
    "post": "Publish an article",
    "articles": "Published articles, and taking them back",
    "correct": "Correct an article, and tell those who have it",
    "retract": "Take an article back from every chat",
    "addcategory": "Add a category",
    "status": "How delivery goes",
}


def greeting(categories: Sequence[Category], subscription: Subscription) -> Message:
    private = subscription.kind is ChatKind.PRIVATE
    ask = "You can also just ask me something" if private else "You can also /ask me something"
    text = (
        f"{bold('News, when you want it.')}\n\n"
        "Tap the categories that you want to hear of. Each new article comes here as a short teaser with its link: "
        "at once, or once a day at your own time (/schedule).\n\n"
        f"{ask}: I answer with what stored articles say, word for word."
    )
    return Message(text=text, buttons=(*category_buttons(categories, subscription), _MENU_ROW))


def category_buttons(categories: Iterable[Category], subscription: Subscription) -> tuple[tuple[Button, ...], ...]:
    """Two in a row, each of which toggles."""
    buttons = choices(
        ToggleCategory(slug=c.slug).button(f"{'✅' if c.slug in subscription.categories else '➕'} {c.name}")
        for c in categories
    )
    return tuple(tuple(buttons[i : i + 2]) for i in range(0, len(buttons), 2))


def category_list(
    categories: Sequence[Category], subscription: Subscription, this_week: Mapping[str, int]
) -> Message:
    lines = [
        f"{'✅' if c.slug in subscription.categories else '▫️'} {bold(c.name)} · {this_week.get(c.slug, 0)} this week"
        for c in categories
    ]
    shown = fill(lines, limit=_LIST_LIMIT, gap="\n")[0] if lines else "There are no categories yet."
    more = "" if shown.count("\n") + 1 >= len(lines) else "\n… and more"
    return Message(
        text=f"{shown}{more}\n\n{summary(subscription)}", buttons=category_buttons(categories, subscription)
    )


def choose_categories(categories: Sequence[Category], subscription: Subscription) -> Message:
    text = f"Tap a category to subscribe or unsubscribe.\n\n{summary(subscription)}"
    return Message(text=text, buttons=category_buttons(categories, subscription))


def changed(change: Change, categories: Sequence[Category], *, subscribed: bool) -> Message:
    """What `/subscribe` or `/unsubscribe` did."""
    lines = []
    if change.changed:
        lines.append(f"{'Subscribed to' if subscribed else 'Unsubscribed from'} {_names(change.changed)}.")
    if change.same:
        everything = not subscribed and not change.changed and not change.subscription.categories
        what = "anything" if everything else _names(change.same)
        lines.append(f"You were {'already' if subscribed else 'not'} subscribed to {what}.")
    for unknown in change.unknown[:5]:
        meant = " or ".join(f"{bold(slug)}" for slug in unknown.nearest)
        word = escape(shorten(unknown.word, 40))
        lines.append(
            f"There is no category “{word}”. " + (f"Did you mean {meant}?" if meant else "/categories lists them.")
        )
    if not lines:
        lines.append("There is nothing to change.")
    lines.append(summary(change.subscription))
    return Message(text="\n".join(lines), buttons=category_buttons(categories, change.subscription))


def toggled(change: Change) -> str:
    """A short note over the keyboard; at most 200 characters, without markup."""
    names = ", ".join(category.name for category in change.changed)
    subscribed = all(category.slug in change.subscription.categories for category in change.changed)
    return f"{'Subscribed to' if subscribed else 'Unsubscribed from'} {names}" if names else "Nothing changed"


def choose_latest(categories: Sequence[Category]) -> Message:
    buttons = choices(ShowLatest(slug=c.slug, skip=0).button(c.name) for c in categories)
    rows = tuple(tuple(buttons[i : i + 2]) for i in range(0, len(buttons), 2))
    everything = (ShowLatest(slug="", skip=0).button("📰 All categories"),)
    return Message(text="The newest articles of which category?", buttons=(everything, *rows))


def nothing_yet(category: Category | None) -> Message:
    where = f" in {bold(category.name)}" if category else ""
    return Message(text=f"Nothing has been published{where} yet. Subscribe, and the first article comes to you.")


def no_such_category(word: str, nearest: Sequence[str]) -> Message:
    meant = " or ".join(bold(slug) for slug in nearest)
    hint = f"Did you mean {meant}?" if meant else "/categories lists them."
    return Message(text=f"There is no category “{escape(shorten(word, 40))}”. {hint}")


def digest_empty(subscription: Subscription) -> Message:
    if not subscription.categories:
        return Message(text="You have not subscribed to anything yet: /categories.")
    if subscription.schedule.instant:
        return Message(text="Nothing new: every article comes to you at once. /latest shows the newest ones.")
    return Message(text="Nothing new since your last digest. /latest shows what there was.")


def digest_coming(count: int) -> Message:
    return Message(text=f"Your digest is on its way: {counted(count, 'article')}.")


def found_nothing(words: str) -> Message:
    return Message(text=f"Nothing stored has “{escape(shorten(words, 80))}” in it. /latest shows what there is.")


def search_what() -> Message:
    return Message(text=f"Search for what? Write, for example, {bold('/search bridge inspection')}.")


def privacy() -> Message:
    return Message(
        text=f"{bold('What is kept about this chat')}\n"
        "• its Telegram number, and whether it is a private chat, a group or a channel\n"
        "• the categories, schedule, time zone and language chosen here, and up to when you have been sent articles\n"
        "• for 48 hours the numbers of the messages sent here, so that an article can be corrected or taken back\n\n"
        "No names, no messages, no questions, nothing about what you read. Nothing is given to anyone.\n\n"
        "/mydata sends you all of it, /forget deletes it.",
        buttons=((OpenMenu(name="mydata").button("📄 My data"), OpenMenu(name="forget").button("🗑 Forget me")),),
    )


def my_data(content: bytes | None) -> Message:
    if content is None:
        return Message(text="Nothing is stored about this chat.")
    return Message(
        text="This is all that is stored about this chat, but for the numbers of the messages sent here in the last "
        "48 hours. /forget deletes it.",
        attachment=Attachment(name="mydata.json", content=content),
    )


def forget_sure() -> Message:
    return Message(
        text="Delete everything that is stored about this chat? You will get no more articles here.",
        buttons=(
            (Forget().button("🗑 Delete everything"),),
            (OpenMenu(name="keep").button("Keep it"),),
        ),
    )


def forgotten(existed: bool) -> Message:
    if not existed:
        return Message(text="Nothing was stored about this chat.")
    return Message(
        text="Done: nothing is stored about this chat any more, but for the numbers of the messages sent here in the "
        "last 48 hours. /start begins anew."
    )


def kept() -> Message:
    return Message(text="Nothing was deleted.")


def help_text(*, editor: bool) -> Message:
    lines = [f"/{command} · {words}" for command, words in READER_COMMANDS.items()]
    text = (
        "I bring you new articles from the categories you choose, and answer questions from what is stored.\n\n"
        + "\n".join(lines)
        + "\n\nIn a private chat, just write a question. Reply to an article to ask about it."
    )
    if editor:
        text += "\n\nFor editors:\n" + "\n".join(f"/{name} · {words}" for name, words in EDITOR_COMMANDS.items())
    return Message(text=text, buttons=_ALL_MENUS)


def only_text() -> Message:
    return Message(text="I can read only text. Ask me something, or see /help for what I can do.")


def unknown_command() -> Message:
    return Message(text="I do not know that command. /help lists what I can do.")


def admins_only() -> Message:
    return Message(text="Only this group's administrators can change what comes here.")


def stale_button() -> str:
    return "This button no longer works. /help lists what I can do."


def trouble() -> Message:
    return Message(text="Something went wrong here, and it has been noted. Please try that again in a minute.")


def _names(categories: Iterable[Category]) -> str:
    return some([bold(category.name) for category in categories])
