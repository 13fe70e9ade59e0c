"""Answers in words: quoted, dated and linked, or an honest no."""

from collections.abc import Sequence

from bot.domain.answer import Answer, Quote
from bot.domain.article import Article
from bot.domain.message import Message
from bot.rendering.actions import ReadArticle
from bot.rendering.articles import date, question_buttons, title_buttons
from bot.rendering.links import Links
from bot.rendering.markup import bold, escape, link, pieces, quotation, shorten

_QUOTE_LIMIT = 3000


def answer(found: Answer, links: Links) -> Message:
    if found.quote:
        return quote(found.quote, links)
    if found.about:
        return _not_in(found.nearest[0])
    text = "Nothing stored answers that."
    if not found.nearest:
        return Message(text=f"{text} Ask about something in the news: /latest shows what there is.")
    return Message(text=f"{text} The nearest titles:", buttons=title_buttons(found.nearest))


def _not_in(article: Article) -> Message:
    text = f"Nothing stored answers that, nor does {bold(shorten(article.title, 250))}."
    rows = question_buttons(article)
    hint = " It answers these questions:" if rows else ""
    return Message(text=text + hint, buttons=(*rows, (ReadArticle(id=article.id).button("📖 Read the article"),)))


def quote(found: Quote, links: Links) -> Message:
    article = found.article
    first, *rest = pieces(found.text, _QUOTE_LIMIT) or [""]
    source = f", {escape(shorten(article.source.name, 100))}" if article.source else ""
    title = link(shorten(article.title, 250), links.to_article(article))
    lines = [
        *([bold(shorten(found.question, 300))] if found.question else []),
        quotation(first + (" …" if rest else "")),
        f"From {title}{source}, {date(article.published)}",
    ]
    read = (ReadArticle(id=article.id).button("📖 Read the article"),)
    return Message(text="\n".join(lines), buttons=(*question_buttons(article, but=found.question), read))


def ask_what(newest: Sequence[Article]) -> Message:
    """With a stored question of each of these articles to begin with."""
    text = "What would you like to know? Write /ask and your question, or, in a private chat, just the question."
    return Message(text=text, buttons=tuple(row for article in newest for row in question_buttons(article)[:1]))
