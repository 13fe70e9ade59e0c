"""Editors look after what is published."""

import re

from pydantic import ValidationError
from telegram import Update

from bot.domain.article import Article, Correction
from bot.domain.category import Category, find_category
from bot.domain.message import Message
from bot.rendering import curating as words
from bot.rendering import menus
from bot.rendering.editor_actions import ListArticles, ManageArticle, Retract
from bot.rendering.markup import visible
from bot.rendering.wording import LANGUAGES
from bot.telegram.context import Context

_NEWEST = 5
#: Two small letters before a name are meant as a language.
_LANGUAGE = re.compile(r"([a-z]{2})\s+\S")


async def articles(update: Update, context: Context) -> None:
    await context.reply(update, await _page(context, 0))


async def turn_page(update: Update, context: Context) -> None:
    if isinstance(context.action, ListArticles):
        await context.note(update)
        await context.replace(update, await _page(context, max(0, context.action.skip)))


async def manage(update: Update, context: Context) -> None:
    if not isinstance(context.action, ManageArticle):
        return
    article = await context.services.articles.get(context.action.id)
    await context.note(update, "" if article else menus.stale_button())
    if article:
        await context.reply(update, await managed(context, article))


async def correct(update: Update, context: Context) -> None:
    """`/correct ID TEXT`; line ends and further spaces in the text are one space."""
    article_id, *said = context.text(update).split() or [""]
    if not article_id:
        await context.reply(update, words.how_to_correct(await context.services.articles.latest(count=_NEWEST)))
    elif article := await _find(context, article_id):
        await context.reply(update, await _corrected(context, article, " ".join(said)))
    else:
        await context.reply(update, words.no_such_article(article_id))


async def _corrected(context: Context, article: Article, text: str) -> Message:
    try:
        correction = Correction(text=text if visible(text) else "", at=await context.services.clock.now())
    except ValidationError:
        return words.no_correction(article, len(text) if visible(text) else 0)
    done = await context.services.articles.correct(article.id, correction)
    return words.corrected(done.reached) if done else words.no_such_article(article.id)


async def retract(update: Update, context: Context) -> None:
    """`/retract ID` shows the article and asks; alone, it offers what is published."""
    article_id = context.text(update)
    if article := await _find(context, article_id):
        await context.reply(update, await managed(context, article))
    elif article_id:
        await context.reply(update, words.no_such_article(article_id))
    else:
        await articles(update, context)


async def retract_now(update: Update, context: Context) -> None:
    if not isinstance(context.action, Retract):
        return
    reached = await context.services.articles.retract(context.action.id)
    await context.note(update, "" if reached is not None else words.taken_back_already())
    if reached is not None:
        await context.replace(update, words.retracted(reached))


async def add_category(update: Update, context: Context) -> None:
    slug, _, name = context.text(update).partition(" ")
    try:
        category = Category(slug=slug.casefold(), name=name or slug.title())
    except ValidationError:
        await context.reply(update, words.how_to_add_category())
        return
    found = await context.services.categories.all()
    if "all" in (category.slug, category.name.casefold()):  # means every category wherever one is named
        await context.reply(update, words.how_to_add_category())
        return
    same = find_category(category.slug, found) or find_category(category.name, found)
    if same is None:
        await context.services.categories.add(category)
    await context.reply(update, words.category_added(same or category, new=same is None))


async def rename_category(update: Update, context: Context) -> None:
    """`/renamecategory SLUG NAME`, or `SLUG LANGUAGE NAME` for its name in one language."""
    slug, code, name = _renaming(context.text(update))
    if code is None and name and (other := _LANGUAGE.match(name)):
        await context.reply(update, words.no_such_language(other[1]))
        return
    try:
        renamed = await context.services.categories.rename(slug, name, code) if name else None
    except ValidationError:
        renamed = None
    await context.reply(update, words.category_renamed(renamed, code) if renamed else words.how_to_rename_category())


def _renaming(text: str) -> tuple[str, str | None, str]:
    """The slug, the language and the name; a first word that is no language of the bot's is the
    name's."""
    slug, _, rest = text.partition(" ")
    code, _, name = rest.strip().partition(" ")
    if name and code in LANGUAGES:
        return slug.casefold(), code, name.strip()
    return slug.casefold(), None, rest.strip()


async def _find(context: Context, article_id: str) -> Article | None:
    """IDs that the bot makes are in small letters, which a phone begins with a capital."""
    found = await context.services.articles.get_many([article_id, article_id.lower()]) if article_id else []
    return found[0] if found else None


async def managed(context: Context, article: Article) -> Message:
    """An article's page."""
    return words.manage(article, await context.names(), await context.services.articles.joined(article.id))


async def _page(context: Context, skip: int) -> Message:
    total = await context.services.articles.count()
    found = await context.services.articles.latest(skip=skip, count=words.PAGE)
    return words.article_list(found, await context.names(), skip=skip, total=total)
