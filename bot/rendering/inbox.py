"""The bot's words on questions without an answer: to editors, and to those who have asked."""

from collections import Counter
from collections.abc import Sequence

from bot.domain.article import Article, FaqPair
from bot.domain.category import Category
from bot.domain.inquiry import Why, general_id, general_slug
from bot.domain.message import Button, Message
from bot.domain.moment import from_ms
from bot.rendering.actions import ReadArticle
from bot.rendering.articles import title
from bot.rendering.figures import date, day, number
from bot.rendering.inbox_actions import (
    AttachInquiry,
    DropInquiry,
    FileGenerally,
    ListInbox,
    OpenInquiry,
    ShowInquiry,
)
from bot.rendering.keyboard import choices, in_rows
from bot.rendering.links import Links
from bot.rendering.markup import bold, brief, calm, escape, link, pieces, quotation, shorten, visible
from bot.rendering.wording import _, isolated, language, ngettext
from bot.storage.inquiries import Asked, Given, Waiting

PAGE = 8
_IN_A_ROW = 4
#: How many tags, names and addresses Telegram may find by itself in what others wrote.
_FOUND, _FOUND_IN_ANSWER = 3, 40
_QUESTION, _SHOWN, _ANSWER, _TOLD, _LABEL = 300, 250, 400, 3000, 45
_MOST_WORDINGS, _MOST_SHOWN = 4, 2


def told(question: str, pair: FaqPair, article: Article, links: Links) -> Message:
    """To who has asked it, in their own words."""
    first, *rest = pieces(pair.answer, _TOLD) or [""]
    first, *rest = [*pieces(calm(first, _FOUND_IN_ANSWER), _TOLD), *rest]
    lines = [
        _("✉️ You asked: {question}").format(question=bold(_brief(question, _QUESTION))),
        _("The editors have answered:"),
        quotation(first + (" …" if rest else "")),
    ]
    if general_slug(article.id) is None:
        told_in = _(", ").join([isolated(link(title(article), links.to_article(article))), date(article.published)])
        lines.append(_("From {article}").format(article=told_in))
    return Message(text="\n".join(lines), buttons=((_read(article),),))


def general_title(category: Category) -> str:
    """Of the article that answers what no other is about; no markup."""
    return _("Questions about {category}").format(category=category.called(language()))


def inbox(waiting: Sequence[Waiting], *, skip: int = 0, total: int) -> Message:
    if not waiting:
        return Message(text=_("No question waits for an answer."))
    heading = ngettext(
        "<b>{number} question without an answer</b>",
        "<b>{number} questions without an answer</b>, most asked first",
        total,
    ).format(number=number(total))
    items = [
        f"{bold(f'{number(n)}.')} {escape(_brief(one.question, 160))}\n<i>{_chats(one.count)}</i>"
        for n, one in enumerate(waiting, skip + 1)
    ]
    buttons = [OpenInquiry(inquiry=one.id).button(number(n)) for n, one in enumerate(waiting, skip + 1)]
    turn = [ListInbox(skip=max(0, skip - PAGE)).button(_("‹ Back"))] if skip else []
    turn += [ListInbox(skip=skip + PAGE).button(_("More ›"))] if skip + len(waiting) < total else []
    rows = (*in_rows(buttons, _IN_A_ROW), *([tuple(turn)] if turn else []))
    return Message(text="\n\n".join([heading, *items]), buttons=rows)


def waiting_line(count: int) -> str:
    """For /status."""
    text = ngettext(
        "<b>Without an answer</b> · {number} question: /inbox",
        "<b>Without an answer</b> · {number} questions: /inbox",
        count,
    )
    return text.format(number=number(count))


def inquiry(
    inquiry_id: str,
    question: str,
    asked: Sequence[Asked],
    given: Given | None,
    near: Sequence[Article],
    target: Article | Category | None,
) -> Message:
    """`near`: to which the answer may belong; `target`: to which it does, if an editor replies now."""
    parts = ["\n".join([f"❓ {bold(_brief(question, _QUESTION))}", *_about(question, asked)])]
    if given and not given.article:
        parts += [_("Your answer is kept. Choose below where it belongs:"), quotation(_shown(given.answer))]
    elif given and not asked:
        parts += [_answered(given), _change()]
    else:
        parts.append(_how(target, len(asked)))
    buttons = _targets(inquiry_id, near, target)
    if asked:
        buttons = (*buttons, (DropInquiry(inquiry=inquiry_id, sure=False).button(_("🗑 Not a question")),))
    return Message(text="\n\n".join(parts), buttons=buttons)


def choose_category(inquiry_id: str, question: str, categories: Sequence[Category]) -> Message:
    text = _("{question}\n\nTo the general questions of which category does the answer belong?")
    buttons = choices(
        AttachInquiry(inquiry=inquiry_id, id=general_id(one.slug), chosen=False).button(one.called(language()))
        for one in categories
    )
    back = ShowInquiry(inquiry=inquiry_id).button(_("‹ Back"))
    return Message(
        text=text.format(question=f"❓ {bold(_brief(question, _QUESTION))}"), buttons=(*in_rows(buttons), (back,))
    )


def answered(inquiry_id: str, given: Given, article: Article, reached: int) -> Message:
    """`reached`: how many are told by this reply."""
    text = _("Done: {title} answers it from now on.").format(title=bold(title(article)))
    if reached:
        more = ngettext(
            "{number} chat that asked is told now, or when its quiet hours are over.",
            "{number} chats that asked are told now, or when their quiet hours are over.",
            reached,
        ).format(number=number(reached))
    elif given.told:
        more = ngettext(
            "{number} chat has been told, and is not told again.",
            "{number} chats have been told, and are not told again.",
            given.told,
        ).format(number=number(given.told))
    else:
        more = _("Nobody waits to be told.")
    change = AttachInquiry(inquiry=inquiry_id, id=article.id, chosen=True).button(_("✏️ Question and answer"))
    return Message(text=f"{text} {more}\n\n{_change()}", buttons=((change,), (_read(article),)))


