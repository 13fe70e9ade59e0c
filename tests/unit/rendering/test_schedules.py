import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.category import Category
from bot.domain.message import Message
from bot.domain.schedule import DAY_NAMES, Schedule
from bot.domain.subscription import Subscription
from bot.rendering import schedules
from bot.rendering.actions import ChooseSchedule, SetCategorySchedule, SetSchedule, decode
from bot.rendering.wording import LANGUAGES, speaking
from tests.unit.rendering.limits import check, text_of
from tests.unit.samples import CATEGORIES, NOW, TEXT

POLICY, TECH, WORLD = CATEGORIES
NOBODY = Subscription(chat_id=1)
READER = (
    NOBODY.with_timezone("Europe/Berlin")
    .with_schedule(Schedule.parse("daily 08:00 18:00"))
    .subscribe(["policy", "tech"], NOW)
)
MIXED = READER.with_schedule(Schedule(), "policy").with_schedule(Schedule.parse("weekly mon 08:00"), "tech")


def actions_of(message: Message) -> list[object]:
    return [decode(button.data or "") for row in message.buttons for button in row]


def marked(message: Message) -> list[object]:
    return [decode(b.data or "") for row in message.buttons for b in row if b.label.startswith("●")]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("instant", "at once"),
        ("hourly", "every hour"),
        ("daily 8:00", "daily at 08:00"),
        ("daily 8:00 12:00 18:00", "daily at 08:00, 12:00 and 18:00"),
        ("weekdays 8:00", "Monday to Friday at 08:00"),
        ("weekly mon 8:00", "every Monday at 08:00"),
        ("weekly sun,mon 8:00 9:30", "every Monday and Sunday at 08:00 and 09:30"),
    ],
)
def test_a_schedule_is_told_in_words(words: str, told: str) -> None:
    assert schedules.in_words(Schedule.parse(words)) == told


def test_times_and_days_are_those_of_the_language() -> None:
    with speaking("es"):
        assert schedules.in_words(Schedule.parse("weekly mon,thu 8:00")).endswith(("lunes y jueves at 8:00", "8:00"))
    told = set()
    for code in LANGUAGES:
        with speaking(code):
            told.add(schedules.in_words(Schedule.parse("weekly mon 8:00")))
    assert len(told) == len(LANGUAGES)


def test_what_differs_is_told_apart_and_what_does_not_together() -> None:
    assert text_of(schedules.summary(READER)) == "policy, tech: daily at 08:00 and 18:00 (Europe/Berlin)."
    assert text_of(schedules.summary(MIXED, CATEGORIES)) == (
        "Policy: at once.\nTechnology: every Monday at 08:00 (Europe/Berlin)."
    )
    assert "nothing" in schedules.summary(NOBODY)


def test_the_schedule_that_holds_is_marked() -> None:
    assert marked(schedules.choose_schedule(READER, CATEGORIES)) == [SetSchedule(words="daily 08:00 18:00")]
    assert marked(schedules.choose_schedule(MIXED, CATEGORIES)) == []
    assert marked(schedules.choose_category_schedule(MIXED, TECH)) == [
        SetCategorySchedule(slug="tech", words="weekly mon 08:00")
    ]


def test_every_offered_schedule_can_be_taken() -> None:
    for message in (schedules.choose_schedule(MIXED, CATEGORIES), schedules.no_schedule("x")):
        offered = [action for action in actions_of(message) if isinstance(action, SetSchedule)]
        assert len(offered) > 5
        assert all(str(Schedule.parse(action.words)) == action.words for action in offered)


def test_the_longest_slug_fits_into_every_button() -> None:
    category = Category(slug="a" * 32, name="A")
    offered = actions_of(schedules.choose_category_schedule(NOBODY, category))
    assert [action.slug for action in offered if isinstance(action, SetCategorySchedule)] == ["a" * 32] * 7


def test_each_of_several_categories_can_be_chosen_and_left_again() -> None:
    offered = actions_of(schedules.choose_schedule(READER, CATEGORIES))
    assert [action for action in offered if isinstance(action, ChooseSchedule)] == [
        ChooseSchedule(slug="policy"),
        ChooseSchedule(slug="tech"),
    ]
    assert ChooseSchedule(slug="") in actions_of(schedules.choose_category_schedule(READER, TECH))
    alone = actions_of(schedules.choose_schedule(READER.unsubscribe(["tech"]), CATEGORIES))
    assert not any(isinstance(action, ChooseSchedule) for action in alone)


@given(TEXT)
def test_any_word_and_any_name_can_be_told_back(word: str) -> None:
    category = Category.model_construct(slug="a" * 32, name=("N" + word)[:64])
    many = [Category.model_construct(slug=f"a{number}", name=category.name) for number in range(120)]
    subscription = NOBODY.subscribe([category.slug, *(one.slug for one in many)], NOW)
    apart = subscription
    for number, one in enumerate(many):
        apart = apart.with_schedule(Schedule.parse(f"weekly mon,tue,wed,thu,sun 8:{number % 60:02}"), one.slug)
    for message in (
        schedules.no_schedule(word),
        schedules.choose_category_schedule(subscription, category),
        schedules.choose_schedule(subscription, [category, *many]),
        schedules.scheduled(NOBODY, subscription, [category, *many], for_all=False),
        schedules.scheduled(apart, subscription, [category, *many], for_all=True),
        schedules.choose_schedule(apart, [category, *many]),
        schedules.scheduled(NOBODY, NOBODY, [], for_all=True),
    ):
        check(message)


@given(
    st.lists(st.sampled_from(DAY_NAMES), min_size=1),
    st.lists(st.times(), min_size=1, max_size=6),
    st.sampled_from(sorted(LANGUAGES)),
)
def test_every_schedule_is_told_in_every_language(days: list[str], times: list[object], code: str) -> None:
    schedule = Schedule.parse(f"weekly {' '.join(days)} {' '.join(str(moment)[:5] for moment in times)}")
    subscription = NOBODY.with_schedule(schedule).subscribe(["policy"], NOW)
    with speaking(code):
        check(schedules.scheduled(NOBODY, subscription, CATEGORIES, for_all=False))
