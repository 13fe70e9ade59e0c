"""Editors post articles."""

from telegram import Document, Message, Update

from bot.domain.article import TextLink
from bot.domain.category import find_category
from bot.ingest.drafts import Discarded
from bot.ingest.pages import JSON_SUFFIXES, MAX_PAGE, PAGE_SUFFIXES
from bot.ingest.text_file import MAX_BYTES, SUFFIXES, decode
from bot.rendering import drafts, posting
from bot.rendering.editor_actions import DiscardDraft, EditDraft, PublishBreaking, PublishDraft
from bot.telegram.context import Context, message_of
from bot.telegram.pasted import pasted_text
from handlers import asking, drafting, inbox, linking

#: An editor who pastes as much as this forgot the command.
_ARTICLE_LIKE = 500


async def post(update: Update, context: Context) -> None:
    """`/post` with a text or a link behind it, with a file, or as a reply to any of these; a category alone is for
    what it is said of."""
    message = message_of(update)
    if message is None:
        return
    replied = message.reply_to_message
    document = message.document or (replied.document if replied else None)
    text, links = pasted_text(message, command=True) if _is_command(message) else pasted_text(message)
    categories = await context.services.categories.all()
    category = text.strip() if find_category(text, categories) else ""
    if document and (category or not text.strip()):
        await _post_file(update, context, document, category)
        return
    if replied and (category or not text.strip()):
        said, behind = pasted_text(replied)
        link = linking.read_link(said, behind, categories)
        text, links = (f"{category} {link.url}", ()) if link and category else (said, behind)
    if link := linking.read_link(text, links, categories):
        await linking.post_link(update, context, link)
    elif text.strip():
        await _write(update, context, text, links, category)
    else:
        await context.reply(update, posting.how_to_post())


async def go_on_or_ask(update: Update, context: Context) -> None:
    """An editor's plain text is the rest of what they have just posted, if that filled a message; a link to a page;
    else a question."""
    message, editor = message_of(update), update.effective_user
    if message is None or editor is None:
        return
    text, links = pasted_text(message)
    if drafting.is_question(text):
        await asking.ask(update, context)
    elif await inbox.go_on(update, context):
        return
    elif shown := await drafting.go_on(update, context, editor.id, text, links):
        await drafting.show(update, context, shown, [posting.text_joined()])
    elif link := linking.read_link(text, links, await context.services.categories.all()):
        await linking.post_link(update, context, link)
    elif linking.are_links(text):
        await context.reply(update, drafts.one_link_at_a_time())
    elif len(text) > _ARTICLE_LIKE and "\n" in text:
        await context.reply(update, posting.forward_hint())
    else:
        await asking.ask(update, context)


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
        await context.drop_buttons(update, PublishDraft, PublishBreaking, EditDraft, DiscardDraft)


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


async def _write(update: Update, context: Context, text: str, links: tuple[TextLink, ...], category: str) -> None:
    if linking.are_links(text):
        await context.reply(update, drafts.one_link_at_a_time())
    else:
        await drafting.write(update, context, text, links, category=category)


async def _post_file(update: Update, context: Context, document: Document, category: str) -> None:
    name = (document.file_name or "").casefold()
    is_page = name.endswith((*PAGE_SUFFIXES, *JSON_SUFFIXES))
    most = MAX_PAGE if is_page else MAX_BYTES
    if (document.file_size or 0) > most:
        await context.reply(update, posting.file_too_large(document.file_size or 0, most))
    elif is_page:
        await linking.post_page_file(update, context, document, category)
    else:
        await _post_text_file(update, context, document, category)


async def _post_text_file(update: Update, context: Context, document: Document, category: str) -> None:
    name = document.file_name or ""
    decoded = None
    if name.casefold().endswith(SUFFIXES):
        content = await (await document.get_file()).download_as_bytearray()
        decoded = decode(bytes(content))
    if decoded is None:
        await context.reply(update, posting.file_unreadable(name))
        return
    text, guessed = decoded
    edited = await drafting.edited_draft(update, context)
    shown = await context.services.drafts.write(text, instead_of=edited)
    shown = await drafting.filed(context, shown, category)
    await drafting.show(update, context, shown, [posting.accents_guessed()] if guessed else [])


def _is_command(message: Message) -> bool:
    return (message.text or message.caption or "").startswith("/")
