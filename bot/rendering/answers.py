"""Answers in words: quoted, dated and linked, or an honest no."""

from collections.abc import Sequence

from bot.domain.answer import Answer, Quote
from bot.domain.article import Article
from bot.domain.message import Button, Message
from bot.rendering.actions import ReadArticle
from bot.rendering.articles import newest_correction, question_buttons, title, title_buttons
from bot.rendering.figures import date
from bot.rendering.links import Links
from bot.rendering.markup import bold, brief, calm, escape, link, pieces, quotation, shorten
from bot.rendering.wording import _, isolated

_QUOTE_LIMIT = 3000
_CORRECTION_LIMIT = 250
#: How many tags, names and addresses Telegram may find by itself before it drops the link to the article.
_FOUND_IN_QUESTION, _FOUND_IN_QUOTE, _FOUND_IN_CORRECTION = 20, 60, 3


def answer(found: Answer, links: Links) -> Message:
    if found.quote:
        return quote(found.quote, links)
    if found.about:
        return _not_in(found.nearest[0])
    if not found.nearest:
        text = _("Nothing stored answers that. Ask about something in the news: /latest shows what there is.")
        return Message(text=text)
    text = _("Nothing stored answers that. The nearest titles:")
    return Message(text=text, buttons=title_buttons(found.nearest))


def _not_in(article: Article) -> Message:
    rows = question_buttons(article)
    if rows:
        text = _("Nothing stored answers that, nor does {title}. It answers these questions:")
    else:
        text = _("Nothing stored answers that, nor does {title}.")
    return Message(text=text.format(title=bold(title(article))), buttons=(*rows, _read(article)))


def quote(found: Quote, links: Links) -> Message:
    article = found.article
    first, *rest = pieces(found.text, _QUOTE_LIMIT) or [""]
    first, *rest = [*pieces(calm(first, _FOUND_IN_QUOTE), _QUOTE_LIMIT), *rest] or [""]
    told = [
        isolated(link(title(article), links.to_article(article))),
        *([isolated(escape(shorten(article.source.name, 100)))] if article.source else []),
        date(article.published),
    ]
    lines = [
        *([bold(brief(found.question, 300, _FOUND_IN_QUESTION))] if found.question else []),
        quotation(first + (" …" if rest else "")),
        _("From {article}").format(article=_(", ").join(told))
        + newest_correction(article, _CORRECTION_LIMIT, _FOUND_IN_CORRECTION),
    ]
    return Message(text="\n".join(lines), buttons=(*question_buttons(article, but=found.question), _read(article)))


def ask_what(newest: Sequence[Article]) -> Message:
    """With a stored question of each of these articles to begin with."""
    text = _("What would you like to know? Write /ask and your question, or, in a private chat, just the question.")
    return Message(text=text, buttons=tuple(row for article in newest for row in question_buttons(article)[:1]))


def _read(article: Article) -> tuple[Button, ...]:
    return (ReadArticle(id=article.id).button(_("📖 Read the article")),)
