"""The bot's words to editors."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.article import Added, Article
from bot.domain.category import Category
from bot.domain.draft import Preview, Problem, Unreadable
from bot.domain.message import Button, Message
from bot.rendering.actions import ReadArticle
from bot.rendering.articles import teaser
from bot.rendering.editor_actions import (
    DiscardDraft,
    EditDraft,
    FileDraft,
    ManageArticle,
    PublishBreaking,
    PublishDraft,
)
from bot.rendering.figures import date, number
from bot.rendering.keyboard import choices, in_rows
from bot.rendering.links import Links
from bot.rendering.markup import bold, escape, shorten
from bot.rendering.names import Names, name_of
from bot.rendering.wording import _, language, ngettext


def how_to_post() -> Message:
    return Message(
        text=_(
            "<b>How to post an article</b>\n"
            "Send /post with a link, and its page is read; or with the text right after it; or reply /post to a "
            "message that holds either; or send it as a .txt, .md, .html or .json file. As text it looks so:\n\n"
            "{example}\n\n"
            "All but category and title may be missing. Links behind pasted text are kept. "
            "You see a preview before anyone else does."
        ).format(example=f"<pre>{escape(_example())}</pre>")
    )


def _example() -> str:
    """What the text form knows by its words stays as it is, whatever is spoken."""
    return "\n\n".join(
        [
            "policy",
            _("The title"),
            _("The teaser: one paragraph"),
            _("The text, in paragraphs"),
            "Continue reading at Reuters →\nLink: https://…\nImage: https://…",
            "Frequently Asked Questions",
            "Q." + _("A question?"),
            _("Its answer."),
        ]
    )


def preview(shown: Preview, names: Names, links: Links, *, notes: Sequence[str] = ()) -> list[Message]:
    """What it holds, then exactly what readers will see, with the editor's buttons below theirs."""
    article = shown.article
    if isinstance(article, Unreadable):
        raise TypeError("a draft that cannot be read has no preview")
    draft = _("Draft: {facts}.").format(
        facts=_(", ").join(_facts(article, shown.page.published if shown.page else None))
    )
    lines = [draft, _reach(shown, article, names), *(f"⚠️ {escape(note)}" for note in notes)]
    seen = teaser(article, names, links)
    publish = (
        PublishDraft(id=shown.draft_id).button(_("Publish")),
        PublishBreaking(id=shown.draft_id).button(_("Breaking")),
    )
    change = EditDraft(id=shown.draft_id).button(_("Edit")), _discard(shown)
    return [Message(text="\n".join(lines)), seen.model_copy(update={"buttons": (*seen.buttons, publish, change)})]


def _facts(article: Article, told: datetime | None) -> list[str]:
    """`told`: when it was published elsewhere."""
    body, faq, related = len(article.body), len(article.faq), len(article.related)
    counted = [
        (body, ngettext("{number} paragraph", "{number} paragraphs", body)),
        (faq, ngettext("{number} question", "{number} questions", faq)),
        (related, ngettext("{number} related title", "{number} related titles", related)),
    ]
    facts = [text.format(number=number(count)) for count, text in counted if count]
    if article.image:
        facts.append(_("a picture"))
    if article.source:
        facts.append(_("source {name}").format(name=escape(shorten(article.source.name, 100))))
    if told:
        facts.append(_("dated {date}").format(date=date(told)))
    if not (article.source and article.source.url):
        facts.append(_("no link: its teaser links to the article here"))
    return facts


def _reach(shown: Preview, article: Article, names: Names) -> str:
    if shown.changed:
        return _(
            "⚠️ It is published already, and not quite the same. Publishing puts this in its place, and sends it to "
            "nobody again."
        )
    if shown.published:
        return _("⚠️ This very text is published already; publishing it again changes nothing.")
    if shown.joins:
        told = _(
            "⚠️ {title} tells the same and is published already: this joins it as “also at …”, and is sent to nobody. "
            "As breaking news it goes to all."
        )
        return told.format(title=bold(shorten(shown.joins, 200)))
    text = ngettext(
        "It goes to {number} chat subscribed to {category}.",
        "It goes to {number} chats subscribed to {category}.",
        shown.readers,
    )
    return text.format(number=number(shown.readers), category=bold(name_of(article.category, names)))


