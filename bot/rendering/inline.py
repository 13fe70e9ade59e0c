"""What inline mode offers: articles and answers that somebody sends into any chat.

https://core.telegram.org/bots/api#inlinequeryresultarticle
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.domain.answer import Answer, Quote
from bot.domain.article import Article
from bot.domain.message import Button, Message
from bot.rendering import answers as quoting
from bot.rendering import articles as telling
from bot.rendering.actions import ReadArticle
from bot.rendering.figures import date
from bot.rendering.links import Links
from bot.rendering.markup import label
from bot.rendering.names import Names
from bot.rendering.wording import _

#: Telegram's apps show a line of a title and two or three of a description.
_TITLE_LIMIT = 120
_DESCRIPTION_LIMIT = 200
_LINK = re.compile(r"https://t\.me/\w+\?start=a_([A-Za-z0-9_-]{1,40})")


@dataclass(frozen=True, slots=True)
class Offered:
    """`message` is sent when this is chosen; the title, the description and the small `picture` stand in the list.
    `id` is one among those that are offered together, of at most 64 bytes."""

    id: str
    title: str
    description: str
    message: Message
    picture: str | None = None


def answers(found: Answer, links: Links) -> list[Offered]:
    quotes = (found.quote, *found.others) if found.quote else ()
    return [_answer(quote, links) for quote in quotes]


def articles(found: Iterable[Article], names: Names, links: Links) -> list[Offered]:
    return [_article(article, names, links) for article in found]


def nothing_found() -> str:
    """On the button above an empty list, which opens the chat with the bot."""
    return _("Nothing found: open the bot")


def linked(url: str) -> str | None:
    """What a press on “read here” would carry back, if there could be such a button in place of this link."""
    found = _LINK.fullmatch(url)
    return ReadArticle(id=found[1]).encode() if found else None


def _answer(quote: Quote, links: Links) -> Offered:
    article = quote.article
    title = _("Answer: {text}").format(text=quote.question or article.title)
    return Offered(
        id=f"{article.id}:{quote.place}",
        title=label(title, _TITLE_LIMIT),
        description=label(quote.text, _DESCRIPTION_LIMIT),
        message=_sent(quoting.quote(quote, links), article, links),
    )


def _article(article: Article, names: Names, links: Links) -> Offered:
    text = article.teaser or next(iter(article.body), "")
    return Offered(
        id=article.id,
        title=label(article.title, _TITLE_LIMIT),
        description=label(" · ".join([date(article.published), *([text] if text else [])]), _DESCRIPTION_LIMIT),
        message=_sent(telling.teaser(article, names, links), article, links),
        picture=article.image if article.image and article.image.startswith("https://") else None,
    )


def _sent(message: Message, article: Article, links: Links) -> Message:
    """As it may stand in any chat: a button that only the bot's own chats know how to answer would do nothing there,
    so there is one that opens the article in the private chat of whoever presses it."""
    button = Button(label=_("📖 Read and ask"), url=links.to_chat(f"a_{article.id}"))
    return message.model_copy(update={"buttons": ((button,),)})
