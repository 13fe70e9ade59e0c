"""A digest in words: several articles told shortly, grouped by category."""

from collections.abc import Sequence
from itertools import groupby

from bot.domain.article import Article
from bot.domain.message import Message
from bot.rendering.actions import ReadArticle
from bot.rendering.articles import newest_correction, teaser, title
from bot.rendering.links import Links
from bot.rendering.markup import bold, brief, escape, link

#: An item is at most a title, a link and a teaser of these lengths, and of so many tags and addresses that Telegram
#: finds by itself: 10 of them, each of another category, fill a message well. A correction takes its room from the
#: teaser's.
_ITEMS = 10
_TITLE_LIMIT = 140
_TEASER_LIMIT = 200
_CORRECTION_LIMIT = 140
_NAME_LIMIT = 40
_FOUND_IN_TEASER, _FOUND_BESIDE_CORRECTION, _FOUND_IN_NAME = 6, 3, 1
_IN_A_ROW = 5


def pages(articles: Sequence[Article]) -> list[Sequence[Article]]:
    """What goes into one message each."""
    return [articles[start : start + _ITEMS] for start in range(0, len(articles), _ITEMS)]


def digest(
    articles: Sequence[Article], names: dict[str, str], links: Links, *, page: int = 1, of: int = 1
) -> Message:
    """One page of `of`; `names` are the categories' names by slug."""
    if len(articles) == 1 and of == 1:
        return teaser(articles[0], links)
    return _page(articles, names, links, page, of)


def _page(articles: Sequence[Article], names: dict[str, str], links: Links, page: int, of: int) -> Message:
    blocks = [f"🗞 {bold('Your digest')}" + (f", part {page} of {of}" if of > 1 else "")]
    number = (page - 1) * _ITEMS
    for slug, group in groupby(articles, key=lambda article: article.category):
        blocks.append(bold(brief(names.get(slug, slug).upper(), _NAME_LIMIT, _FOUND_IN_NAME)))
        for article in group:
            number += 1
            blocks.append(_item(number, article, links))
    first = (page - 1) * _ITEMS + 1
    buttons = [ReadArticle(id=a.id).button(f"📖 {n}") for n, a in enumerate(articles, first)]
    rows = tuple(tuple(buttons[i : i + _IN_A_ROW]) for i in range(0, len(buttons), _IN_A_ROW))
    return Message(text="\n\n".join(blocks), buttons=rows)


def _item(number: int, article: Article, links: Links) -> str:
    headline = link(title(article, _TITLE_LIMIT), links.to_article(article))
    text = article.teaser or next(iter(article.body), "")
    correction = newest_correction(article, _CORRECTION_LIMIT, _FOUND_BESIDE_CORRECTION)
    if correction:
        short = brief(text, _TEASER_LIMIT - _CORRECTION_LIMIT - 1, _FOUND_BESIDE_CORRECTION)
    else:
        short = brief(text, _TEASER_LIMIT, _FOUND_IN_TEASER)
    return f"{number}. {headline}" + (f"\n{escape(short)}" if short else "") + correction
