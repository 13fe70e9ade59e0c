"""What editors have written, linked to or been brought, before it is published."""

from functools import wraps

from telegram import Update
from telegram.constants import ChatType

from bot.domain.article import TextLink
from bot.domain.category import find_category
from bot.domain.draft import Draft, Preview, Problem, Unreadable
from bot.domain.message import Message
from bot.rendering import drafts as words
from bot.rendering import posting
from bot.rendering.editor_actions import EditDraft, FileDraft, KeepDraft, ListDrafts, OpenDraft
from bot.rendering.markup import units
from bot.telegram.context import Context, chat_of, message_of
from bot.telegram.pasted import pasted_text
from handlers.permissions import Handler

#: Telegram's apps split what is longer than 4,096 units, at the last line end or space before that.
_MAY_GO_ON = 3000
_FULL = 3900


async def drafts(update: Update, context: Context) -> None:
    await context.reply(update, await _page(context, 0))


async def turn_page(update: Update, context: Context) -> None:
    if isinstance(context.action, ListDrafts):
        await context.note(update)
        await context.replace(update, await _page(context, context.action.skip))


async def open_draft(update: Update, context: Context) -> None:
    if isinstance(context.action, OpenDraft):
        await _show_kept(update, context, await context.services.drafts.open(context.action.id))


async def file_draft(update: Update, context: Context) -> None:
    """A category was chosen for a draft that names none."""
    if isinstance(context.action, FileDraft):
        await _show_kept(update, context, await context.services.drafts.file(context.action.id, context.action.slug))


async def edit(update: Update, context: Context) -> None:
    """Shows the text of a draft; what the editor writes next takes its place."""
    editor = update.effective_user
    if not isinstance(context.action, EditDraft) or editor is None:
        return
    text = await context.services.drafts.begin_edit(context.action.id, context.here(update), editor.id)
    await context.note(update, "" if text else posting.draft_gone(), alert=text is None)
    if text:
        *others, last = words.edit(context.action.id, text)
        if chat_of(update).type != ChatType.PRIVATE:
            last = last.model_copy(update={"text": f"{last.text}\n\n{words.edit_in_group()}"})
        await context.reply(update, *others, last)


async def keep(update: Update, context: Context) -> None:
    if isinstance(context.action, KeepDraft) and update.effective_user:
        await context.services.drafts.end_edit(context.here(update), update.effective_user.id)
        await context.note(update)
        await context.replace(update, words.kept_as_it_is())


def unless_editing(handler: Handler) -> Handler:
    """For messages: what an editor writes after they have asked for a draft's text takes its place; a question, and
    all else, goes on."""

    @wraps(handler)
    async def edited(update: Update, context: Context) -> None:
        message = message_of(update)
        text, links = pasted_text(message) if message else ("", ())
        draft = None if is_question(text) else await edited_draft(update, context)
        if draft:
            await write(update, context, text, links, instead_of=draft)
        else:
            await handler(update, context)

    return edited


async def edited_draft(update: Update, context: Context) -> Draft | None:
    """The draft whose place the text takes that an editor has just sent, once."""
    message, editor = message_of(update), update.effective_user
    if message is None or editor is None or not context.is_editor(update):
        return None
    return await context.services.drafts.edited(context.here(update), editor.id, message.message_id)


async def write(
    update: Update,
    context: Context,
    text: str,
    links: tuple[TextLink, ...],
    *,
    category: str = "",
    instead_of: Draft | None = None,
) -> None:
    """A text that may be as long as one message can be, and then goes on in the next; `category` as in `filed`."""
    editor = update.effective_user.id if update.effective_user and may_go_on(text) else None
    written = await context.services.drafts.write(text, links, may_go_on=editor, instead_of=instead_of)
    written = await filed(context, written, category)
    await show(update, context, written, [posting.text_may_go_on()] if units(text) > _FULL else [])


async def filed(context: Context, shown: Preview, category: str) -> Preview:
    """In the category of that word, if its text names none."""
    named = find_category(category, await context.services.categories.all()) if category else None
    if named and isinstance(shown.article, Unreadable) and shown.article.problem is Problem.NO_CATEGORY:
        return await context.services.drafts.file(shown.draft_id, named.slug) or shown
    return shown


async def go_on(
    update: Update, context: Context, editor: int, text: str, links: tuple[TextLink, ...]
) -> Preview | None:
    """The rest of the text that filled the editor's last message; None if that did not."""
    return await context.services.drafts.go_on(editor, text, links, may_go_on=may_go_on(text))


async def show(update: Update, context: Context, shown: Preview, notes: list[str]) -> None:
    await context.reply(update, *await messages(context, shown, notes))


async def messages(context: Context, shown: Preview, notes: list[str]) -> list[Message]:
    """A preview, or why there is none."""
    if isinstance(shown.article, Unreadable):
        return [posting.refusal(shown, await context.services.categories.all())]
    return posting.preview(shown, await context.names(), context.services.links, notes=notes)


def may_go_on(text: str) -> bool:
    """In the editor's next message."""
    return units(text) > _MAY_GO_ON


def is_question(text: str) -> bool:
    """Never an article, nor the rest of one, whenever it comes."""
    return "\n" not in text.strip() and text.strip().endswith("?")


async def _show_kept(update: Update, context: Context, shown: Preview | None) -> None:
    await context.note(update, "" if shown else posting.draft_gone(), alert=shown is None)
    if shown:
        await show(update, context, shown, [])


async def _page(context: Context, skip: int) -> Message:
    waiting, total = await context.services.drafts.waiting(skip=skip, count=words.PAGE)
    return words.draft_list(waiting, await context.names(), skip=skip, total=total)
