"""Answers in words: quoted, dated and linked, or an honest no."""

from collections.abc import Sequence

from bot.domain.answer import Answer, Quote
from bot.domain.article import Article
from bot.domain.message import Button, Message
from bot.rendering.actions import ListQuestions, ReadArticle, decode
from bot.rendering.answer_actions import AskEditors, AskEverywhere, RateAnswer, ShowPassage, ShowQuote
from bot.rendering.articles import article_list, newest_correction, question_buttons, title, title_buttons
from bot.rendering.figures import date, number
from bot.rendering.keyboard import Rows
from bot.rendering.links import Links
from bot.rendering.markup import bold, brief, calm, escape, italic, link, pieces, quotation, shorten
from bot.rendering.wording import _, in_languages, isolated

_QUOTE_LIMIT = 3000
#: Of what stands before and after the quoted words of a passage that is longer than that.
_AROUND_LIMIT = 900
_CORRECTION_LIMIT = 250
#: How many tags, names and addresses Telegram may find by itself before it drops the link to the article.
_FOUND_IN_QUESTION, _FOUND_IN_QUOTE, _FOUND_IN_CORRECTION = 20, 60, 3
_FOUND_IN_PART, _FOUND_IN_NARROWED = 20, 3
_NARROWED_LIMIT = 200
_MOST_OTHERS, _MOST_NEAREST, _MOST_QUESTIONS = 2, 2, 3
#: A button of a phone's width shows about so many characters; the title is the shorter part.
_LABEL_LIMIT, _LABEL_TITLE_LIMIT = 60, 20


def answer(found: Answer, links: Links, *, exchange: str = "", narrowed: str = "") -> Message:
    """`exchange`: its id, where buttons are to come back to it; `narrowed`: to what the question was, in words."""
    if found.quote is None:
        return _refusal(found, exchange, narrowed)
    message = quote(found.quote, links)
    text = message.text + (f"\n{_looked_only(narrowed)}" if narrowed else "")
    if exchange:
        text = f"{text}\n\n{_was_it_right()}"
    rating = ((_rate(exchange, right=True), _rate(exchange, right=False)),) if exchange else ()
    others = tuple((_other(one),) for one in found.others[:_MOST_OTHERS])
    passage_row, reading = message.buttons[:-1], message.buttons[-1:]
    return message.model_copy(
        update={"text": text, "buttons": (*rating, *passage_row, *others, *reading, *_everywhere(exchange, narrowed))}
    )


def quote(found: Quote, links: Links) -> Message:
    """Without the buttons that come back to the question."""
    first, *rest = pieces(found.text, _QUOTE_LIMIT) or [""]
    first, *rest = [*pieces(calm(first, _FOUND_IN_QUOTE), _QUOTE_LIMIT), *rest] or [""]
    shown = quotation(first + (" …" if rest else ""))
    more = found.text != found.passage
    whole = (ShowPassage(id=found.article.id, place=str(found.place)).button(_("¶ Show the paragraph")),)
    return Message(
        text=_told(found, shown, links),
        buttons=(*([whole] if more else []), _reading(found.article, found.question)),
        link_preview=False,
    )


def passage(found: Quote, links: Links, *, rated: bool) -> Message:
    """The whole of it, with what was quoted in bold; `rated`: whether it was right need not be asked any more."""
    before, told, after = found.passage.partition(found.text)
    if len(pieces(found.passage, _QUOTE_LIMIT)) > 1:
        before, told, after = _end(before), pieces(told, _AROUND_LIMIT)[0], _begin(after)
    before, told, after = (calm(part, _FOUND_IN_PART) for part in (before, told, after))
    marked = escape(before) + (bold(told) if told and (before or after) else escape(told)) + escape(after)
    text = _told(found, f"<blockquote>{marked}</blockquote>", links)
    return Message(
        text=text if rated else f"{text}\n\n{_was_it_right()}", buttons=(_reading(found.article, found.question),)
    )


def thanks() -> str:
    return _("Thank you!")


def rated_already() -> str:
    return _("That has been said already, thank you.")


def without_rating(html: str) -> str:
    """The text of an answer that was rated; in a group who asked and who rates it may speak different languages."""
    asked = (f"\n\n{said}" for said in in_languages(_was_it_right).values())
    return next((html.removesuffix(one) for one in asked if html.endswith(one)), html)


def was_wrong(html: str, others: Rows, nearest: Sequence[Article], exchange: str) -> Message:
    """What an answer becomes that was not right: `others` are the buttons that it had besides."""
    rows = (*title_buttons(nearest), *others, _ask_editors(exchange))
    if nearest or any(isinstance(decode(button.data or ""), ShowQuote) for row in others for button in row):
        text = _("Sorry. Perhaps one of these? Or ask the editors.")
    else:
        text = _("Sorry. The editors can tell you.")
    return Message(text=f"{without_rating(html)}\n\n{italic(text)}".strip(), buttons=rows)


def editors_have_it(*, first: bool) -> str:
    if first:
        return _("The editors have it. You will be told here when they answer.")
    return _("The editors have it already. You will be told here when they answer.")


def editors_are_busy() -> str:
    return _("The editors cannot take more questions from here now. Press this again tomorrow.")


def asked_editors(exchange: str) -> Button:
    """What the button becomes."""
    return AskEditors(exchange=exchange).button(_("✓ The editors have it"))


def has_changed() -> str:
    return _("This article has changed since: ask again.")


