"""An article in words: its teaser, and the whole of it."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.domain.article import Article, Correction, FaqPair
from bot.domain.message import Button, Message
from bot.rendering.actions import AskStored, ListQuestions, OpenMenu, ReadArticle, ShowLatest
from bot.rendering.links import Links
from bot.rendering.markup import bold, brief, escape, fill, fits, italic, link, pieces, quotation, shorten, visible

TEASER_LIMIT = 700
_TITLE_LIMIT = 250
#: The longest, in letters that take two units each.
_CORRECTION_LIMIT = 1100
_SHORT_CORRECTION_LIMIT = 160
#: How many tags, names and addresses Telegram may find by itself; with ours they stay below what it shows.
_FOUND_IN_TITLE, _FOUND_IN_TEASER, _FOUND_IN_ITEM, _FOUND_IN_RELATED = 20, 50, 12, 5
_FOUND_IN_CORRECTION, _FOUND_IN_SHORT_CORRECTION = 10, 2
_PIECE = 3500
_MOST_PARTS = 8
#: A label longer than this is cut by Telegram's apps on a phone.
_LABEL_LIMIT = 60
PAGE = 5
#: Rich messages hold 32,768 characters and 500 blocks: https://core.telegram.org/bots/api#inputrichmessage
_RICH_LIMIT = 30_000
_RICH_BLOCKS = 400


def date(moment: datetime) -> str:
    return f"{moment.day} {moment:%b %Y}"


def teaser(article: Article, links: Links) -> Message:
    lines = ["🔴 Breaking", _title(article)] if article.breaking else [_title(article)]
    if text := article.teaser or next(iter(article.body), ""):
        lines.append(escape(brief(text, TEASER_LIMIT, _FOUND_IN_TEASER)))
    lines += _corrections(article)[:1]
    lines.append(_byline(article, links))
    return Message(text="\n\n".join(lines), buttons=(reading_buttons(article),), link_preview=True)


def correction_line(article: Article, correction: Correction) -> str:
    """Without markup; with the year if it is not the article's."""
    year = "" if correction.at.year == article.published.year else f" {correction.at.year}"
    return f"✏️ Correction, {correction.at.day} {correction.at:%b}{year}: {correction.text}"


def newest_correction(article: Article, limit: int, most: int) -> str:
    """Its line, as `brief` makes it, with a line end before it; empty if there was none."""
    shown = [brief(correction_line(article, one), limit, most) for one in article.corrections[:1]]
    return "".join(f"\n{escape(line)}" for line in shown)


def correction_notice(article: Article) -> Message:
    """For those who have the article as it was before its newest correction."""
    text = brief(article.corrections[0].text, _CORRECTION_LIMIT, _FOUND_IN_CORRECTION)
    return Message(
        text=f"✏️ Correction to “{_title(article)}”: {escape(text)}",
        buttons=((ReadArticle(id=article.id).button("📖 Read here"),),),
    )


def reading_buttons(article: Article) -> tuple[Button, ...]:
    read = ReadArticle(id=article.id).button("📖 Read here")
    if not article.faq:
        return (read,)
    return read, ListQuestions(id=article.id).button(f"❓ Questions ({len(article.faq)})")


def whole(article: Article, links: Links) -> Message:
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
        paragraphs.append(f"{bold('Related')}\n{titles}")
    parts = fill(paragraphs)
    if len(parts) > _MOST_PARTS:
        parts = [*parts[:_MOST_PARTS], italic("It goes on, longer than a chat can take.")]
    *more, last = fill([*parts, _byline(article, links)])
    buttons = [ListQuestions(id=article.id).button("❓ Ask about this article")]
    return Message(text=last, more=tuple(more), rich=_rich(article, links), buttons=(tuple(buttons),))


def question_list(article: Article) -> Message:
    if not article.faq:
        text = f"Ask what you like about {_title(article)}: reply to this message."
    else:
        text = f"{_title(article)}\n\nChoose a question, or reply with your own."
    rows = question_buttons(article)
    return Message(text=text, buttons=(*rows, (ReadArticle(id=article.id).button("📖 Read here"),)))


