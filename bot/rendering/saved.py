"""What a person has saved, in words."""

from collections.abc import Sequence

from bot.domain.article import Article
from bot.domain.message import Button, Message
from bot.rendering.actions import ListSaved, OpenMenu, ReadArticle, RemoveSaved
from bot.rendering.articles import from_when, title
from bot.rendering.figures import number
from bot.rendering.keyboard import turning
from bot.rendering.links import Links
from bot.rendering.markup import bold, link
from bot.rendering.names import Names
from bot.rendering.wording import _, ngettext

PAGE = 5
_TITLE_LIMIT = 140


def saved_list(articles: Sequence[Article], names: Names, links: Links, *, skip: int = 0) -> Message:
    """The page after `skip` of all that are saved, or the last if there are no longer so many."""
    if not articles:
        return nothing_saved()
    skip = min(skip, (len(articles) - 1) // PAGE * PAGE)
    shown = list(enumerate(articles[skip : skip + PAGE], skip + 1))
    total = len(articles)
    heading = ngettext("🔖 <b>Saved</b> · {number} article", "🔖 <b>Saved</b> · {number} articles", total)
    items = [
        f"{bold(f'{number(n)}.')} {link(title(one, _TITLE_LIMIT), links.to_article(one))}\n{from_when(one, names)}"
        for n, one in shown
    ]
    reading = tuple(ReadArticle(id=one.id).button(f"📖 {number(n)}") for n, one in shown)
    removing = tuple(RemoveSaved(id=one.id, skip=skip).button(f"✕ {number(n)}") for n, one in shown)
    turn = turning(lambda after: ListSaved(skip=after), skip=skip, shown=len(shown), total=total, size=PAGE)
    return Message(
        text="\n\n".join([heading.format(number=number(total)), *items]), buttons=(reading, removing, *turn)
    )


def nothing_saved() -> Message:
    return Message(
        text=_("You have saved nothing yet. Press 🔖 Save under an article, and you find it here again."),
        buttons=((OpenMenu(name="latest").button(_("📰 Latest")),),),
    )


def saved_in_private(links: Links) -> Message:
    """In a group or a channel, where everyone saves for themselves."""
    return Message(
        text=_("What you save is yours alone: you find it in your private chat with me."),
        buttons=((Button(label=_("🔖 My saved articles"), url=links.to_chat("saved")),),),
    )


def saved(gone: int, *, here: bool) -> str:
    """A note over the button; `gone`: so many of the oldest; `here`: in the private chat itself."""
    note = _("Saved: /saved lists it.") if here else _("Saved: you find it with /saved in our private chat.")
    if gone:
        note += " " + _("That was one too many, so the oldest went.")
    return note


def taken_out() -> str:
    return _("No longer saved.")


def start_first() -> str:
    """A note over the button, to somebody with whom the bot may not speak."""
    return _("To save articles, open a private chat with me and press Start, then press Save here again.")


def no_longer_stored() -> str:
    return _("This article was taken back.")
