from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.category import Category
from bot.domain.digest import Form
from bot.domain.hold import Hold, Holding
from bot.domain.message import Message
from bot.domain.muting import LONGEST_MUTED, MOST_MUTED
from bot.domain.quiet import Quiet
from bot.domain.schedule import Schedule
from bot.domain.subscription import ChatKind, Subscription
from bot.rendering import managing, settings, silence
from bot.rendering.actions import Choose, OpenPage, Page, decode
from bot.rendering.callback import Action
from bot.rendering.pages import State
from bot.rendering.wording import LANGUAGES, speaking
from bot.storage.managers import Managed
from tests.unit.rendering.limits import check, text_of
from tests.unit.samples import CATEGORIES, NOW

NOBODY = Subscription(chat_id=1)
QUIET = Quiet.parse("22:00-07:00", breaking=True)
PAUSED = Hold(cause=Holding.PAUSE, began=NOW, until=NOW + timedelta(days=3))
READER = (
    NOBODY.subscribe(["policy", "tech"], NOW)
    .with_schedule(Schedule.parse("daily 08:00"))
    .with_schedule(Schedule.parse("weekly mon 08:00"), "tech")
    .with_quiet(QUIET)
    .with_hold(PAUSED)
    .with_muted(("football", "<b>"))
    .with_form(Form.CARDS)
)
MANY = [Category.model_construct(slug=f"{n:02}" + "a" * 30, name=f"{n:02}" + "<&" * 31) for n in range(95)]
HEAVY = Subscription(
    chat_id=-1001,
    kind=ChatKind.CHANNEL,
    categories={c.slug: Schedule.parse(f"daily {n // 60:02}:{n % 60:02}") for n, c in enumerate(MANY)},
    timezone="America/Argentina/ComodRivadavia",
    muted=tuple(f"{n:02}{'&' * (LONGEST_MUTED - 2)}" for n in range(MOST_MUTED)),
    quiet=QUIET,
)


def state(subscription: Subscription, **changes: object) -> State:
    told = {"categories": CATEGORIES, "now": NOW, "private": True, "stored": True, "saved": 2, **changes}
    return State(subscription, **told)  # type: ignore[arg-type]


EMPTY = state(NOBODY, stored=False, saved=0)
FULL = state(READER)
TOO_MUCH = state(
    HEAVY, categories=MANY, managed=Managed(chat_id=-1001, kind=ChatKind.CHANNEL, title="&" * 200), saved=200
)


def actions_of(message: Message) -> list[Action]:
    return [action for row in message.buttons for b in row if (action := decode(b.data or ""))]


def walk(told: State) -> Iterator[tuple[OpenPage, Message]]:
    """Every page that buttons lead to."""
    ahead, seen = [OpenPage(page=Page.TOP)], set[OpenPage]()
    while ahead:
        here = ahead.pop()
        if here in seen:
            continue
        seen.add(here)
        message = settings.page(told, here.page, here.arg)
        yield here, message
        ahead += [action for action in actions_of(message) if isinstance(action, OpenPage)]


@pytest.mark.parametrize("told", [EMPTY, FULL, TOO_MUCH])
def test_every_page_is_reached_and_leads_back(told: State) -> None:
    pages = dict(walk(told))
    hidden = {Page.SAVED} if told.managed else set()
    assert {here.page for here in pages} == set(Page) - hidden
    for here, message in pages.items():
        if here.page not in (Page.TOP, Page.CLOSED):
            back = Page(here.page) if here.arg else Page.TOP
            assert actions_of(message)[-1] == OpenPage(page=back)
    assert actions_of(pages[OpenPage(page=Page.TOP)])[-1] == OpenPage(page=Page.CLOSED)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("told", [EMPTY, FULL, TOO_MUCH])
def test_every_page_is_a_message_that_telegram_takes(told: State, language: str) -> None:
    with speaking(language):
        for _, message in walk(told):
            check(managing.about(message, told.managed) if told.managed else message)


def test_every_page_says_first_what_is_set() -> None:
    begins = {
        Page.CATEGORIES: "Policy: daily at 08:00 (UTC).\nTechnology: every Monday at 08:00 (UTC).",
        Page.SCHEDULE: "Policy: daily at 08:00 (UTC).\nTechnology: every Monday at 08:00 (UTC).",
        Page.TIMEZONE: "Your time zone is UTC",
        Page.QUIET: "Quiet 22:00–07:00, but for breaking news",
        Page.PAUSE: "Paused until ",
        Page.MUTED: "2 muted words\n• football\n• <b>",
        Page.FORM: "Your digests come as: Teasers under a picture.",
        Page.LANGUAGE: "I speak English here.",
        Page.SAVED: "You have saved 2 articles.",
        Page.DATA: "What is kept about this chat",
        Page.FORGET: "Delete everything",
        Page.CHAT: "What you set here is this chat’s own.",
    }
    for page, words in begins.items():
        assert text_of(settings.page(FULL, page).text).startswith(words)
    top = text_of(settings.page(FULL, Page.TOP).text)
    for words in (
        "Policy: daily",
        "UTC · ",
        "Quiet 22:00–07:00",
        "Paused until",
        "2 muted words",
        "picture",
        "English",
    ):
        assert words in top


def test_what_is_not_set_is_said_too() -> None:
    top = text_of(settings.page(EMPTY, Page.TOP).text)
    for words in ("subscribed to nothing", "No quiet hours", "Not paused", "No words are muted", "Teasers"):
        assert words in top
    assert "Nothing is stored" in settings.page(EMPTY, Page.FORGET).text


def test_a_category_that_is_gone_shows_all_schedules() -> None:
    assert settings.page(FULL, Page.SCHEDULE, "gone") == settings.page(FULL, Page.SCHEDULE)


def test_a_group_has_neither_saved_articles_nor_other_chats() -> None:
    pages = {here.page for here, _ in walk(state(READER, private=False))}
    assert set(Page) - pages == {Page.SAVED, Page.CHAT}


_CLOCK = st.times().map(lambda moment: moment.replace(second=0, microsecond=0))


@given(_CLOCK, _CLOCK, st.booleans())
def test_quiet_hours_move_by_steps_and_are_never_none(start: object, end: object, breaking: bool) -> None:
    if start == end:
        return
    quiet = Quiet.model_validate({"start": start, "end": end, "breaking": breaking})
    message = settings.page(state(NOBODY.with_quiet(quiet)), Page.QUIET)
    chosen = [silence.quiet_chosen(action) for action in actions_of(message) if isinstance(action, Choose)]
    assert len(chosen) == 6
    earlier, later, shorter, longer, turned, off = chosen
    assert earlier and later and shorter and longer and turned and off is None
    assert earlier.end == later.end == quiet.end and shorter.start == longer.start == quiet.start
    assert {one.breaking for one in (earlier, later, shorter, longer)} == {breaking}
    assert turned == quiet.model_copy(update={"breaking": not breaking})


@pytest.mark.parametrize(
    ("text", "may"),
    [("football", True), ("Formula 1", True), ("Who won?", False), ("a\nb", False), ("", False), ("x" * 61, False)],
)
def test_what_may_be_muted_by_an_answer(text: str, may: bool) -> None:
    assert silence.may_be_muted(text) is may
