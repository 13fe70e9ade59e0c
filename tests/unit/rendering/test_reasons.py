"""Why an article came, or did not, in words that leave no question."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.article import Article
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
from bot.domain.subscription import Parked, Subscription
from bot.rendering import reasons
from bot.rendering.actions import ExplainArticle, decode
from tests.unit.rendering.limits import check, text_of
from tests.unit.samples import ARTICLES, CATEGORIES, FULL, NAMES, NOW

READER = Subscription(chat_id=1, timezone="Europe/Berlin").subscribe(["policy"], NOW)
LATER = NOW + timedelta(minutes=5)  # 11:05 in Berlin
TOLD: list[tuple[Fate, list[str]]] = [
    (Arrived(5, in_digest=False), ["It came at once", "subscribed to Policy"]),
    (Arrived(5, in_digest=True), ["with your digest", "subscribed to Policy"]),
    (Arrived(5, in_digest=False, at=NOW), ["It came at once: 22 Nov 2026, 11:00 (Europe/Berlin)"]),
    (Arrived(5, in_digest=True, day=NOW.date()), ["It came with your digest of 22 Nov."]),
    (Arrived(5, in_digest=True, told_by="<The> Other"), ["same story as “<The> Other”"]),
    (Held(Holding.QUIET, NOW), ["quiet hours", "22 Nov 2026, 11:00"]),
    (Held(Holding.PAUSE, NOW), ["the pause", "22 Nov 2026, 11:00"]),
    (Held(Holding.TALK, NOW), ["conversation", "22 Nov 2026, 11:00"]),
    (Muted("<b>"), ["muted “<b>”", "/unmute"]),
    (Arrived(None, in_digest=False), ["did not say whether it arrived", "not a third time"]),
    (OnItsWay(), ["on its way", "queue"]),
    (OnItsWay(trying=True), ["this very moment"]),
    (OnItsWay(until=LATER), ["on its way", "tried again", "11:05 (Europe/Berlin)"]),
    (OnItsWay(until=LATER, cause=Cause.BLOCKED), ["not come yet", "blocked", "11:05"]),
    (Failed(Cause.BLOCKED), ["could not be written to (the bot had been blocked)"]),
    (Failed(None), ["Telegram did not take the message"]),
    (NotSubscribed(), ["subscribed to nothing", "Policy"]),
    (OtherCategory(("tech", "gone")), ["belongs to Policy", "subscribed to Technology, gone"]),
    (PublishedBefore(NOW), ["published before 22 Nov 2026, 11:00", "subscribed to Policy"]),
    (WithDigest(LATER), ["next digest", "11:05"]),
    (LeftOut(), ["when its turn came"]),
    (Imported(), ["reading only"]),
    (TooLongAgo(), ["22 Nov 2026", "48 hours"]),
    (NoSuchArticle(), ["no such article"]),
    (Parked(cause=Cause.NO_RIGHTS, since=NOW), ["since 22 Nov 2026, 11:00", "no right to write"]),
]


@pytest.mark.parametrize(("fate", "words"), TOLD, ids=lambda value: repr(value)[:40])
def test_each_fate_is_told(fate: Fate, words: list[str]) -> None:
    text = text_of(reasons.explain(FULL, fate, READER, NAMES).text)
    title, why = text.split("\n\n")
    assert title == FULL.title
    for word in words:
        assert word in why


def test_every_cause_has_its_words() -> None:
    told = {reasons.explain(FULL, Failed(cause), READER, NAMES).text for cause in Cause}
    assert len(told) == len(Cause)


@given(ARTICLES, st.sampled_from([fate for fate, _ in TOLD]))
def test_telegram_takes_it(article: Article, fate: Fate) -> None:
    check(reasons.explain(article, fate, READER, NAMES))
    check(reasons.explain_several([article] * 10, READER, CATEGORIES, is_digest=True))
    check(reasons.why_what([article] * 6))


def test_several_can_be_asked_about() -> None:
    message = reasons.explain_several([FULL], READER, CATEGORIES, is_digest=True)
    assert text_of(message.text).startswith("This is your digest")
    assert [decode(button.data or "") for row in message.buttons for button in row] == [ExplainArticle(id=FULL.id)]
    assert "several articles" in reasons.explain_several([FULL], READER, CATEGORIES, is_digest=False).text
