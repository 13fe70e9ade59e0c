import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.questions.sentences import sentences
from bot.questions.words import language_of, small_words, words_of

ENGLISH = "The council has decided that ships will pay more from the first of May."
GERMAN = "Der Rat hat beschlossen, dass die Schiffe ab dem ersten Mai mehr zahlen."
SPANISH = "El consejo ha decidido que los barcos van a pagar más desde el primero de mayo."
RUSSIAN = "Совет решил, что с первого мая корабли будут платить больше."
ARABIC = "قرر المجلس أن تدفع السفن أكثر ابتداء من أول مايو."


@pytest.mark.parametrize(
    ("text", "language"),
    [(ENGLISH, "en"), (GERMAN, "de"), (SPANISH, "es"), (RUSSIAN, "ru"), (ARABIC, "ar"), ("", "en"), ("🙂 42", "en")],
)
def test_the_language_of_a_text(text: str, language: str) -> None:
    assert language_of(text) == language


def test_of_the_languages_that_are_known() -> None:
    assert language_of("die", {"de"}) == "de"
    assert language_of("die", set()) == "en"


def test_who_won_is_no_small_word_though_who_will_not_is() -> None:
    words = words_of("Who won? Won’t they?", "en")
    assert [word.small for word in words] == [True, False, True, True]


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("en", "repairs", "Repaired"),
        ("de", "Brücken", "bruecke".replace("ue", "ü")),
        ("es", "barcos", "Barco"),
        ("ru", "кораблей", "корабли"),
        ("ar", "السفن", "سفن"),
    ],
)
def test_forms_of_a_word_are_found_by_the_same(language: str, one: str, other: str) -> None:
    assert words_of(one, language)[0].stem == words_of(other, language)[0].stem


def test_accents_do_not_matter() -> None:
    assert [word.stem for word in words_of("café", "en")] == [word.stem for word in words_of("cafe", "en")]


def test_words_know_where_they_stand_and_which_are_small() -> None:
    words = words_of("The ship's toll", "en")
    assert [(w.text, w.start, w.end, w.small) for w in words] == [
        ("the", 0, 3, True),
        ("ship", 4, 10, False),
        ("toll", 11, 15, False),
    ]


@pytest.mark.parametrize("language", ["en", "de", "es", "ru", "ar"])
def test_small_words_are_in_small_letters(language: str) -> None:
    assert len(small_words(language)) > 50
    assert all(word == word.casefold() for word in small_words(language))


@given(st.text(), st.sampled_from(["en", "de", "es", "ru", "ar"]))
def test_any_text_has_words(text: str, language: str) -> None:
    for word in words_of(text, language):
        assert text[word.start : word.end]
        assert word.stem.split() == [word.stem]


def test_sentences_end_where_they_end() -> None:
    text = "Dr. Weiss said no.  It costs 3.5 million. Really?\nYes"
    assert [text[start:end] for start, end in sentences(text, "en")] == [
        "Dr. Weiss said no.",
        "It costs 3.5 million.",
        "Really?",
        "Yes",
    ]


def test_a_german_ordinal_ends_no_sentence() -> None:
    text = "Sie öffnet am Montag, dem 5. Oktober, um acht. Im 19. Jahrhundert stand sie. Es kostet 3,5. Mehr 2026."
    assert [text[start:end] for start, end in sentences(text, "de")] == [
        "Sie öffnet am Montag, dem 5. Oktober, um acht.",
        "Im 19. Jahrhundert stand sie.",
        "Es kostet 3,5.",
        "Mehr 2026.",
    ]
    assert sentences("Er kam am 5. ", "de") == [(0, 12)]


def test_what_does_not_end_is_cut() -> None:
    spans = sentences("word " * 1000, "en")
    assert len(spans) > 1
    assert all(end - start <= 1000 for start, end in spans)


@given(st.text(), st.sampled_from(["en", "de", "es", "ru", "ar", "xx"]))
def test_all_that_is_written_stands_in_a_sentence(text: str, language: str) -> None:
    spans = sentences(text, language)
    assert spans == sorted(spans)
    kept = "".join(text[start:end] for start, end in spans)
    assert "".join(kept.split()) == "".join(text.split())
