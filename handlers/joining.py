"""Editors join articles that tell the same, and part those that do not."""

from telegram import Update

from bot.domain.article import Article
from bot.rendering import joining as words
from bot.rendering import menus
from bot.rendering.editor_actions import ChooseStory, JoinStory, ShowStory, SplitStory
from bot.telegram.context import Context
from handlers import curating

#: Of so many the button that was pressed is found again, also if others have arrived meanwhile.
_REMEMBERED = 4 * words.OFFERED


async def show(update: Update, context: Context) -> None:
    """Back to an article's page."""
    if isinstance(context.action, ShowStory) and (article := await _known(update, context, context.action.id)):
        await context.replace(update, await curating.managed(context, article))


async def choose(update: Update, context: Context) -> None:
    """Which article tells the same?"""
    if isinstance(context.action, ChooseStory) and (article := await _known(update, context, context.action.id)):
        near = await context.services.stories.nearest(article, words.OFFERED)
        await context.replace(update, words.choose(article, near))


async def join(update: Update, context: Context) -> None:
    """Asks first."""
    action, services = context.action, context.services
    if not isinstance(action, JoinStory):
        return
    article = await services.articles.get(action.id)
    near = await services.stories.nearest(article, _REMEMBERED) if article and article.id == action.id else []
    into = next((one for one in near if words.mark_of(one.id) == action.into), None)
    if article is None or into is None:
        await context.note(update, menus.stale_button())
    elif not action.sure:
        await context.note(update)
        await context.replace(update, words.join_sure(article, into))
    elif story := await services.articles.merge(article.id, into.id):
        await context.note(update, words.joined())
        await context.replace(update, await curating.managed(context, story))
    else:
        await context.note(update, menus.stale_button())


async def split(update: Update, context: Context) -> None:
    """Asks first."""
    action, services = context.action, context.services
    if not isinstance(action, SplitStory):
        return
    story = await services.articles.get(action.id)
    others = await services.articles.joined(story.id) if story else []
    leaving = next((one for one in others if one.id == action.id), None)
    if story is None or leaving is None:
        await context.note(update, menus.stale_button())
    elif not action.sure:
        readers = await services.subscriptions.count(leaving.category)
        await context.note(update)
        await context.replace(update, words.split_sure(leaving, story, readers))
    elif left := await services.articles.split(leaving.id):
        await context.note(update, words.split(sent=not left.arrived))
        await context.replace(update, await curating.managed(context, left.article))
    else:
        await context.note(update, menus.stale_button())


async def _known(update: Update, context: Context, article_id: str) -> Article | None:
    article = await context.services.articles.get(article_id)
    await context.note(update, "" if article else menus.stale_button())
    return article
