"""Questions."""

from telegram import Update

from bot.rendering import answers, articles, posting
from bot.rendering.actions import AskStored, ExplainArticle, ListQuestions, ReadArticle
from bot.telegram.context import Context, message_of, offered

_NEWEST = 5


async def ask(update: Update, context: Context) -> None:
    """`/ask QUESTION`, a plain sentence, or a reply to a message about an article."""
    question = context.text(update)
    if not question:
        await ask_what(update, context)
        return
    found = await context.services.questions.ask(question, about=article_replied_to(update))
    await context.reply(update, answers.answer(found, context.services.links))


async def ask_what(update: Update, context: Context) -> None:
    await context.reply(update, answers.ask_what(await context.services.articles.latest(count=_NEWEST)))


async def ask_in_group(update: Update, context: Context) -> None:
    """There only what replies to a message of the bot's about an article is meant for it."""
    if article_replied_to(update):
        await ask(update, context)


async def ask_stored(update: Update, context: Context) -> None:
    """An article's own question was pressed."""
    if not isinstance(context.action, AskStored):
        return
    await context.note(update)
    quote = await context.services.questions.stored(context.action.id, context.action.position)
    await context.reply(update, answers.quote(quote, context.services.links) if quote else articles.not_stored())


async def list_questions(update: Update, context: Context) -> None:
    if not isinstance(context.action, ListQuestions):
        return
    if await context.is_draft(update, context.action.id):
        await context.note(update, posting.not_published_yet(), alert=True)
        return
    await context.note(update)
    article = await context.services.articles.get(context.action.id)
    await context.reply(update, articles.question_list(article) if article else articles.not_stored())


def article_replied_to(update: Update) -> str | None:
    """The one article that the message replied to is about; a digest is about none in particular."""
    about = articles_replied_to(update)
    return about[0] if len(about) == 1 else None


def articles_replied_to(update: Update) -> list[str]:
    """Those that the buttons of the message replied to are about, in their order."""
    message = message_of(update)
    replied = message.reply_to_message if message else None
    about = (ReadArticle, ListQuestions, AskStored, ExplainArticle)
    return list(dict.fromkeys(action.id for action in offered(replied) if isinstance(action, about)))
