import pytest

from bot.domain.muting import LONGEST_MUTED, muting, phrase
from tests.unit.samples import article


@pytest.mark.parametrize(
    ("word", "title", "muted"),
    [
        ("football", "Football: a new season", True),
        ("football", "Footballers", False),
        ("FUßBALL", "Fussball heute", True),
        ("sao paulo", "São  Paulo, again", True),
        ("paulo sao", "São Paulo", False),
        ("c++", "C in schools", True),
        ("की", "किताब", False),
        ("किताब", "एक किताब", True),
        ("!", "Anything!", False),
    ],
)
def test_whole_words_in_any_case_without_accents(word: str, title: str, muted: bool) -> None:
    assert (muting(article("a", title=title), [word]) == word) is muted


def test_the_body_counts() -> None:
    one = article("a", title="Title").model_copy(update={"body": ("About swifts.",)})
    assert muting(one, ["other", "Swifts"]) == "Swifts"


def test_a_long_phrase_ends_with_a_word() -> None:
    kept = phrase("many  words " * 20)
    assert kept == "many words many words many words many words many words many"
    assert len(kept) <= LONGEST_MUTED
    assert phrase(' "night train" ') == "night train"
    assert phrase("x" * 100) == "x" * LONGEST_MUTED
