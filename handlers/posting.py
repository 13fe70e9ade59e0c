"""Editors post articles."""

from telegram import Document, Message, Update

from bot.domain.draft import Preview, Unreadable
from bot.ingest.drafts import Discarded
from bot.ingest.text_file import MAX_BYTES, SUFFIXES, decode
from bot.rendering import posting
from bot.rendering.actions import DiscardDraft, FileDraft, PublishBreaking, PublishDraft
from bot.rendering.markup import units
from bot.telegram.context import Context, message_of
from bot.telegram.pasted import pasted_text
from handlers import asking

#: Telegram's apps split what is longer than 4,096 units, at the last line end or space before that.
_MAY_GO_ON = 3000
_FULL = 3900
#: An editor who pastes as much as this forgot the command.
_ARTICLE_LIKE = 500


async def post(update: Update, context: Context) -> None:
    """`/post` with the text behind it, with a file, or as a reply to either."""
    message = message_of(update)
    if message is None:
        return
    replied = message.reply_to_message
    document = message.document or (replied.document if replied else None)
    text, links = pasted_text(message, command=True) if _is_command(message) else pasted_text(message)
    if not text.strip() and document:
        await _post_file(update, context, document)
        return
    if not text.strip() and replied:
        text, links = pasted_text(replied)
    if text.strip():
        editor = update.effective_user.id if update.effective_user and units(text) > _MAY_GO_ON else None
        written = await context.services.drafts.write(text, links, may_go_on=editor)
        await _preview(update, context, written, [posting.text_may_go_on()] if units(text) > _FULL else [])
    else:
        await context.reply(update, posting.how_to_post())


async def go_on_or_ask(update: Update, context: Context) -> None:
    """An editor's plain text is the rest of what they have just posted, if that filled a message; else a question."""
    message, editor = message_of(update), update.effective_user
    if message is None or editor is None:
        return
    text, links = pasted_text(message)
    if _is_question(text):
        await asking.ask(update, context)
        return
    shown = await context.services.drafts.go_on(editor.id, text, links, may_go_on=units(text) > _MAY_GO_ON)
    if shown:
        await _preview(update, context, shown, [posting.text_joined()])
    elif len(text) > _ARTICLE_LIKE and "\n" in text:
        await context.reply(update, posting.forward_hint())
    else:
        await asking.ask(update, context)


async def file_draft(update: Update, context: Context) -> None:
    """A category was chosen for a draft that names none."""
    if not isinstance(context.action, FileDraft):
        return
    shown = await context.services.drafts.file(context.action.id, context.action.slug)
    await context.note(update, "" if shown else posting.draft_gone(), alert=shown is None)
    if shown:
        await _preview(update, context, shown, [])


async def publish(update: Update, context: Context) -> None:
    if not isinstance(context.action, PublishDraft | PublishBreaking):
        return
    breaking = isinstance(context.action, PublishBreaking)
    done = await context.services.drafts.publish(context.action.id, breaking=breaking)
    await context.note(update, "" if done else posting.draft_gone(), alert=done is None)
    if done:
        article, added = done
        readers = await context.services.subscriptions.count(article.category)
        await context.reply(update, posting.published(article, readers, added))
        await context.drop_buttons(update, PublishDraft, PublishBreaking, DiscardDraft)


async def discard(update: Update, context: Context) -> None:
    if isinstance(context.action, DiscardDraft):
        problem = {
            Discarded.DONE: "",
            Discarded.GONE: posting.draft_gone(),
            Discarded.PUBLISHED: posting.published_already(),
        }[await context.services.drafts.discard(context.action.id)]
        await context.note(update, problem, alert=bool(problem))
        if not problem:
            await context.replace(update, posting.discarded())


async def forwarded(update: Update, context: Context) -> None:
    """An editor may have forwarded an article to the bot; a command in it is somebody else's."""
    await context.reply(update, posting.forward_hint())


async def _post_file(update: Update, context: Context, document: Document) -> None:
    name = document.file_name or ""
    if (document.file_size or 0) > MAX_BYTES:
        await context.reply(update, posting.file_too_large(document.file_size or 0))
        return
    decoded = None
    if name.casefold().endswith(SUFFIXES):
        content = await (await document.get_file()).download_as_bytearray()
        decoded = decode(bytes(content))
    if decoded is None:
        await context.reply(update, posting.file_unreadable(name))
        return
    text, guessed = decoded
    await _preview(
        update, context, await context.services.drafts.write(text), [posting.accents_guessed()] if guessed else []
    )


async def _preview(update: Update, context: Context, shown: Preview, notes: list[str]) -> None:
    if isinstance(shown.article, Unreadable):
        await context.reply(update, posting.refusal(shown, await context.services.categories.all()))
    else:
        await context.reply(
            update, *posting.preview(shown, await context.names(), context.services.links, notes=notes)
        )


def _is_question(text: str) -> bool:
    """Never the rest of an article, whenever it comes."""
    return "\n" not in text.strip() and text.strip().endswith("?")


def _is_command(message: Message) -> bool:
    return (message.text or message.caption or "").startswith("/")
