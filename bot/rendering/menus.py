"""The bot's own words to readers: greetings, menus, refusals."""

from collections.abc import Mapping, Sequence

from bot.domain.category import Category
from bot.domain.message import Attachment, Button, Message
from bot.domain.subscription import ChatKind, Subscription
from bot.rendering.actions import Forget, OpenMenu, ShowLatest
from bot.rendering.figures import number
from bot.rendering.keyboard import choices, in_rows
from bot.rendering.markup import bold, escape, shorten
from bot.rendering.subscribing import category_buttons
from bot.rendering.wording import N_, _, isolated, language, ngettext

#: English, to be worded when they are shown: `reader_commands`, `editor_commands`.
READER_COMMANDS: Mapping[str, str] = {
    "start": N_("Choose your categories"),
    "subscribe": N_("Subscribe to categories, or all"),
    "unsubscribe": N_("Unsubscribe from categories, or all"),
    "categories": N_("The categories and how much is in them"),
    "latest": N_("The newest articles"),
    "digest": N_("Your digest now, without waiting"),
    "schedule": N_("At once, or daily at your time"),
    "timezone": N_("Your time zone"),
    "language": N_("The language I speak here"),
    "quiet": N_("Hours in which nothing is sent"),
    "pause": N_("Nothing for some days, then one digest"),
    "resume": N_("End a pause"),
    "mute": N_("Leave out articles with a word"),
    "unmute": N_("Hear of a word again"),
    "article": N_("A stored article in full"),
    "search": N_("Search the stored articles"),
    "ask": N_("Ask the stored articles a question"),
    "settings": N_("All of it as one menu"),
    "manage": N_("Set up your channel or group from here"),
    "saved": N_("What you have saved"),
    "why": N_("Why an article came here, or did not"),
    "mydata": N_("All that is stored about this chat"),
    "forget": N_("Delete all of it"),
    "privacy": N_("What is kept, and for how long"),
    "help": N_("What I can do"),
}
EDITOR_COMMANDS: Mapping[str, str] = {
    "post": N_("Publish an article"),
    "drafts": N_("What waits to be published"),
    "articles": N_("Published articles, and taking them back"),
    "correct": N_("Correct an article, and tell those who have it"),
    "retract": N_("Take an article back from every chat"),
    "addcategory": N_("Add a category"),
    "renamecategory": N_("Give a category another name"),
    "feeds": N_("The feeds, and how they do"),
    "addfeed": N_("Add a feed, or a file of them"),
    "removefeed": N_("Remove a feed"),
    "inbox": N_("Questions without an answer, for you to answer"),
    "status": N_("How delivery goes"),
}


def reader_commands() -> dict[str, str]:
    return {name: _(words) for name, words in READER_COMMANDS.items()}


def editor_commands() -> dict[str, str]:
    return {name: _(words) for name, words in EDITOR_COMMANDS.items()}


def about() -> str:
    """What a person reads before pressing Start; at most 512 characters."""
    return _(
        "News by category, as it happens or once a day at your own time, and answers quoted from the articles. "
        "Press Start and choose your categories."
    )


def in_short() -> str:
    """What stands on the bot's profile; at most 120 characters."""
    return _("News by category, at your own time.")


def greeting(categories: Sequence[Category], subscription: Subscription) -> Message:
    private = subscription.kind is ChatKind.PRIVATE
    text = _(
        "<b>News, when you want it.</b>\n\n"
        "Tap the categories that you want to hear of. Each new article comes here as a short teaser with its link: "
        "at once, or once a day at your own time (/schedule)."
    )
    ask = (
        _("You can also just ask me something: I answer with what stored articles say, word for word.")
        if private
        else _("You can also /ask me something: I answer with what stored articles say, word for word.")
    )
    return Message(
        text=f"{text}\n\n{ask}",
        buttons=(*category_buttons(categories, subscription), _row("latest", "schedule"), _row("settings", "help")),
    )


def choose_latest(categories: Sequence[Category]) -> Message:
    buttons = choices(ShowLatest(slug=c.slug, skip=0).button(c.called(language())) for c in categories)
    rows = in_rows(buttons)
    everything = (ShowLatest(slug="", skip=0).button(_("📰 All categories")),)
    return Message(text=_("The newest articles of which category?"), buttons=(everything, *rows))


def nothing_yet(category: Category | None) -> Message:
    if category is None:
        return Message(text=_("Nothing has been published yet. Subscribe, and the first article comes to you."))
    text = _("Nothing has been published in {category} yet. Subscribe, and the first article comes to you.")
    return Message(text=text.format(category=bold(category.called(language()))))


def digest_empty(subscription: Subscription) -> Message:
    if not subscription.categories:
        return Message(text=_("You have not subscribed to anything yet: /categories."))
    if all(map(subscription.at_once, subscription.categories)):
        return Message(text=_("Nothing new: every article comes to you at once. /latest shows the newest ones."))
    return Message(text=_("Nothing new since your last digest. /latest shows what there was."))


def digest_coming(count: int) -> Message:
    text = ngettext(
        "Your digest is on its way: {number} article.", "Your digest is on its way: {number} articles.", count
    )
    return Message(text=text.format(number=number(count)))


