"""To what a question was narrowed, in words."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.domain.scope import EVERYTHING, Scope
from bot.rendering.scopes import in_words, news_heading
from bot.rendering.wording import speaking

NAMES = {"policy": "Policy", "tech": "Technology", "reuters": "Reuters"}
BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = datetime(2026, 11, 16, tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("scope", "words"),
    [
        (EVERYTHING, ""),
        (Scope(categories=frozenset({"tech", "policy"})), "Policy, Technology"),
        (Scope(sources=frozenset({"reuters", "bbc"})), "bbc, Reuters"),
        (Scope(since=MONDAY), "since 16 Nov"),
        (Scope(since=datetime(2026, 11, 16, 8, 30, tzinfo=UTC)), "since 16 Nov, 09:30"),
        (Scope(until=MONDAY), "until 15 Nov"),
        (Scope(since=MONDAY, until=MONDAY.replace(day=17)), "on 16 Nov"),
        (Scope(since=MONDAY, until=MONDAY.replace(day=19)), "since 16 Nov · until 18 Nov"),
        (Scope(frozenset({"policy"}), frozenset({"reuters"}), MONDAY), "Policy · Reuters · since 16 Nov"),
    ],
)
def test_a_scope_is_told_by_the_calendar_of_who_asks(scope: Scope, words: str) -> None:
    assert in_words(scope, NAMES, BERLIN) == words


def test_the_heading_of_news() -> None:
    assert news_heading(EVERYTHING, NAMES, BERLIN) == "New"
    policy = Scope(frozenset({"policy"}), since=MONDAY)
    assert news_heading(policy, NAMES, BERLIN) == "New in Policy · since 16 Nov"
    assert news_heading(Scope(sources=frozenset({"reuters"})), NAMES, BERLIN) == "New · Reuters"
    with speaking("ar"):
        assert "Policy" in news_heading(policy, NAMES, BERLIN)
