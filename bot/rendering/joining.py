"""The bot's words to editors on articles that tell the same."""

import hashlib
from collections.abc import Sequence

from bot.domain.article import Article
from bot.domain.message import Button, Message
from bot.rendering.articles import also_at
from bot.rendering.editor_actions import ChooseStory, JoinStory, ShowStory, SplitStory
from bot.rendering.figures import number
from bot.rendering.markup import bold, escape, shorten
from bot.rendering.wording import _, ngettext

#: Articles among which an editor chooses.
OFFERED = 6
#: Buttons of articles that can be split off.
_MOST_JOINED = 20
_LABEL = 45


def mark_of(article_id: str) -> str:
    """By which a button names a second article, since two ids may be longer than a button can bear."""
    return hashlib.blake2b(article_id.encode(), digest_size=6).hexdigest()


def told_also(article: Article) -> str:
    """Who else tells it, with a line end before it; empty if nobody does."""
    return f"\n<i>{others}</i>" if (others := also_at(article)) else ""


def story_buttons(article: Article, joined: Sequence[Article]) -> list[tuple[Button, ...]]:
    """To split off what has joined an article, and to join it with another."""
    rows = [
        (SplitStory(id=one.id, sure=False).button(_("✂️ Split off: {source}").format(source=_name(one))),)
        for one in joined[:_MOST_JOINED]
    ]
    return [*rows, (ChooseStory(id=article.id).button(_("🔗 Join with…")),)]


def choose(article: Article, near: Sequence[Article]) -> Message:
    text = _("Which article tells the same as {title}? These of the last two days are most like it.")
    if not near:
        text = _("No article of the last two days, in its category, is like {title}.")
    rows = tuple(
        (JoinStory(id=article.id, into=mark_of(one.id), sure=False).button(shorten(one.title, _LABEL)),)
        for one in near
    )
    return Message(text=text.format(title=_title(article)), buttons=(*rows, (_back(article),)))


def join_sure(article: Article, into: Article) -> Message:
    text = _(
        "{title} joins {story}: that one stays, and names {source} as telling it too. Nobody is sent anything, and "
        "messages that have been sent stay as they are."
    ).format(title=_title(article), story=_title(into), source=escape(shorten(article.told_by.name, _LABEL)))
    sure = JoinStory(id=article.id, into=mark_of(into.id), sure=True).button(_("🔗 Join them"))
    return Message(text=text, buttons=((sure,), (_back(article),)))


def joined() -> str:
    return _("Joined. It can be split off again.")


def split_sure(leaving: Article, story: Article, readers: int) -> Message:
    """`readers`: the chats subscribed to its category."""
    text = _("{title} leaves {story} and is an article of its own.").format(
        title=_title(leaving), story=_title(story)
    )
    never_sent = ngettext(
        "If it has never been published itself, it is now, for {number} chat.",
        "If it has never been published itself, it is now, for {number} chats.",
        readers,
    )
    sure = SplitStory(id=leaving.id, sure=True).button(_("✂️ Split off"))
    return Message(text=f"{text} {never_sent.format(number=number(readers))}", buttons=((sure,), (_back(story),)))


def split(*, sent: bool) -> str:
    return _("Split off, and published.") if sent else _("Split off.")


def _name(article: Article) -> str:
    return shorten(article.told_by.name, _LABEL)


def _title(article: Article) -> str:
    return bold(shorten(article.title, 150))


def _back(article: Article) -> Button:
    return ShowStory(id=article.id).button(_("‹ Back"))