def found_nothing(words: str) -> Message:
    text = _("Nothing stored has “{words}” in it. /latest shows what there is.")
    return Message(text=text.format(words=escape(shorten(words, 80))))


def search_what() -> Message:
    example = bold(_("/search bridge inspection"))
    text = _("Search for what? Write, for example, {example}.").format(example=example)
    return Message(text=text, buttons=(_row("latest"),))


def privacy() -> Message:
    return Message(
        text=_(
            "<b>What is kept about this chat</b>\n"
            "• its Telegram number, and whether it is a private chat, a group or a channel\n"
            "• the categories, schedules, quiet hours, muted words, time zone, language and all else chosen here, "
            "and up to when you have been sent articles\n"
            "• for an hour, which channel or group you set up from here (/manage); in a group, when people last "
            "wrote\n"
            "• for two days what was asked here and answered, so that you can ask on\n"
            "• questions that I could not answer, without a name, until an editor answers them; 90 days at most\n"
            "• the articles that you have saved, until you take them out; 200 at most\n"
            "• for 48 hours the numbers of the messages sent here, so that an article can be corrected or taken "
            "back\n\n"
            "No names, no other messages, nothing about what you read. Nothing is given to anyone.\n\n"
            "/mydata sends you all of it, /forget deletes it."
        ),
        buttons=(_row("mydata", "forget"),),
    )


def my_data(content: bytes | None) -> Message:
    if content is None:
        return Message(text=_("Nothing is stored about this chat."))
    return Message(
        text=_(
            "This is all that is stored about this chat, but for the numbers of the messages sent here in the last "
            "48 hours. /forget deletes it."
        ),
        attachment=Attachment(name="mydata.json", content=content),
    )


def forget_sure() -> Message:
    return Message(
        text=_("Delete everything that is stored about this chat? You will get no more articles here."),
        buttons=(
            (Forget().button(_("🗑 Delete everything")),),
            (OpenMenu(name="keep").button(_("Keep it")),),
        ),
    )


def forgotten(existed: bool) -> Message:
    if not existed:
        return Message(text=_("Nothing is stored about this chat."))
    return Message(
        text=_(
            "Done: nothing is stored about this chat any more, but for the numbers of the messages sent here in the "
            "last 48 hours. /start begins anew."
        )
    )


def kept() -> Message:
    return Message(text=_("Nothing was deleted."))


def help_text(*, editor: bool, inline_name: str = "") -> Message:
    """`inline_name`: the bot's username, if it can be asked in any chat."""
    parts = [
        _("I bring you new articles from the categories you choose, and answer questions from what is stored."),
        _command_list(reader_commands()),
        _("In a private chat, just write a question. Reply to an article to ask about it."),
    ]
    if inline_name:
        text = _("In any chat, write {name} and some words: I offer articles and answers to send there.")
        parts.append(text.format(name=escape(f"@{inline_name}")))
    if editor:
        parts.append(_("For editors:") + "\n" + _command_list(editor_commands()))
    return Message(text="\n\n".join(parts), buttons=_all_menus())


def only_text() -> Message:
    return Message(text=_("I can read only text. Ask me something, or see /help for what I can do."))


def unknown_command() -> Message:
    return Message(text=_("I do not know that command. /help lists what I can do."))


def admins_only() -> Message:
    return Message(text=_("Only this group's administrators can change what comes here."))


def stale_button() -> str:
    return _("This button no longer works. /help lists what I can do.")


def trouble() -> Message:
    return Message(text=_("Something went wrong here, and it has been noted. Please try that again in a minute."))


def _command_list(commands: Mapping[str, str]) -> str:
    return "\n".join(f"{isolated(f'/{name}')} · {words}" for name, words in commands.items())


def _all_menus() -> tuple[tuple[Button, ...], ...]:
    return (
        _row("categories", "latest"),
        _row("schedule", "timezone"),
        _row("quiet", "pause", "mute"),
        _row("settings", "digest"),
        _row("ask", "search", "article"),
        _row("saved", "why"),
        _row("language"),
        _row("privacy", "mydata"),
        _row("forget"),
    )


def _row(*menus: str) -> tuple[Button, ...]:
    labels = {
        "categories": _("📂 Categories"),
        "latest": _("📰 Latest"),
        "schedule": _("🕗 Schedule"),
        "timezone": _("🌍 Time zone"),
        "language": _("🗣 Language"),
        "quiet": _("🌙 Quiet hours"),
        "pause": _("⏸ Pause"),
        "mute": _("🔇 Muted words"),
        "settings": _("⚙️ Settings"),
        "digest": _("🗞 My digest now"),
        "search": _("🔍 Search"),
        "article": _("📖 Read"),
        "ask": _("❓ Ask"),
        "saved": _("🔖 Saved"),
        "why": _("🔎 Why did it come?"),
        "privacy": _("🔒 Privacy"),
        "mydata": _("📄 My data"),
        "forget": _("🗑 Forget me"),
        "help": _("❔ Help"),
    }
    return tuple(OpenMenu(name=name).button(labels[name]) for name in menus)
