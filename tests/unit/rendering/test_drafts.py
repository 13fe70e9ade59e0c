from hypothesis import given
from hypothesis import strategies as st

from bot.domain.draft import Draft
from bot.domain.feed import Failure, Fault
from bot.domain.message import Message
from bot.domain.page import Page
from bot.rendering import drafts
from bot.rendering.actions import decode
from bot.rendering.editor_actions import KeepDraft, ListDrafts, OpenDraft
from tests.unit.rendering.limits import INVISIBLE, check, text_of
from tests.unit.samples import FULL, LINE, TEXT


def actions_of(message: Message) -> list[object]:
    return [decode(button.data or "") for row in message.buttons for button in row]


def test_a_list_of_drafts_says_where_each_is_from() -> None:
    page = Page.of(FULL)
    listed = drafts.draft_list(
        [Draft(id="a", article=FULL, page=page), Draft(id="b", page=page), Draft(id="c", text="Begun\n\n<so>")],
        {"policy": "Policy & law"},
        skip=8,
        total=20,
    )
    assert text_of(listed.text) == (
        "20 drafts wait\n\n9. Harbour Toll Rises\nPolicy & law · Reuters\n\n"
        "10. Harbour Toll Rises\nno category yet · Reuters\n\n11. Begun <so>\nno category yet"
    )
    assert actions_of(listed) == [
        OpenDraft(id="a"),
        OpenDraft(id="b"),
        OpenDraft(id="c"),
        ListDrafts(skip=0),
        ListDrafts(skip=16),
    ]


@given(st.lists(TEXT.filter(lambda text: bool(text.strip())), min_size=8, max_size=8))
def test_any_list_of_drafts_is_a_message(texts: list[str]) -> None:
    check(drafts.draft_list([Draft(id=f"d{n}", text=text) for n, text in enumerate(texts)], {}, skip=0, total=30))


@given(LINE.filter(lambda text: bool(text.strip(INVISIBLE))))
def test_any_text_can_be_copied(text: str) -> None:
    for message in drafts.edit("d", text):
        check(message)
    assert actions_of(drafts.edit("d", text)[-1]) == [KeepDraft(id="d")]


def test_a_long_text_is_a_file() -> None:
    text = "Grüße & Küsse. " * 400
    file, asked = drafts.edit("d", text)
    assert file.attachment and file.attachment.content.decode() == text
    assert "this file" in asked.text
    (short,) = drafts.edit("d", text[:2000])
    assert "Grüße &amp; Küsse." in short.text


def test_why_there_is_no_draft_and_what_to_do() -> None:
    told = drafts.no_article("https://a.example/story?x=1", Failure(fault=Fault.BLOCKED, detail="403"))
    assert text_of(told.text).startswith("a.example/story could not be read. Its server lets only people in")
    assert "copy its title and text" in told.text
    feed = drafts.no_article("https://a.example/feed", Failure(fault=Fault.NOT_AN_ARTICLE, detail="feed"))
    assert "/addfeed https://a.example/feed" in text_of(feed.text)
    for fault in Fault:
        check(drafts.no_article("https://a.example/" + "ä" * 3000, Failure(fault=fault, detail="<" * 3000)))
