"""An article in words: its teaser, and the whole of it."""

from collections.abc import Iterable, Sequence

from bot.domain.answer import mark_of
from bot.domain.article import Article, Correction, FaqPair, Source
from bot.domain.category import Category
from bot.domain.message import Button, Message
from bot.rendering.actions import (
    AskStored,
    ListQuestions,
    OpenMenu,
    ReadArticle,
    SaveArticle,
    ShowLatest,
    UnsaveArticle,
)
from bot.rendering.figures import date, day, listed, number
from bot.rendering.keyboard import Rows, turning
from bot.rendering.links import Links
from bot.rendering.markup import (
    bold,
    brief,
    escape,
    fill,
    fits,
    italic,
    link,
    pieces,
    quotation,
    shorten,
    units,
    visible,
)
from bot.rendering.names import Names, name_of
from bot.rendering.wording import _, isolated, language, ngettext

TEASER_LIMIT = 700
_TITLE_LIMIT = 250
#: The longest, in letters that take two units each.
_CORRECTION_LIMIT = 1100
_SHORT_CORRECTION_LIMIT = 160
#: How many tags, names and addresses Telegram may find by itself; with ours they stay below what it shows.
_FOUND_IN_TITLE, _FOUND_IN_TEASER, _FOUND_IN_ITEM, _FOUND_IN_RELATED = 20, 50, 12, 5
_FOUND_IN_CORRECTION, _FOUND_IN_SHORT_CORRECTION = 10, 2
_MOST_SOURCES, _SOURCE_LIMIT, _FOUND_IN_SOURCE = 5, 40, 1
_PIECE = 3500
_MOST_PARTS = 8
#: A label longer than this is cut by Telegram's apps on a phone; this much all of them show, in large letters too.
_LABEL_LIMIT = 60
_SURELY_SHOWN = 36
PAGE = 5
#: Rich messages hold 32,768 characters and 500 blocks: https://core.telegram.org/bots/api#inputrichmessage
_RICH_LIMIT = 30_000
_RICH_BLOCKS = 400


def teaser(article: Article, names: Names, links: Links) -> Message:
    """`names` are the categories', as everywhere here."""
    lines = [_("🔴 Breaking"), _title(article)] if article.breaking else [_title(article)]
    if text := article.teaser or next(iter(article.body), ""):
        lines.append(escape(brief(text, TEASER_LIMIT, _FOUND_IN_TEASER)))
    lines += _corrections(article)[:1]
    lines.append(_byline(article, names, links))
    return Message(text="\n\n".join(lines), buttons=reading_buttons(article), link_preview=True)


def correction_line(article: Article, correction: Correction, limit: int, most: int) -> str:
    """At most `limit` units, its text as `brief` makes it; with the year if it is not the article's."""
    told = day if correction.at.year == article.published.year else date
    line, when = _("✏️ Correction, {date}: {text}"), told(correction.at)
    room = limit - units(line.format(date=when, text=""))
    return line.format(date=when, text=escape(brief(correction.text, room, most)))


def newest_correction(article: Article, limit: int, most: int) -> str:
    """Its line, with a line end before it; empty if there was none."""
    return "".join(f"\n{correction_line(article, one, limit, most)}" for one in article.corrections[:1])


def correction_notice(article: Article) -> Message:
    """For those who have the article as it was before its newest correction."""
    text = brief(article.corrections[0].text, _CORRECTION_LIMIT, _FOUND_IN_CORRECTION)
    return Message(
        text=_("✏️ Correction to “{title}”: {text}").format(title=_title(article), text=escape(text)),
        buttons=((_read(article),),),
    )


def reading_buttons(article: Article) -> Rows:
    """Two in a row, since three are cut on a phone; then one of its own questions, and all if there are more."""
    rows: list[tuple[Button, ...]] = [(_read(article), save_button(article.id))]
    if asked := own_question(article):
        rows.append((asked,))
    if len(article.faq) > 1:
        label = _("❓ All questions ({number})").format(number=number(len(article.faq)))
        rows.append((ListQuestions(id=article.id).button(label),))
    return tuple(rows)


