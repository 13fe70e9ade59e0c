"""What the categories are called."""

from collections.abc import Iterable, Mapping

from bot.domain.category import Category
from bot.rendering.markup import brief
from bot.rendering.wording import language

#: The categories' names by their slugs, in one language.
Names = Mapping[str, str]
_LIMIT = 64
_FOUND_IN_NAME = 1


def names_of(categories: Iterable[Category]) -> Names:
    """In the language that is spoken here."""
    return {category.slug: category.called(language()) for category in categories}


def name_of(slug: str, names: Names) -> str:
    """Not escaped. A category that is gone leaves its slug."""
    return brief(names.get(slug, slug), _LIMIT, _FOUND_IN_NAME)
