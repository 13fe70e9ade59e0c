"""A category: what a chat subscribes to."""

from collections.abc import Iterable
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints
from rapidfuzz import process

#: Short enough that every callback payload that carries a slug stays within Telegram's 64 bytes.
SLUG_PATTERN = r"^[a-z0-9](?:[a-z0-9_-]{0,30}[a-z0-9])?$"

Slug = Annotated[str, StringConstraints(pattern=SLUG_PATTERN)]


#: Of a language, as in https://www.rfc-editor.org/rfc/rfc5646: its first part, in small letters.
LanguageCode = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
CategoryName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64)]


class Category(BaseModel):
    """`names` are its names in languages that have one of their own; `name` is for all others."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    slug: Slug
    name: CategoryName
    names: dict[LanguageCode, CategoryName] = {}

    def called(self, language: str) -> str:
        return self.names.get(language, self.name)

    def renamed(self, name: str, language: str | None = None) -> "Category":
        """Raises ValidationError."""
        changes = {"names": {**self.names, language: name}} if language else {"name": name}
        return Category.model_validate({**self.model_dump(), **changes})

    def with_names_of(self, other: "Category") -> "Category":
        """With those that it lacks."""
        return self.model_copy(update={"names": {**other.names, **self.names}})

    def __hash__(self) -> int:
        return hash(self.slug)


def find_category(word: str, categories: Iterable[Category]) -> Category | None:
    """By its slug or one of its names, whatever the case, with or without a hash before it; a slug or a name for all
    comes before another category's name in some language."""
    wanted, found = word.strip("#, \t").casefold(), list(categories)
    by_name = (c for c in found if wanted in (c.slug, c.name.casefold()))
    by_other_name = (c for c in found if wanted in (name.casefold() for name in c.names.values()))
    return next(by_name, None) or next(by_other_name, None)


def nearest_slugs(word: str, categories: Iterable[Category], *, limit: int = 3) -> list[str]:
    """The slugs that someone who typed `word` may have meant, best first."""
    choices = {
        (c.slug, name): name.casefold() for c in categories for name in (f"{c.slug} {c.name}", *c.names.values())
    }
    matches = process.extract(word.casefold(), choices, limit=None, score_cutoff=60)
    return list(dict.fromkeys(slug for _, _, (slug, _) in matches))[:limit]
