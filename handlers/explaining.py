"""Why an article came to a chat, or did not."""

from telegram import Update

from bot.domain.fate import Arrived
from bot.rendering import posting, reasons
from bot.rendering.actions import ExplainArticle
from bot.telegram.context import Context, message_of
from handlers.asking import articles_replied_to

_NEWEST = 6


async def why(update: Update, context: Context) -> None:
    """`/why ID`, or `/why` as a reply to a message that tells of articles; alone, it offers the newest."""
    about = articles_replied_to(update)
    if wanted := context.text(update):
        await _explain(update, context, wanted)
    elif len(about) == 1:
        await _explain(update, context, about[0])
    elif about:
        await _explain_several(update, context, about)
    else:
        await why_what(update, context)


async def why_what(update: Update, context: Context) -> None:
    await context.reply(update, reasons.why_what(await context.services.articles.latest(count=_NEWEST)))


async def explain(update: Update, context: Context) -> None:
    """An article's button was pressed."""
    if not isinstance(context.action, ExplainArticle):
        return
    if await context.is_draft(update, context.action.id):
        await context.note(update, posting.not_published_yet(), alert=True)
        return
    await context.note(update)
    await _explain(update, context, context.action.id)


async def _explain(update: Update, context: Context, article_id: str) -> None:
    found = await context.services.articles.get_many([article_id, article_id.lower()])
    if not found:
        await context.reply(update, reasons.no_such_article())
        return
    reader, names = context.reader(update), await context.names()
    fate = await context.services.reports.fate(found[0].id, reader.address)
    subscription = await context.services.subscriptions.get(reader)
    await context.reply(update, reasons.explain(found[0], fate, subscription, names))


async def _explain_several(update: Update, context: Context, about: list[str]) -> None:
    """A digest, by its receipt; what else lists articles is an answer."""
    message, reader = message_of(update), context.reader(update)
    replied = message.reply_to_message.message_id if message and message.reply_to_message else None
    found = await context.services.articles.get_many(about)
    fates = [await context.services.reports.fate(article.id, reader.address) for article in found[:1]]
    subscription = await context.services.subscriptions.get(reader)
    is_digest = any(isinstance(fate, Arrived) and fate.message_id == replied for fate in fates)
    categories = await context.services.categories.all()
    await context.reply(update, reasons.explain_several(found, subscription, categories, is_digest=is_digest))
