"""The bot's words to editors."""

from collections.abc import Sequence

from bot.domain.article import LONGEST_CORRECTION, Added, Article
from bot.domain.category import Category
from bot.domain.draft import Preview, Problem, Unreadable
from bot.domain.message import Message
from bot.rendering.actions import (
    DiscardDraft,
    FileDraft,
    ListArticles,
    ManageArticle,
    PublishBreaking,
    PublishDraft,
    ReadArticle,
    Retract,
    choices,
)
from bot.rendering.articles import date, teaser
from bot.rendering.links import Links
from bot.rendering.markup import bold, brief, counted, escape, italic, shorten

PAGE = 8
_LABEL = 45
_FOUND_IN_TITLE = 6


def how_to_post() -> Message:
    return Message(
        text=f"{bold('How to post an article')}\n"
        "Send /post with the text right after it, or reply /post to a message that holds it, "
        "or send it as a .txt file with the caption /post. It looks like this:\n\n"
        "<pre>policy\n\nThe title\n\nThe teaser: one paragraph\n\nThe text, in paragraphs\n\n"
        "Continue reading at Reuters →\nLink: https://…\n\nFrequently Asked Questions\n\n"
        "Q.A question?\n\nIts answer.</pre>\n\n"
        "All but category and title may be missing. Links behind pasted text are kept. "
        "You see a preview before anyone else does."
    )


def preview(shown: Preview, links: Links, *, notes: Sequence[str] = ()) -> list[Message]:
    """What it holds, then exactly what readers will see, with the editor's buttons below theirs."""
    article = shown.article
    if isinstance(article, Unreadable):
        raise TypeError("a draft that cannot be read has no preview")
    counts = {"paragraph": article.body, "question": article.faq, "related title": article.related}
    facts = [counted(len(things), thing) for thing, things in counts.items() if things]
    source = f"source {escape(shorten(article.source.name, 100))}" if article.source else ""
    link = "" if article.source and article.source.url else "no link: its teaser links to the article here"
    facts += [fact for fact in (source, link) if fact]
    lines = [f"Draft: {', '.join(facts)}.", _reach(shown, article), *(f"⚠️ {escape(note)}" for note in notes)]
    seen = teaser(article, links)
    decide = (
        PublishDraft(id=shown.draft_id).button("Publish"),
        PublishBreaking(id=shown.draft_id).button("Breaking"),
        DiscardDraft(id=shown.draft_id).button("Discard"),
    )
    return [Message(text="\n".join(lines)), seen.model_copy(update={"buttons": (*seen.buttons, decide)})]


def _reach(shown: Preview, article: Article) -> str:
    if shown.changed:
        return (
            "⚠️ This text is published already, with other links or questions. Publishing puts these in their place, "
            "and sends it to nobody again."
        )
    if shown.published:
        return "⚠️ This very text is published already; publishing it again changes nothing."
    return f"It goes to {counted(shown.readers, 'chat')} subscribed to {bold(article.category)}."


def refusal(shown: Preview, categories: Sequence[Category]) -> Message:
    """Why a text is no article yet, and what to mend."""
    problem = shown.article
    if not isinstance(problem, Unreadable):
        raise TypeError("this draft can be read")
    if problem.problem is Problem.NO_CATEGORY:
        return _choose_category(shown.draft_id, problem, categories)
    texts = {
        Problem.EMPTY: "There is no text in it.",
        Problem.NO_TITLE: "It has a category but no title: put the title below the category, after a blank line.",
        Problem.TITLE_TOO_LONG: "Its title is longer than 300 characters: put the title in a paragraph of its own, "
        "with a blank line after it.",
        Problem.TOO_LONG: "It is longer than 500,000 characters.",
    }
    again = "What you sent is still above: mend it, and send it with /post again."
    return Message(text=f"This is no article yet. {texts[problem.problem]}\n\n{again}")


def _choose_category(draft_id: str, problem: Unreadable, categories: Sequence[Category]) -> Message:
    nearest = [category for category in categories if category.slug in problem.nearest]
    others = [category for category in categories if category.slug not in problem.nearest]
    buttons = choices(FileDraft(id=draft_id, slug=c.slug).button(c.name) for c in [*nearest, *others])
    rows = tuple(tuple(buttons[i : i + 2]) for i in range(0, len(buttons), 2))
    word = escape(shorten(problem.word, 60))
    text = (
        f"The first line must be a category, and “{word}” is none. "
        "Your text is kept: choose its category, and it goes on from there."
    )
    return Message(text=text, buttons=rows)


def published(article: Article, readers: int, added: Added) -> Message:
    title = bold(shorten(article.title, 200))
    if added is Added.KNOWN:
        return Message(text=f"{title} was published already: nothing was sent again.")
    done = f"Published: {title} goes to {counted(readers, 'chat')}."
    if added is Added.CHANGED:
        done = f"Changed: {title} has its new links and questions. Nothing was sent again."
    return Message(
        text=f"{done}\nTo take it back: /retract {escape(article.id)}",
        buttons=(
            (
                ReadArticle(id=article.id).button("📖 Read here"),
                ManageArticle(id=article.id).button("Take it back"),
            ),
        ),
    )


