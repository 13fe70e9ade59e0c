"""A category: what a chat subscribes to."""

from collections.abc import Iterable
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints
from rapidfuzz import process

#: Short enough that every callback payload that carries a slug stays within Telegram's 64 bytes.
SLUG_PATTERN = r"^[a-z0-9](?:[a-z0-9_-]{0,30}[a-z0-9])?$"

Slug = Annotated[str, StringConstraints(pattern=SLUG_PATTERN)]


class Category(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    slug: Slug
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64)]


def find_category(word: str, categories: Iterable[Category]) -> Category | None:
    """By its slug or its name, whatever the case, with or without a hash before it."""
    wanted = word.strip("#, \t").casefold()
    return next((c for c in categories if wanted in (c.slug, c.name.casefold())), None)


def nearest_slugs(word: str, categories: Iterable[Category], *, limit: int = 3) -> list[str]:
    """The slugs that someone who typed `word` may have meant, best first."""
    choices = {category.slug: f"{category.slug} {category.name.casefold()}" for category in categories}
    matches = process.extract(word.casefold(), choices, limit=limit, score_cutoff=60)
    return [slug for _, _, slug in matches]
