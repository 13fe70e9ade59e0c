"""A list of feeds from another reader, and into which categories its feeds go."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from bot.domain.article import is_web_url
from bot.domain.category import Category, find_category

_LONGEST_SLUG = 32
_LONGEST_NAME = 64


@dataclass(frozen=True, slots=True)
class Outline:
    """A feed in such a list; `folders` that it lies in, the innermost first."""

    url: str
    name: str
    folders: tuple[str, ...]


class Omission(Enum):
    """Why a feed is left out."""

    NO_ADDRESS = auto()  # of the web
    NO_FOLDER = auto()  # which would be its category
    NO_SLUG = auto()  # its folder's name has no letters that a slug may have


@dataclass(slots=True)
class Sorted:
    """`filed`: each feed with the slug of its category; `new`: the categories that there were not."""

    filed: list[tuple[Outline, str]] = field(default_factory=list)
    new: list[Category] = field(default_factory=list)
    left_out: list[tuple[Outline, Omission]] = field(default_factory=list)


def sort(outlines: Iterable[Outline], categories: Sequence[Category], default: str | None = None) -> Sorted:
    """By their folders; what is in none that is named after a category goes to the one with the slug `default`, or
    makes a category of its folder where that is None."""
    done, known = Sorted(), list(categories)
    for outline in outlines:
        category = category_of(outline, known)
        if not is_web_url(outline.url):
            done.left_out.append((outline, Omission.NO_ADDRESS))
        elif category or default:
            done.filed.append((outline, category.slug if category else str(default)))
        elif made := _new_category(outline):
            known.append(made)
            done.new.append(made)
            done.filed.append((outline, made.slug))
        else:
            done.left_out.append((outline, Omission.NO_SLUG if outline.folders else Omission.NO_FOLDER))
    return done


def category_of(outline: Outline, categories: Sequence[Category]) -> Category | None:
    """That which a folder is named after, the innermost first."""
    return next((found for name in outline.folders if (found := find_category(name, categories))), None)


def _new_category(outline: Outline) -> Category | None:
    """One named after its folder; None where it lies in none, or in one whose name makes no slug."""
    name = outline.folders[0].strip() if outline.folders else ""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().casefold()
    slug = re.sub(r"[^a-z0-9]+", "-", plain)[:_LONGEST_SLUG].strip("-")
    if not slug or slug == "all":  # which means every category wherever one is named
        return None
    return Category(slug=slug, name=name[:_LONGEST_NAME])