def drop_sure(inquiry_id: str, question: str, count: int) -> Message:
    text = _("{question}\n\nIs this no question? It leaves the inbox, and nobody is told.")
    sure = DropInquiry(inquiry=inquiry_id, sure=True).button(_("🗑 It is none"))
    back = ShowInquiry(inquiry=inquiry_id).button(_("‹ Back"))
    told_by = f"❓ {bold(_brief(question, _QUESTION))}\n{_chats(count)}"
    return Message(text=text.format(question=told_by), buttons=((sure,), (back,)))


def dropped(question: str) -> Message:
    text = _("Out of the inbox: {question}")
    return Message(text=text.format(question=escape(_brief(question, _QUESTION))))


def gone() -> str:
    """Plain, and short enough for a note over a button."""
    return _("This question is no longer in the inbox: it was discarded, forgotten, or waited too long.")


def gone_with_reply() -> Message:
    return Message(text=escape(gone()) + " " + _("Your reply was not stored."))


def gone_on(answered: Message) -> Message:
    """To an editor whose answer Telegram's app has split."""
    text = _("This is your last message and the one before it together.")
    return answered.model_copy(update={"text": f"{text}\n\n{answered.text}"})


def answered_before(inquiry: Message) -> Message:
    """To an editor whose reply came after another's."""
    text = _("Another reply was first: yours was not stored.")
    return inquiry.model_copy(update={"text": f"{text}\n\n{inquiry.text}"})


def empty_reply() -> Message:
    return Message(text=_("There is nothing to read in that. Reply with the answer in words."))


def _about(question: str, asked: Sequence[Asked]) -> list[str]:
    if not asked:
        return []
    since = day(from_ms(asked[0].at))
    lines = [_("{chats}, since {day}").format(chats=_chats(len(asked)), day=since)]
    others = [words for words, _n in Counter(one.question for one in asked).most_common() if words != question]
    lines += [f"• {escape(_brief(words, 120))}" for words in others[:_MOST_WORDINGS]]
    wrong = [one for one in asked if one.why is Why.WRONG]
    if wrong:
        text = ngettext(
            "👎 {number} was shown an answer, and said that it is none:",
            "👎 {number} were shown an answer, and said that it is none:",
            len(wrong),
        )
        lines.append(text.format(number=number(len(wrong))))
        shown = dict.fromkeys(one.shown for one in wrong if visible(one.shown))
        lines += [quotation(_brief(one, _SHOWN)) for one in list(shown)[:_MOST_SHOWN]]
    return lines


def _change() -> str:
    return _("To change the answer, reply to this message with another.")


def _answered(given: Given) -> str:
    text = ngettext(
        "Answered; {number} chat has been told:", "Answered; {number} chats have been told:", given.told
    ).format(number=number(given.told))
    return f"{text}\n{quotation(_shown(given.answer))}"


def _how(target: Article | Category | None, count: int) -> str:
    if target is None:
        text = _("Reply to this message with the answer, and then choose where it belongs.")
    elif isinstance(target, Category):
        text = _(
            "Reply to this message with the answer: it becomes one of the general answers on {category}."
        ).format(category=bold(target.called(language())))
    else:
        text = _("Reply to this message with the answer: it becomes one of the answers of {title}.").format(
            title=bold(title(target, 150))
        )
    more = ngettext(
        "The chat that asked is told.", "The {number} chats that asked are told, each once.", count
    ).format(number=number(count))
    hint = _("To word the question better, begin with {example} on a line of its own.").format(example=bold("Q. …?"))
    return " ".join([text, *([more] if count else []), hint])


def _targets(
    inquiry_id: str, near: Sequence[Article], target: Article | Category | None
) -> tuple[tuple[Button, ...], ...]:
    """The chosen one has a mark."""
    offered = {article.id: title(article) for article in near if general_slug(article.id) is None}
    if isinstance(target, Article) and general_slug(target.id) is None:
        offered = {target.id: title(target), **offered}
    rows = [
        (_target(inquiry_id, article_id, f"📎 {shorten(name, _LABEL)}", target),)
        for article_id, name in offered.items()
    ]
    if isinstance(target, Category):
        name = _("📂 In general: {category}").format(category=target.called(language()))
        rows.insert(0, (_target(inquiry_id, general_id(target.slug), name, target),))
    rows.append((FileGenerally(inquiry=inquiry_id).button(_("📂 In general, about a category…")),))
    return tuple(rows)


def _target(inquiry_id: str, article_id: str, name: str, target: Article | Category | None) -> Button:
    meant = general_id(target.slug) if isinstance(target, Category) else target.id if target else ""
    chosen = article_id == meant
    return AttachInquiry(inquiry=inquiry_id, id=article_id, chosen=chosen).button(f"✅ {name}" if chosen else name)


def _chats(count: int) -> str:
    return ngettext("{number} chat asked", "{number} chats asked", count).format(number=number(count))


def _brief(text: str, limit: int) -> str:
    short = brief(text, limit, _FOUND)
    return short if visible(short) else "…"


def _shown(text: str) -> str:
    return _brief(text, _ANSWER)


def _read(article: Article) -> Button:
    return ReadArticle(id=article.id).button(_("📖 Read the article"))