def discarded() -> Message:
    return Message(text="Discarded. Nobody has seen it.")


def published_already() -> str:
    return "It is published already. /articles takes it back."


def draft_gone() -> str:
    return "This draft is not kept any more: it was discarded, replaced by a newer preview, or is older than a week."


def not_published_yet() -> str:
    return "This works once the article is published."


def article_list(articles: Sequence[Article], *, skip: int, total: int) -> Message:
    if not articles:
        return Message(text="Nothing is published yet. /post publishes the first article.")
    lines = [
        f"{number}. {bold(brief(a.title, 120, _FOUND_IN_TITLE))}\n"
        f"{italic(f'{a.category} · {date(a.published)} · {a.id}')}"
        for number, a in enumerate(articles, skip + 1)
    ]
    rows = [(ManageArticle(id=a.id).button(shorten(a.title, _LABEL)),) for a in articles]
    turning = []
    if skip > 0:
        turning.append(ListArticles(skip=max(0, skip - PAGE)).button("‹ Newer"))
    if skip + len(articles) < total:
        turning.append(ListArticles(skip=skip + PAGE).button("Older ›"))
    heading = bold(f"Published: {counted(total, 'article')}")
    return Message(text="\n\n".join([heading, *lines]), buttons=(*rows, *([tuple(turning)] if turning else [])))


def manage(article: Article) -> Message:
    text = f"{bold(shorten(article.title, 250))}\n{italic(f'{article.category} · {date(article.published)}')}"
    question = f"\n\nTo correct it, write {bold(f'/correct {article.id}')} and after it what is right."
    question += "\n\nTake it back? It is removed here, and deleted in the chats that got it in the last 48 hours."
    return Message(
        text=text + question,
        buttons=(
            (Retract(id=article.id).button("🗑 Take it back"),),
            (ReadArticle(id=article.id).button("📖 Read here"), ListArticles(skip=0).button("‹ All articles")),
        ),
    )


def retracted(reached: int) -> Message:
    return Message(
        text=f"Taken back: it is no longer stored, and {counted(reached, 'message')} "
        f"{'is' if reached == 1 else 'are'} being taken back."
    )


def how_to_correct(newest: Sequence[Article]) -> Message:
    text = (
        f"Write {bold('/correct ID TEXT')}, where the text says in 1 to {LONGEST_CORRECTION} characters what was "
        "wrong and what is right. It stands with the article from then on; the messages of the last 48 hours that "
        "tell of it are changed, and their chats told."
    )
    return Message(
        text=text, buttons=tuple((ManageArticle(id=a.id).button(shorten(a.title, _LABEL)),) for a in newest)
    )


def no_correction(article: Article, length: int) -> Message:
    """Its text is empty, or has too many characters."""
    said = f"That has {length:,} characters" if length else "That says nothing"
    return Message(
        text=f"{said}: after {bold(f'/correct {article.id}')} must stand what was wrong and what is right, in 1 to "
        f"{LONGEST_CORRECTION} characters. Nothing was changed."
    )


def corrected(reached: int | None) -> Message:
    """None: it was all done before."""
    if reached is None:
        return Message(text="Its newest correction says just that: nothing was changed, and nobody is told again.")
    are, chats = ("is", "its chat") if reached == 1 else ("are", "their chats")
    return Message(text=f"Corrected. {counted(reached, 'message')} {are} being changed, and {chats} told.")


def no_such_article(article_id: str) -> Message:
    return Message(
        text=f"There is no article with the ID “{escape(shorten(article_id, 40))}”, or it was taken back. "
        "/articles lists them."
    )


def category_added(category: Category, *, new: bool) -> Message:
    if not new:
        return Message(text=f"There is a category of that name already: {bold(category.name)} ({category.slug}).")
    return Message(text=f"Category {bold(category.name)} ({escape(category.slug)}) added. Readers can subscribe now.")


def how_to_add_category() -> Message:
    return Message(
        text=f"Write {bold('/addcategory SLUG NAME')}, such as {bold('/addcategory climate Climate and weather')}. "
        "The slug is 1 to 32 of a-z, 0-9, - and _, and begins and ends with a letter or digit."
    )


def file_too_large(size: int) -> Message:
    return Message(
        text=f"That file has {size / 1e6:.1f} MB; an article may have 1 MB at most. "
        "Send only its text, as a .txt file."
    )


def file_unreadable(name: str) -> Message:
    return Message(
        text=f"“{escape(shorten(name, 60))}” is not a text file. Save the article as plain text (.txt, UTF-8) and "
        "send that."
    )


def forward_hint() -> Message:
    return Message(text="To make an article of that, reply to it with /post.")
