from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rendering import actions, editor_actions, feed_actions
from bot.rendering.actions import AnyAction, decode
from bot.rendering.callback import MAX_BYTES, Action
from tests.unit.samples import ID, SLUG

KINDS: tuple[type[Action], ...] = get_args(AnyAction)
_COUNT = st.integers(0, 10**9 - 1)
_FIELDS = {
    "id": ID,
    "slug": SLUG,
    "page": st.sampled_from(actions.Page),
    "feed": st.from_regex(r"[0-9a-f]{12}", fullmatch=True),
    "offer": st.from_regex(r"[0-9a-f]{12}", fullmatch=True),
    "into": st.from_regex(r"[0-9a-f]{12}", fullmatch=True),
    "sure": st.booleans(),
    "task": st.sampled_from(feed_actions.FeedTask),
    "place": st.sampled_from(["f0.0.0.0000", "p9999.9999.99.abcd"]),
    "exchange": st.from_regex(r"[0-9a-f]{8}", fullmatch=True),
    "right": st.booleans(),
    "inquiry": st.from_regex(r"[0-9a-f]{12}", fullmatch=True),
    "chosen": st.booleans(),
    "wanted": st.booleans(),
    "arg": st.sampled_from(["", "a" * 32]),
    "value": st.sampled_from(["weekdays 08:00 18:00", "1a2b3c4d", "Europe/Berlin"]),
    "chat_id": st.integers(-(2**52), -1),
    "name": st.sampled_from(["UTC", "Europe/Berlin", "America/Argentina/ComodRivadavia"]),
    "skip": _COUNT,
    "edition": st.from_regex(r"[A-Za-z0-9:_-]{1,48}", fullmatch=True),
    "position": _COUNT,
    "breaking": st.booleans(),
    "asked": st.sampled_from(["", "1a2b"]),
    "mark": st.sampled_from(["1a2b3c4d"]),
    "language": st.sampled_from(["en", "ar"]),
    "words": st.sampled_from(["instant", "daily 08:00 18:00", "weekdays 08:00", "weekly mon 08:00"]),
}
#: Drafts bear 11 characters (64 random bits), so that they fit with a category.
_DRAFT_ID = st.from_regex(r"[A-Za-z0-9_-]{11}", fullmatch=True)


def _action(kind: type[Action]) -> st.SearchStrategy[Action]:
    fields = {name: _FIELDS[name] for name in kind.model_fields}
    if kind is editor_actions.FileDraft:
        fields["id"] = _DRAFT_ID
    return st.builds(kind, **fields)


@given(st.sampled_from(KINDS).flatmap(_action))
def test_an_action_comes_back_as_it_went(action: Action) -> None:
    data = action.encode()
    assert len(data.encode()) <= MAX_BYTES
    assert decode(data) == action
    assert action.button("x").data == data


def test_every_kind_has_a_code_of_its_own() -> None:
    assert len({kind.code for kind in KINDS}) == len(KINDS)
    assert set(KINDS) == set(Action.__subclasses__())


def test_a_question_button_of_an_older_chat_names_no_words() -> None:
    assert decode("1a|abc|1") == actions.AskStored(id="abc", position=1)


def test_all_categories_have_an_empty_slug() -> None:
    assert decode(actions.ShowLatest(slug="", skip=5).encode()) == actions.ShowLatest(slug="", skip=5)


@pytest.mark.parametrize(
    "data",
    [
        "",
        "|",
        "1",
        "1?",
        "r|abc",
        "0r|abc",
        "2r|abc",
        "1r",
        "1r|",
        "1r|a b",
        "1r|abc|def",
        "1r|" + "x" * 41,
        "1t|Not-A-Slug",
        "1l||x",
        "1l||-1",
        "1l||" + "9" * 30,
        "1a|abc",
        "1a|abc|1|x",
        "1a|abc|1||",
        "1a|abc|-1",
        "1a|abc|1.5",
        "1a|abc|99999999999",
        "1e|",
        "1f|x",
        "1t|a\ud800",
        "1z|Mars/Olympus",
        "1z|../etc/passwd",
        "1sc||instant",
        "1so|a b",
        "1r|\0",
    ],
)
def test_what_is_no_action(data: str) -> None:
    assert decode(data) is None


@given(
    st.one_of(st.text(st.characters()), st.from_regex(r"1([mtlrqaszfpdcegx]|s[co])(\|.{0,20}){0,3}", fullmatch=True))
)
def test_anything_is_an_action_or_none(data: str) -> None:
    action = decode(data)
    if action is not None:
        assert type(action).model_validate(action.model_dump()) == action
        assert decode(action.encode()) == action


def test_what_telegram_would_not_carry_is_refused_here() -> None:
    with pytest.raises(ValueError, match="callback data of 65 bytes"):
        actions.OpenMenu(name="é" * 31).encode()
