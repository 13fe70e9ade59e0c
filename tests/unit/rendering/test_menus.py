import pytest
from hypothesis import given

from bot.domain.category import Category
from bot.domain.message import Message
from bot.domain.schedule import Schedule
from bot.domain.subscription import Change, Subscription, Unknown
from bot.rendering import menus, subscribing
from bot.rendering.actions import SetCategory, decode
from tests.unit.rendering.limits import check, text_of
from tests.unit.samples import CATEGORIES, NOW, TEXT

NOBODY = Subscription(chat_id=1)
SOME_AT_ONCE = NOBODY.subscribe(["policy", "tech"], NOW).with_schedule(Schedule.parse("daily 08:00"), "tech")
READER = NOBODY.with_schedule(Schedule.parse("daily 08:00 18:00")).subscribe(["policy", "tech"], NOW)


def actions_of(message: Message) -> list[object]:
    return [decode(button.data or "") for row in message.buttons for button in row]


def test_every_category_is_a_button_that_toggles() -> None:
    message = menus.greeting(CATEGORIES, READER)
    assert actions_of(message)[:3] == [
        SetCategory(slug=slug, wanted=slug == "world") for slug in ("policy", "tech", "world")
    ]
    labels = [button.label for row in message.buttons for button in row][:3]
    assert labels == ["✅ Policy", "✅ Technology", "➕ World News"]


def test_a_list_of_categories_counts_the_week() -> None:
    text = text_of(subscribing.category_list(CATEGORIES, READER, {"policy": 1, "tech": 12}).text)
    policy, tech, world, *_ = text.split("\n")
    assert [line.split(" ")[0] for line in (policy, tech, world)] == ["✅", "✅", "▫️"]
    assert ("Policy" in policy, "1 " in policy) == (True, True)
    assert ("Technology" in tech, "12 " in tech) == (True, True)
    assert ("World News" in world, "0 " in world) == (True, True)
    last = text.split("\n")[-1]
    assert all(word in last for word in ("Policy", "Technology", "08:00", "18:00", "UTC"))


def test_no_categories_is_said_so() -> None:
    assert "no categories yet" in subscribing.category_list([], NOBODY, {}).text


def test_what_changed_is_said() -> None:
    change = Change(
        (CATEGORIES[0],), (CATEGORIES[1],), (Unknown("wrld", ("world", "tech")), Unknown("<x>", ())), READER
    )
    new, same, near, far, summary = text_of(subscribing.changed(change, CATEGORIES, subscribed=True).text).split("\n")
    assert ("Policy" in new, "Technology" in new) == (True, False)
    assert ("already" in same, "Technology" in same) == (True, True)
    assert "wrld" in near
    assert near.index("world") < near.index("tech")
    assert ("<x>" in far, "/categories" in far) == (True, True)
    assert "08:00 and 18:00" in summary
    left = subscribing.changed(Change((CATEGORIES[0],), (), (), NOBODY), CATEGORIES, subscribed=False)
    assert "Unsubscribed from Policy" in text_of(left.text)
    assert "nothing" in text_of(left.text)
    assert "nothing to change" in subscribing.changed(Change((), (), (), NOBODY), CATEGORIES, subscribed=True).text


def test_a_toggle_is_noted_without_markup() -> None:
    assert subscribing.toggled(Change((CATEGORIES[0],), (), (), READER)) == "Subscribed to Policy"
    assert subscribing.toggled(Change((CATEGORIES[2],), (), (), READER)) == "Unsubscribed from World News"
    assert subscribing.toggled(Change((), (), (), READER)) == "Nothing changed"


@pytest.mark.parametrize(
    ("subscription", "words"),
    [
        (NOBODY, "not subscribed to anything"),
        (NOBODY.subscribe(["policy"], NOW), "comes to you at once"),
        (READER, "Nothing new since your last digest"),
        (SOME_AT_ONCE, "Nothing new since your last digest"),
    ],
)
def test_an_empty_digest_says_why(subscription: Subscription, words: str) -> None:
    assert words in menus.digest_empty(subscription).text


def test_help_tells_every_command_of_the_menu() -> None:
    reader, editor = menus.help_text(editor=False).text, menus.help_text(editor=True).text
    assert all(f"/{command} ·" in reader for command in menus.READER_COMMANDS)
    assert not any(f"/{command} ·" in reader for command in menus.EDITOR_COMMANDS)
    assert all(f"/{command} ·" in editor for command in menus.EDITOR_COMMANDS)
    #: https://core.telegram.org/bots/api#botcommand
    assert all(1 <= len(words) <= 256 for words in [*menus.READER_COMMANDS.values(), *menus.EDITOR_COMMANDS.values()])


def test_my_data_comes_as_a_file() -> None:
    message = menus.my_data(b"{}")
    assert message.attachment is not None
    assert message.attachment.content == b"{}"
    assert menus.my_data(None).attachment is None


@given(TEXT)
def test_any_word_can_be_told_back(word: str) -> None:
    unknown = tuple(Unknown(word, ("policy",)) for _ in range(50))
    for message in (
        subscribing.changed(Change((), (), unknown, READER), CATEGORIES, subscribed=True),
        subscribing.no_such_category(word, ["policy"]),
        menus.found_nothing(word),
    ):
        check(message)


@given(TEXT)
def test_any_name_of_a_category_can_be_shown(name: str) -> None:
    category = Category.model_construct(slug="a" * 32, name=("N" + name)[:64])
    subscription = NOBODY.subscribe([category.slug], NOW)
    for message in (
        menus.greeting([category], NOBODY),
        subscribing.category_list([category] * 10, subscription, {}),
        subscribing.choose_categories([category], NOBODY),
        menus.choose_latest([category]),
        menus.nothing_yet(category),
    ):
        check(message)
    assert len(subscribing.toggled(Change((category,), (), (), subscription))) <= 200


def test_fixed_words_are_messages_that_telegram_takes() -> None:
    for message in (
        menus.nothing_yet(None),
        menus.digest_coming(3),
        menus.search_what(),
        menus.privacy(),
        menus.forget_sure(),
        menus.forgotten(True),
        menus.forgotten(False),
        menus.kept(),
        menus.help_text(editor=True),
        menus.unknown_command(),
        menus.admins_only(),
        menus.trouble(),
        menus.my_data(None),
    ):
        check(message)
    assert len(menus.stale_button()) <= 200
