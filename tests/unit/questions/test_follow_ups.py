"""Whether a question is understood without what was said before."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.questions.follow_ups import Reference, is_about, is_wordless, reference
from tests.unit.questions.test_index import BRIDGE, FERRY
from tests.unit.samples import TEXT


@pytest.mark.parametrize(
    "text",
    [
        *(
            "why?",
            "And when?",
            "who said that?",
            "WHERE",
            "what happened then?",
            "how so",
            "Who's that?",
            "how much?",
        ),
        *("Warum?", "und wann?", "Wer hat das gesagt?", "Wie viele sind es denn?"),
        *("¿Por qué?", "¿y cuándo?", "¿Quién dijo eso?", "¿Cuánto es?"),
        *("Почему?", "а когда?", "кто это сказал?", "И сколько?"),
        *("لماذا؟", "ومتى؟", "من قال ذلك؟", "وأين؟"),
    ],
)
def test_what_only_what_was_said_explains(text: str) -> None:
    assert reference(text) is Reference.ALL


@pytest.mark.parametrize(
    "text",
    [
        *("who decided?", "And when was it built?", "what about the second ferry?", "How long does it take?"),
        *(
            "und die zweite Fähre?",
            "Wer hat es gebaut?",
            "¿y el segundo barco?",
            "А второй паром?",
            "وماذا عن العبارة؟",
        ),
    ],
)
def test_what_it_may_explain(text: str) -> None:
    assert reference(text) is Reference.SOME


@pytest.mark.parametrize(
    "text",
    [
        *(
            "Who won the football final?",
            "Who started the war in the north?",
            "When does the ferry leave the harbour?",
        ),
        *("Wann öffnet die neue Brücke?", "Wer gewann die Wahl?", "¿Cuándo abre el puente nuevo?"),
        *("Когда откроется новый мост?", "متى يفتح الجسر الجديد؟"),
        "And it was in the year of the great flood that they built the new bridge over the river, was it not?",
    ],
)
def test_what_says_itself_what_it_is_about(text: str) -> None:
    assert reference(text) is Reference.NONE


def test_what_an_article_has_all_words_of() -> None:
    assert is_about("How many cracks are in the fifth arch?", BRIDGE)
    assert is_about("When does the ferry leave?", FERRY)
    assert not is_about("When does the ferry leave?", BRIDGE)
    assert not is_about("why?", BRIDGE)


@pytest.mark.parametrize(
    ("text", "wordless"), [("?!", True), ("😀 👍", True), ("", True), ("why", False), ("7", False)]
)
def test_signs_alone_say_nothing(text: str, wordless: bool) -> None:
    assert is_wordless(text) is wordless


@given(TEXT | st.just("a " * 5_000_000))
def test_any_text_is_read(text: str) -> None:
    assert reference(text) in Reference
    is_wordless(text)
    is_about(text, BRIDGE)
