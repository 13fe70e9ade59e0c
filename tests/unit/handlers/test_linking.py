import pytest

from bot.domain.article import TextLink
from handlers.linking import Link, read_link
from tests.unit.samples import CATEGORIES

URL = "https://a.example/story?x=1&y=(2)"


@pytest.mark.parametrize(
    ("text", "link"),
    [
        (URL, Link(URL)),
        (f" <{URL}>.\n", Link(URL)),
        ("HTTP://A.EXAMPLE", Link("HTTP://A.EXAMPLE")),
        ("www.a.example", Link("www.a.example")),
        ("a.example/story", Link("a.example/story")),
        (f"policy {URL}", Link(URL, "policy")),
        (f"{URL} World News", Link(URL, "World News")),
        (f"#tech\n\n{URL}", Link(URL, "#tech")),
        (f"polcy {URL}", Link(URL, "polcy")),
        (f"have a look at {URL}", None),
        (f"{URL} https://b.example/", None),
        ("policy", None),
        ("a.example", None),
        ("notes.md", None),
        ("and/or", None),
        ("ftp://a.example/x", None),
        ("Link: a.b", None),
        ("", None),
        ("policy\n\nTitle\n\nTeaser\n\nLink: https://a.example", None),
    ],
)
def test_what_is_a_link_and_for_which_category(text: str, link: Link | None) -> None:
    assert read_link(text, (), CATEGORIES) == link


def test_words_with_a_link_behind_all_of_them() -> None:
    behind = TextLink(start=1, end=8, url=URL)
    assert read_link(" A story ", [behind], CATEGORIES) == Link(URL)
    assert read_link("A story and more", [behind.model_copy(update={"start": 0, "end": 7})], CATEGORIES) is None