def own_question(article: Article, before: str = "") -> Button | None:
    """The first of its own questions that a phone shows whole, else the beginning of the first; None if it has none.
    `before`: what the label begins with."""
    room = _SURELY_SHOWN - units(before)
    asked = [" ".join(pair.question.split()) for pair in article.faq]
    if not asked:
        return None
    position = next((place for place, question in enumerate(asked) if units(question) <= room), 0)
    return ask_stored(article, position).button(before + shorten(asked[position], room))


def ask_stored(article: Article, position: int) -> AskStored:
    return AskStored(id=article.id, position=position, asked=mark_of(article.faq[position].question))


def save_button(article_id: str, *, saved: bool = False) -> Button:
    """What it says of an article that is saved takes it out."""
    if saved:
        return UnsaveArticle(id=article_id).button(_("✓ Saved"))
    return SaveArticle(id=article_id).button(_("🔖 Save"))


def also_at(article: Article) -> str:
    """Who else tells it, each with its link where that is short enough for one; empty if nobody does."""
    if not article.also_at:
        return ""
    names = [_source(source) for source in article.also_at[:_MOST_SOURCES]]
    if more := len(article.also_at) - len(names):
        names.append(ngettext("{number} more", "{number} more", more).format(number=number(more)))
    return _("also at {sources}").format(sources=listed(list(names)))


def _source(source: Source) -> str:
    name = brief(source.name, _SOURCE_LIMIT, _FOUND_IN_SOURCE)
    name = name if visible(name) else "…"
    return link(name, source.url) if source.url and fits(source.url) else escape(name)


def whole(article: Article, names: Names, links: Links) -> Message:
    """As a rich message where the server knows them, with its questions folded either way."""
    paragraphs = [_title(article), *_corrections(article)]
    paragraphs += [italic(piece) for piece in pieces(article.teaser, _PIECE) if visible(piece)]
    paragraphs += [escape(piece) for text in article.body for piece in pieces(text, _PIECE) if visible(piece)]
    for pair in article.faq:
        answer = [piece for piece in pieces(pair.answer, _PIECE - 400) if visible(piece)] or ["…"]
        first, *rest = [quotation(piece, folded=True) for piece in answer]
        paragraphs += [f"{bold(brief(pair.question, 300, _FOUND_IN_TITLE))}\n{first}", *rest]
    if article.related:
        titles = "\n".join(f"• {_related(related.title, related.url)}" for related in article.related[:10])
        paragraphs.append(bold(_("Related")) + f"\n{titles}")
    parts = fill(paragraphs)
    if len(parts) > _MOST_PARTS:
        parts = [*parts[:_MOST_PARTS], italic(_("It goes on, longer than a chat can take."))]
    *more, last = fill([*parts, _byline(article, names, links)])
    buttons = ((ListQuestions(id=article.id).button(_("❓ Ask about this article")),), (save_button(article.id),))
    return Message(text=last, more=tuple(more), rich=_rich(article, names, links), buttons=buttons)


def question_list(article: Article) -> Message:
    if not article.faq:
        text = _("Ask what you like about {title}: reply to this message.").format(title=_title(article))
    else:
        text = f"{_title(article)}\n\n" + _("Choose a question, or reply with your own.")
    return Message(text=text, buttons=(*question_buttons(article), (_read(article),)))


def question_buttons(article: Article, *, but: str | None = None) -> Rows:
    """One for each of the article's own questions, in a row of its own, since questions are long."""
    return tuple(
        (ask_stored(article, position).button(shorten(pair.question, _LABEL_LIMIT)),)
        for position, pair in enumerate(article.faq[:12])
        if pair.question != but
    )


def title_buttons(articles: Iterable[Article]) -> Rows:
    return tuple((ReadArticle(id=a.id).button(shorten(a.title, _LABEL_LIMIT)),) for a in articles)


def found_heading() -> str:
    return _("Found, best first")


def newest_heading(category: Category | None) -> str:
    return _("Newest in {category}").format(category=category.called(language())) if category else _("Newest")


