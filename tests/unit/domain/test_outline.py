import pytest

from bot.domain.outline import Omission, Outline, sort
from tests.unit.samples import CATEGORIES


def outline(*folders: str, url: str = "https://a.example/feed") -> Outline:
    return Outline(url, "A", folders)


@pytest.mark.parametrize("folder", ["tech", "Technology", "TECHNOLOGY", "#tech"])
def test_a_folder_is_the_category_that_it_is_named_after(folder: str) -> None:
    done = sort([outline("Inner", folder)], CATEGORIES)
    assert [slug for _, slug in done.filed] == ["tech"]
    assert not done.new and not done.left_out


def test_the_innermost_folder_counts() -> None:
    done = sort([outline("Technology", "World News")], CATEGORIES)
    assert [slug for _, slug in done.filed] == ["tech"]


def test_an_unknown_folder_becomes_a_category_once() -> None:
    one, other = outline("Café & Küche"), outline("café & küche", url="https://b.example/feed")
    done = sort([one, other], CATEGORIES)
    assert [(c.slug, c.name) for c in done.new] == [("cafe-kuche", "Café & Küche")]
    assert [slug for _, slug in done.filed] == ["cafe-kuche"] * 2


def test_a_default_takes_what_is_in_no_known_folder() -> None:
    done = sort([outline("Robots"), outline(), outline("Policy")], CATEGORIES, "world")
    assert [slug for _, slug in done.filed] == ["world", "world", "policy"]
    assert not done.new


@pytest.mark.parametrize(
    ("one", "why"),
    [
        (outline(), Omission.NO_FOLDER),
        (outline("技術"), Omission.NO_SLUG),
        (outline("All"), Omission.NO_SLUG),
        (outline("Technology", url="ftp://a.example/feed"), Omission.NO_ADDRESS),
        (outline("Technology", url="a.example"), Omission.NO_ADDRESS),
    ],
)
def test_what_is_left_out_says_why(one: Outline, why: Omission) -> None:
    done = sort([one], CATEGORIES)
    assert done.left_out == [(one, why)]
    assert not done.filed and not done.new


def test_a_long_folder_makes_a_slug_that_is_one() -> None:
    done = sort([outline("a" * 31 + " - " + "b" * 90)], CATEGORIES)
    (category,) = done.new
    assert category.slug == "a" * 31 and len(category.name) == 64
