"""The bot's words on why an article came to a chat, or did not."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import assert_never
from zoneinfo import ZoneInfo

from bot.domain.article import Article
from bot.domain.delivery import Cause
from bot.domain.fate import (
    Arrived,
    Failed,
    Fate,
    Imported,
    LeftOut,
    NoSuchArticle,
    NotSubscribed,
    OnItsWay,
    OtherCategory,
    PublishedBefore,
    TooLongAgo,
    WithDigest,
)
from bot.domain.message import Button, Message
from bot.domain.subscription import Parked, Subscription
from bot.rendering.actions import ExplainArticle, OpenMenu, ReadArticle
from bot.rendering.articles import date
from bot.rendering.markup import bold, escape, shorten
from bot.rendering.schedules import some, summary

_TITLE = 200
_LABEL = 45
_CATEGORIES = OpenMenu(name="categories").button("📂 Categories")

#: Said of a chat in which the question is asked, so it has been put right where it could be.
_CAUSES = {
    Cause.BLOCKED: "the bot had been blocked",
    Cause.DEACTIVATED: "Telegram said that the account is deleted",
    Cause.REMOVED: "the bot was not a member here",
    Cause.NOT_FOUND: "Telegram did not find this chat",
    Cause.NO_RIGHTS: "the bot has no right to write here; an administrator can give it that",
    Cause.TOPIC_CLOSED: "this topic is closed",
    Cause.TOPIC_GONE: "Telegram did not find this topic",
}


def why_what(newest: Sequence[Article]) -> Message:
    text = (
        f"Why did an article come here, or not? Reply {bold('/why')} to it, or write {bold('/why ID')}"
        f"{', or choose one of the newest:' if newest else '.'}"
    )
    return Message(text=text, buttons=tuple((_button(article),) for article in newest))


def no_such_article() -> Message:
    return Message(text="There is no such article: it was never stored here, or it was taken back.")


def explain(article: Article, fate: Fate, subscription: Subscription, names: Mapping[str, str]) -> Message:
    """`names` are the categories' names by slug."""
    title = bold(shorten(article.title, _TITLE))
    told = _Told(article, subscription, names)
    choose = isinstance(fate, (NotSubscribed, OtherCategory))
    buttons = (ReadArticle(id=article.id).button("📖 Read here"), *([_CATEGORIES] if choose else []))
    return Message(text=f"{title}\n\n{told.why(fate)}", buttons=(buttons,))


def explain_several(articles: Sequence[Article], subscription: Subscription, *, is_digest: bool) -> Message:
    """On a message that tells of several."""
    told = (
        "This is your digest: what was published in your categories and was waiting for you. "
        if is_digest
        else "This message tells of several articles. "
    )
    return Message(
        text=f"{told}{summary(subscription)}\n\nWhy one of them came, or did not:",
        buttons=tuple((_button(article),) for article in articles),
    )


class _Told:
    def __init__(self, article: Article, subscription: Subscription, names: Mapping[str, str]) -> None:
        self._article = article
        self._zone = subscription.zone
        self._category = bold(names.get(article.category, article.category))
        self._names = names

    def why(self, fate: Fate) -> str:
        match fate:
            case Arrived() | OnItsWay() | Failed() | Parked():
                return self._of_delivery(fate)
            case NotSubscribed() | OtherCategory() | PublishedBefore() | WithDigest():
                return self._of_subscription(fate)
            case LeftOut():
                return (
                    "It did not come here: when its turn came, this chat could not be written to, or did not want "
                    "it then."
                )
            case Imported():
                return "It was stored for reading only, and sent to nobody."
            case TooLongAgo():
                return (
                    f"It was published on {date(self._article.published)}. What was sent is remembered for 48 hours "
                    "only, so I no longer know."
                )
            case NoSuchArticle():
                return no_such_article().text
            case _:
                assert_never(fate)

    def _of_delivery(self, fate: Arrived | OnItsWay | Failed | Parked) -> str:
        match fate:
            case Arrived(message_id, in_digest):
                how = "with your digest" if in_digest else "at once"
                since = f"this chat is subscribed to {self._category}."
                if message_id is None:
                    return (
                        f"It was sent {how}, but Telegram did not say whether it arrived. To be safe it was sent "
                        f"once more, and not a third time: {since}"
                    )
                return f"It came {how}: {since}"
            case OnItsWay():
                return self._on_its_way(fate)
            case Failed(cause):
                why = f"this chat could not be written to: {_CAUSES[cause]}" if cause else _NOT_TAKEN
                return f"It did not come: {why}."
            case Parked(cause=cause, since=since):
                return f"It does not come: since {_moment(since, self._zone)} {_CAUSES[cause]}."

    def _on_its_way(self, fate: OnItsWay) -> str:
        if fate.trying:
            return "It is being sent this very moment."
        if fate.until is None:
            return "It is on its way: other messages are before it in the queue."
        when = _moment(fate.until, self._zone)
        if fate.cause is None:
            return f"It is on its way: Telegram did not take it at first, and it is tried again at about {when}."
        return f"It has not come yet, since {_CAUSES[fate.cause]}. That is looked at again at about {when}."

    def _of_subscription(self, fate: NotSubscribed | OtherCategory | PublishedBefore | WithDigest) -> str:
        match fate:
            case NotSubscribed():
                return f"It did not come: this chat is subscribed to nothing. It belongs to {self._category}."
            case OtherCategory(subscribed):
                chosen = some([bold(self._names.get(slug, slug)) for slug in subscribed])
                return f"It did not come: it belongs to {self._category}, and this chat is subscribed to {chosen}."
            case PublishedBefore(settled):
                return (
                    f"It did not come: it was published before {_moment(settled, self._zone)}, when this chat "
                    f"subscribed to {self._category} or changed its schedule. What is published since comes."
                )
            case WithDigest(due):
                return f"It comes with your next digest, due {_moment(due, self._zone)}."


_NOT_TAKEN = "Telegram did not take the message; the editors see that"


def _button(article: Article) -> Button:
    return ExplainArticle(id=article.id).button(shorten(article.title, _LABEL))


def _moment(moment: datetime, zone: ZoneInfo) -> str:
    local = moment.astimezone(zone)
    return f"{date(local)}, {local:%H:%M} ({escape(zone.key)})"
