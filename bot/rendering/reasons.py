"""The bot's words on why an article came to a chat, or did not."""

from collections.abc import Sequence
from datetime import datetime
from typing import assert_never
from zoneinfo import ZoneInfo

from bot.domain.article import Article
from bot.domain.category import Category
from bot.domain.delivery import Cause
from bot.domain.fate import (
    Arrived,
    Failed,
    Fate,
    Held,
    Imported,
    LeftOut,
    Muted,
    NoSuchArticle,
    NotSubscribed,
    OnItsWay,
    OtherCategory,
    PublishedBefore,
    TooLongAgo,
    WithDigest,
)
from bot.domain.hold import Holding
from bot.domain.message import Button, Message
from bot.domain.subscription import Parked, Subscription
from bot.rendering.actions import ExplainArticle, OpenMenu, ReadArticle
from bot.rendering.figures import clock, date, day, zone_name
from bot.rendering.markup import bold, escape, shorten
from bot.rendering.names import Names, name_of
from bot.rendering.schedules import some, summary
from bot.rendering.wording import _, isolated

_TITLE = 200
_LABEL = 45


def why_what(newest: Sequence[Article]) -> Message:
    if newest:
        text = _(
            "Why did an article come here, or not? Reply {why} to it, or write {id}, or choose one of the newest:"
        )
    else:
        text = _("Why did an article come here, or not? Reply {why} to it, or write {id}.")
    text = text.format(why=bold("/why"), id=bold("/why ID"))
    return Message(text=text, buttons=tuple((_button(article),) for article in newest))


def no_such_article() -> Message:
    return Message(text=_("There is no such article: it was never stored here, or it was taken back."))


def explain(article: Article, fate: Fate, subscription: Subscription, names: Names) -> Message:
    title = bold(shorten(article.title, _TITLE))
    told = _Told(article, subscription, names)
    choose = isinstance(fate, (NotSubscribed, OtherCategory))
    categories = OpenMenu(name="categories").button(_("📂 Categories"))
    buttons = (ReadArticle(id=article.id).button(_("📖 Read here")), *([categories] if choose else []))
    return Message(text=f"{title}\n\n{told.why(fate)}", buttons=(buttons,))


def explain_several(
    articles: Sequence[Article], subscription: Subscription, categories: Sequence[Category], *, is_digest: bool
) -> Message:
    """On a message that tells of several."""
    told = (
        _("This is your digest: what was published in your categories and was waiting for you.")
        if is_digest
        else _("This message tells of several articles.")
    )
    return Message(
        text=f"{told} {summary(subscription, categories)}\n\n" + _("Why one of them came, or did not:"),
        buttons=tuple((_button(article),) for article in articles),
    )