def article_list(
    heading: str, articles: Sequence[Article], links: Links, *, slug: str = "", skip: int = 0, total: int = 0
) -> Message:
    """A page of short teasers under a heading, numbered, with a button that opens each."""
    items = [
        f"{bold(f'{number(n)}.')} {link(title(a), links.to_article(a))}\n"
        f"{escape(_in_short(a))} {isolated(italic(date(a.published)), _in_short(a))}"
        f"{newest_correction(a, _SHORT_CORRECTION_LIMIT, _FOUND_IN_SHORT_CORRECTION)}"
        for n, a in enumerate(articles, skip + 1)
    ]
    numbers = tuple(ReadArticle(id=a.id).button(number(n)) for n, a in enumerate(articles, skip + 1))
    turn = turning(
        lambda after: ShowLatest(slug=slug, skip=after), skip=skip, shown=len(articles), total=total, size=PAGE
    )
    return Message(text="\n\n".join([bold(heading), *items]), buttons=(*([numbers] if numbers else []), *turn))


def _in_short(article: Article) -> str:
    return brief(article.teaser or next(iter(article.body), ""), 160, _FOUND_IN_ITEM)


def which(newest: Sequence[Article]) -> Message:
    command = bold("/article ID")
    if newest:
        text = _("Which article? Write {command}, or choose one of the newest:")
    else:
        text = _("Which article? Write {command}.")
    return Message(text=text.format(command=command), buttons=title_buttons(newest))


def not_stored() -> Message:
    return Message(
        text=_("That article is not stored, or was taken back. /latest shows the newest ones."),
        buttons=((OpenMenu(name="latest").button(_("📰 Latest")),),),
    )


def title(article: Article, limit: int = _TITLE_LIMIT) -> str:
    """Shortened, and something to see in any case."""
    short = brief(article.title, limit, _FOUND_IN_TITLE)
    return short if visible(short) else "…"


def from_when(article: Article, names: Names, *more: str) -> str:
    """Its category and its day; `more` has no markup."""
    category, *others = (isolated(escape(one)) for one in (name_of(article.category, names), *more))
    return f"<i>{' · '.join([category, date(article.published), *others])}</i>"


def _read(article: Article) -> Button:
    return ReadArticle(id=article.id).button(_("📖 Read here"))


def _title(article: Article) -> str:
    return bold(title(article))


def _corrections(article: Article) -> list[str]:
    return [correction_line(article, one, _CORRECTION_LIMIT, _FOUND_IN_CORRECTION) for one in article.corrections]


def _byline(article: Article, names: Names, links: Links) -> str:
    also = f"{others}\n" if (others := also_at(article)) else ""
    return f"{link(links.label(article), links.to_article(article))}\n{also}{from_when(article, names)}"


def _related(title: str, url: str | None) -> str:
    shown = brief(title, _TITLE_LIMIT, _FOUND_IN_RELATED)
    return link(shown, url) if url and fits(url) else escape(shown)


def _rich(article: Article, names: Names, links: Links) -> str | None:
    """None if it is longer than a rich message may be."""
    blocks = [f"<h2>{escape(article.title)}</h2>", *(f"<p>{line}</p>" for line in _corrections(article))]
    if article.teaser:
        blocks.append(f"<p><i>{escape(article.teaser)}</i></p>")
    blocks += [f"<p>{escape(text)}</p>" for text in article.body]
    if article.faq:
        blocks += ["<h3>" + _("Questions") + "</h3>", *(_folded(pair) for pair in article.faq)]
    if article.related:
        items = "".join(f"<li>{_related(related.title, related.url)}</li>" for related in article.related)
        blocks.append("<h3>" + _("Related") + f"</h3><ul>{items}</ul>")
    blocks.append(f"<footer>{_byline(article, names, links).replace(chr(10), '<br>')}</footer>")
    html = "".join(blocks)
    return html if len(html) <= _RICH_LIMIT and html.count("<") <= _RICH_BLOCKS else None


def _folded(pair: FaqPair) -> str:
    answer = "".join(f"<p>{escape(part)}</p>" for part in pair.answer.split("\n\n"))
    return f"<details><summary>{escape(pair.question)}</summary>{answer}</details>"