def question_buttons(article: Article, *, but: str | None = None) -> tuple[tuple[Button, ...], ...]:
    """One for each of the article's own questions, in a row of its own, since questions are long."""
    return tuple(
        (AskStored(id=article.id, position=position).button(shorten(pair.question, _LABEL_LIMIT)),)
        for position, pair in enumerate(article.faq[:12])
        if pair.question != but
    )


def title_buttons(articles: Iterable[Article]) -> tuple[tuple[Button, ...], ...]:
    return tuple((ReadArticle(id=a.id).button(shorten(a.title, _LABEL_LIMIT)),) for a in articles)


def article_list(
    heading: str, articles: Sequence[Article], links: Links, *, slug: str = "", skip: int = 0, total: int = 0
) -> Message:
    """A page of short teasers under a heading, numbered, with a button that opens each."""
    items = [
        f"{bold(f'{number}.')} {link(title(a), links.to_article(a))}\n"
        f"{escape(brief(a.teaser or next(iter(a.body), ''), 160, _FOUND_IN_ITEM))} {italic(date(a.published))}"
        f"{newest_correction(a, _SHORT_CORRECTION_LIMIT, _FOUND_IN_SHORT_CORRECTION)}"
        for number, a in enumerate(articles, skip + 1)
    ]
    numbers = tuple(ReadArticle(id=a.id).button(str(n)) for n, a in enumerate(articles, skip + 1))
    turning = []
    if skip > 0:
        turning.append(ShowLatest(slug=slug, skip=max(0, skip - PAGE)).button("‹ Newer"))
    if skip + len(articles) < total:
        turning.append(ShowLatest(slug=slug, skip=skip + PAGE).button("Older ›"))
    rows = tuple(row for row in (numbers, tuple(turning)) if row)
    return Message(text="\n\n".join([bold(heading), *items]), buttons=rows)


def which(newest: Sequence[Article]) -> Message:
    text = f"Which article? Write {bold('/article ID')}" + (", or choose one of the newest:" if newest else ".")
    return Message(text=text, buttons=title_buttons(newest))


def not_stored() -> Message:
    return Message(
        text="That article is not stored, or was taken back. /latest shows the newest ones.",
        buttons=((OpenMenu(name="latest").button("📰 Latest"),),),
    )


def title(article: Article, limit: int = _TITLE_LIMIT) -> str:
    """Shortened, and something to see in any case."""
    short = brief(article.title, limit, _FOUND_IN_TITLE)
    return short if visible(short) else "…"


def _title(article: Article) -> str:
    return bold(title(article))


def _corrections(article: Article) -> list[str]:
    lines = (correction_line(article, correction) for correction in article.corrections)
    return [escape(brief(line, _CORRECTION_LIMIT, _FOUND_IN_CORRECTION)) for line in lines]


def _byline(article: Article, links: Links) -> str:
    arrow = f"{links.label(article)} →"
    return f"{link(arrow, links.to_article(article))}\n{italic(f'{article.category} · {date(article.published)}')}"


def _related(title: str, url: str | None) -> str:
    shown = brief(title, _TITLE_LIMIT, _FOUND_IN_RELATED)
    return link(shown, url) if url and fits(url) else escape(shown)


def _rich(article: Article, links: Links) -> str | None:
    """None if it is longer than a rich message may be."""
    blocks = [f"<h2>{escape(article.title)}</h2>", *(f"<p>{line}</p>" for line in _corrections(article))]
    if article.teaser:
        blocks.append(f"<p><i>{escape(article.teaser)}</i></p>")
    blocks += [f"<p>{escape(text)}</p>" for text in article.body]
    if article.faq:
        blocks += ["<h3>Questions</h3>", *(_folded(pair) for pair in article.faq)]
    if article.related:
        items = "".join(f"<li>{_related(related.title, related.url)}</li>" for related in article.related)
        blocks.append(f"<h3>Related</h3><ul>{items}</ul>")
    blocks.append(f"<footer>{_byline(article, links).replace(chr(10), '<br>')}</footer>")
    html = "".join(blocks)
    return html if len(html) <= _RICH_LIMIT and html.count("<") <= _RICH_BLOCKS else None


def _folded(pair: FaqPair) -> str:
    answer = "".join(f"<p>{escape(part)}</p>" for part in pair.answer.split("\n\n"))
    return f"<details><summary>{escape(pair.question)}</summary>{answer}</details>"