def refusal(shown: Preview, categories: Sequence[Category]) -> Message:
    """Why a text is no article yet, and what to mend."""
    problem = shown.article
    if not isinstance(problem, Unreadable):
        raise TypeError("this draft can be read")
    if problem.problem is Problem.NO_CATEGORY:
        return _choose_category(shown, problem, categories)
    texts = {
        Problem.EMPTY: _("There is no text in it."),
        Problem.NO_TITLE: _("It has a category but no title: put the title below the category, after a blank line."),
        Problem.TITLE_TOO_LONG: _(
            "Its title is longer than 300 characters: put the title in a paragraph of its own, with a blank line "
            "after it."
        ),
        Problem.TOO_LONG: _("It is longer than 500,000 characters."),
    }
    text = _(
        "This is no article yet. {problem}\n\nWhat you sent is still above: mend it, and send it with /post again."
    )
    return Message(text=text.format(problem=texts[problem.problem]), buttons=((_discard(shown),),))


def _choose_category(shown: Preview, problem: Unreadable, categories: Sequence[Category]) -> Message:
    nearest = [category for category in categories if category.slug in problem.nearest]
    others = [category for category in categories if category.slug not in problem.nearest]
    buttons = choices(
        FileDraft(id=shown.draft_id, slug=c.slug).button(c.called(language())) for c in [*nearest, *others]
    )
    rows = (*in_rows(buttons), (_discard(shown),))
    text = _(
        "The first line must be a category, and “{word}” is none. "
        "Your text is kept: choose its category, and it goes on from there."
    )
    word = escape(shorten(problem.word, 60))
    if shown.page is None:
        return Message(text=text.format(word=word), buttons=rows)
    asked = _("“{word}” is no category. Which one is it for?") if word else _("Which category is it for?")
    return Message(text=f"{bold(shorten(shown.page.title, 250))}\n\n{asked.format(word=word)}", buttons=rows)


def published(article: Article, readers: int, added: Added) -> Message:
    title = bold(shorten(article.title, 200))
    if added is Added.KNOWN:
        return Message(text=_("{title} was published already: nothing was sent again.").format(title=title))
    done = ngettext(
        "Published: {title} goes to {number} chat.", "Published: {title} goes to {number} chats.", readers
    )
    if added is Added.CHANGED:
        done = _("Changed: {title} is stored as it is here. Nothing was sent again.")
    back = _("To take it back: {command}").format(command=f"/retract {escape(article.id)}")
    return Message(
        text=f"{done.format(title=title, number=number(readers))}\n{back}",
        buttons=((_read(article), ManageArticle(id=article.id).button(_("Take it back"))),),
    )


def discarded() -> Message:
    return Message(text=_("Discarded. Nobody has seen it."))


def published_already() -> str:
    return _("It is published already. /articles takes it back.")


def draft_gone() -> str:
    return _(
        "This draft is not kept any more: it was discarded, replaced by a newer preview, or is older than a week."
    )


def not_published_yet() -> str:
    return _("This works once the article is published.")


def accents_guessed() -> str:
    return _("The file was not in UTF-8, so its accents were guessed: look at them.")


def text_may_go_on() -> str:
    return _(
        "This message is as long as Telegram lets one be. If your text went on in a second message, a preview of "
        "both together follows. Longer articles are better sent as a .txt file."
    )


def text_joined() -> str:
    return _("This is your last message and the one before it together. The preview above is of the first alone.")


def file_too_large(size: int, most: int) -> Message:
    """Both in bytes."""
    text = _("That file has {size} MB; an article may have {most} MB at most. Send only its text, as a .txt file.")
    return Message(text=text.format(size=number(size / 1e6, 1), most=number(most / 1e6)))


def file_unreadable(name: str) -> Message:
    text = _("“{name}” is not a text file. Save the article as plain text (.txt, UTF-8) and send that.")
    return Message(text=text.format(name=escape(shorten(name, 60))))


def forward_hint() -> Message:
    return Message(text=_("To make an article of that, reply to it with /post."))


def _discard(shown: Preview) -> Button:
    return DiscardDraft(id=shown.draft_id).button(_("Discard"))


def _read(article: Article) -> Button:
    return ReadArticle(id=article.id).button(_("📖 Read here"))
