import pytest

from bot.domain.muting import LONGEST_MUTED, Unmutable, muting, phrase, unmutable
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


def test_a_phrase_is_kept_without_its_quotes() -> None:
    assert phrase(' "night  train" ') == "night train"


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("night train", None),
        ("x" * LONGEST_MUTED, None),
        ("5G", None),
        ("x" * (LONGEST_MUTED + 1), Unmutable.TOO_LONG),
        ("many words " * 20, Unmutable.TOO_LONG),
        ("a", Unmutable.ONE_LETTER),
        ("“é!”", Unmutable.ONE_LETTER),
        ("?!", Unmutable.NO_WORD),
    ],
)
def test_what_cannot_be_muted(words: str, why: Unmutable | None) -> None:
    assert unmutable(words) is why