class _Told:
    def __init__(self, article: Article, subscription: Subscription, names: Names) -> None:
        self._article = article
        self._zone = subscription.zone
        self._category = bold(name_of(article.category, names))
        self._names = names

    def why(self, fate: Fate) -> str:
        match fate:
            case Arrived() | OnItsWay() | Failed() | Parked():
                return self._of_delivery(fate)
            case NotSubscribed() | OtherCategory() | PublishedBefore() | WithDigest():
                return self._of_subscription(fate)
            case Held() | Muted():
                return self._not_yet(fate)
            case LeftOut():
                return _(
                    "It did not come here: when its turn came, this chat could not be written to, or did not want "
                    "it then."
                )
            case Imported():
                return _("It was stored for reading only, and sent to nobody.")
            case TooLongAgo():
                return _(
                    "It was published on {date}. What was sent is remembered for 48 hours only, so I no longer know."
                ).format(date=date(self._article.published))
            case NoSuchArticle():
                return no_such_article().text
            case _:
                assert_never(fate)

    def _not_yet(self, fate: Held | Muted) -> str:
        match fate:
            case Muted(word):
                text = _("It did not come: this chat has muted “{word}”, which is in it. {unmute} lets it in again.")
                return text.format(word=escape(shorten(word, 60)), unmute=bold("/unmute"))
            case Held(cause, until):
                texts = {
                    Holding.QUIET: _("It is held by the quiet hours, and comes in one digest at about {time}."),
                    Holding.PAUSE: _("It is held by the pause, and comes in one digest at about {time}."),
                    Holding.TALK: _("It waits until people here have ended their conversation, at about {time}."),
                }
                return texts[cause].format(time=_moment(until, self._zone))

    def _of_delivery(self, fate: Arrived | OnItsWay | Failed | Parked) -> str:
        match fate:
            case Arrived():
                return self._arrived(fate)
            case OnItsWay():
                return self._on_its_way(fate)
            case Failed(cause):
                if cause is None:
                    return _("It did not come: Telegram did not take the message; the editors see that.")
                text = _("It did not come: this chat could not be written to ({cause}).")
                return text.format(cause=_cause(cause))
            case Parked(cause=cause, since=since):
                text = _("It does not come since {time}: {cause}.")
                return text.format(time=_moment(since, self._zone), cause=_cause(cause))

    def _arrived(self, fate: Arrived) -> str:
        since = _("This chat is subscribed to {category}.").format(category=self._category)
        if fate.message_id is not None:
            return f"{self._came(fate)} {since}"
        sent = _(
            "It was sent, but Telegram did not say whether it arrived. To be safe it was sent once more, and not a "
            "third time."
        )
        return f"{sent} {since}"

    def _came(self, fate: Arrived) -> str:
        if fate.told_by:
            text = _("Your digest told it as the same story as “{title}”.")
            return text.format(title=escape(shorten(fate.told_by, _TITLE)))
        if fate.day:
            return _("It came with your digest of {day}.").format(day=day(fate.day))
        if fate.at:
            return _("It came at once: {time}.").format(time=_moment(fate.at, self._zone))
        return _("It came with your digest.") if fate.in_digest else _("It came at once.")

    def _on_its_way(self, fate: OnItsWay) -> str:
        if fate.trying:
            return _("It is being sent this very moment.")
        if fate.until is None:
            return _("It is on its way: other messages are before it in the queue.")
        when = _moment(fate.until, self._zone)
        if fate.cause is None:
            text = _("It is on its way: Telegram did not take it at first, and it is tried again at about {time}.")
            return text.format(time=when)
        text = _("It has not come yet: {cause}. That is looked at again at about {time}.")
        return text.format(cause=_cause(fate.cause), time=when)

    def _of_subscription(self, fate: NotSubscribed | OtherCategory | PublishedBefore | WithDigest) -> str:
        match fate:
            case NotSubscribed():
                text = _("It did not come: this chat is subscribed to nothing. It belongs to {category}.")
                return text.format(category=self._category)
            case OtherCategory(subscribed):
                chosen = some([bold(name_of(slug, self._names)) for slug in subscribed])
                text = _("It did not come: it belongs to {category}, and this chat is subscribed to {chosen}.")
                return text.format(category=self._category, chosen=chosen)
            case PublishedBefore(settled):
                text = _(
                    "It did not come: it was published before {time}, when this chat subscribed to {category} or "
                    "changed its schedule. What is published since comes."
                )
                return text.format(time=_moment(settled, self._zone), category=self._category)
            case WithDigest(due):
                return _("It comes with your next digest, due {time}.").format(time=_moment(due, self._zone))


def _cause(cause: Cause) -> str:
    """Said of a chat in which the question is asked, so it has been put right where it could be."""
    words = {
        Cause.BLOCKED: _("the bot had been blocked"),
        Cause.DEACTIVATED: _("Telegram said that the account is deleted"),
        Cause.REMOVED: _("the bot was not a member here"),
        Cause.NOT_FOUND: _("Telegram did not find this chat"),
        Cause.NO_RIGHTS: _("the bot has no right to write here; an administrator can give it that"),
        Cause.TOPIC_CLOSED: _("this topic is closed"),
        Cause.TOPIC_GONE: _("Telegram did not find this topic"),
    }
    return words[cause]


def _button(article: Article) -> Button:
    return ExplainArticle(id=article.id).button(shorten(article.title, _LABEL))


def _moment(moment: datetime, zone: ZoneInfo) -> str:
    local = moment.astimezone(zone)
    told = _(", ").join([date(local), clock(local)])
    return f"{told} ({isolated(zone_name(zone.key))})"
