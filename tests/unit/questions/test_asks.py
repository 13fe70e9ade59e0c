import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.questions.asks import asks_else, asks_for


@pytest.mark.parametrize(
    ("question", "language", "kind"),
    [
        ("When does it open?", "en", "time"),
        ("At what time does it open?", "en", "time"),
        ("And where?", "en", "place"),
        ("how much is a ticket", "en", "amount"),
        ("What does a visit to the museum cost?", "en", "amount"),
        ("What happens to those who die?", "en", ""),
        ("Is it open when it rains?", "en", ""),
        ("HOW LONG IS IT CLOSED", "en", "time"),
        ("Somewhere nowhere", "en", ""),
        ("Wo gibt es Karten?", "de", "place"),
        ("Um wie viel Uhr fährt sie?", "de", "time"),
        ("Wie viele Karten gibt es?", "de", "amount"),
        ("¿Cuánto cuesta la entrada?", "es", "amount"),
        ("¿Cuánto tiempo dura?", "es", "time"),
        ("¿Por qué?", "es", "reason"),
        ("Сколько стоит билет?", "ru", "amount"),
        ("Во сколько открывается музей?", "ru", "time"),
        ("من سرق الأسطرلاب؟", "ar", "person"),
        ("من أين أشتري تذكرة؟", "ar", "place"),
        ("كم ثمن التذكرة؟", "ar", "amount"),
        ("", "en", ""),
        ("When?", "fi", ""),
    ],
)
def test_what_is_asked_for(question: str, language: str, kind: str) -> None:
    assert asks_for(question, language) == kind


@pytest.mark.parametrize(
    ("wanted", "question", "differs"),
    [
        ("amount", "Where can I buy a night ticket?", True),
        ("place", "Where can I buy a night ticket?", False),
        ("amount", "Where can I buy a ticket, and how much is it?", False),
        ("amount", "Which tickets are there?", False),
        ("", "Where can I buy a night ticket?", False),
    ],
)
def test_whether_something_else_is_asked_for(wanted: str, question: str, differs: bool) -> None:
    assert asks_else(wanted, question, "en") is differs


@given(st.text(), st.sampled_from(["en", "de", "es", "ru", "ar"]))
def test_no_question_asks_for_something_else_than_it_does(question: str, language: str) -> None:
    assert not asks_else(asks_for(question, language), question, language)