def too_long_ago() -> str:
    return _("That was too long ago: ask again.")


def nothing_more(found: Answer, exchange: str) -> Message:
    """A question that only the article could answer that it is about."""
    article = found.nearest[0]
    text = _("Nothing more on that in {title}.").format(title=bold(title(article)))
    return Message(text=text, buttons=(_reading(article), _ask_editors(exchange)))


def news(found: Answer, heading: str, links: Links, *, exchange: str, narrowed: bool) -> Message:
    """`heading`: what it is new of, in words; `narrowed`: whether there may be more elsewhere."""
    heading = brief(heading, _NARROWED_LIMIT, _FOUND_IN_NARROWED)
    rows = _everywhere(exchange, heading if narrowed else "")
    if not found.news:
        return Message(text=f"{bold(heading)}\n\n" + _("Nothing is stored on that."), buttons=rows)
    listed = article_list(heading, found.news, links)
    return listed.model_copy(update={"buttons": (*listed.buttons, *rows)})


def ask_what(newest: Sequence[Article]) -> Message:
    """With a stored question of each of these articles to begin with."""
    text = _(
        "What would you like to know? Write /ask and your question, or mention me with it, or reply to an article; "
        "in a private chat just write the question."
    )
    return Message(text=text, buttons=tuple(row for article in newest for row in question_buttons(article)[:1]))


def about_what() -> Message:
    """There is nothing before that this could be about."""
    return Message(text=_("About what? Ask in whole words, or reply to an article or an answer of mine with that."))


def _refusal(found: Answer, exchange: str, narrowed: str) -> Message:
    editors = (_ask_editors(exchange),) if exchange else ()
    everywhere = _everywhere(exchange, narrowed)
    if found.about:
        return _not_in(found.nearest[0], editors)
    if found.others:
        text = _("Nothing stored answers that. What may be meant, and the nearest titles:")
    elif found.nearest:
        text = _("Nothing stored answers that. The nearest titles:")
    else:
        text = _("Nothing stored answers that. Ask about something in the news: /latest shows what there is.")
    others = tuple((_other(one, sign="❓ "),) for one in found.others[:_MOST_OTHERS])
    rows = (*everywhere, *others, *title_buttons(found.nearest[:_MOST_NEAREST]), *editors)
    return Message(text=text + (f"\n{_looked_only(narrowed)}" if narrowed else ""), buttons=rows)


def _not_in(article: Article, editors: Rows) -> Message:
    rows = question_buttons(article)[:_MOST_QUESTIONS]
    if rows:
        text = _("Nothing stored answers that, nor does {title}. It answers these questions:")
    else:
        text = _("Nothing stored answers that, nor does {title}.")
    return Message(text=text.format(title=bold(title(article))), buttons=(*rows, _reading(article), *editors))


def _told(found: Quote, shown: str, links: Links) -> str:
    article = found.article
    told = [
        isolated(link(title(article), links.to_article(article))),
        *([isolated(escape(shorten(article.source.name, 100)))] if article.source else []),
        _("as of {date}").format(date=date(article.published)),
    ]
    lines = [
        *([bold(brief(found.question, 300, _FOUND_IN_QUESTION))] if found.question else []),
        shown,
        _("From {article}").format(article=_(", ").join(told))
        + newest_correction(article, _CORRECTION_LIMIT, _FOUND_IN_CORRECTION),
    ]
    return "\n".join(lines)


def _end(text: str) -> str:
    left = text[-_AROUND_LIMIT // 2 :]
    return text if left == text else f"… {pieces(left.partition(' ')[2] or left, _AROUND_LIMIT)[-1]}"


def _begin(text: str) -> str:
    first, *rest = pieces(text, _AROUND_LIMIT) or [""]
    return f"{first} …" if rest else first


def _looked_only(narrowed: str) -> str:
    shown = brief(narrowed, _NARROWED_LIMIT, _FOUND_IN_NARROWED)
    return italic(_("Looked only at: {scope}").format(scope=shown))


def _was_it_right() -> str:
    return italic(_("Was this right?"))


def _rate(exchange: str, *, right: bool) -> Button:
    return RateAnswer(exchange=exchange, right=right).button(_("👍 Yes") if right else _("👎 No"))


def _other(found: Quote, *, sign: str = "") -> Button:
    """Labelled so that one can choose: what it answers, else how it begins and where it stands."""
    if found.question:
        label = sign + shorten(found.question, _LABEL_LIMIT - len(sign))
    else:
        where = shorten(found.article.title, _LABEL_TITLE_LIMIT)
        label = f"“{shorten(found.text, _LABEL_LIMIT - len(where) - 5)}” · {where}"
    return ShowQuote(id=found.article.id, place=str(found.place)).button(label)


def _ask_editors(exchange: str) -> tuple[Button, ...]:
    return (AskEditors(exchange=exchange).button(_("✉️ Ask the editors")),)


def _everywhere(exchange: str, narrowed: str) -> Rows:
    return ((AskEverywhere(exchange=exchange).button(_("🌐 Look everywhere")),),) if exchange and narrowed else ()


def _reading(article: Article, but: str | None = None) -> tuple[Button, ...]:
    """With its questions, if it has others than this."""
    read = ReadArticle(id=article.id).button(_("📖 Read the article"))
    if all(pair.question == but for pair in article.faq):
        return (read,)
    questions = _("❓ All questions ({number})").format(number=number(len(article.faq)))
    return (read, ListQuestions(id=article.id).button(questions))
