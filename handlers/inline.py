"""Inline mode: who writes the bot's name and some words in any chat is offered articles and answers to send there.

Telegram asks at almost every letter (https://core.telegram.org/bots/inline), so nothing is filed or remembered.
"""

from telegram import Update

from bot.domain.article import Article
from bot.rendering import inline
from bot.rendering.inline import Offered
from bot.telegram.context import Context
from bot.telegram.inline import answer

_PAGE = 10
#: Nobody scrolls further, and an offset may be forged.
_MOST = 60


async def offer(update: Update, context: Context) -> None:
    query = update.inline_query
    if query is None:
        return
    words, skip = query.query.strip(), _skipped(query.offset)
    found = await _articles(context, words, skip)
    offered = inline.articles(found[:_PAGE], await context.names(), context.services.links)
    if words and not skip:
        offered = [*await _answers(context, words), *offered]
    goes_on = len(found) > _PAGE and skip + _PAGE < _MOST
    button = "" if offered or skip else inline.nothing_found()
    await answer(query, offered, then=str(skip + _PAGE) if goes_on else "", button=button)


async def _articles(context: Context, words: str, skip: int) -> list[Article]:
    """Those that have the words, best first, or the newest; one more than a page where there are more."""
    if not words:
        return await context.services.articles.latest(skip=skip, count=_PAGE + 1)
    return (await context.services.questions.search(words, limit=skip + _PAGE + 1))[skip:]


async def _answers(context: Context, words: str) -> list[Offered]:
    return inline.answers(await context.services.questions.ask(words), context.services.links)


def _skipped(offset: str) -> int:
    """As an answer has given it; what is not of that kind is the beginning."""
    return min(int(offset), _MOST) if offset.isascii() and offset.isdigit() and len(offset) < 4 else 0
