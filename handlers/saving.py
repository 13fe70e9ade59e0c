"""Saving articles to read later. What is saved is a person's own, and kept with their private chat."""

from telegram import Update

from bot.domain.message import Message
from bot.rendering import posting
from bot.rendering import saved as words
from bot.rendering.actions import ListSaved, RemoveSaved, SaveArticle, UnsaveArticle
from bot.rendering.articles import save_button
from bot.telegram.context import Context, chat_of


async def save(update: Update, context: Context) -> None:
    """The button becomes one that takes it out, but where it is everyone's."""
    if not isinstance(context.action, SaveArticle) or await _is_refused(update, context, context.action.id):
        return
    owner = await context.private_chat(update)
    if owner is None:
        await context.note(update, words.start_first(), alert=True)
        return
    gone = await context.services.saved.save(owner, context.action.id)
    here = owner == chat_of(update).id
    await context.note(update, words.saved(gone, here=here))
    if here:
        await context.swap_button(update, save_button(context.action.id, saved=True))


async def unsave(update: Update, context: Context) -> None:
    owner = await context.private_chat(update)
    if isinstance(context.action, UnsaveArticle) and owner is not None:
        await context.services.saved.unsave(owner, context.action.id)
        await context.note(update, words.taken_out())
        await context.swap_button(update, save_button(context.action.id))


async def list_saved(update: Update, context: Context) -> None:
    await context.reply(update, await _page(update, context, 0))


async def turn_page(update: Update, context: Context) -> None:
    if isinstance(context.action, ListSaved):
        await context.note(update)
        await context.replace(update, await _page(update, context, context.action.skip))


async def remove(update: Update, context: Context) -> None:
    owner = await context.private_chat(update)
    if isinstance(context.action, RemoveSaved) and owner is not None:
        for article_id in (context.action.id, *await context.services.articles.joined_ids(context.action.id)):
            await context.services.saved.unsave(owner, article_id)
        await context.note(update, words.taken_out())
        await context.replace(update, await _page(update, context, context.action.skip))


async def _page(update: Update, context: Context, skip: int) -> Message:
    chat = chat_of(update)
    if chat.type != chat.PRIVATE:
        return words.saved_in_private(context.services.links)
    ids = await context.services.saved.all(chat.id)
    found = await context.services.articles.get_many(list(ids))
    return words.saved_list(found, await context.names(), context.services.links, skip=skip)


async def _is_refused(update: Update, context: Context, article_id: str) -> bool:
    """What is not published, or no longer, cannot be saved."""
    if await context.is_draft(update, article_id):
        await context.note(update, posting.not_published_yet(), alert=True)
    elif await context.services.articles.get(article_id) is None:
        await context.note(update, words.no_longer_stored(), alert=True)
    else:
        return False
    return True
