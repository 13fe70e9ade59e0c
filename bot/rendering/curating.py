"""The bot's words to editors on what is published."""

from collections.abc import Sequence

from bot.domain.article import LONGEST_CORRECTION, Article
from bot.domain.category import Category
from bot.domain.message import Message
from bot.rendering.actions import ReadArticle
from bot.rendering.articles import from_when
from bot.rendering.editor_actions import ListArticles, ManageArticle, Retract
from bot.rendering.figures import number
from bot.rendering.joining import story_buttons, told_also
from bot.rendering.keyboard import turning
from bot.rendering.markup import bold, brief, escape, shorten
from bot.rendering.names import Names
from bot.rendering.wording import LANGUAGES, _, ngettext

PAGE = 8
_LABEL = 45
_FOUND_IN_TITLE = 6


def article_list(articles: Sequence[Article], names: Names, *, skip: int, total: int) -> Message:
    if not articles:
        return Message(text=_("Nothing is published yet. /post publishes the first article."))
    lines = [
        f"{number(n)}. {bold(brief(a.title, 120, _FOUND_IN_TITLE))}\n{from_when(a, names, a.id)}"
        for n, a in enumerate(articles, skip + 1)
    ]
    rows = [(ManageArticle(id=a.id).button(shorten(a.title, _LABEL)),) for a in articles]
    turn = turning(lambda after: ListArticles(skip=after), skip=skip, shown=len(articles), total=total, size=PAGE)
    heading = ngettext("<b>Published: {number} article</b>", "<b>Published: {number} articles</b>", total).format(
        number=number(total)
    )
    return Message(text="\n\n".join([heading, *lines]), buttons=(*rows, *turn))


def manage(article: Article, names: Names, joined: Sequence[Article] = ()) -> Message:
    """An article's page; `joined`: what has joined it."""
    question = _(
        "To correct it, write {command} and after it what is right.\n\n"
        "Take it back? It is removed here, and deleted in the chats that got it in the last 48 hours."
    ).format(command=bold(f"/correct {article.id}"))
    if joined:
        question += " " + _("With it goes what has joined it; what is to stay must be split off before.")
    facts = f"{from_when(article, names)}{told_also(article)}"
    return Message(
        text=f"{bold(shorten(article.title, 250))}\n{facts}\n\n{question}",
        buttons=(
            *story_buttons(article, joined),
            (Retract(id=article.id).button(_("🗑 Take it back")),),
            (ReadArticle(id=article.id).button(_("📖 Read here")), ListArticles(skip=0).button(_("‹ All articles"))),
        ),
    )


def retracted(reached: int) -> Message:
    text = ngettext(
        "Taken back: it is no longer stored, and {number} message is being taken back.",
        "Taken back: it is no longer stored, and {number} messages are being taken back.",
        reached,
    )
    return Message(text=text.format(number=number(reached)))


def taken_back_already() -> str:
    return _("It was taken back already.")


def how_to_correct(newest: Sequence[Article]) -> Message:
    text = _(
        "Write {command}, where the text says in 1 to {number} characters what was wrong and what is right. It "
        "stands with the article from then on; the messages of the last 48 hours that tell of it are changed, and "
        "their chats told."
    ).format(command=bold("/correct ID TEXT"), number=number(LONGEST_CORRECTION))
    return Message(
        text=text, buttons=tuple((ManageArticle(id=a.id).button(shorten(a.title, _LABEL)),) for a in newest)
    )


def no_correction(article: Article, length: int) -> Message:
    """Its text is empty, or has too many characters."""
    said = _("That says nothing.")
    if length:
        said = ngettext("That has {number} character.", "That has {number} characters.", length)
    wanted = _(
        "After {command} must stand what was wrong and what is right, in 1 to {number} characters. Nothing was "
        "changed."
    ).format(command=bold(f"/correct {article.id}"), number=number(LONGEST_CORRECTION))
    return Message(text=f"{said.format(number=number(length))} {wanted}")


def corrected(reached: int | None) -> Message:
    """None: it was all done before."""
    if reached is None:
        return Message(text=_("Its newest correction says just that: nothing was changed, and nobody is told again."))
    text = ngettext(
        "Corrected. {number} message is being changed, and its chat told.",
        "Corrected. {number} messages are being changed, and their chats told.",
        reached,
    )
    return Message(text=text.format(number=number(reached)))


def no_such_article(article_id: str) -> Message:
    text = _("There is no article with the ID “{id}”, or it was taken back. /articles lists them.")
    return Message(text=text.format(id=escape(shorten(article_id, 40))))


def category_added(category: Category, *, new: bool) -> Message:
    text = _("Category {name} ({slug}) added. Readers can subscribe now.")
    if not new:
        text = _("There is a category of that name already: {name} ({slug}).")
    return Message(text=text.format(name=bold(category.name), slug=category.slug))


def how_to_add_category() -> Message:
    text = _(
        "Write {command}, such as {example}. The slug is 1 to 32 of a-z, 0-9, - and _, and begins and ends with a "
        "letter or digit."
    )
    example = bold(_("/addcategory climate Climate and weather"))
    return Message(text=text.format(command=bold("/addcategory SLUG NAME"), example=example))


def category_renamed(category: Category, code: str | None) -> Message:
    """`code`: the language that it has been named in; None for all that have no name of their own for it."""
    if code is None:
        text = _("{slug} is called {name} now, in every language that has no name of its own for it.")
        return Message(text=text.format(slug=category.slug, name=bold(category.name)))
    text = _("{slug} is called {name} in {language} now.")
    return Message(text=text.format(slug=category.slug, name=bold(category.called(code)), language=LANGUAGES[code]))


def no_such_language(code: str) -> Message:
    """What stands where a language may, which it is not."""
    text = _(
        "“{word}” is none of the languages that I speak: {codes}. Nothing was changed. If it belongs to the name, "
        "begin it with a capital."
    )
    return Message(text=text.format(word=escape(code), codes=", ".join(LANGUAGES)))


def how_to_rename_category() -> Message:
    text = _(
        "Write {command} with the slug of a category that there is, such as {example}; for its name in one language, "
        "{in_one} with one of the codes {codes}. A name has 1 to 64 characters."
    )
    return Message(
        text=text.format(
            command=bold("/renamecategory SLUG NAME"),
            example=bold("/renamecategory tech Technology"),
            in_one=bold("/renamecategory SLUG CODE NAME"),
            codes=", ".join(LANGUAGES),
        )
    )
