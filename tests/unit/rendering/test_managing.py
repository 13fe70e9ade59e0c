import pytest
from hypothesis import given

from bot.domain.message import Button, Message
from bot.domain.subscription import ChatKind, Subscription
from bot.rendering import managing
from bot.rendering.actions import StopManaging, decode
from bot.rendering.wording import LANGUAGES, speaking
from bot.storage.managers import Managed
from tests.unit.rendering.limits import check, text_of
from tests.unit.samples import CATEGORIES, TEXT

CHANNEL = Managed(chat_id=-1001, kind=ChatKind.CHANNEL, title="Daily")


def test_the_first_line_names_the_chat_and_the_last_button_leads_back() -> None:
    message = Message(text="Changed.", buttons=((Button(label="x", data="y"),),), rich="Changed.")
    shown = managing.about(message, CHANNEL)
    assert text_of(shown.text) == "📣 Channel Daily\n\nChanged."
    assert shown.buttons[0] == message.buttons[0]
    assert decode(shown.buttons[-1][0].data or "") == StopManaging(chat_id=-1001)
    assert shown.rich is None


@given(TEXT)
def test_any_title_can_be_shown(title: str) -> None:
    managed = Managed(chat_id=-5, kind=ChatKind.GROUP, title=title)
    for message in (managing.how(managed), managing.ended(managed), managing.cannot(title)):
        check(message)
        check(managing.about(message, managed))
    assert len(managing.lost(managed)) <= 200


@pytest.mark.parametrize("language", LANGUAGES)
def test_fixed_words_are_messages_that_telegram_takes(language: str) -> None:
    with speaking(language):
        for message in (
            managing.how(None),
            managing.ended(None),
            managing.begun(CATEGORIES, Subscription(chat_id=-1001)),
            managing.in_private("https://t.me/news_bot?start=m_-5"),
            managing.which(),
            managing.chosen(),
        ):
            check(message)
        longest = Managed(chat_id=-5, kind=ChatKind.GROUP, title="x" * 128)
        assert max(len(managing.over()), len(managing.lost(longest))) <= 200
