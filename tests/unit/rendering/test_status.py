"""How delivery goes, on one screen."""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from hypothesis import given

from bot.domain.delivery import Cause
from bot.domain.status import RefusedMessage, Resting, Status
from bot.rendering import status as words
from tests.unit.rendering.limits import check, text_of
from tests.unit.samples import NOW, TEXT

BERLIN = ZoneInfo("Europe/Berlin")
#: A screen of a phone, at 40 characters a line.
MOST_LINES = 24
WELL = Status(
    at=NOW,
    owed=1_234_567,
    ended={"sent": 1_230_000, "ambiguous": 7, "failed": 60, "skipped": 500},
    in_flight=9,
    postponed=1_200,
    in_doubt=0,
    chunks=28,
    waiting_since=NOW,
    unplanned=1,
    minutes=10,
    tries={"sent": 12_345, "flooded": 3, "blocked": 2},
    tried_just_now=True,
    uncertain=False,
    rate=29.7,
    rate_set=30,
    paused=timedelta(),
    resting=None,
    parked={Cause.BLOCKED: 1_024, Cause.NO_RIGHTS: 0, Cause.REMOVED: 10},
    refused=(),
)
FEEDS = ("The Quay", "<b>Tide</b>", "x" * 300, "Four", "Five")
REFUSED = RefusedMessage("full-1", "full", "Harbour Toll Rises", NOW, "Bad Request: <too strange>")


def told(status: Status) -> str:
    message = words.report(status, BERLIN)
    check(message)
    assert [button.label for row in message.buttons for button in row] == ["🔄 Refresh"]
    return text_of(message.text)


def test_all_is_well() -> None:
    text = told(WELL)
    assert text.startswith("✅ All is well.")
    assert "⚠️" not in text
    for line in (
        "To be sent · 4,000 messages (1,200 put off, 9 under way)",
        "Just published · 1 article",
        "Last 10 minutes · 12,345 sent, 3 put off (Telegram asked to wait), 2 failed (the bot was blocked)",
        "Since the beginning · 1,230,000 sent, 7 perhaps sent, 60 failed, 500 no longer wanted",
        "Speed · 30 messages a second, 30 are set",
        "Chats out of reach · 1,034 (1,024 the bot was blocked, 10 the bot is no member)",
        "As of 11:00:00 (Europe/Berlin)",
    ):
        assert line in text
    assert sum(1 + len(line) // 40 for line in text.split("\n")) <= MOST_LINES


def test_a_new_store_is_well() -> None:
    nothing = replace(WELL, owed=0, ended={}, in_flight=0, postponed=0, waiting_since=None, unplanned=0, tries={})
    text = told(replace(nothing, parked={}, tried_just_now=False))
    assert text.startswith("✅ All is well.")
    assert "To be sent · 0 messages\n" in text
    assert "nothing was due" in text
    assert "out of reach · 0\n" in text


def test_trouble_comes_first() -> None:
    resting = Resting(Cause.NOT_FOUND, NOW + timedelta(minutes=5))
    long_ago = NOW - timedelta(hours=1)
    quiet = replace(WELL, tries={}, tried_just_now=False)
    for status, first in (
        (replace(WELL, resting=resting), "⚠️ Sending rests until 11:05"),
        (replace(WELL, paused=timedelta(seconds=12.2)), "⚠️ Telegram has asked to wait: 12 seconds"),
        (replace(WELL, rate=15), "⚠️ Slower than set"),
        (replace(WELL, uncertain=True), "⚠️ Many messages get no answer"),
        (replace(quiet, waiting_since=long_ago), "⚠️ Messages wait since 10:00"),
        (replace(WELL, refused=(REFUSED,)), "⚠️ Telegram did not take 1 message"),
        (replace(WELL, feeds=9, feeds_in_trouble=("The Quay",)), "⚠️ 1 feed cannot be read: The Quay. /feeds tells"),
        (replace(WELL, feeds_due_since=long_ago), "⚠️ Feeds wait since 10:00"),
    ):
        text = told(status)
        assert text.startswith(first)
        assert "All is well" not in text
        assert "To be sent" in text
    assert "⚠️" not in told(replace(quiet, waiting_since=NOW - timedelta(seconds=30))), "it may just begin"
    assert "wait since" not in told(replace(quiet, waiting_since=long_ago, resting=resting)), "the reason is known"


def test_refused_messages_are_named() -> None:
    text = told(replace(WELL, refused=(REFUSED,) * 7))
    assert text.count("Harbour Toll Rises (full), 22 Nov 2026: Bad Request: <too strange>") == 5
    assert "and 2 more" in text
    gone = replace(REFUSED, article=None, title=None)
    assert "• full-1, 22 Nov 2026" in told(replace(WELL, refused=(gone,)))


def test_some_feeds_in_trouble_are_named() -> None:
    text = told(replace(WELL, feeds_in_trouble=FEEDS))
    assert "5 feeds cannot be read: The Quay, <b>Tide</b>, xxx" in text.replace("\u2060", "")
    assert ", and 2 more. /feeds" in text


@given(TEXT, TEXT)
def test_telegram_takes_whatever_was_refused(title: str, reason: str) -> None:
    told(
        replace(
            WELL,
            refused=(replace(REFUSED, title=title, reason=reason),) * 9,
            feeds_in_trouble=(title, reason) * 9,
            uncertain=True,
            rate=1,
        )
    )
