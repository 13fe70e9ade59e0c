"""A digest in words: several stories told shortly, grouped by category, in one message."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from babel.dates import format_date, format_skeleton

from bot.domain.article import Article, Source
from bot.domain.digest import Form, Story
from bot.domain.edition import Edition
from bot.domain.message import Button, Message
from bot.rendering.actions import OpenMenu, ReadArticle, ShowMore
from bot.rendering.articles import also_at, newest_correction, own_question, teaser, title
from bot.rendering.figures import locale, number
from bot.rendering.links import Links
from bot.rendering.markup import Room, bold, brief, escape, fits, italic, link, shorten
from bot.rendering.names import Names, name_of
from bot.rendering.wording import _, ngettext

#: An item is at most a title, a link and a teaser of these lengths, and of so many tags and addresses that Telegram
#: finds by itself. A correction takes its room from the teaser's.
_TITLE_LIMIT = 140
_TEASER_LIMIT = 130
_CORRECTION_LIMIT = 120
_TEASER_BESIDE_CORRECTION = 70
_NAME_LIMIT = 40
_IN_A_ROW = 5
_FOUND_IN_TEASER, _FOUND_BESIDE_CORRECTION = 6, 3
#: For the line that tells how many more there are.
_SPARE = 80


@dataclass(frozen=True, slots=True)
class _Layout:
    """At most so many stories, with `gap` between them; `label`: what stands on their buttons; so many of them have
    one of their own questions below too."""

    most: int
    item: Callable[[str, Article], str]
    gap: str
    label: str
    questions: int


def digest(
    stories: Sequence[Story],
    names: Names,
    links: Links,
    *,
    day: date,
    edition_id: str,
    form: Form = Form.TEASERS,
    skip: int = 0,
) -> Message:
    """One message with as many as it holds well, and a button for the rest; a single article is told as its teaser.

    `skip`: only the stories after that number. There must be one."""
    left = [story for story in stories if story.number > skip]
    if len(stories) == 1 and not skip:
        alone = _with_others(left[0], links)
        return teaser(alone, names, links).model_copy(update={"picture": _picture(left, form)})
    heading = _heading_on(skip) if skip else _heading(left, day)
    text, shown = _filled(heading, left, names, links, _LAYOUTS[form])
    rows = _number_buttons(shown, _LAYOUTS[form]) + _question_buttons(shown, _LAYOUTS[form])
    if more := len(left) - len(shown):
        told = ngettext("… and {number} more", "… and {number} more", more).format(number=number(more))
        text += f"\n\n{italic(told)}"
        label = ngettext("▾ Show {number} more", "▾ Show {number} more", more).format(number=number(more))
        rows.append((ShowMore(edition=edition_id, skip=shown[-1].number).button(label),))
    return Message(text=text, buttons=tuple(rows), picture=_picture(shown, form))


def reworded(edition: Edition, told: Sequence[Article], names: Names, links: Links) -> Message:
    """What an edition says with its articles as they are now, of which one at least is still stored."""
    if edition.digest is None:
        return teaser(told[0], names, links)
    made = edition.digest
    return digest(made.told(told), names, links, day=made.day, edition_id=edition.id, form=made.form)


def no_more() -> Message:
    """The button of a digest that is too old."""
    return Message(
        text=_("That digest is too old to go on with. /latest shows the newest articles."),
        buttons=((OpenMenu(name="latest").button(_("📰 Latest")),),),
    )


def _filled(
    heading: str, left: Sequence[Story], names: Names, links: Links, layout: _Layout
) -> tuple[str, list[Story]]:
    """As many of the stories as one message holds, and which."""
    room, text, shown = Room(), heading, list[Story]()
    room.takes(heading)
    for story in left[: layout.most]:
        article = _with_others(story, links)
        mark = "🔴 " if article.breaking else ""
        headline = f"{bold(f'{story.number}.')} {mark}{link(title(article, _TITLE_LIMIT), links.to_article(article))}"
        new = not shown or shown[-1].article.category != article.category
        before = f"\n\n{_category(article.category, names)}\n" if new else layout.gap
        item = before + layout.item(headline, article)
        if not room.takes(item, spare=_SPARE):
            break
        text += item
        shown.append(story)
    return text, shown


def _heading(stories: Sequence[Story], day: date) -> str:
    """`Monday 23 November`: the month with its day is in each language's own order."""
    weekday, month = format_date(day, "EEEE", locale()), format_skeleton("MMMMd", day, locale=locale())
    text = _("🗞 <b>Your digest</b> · {weekday} {day}").format(weekday=weekday, day=month)
    articles = sum(1 + len(story.others) for story in stories)
    count = ngettext("{number} article", "{number} articles", articles).format(number=number(articles))
    return f"{text}\n{italic(count)}"


def _heading_on(skip: int) -> str:
    return _("🗞 <b>Your digest</b> · from {number} on").format(number=number(skip + 1))


def _category(slug: str, names: Names) -> str:
    return bold(shorten(name_of(slug, names).upper(), _NAME_LIMIT))


def _teased(headline: str, article: Article) -> str:
    text = article.teaser or next(iter(article.body), "")
    correction = newest_correction(article, _CORRECTION_LIMIT, _FOUND_BESIDE_CORRECTION)
    if correction:
        short = brief(text, _TEASER_BESIDE_CORRECTION, _FOUND_BESIDE_CORRECTION)
    else:
        short = brief(text, _TEASER_LIMIT, _FOUND_IN_TEASER)
    return headline + (f"\n{escape(short)}" if short else "") + correction + _also(article, "\n")


def _headline(headline: str, article: Article) -> str:
    correction = newest_correction(article, _CORRECTION_LIMIT, _FOUND_BESIDE_CORRECTION)
    return headline + _also(article, " · ") + correction


def _also(article: Article, before: str) -> str:
    return f"{before}<i>{others}</i>" if (others := also_at(article)) else ""


def _with_others(story: Story, links: Links) -> Article:
    """The article, and at which sources others tell the same, each with a link that is short enough."""
    others = [Source(name=other.told_by.name, url=links.to_article(other)) for other in story.others]
    return story.article.model_copy(update={"also_at": tuple(dict.fromkeys((*story.article.also_at, *others)))})


def _number_buttons(shown: Sequence[Story], layout: _Layout) -> list[tuple[Button, ...]]:
    buttons = [ReadArticle(id=s.article.id).button(layout.label.format(number=s.number)) for s in shown]
    return [tuple(buttons[start : start + _IN_A_ROW]) for start in range(0, len(buttons), _IN_A_ROW)]


def _question_buttons(shown: Sequence[Story], layout: _Layout) -> list[tuple[Button, ...]]:
    rows: list[tuple[Button, ...]] = []
    for story in shown:
        if len(rows) < layout.questions and (asked := own_question(story.article, f"{story.number}. ")):
            rows.append((asked,))
    return rows


def _picture(shown: Sequence[Story], form: Form) -> str | None:
    """Of the first that has one; too long an address is none."""
    images = (story.article.image for story in shown if form is Form.CARDS)
    return next((image for image in images if image and fits(image)), None)


_TEASERS = _Layout(10, _teased, "\n\n", "📖 {number}", 5)
_LAYOUTS = {
    Form.TEASERS: _TEASERS,
    Form.CARDS: _TEASERS,
    Form.HEADLINES: _Layout(25, _headline, "\n", "{number}", 0),
}
