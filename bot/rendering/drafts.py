"""The bot's words to editors on pages that it reads for them, and on what waits to be published."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from bot.domain.draft import Draft
from bot.domain.feed import Failure, Fault
from bot.domain.message import Attachment, Message
from bot.domain.page import Page
from bot.rendering.editor_actions import KeepDraft, ListDrafts, OpenDraft
from bot.rendering.faults import fault
from bot.rendering.figures import number
from bot.rendering.keyboard import turning
from bot.rendering.markup import bold, brief, escape, pieces, shorten
from bot.rendering.names import Names, name_of
from bot.rendering.wording import _, isolated, ngettext

PAGE = 8
_LABEL = 45
_FOUND_IN_TITLE = 6
#: Units of markup: one message holds it, and a phone copies it with one tap.
_LONGEST_TO_COPY = 3500


def reading(what: str) -> Message:
    """`what`: an address, or the name of a file."""
    return Message(text=_("Reading {what} …").format(what=bold(_short(what))))


def no_article(what: str, failure: Failure) -> Message:
    """Why there is no draft, and what to do in its place."""
    if failure.fault is Fault.NOT_AN_ARTICLE and failure.detail == "feed":
        text = _("{what} is a feed. {command} brings its articles.")
        return Message(text=text.format(what=bold(_short(what)), command=bold(f"/addfeed {shorten(what, 300)}")))
    if failure.fault in {Fault.NO_ADDRESS, Fault.GONE} or failure.detail == "404":
        text = _("{what} could not be read. {reason}\n\nLook whether the link is whole, and open it yourself.")
        return Message(text=text.format(what=bold(_short(what)), reason=fault(failure)))
    text = _(
        "{what} could not be read. {reason}\n\n"
        "Open it yourself, copy its title and text, and send them behind /post, after a line with the category."
    )
    return Message(text=text.format(what=bold(_short(what)), reason=fault(failure)))


def one_link_at_a_time() -> Message:
    return Message(text=_("That is more than one link. Send each as a message of its own, and its page is read."))


def lacking(page: Page) -> list[str]:
    """What an editor should know of a page that was read."""
    if page.partial:
        return [_("The page shows only part of its text to those who do not subscribe to it.")]
    if page.body or page.faq:
        return []
    if not page.teaser:
        return [_("Only its title could be read, neither a teaser nor its text.")]
    return [_("Only its title and teaser could be read, not its text.")]


def edit(draft_id: str, text: str) -> list[Message]:
    """Its text to be copied, and what to do with it."""
    keep = ((KeepDraft(id=draft_id).button(_("Leave it as it is")),),)
    if len(pieces(text, _LONGEST_TO_COPY)) > 1:
        file = Attachment(name=f"{draft_id}.txt", content=text.encode())
        asked = _("Change this file, or write a new text: the next one that you send here takes the draft’s place.")
        return [Message(text=_("The text of the draft."), attachment=file), Message(text=asked, buttons=keep)]
    asked = _("Copy this, change it, and send it here: your next message takes the draft’s place.")
    return [Message(text=f"{asked}\n\n<pre>{escape(text)}</pre>", buttons=keep)]


def edit_in_group() -> str:
    """Bots see only what is said to them there: https://core.telegram.org/bots/features#privacy-mode"""
    return _("Here in the group, send it as a reply to this message.")


def kept_as_it_is() -> Message:
    return Message(text=_("Left as it is. Your next message is a message like any other."))


def draft_list(drafts: Sequence[Draft], names: Names, *, skip: int, total: int) -> Message:
    if not drafts:
        return Message(text=_("No draft waits. /post begins one, and feeds that you review bring more."))
    lines = [
        f"{number(n)}. {bold(brief(draft.title, 120, _FOUND_IN_TITLE))}{_from_where(draft, names)}"
        for n, draft in enumerate(drafts, skip + 1)
    ]
    rows = [(OpenDraft(id=draft.id).button(shorten(draft.title, _LABEL)),) for draft in drafts]
    turn = turning(lambda after: ListDrafts(skip=after), skip=skip, shown=len(drafts), total=total, size=PAGE)
    heading = ngettext("<b>{number} draft waits</b>", "<b>{number} drafts wait</b>", total).format(
        number=number(total)
    )
    return Message(text="\n\n".join([heading, *lines]), buttons=(*rows, *turn))


def _from_where(draft: Draft, names: Names) -> str:
    category = name_of(draft.article.category, names) if draft.article else _("no category yet")
    source = draft.page.source.name if draft.page and draft.page.source else ""
    told = [isolated(escape(shorten(one, 60))) for one in (category, source) if one]
    return f"\n<i>{' · '.join(told)}</i>"


def _short(what: str) -> str:
    """An address by its host and the beginning of its path."""
    parts = urlsplit(what)
    return shorten(f"{parts.netloc}{parts.path}".rstrip("/") or what, 80)
