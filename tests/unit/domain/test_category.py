import pytest
from pydantic import ValidationError

from bot.domain.category import Category, find_category, nearest_slugs

TECH = Category(slug="tech", name="Tech", names={"de": "Technik"})
WORLD = Category(slug="world", name="World", names={"de": "Tech"})


def test_it_is_called_as_each_language_calls_it() -> None:
    assert [TECH.called(code) for code in ("de", "en", "ru")] == ["Technik", "Tech", "Tech"]
    renamed = TECH.renamed("Digitales", "de")
    assert (renamed.called("de"), renamed.called("en")) == ("Digitales", "Tech")
    assert TECH.renamed("Technology").called("en") == "Technology"
    with pytest.raises(ValidationError):
        TECH.renamed("x" * 65)


def test_it_is_found_by_any_of_its_names() -> None:
    assert find_category("TECHNIK", [WORLD, TECH]) == TECH
    assert find_category("tech", [WORLD, TECH]) == TECH, "its own name comes before another's in some language"
    assert nearest_slugs("tehnik", [WORLD, TECH])[0] == "tech"


def test_names_survive_what_does_not_tell_them() -> None:
    assert Category(slug="tech", name="Technology").with_names_of(TECH).names == {"de": "Technik"}
